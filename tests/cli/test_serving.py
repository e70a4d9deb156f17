"""What a serving process holds and does: its turn, its beat, and what a nudge runs."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from threading import Event

import pytest

from bot.adapters.store.turn import Turn
from bot.app.records import NewDelivery
from bot.cli.live import STALE_SECONDS, beat_file
from bot.cli.serving import Hold, hold_store, nudge
from bot.config.fields import LONGEST_ANSWER
from bot.core.delivery import Delivery, DeliveryStatus, Failed, Step
from bot.errors import StoreBusyError, StoreError
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
    run = nudge(house, Hold(Beat(beats.append, clock=house.clock), keep=lambda: True))
    run()
    assert len(beats) > house.store.spent(NOW.date()) / 2  # an answer of two pages is one
    before = len(beats)
    run()
    assert len(beats) == before + 1


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are counted in /proc")
def test_after_a_cycle_nothing_of_the_store_is_held(house: House, bench: Bench) -> None:
    """Each connection of SQLite keeps up to 2 MB of what it read, which the next cycle a day later has no use for."""

    def held() -> int:
        files = [file.readlink() for file in Path("/proc/self/fd").iterdir() if file.is_symlink()]
        return files.count(bench.folder / "rankbot.db")

    assert house.store.spent(NOW.date()) == 0
    assert held() == 1
    nudge(house, Hold(Beat(lambda _now: None, clock=house.clock), keep=lambda: True))()
    assert held() == 0
    assert house.store.spent(NOW.date()) > 0


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
    nudge(house, Hold(Beat(beats.append, clock=house.clock), keep=lambda: True))()
    assert len(channel.sent) == len(set(channel.sent)) == 200
    assert max(b - a for a, b in pairwise(beats)) <= timedelta(seconds=STALE_SECONDS)
    assert taken == [None] * 200


def test_a_board_whose_answers_take_their_time_is_no_reason_to_end_a_process() -> None:
    """It beats after each board, of which some take two answers, and each as long as the configuration lets it."""
    assert 2 * LONGEST_ANSWER < STALE_SECONDS


def test_the_beat_is_there_as_long_as_the_store_is_held(house: House) -> None:
    file = beat_file(house.config.file)
    with hold_store(house, wait=False, stopping=Event()) as hold:
        assert not file.exists()
        hold.beat()
        assert file.stat().st_mtime == NOW.timestamp()
        with pytest.raises(StoreBusyError), hold_store(house, wait=False, stopping=Event()):
            pass
    assert not file.exists()


def test_systemd_hears_of_the_start_each_beat_and_the_end(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = str(tmp_path / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        manager.settimeout(5)
        with hold_store(house, wait=False, stopping=Event()) as hold:
            hold.beat()
            assert manager.recv(100) == b"READY=1\nWATCHDOG=1"
        assert manager.recv(100) == b"STOPPING=1"


def test_a_systemd_that_is_gone_costs_no_beat(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    with hold_store(house, wait=False, stopping=Event()) as hold:
        hold.beat()
        hold.beat()
        assert beat_file(house.config.file).stat().st_mtime == NOW.timestamp()
    assert len(caplog.records) == 1


def test_without_a_place_for_beats_it_serves_all_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(house.config.file / "no folder"))
    with hold_store(house, wait=False, stopping=Event()) as hold:
        nudge(house, hold)()
    assert house.store.last_delivery("files")
    assert [record.levelno for record in caplog.records].count(logging.WARNING) == 1


class TestSwitch:
    """The dead man's switch hears of a cycle that stored its data, once the outbox is empty, be it between two."""

    def test_what_goes_out_later_brings_the_ping_that_the_cycle_could_not(
        self, house: House, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pings: list[datetime] = []
        monkeypatch.setattr(house, "ping", lambda: pings.append(bench.now))
        busy = Failed("HTTP 503", permanent=False)
        house.channels["files"] = FakeChannel("files", answers=[busy])
        beat = nudge(house, Hold(Beat(lambda _now: None, clock=house.clock), keep=lambda: True))
        for _ in range(4):
            beat()
            bench.now += timedelta(seconds=61)
        assert pings == [NOW + timedelta(seconds=61)]

    def test_none_while_data_is_missing(self, house: House, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        pings: list[datetime] = []
        monkeypatch.setattr(house, "ping", lambda: pings.append(bench.now))
        house.config.openrouter.__dict__["base_url"] = "http://127.0.0.1:9/api/v1"
        TestHelping().enqueue(house, "files")
        beat = nudge(house, Hold(Beat(lambda _now: None, clock=house.clock), keep=lambda: True))
        for _ in range(2):
            beat()
            bench.now += timedelta(seconds=61)
            TestHelping().enqueue(house, "files")
        assert pings == []


class TestHelping:
    """Who does not have the turn only sends, and only what it knows of."""

    def enqueue(self, house: House, channel: str) -> Delivery:
        step = Step(0, "2026-11-10", '{".txt": "News"}')
        new = NewDelivery(channel, house.clock(), NOW.date(), "News", (step,), notice=True)
        made = house.store.enqueue(new, [], NOW)
        assert made
        return made

    def test_one_that_lost_the_turn_asks_for_nothing_and_sends_what_it_knows(
        self, house: House, caplog: pytest.LogCaptureFixture
    ) -> None:
        house.channels["files"] = channel = FakeChannel("files")
        known, other = self.enqueue(house, "files"), self.enqueue(house, "elsewhere")
        beats: list[datetime] = []
        nudge(house, Hold(Beat(beats.append, clock=house.clock), keep=lambda: False))()
        assert (house.store.spent(NOW.date()), len(channel.sent)) == (0, 1)
        states = {one.id: one.status for one in house.store.deliveries()}
        assert states == {known.id: DeliveryStatus.SENT, other.id: DeliveryStatus.PENDING}
        assert beats
        assert "another process serves the store now; this one only sends" in caplog.text

    def test_what_is_refused_then_is_an_incident_for_the_one_that_serves_to_tell(self, house: House) -> None:
        refused = Failed("channel_not_found", permanent=True)
        house.channels["files"] = FakeChannel("files", answers=[refused])
        made = self.enqueue(house, "files")
        nudge(house, Hold(Beat(lambda _now: None, clock=house.clock), keep=lambda: False))()
        assert [incident.key for incident in house.store.untold_incidents()] == [f"delivery:files:{made.id}"]

    def test_a_store_that_cannot_be_asked_is_told_by_the_cycle(
        self, house: House, caplog: pytest.LogCaptureFixture
    ) -> None:
        def unreachable() -> bool:
            raise StoreError("The store closed the connection.")

        nudge(house, Hold(Beat(lambda _now: None, clock=house.clock), keep=unreachable))()
        assert house.store.spent(NOW.date())

    def test_a_store_that_fails_while_helping_is_logged(
        self, house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def closed(*_arguments: object, **_options: object) -> None:
            raise StoreError("The store closed the connection.")

        monkeypatch.setattr(house.store, "claim", closed)
        nudge(house, Hold(Beat(lambda _now: None, clock=house.clock), keep=lambda: False))()
        assert "nothing could be sent while waiting reason=The store closed the connection." in caplog.text


class OneRound(Event):
    """Is set by the first wait: a process that waits its turn goes round once."""

    def wait(self, timeout: float | None = None) -> bool:
        self.set()
        return True


@pytest.mark.usefixtures("signals")
class TestWaiting:
    """A second process beats and sends while it waits, and ends when it is told to."""

    def test_it_says_for_whom_it_waits_and_sends(self, house: House, caplog: pytest.LogCaptureFixture) -> None:
        house.channels["files"] = channel = FakeChannel("files")
        TestHelping().enqueue(house, "files")
        stopping = OneRound()
        with (
            hold_store(house, wait=False, stopping=Event()),
            hold_store(house, wait=True, stopping=stopping),
        ):
            assert stopping.is_set()
        assert len(channel.sent) == 1
        assert "The store is served by process " in caplog.text

    def test_sigterm_ends_the_wait(self, house: House) -> None:
        stopping = Event()
        channel = FakeChannel("files", on_send=lambda: signal.raise_signal(signal.SIGTERM))
        house.channels["files"] = channel
        TestHelping().enqueue(house, "files")
        with (
            hold_store(house, wait=False, stopping=Event()),
            hold_store(house, wait=True, stopping=stopping),
        ):
            assert stopping.is_set()
        assert len(channel.sent) == 1

    def test_a_store_that_goes_away_meanwhile_is_asked_again(
        self, house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        answers: list[bool | StoreError] = [False, StoreError("The store closed the connection."), True]

        def take(_turn: Turn) -> bool:
            answer = answers.pop(0)
            if isinstance(answer, StoreError):
                raise answer
            return answer

        class Quick(Event):
            def wait(self, timeout: float | None = None) -> bool:
                return False

        monkeypatch.setattr(Turn, "take", take)
        stopping = Quick()
        with hold_store(house, wait=True, stopping=stopping):
            assert not stopping.is_set()
        assert "the store can't be asked for its turn reason=The store closed the connection." in caplog.text
        assert answers == []
