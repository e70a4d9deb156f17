"""Who gets what: a channel that readers have, what its digests are about, and whether one is owed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.app.ports import Channel, Store
from bot.app.records import DayStatus
from bot.core.due import Cadence, day_told, latest_due, wants_quiet
from bot.core.plan import last_complete_day
from bot.core.watchlist import Watchlist


@dataclass(frozen=True, slots=True)
class Subscription:
    """A channel with its cadence and the watchlists whose digests it gets."""

    channel: Channel
    cadence: Cadence
    watchlists: tuple[Watchlist, ...]


def owed_since(
    store: Store, channel: str, cadence: Cadence, watchlists: Iterable[Watchlist], *, now: datetime, settle: timedelta
) -> datetime | None:
    """The due time that has passed and whose digest comes with the next run, or None.

    That is one without a digest whose day is still to be judged, or was judged and has something to tell: news, a
    watchlist that the channel was never told of, or that nothing happened, where the cadence wants that said.
    """
    due_at, last = latest_due(cadence, now, settle), store.last_delivery(channel, until=now)
    if due_at is None or (last and last[0] >= due_at):
        return None
    day, ids = day_told(due_at, settle), [watchlist.id for watchlist in watchlists]
    statuses = {name: days.get(day) for name, days in store.statuses(ids, day).items()}
    open_ids = {name for name in ids if statuses.get(name) in (None, DayStatus.WAITING)}
    fresh = last_complete_day(now, settle)
    begun = store.begun(open_ids, day, until=fresh)
    if any(day >= (begun[name].first if name in begun else fresh) for name in open_ids):
        return due_at
    judged = [name for name in ids if statuses.get(name) is DayStatus.EVALUATED]
    tells = judged and (
        set(judged).difference(store.told_watchlists(channel))
        or wants_quiet(cadence, due_at, last[0] if last else None)
        or store.unsettled(channel, judged, day)
    )
    return due_at if tells else None


def owed_at_first(cadence: Cadence, *, now: datetime, settle: timedelta) -> datetime | None:
    """The same before anything is stored: the first run begins with the last complete day, and tells of no other."""
    due_at = latest_due(cadence, now, settle)
    return due_at if due_at and day_told(due_at, settle) >= last_complete_day(now, settle) else None
