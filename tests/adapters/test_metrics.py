"""What Prometheus is answered, over a socket of this machine."""

from __future__ import annotations

import http.client
import re
from datetime import UTC, datetime

import pytest

from bot import __version__
from bot.adapters.metrics import FAMILIES, Cycles, answering
from bot.app.figures import Figures
from bot.core.delivery import DeliveryStatus
from bot.errors import StoreBusyError, UsageError

pytest.importorskip("prometheus_client", reason="the extra `metrics` is not installed")

NOW = datetime(2026, 11, 11, 9, 0, tzinfo=UTC)
FOUND = Figures(
    complete_until=NOW,
    evaluated_until=NOW,
    requests_used=17,
    requests_limit=500,
    deliveries={DeliveryStatus.PENDING: 2, DeliveryStatus.DEAD: 1},
    waiting_since=NOW,
    incidents=3,
    quarantined=4,
    store_bytes=1000,
)


def scrape(port: int) -> str:
    """What is answered, as Prometheus would ask."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/metrics")
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read().decode()
    finally:
        connection.close()


def test_every_family_is_answered_with_its_figure() -> None:
    with answering(lambda: FOUND, Cycles(NOW, NOW), address="127.0.0.1", port=0) as port:
        text = scrape(port)
    assert re.findall(r"^# TYPE (\S+) gauge$", text, re.MULTILINE) != []
    assert set(re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE)) == set(FAMILIES)
    lines = dict(re.findall(r"^(rankbot\S+) (\S+)$", text, re.MULTILINE))
    assert lines["rankbot_requests_used"] == "17.0"
    assert lines['rankbot_deliveries{status="pending"}'] == "2.0"
    assert float(lines["rankbot_last_good_cycle_timestamp_seconds"]) == NOW.timestamp()
    assert lines[f'rankbot_info{{version="{__version__}"}}'] == "1.0"


def test_labels_hold_no_names() -> None:
    with answering(lambda: FOUND, Cycles(), address="127.0.0.1", port=0) as port:
        labels = set(re.findall(r'(\w+)="([^"]*)"', scrape(port)))
    assert labels == {("version", __version__), ("status", "pending"), ("status", "dead")}


def test_it_counts_anew_at_each_question_and_leaves_out_what_was_not_yet() -> None:
    cycles = Cycles()
    with answering(lambda: FOUND, cycles, address="127.0.0.1", port=0) as port:
        assert "rankbot_last_cycle_timestamp_seconds" not in scrape(port)
        cycles.last_at = NOW
        assert "rankbot_last_cycle_timestamp_seconds" in scrape(port)


def test_a_store_that_cannot_be_asked_is_a_figure_too() -> None:
    def busy() -> Figures:
        raise StoreBusyError("The store is busy.")

    with answering(busy, Cycles(NOW), address="127.0.0.1", port=0) as port:
        text = scrape(port)
    assert "rankbot_store_readable 0.0" in text
    assert "rankbot_last_cycle_timestamp_seconds" in text
    assert "rankbot_store_bytes" not in text


def test_a_port_that_is_taken_is_said() -> None:
    with (
        answering(lambda: FOUND, Cycles(), address="127.0.0.1", port=0) as port,
        pytest.raises(UsageError, match=f"can't be answered on 127.0.0.1, port {port}"),
        answering(lambda: FOUND, Cycles(), address="127.0.0.1", port=port),
    ):
        pass


def test_the_port_is_free_afterwards() -> None:
    with answering(lambda: FOUND, Cycles(), address="127.0.0.1", port=0) as port:
        pass
    with answering(lambda: FOUND, Cycles(), address="127.0.0.1", port=port) as again:
        assert again == port
