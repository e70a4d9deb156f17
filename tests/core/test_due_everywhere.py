"""Due times in every zone of the tz database, around each of its clock changes of two years.

What is expected is found without arithmetic on offsets: a digest is due in the first minute in which the wall clock of
the zone shows the asked-for time, or a later one, of that date.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from bot.core.due import EVERY_DAY, Cadence, due_times, latest_due, next_due

SETTLE = timedelta(hours=2)
BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
AROUND = 3
"""Days before and after a clock change that are looked at."""
HOURS = [time(hour) for hour in range(24)]
ODD_TIMES = [time(hour, minute) for hour in range(24) for minute in (15, 30, 59)]
WEEKDAYS = {"daily": EVERY_DAY, "weekdays": frozenset(range(5)), "a list": frozenset({0, 5, 6})}
SAMPLE = (
    "Africa/Casablanca",
    "America/New_York",
    "America/Nuuk",
    "America/Santiago",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/Dublin",
    "Pacific/Chatham",
)
"""Changes at midnight, by half an hour, in winter, of five days a year, and the usual ones."""


def changes(zone: str) -> tuple[datetime, ...]:
    """The first minutes, in UTC, of each new offset of the zone within the two years."""
    info = ZoneInfo(zone)
    hours = [BEGIN + number * 12 * HOUR for number in range((END - BEGIN) // (12 * HOUR) + 1)]
    return tuple(
        _first_of_offset(info, before, after)
        for before, after in pairwise(hours)
        if before.astimezone(info).utcoffset() != after.astimezone(info).utcoffset()
    )


def _first_of_offset(info: ZoneInfo, before: datetime, after: datetime) -> datetime:
    old = before.astimezone(info).utcoffset()
    minutes = [before + number * MINUTE for number in range((after - before) // MINUTE + 1)]
    return minutes[bisect_left(minutes, 1, key=lambda minute: int(minute.astimezone(info).utcoffset() != old))]


@cache
def rules() -> Mapping[tuple[object, ...], str]:
    """One zone for each way in which clocks are changed: what zones differ in is only when, from what and to what."""
    found: dict[tuple[object, ...], str] = {}
    for zone in sorted(available_timezones()):
        info, times = ZoneInfo(zone), changes(zone)
        offsets = [moment.astimezone(info).utcoffset() for moment in (BEGIN, *times)]
        found.setdefault((times, *offsets), zone)
    return found


def shown(zone: ZoneInfo, start: date, end: date) -> tuple[list[datetime], list[datetime]]:
    """The minutes, in UTC, in which those local dates lie, and the latest that the wall clock has shown by each."""
    first = datetime.combine(start, time(), UTC) - DAY
    last = datetime.combine(end, time(), UTC) + 2 * DAY
    minutes = [first + number * MINUTE for number in range((last - first) // MINUTE)]
    walls = (minute.astimezone(zone).replace(tzinfo=None) for minute in minutes)
    return minutes, list(accumulate(walls, max))


def windows(zone: str) -> Iterator[tuple[date, date]]:
    """The local dates around each clock change; of a zone that has none, around a new year."""
    for change in changes(zone) or (datetime(2027, 1, 1, tzinfo=UTC),):
        day = change.astimezone(ZoneInfo(zone)).date()
        yield day - AROUND * DAY, day + AROUND * DAY


def check(zone: str, times: Sequence[time], chance: random.Random) -> int:
    """Holds the due times of a zone against its wall clock; returns how many were looked at."""
    info, seen = ZoneInfo(zone), 0
    for start, end in windows(zone):
        minutes, walls = shown(info, start, end)
        dates = [start + number * DAY for number in range((end - start).days + 1)]
        for at in times:
            expected = [minutes[bisect_left(walls, datetime.combine(day, at))] for day in dates]
            assert len(set(expected)) == len(dates)
            for weekdays in WEEKDAYS.values():
                cadence = Cadence(info, weekdays, at)
                wanted = [due for day, due in zip(dates, expected, strict=True) if day.weekday() in weekdays]
                assert list(due_times(cadence, start, end, SETTLE)) == wanted, (zone, at)
                assert_nothing_is_missed_or_doubled(cadence, wanted, chance)
                seen += len(wanted)
    return seen


def assert_nothing_is_missed_or_doubled(cadence: Cadence, due: Sequence[datetime], chance: random.Random) -> None:
    """Whenever one wakes between two due times, the earlier is the latest due, and the later the next."""
    for before, after in pairwise(due):
        for now in (before, before + chance.randrange(1, (after - before) // MINUTE) * MINUTE, after - MINUTE / 60):
            assert latest_due(cadence, now, SETTLE) == before
        assert next_due(cadence, before, SETTLE) == after


@pytest.mark.parametrize("zone", SAMPLE)
def test_one_digest_a_due_date_around_the_clock_changes(zone: str) -> None:
    """A sample of zones that change their clocks in unlike ways, at a dozen times of the day."""
    assert len(changes(zone)) == 4
    assert check(zone, HOURS[::2], random.Random(zone))  # noqa: S311  (a test's choice of minutes)


@pytest.mark.slow
def test_one_digest_a_due_date_in_every_zone_at_every_hour() -> None:
    """Every way of changing clocks in the tz database, at every hour and at odd minutes."""
    kinds = rules()
    assert len(kinds) > 50
    chance = random.Random(1)  # noqa: S311  (a test's choice of minutes)
    looked_at = [check(zone, HOURS, chance) for zone in kinds.values()]
    looked_at += [check(zone, ODD_TIMES[number % 12 :: 12], chance) for number, zone in enumerate(kinds.values())]
    assert sum(looked_at) > 60_000


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Etc/GMT+12", "America/New_York"])
@pytest.mark.parametrize("weekdays", WEEKDAYS.values(), ids=WEEKDAYS)
def test_without_a_time_there_is_one_for_each_day_that_becomes_final(zone: str, weekdays: frozenset[int]) -> None:
    """It is due in the same minute of UTC all year; only whether a weekday is wanted follows the zone."""
    info = ZoneInfo(zone)
    finals = [BEGIN + SETTLE + number * DAY for number in range(730)]
    wanted = [final for final in finals if final.astimezone(info).weekday() in weekdays]
    cadence = Cadence(info, weekdays)
    assert list(due_times(cadence, BEGIN.date(), END.date() - DAY, SETTLE)) == wanted
    assert_nothing_is_missed_or_doubled(cadence, wanted[:60], random.Random(zone))  # noqa: S311


def test_a_date_that_a_zone_leaves_out_has_no_digest_twice() -> None:
    """Samoa had no 30 December 2011: its digest would be due in the first minute of the next date."""
    apia = ZoneInfo("Pacific/Apia")
    for at in HOURS:
        due = list(due_times(Cadence(apia, at=at), date(2011, 12, 28), date(2012, 1, 2), SETTLE))
        assert len(set(due)) == (5 if at == time(0) else 6)
        assert due == sorted(due)
