"""From where a digest speaks: how far its channel was told before, and whether that was in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.core.event import Event
from bot.core.week import DAYS
from bot.core.wording import in_words, short_days

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Told:
    """How far a channel was told: ranks are compared with ``base``; what failed after ``noted`` is not said yet.

    ``weekly``: its digests are about so many days that one is a briefing; ``next_word`` is for a quiet digest.
    """

    base: date
    noted: date
    weekly: bool = False
    next_word: str = ""

    def before(self, events: Sequence[Event]) -> date:
        """The last day of which the channel was told before the ``events`` (one at least), of which it was not.

        What is undone since then is no news. It is the base of ranks; later where a digest went out at once after that.
        """
        first = min(event.date for event in events)
        return min(max(self.base, self.noted), first - ONE_DAY)


def told_from(day: date, passed: date, events: Sequence[Event], last: date, *, quiet: bool) -> Told:
    """From where this digest speaks: a quiet one from the last that went out, since which nothing changed."""
    base = _rank_base(day, passed, events)
    return Told(
        min(base, last) if quiet else base,
        min(last, day - ONE_DAY),
        weekly=passed > date.min and (day - passed).days >= DAYS,
    )


def _rank_base(day: date, passed: date, events: Sequence[Event]) -> date:
    """The last day told before this digest: that of the due time before, or the day before the earliest event."""
    bases = [event.date - ONE_DAY for event in events]
    bases += [passed] if passed > date.min else []
    return min([*bases, day - ONE_DAY])


def lateness(events: Sequence[Event], passed: date, last: date) -> str:
    """One clause, where events should have been told at the due time before. ``last`` is the day last told.

    Where nothing was told since before the first of them, all days from it on are late, and not only those with events.
    """
    overdue = {event.date for event in events if event.date <= passed}
    if not overdue:
        return ""
    first = min(overdue)
    number, end = ((passed - first).days + 1, passed) if last < first else (len(overdue), max(overdue))
    covered = f"{in_words(number).capitalize()} {'day was' if number == 1 else 'days were'}"
    return f"{covered} not reported in time ({short_days(first, end)})"
