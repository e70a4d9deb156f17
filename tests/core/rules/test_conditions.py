"""A rule's conditions say how far from firing it was: it fires for an item exactly where all of them are met."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.detect import day_of
from bot.core.history import MemoryHistory
from bot.core.ranking import Dataset, Snapshot, sum_days
from bot.core.rules import (
    Change,
    Climbed,
    Day,
    Dropped,
    EnteredTop,
    LeftTop,
    Milestone,
    Moved,
    NewLeader,
    NotEvaluated,
    Overtook,
    Renamed,
    Rule,
    Share,
    Spike,
    Trending,
)
from bot.core.rules.conditions import Apart, Measured
from bot.core.watchlist import Pattern, Watchlist
from tests.app.worlds import APPS, FIRST, RULES, TWO_MODEL_DAYS, World
from tests.builders import CLI_AGENTS, DAY, MODELS, snapshot
from tests.core.rules.days import ago, column, columns, the_day

ITEMS = [str(item) for item in range(7)]


def told(rule: Rule, day: Day, item: str) -> list[tuple[str, str, str, bool]]:
    """The conditions of a rule for an item."""
    assert isinstance(rule, Measured)
    return [(one.what, one.found, one.wanted, one.met) for one in rule.conditions(day, item)]


def history_of(world: World) -> MemoryHistory:
    """All that there was to be fetched, windows of models added up."""
    stored: list[Snapshot] = [window for _, windows in world.mornings() for window in windows]
    if world.board.dataset is Dataset.MODELS:
        days = {one.end_date: one for one in stored}
        pairs = [(days.get(end - timedelta(days=1)), one) for end, one in days.items()]
        stored += [sum_days(world.board, [before, one]) for before, one in pairs if before]
    return MemoryHistory(stored)


@given(rule=st.one_of(*RULES), models=st.booleans(), seed=st.integers(0, 2**32), gaps=st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_rule_fires_where_all_its_conditions_are_met(*, rule: Rule, models: bool, seed: int, gaps: bool) -> None:
    chosen = TWO_MODEL_DAYS if models else APPS
    board = chosen if chosen.dataset in rule.datasets else APPS if models else TWO_MODEL_DAYS
    history = history_of(World(seed, board, gaps=gaps))
    watchlist = Watchlist("w", "W", board, (rule,), mine=(Pattern("id:2"),), follow=(Pattern("C*"),))
    assert isinstance(rule, Measured)
    for end in history.days(board, FIRST, DAY):
        day = day_of(watchlist, end, stored=history, called={}, since=FIRST, names={})
        findings = list(rule.find(day))
        fired = {finding.item for finding in findings if isinstance(finding, Change)}
        if any(isinstance(finding, NotEvaluated) for finding in findings):
            assert not any(list(rule.conditions(day, item)) for item in ITEMS)
        else:
            assert fired == {item for item in ITEMS if all(one.met for one in rule.conditions(day, item))}
        if isinstance(rule, Apart):
            changes = [finding for finding in findings if isinstance(finding, Change)]
            for change in changes:
                said = list(rule.conditions_of(day, change.item, change.variant))
                assert said
                assert all(one.met for one in said)


class TestTheWords:
    """What is said of each kind."""

    def test_a_new_leader(self) -> None:
        day = the_day(columns("abc", "abc"))
        assert told(NewLeader(), day, "b") == [
            ("rank", "#2, 1 tokens behind #1", "#1", False),
            ("leader before", "A", "another", True),
        ]
        assert told(NewLeader(), day, "x")[0] == ("rank", "outside the top 3", "#1", False)
        assert told(NewLeader(), day, "a") == [("rank", "#1", "#1", True), ("leader before", "A", "another", False)]
        second = told(NewLeader(confirm_days=2), the_day(columns("bac", "abc", "abc")), "b")
        assert second[-1] == ("days running at #1", "1", "2 at least", False)
        confirmed = told(NewLeader(confirm_days=3), the_day(columns("bac", "bac", "abc")), "b")
        assert confirmed[-1] == ("days running at #1", "2", "3 at least", False)

    def test_days_at_the_top_count_from_the_first_day_on_up_to_those_asked_for(self) -> None:
        long = told(NewLeader(confirm_days=2), the_day(columns("ba", "ba", "ba", "ab")), "b")
        assert long[-1] == ("days running at #1", "2", "2 at least", True)
        begun = told(NewLeader(confirm_days=2), the_day(columns("ba", "ba", "ab"), base=ago(1)), "b")
        assert begun[-1] == ("days running at #1", "1", "2 at least", False)

    def test_nobody_led_an_empty_board(self) -> None:
        day = the_day([column(DAY, "a", depth=100), column(ago(1), "", depth=100)])
        assert told(NewLeader(), day, "a")[1] == ("leader before", "nobody", "another", False)

    def test_an_entry_and_the_state_before(self) -> None:
        day = the_day(columns("abcdef", "abcdef"))
        assert told(EnteredTop(n=2, margin=1), day, "c") == [
            ("rank", "#3", "#2 or better", False),
            ("state before", "in, until beyond #3", "out", False),
        ]
        begun = told(EnteredTop(n=2, margin=1, confirm_days=2), the_day(columns("ab", "cab", "cab")), "b")
        assert begun == [
            ("rank", "#2", "#2 or better", True),
            ("days running in the top 2", "1", "2 at least", False),
            ("state before", "in, until beyond #2", "out", False),
        ]
        long = told(EnteredTop(n=2, margin=0, confirm_days=5), the_day(columns("ab", "ab", "ab", "xyab")), "b")
        assert long[1] == ("days running in the top 2", "3", "5 at least", False)
        assert told(EnteredTop(n=2, margin=1, confirm_days=2), day, "e") == [
            ("rank", "#5", "#2 or better", False),
            ("days running in the top 2", "0", "2 at least", False),
            ("state before", "out, until #2", "out", True),
        ]

    def test_an_exit_by_rank_and_by_absence(self) -> None:
        rule = LeftTop(n=2, margin=1, confirm_days=2)
        assert told(rule, the_day(columns("bcda", "abcd")), "a") == [
            ("state before", "in, until beyond #3", "in", True),
            ("rank", "#4", "beyond #3", True),
            ("days running out of the top 2", "1", "2 at least", False),
        ]
        ranked = told(LeftTop(n=2, margin=1), the_day(columns("bcda", "abcd", depth=100)), "a")
        assert ranked[1] == ("rank", "#4", "beyond #3", True)
        absent = the_day(columns("bcd", "bcd", "abcd", depth=100))
        assert told(LeftTop(n=2, margin=1), absent, "a")[1:] == [("days running not listed", "2", "3 at least", False)]
        assert told(LeftTop(n=2, margin=1), absent, "x")[1] == ("days running not listed", "3", "3 at least", True)

    def test_an_absence_that_began_before_the_walk_is_as_long_as_the_walk(self) -> None:
        rule = LeftTop(n=2, margin=1, confirm_days=2, absent_days=2)
        assert told(rule, the_day(columns("ab", "ab", depth=100)), "x")[1:] == [
            ("days running not listed", "2", "2 at least", True),
            ("days running out of the top 2", "1", "2 at least", False),
        ]

    def test_days_that_ask_to_stay_are_no_days_out(self) -> None:
        said = told(LeftTop(n=2, margin=1, confirm_days=2), the_day(columns("abcd", "abcd", "abcd")), "a")
        assert said[-1] == ("days running out of the top 2", "0", "2 at least", False)

    def test_a_spike(self) -> None:
        boards = [column(ago(back), "ab") for back in (0, 1, 7, 8, 14, 15, 21, 22)]
        spike = Spike(ratio=Fraction(5, 2), min_growth=7)
        assert told(spike, the_day(boards), "a") == [
            ("rank", "#1", "#50 or better", True),
            ("windows before with it", "3 of 3", "1 at least", True),
            ("tokens to their mean", "1.00×", "2.5×", False),
            ("growth over their mean", "0", "7", False),
            ("a spike already", "no", "no", True),
        ]
        assert told(spike, the_day(boards), "x") == [("rank", "outside the top 2", "#50 or better", False)]

    def test_a_spike_with_a_bound_and_one_that_held_before(self) -> None:
        boards = [column(ago(back), "ab" if back in (0, 1, 7) else "b") for back in (0, 1, 7, 8, 14, 15, 21, 22)]
        said = told(Spike(ratio=Fraction(1), min_growth=0), the_day(boards), "a")
        assert said[1:] == [
            ("windows before with it", "1 of 3", "1 at least", True),
            ("tokens to their mean", "at least 1.00×", "1×", True),
            ("growth over their mean", "at least 0", "0", True),
            ("tokens to the largest", "1.00×", "1×", True),
            ("a spike already", "no", "no", True),
        ]
        steady = [column(ago(back), "ab") for back in (0, 1, 7, 8, 14, 15, 21, 22)]
        said = told(Spike(ratio=Fraction(1), min_growth=0), the_day(steady), "a")
        assert said[-1] == ("a spike already", "Mon 9 Nov", "no", False)

    def test_a_mean_of_nothing_has_no_limit(self) -> None:
        empty = [column(ago(back), "") for back in (7, 14, 21)]
        said = told(Spike(min_growth=0), the_day([column(DAY, "a"), *empty]), "a")
        assert said[1:3] == [
            ("windows before with it", "0 of 3", "1 at least", False),
            ("tokens to their mean", "without limit: their mean is 0", "2×", True),
        ]

    def test_a_loss_is_growth_with_a_minus(self) -> None:
        boards = [column(ago(back), "ba" if back else "ab") for back in (0, 7, 14, 21)]
        said = told(Spike(min_growth=0), the_day(boards), "b")
        assert said[3] == ("growth over their mean", "−1", "0", False)

    def test_a_multiple_of_windows_with_no_tokens_has_no_limit(self) -> None:
        """It was listed with nothing once and is bounded else, so there is a mean, but nothing to exceed."""
        held = snapshot(CLI_AGENTS, ago(7), [("b", "B", 3), ("a", "A", 0)], depth=2)
        other = [snapshot(CLI_AGENTS, ago(back), [("b", "B", 3)], depth=1) for back in (14, 21)]
        said = told(Spike(min_growth=0), the_day([column(DAY, "a"), held, *other]), "a")
        assert said[2] == ("tokens to their mean", "at least 500.00×", "2×", True)
        assert said[4] == ("tokens to the largest", "without limit", "2×", True)

    def test_the_trending_list(self) -> None:
        twins = [column(DAY, "ba", board=CLI_AGENTS.twin), column(ago(1), "ab", board=CLI_AGENTS.twin, depth=100)]
        day = the_day([*columns("abc", "abc"), *twins])
        assert told(Trending(n=1), day, "b") == [
            ("rank on the trending list", "#1", "#1 or better", True),
            ("rank there before", "#2", "none, or beyond #1", True),
        ]
        assert told(Trending(n=1), day, "a")[1] == ("rank there before", "#1", "none, or beyond #1", False)
        assert told(Trending(n=1), day, "x")[1][1] == "not listed"

    @pytest.mark.parametrize("there", [DAY, ago(1)])
    def test_of_one_trending_list_alone_nothing_is_said(self, there: date) -> None:
        day = the_day([*columns("abc", "abc"), column(there, "ab", board=CLI_AGENTS.twin)])
        assert told(Trending(), day, "a") == []

    def test_a_climb(self) -> None:
        rule = Climbed(over_days=1, bands=((2, 1),))
        assert told(rule, the_day(columns("bacd", "abcd")), "b") == [
            ("rank", "#1", "listed", True),
            ("rank on Mon 9 Nov", "#2", "listed", True),
            ("better of the two", "#1", "#2 or better", True),
            ("places climbed in 1 day", "1", "1 at least", True),
            ("among those on both", "1", "1 at least", True),
            ("as far already", "no", "no", True),
        ]
        said = told(rule, the_day(columns("abcd", "bacd")), "b")
        assert said[3] == ("places climbed in 1 day", "−1", "1 at least", False)

    def test_a_climb_that_held_before_and_ones_that_are_none(self) -> None:
        rule = Climbed(over_days=2, bands=((2, 1),))
        held = told(rule, the_day(columns("bacd", "bacd", "abcd", "abcd")), "b")
        assert held[-1] == ("as far already", "on Mon 9 Nov", "no", False)
        below = told(rule, the_day(columns("abdc", "abcd", "abcd")), "d")
        assert below[-1] == ("better of the two", "#3", "#2 or better", False)
        gone = told(rule, the_day(columns("abc", "abc", "abcd")), "d")
        assert gone == [("rank", "outside the top 3", "listed", False), ("rank on Sun 8 Nov", "#4", "listed", True)]

    def test_a_drop(self) -> None:
        said = told(Dropped(over_days=1, bands=((2, 2),)), the_day(columns("bacd", "abcd")), "a")
        assert said[3] == ("places dropped in 1 day", "1", "2 at least", False)

    def test_a_share(self) -> None:
        def board(back: int, tokens: int) -> Snapshot:
            rows = [("x/a", "x/a", tokens), ("x/b", "x/b", 100 - tokens)]
            return snapshot(MODELS, ago(back), rows)

        rule = Share(points=Fraction(5, 2), over_days=1)
        day = the_day([board(0, 60), board(1, 62), board(2, 60)], board=MODELS)
        assert told(rule, day, "x/a") == [
            ("rank", "#1", "listed", True),
            ("rank on Mon 9 Nov", "#1", "listed", True),
            ("points in 1 day", "−2.0000", "2.5 at least, up or down", False),
            ("so far that way already", "no", "no", True),
        ]
        day = the_day([board(0, 68), board(1, 64), board(2, 60)], board=MODELS)
        assert told(rule, day, "x/a")[2:] == [
            ("points in 1 day", "+4.0000", "2.5 at least, up or down", True),
            ("so far that way already", "on Mon 9 Nov", "no", False),
        ]
        assert told(rule, day, "x/c")[-1] == ("its share", "none", "one on both days", False)
        one = told(Share(points=Fraction(1), over_days=1), the_day([board(0, 62), board(1, 61)], board=MODELS), "x/a")
        assert one[2:] == [
            ("points in 1 day", "+1.0000", "1 at least, up or down", True),
            ("so far that way already", "no", "no", True),
        ]
        steady = the_day([board(0, 62), board(1, 61), board(2, 60)], board=MODELS)
        held = told(Share(points=Fraction(1), over_days=1), steady, "x/a")
        assert held[-1] == ("so far that way already", "on Mon 9 Nov", "no", False)
        still = the_day([board(0, 60), board(1, 60)], board=MODELS)
        assert told(rule, still, "x/a")[2][1] == "0.0000"

    def test_a_move(self) -> None:
        day = the_day(columns("bacd", "abcd"), followed="a")
        assert told(Moved(), day, "a") == [
            ("in mine or follow", "yes", "yes", True),
            ("rank", "#2", "other than #1", True),
            ("place among those on both", "#2", "other than #1", True),
        ]
        assert told(Moved(), day, "b") == [("in mine or follow", "no", "yes", False)]

    def test_moves_onto_a_board_and_off_it(self) -> None:
        came = told(Moved(), the_day(columns("bca", "bc"), followed="a"), "a")
        assert came[1:] == [
            ("rank", "#3", "other than outside the top 2", True),
            ("rank, seen the day before", "#3", "#2 or better", False),
        ]
        left = told(Moved(), the_day(columns("bc", "bac"), followed="a"), "a")
        assert left[-1] == ("rank before, seen now", "#2", "#2 or better", True)
        seen_whole = told(Moved(), the_day(columns("bc", "bac", depth=100), followed="a"), "a")
        assert seen_whole[1:] == [("rank", "not listed", "other than #2", True)]

    def test_an_overtake_and_the_nearest_to_one(self) -> None:
        day = the_day(columns("bacd", "abcd"), followed="abd")
        assert told(Overtook(), day, "b") == [
            ("rank", "#1", "ahead of A, #2", True),
            ("A the day before", "#1", "listed", True),
            ("rank the day before", "#2", "none, or behind #1", True),
        ]
        assert told(Overtook(), day, "d")[0] == ("rank", "#4", "ahead of A, #2", False)
        steady = the_day(columns("abcd", "abcd"), followed="abd")
        assert told(Overtook(), steady, "a")[-1] == ("rank the day before", "#1", "none, or behind #2", False)

    def test_a_long_name_is_cut_in_what_is_wanted(self) -> None:
        rows = [[("b", "B" * 40, 9), ("a", "A", 8)], [("b", "B" * 40, 9), ("a", "A", 8)]]
        day = the_day([snapshot(CLI_AGENTS, ago(back), row) for back, row in enumerate(rows)], followed="ab")
        assert told(Overtook(), day, "a")[0][2] == f"ahead of {'B' * 27}…, #1"

    def test_overtakes_that_can_not_be(self) -> None:
        day = the_day(columns("ab", "bc"), followed="ab")
        assert told(Overtook(), day, "c") == [("rank", "outside the top 2", "listed", False)]
        alone = the_day(columns("ab", "ba"), followed="a")
        assert told(Overtook(), alone, "a") == [("listed in a pair with it", "nobody", "somebody", False)]
        new = told(Overtook(), the_day(columns("ab", "a"), followed="ab"), "a")
        assert new == [
            ("rank", "#1", "ahead of B, #2", True),
            ("B the day before", "outside the top 1", "listed", False),
        ]
        assert not list(Overtook().conditions_of(day, "a", "a>x"))

    @pytest.mark.parametrize(
        ("now", "before", "wanted", "met"),
        [
            (210, 90, "200", (True, True)),
            (150, 90, "100", (True, True)),
            (100, 90, "100", (True, True)),
            (150, 100, "200", (False, True)),
            (150, 120, "200", (False, True)),
            (200, 200, "300", (False, True)),
            (350, 300, "300", (True, False)),
            (350, 320, "300", (True, False)),
            (90, 120, "100", (False, False)),
            (150, None, "100", (True, False)),
            (None, 90, "100", (False, True)),
        ],
    )
    def test_a_milestone_is_the_one_that_is_crossed_or_the_next(
        self, now: int | None, before: int | None, wanted: str, met: tuple[bool, bool]
    ) -> None:
        figures = ((DAY, now), (ago(1), before))
        day = the_day([snapshot(CLI_AGENTS, when, [("a", "A", one)] if one else []) for when, one in figures])
        assert told(Milestone(tokens=(100, 300, 200)), day, "a") == [
            ("tokens", str(now or "not listed"), f"{wanted} at least", met[0]),
            ("tokens the day before", str(before or "not listed"), f"listed, below {wanted}", met[1]),
        ]

    def test_who_is_not_listed_has_reached_no_milestone(self) -> None:
        boards = [snapshot(CLI_AGENTS, DAY, []), snapshot(CLI_AGENTS, ago(1), [("a", "A", 5)])]
        assert told(Milestone(tokens=(1, 100)), the_day(boards), "a")[0] == (
            "tokens",
            "not listed",
            "1 at least",
            False,
        )

    def test_of_several_milestones_each_has_its_own(self) -> None:
        rule = Milestone(tokens=(100, 200))
        day = the_day([snapshot(CLI_AGENTS, when, [("a", "A", one)]) for when, one in ((DAY, 250), (ago(1), 50))])
        assert [one.wanted for one in rule.conditions_of(day, "a", "100")] == ["100 at least", "listed, below 100"]
        first = the_day([snapshot(CLI_AGENTS, DAY, [("a", "A", 250)])])
        assert not list(rule.conditions_of(first, "a", "100"))
        assert not list(Overtook().conditions_of(first, "a", "a>b"))

    def test_a_new_name(self) -> None:
        def day(*names: str) -> Day:
            return the_day(
                [snapshot(CLI_AGENTS, ago(back), [("x", one, 5)] if one else []) for back, one in enumerate(names)]
            )

        assert told(Renamed(), day("B", "B", "A"), "x") == [
            ("rank", "#1", "listed", True),
            ('days running as "B"', "2", "2 at least", True),
            ("listed before", "on Sun 8 Nov", "yes", True),
            ("that name before", "no", "no", True),
        ]
        assert told(Renamed(), day("B", "A", "B"), "x")[1:] == [
            ('days running as "B"', "1", "2 at least", False),
            ("listed before", "on Sun 8 Nov", "yes", True),
            ("that name before", "yes", "no", False),
        ]
        assert told(Renamed(), day("B", "B"), "x")[2] == ("listed before", "no", "yes", False)
        assert told(Renamed(), day("", "A"), "x") == [("rank", "not listed", "listed", False)]

    @pytest.mark.parametrize("rule", [Spike(), Trending(), Climbed(), Dropped(), Share()])
    def test_what_could_not_be_judged_has_none(self, rule: Rule) -> None:
        board = MODELS if Dataset.APPS not in rule.datasets else CLI_AGENTS
        assert told(rule, the_day([column(DAY, "ab", board=board)], board=board), "a") == []

    @pytest.mark.parametrize(
        "rule", [NewLeader(), EnteredTop(), LeftTop(), Moved(), Overtook(), Milestone(tokens=(1,))]
    )
    def test_on_the_first_stored_day_nothing_can_have_changed(self, rule: Rule) -> None:
        said = told(rule, the_day(columns("abc")), "a")
        assert said == [("a day before", "none is stored", "one to compare with", False)]
