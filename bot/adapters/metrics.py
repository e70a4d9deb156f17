"""Figures for Prometheus: one address on this machine, which counts anew whenever it is asked.

No label holds a name: what a board, a channel or an app is called is nobody's business who watches a machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot import __version__
from bot.app.figures import Figures
from bot.errors import StoreError, UsageError

if TYPE_CHECKING:
    from prometheus_client.core import Metric

FAMILIES = {
    "rankbot_info": "The program's version, as a label.",
    "rankbot_store_readable": "1 where the store could be asked; 0: all but the cycles is missing.",
    "rankbot_last_cycle_timestamp_seconds": "When this process ended its last cycle.",
    "rankbot_last_good_cycle_timestamp_seconds": "When it last ended one with all data stored and the outbox empty.",
    "rankbot_complete_until_timestamp_seconds": "When the newest day became final that could be evaluated.",
    "rankbot_evaluated_until_timestamp_seconds": "When the newest day became final that every watchlist has evaluated.",
    "rankbot_requests_used": "Requests to OpenRouter today.",
    "rankbot_requests_limit": "Requests to OpenRouter that a day may have.",
    "rankbot_deliveries": "Deliveries that are not over, by status: pending, claimed, unknown, dead.",
    "rankbot_oldest_delivery_timestamp_seconds": "When the oldest delivery was due that is not over.",
    "rankbot_incidents": "Troubles that are open.",
    "rankbot_quarantined_windows": "Answers of OpenRouter that are not believed.",
    "rankbot_store_bytes": "What the store takes.",
}
"""Every family, a gauge each, with its help. Those about moments that were not yet are left out of an answer."""


@dataclass(slots=True)
class Cycles:
    """When this process ended its last cycle, and its last good one; None: not yet."""

    last_at: datetime | None = None
    good_at: datetime | None = None


class Collector:
    """Turns what ``read`` counts, and the cycles, into Prometheus' families. ``read`` may raise StoreError."""

    def __init__(self, read: Callable[[], Figures], cycles: Cycles) -> None:
        self._read = read
        self._cycles = cycles

    def collect(self) -> Iterator[Metric]:
        """The families of one answer."""
        from prometheus_client.core import GaugeMetricFamily

        info = GaugeMetricFamily("rankbot_info", FAMILIES["rankbot_info"], labels=["version"])
        info.add_metric([__version__], 1)
        yield info
        try:
            found: Figures | None = self._read()
        except StoreError:  # it is the answer that the store can't be asked; why, the log and `status` tell
            found = None
        values: dict[str, float | None] = {
            "rankbot_store_readable": float(found is not None),
            "rankbot_last_cycle_timestamp_seconds": _seconds(self._cycles.last_at),
            "rankbot_last_good_cycle_timestamp_seconds": _seconds(self._cycles.good_at),
            **(_values(found) if found else {}),
        }
        for name, value in values.items():
            if value is not None:
                yield GaugeMetricFamily(name, FAMILIES[name], value=value)
        if found:
            deliveries = GaugeMetricFamily("rankbot_deliveries", FAMILIES["rankbot_deliveries"], labels=["status"])
            for status, count in found.deliveries.items():
                deliveries.add_metric([status.value], count)
            yield deliveries


def _values(found: Figures) -> dict[str, float | None]:
    return {
        "rankbot_complete_until_timestamp_seconds": _seconds(found.complete_until),
        "rankbot_evaluated_until_timestamp_seconds": _seconds(found.evaluated_until),
        "rankbot_requests_used": found.requests_used,
        "rankbot_requests_limit": found.requests_limit,
        "rankbot_oldest_delivery_timestamp_seconds": _seconds(found.waiting_since),
        "rankbot_incidents": found.incidents,
        "rankbot_quarantined_windows": found.quarantined,
        "rankbot_store_bytes": found.store_bytes,
    }


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None


@contextmanager
def answering(read: Callable[[], Figures], cycles: Cycles, *, address: str, port: int) -> Iterator[int]:
    """Answers Prometheus on ``http://ADDRESS:PORT/metrics`` for as long as this lasts; yields the port.

    Port 0 is any free one. Raises UsageError where the address can't be had.
    """
    from prometheus_client import CollectorRegistry, start_http_server

    registry = CollectorRegistry()
    registry.register(Collector(read, cycles))
    try:
        server, thread = start_http_server(port, addr=address, registry=registry)
    except OSError as error:
        raise UsageError(
            f"Figures can't be answered on {address}, port {port}: {error.strerror or error}.",
            hint="See [metrics] address and port.",
        ) from error
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
