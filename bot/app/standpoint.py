"""From where a digest speaks: of each watchlist since which day, and whether its news comes in time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.app.records import DayStatus, WatchlistDay
from bot.core.days import ONE_DAY
from bot.core.event import Event
from bot.core.text import clean
from bot.core.watchlist import Watchlist
from bot.core.week import BRIEFING_DAYS
from bot.core.wording import in_words, listing, short_days

NAMED = 3
"""Watchlists that the clause about what is late names."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """A due time of a channel, and how far the channel had come before it.

    ``day`` is the last day that its digest is about. ``passed`` is the day of the due time before (``date.min`` without
    one): news up to it should have been told then. ``last`` is the last day of the digest before, None without one.
    ``told`` has each watchlist that the channel has had, with the newest of its days that a digest spoke of; None where
    that was not noted.
    """

    due_at: datetime
    day: date
    passed: date
    last: date | None
    told: Mapping[str, date | None]

    @property
    def start(self) -> date:
        """After which day a watchlist that is new to the channel has news: older is settled unsaid."""
        return min(self.passed, self.day - ONE_DAY)

    def told_until(self, watchlist: str) -> date:
        """The newest day of the watchlist that a digest spoke of; ``start`` of one that is new.

        Never after the digest before: what a clock that was ahead has noted is a day to come.
        """
        if self.last is None or watchlist not in self.told:
            return self.start
        return min(self.told[watchlist] or self.last, self.last)

    def known_until(self, watchlist: str) -> date:
        """The day up to which the channel knows of the watchlist: that of the due time before.

        At that one there may have been nothing to tell. But where a digest went out then or later that was without the
        watchlist, its board had not come, and the channel knows no more than it was told.
        """
        told = self.told_until(watchlist)
        left_out = self.last is not None and told < self.last and self.last >= self.passed
        return told if left_out or watchlist not in self.told else self.passed

    def knows(self, event: Event) -> bool:
        """Whether the event's day was told, or went by without it."""
        return event.date <= max(self.known_until(event.watchlist), self.told_until(event.watchlist))


@dataclass(frozen=True, slots=True)
class Footing:
    """From where a digest speaks of one watchlist: ranks are compared with ``base``, or the last board before it.

    ``told`` is the newest of its days that a digest spoke of, ``until`` the newest, up to the digest's, that was judged
    or given up; ``notes`` say what could not be judged up to then and no digest has said.
    """

    base: date
    told: date
    until: date
    notes: tuple[str, ...] = ()

    def told_before(self, events: Sequence[Event]) -> date:
        """The last day of which the channel was told before the ``events`` (one at least), of which it was not.

        What is undone since then is no news. It is the base of ranks; later where a digest went out at once after that.
        """
        first = min(event.date for event in events)
        return min(max(self.base, self.told), first - ONE_DAY)

    @classmethod
    def after(cls, told: date, day: date, marks: Iterable[WatchlistDay], *, base: date) -> Footing:
        """Of a watchlist that was told until a day: what its ``marks`` say of the days after it, up to ``day``."""
        done = [mark for mark in marks if mark.date <= day and mark.status is not DayStatus.WAITING]
        notes = tuple(note for mark in done if mark.date > told for note in mark.notes)
        return cls(base, told, max((mark.date for mark in done), default=told), notes)


@dataclass(frozen=True, slots=True)
class Standpoint:
    """From where a digest speaks: of each watchlist, and as a whole.

    ``since`` is the last day told before. ``late`` is a clause, or empty; ``complete``: every watchlist of the channel
    is told up to the digest's day. ``weekly``: the channel's digests are about so many days that one is a briefing.
    ``next_word`` is for a quiet digest.
    """

    footings: Mapping[str, Footing]
    since: date
    late: str = ""
    complete: bool = True
    weekly: bool = False
    next_word: str = ""


def footing(
    watchlist: str, occasion: Occasion, events: Sequence[Event], marks: Sequence[WatchlistDay], *, quiet: bool
) -> Footing:
    """From where the digest speaks of a watchlist; ``events`` are all that it tells, of whichever.

    ``marks`` are the watchlist's days from ``told_until`` on, ascending. Of one that is new to the channel nothing is
    compared with an older day than that before its first.
    """
    told = occasion.told_until(watchlist)
    base = min(_bases(watchlist, occasion, events, quiet=quiet))
    if watchlist not in occasion.told and marks:
        base = max(base, marks[0].date - ONE_DAY)
    return Footing.after(told, occasion.day, marks, base=base)


def _bases(watchlist: str, occasion: Occasion, events: Sequence[Event], *, quiet: bool) -> Iterator[date]:
    """The days of which the oldest is the base of ranks.

    The last one that is known; the day before each of the watchlist's events, and before the first that is late on any
    where nothing was told of this one since. In a ``quiet`` digest that of the last, for nothing has changed since.
    """
    told, known = occasion.told_until(watchlist), occasion.known_until(watchlist)
    overdue = min((event.date for event in events if event.date <= occasion.passed), default=None)
    yield occasion.day - ONE_DAY
    yield from (event.date - ONE_DAY for event in events if event.watchlist == watchlist)
    if known > date.min:
        yield known
    if overdue and told < overdue:
        yield overdue - ONE_DAY
    if quiet:
        yield told


def lateness(occasion: Occasion, shown: Sequence[Watchlist], events: Sequence[Event]) -> str:
    """One clause, where events should have been told at the due time before; a channel's first digest is never late.

    Where some of the watchlists ``shown`` were told in time, it names those that were not.
    """
    late = {one.id: frozenset(_late(one.id, occasion, events)) for one in shown}
    days = frozenset[date]().union(*late.values())
    if not days or occasion.last is None:
        return ""
    others = [one.id for one in shown if one.id in occasion.told and not late[one.id]]
    in_time = any(occasion.told_until(other) >= min(days) for other in others)
    titles = [clean(one.title) for one in shown if late[one.id]] if in_time else []
    named = f" of {listing(titles, NAMED)}" if titles else ""
    covered = f"{in_words(len(days)).capitalize()} {'day' if len(days) == 1 else 'days'}{named}"
    verb = "was" if len(days) == 1 else "were"
    return f"{covered} {verb} not reported in time ({short_days(min(days), max(days))})"


def _late(watchlist: str, occasion: Occasion, events: Sequence[Event]) -> Iterator[date]:
    """The watchlist's days that are told late: those with events.

    Where nothing was told of it since before the first of them, these are all days from it to the due time before.
    """
    overdue = {event.date for event in events if event.watchlist == watchlist and event.date <= occasion.passed}
    if overdue and occasion.told_until(watchlist) < min(overdue):
        days = (min(occasion.passed, occasion.day) - min(overdue)).days
        overdue |= {min(overdue) + number * ONE_DAY for number in range(days + 1)}
    yield from overdue


def standpoint(
    occasion: Occasion,
    subscribed: Iterable[str],
    shown: Sequence[Watchlist],
    events: Sequence[Event],
    *,
    footings: Mapping[str, Footing],
    quiet: bool,
    next_word: str,
) -> Standpoint:
    """From where the digest speaks as a whole; ``subscribed`` are all watchlists of the channel, shown or not.

    The days that it is about begin with the earliest base; of how long nothing has happened speaks the newest.
    """
    bases = [one.base for one in footings.values()]
    up_to_date = {watchlist for watchlist, one in footings.items() if one.until >= occasion.day}
    return Standpoint(
        footings,
        max(bases) if quiet else min(bases),
        lateness(occasion, shown, events),
        complete=up_to_date.issuperset(subscribed),
        weekly=occasion.last is not None and date.min < occasion.passed <= occasion.day - BRIEFING_DAYS * ONE_DAY,
        next_word=next_word,
    )
