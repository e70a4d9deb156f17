"""When a channel's digest is due: exactly one for each due date, in every zone, every day of the year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from bot.core.plan import complete_at, last_complete_day
from bot.core.wording import day as written
from bot.core.wording import full_day, listing

EVERY_DAY = frozenset(range(7))
QUIET_WEEK = timedelta(days=7)
_WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
_CLOCK_CHANGE = timedelta(hours=2)
"""By how much seven local days may be shorter than seven times 24 hours."""
_MINUTE = timedelta(minutes=1)
_LOOK_AHEAD_DAYS = 9
"""A due date lies at most a week off, and a clock change may move it by a day."""


class WhenQuiet(StrEnum):
    """What a channel gets when there is nothing to tell."""

    NOTHING = "nothing"
    LINE = "line"
    WEEKLY_LINE = "weekly-line"


@dataclass(frozen=True, slots=True)
class Cadence:
    """When a channel gets its digests: on which weekdays (Monday is 0), at which local time, in which zone.

    Without ``at`` a digest is due as soon as its day is final, and ``weekdays`` are those of that moment.
    """

    zone: tzinfo
    weekdays: frozenset[int] = EVERY_DAY
    at: time | None = None
    when_quiet: WhenQuiet = WhenQuiet.WEEKLY_LINE

    @property
    def briefing(self) -> bool:
        """A weekly briefing: it always goes out, for a briefing that skips weeks is not trusted."""
        return len(self.weekdays) == 1


def rhythm(cadence: Cadence) -> str:
    """When digests come, within a sentence: "on weekdays at 09:00 (Europe/Berlin)", "every day as soon as …"."""
    if cadence.weekdays == EVERY_DAY:
        days = "every day"
    elif cadence.weekdays == frozenset(range(5)):
        days = "on weekdays"
    else:
        days = f"on {listing([_WEEKDAYS[weekday] for weekday in sorted(cadence.weekdays)])}"
    if cadence.at is None:
        return f"{days} as soon as the figures are final"
    return f"{days} at {cadence.at:%H:%M} ({cadence.zone})"


def instant(day: date, at: time, zone: tzinfo) -> datetime:
    """The UTC moment of a local time: the first, where it comes twice; the next valid minute, where it is skipped."""
    local = datetime.combine(day, at)
    while True:
        moment = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == local:
            return moment
        local += _MINUTE


def due_times(cadence: Cadence, first: date, last: date, settle: timedelta) -> Iterator[datetime]:
    """The due times of the local dates from ``first`` to ``last``, ascending, in UTC."""
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if cadence.at is None:
            moment = complete_at(day - timedelta(days=1), settle)
            weekday = moment.astimezone(cadence.zone).weekday()
        else:
            moment, weekday = instant(day, cadence.at, cadence.zone), day.weekday()
        if weekday in cadence.weekdays:
            yield moment


def latest_due(cadence: Cadence, now: datetime, settle: timedelta) -> datetime | None:
    """The newest due time that is not in the future."""
    today = now.astimezone(UTC).date()
    times = due_times(cadence, today - timedelta(days=_LOOK_AHEAD_DAYS), today + timedelta(days=1), settle)
    return max((moment for moment in times if moment <= now), default=None)


def next_due(cadence: Cadence, now: datetime, settle: timedelta) -> datetime | None:
    """The first due time in the future."""
    today = now.astimezone(UTC).date()
    times = due_times(cadence, today - timedelta(days=1), today + timedelta(days=_LOOK_AHEAD_DAYS), settle)
    return min((moment for moment in times if moment > now), default=None)


def day_told(due_at: datetime, settle: timedelta) -> date:
    """The day that a digest due at that moment is about: the last that was complete then."""
    return last_complete_day(due_at, settle)


def days_told(cadence: Cadence, due_at: datetime, settle: timedelta) -> str:
    """The days that a digest due at that moment is about, in words; of a weekly briefing the week."""
    last = day_told(due_at, settle)
    if not cadence.briefing:
        return written(last)
    first = last - timedelta(days=6)
    return f"{first.day if first.month == last.month else full_day(first)} to {full_day(last)}"


def wants_quiet(cadence: Cadence, due_at: datetime, last_due_at: datetime | None) -> bool:
    """Whether a digest goes out although there is nothing to tell. ``last_due_at`` is of the channel's last one."""
    if cadence.briefing or cadence.when_quiet is WhenQuiet.LINE:
        return True
    if cadence.when_quiet is WhenQuiet.NOTHING or last_due_at is None:
        return False
    return due_at - last_due_at >= QUIET_WEEK - _CLOCK_CHANGE


def next_word(cadence: Cadence, due_at: datetime, settle: timedelta) -> str:
    """When a channel that gets a line a quiet week hears again after one due at ``due_at``; empty for any other."""
    if cadence.briefing or cadence.when_quiet is not WhenQuiet.WEEKLY_LINE:
        return ""
    first = due_at.astimezone(UTC).date() + timedelta(days=_LOOK_AHEAD_DAYS - 4)
    times = due_times(cadence, first, first + timedelta(days=2 * _LOOK_AHEAD_DAYS), settle)
    again = next((moment for moment in times if wants_quiet(cadence, moment, due_at)), None)
    when = f", or on {written(again.astimezone(cadence.zone).date())}" if again else ""
    return f"Next word when something moves{when}."
