"""What is to be asked for: computed from what is wanted and what is stored, in as few requests as it takes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.core.plan import (
    Agenda,
    Request,
    Wish,
    agenda,
    complete_at,
    day_cost,
    days_needed,
    fits,
    history_windows,
    joined,
    last_complete_day,
    ordinary_cost,
    ordinary_rechecks,
    rechecks,
    requests,
    reserve_of,
    split_budget,
    wanted_windows,
)
from bot.core.ranking import FIRST_DAY, MODEL_DAY, Board, Dataset
from bot.core.rules import EnteredTop, NewLeader, Spike, Trending
from bot.core.watchlist import Pattern, Watchlist
from tests.builders import ALL_APPS, CLI_AGENTS, CODING, DAY, MODELS
from tests.core.rules.days import ago
from tests.machine import machine_in

SETTLE = timedelta(hours=2)
LEADER = Watchlist("cli", "CLI", CLI_AGENTS, (NewLeader(),))


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 11, 11, 1, 59, 59, tzinfo=UTC), date(2026, 11, 9)),
        (datetime(2026, 11, 11, 2, 0, tzinfo=UTC), date(2026, 11, 10)),
        (datetime(2026, 11, 12, 1, 0, tzinfo=UTC), date(2026, 11, 10)),
        (datetime(2026, 11, 10, 21, 0, tzinfo=UTC).astimezone(), date(2026, 11, 9)),
    ],
)
def test_a_day_is_complete_two_hours_after_its_end(now: datetime, day: date) -> None:
    assert last_complete_day(now, SETTLE) == day
    assert complete_at(day, SETTLE) <= now


@pytest.mark.parametrize("machine", ["Pacific/Auckland", "America/Los_Angeles"])
def test_the_machines_own_zone_takes_no_part(machine: str) -> None:
    with machine_in(machine):
        for hour in range(24):
            now = datetime(2026, 11, 11, hour, tzinfo=UTC)
            assert last_complete_day(now, SETTLE) == (ago(0) if hour >= 2 else ago(1))


class TestAgenda:
    """Days wanted less days done."""

    def test_a_new_watchlist_begins_with_the_last_complete_day(self) -> None:
        assert agenda(LEADER, set(), None, DAY, 31) == Agenda(LEADER, DAY, (DAY,), (), ago(30))

    def test_missed_days_come_oldest_first(self) -> None:
        work = agenda(LEADER, {ago(5), ago(2)}, ago(5), DAY, 31)
        assert work.days == (ago(4), ago(3), ago(1), DAY)

    def test_too_old_ones_become_gaps(self) -> None:
        work = agenda(LEADER, {ago(5)}, ago(5), DAY, 3)
        assert (work.gaps, work.days) == ((ago(4), ago(3)), (ago(2), ago(1), DAY))

    def test_nothing_is_wanted_before_the_data_begins(self) -> None:
        """The first cycle of a machine without a battery may believe that it is 1970."""
        early = date(1970, 1, 1)
        assert agenda(LEADER, set(), None, early, 31).days == ()
        work = agenda(LEADER, set(), early, FIRST_DAY + timedelta(days=2), 2)
        assert (work.gaps, work.days) == ((FIRST_DAY,), (FIRST_DAY + timedelta(days=1), FIRST_DAY + timedelta(days=2)))

    def test_nothing_is_wanted_before_the_watchlist_began(self) -> None:
        assert agenda(LEADER, {DAY}, DAY, ago(3), 31).days == ()


class TestRequests:
    """The least set of requests."""

    def plan(self, *watchlists: Watchlist, stored: dict[tuple[Board, date], int] | None = None) -> list[Request]:
        wanted = wanted_windows(Agenda(watchlist, DAY, (DAY,), ()) for watchlist in watchlists)
        return requests(wanted, stored or {}, DAY)

    def test_an_app_board_takes_a_request_a_window_newest_first(self) -> None:
        assert self.plan(LEADER) == [
            Request(CLI_AGENTS, ago(6), DAY, 100, current=True),
            Request(CLI_AGENTS, ago(7), ago(1), 100),
            Request(CLI_AGENTS, ago(13), ago(7), 100, waits=False),
        ]

    def test_watchlists_on_one_board_share_it_and_the_deepest_wins(self) -> None:
        deep = Watchlist("deep", "Deep", CLI_AGENTS, (EnteredTop(n=10),), mine=(Pattern("x"),))
        plan = self.plan(LEADER, deep)
        assert [(request.end, request.depth) for request in plan] == [(DAY, 200), (ago(1), 200), (ago(7), 200)]
        assert self.plan(deep, LEADER) == plan

    def test_what_is_stored_deep_enough_is_not_asked_again(self) -> None:
        stored = {(CLI_AGENTS, DAY): 100, (CLI_AGENTS, ago(1)): 50}
        assert [request.end for request in self.plan(LEADER, stored=stored)] == [ago(1), ago(7)]

    def test_the_least_depth_is_asked_for_where_nothing_is_stored(self) -> None:
        (request,) = requests({(CLI_AGENTS, DAY): Wish(1)}, {}, DAY)
        assert (request.depth, request.waits) == (1, False)

    def test_a_range_that_no_day_waits_for_is_none_to_wait_for(self) -> None:
        (request,) = requests({(MODEL_DAY, day): Wish(50) for day in (ago(1), DAY)}, {}, DAY)
        assert not request.waits

    def test_the_windows_of_a_past_end_each_on_their_day(self) -> None:
        deep = Watchlist("deep", "Deep", CLI_AGENTS, (EnteredTop(n=10),), mine=(Pattern("x"),))
        trends = Watchlist("t", "T", ALL_APPS, (Trending(),))
        days = (ago(2), ago(1), DAY)
        assert history_windows([deep, LEADER, trends], ago(2), DAY) == {
            **{(CLI_AGENTS, day): Wish(200, waits=True) for day in days},
            **{(board, day): Wish(100, waits=True) for board in (ALL_APPS, ALL_APPS.twin) for day in days},
        }
        assert history_windows([LEADER], DAY, ago(1)) == {}

    def test_model_days_come_by_range(self) -> None:
        models = Watchlist("models", "Models", MODELS, (NewLeader(), Spike()))
        assert self.plan(models) == [Request(MODEL_DAY, ago(28), DAY, 50, current=True)]

    def test_a_range_holds_at_most_366_days(self) -> None:
        year = Watchlist("year", "Year", Board(Dataset.MODELS, 366), (NewLeader(),))
        plan = self.plan(year)
        assert all((request.end - request.start).days < 366 for request in plan)
        covered = {
            request.start + timedelta(days=n) for request in plan for n in range((request.end - request.start).days + 1)
        }
        assert covered == {date(2025, 1, 1) + timedelta(days=n) for n in range((DAY - date(2025, 1, 1)).days + 1)}
        assert len(plan) == 2

    def test_nothing_beyond_the_last_complete_day(self) -> None:
        wanted = wanted_windows([Agenda(LEADER, DAY, (DAY,), ())])
        assert [request.end for request in requests(wanted, {}, ago(1))] == [ago(1), ago(7)]

    def test_the_trending_twin_is_asked_for_too(self) -> None:
        plan = self.plan(Watchlist("t", "T", ALL_APPS, (Trending(),)))
        assert [(request.board, request.end) for request in plan] == [
            (ALL_APPS, DAY),
            (ALL_APPS.twin, DAY),
            (ALL_APPS, ago(1)),
            (ALL_APPS.twin, ago(1)),
            (ALL_APPS, ago(7)),
        ]

    @pytest.mark.parametrize(("depth", "cost"), [(100, 1), (101, 2), (200, 2)])
    def test_a_page_of_apps_is_a_request(self, depth: int, cost: int) -> None:
        assert Request(ALL_APPS, DAY, DAY, depth).cost == cost
        assert Request(MODEL_DAY, ago(300), DAY, 50).cost == 1

    def test_only_the_newest_complete_day_is_current_whatever_day_is_planned(self) -> None:
        wanted = wanted_windows([Agenda(LEADER, ago(1), (ago(1),), ())])
        assert not any(request.current for request in requests(wanted, {}, ago(1), current=DAY))
        assert [request.current for request in requests(wanted, {}, ago(1))] == [True, False, False]


class TestRechecks:
    """Closed windows are asked for once more on each of the days after."""

    def due(
        self, *checks: tuple[date, datetime], watchlist: Watchlist = LEADER, restate_days: int = 1, last: date = DAY
    ) -> list[date]:
        """The end dates that are to be checked of the own board's windows, each with when it was asked for last."""
        checked = {watchlist.board: dict(checks)}
        oldest, now = last - timedelta(days=9), complete_at(DAY, SETTLE)
        wishes = rechecks([watchlist], checked, last, now=now, settle=SETTLE, restate_days=restate_days, oldest=oldest)
        assert all(wish == Wish(watchlist.depth, recheck=True) for wish in wishes.values())
        return [end for _, end in wishes]

    @pytest.mark.parametrize(
        ("end", "asked_at", "due"),
        [
            (ago(1), complete_at(ago(1), SETTLE), True),
            (ago(1), complete_at(DAY, SETTLE) - timedelta(microseconds=1), True),
            (ago(1), complete_at(DAY, SETTLE), False),
            (ago(5), complete_at(ago(5), SETTLE), True),  # a missed one is made up for
            (ago(5), complete_at(ago(4), SETTLE), False),
            (ago(9), complete_at(ago(9), SETTLE), True),
            (ago(10), complete_at(ago(10), SETTLE), False),  # beyond the horizon
            (DAY, complete_at(DAY, SETTLE) - SETTLE, False),  # it has only just become final
            (ago(-1), complete_at(DAY, SETTLE), False),
        ],
    )
    def test_once_on_the_day_after(self, end: date, asked_at: datetime, due: bool) -> None:
        assert self.due((end, asked_at)) == ([end] if due else [])

    @pytest.mark.parametrize(("ahead", "due"), [(timedelta(minutes=59), False), (timedelta(days=400), True)])
    def test_a_check_that_is_still_to_come_is_none(self, ahead: timedelta, due: bool) -> None:
        """A clock that was ahead for a while has made it. Clocks may differ a little, and that is no reason to ask."""
        assert self.due((ago(1), complete_at(DAY, SETTLE) + ahead)) == ([ago(1)] if due else [])

    def test_one_check_makes_up_for_all_that_were_missed(self) -> None:
        asked_at = complete_at(ago(4), SETTLE)
        assert self.due((ago(4), asked_at), restate_days=3) == [ago(4)]
        assert self.due((ago(4), complete_at(ago(1), SETTLE)), restate_days=3) == []
        assert self.due((ago(1), complete_at(DAY, SETTLE)), restate_days=3) == []
        assert self.due((ago(1), asked_at), restate_days=3, last=ago(1)) == []

    def test_without_days_to_restate_only_what_was_asked_for_too_early(self) -> None:
        assert self.due((ago(1), complete_at(ago(1), SETTLE)), restate_days=0) == []
        assert self.due((ago(1), complete_at(ago(1), SETTLE) - SETTLE), restate_days=0) == [ago(1)]

    def test_every_board_that_a_day_takes(self) -> None:
        watchlists = [Watchlist("t", "T", ALL_APPS, (Trending(),)), Watchlist("m", "M", MODELS, (NewLeader(),)), LEADER]
        early = complete_at(ago(1), SETTLE)
        checked = {board: {ago(1): early} for board in (ALL_APPS, ALL_APPS.twin, MODEL_DAY, CODING)}
        wishes = rechecks(
            watchlists, checked, DAY, now=complete_at(DAY, SETTLE), settle=SETTLE, restate_days=1, oldest=ago(9)
        )
        assert set(wishes) == {(ALL_APPS, ago(1)), (ALL_APPS.twin, ago(1)), (MODEL_DAY, ago(1))}

    def test_the_deepest_wish_wins_and_whoever_wants_a_check_gets_it(self) -> None:
        window, other = (CLI_AGENTS, ago(1)), (CLI_AGENTS, DAY)
        one = {window: Wish(100, waits=True)}
        two = {window: Wish(200, recheck=True), other: Wish(50)}
        assert joined(one, two) == joined(two, one) == {window: Wish(200, waits=True, recheck=True), other: Wish(50)}
        assert joined() == {}

    def test_a_check_is_asked_for_though_it_is_stored_after_the_last_day_and_before_all_else(self) -> None:
        wanted = {(CLI_AGENTS, ago(back)): Wish(100, waits=True) for back in (3, 0, 5)}
        again = {(CLI_AGENTS, ago(back)): Wish(100, recheck=True) for back in (4, 1)}
        stored = {(CLI_AGENTS, ago(back)): 100 for back in (1, 4, 5)}
        plan = requests(joined(wanted, again), stored, DAY)
        assert [(request.end, request.recheck, request.waits) for request in plan] == [
            (DAY, False, True),
            (ago(1), True, False),
            (ago(4), True, False),
            (ago(3), False, True),
        ]

    def test_a_range_of_model_days_is_a_check_if_one_of_them_is(self) -> None:
        wanted = {(MODEL_DAY, DAY): Wish(50, waits=True), (MODEL_DAY, ago(1)): Wish(50, recheck=True)}
        assert requests(wanted, {(MODEL_DAY, ago(1)): 50}, DAY) == [
            Request(MODEL_DAY, ago(1), DAY, 50, current=True, recheck=True)
        ]

    def test_an_ordinary_day_asks_once_more_for_the_days_before_it_alone(self) -> None:
        again = Wish(100, recheck=True)
        assert ordinary_rechecks([LEADER], DAY, 2) == {(CLI_AGENTS, ago(1)): again, (CLI_AGENTS, ago(2)): again}
        assert ordinary_rechecks([LEADER], DAY, 0) == {}

    @pytest.mark.parametrize(("restate_days", "cost"), [(0, 1 + 2 + 2 + 1), (1, 11), (2, 16)])
    def test_an_ordinary_day_costs_its_own_windows_and_the_checks(self, restate_days: int, cost: int) -> None:
        """Models come by range, so their checks cost nothing."""
        deep = Watchlist("deep", "Deep", ALL_APPS, (Trending(), Spike()), mine=(Pattern("x"),))
        models = Watchlist("models", "Models", MODELS, (NewLeader(),))
        assert ordinary_cost([LEADER, deep, models], DAY, restate_days) == cost


def asked(back: int, *, depth: int = 200) -> Request:
    return Request(CLI_AGENTS, CLI_AGENTS.start(ago(back)), ago(back), depth, current=back == 0)


class TestBudget:
    """The current day may use up the day's budget; all else leaves it a reserve."""

    def test_a_days_cost_is_that_of_its_own_windows_not_stored_yet(self) -> None:
        deep = Watchlist("deep", "Deep", ALL_APPS, (Trending(), Spike()), mine=(Pattern("x"),))
        models = Watchlist("models", "Models", MODELS, (NewLeader(),))
        assert day_cost([LEADER, deep, models], DAY) == 1 + 2 + 2 + 1
        assert day_cost([LEADER, deep, models], DAY, {(ALL_APPS, DAY): 200, (CLI_AGENTS, DAY): 50}) == 1 + 2 + 1

    @pytest.mark.parametrize(("cost", "limit", "kept"), [(41, 500, 41), (300, 500, 250), (2, 1, 0)])
    def test_the_reserve_is_at_most_half(self, cost: int, limit: int, kept: int) -> None:
        assert reserve_of(cost, limit) == kept

    @pytest.mark.parametrize(
        ("request_", "used", "fitting"),
        [
            (asked(0), 8, True),
            (asked(0), 9, False),
            (asked(1), 4, True),
            (asked(1), 5, False),
            (asked(1, depth=100), 5, True),
            (asked(1, depth=100), 6, False),
        ],
    )
    def test_what_fits_into_ten_with_four_kept(self, request_: Request, used: int, fitting: bool) -> None:
        assert fits(request_, used, limit=10, reserve=4) is fitting

    def test_one_that_may_cost_more_than_a_whole_day_may_begin_it(self) -> None:
        assert fits(asked(1), 0, limit=1, reserve=0)
        assert not fits(asked(1), 1, limit=1, reserve=0)

    def test_what_does_not_fit_comes_tomorrow(self) -> None:
        wanted = [asked(0), asked(1), asked(2), asked(3, depth=100), asked(4)]
        now, later = split_budget(wanted, 3, limit=12, reserve=4)
        assert (now, later) == ([wanted[0], wanted[1], wanted[3]], [wanted[2], wanted[4]])

    @pytest.mark.parametrize(
        ("later", "daily", "days"), [(0, 500, 0), (1, 41, 1), (459, 41, 1), (460, 41, 2), (2, 499, 2), (1, 500, None)]
    )
    def test_for_how_many_days_it_goes_on(self, later: int, daily: int, days: int | None) -> None:
        assert days_needed(later, limit=500, daily=daily) == days
