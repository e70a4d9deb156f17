"""What a serving process holds and does: its turn, its beat, and what a nudge runs."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from bot.cli.live import STALE_SECONDS, beat_file
from bot.cli.serving import hold_store, nudge
from bot.errors import StoreBusyError
from bot.scheduler import Beat
from bot.wiring import House, load_config
from tests.app.doubles import FakeChannel
from tests.cli.bench import NOW, Bench


@pytest.fixture
def house(bench: Bench) -> Iterator[House]:
    """Everything that the bench's configuration asks for."""
    with House(load_config(bench.folder / "config.toml"), clock=lambda: bench.now, sleep=lambda _seconds: None) as made:
        yield made


def test_each_answer_of_the_feed_is_a_beat(house: House) -> None:
    beats: list[datetime] = []
    run = nudge(house, Beat(beats.append, clock=house.clock))
    run()
    assert len(beats) > house.store.spent(NOW.date()) / 2  # an answer of two pages is one
    before = len(beats)
    run()
    assert len(beats) == before + 1


def test_it_beats_while_a_long_digest_is_sent_and_nobody_else_takes_that(house: House, bench: Bench) -> None:
    """Two hundred recipients, and a mail server that takes a minute for each: `status --live` fails after five."""
    beats: list[datetime] = []
    taken: list[object] = []
    channel = FakeChannel("files", parts=200)

    def slow() -> None:
        bench.now += timedelta(minutes=1)
        taken.append(house.store.claim(bench.now, bench.now + timedelta(minutes=2)))

    channel.on_send = slow
    house.channels["files"] = channel
    nudge(house, Beat(beats.append, clock=house.clock))()
    assert len(channel.sent) == len(set(channel.sent)) == 200
    assert max(b - a for a, b in pairwise(beats)) <= timedelta(seconds=STALE_SECONDS)
    assert taken == [None] * 200


def test_the_beat_is_there_as_long_as_the_store_is_held(house: House) -> None:
    file = beat_file(house.config.file)
    with hold_store(house, wait=False) as beat:
        assert not file.exists()
        beat()
        assert file.stat().st_mtime == NOW.timestamp()
        with pytest.raises(StoreBusyError), hold_store(house, wait=False):
            pass
    assert not file.exists()


def test_without_a_place_for_beats_it_serves_all_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(house.config.file / "no folder"))
    with hold_store(house, wait=False) as beat:
        nudge(house, beat)()
    assert house.store.last_delivery("files")
    assert [record.levelno for record in caplog.records].count(logging.WARNING) == 1
