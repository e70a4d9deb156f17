"""What a house does beside its cycles: pruning, figures, and warnings of its configuration."""

from __future__ import annotations

import http.client
import logging
import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.app.records import NewDelivery
from bot.core.delivery import DeliveryStatus, Step
from bot.errors import StoreBusyError
from bot.logs import log_warnings
from bot.wiring import House, after_cycle, load_config
from tests.builders import CLI_AGENTS, DAY, snapshot

NOW = datetime(2026, 11, 11, 9, 0, tzinfo=UTC)
CONFIG = """
[store]
keep_boards_days = 90
keep_messages_days = 30
[channel.files]
type = "file"
[watchlist.cli]
subcategory = "cli-agent"
"""


def free_port() -> int:
    """A port of this machine that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house that keeps boards for ninety days and messages for thirty."""
    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-or-invented")
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    with House(load_config(tmp_path / "config.toml"), clock=lambda: NOW) as made:
        yield made


def put_old(house: House) -> int:
    """A board and a message that are a year old."""
    old = NOW - timedelta(days=365)
    house.store.save([snapshot(CLI_AGENTS, DAY - timedelta(days=back), [("10", "Hermes", 5)]) for back in (0, 365)])
    made = house.store.enqueue(NewDelivery("files", old, DAY, "s", (Step(0, "C1", "text"),)), [], old)
    assert made
    options = {"held_until": None, "next_attempt_at": None}
    assert house.store.release(made.id, DeliveryStatus.SENT, attempts=1, looks=0, last_error="", **options)
    return made.id


def test_each_cycle_lets_go_of_what_is_old(house: House, caplog: pytest.LogCaptureFixture) -> None:
    number = put_old(house)
    with caplog.at_level(logging.INFO):
        after_cycle(house, complete=True)
        after_cycle(house, complete=True)
    assert house.store.thinned_until(CLI_AGENTS) == DAY - timedelta(days=365)
    found = house.store.delivery(number)
    assert found
    assert found.steps[0].payload == ""
    assert [record.getMessage() for record in caplog.records] == ["pruned windows=1 parts=1"]


def test_a_store_that_is_busy_is_pruned_by_the_next_cycle(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def busy(_before: object) -> int:
        raise StoreBusyError("The store is busy.")

    put_old(house)
    monkeypatch.setattr(house.store, "thin", busy)
    assert after_cycle(house, complete=True).complete
    assert "nothing was pruned reason=The store is busy." in caplog.text


def test_prometheus_is_answered_where_the_configuration_says(house: House, tmp_path: Path) -> None:
    pytest.importorskip("prometheus_client", reason="the extra `metrics` is not installed")
    port = free_port()
    (tmp_path / "other.toml").write_text(f"{CONFIG}[metrics]\nport = {port}\n", encoding="utf-8")
    with House(load_config(tmp_path / "other.toml"), clock=lambda: NOW) as answering, answering.metrics():
        after_cycle(answering, complete=True)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
    figures = dict(re.findall(r"^(rankbot_\w+) (\S+)$", text, re.MULTILINE))
    assert float(figures["rankbot_last_good_cycle_timestamp_seconds"]) == NOW.timestamp()
    assert float(figures["rankbot_requests_limit"]) == 500
    assert float(figures["rankbot_store_bytes"]) == house.store.size()


def test_a_cycle_that_left_something_is_no_good_one(house: House) -> None:
    after_cycle(house, complete=False)
    assert (house.cycles.last_at, house.cycles.good_at) == (NOW, None)


def test_nobody_is_answered_without_a_port(house: House) -> None:
    with house.metrics() as answered:
        assert answered is None


def test_what_will_be_an_error_is_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.config.warnings.append("`colour` in [log] is no longer read, since rankbot 0.2.0. Delete the line.")
    log_warnings(house.config)
    assert "`colour` in [log] is no longer read" in caplog.text
