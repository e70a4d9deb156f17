"""What the database keeps beside rankings and what is told of them; the port is a part of ``bot.app.ports.Store``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bot.app.records import Incident


class Books(Protocol):
    """The requests that were made, when the next may be, and the bot's own troubles."""

    def spend(self, day: date, limit: int) -> int:
        """Counts one request against ``day`` and returns how many that makes; BudgetExhaustedError at the limit."""
        ...

    def spent(self, day: date) -> int:
        """The requests counted for that UTC day."""
        ...

    def reserve(self, now: datetime, space: timedelta) -> datetime:
        """The moment at which this caller may send a request: ``space`` after that of the one before, or ``now``.

        Atomic: of several processes each gets a moment of its own. A clock that was set back stalls nobody
        (``bot.core.pace.turn``); clocks of machines that share a store should agree within seconds.
        """
        ...

    def pause_feed(self, until: datetime, now: datetime) -> None:
        """Notes that the feed asked to be left alone, at most for ``bot.core.pace.LONGEST_PAUSE``; the later counts."""
        ...

    def feed_paused_until(self, now: datetime) -> datetime | None:
        """Until when the feed asked to be left alone; None if that is over."""
        ...

    def open_incident(self, key: str, message: str, now: datetime) -> bool:
        """Notes a trouble; True if it was not open already."""
        ...

    def end_incident(self, key: str, now: datetime) -> Incident | None:
        """Ends a trouble, if it was open, and returns it."""
        ...

    def incidents(self) -> Sequence[Incident]:
        """The open ones, oldest first."""
        ...

    def untold_incidents(self) -> Sequence[Incident]:
        """Those whose opening or end the operator has not been told, oldest first."""
        ...

    def mark_incidents_told(self, incidents: Iterable[Incident]) -> None:
        """Notes that the operator was told of these, as they stand."""
        ...
