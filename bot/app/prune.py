"""Pruning: what nothing is decided by any more goes after the days that the operator has set; without, all is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.app.cycle import Timing
from bot.core.plan import complete_at, last_complete_day
from bot.core.retention import kept_from
from bot.core.watchlist import Watchlist


class RetentionStore(Protocol):
    """What the database does to let go of what is old."""

    def newest_end(self) -> date | None:
        """The day on which the newest stored window ends; None where nothing is stored."""
        ...

    def thin(self, before: date) -> int:
        """Thins the oldest whole windows of app boards that end before that day, some at a time; returns how many.

        Of each stay the lines that later verdicts may refer to (who led, when an item was in the top n last, which
        names it bore); earlier revisions go. A thinned window is no stored one any more, to whoever asks for boards.
        Days of models, of which all their windows are sums, are never thinned.
        """
        ...

    def drop_messages(self, before: datetime) -> int:
        """Empties the payloads of deliveries that are over whose parts went out before then; returns how many parts.

        What was delivered when, to whom and with which receipt stays, and so does what was told.
        """
        ...


@dataclass(frozen=True, slots=True)
class Keep:
    """For how many days boards are kept as a whole, and sent messages with their text; None: for ever."""

    boards_days: int | None = None
    messages_days: int | None = None


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many windows were thinned, and how many parts of messages emptied."""

    windows: int = 0
    parts: int = 0

    def __bool__(self) -> bool:
        return bool(self.windows or self.parts)


def prune(store: RetentionStore, keep: Keep, watchlists: Sequence[Watchlist], *, timing: Timing) -> Pruned:
    """Lets go of what is older, a few windows a transaction: other writers get their turns in between.

    Boards are kept for longer where a rule of a watchlist looks back further, from the oldest day that may still be
    judged (again).

    What is gone does not come back, so the clock alone is not believed: time goes no further than a day past the newest
    window that is stored.
    """
    newest = store.newest_end() if keep != Keep() else None
    if newest is None:
        return Pruned()
    now = min(timing.clock(), complete_at(newest + timedelta(days=1), timing.settle))
    return Pruned(_thin(store, keep, watchlists, timing, now), _drop(store, keep, now))


def _thin(store: RetentionStore, keep: Keep, watchlists: Sequence[Watchlist], timing: Timing, now: datetime) -> int:
    if keep.boards_days is None:
        return 0
    last = last_complete_day(now, timing.settle)
    oldest = last - timedelta(days=timing.catch_up_days - 1)
    before = kept_from(watchlists, last, keep_days=keep.boards_days, oldest=oldest)
    thinned = 0
    while some := store.thin(before):
        thinned += some
    return thinned


def _drop(store: RetentionStore, keep: Keep, now: datetime) -> int:
    return 0 if keep.messages_days is None else store.drop_messages(now - timedelta(days=keep.messages_days))
