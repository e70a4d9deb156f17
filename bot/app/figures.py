"""The state of the bot in numbers, for whoever draws or watches them. None of them names anything or anybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.app.ports import Store
from bot.app.records import DayStatus, Incident
from bot.core.delivery import DeliveryStatus
from bot.core.plan import complete_at, last_complete_day
from bot.core.watchlist import Watchlist

OPEN = (DeliveryStatus.PENDING, DeliveryStatus.CLAIMED, DeliveryStatus.UNKNOWN, DeliveryStatus.DEAD)
"""The states of deliveries that are not over."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted at one moment.

    ``evaluated_until`` is when the newest day became final that every watchlist has evaluated; None where one has none.
    ``waiting_since``: when the oldest open delivery was due. ``deliveries`` are the open ones by status.
    """

    complete_until: datetime
    evaluated_until: datetime | None
    requests_used: int
    requests_limit: int
    deliveries: Mapping[DeliveryStatus, int]
    waiting_since: datetime | None
    incidents: int
    quarantined: int
    store_bytes: int


GROWTH_AFTER_DAYS = 14
"""Days without which no growth is told: the first days bring weeks of the past with them."""
YEAR = 365


@dataclass(frozen=True, slots=True)
class Standing:
    """What the store tells of itself.

    ``days`` is of how many days there are windows, fetched from ``first_fetched_at`` to ``last_fetched_at``;
    ``own_bytes`` is what they and all else of the bot's takes, ``last_ended`` the trouble that ended last.
    """

    revision: str
    own_bytes: int
    days: int
    first_fetched_at: datetime | None = None
    last_fetched_at: datetime | None = None
    last_ended: Incident | None = None

    def bytes_a_year(self) -> int | None:
        """By how much the store grows, as a day took so far; None while it has been filled for less than 14 days."""
        if self.first_fetched_at is None or self.last_fetched_at is None:
            return None
        filled = (self.last_fetched_at - self.first_fetched_at) / timedelta(days=1)
        return round(self.own_bytes * YEAR / self.days) if min(filled, self.days) >= GROWTH_AFTER_DAYS else None


class SizedStore(Store, Protocol):
    """A store that knows how much room it takes."""

    def size(self) -> int:
        """Its bytes."""
        ...


def figures(
    store: SizedStore, watchlists: Sequence[Watchlist], *, now: datetime, settle: timedelta, requests_limit: int
) -> Figures:
    """Counts what the store holds."""
    waiting = store.deliveries(open_only=True)
    counted = Counter(delivery.status for delivery in waiting)
    return Figures(
        complete_until=complete_at(last_complete_day(now, settle), settle),
        evaluated_until=_evaluated_until(store, watchlists, settle),
        requests_used=store.spent(now.date()),
        requests_limit=requests_limit,
        deliveries={status: counted[status] for status in OPEN},
        waiting_since=min((delivery.due_at for delivery in waiting), default=None),
        incidents=len(store.incidents()),
        quarantined=len(store.quarantined()),
        store_bytes=store.size(),
    )


def _evaluated_until(store: Store, watchlists: Sequence[Watchlist], settle: timedelta) -> datetime | None:
    newest = [_newest(store, watchlist) for watchlist in watchlists]
    days = [day for day in newest if day]
    return complete_at(min(days), settle) if days and len(days) == len(newest) else None


def _newest(store: Store, watchlist: Watchlist) -> date | None:
    marks = store.ledger(watchlist.id)
    return max((mark.date for mark in marks if mark.status is DayStatus.EVALUATED), default=None)
