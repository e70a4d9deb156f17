"""From where a digest speaks: the last day told, whether it is a briefing, and what is late."""

from __future__ import annotations

from datetime import date, timedelta

from bot.app.told import Told, lateness, told_from
from tests.builders import DAY, event

WEEK_AGO = DAY - timedelta(days=7)
YESTERDAY = DAY - timedelta(days=1)


def test_a_digest_speaks_from_the_due_time_before_or_from_its_first_event() -> None:
    assert told_from(DAY, YESTERDAY, [], YESTERDAY, quiet=False) == Told(YESTERDAY, YESTERDAY)
    early = event(date=DAY - timedelta(days=3))
    assert told_from(DAY, YESTERDAY, [early], YESTERDAY, quiet=False).base == DAY - timedelta(days=4)
    assert told_from(DAY, date.min, [], DAY, quiet=False) == Told(YESTERDAY, YESTERDAY)


def test_a_quiet_one_speaks_from_the_last_that_went_out() -> None:
    assert told_from(DAY, YESTERDAY, [], WEEK_AGO, quiet=True) == Told(WEEK_AGO, WEEK_AGO)
    assert told_from(DAY, WEEK_AGO, [], YESTERDAY, quiet=True).base == WEEK_AGO


def test_a_rhythm_of_five_days_makes_it_a_briefing() -> None:
    assert told_from(DAY, WEEK_AGO, [], WEEK_AGO, quiet=False).weekly
    assert told_from(DAY, DAY - timedelta(days=5), [], WEEK_AGO, quiet=False).weekly
    assert not told_from(DAY, DAY - timedelta(days=4), [], WEEK_AGO, quiet=False).weekly


def test_late_are_all_days_since_the_first_untold_event_where_nothing_went_out() -> None:
    events = [event(date=DAY - timedelta(days=back)) for back in (0, 2, 5)]
    assert lateness(events, YESTERDAY, WEEK_AGO) == "Five days were not reported in time (5 to 9 Nov)"
    assert lateness(events, DAY - timedelta(days=5), WEEK_AGO) == "One day was not reported in time (5 Nov)"


def test_where_something_went_out_in_between_only_the_days_with_events_are() -> None:
    events = [event(date=DAY - timedelta(days=back)) for back in (0, 2, 5)]
    assert lateness(events, YESTERDAY, DAY - timedelta(days=3)) == "Two days were not reported in time (5 to 8 Nov)"


def test_nothing_is_late_that_was_not_due() -> None:
    assert lateness([event()], YESTERDAY, YESTERDAY) == ""
