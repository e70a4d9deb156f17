"""A briefing: the week in three lines, labs beside models, who climbed and fell, and what is not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core import market, week_boards, week_lines
from bot.core.catalogue import Catalogue
from bot.core.digest import Digest
from bot.core.ranking import MODEL_DAY, By, Snapshot, sum_days
from bot.core.view import View
from bot.core.watchlist import Watchlist
from bot.core.week import Week, WeekBoard
from tests.builders import ALL_APPS, MODELS, B, snapshot
from tests.scenes import calm, correction, leader, patterns
from tests.weeks import NOW, SUNDAY, THEN, WEEK_BEFORE, apps, briefing, day, days, models

LABS = replace(MODELS, by=By.AUTHOR)


def told(*views: View, **more: object) -> Week:
    found = briefing(*views, **more).week  # type: ignore[arg-type]
    assert found
    return found


def two_weeks(now: dict[str, int], then: dict[str, int], **changes: object) -> View:
    """Seven days alike after seven others."""
    stored = [day(SUNDAY - timedelta(days=back), then if back >= 7 else now, 0) for back in reversed(range(14))]
    return models(stored, **{"catalogue": None, **changes})


def boards(found: Week) -> dict[str, WeekBoard]:
    return {board.title: board for board in found.boards}


class TestLines:
    """The week in three lines at most."""

    def test_whose_share_moved_with_the_model_behind_it_who_leads_and_the_whole_and_the_apps(self) -> None:
        assert told(models(), apps()).lines == (
            "Oriole 14.2% → 19.9% of all tokens, nearly all of it Swift 4 (7.8% → 13.5%, now #2).",
            "Northwind keeps #1 with Gale 3 Flash: 18.0% (+0.7 pt). OpenRouter as a whole: 48.3T tokens, +3%.",
            (
                "Apps: Harrier keeps #1 with 9.10T tokens (+1%). No change in the top 5. "
                "Sable #22 → #12, the largest climb."
            ),
        )

    def test_of_one_board_of_apps_each_fact_is_a_line(self) -> None:
        assert told(apps()).lines == (
            "Harrier keeps #1 with 9.10T tokens (+1%).",
            "No change in the top 5.",
            "Sable #22 → #12, the largest climb.",
        )

    def test_there_are_three_at_most(self) -> None:
        other = apps(watchlist=replace(apps().watchlist, id="b", title="B"))
        assert len(told(models(), apps(), other).lines) == 3

    def test_a_new_first_and_changes_among_the_five(self) -> None:
        rows = [("b", "Bee", 9 * B), ("a", "Ant", 8 * B), ("c", "Cat", 7 * B), ("n", "New", 6 * B), ("d", "Dog", 5 * B)]
        then = [rows[1], rows[0], rows[2], rows[4]]
        view = apps(current=snapshot(ALL_APPS, SUNDAY, rows), previous=snapshot(ALL_APPS, WEEK_BEFORE, then), recent=())
        assert told(replace(view, compared=None)).lines == (
            "Bee takes #1 from Ant with 9.00B tokens.",
            "In the top 5: Bee #2 → #1, Ant #1 → #2, New new at #4 and 1 other.",
        )

    def test_without_a_board_before_nothing_is_compared(self) -> None:
        assert told(apps(previous=None, compared=None)).lines == ("Harrier has #1 with 9.10T tokens.",)

    def test_nothing_is_said_of_a_week_without_figures(self) -> None:
        found = told(apps(current=None, previous=None, compared=None, recent=()))
        assert (found.lines, found.boards, found.arrivals, found.span) == ((), (), (), "15 Nov 2026")

    @pytest.mark.parametrize(
        ("now", "words"),
        [
            ({"o/swift": 34, "o/old": 23}, ", more than all of it o/swift (10.0% → 34.0%, now #1)."),
            ({"o/new": 17, "o/swift": 11, "o/old": 31}, ", nearly all of it o/new (not listed before, 17.0%, now #4)."),
            ({"o/swift": 22, "o/old": 38}, ", most of it o/swift (10.0% → 22.0%, now #2)."),
        ],
    )
    def test_a_model_explains_half_of_it_at_least_or_is_not_named(self, now: dict[str, int], words: str) -> None:
        then = {"o/swift": 10, "o/old": 30, "n/1": 30, "p/1": 30}
        rest = 100 - sum(now.values())
        now = {**now, "n/1": rest // 2, "p/1": rest - rest // 2}
        line = told(two_weeks(now, then)).lines[0]
        assert line.endswith(words), line

    def test_a_lab_that_rose_by_many_models_stands_alone(self) -> None:
        then = {f"o/{letter}": 10 for letter in "abc"} | {"n/1": 35, "p/1": 35}
        now = {f"o/{letter}": 20 for letter in "abc"} | {"n/1": 20, "p/1": 20}
        assert told(two_weeks(now, then)).lines[0] == "o 30.0% → 60.0% of all tokens."

    def test_shares_are_as_far_apart_as_the_headline_says(self) -> None:
        then = {"o/1": 25457, "n/1": 500000, "p/1": 474543}
        now = {"o/1": 50725, "n/1": 490000, "p/1": 459275}
        view = two_weeks(now, then)
        assert briefing(view).headline.startswith("o gains 2.5 points of OpenRouter in a week")
        assert told(view).lines[0].startswith("o 2.55% → 5.07% of all tokens")

    def test_of_shares_that_hardly_moved_it_says_so(self) -> None:
        assert told(two_weeks(THEN, THEN)).lines[0] == "No lab's share of all tokens moved by half a point."

    def test_what_was_not_listed_before_is_no_difference(self) -> None:
        view = two_weeks({"a/1": 50, "b/1": 50}, {"a/1": 100})
        assert [shift.points for shift in market.shifts(market.markets([view])[0].labs)][1] is None

    def test_without_the_week_before_changes_are_not_known(self) -> None:
        found = told(models(previous=None, compared=None))
        assert found.lines == (
            "By how much the labs' shares changed is not known: the window before is not stored.",
            "Northwind has #1 with Gale 3 Flash: 18.0%. OpenRouter as a whole: 48.3T tokens, change not known.",
        )
        assert found.span == "9 to 15 November 2026; the days before are not stored"

    def test_an_empty_market_has_no_figures(self) -> None:
        empty = [snapshot(MODEL_DAY, SUNDAY - timedelta(days=back), []) for back in reversed(range(14))]
        found = told(models(empty))
        assert found.lines[1] == "OpenRouter as a whole: no figures."
        assert found.boards == ()

    def test_a_model_that_comes_first_takes_it_for_its_lab(self) -> None:
        line = told(two_weeks({"b/1": 60, "a/1": 40}, {"a/1": 60, "b/1": 40})).lines[1]
        assert line.startswith("b takes #1 with b/1: ")

    def test_an_item_that_is_new_at_the_top_has_no_change(self) -> None:
        line = told(two_weeks({"b/1": 600, "a/1": 400}, {"a/1": 600})).lines[1]
        assert line.startswith("b takes #1 with b/1: 60.0%. OpenRouter")


class TestHeadline:
    """What one would say aloud of the week."""

    def test_who_gained_most_and_who_leads(self) -> None:
        found = briefing(models(), apps())
        assert found.headline == "Oriole gains 5.7 points of OpenRouter in a week; Northwind still leads"
        assert found.lead == (
            "Swift 4 from #5 to #2. Two newcomers arrived and stayed. 9 to 15 November 2026, against the week before."
        )

    @pytest.mark.parametrize(
        ("now", "then", "tail"),
        [
            ({"a/1": 80, "b/1": 20}, {"a/1": 60, "b/1": 40}, " and still leads"),
            ({"a/1": 80, "b/1": 20, "c/1": 19}, {"b/1": 50, "a/1": 40, "c/1": 29}, " and takes the lead"),
            ({"a/1": 45, "b/1": 40, "c/1": 35}, {"b/1": 45, "a/1": 44, "c/1": 5}, "; a now leads"),
        ],
    )
    def test_how_it_goes_on(self, now: dict[str, int], then: dict[str, int], tail: str) -> None:
        assert briefing(two_weeks(now, then)).headline.endswith(tail)

    def test_it_says_no_more_of_who_leads_than_is_known(self) -> None:
        assert week_lines.headline([two_weeks(NOW, THEN, previous=None)]).endswith("of OpenRouter in a week")

    def test_a_share_may_be_lost_and_take_longer(self) -> None:
        board = replace(MODELS, window_days=10)
        stored = [
            day(SUNDAY - timedelta(days=back), {"a/1": 90 if back >= 10 else 40, "b/1": 40}, 0) for back in range(20)
        ]
        stored.reverse()
        view = models(watchlist=Watchlist("m", "M", board, ()), current=sum_days(board, stored[10:]))
        view = replace(view, compared=sum_days(board, stored[:10]), previous=None)
        assert week_lines.headline([view]) == "a loses 19.2 points of OpenRouter within 10 days"
        assert week_lines.span([view], SUNDAY) == "6 to 15 November 2026, against the 10 days before"

    def test_less_than_a_point_is_no_headline(self) -> None:
        assert briefing(two_weeks(THEN, THEN)).headline.startswith("Quiet week in Models: top 10 unchanged")
        assert week_lines.headline([apps()]) == ""

    def test_a_new_first_and_a_correction_come_before_it(self) -> None:
        first = briefing(models(), calm(events=(leader(),)))
        assert first.headline.startswith("New #1 in CLI agents")
        assert first.change == "7k2f"
        revised = briefing(models(), corrections=[correction(headed=True)])
        assert revised.headline.startswith("Revised: Sable")
        assert revised.lead.startswith("OpenRouter changed its figures")

    def test_a_late_briefing_says_so(self) -> None:
        found = briefing(models(), late="Two days were not reported in time (1 to 2 Nov)")
        assert found.lead.startswith("Two days were not reported in time (1 to 2 Nov). Nothing is missing. Swift 4")

    def test_a_climb_that_the_headline_names_is_not_said_again(self) -> None:
        view = models()
        assert "Swift 4 from" not in week_lines.lead([view], told(view), "Swift 4 leads", late="")
        assert week_lines.lead([replace(view, previous=None)], told(view), "", late="").startswith("Two newcomers")

    def test_one_newcomer(self) -> None:
        view = two_weeks({**THEN, "new/1": 99}, THEN)
        assert "One newcomer arrived and stayed." in week_lines.lead([view], told(view), "", late="")


class TestBoards:
    """Labs beside their models, apps below."""

    def test_labs_stand_before_their_models_though_only_these_are_watched(self) -> None:
        found = told(apps(), models())
        assert [(board.title, board.noun, board.watchlist, board.beside) for board in found.boards] == [
            ("Apps", "App", "apps", False), ("Labs", "Lab", "", True), ("Models", "Model", "models", False),
        ]  # fmt: skip

    def test_watched_labs_take_their_place(self) -> None:
        stored = days()
        watched = Watchlist("labs", "My labs", LABS, (), follow=patterns("oriole"))
        labs = models(
            watchlist=watched,
            catalogue=None,
            current=sum_days(LABS, stored[7:]),
            previous=sum_days(LABS, stored[:7]),
            compared=sum_days(LABS, stored[:7]),
            recent=(),
        )
        found = told(models(), labs)
        assert [(board.title, board.beside) for board in found.boards] == [("My labs", True), ("Models", False)]
        assert [line.name for line in found.boards[0].lines if line.followed] == ["oriole"]
        assert [board.title for board in told(labs).boards] == ["My labs"]
        assert [one.title for one in found.arrivals] == ["Models"]

    def test_a_line_has_tokens_share_change_in_points_prices_and_context(self) -> None:
        first, second, *_ = boards(told(models()))["Models"].lines
        assert (second.rank, second.glyph, second.was, second.name) == (2, "▲", "5", "Swift 4")
        assert (second.tokens, second.change, second.share, second.points) == ("6.50T", "+77%", "13.5%", "+5.7 pt")
        assert (second.price, second.context) == ("0.09 / 0.36", "256k")
        assert (first.glyph, first.was) == ("=", "")

    def test_what_was_not_listed_says_so_in_place_of_a_change(self) -> None:
        line = next(one for one in boards(told(models()))["Models"].lines if one.name == "Swift 4 mini")
        assert (line.glyph, line.was, line.points, line.change) == ("", "", "not listed", "not listed")

    def test_without_the_week_before_changes_are_empty(self) -> None:
        lines = boards(told(models(previous=None, compared=None)))["Models"].lines
        assert {(line.points, line.change, line.was) for line in lines} == {("", "", "")}

    def test_what_is_on_no_list_is_said_with_the_labs(self) -> None:
        found = boards(told(models()))
        assert found["Labs"].note == "Models outside the daily top 50: 8.8%."
        assert found["Models"].note == ""

    def test_labs_are_called_as_the_catalogue_calls_them_or_by_their_slugs(self) -> None:
        assert [line.name for line in boards(told(models()))["Labs"].lines][-2:] == ["Meridian", "petrel"]
        assert boards(told(models(catalogue=None)))["Labs"].lines[0].name == "northwind"
        assert boards(told(models(catalogue=Catalogue(SUNDAY, ()))))["Labs"].lines[0].name == "northwind"
        assert market.markets([models()])[0].lab("nobody/1") == "nobody"

    def test_apps_have_no_shares_but_who_climbed_and_who_fell(self) -> None:
        board = boards(told(apps()))["Apps"]
        assert {(line.share, line.points) for line in board.lines} == {("", "")}
        assert board.note == "Climbed Sable #22 → #12; fell App 13 #14 → #42."
        assert boards(told(apps(previous=None)))["Apps"].note == ""
        assert week_boards.movers(apps(current=None)) == ([], [])

    def test_tops_in_the_thread_have_the_shares_too(self) -> None:
        lines = briefing(models()).sections[0].top
        assert (lines[1].share, lines[1].points) == ("13.5%", "+5.7 pt")

    def test_a_window_without_tokens_has_no_shares(self) -> None:
        empty = [
            snapshot(MODEL_DAY, SUNDAY - timedelta(days=back), [("a/1", "a/1", 0)]) for back in reversed(range(14))
        ]
        board = boards(told(models(empty, catalogue=None)))
        assert [(line.share, line.points) for line in board["Models"].lines] == [("", "")]
        assert board["Labs"].note == ""


def test_how_to_read_it_says_what_shares_ranks_and_prices_are() -> None:
    assert told(models(), apps()).how == (
        "Share: of all tokens through OpenRouter in those days, models outside the daily top 50 included; pt: "
        "percentage points. A lab's share is that of its listed models. OpenRouter is one router, not the market. "
        "Ranks are held against Sun 8 Nov. Prices are list prices on 16 Nov 2026, in dollars per million tokens. "
        "Weeks run Monday to Sunday, UTC."
    )
    assert told(apps(previous=None, current=snapshot(ALL_APPS, SUNDAY, []))).how == (
        "OpenRouter is one router, not the market. Weeks run Monday to Sunday, UTC."
    )
    assert "Prices" not in told(models(catalogue=None)).how


def test_a_week_ends_on_any_day_but_only_on_sundays_it_runs_from_monday() -> None:
    assert "Monday" not in week_lines.week([apps()], SUNDAY - timedelta(days=1)).how


@pytest.mark.parametrize(("weekly", "since", "there"), [(True, 5, True), (True, 4, False), (False, 7, False)])
def test_it_is_a_briefing_over_five_days_or_more_where_that_is_the_rhythm(
    weekly: bool, since: int, there: bool
) -> None:
    found: Digest = briefing(apps(), weekly=weekly, since=SUNDAY - timedelta(days=since))
    assert (found.week is not None) is there


def test_a_window_that_is_not_summed_from_days_has_no_market() -> None:
    plain: Snapshot = snapshot(MODELS, SUNDAY, [("a/1", "a/1", B)])
    assert market.markets([models(current=plain), models(current=None)]) == ()
    assert market.markets([models(previous=None)])[0].labs.previous is None
