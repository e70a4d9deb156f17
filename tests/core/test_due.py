"""Exactly one digest a due date, in every zone, every day of the year."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.due import (
    EVERY_DAY,
    Cadence,
    WhenQuiet,
    day_told,
    due_times,
    instant,
    latest_due,
    next_due,
    next_word,
    rhythm,
    wants_quiet,
)
from tests.machine import machine_in

SETTLE = timedelta(hours=2)
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
NINE = Cadence(BERLIN, at=time(9))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


class TestInstant:
    """A local time as a moment, also where a clock change skips or repeats it."""

    @pytest.mark.parametrize(
        ("zone", "day", "at", "moment"),
        [
            ("Europe/Berlin", date(2026, 11, 12), time(9), utc(2026, 11, 12, 8)),
            ("America/New_York", date(2027, 3, 14), time(2, 30), utc(2027, 3, 14, 7)),
            ("America/New_York", date(2027, 11, 7), time(1, 30), utc(2027, 11, 7, 5, 30)),
            ("Europe/Berlin", date(2027, 10, 31), time(2, 30), utc(2027, 10, 31, 0, 30)),
            ("America/Santiago", date(2027, 9, 5), time(0, 30), utc(2027, 9, 5, 4)),
            ("Pacific/Apia", date(2011, 12, 30), time(9), utc(2011, 12, 30, 10)),
            ("UTC", date(2026, 11, 12), time(0), utc(2026, 11, 12)),
        ],
    )
    def test_instant(self, zone: str, day: date, at: time, moment: datetime) -> None:
        assert instant(day, at, ZoneInfo(zone)) == moment

    def test_it_is_in_utc_and_the_first_of_two_whatever_the_time_says(self) -> None:
        moment = instant(date(2027, 10, 31), time(2, 30, fold=1), BERLIN)
        assert moment == utc(2027, 10, 31, 0, 30)
        assert moment.tzinfo is UTC


class TestDueTimes:
    """When a channel's digests are due."""

    def test_daily_at_nine(self) -> None:
        assert latest_due(NINE, utc(2026, 11, 12, 7, 59), SETTLE) == utc(2026, 11, 11, 8)
        assert latest_due(NINE, utc(2026, 11, 12, 8), SETTLE) == utc(2026, 11, 12, 8)
        assert next_due(NINE, utc(2026, 11, 12, 8), SETTLE) == utc(2026, 11, 13, 8)
        assert next_due(NINE, utc(2026, 11, 12, 7, 59), SETTLE) == utc(2026, 11, 12, 8)

    def test_weekdays_leave_the_weekend_out(self) -> None:
        weekdays = Cadence(BERLIN, frozenset(range(5)), time(9))
        assert latest_due(weekdays, utc(2026, 11, 15, 12), SETTLE) == utc(2026, 11, 13, 8)
        assert next_due(weekdays, utc(2026, 11, 13, 8), SETTLE) == utc(2026, 11, 16, 8)

    def test_a_weekly_briefing(self) -> None:
        monday = Cadence(BERLIN, frozenset({0}), time(7, 30))
        assert monday.briefing
        assert latest_due(monday, utc(2026, 11, 15, 12), SETTLE) == utc(2026, 11, 9, 6, 30)
        assert next_due(monday, utc(2026, 11, 9, 6, 30), SETTLE) == utc(2026, 11, 16, 6, 30)

    def test_without_a_time_it_is_due_when_its_day_is_final(self) -> None:
        at_once = Cadence(UTC)
        assert latest_due(at_once, utc(2026, 11, 11, 1, 59), SETTLE) == utc(2026, 11, 10, 2)
        assert latest_due(at_once, utc(2026, 11, 11, 2), SETTLE) == utc(2026, 11, 11, 2)
        assert next_due(at_once, utc(2026, 11, 11, 2), SETTLE) == utc(2026, 11, 12, 2)
        assert list(due_times(at_once, date(2026, 11, 11), date(2026, 11, 11), SETTLE)) == [utc(2026, 11, 11, 2)]

    def test_without_a_time_the_weekday_is_that_of_the_moment_in_its_zone(self) -> None:
        monday = Cadence(NEW_YORK, frozenset({0}))
        assert latest_due(monday, utc(2026, 11, 12), SETTLE) == utc(2026, 11, 10, 2)

    def test_the_machines_own_zone_takes_no_part(self) -> None:
        """A channel may be a whole date ahead of the machine, or behind it."""
        now = utc(2026, 11, 11, 10, 30)
        ahead = Cadence(ZoneInfo("Pacific/Kiritimati"), at=time(0))
        behind = Cadence(ZoneInfo("Etc/GMT+12"), at=time(23))
        for machine in ("Etc/GMT+12", "UTC", "Pacific/Kiritimati"):
            with machine_in(machine):
                assert latest_due(ahead, now, SETTLE) == utc(2026, 11, 11, 10)
                assert next_due(behind, now, SETTLE) == utc(2026, 11, 11, 11)

    def test_no_weekday_is_never_due(self) -> None:
        never = Cadence(UTC, frozenset())
        assert latest_due(never, utc(2026, 11, 12), SETTLE) is None
        assert next_due(never, utc(2026, 11, 12), SETTLE) is None

    @given(
        st.sampled_from(
            ["Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu"]
        ),
        st.times(),
    )
    def test_one_a_date_through_a_year(self, zone: str, at: time) -> None:
        cadence = Cadence(ZoneInfo(zone), at=at.replace(second=0, microsecond=0, tzinfo=None, fold=0))
        times = list(due_times(cadence, date(2027, 1, 1), date(2027, 12, 31), SETTLE))
        assert len(times) == 365
        assert times == sorted(set(times))


def test_a_digest_is_about_the_last_day_that_was_final_when_it_was_due() -> None:
    assert day_told(utc(2026, 11, 12, 8), SETTLE) == date(2026, 11, 11)
    assert day_told(utc(2026, 11, 12, 1), SETTLE) == date(2026, 11, 10)


class TestQuiet:
    """What goes out when there is nothing to tell."""

    @pytest.mark.parametrize(
        ("policy", "days_since", "expected"),
        [
            (WhenQuiet.NOTHING, 30, False),
            (WhenQuiet.LINE, 1, True),
            (WhenQuiet.WEEKLY_LINE, 6, False),
            (WhenQuiet.WEEKLY_LINE, 7, True),
        ],
    )
    def test_policy(self, policy: WhenQuiet, days_since: int, expected: bool) -> None:
        due = utc(2026, 11, 12, 8)
        cadence = Cadence(BERLIN, at=time(9), when_quiet=policy)
        assert wants_quiet(cadence, due, due - timedelta(days=days_since)) is expected

    def test_before_the_first_digest_there_is_no_quiet_line(self) -> None:
        assert not wants_quiet(NINE, utc(2026, 11, 12, 8), None)

    def test_a_weekly_briefing_always_goes_out(self) -> None:
        monday = Cadence(BERLIN, frozenset({0}), when_quiet=WhenQuiet.NOTHING)
        assert wants_quiet(monday, utc(2026, 11, 16, 8), utc(2026, 11, 9, 8))

    @pytest.mark.parametrize(
        ("weekdays", "expected"),
        [(range(7), "Thu 19 Nov"), (range(5), "Thu 19 Nov"), ((0, 3), "Thu 19 Nov"), ((0, 1), "Mon 23 Nov")],
    )
    def test_it_is_said_when_one_hears_again(self, weekdays: Iterable[int], expected: str) -> None:
        cadence = Cadence(BERLIN, frozenset(weekdays), time(9))
        assert next_word(cadence, utc(2026, 11, 12, 8), SETTLE) == f"Next word when something moves, or on {expected}."

    def test_a_channel_without_any_day_hears_when_something_moves(self) -> None:
        assert (
            next_word(Cadence(BERLIN, frozenset()), utc(2026, 11, 12, 8), SETTLE) == "Next word when something moves."
        )

    def test_where_that_goes_without_saying_it_is_not(self) -> None:
        due = utc(2026, 11, 12, 8)
        assert next_word(Cadence(BERLIN, when_quiet=WhenQuiet.LINE), due, SETTLE) == ""
        assert next_word(Cadence(BERLIN, when_quiet=WhenQuiet.NOTHING), due, SETTLE) == ""
        assert next_word(Cadence(BERLIN, frozenset({0})), due, SETTLE) == ""

    def test_a_week_with_a_clock_change_is_a_week(self) -> None:
        """From Monday to Monday at nine in Berlin, the clocks put forward on the Sunday between."""
        nine = Cadence(BERLIN, at=time(9))
        first, *_, saturday, sunday, monday = due_times(nine, date(2027, 3, 22), date(2027, 3, 29), SETTLE)
        assert monday - first == timedelta(days=6, hours=23)
        assert [wants_quiet(nine, due_at, first) for due_at in (saturday, sunday, monday)] == [False, False, True]


@pytest.mark.parametrize(
    ("weekdays", "at", "words"),
    [
        (EVERY_DAY, time(9), "every day at 09:00 (Europe/Berlin)"),
        (frozenset(range(5)), time(17, 30), "on weekdays at 17:30 (Europe/Berlin)"),
        (frozenset({0}), time(9), "on Mondays at 09:00 (Europe/Berlin)"),
        (frozenset({4, 0, 2}), time(9), "on Mondays, Wednesdays and Fridays at 09:00 (Europe/Berlin)"),
        (EVERY_DAY, None, "every day as soon as the figures are final"),
    ],
)
def test_rhythm(weekdays: frozenset[int], at: time | None, words: str) -> None:
    assert rhythm(Cadence(BERLIN, weekdays, at)) == words
