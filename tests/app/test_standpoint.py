"""From where a digest speaks: of each watchlist the last day told, and what of it is late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.app.records import DayStatus, WatchlistDay
from bot.app.standpoint import Footing, Occasion, footing, lateness, standpoint
from bot.core.event import Event
from tests.app.world import AGENTS, EXTENSIONS
from tests.builders import DAY, event

NOW = datetime(2026, 11, 11, 2, 15, tzinfo=UTC)
NEVER = date.min


YESTERDAY = DAY - timedelta(days=1)


def ago(days: int) -> date:
    """So many days before DAY, a Tuesday, the tenth."""
    return DAY - timedelta(days=days)


def occasion(
    told: Mapping[str, date | None], *, last: date | None, passed: date = YESTERDAY, day: date = DAY
) -> Occasion:
    return Occasion(NOW, day, passed, last, told)


def happened(*days: date, watchlist: str = "cli-agents") -> list[Event]:
    return [event(date=day, watchlist=watchlist) for day in days]


def mark(day: date, *notes: str, status: DayStatus = DayStatus.EVALUATED) -> WatchlistDay:
    return WatchlistDay("cli-agents", day, status, NOW, notes)


def base(known: Occasion, events: Sequence[Event] = (), *, quiet: bool = False, watchlist: str = "cli-agents") -> date:
    return footing(watchlist, known, events, (), quiet=quiet).base


class TestBase:
    """The day that ranks are compared with."""

    def test_it_is_that_of_the_due_time_before_whether_or_not_something_went_out_then(self) -> None:
        for last in (ago(1), ago(7)):
            assert base(occasion({"cli-agents": last}, last=last)) == ago(1)
        assert base(occasion({"cli-agents": ago(7)}, last=ago(7), passed=ago(7))) == ago(7)

    def test_or_the_day_before_the_first_event(self) -> None:
        assert base(occasion({"cli-agents": ago(1)}, last=ago(1)), happened(ago(3), DAY)) == ago(4)

    def test_news_of_another_watchlist_does_not_change_it(self) -> None:
        known = occasion({"cli-agents": ago(1), "ide": ago(6)}, last=ago(1))
        late = happened(ago(3), DAY, watchlist="ide")
        assert (base(known, late), base(known, late, watchlist="ide")) == (ago(1), ago(6))

    def test_unless_that_is_late_and_nothing_was_told_of_this_one_since(self) -> None:
        """A bot that was off for days has told nothing of any watchlist, with events or without."""
        known = occasion({"cli-agents": ago(6), "ide": ago(6)}, last=ago(6))
        late = happened(ago(3), DAY, watchlist="ide")
        assert (base(known, late), base(known, late, watchlist="ide")) == (ago(4), ago(4))

    def test_of_one_that_the_digest_before_left_out_it_is_the_last_day_told(self) -> None:
        known = occasion({"cli-agents": ago(1), "ide": ago(4)}, last=ago(1))
        assert (base(known), base(known, watchlist="ide")) == (ago(1), ago(4))

    def test_a_due_time_without_a_digest_left_nothing_out(self) -> None:
        known = occasion({"cli-agents": ago(3), "ide": ago(4)}, last=ago(3))
        assert base(known, watchlist="ide") == ago(1)

    def test_a_quiet_digest_compares_with_the_last_that_went_out(self) -> None:
        assert base(occasion({"cli-agents": ago(7)}, last=ago(7)), quiet=True) == ago(7)
        assert base(occasion({"cli-agents": ago(1)}, last=ago(1), passed=ago(7)), quiet=True) == ago(7)

    def test_of_a_channel_without_due_times_it_is_the_day_before(self) -> None:
        assert base(occasion({}, last=None, passed=NEVER)) == ago(1)
        assert base(occasion({"cli-agents": DAY}, last=DAY, passed=NEVER)) == ago(1)

    def test_of_a_new_watchlist_it_is_no_older_than_the_day_before_its_first(self) -> None:
        """In a weekly channel that began on a Thursday, it began on Friday."""
        for told in ({}, {"ide": ago(7)}):
            known = occasion(told, last=ago(7) if told else None, passed=ago(7))
            began = footing("cli-agents", known, happened(ago(2)), [mark(ago(4)), mark(ago(3))], quiet=False)
            assert began.base == ago(5)

    def test_of_one_that_is_new_to_the_channel_alone_it_is_the_day_from_which_its_news_is_told(self) -> None:
        known = occasion({"ide": ago(9)}, last=ago(9), passed=ago(7))
        marks = [mark(ago(days)) for days in range(9, -1, -1)]
        assert footing("cli-agents", known, happened(ago(2)), marks, quiet=False).base == ago(7)


class TestNotes:
    """What could not be judged is said once to each channel."""

    def notes(self, known: Occasion) -> tuple[str, ...]:
        marks = [mark(ago(days), f"note {days}") for days in range(9, -3, -1)]
        return footing("cli-agents", known, (), marks, quiet=False).notes

    def test_those_of_the_days_after_the_last_told_of_the_watchlist(self) -> None:
        assert self.notes(occasion({"cli-agents": ago(3), "ide": ago(1)}, last=ago(1))) == (
            "note 2",
            "note 1",
            "note 0",
        )

    def test_none_again_in_a_second_digest_of_the_same_day(self) -> None:
        assert self.notes(occasion({"cli-agents": DAY}, last=DAY, passed=DAY)) == ()

    def test_where_it_was_not_noted_how_far_the_last_day_of_the_channel_counts(self) -> None:
        assert self.notes(occasion({"cli-agents": None}, last=ago(2))) == ("note 1", "note 0")

    def test_a_day_to_come_that_a_clock_has_noted_which_was_ahead_hides_none(self) -> None:
        assert self.notes(occasion({"cli-agents": ago(-30)}, last=ago(2))) == ("note 1", "note 0")
        assert self.notes(occasion({"cli-agents": ago(-30)}, last=None)) == ("note 0",)

    def test_those_of_a_new_watchlist_begin_with_its_news(self) -> None:
        assert self.notes(occasion({}, last=ago(5))) == ("note 0",)
        assert len(self.notes(occasion({}, last=None, passed=ago(7)))) == 7


def test_it_is_told_up_to_the_newest_day_that_is_judged_or_given_up() -> None:
    waits = mark(DAY, status=DayStatus.WAITING)
    gone = mark(ago(1), "no data came for 2026-11-09", status=DayStatus.GAP)
    assert Footing.after(ago(3), DAY, [mark(ago(2)), gone, waits], base=ago(3)) == Footing(
        ago(3), ago(3), ago(1), gone.notes
    )
    assert Footing.after(ago(3), DAY, [waits], base=ago(3)).until == ago(3)


class TestWhatIsKnown:
    """A late event of a day that was told before is a correction, else news."""

    def test_up_to_the_due_time_before_or_the_digest_before(self) -> None:
        known = occasion({"cli-agents": ago(3)}, last=ago(3))
        assert [known.knows(one) for one in happened(ago(1), DAY)] == [True, False]
        assert occasion({"cli-agents": DAY}, last=DAY).knows(event(date=DAY))

    def test_of_one_that_was_left_out_up_to_where_it_was_told(self) -> None:
        known = occasion({"cli-agents": ago(3), "ide": ago(1)}, last=ago(1))
        assert [known.knows(one) for one in happened(ago(3), ago(2))] == [True, False]


class TestLate:
    """The clause about what was not reported in time."""

    def clause(self, known: Occasion, *events: Event) -> str:
        return lateness(known, [AGENTS, EXTENSIONS] if "ide" in known.told else [AGENTS], events)

    def test_all_days_since_the_first_untold_event_where_nothing_went_out(self) -> None:
        events = happened(DAY, ago(2), ago(5))
        known = occasion({"cli-agents": ago(7)}, last=ago(7))
        assert self.clause(known, *events) == "Five days were not reported in time (5 to 9 Nov)"
        known = occasion({"cli-agents": ago(7)}, last=ago(7), passed=ago(5))
        assert self.clause(known, *events) == "One day was not reported in time (5 Nov)"

    def test_where_something_went_out_in_between_only_those_with_events(self) -> None:
        known = occasion({"cli-agents": ago(3)}, last=ago(3))
        events = happened(DAY, ago(2), ago(5))
        assert self.clause(known, *events) == "Two days were not reported in time (5 to 8 Nov)"

    def test_no_day_after_that_of_the_digest(self) -> None:
        """News that missed its due time is not held up by a day that does not come."""
        known = occasion({"cli-agents": ago(3)}, last=ago(3), passed=DAY, day=ago(1))
        assert self.clause(known, *happened(ago(2))) == "Two days were not reported in time (8 to 9 Nov)"

    def test_the_watchlist_is_named_where_another_was_told_in_time(self) -> None:
        known = occasion({"cli-agents": ago(1), "ide": ago(4)}, last=ago(1))
        late = happened(ago(3), watchlist="ide")
        said = "Three days of IDE extensions were not reported in time (7 to 9 Nov)"
        assert self.clause(known, *late, *happened(DAY)) == said
        silent = occasion({"cli-agents": ago(4), "ide": ago(4)}, last=ago(4))
        assert self.clause(silent, *late) == "Three days were not reported in time (7 to 9 Nov)"
        assert self.clause(known, *late, *happened(ago(1))) == "Three days were not reported in time (7 to 9 Nov)"

    @pytest.mark.parametrize("last", [None, ago(1)])
    def test_nothing_is_that_was_not_due_and_no_first_digest(self, last: date | None) -> None:
        events = happened(DAY) if last else happened(ago(3))
        assert self.clause(occasion({}, last=last), *events) == ""


class TestTheWhole:
    """What a digest says of all its watchlists."""

    FOOTINGS: Mapping[str, Footing] = {
        "cli-agents": Footing(ago(1), ago(1), DAY),
        "ide": Footing(ago(4), ago(4), DAY),
    }

    @pytest.mark.parametrize(("quiet", "since"), [(False, ago(4)), (True, ago(1))])
    def test_it_begins_with_the_earliest_base_and_is_quiet_since_the_newest(self, quiet: bool, since: date) -> None:
        known = occasion({}, last=ago(1))
        found = standpoint(known, (), (), (), footings=self.FOOTINGS, quiet=quiet, next_word="soon")
        assert (found.since, found.next_word) == (since, "soon")

    def test_it_is_complete_where_every_watchlist_is_told_up_to_its_day(self) -> None:
        known, ids = occasion({}, last=ago(1)), list(self.FOOTINGS)
        behind = {**self.FOOTINGS, "ide": Footing(ago(4), ago(4), ago(1))}
        for subscribed, footings, complete in [
            (ids, self.FOOTINGS, True),
            ([*ids, "another"], self.FOOTINGS, False),
            (ids, behind, False),
        ]:
            found = standpoint(known, subscribed, (), (), footings=footings, quiet=False, next_word="")
            assert found.complete is complete

    @pytest.mark.parametrize(
        ("passed", "last", "weekly"),
        [(ago(7), ago(7), True), (ago(5), ago(7), True), (ago(4), ago(7), False), (ago(7), None, False)],
    )
    def test_a_rhythm_of_five_days_makes_it_a_briefing_but_not_the_first(
        self, passed: date, last: date | None, weekly: bool
    ) -> None:
        known = occasion({}, last=last, passed=passed)
        assert standpoint(known, (), (), (), footings=self.FOOTINGS, quiet=False, next_word="").weekly is weekly
        known = occasion({}, last=last, passed=NEVER)
        assert not standpoint(known, (), (), (), footings=self.FOOTINGS, quiet=False, next_word="").weekly
