"""A rule's conditions say how far from firing it was: it fires for an item exactly where all of them are met."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.detect import day_of
from bot.core.history import MemoryHistory
from bot.core.ranking import Dataset, Snapshot, sum_days
from bot.core.rules import Change, Day, EnteredTop, LeftTop, NewLeader, NotEvaluated, Rule, Spike, Trending
from bot.core.rules.conditions import Measured
from bot.core.watchlist import Watchlist
from tests.app.worlds import APPS, FIRST, RULES, TWO_MODEL_DAYS, World
from tests.builders import CLI_AGENTS, DAY
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
    board = TWO_MODEL_DAYS if models and not isinstance(rule, Trending) else APPS
    history = history_of(World(seed, board, gaps=gaps))
    watchlist = Watchlist("w", "W", board, (rule,))
    assert isinstance(rule, Measured)
    for end in history.days(board, FIRST, DAY):
        day = day_of(watchlist, end, stored=history, called={}, since=FIRST, names={})
        findings = list(rule.find(day))
        fired = {finding.item for finding in findings if isinstance(finding, Change)}
        if any(isinstance(finding, NotEvaluated) for finding in findings):
            assert not any(list(rule.conditions(day, item)) for item in ITEMS)
        else:
            assert fired == {item for item in ITEMS if all(one.met for one in rule.conditions(day, item))}


class TestTheWords:
    """What is said of each kind."""

    def test_a_new_leader(self) -> None:
        day = the_day(columns("abc", "abc"))
        assert told(NewLeader(), day, "b") == [
            ("rank", "#2, 1 tokens behind #1", "#1", False),
            ("leader before", "A", "another item", True),
        ]
        assert told(NewLeader(), day, "x")[0] == ("rank", "outside the top 3", "#1", False)
        confirmed = told(NewLeader(confirm_days=3), the_day(columns("bac", "bac", "abc")), "b")
        assert confirmed[-1] == ("days running at #1", "2", "3 at least", False)

    def test_nobody_led_an_empty_board(self) -> None:
        day = the_day([column(DAY, "a", depth=100), column(ago(1), "", depth=100)])
        assert told(NewLeader(), day, "a")[1] == ("leader before", "nobody", "another item", False)

    def test_an_entry_and_the_state_before(self) -> None:
        day = the_day(columns("abcdef", "abcdef"))
        assert told(EnteredTop(n=2, margin=1), day, "c") == [
            ("rank", "#3", "#2 or better", False),
            ("state before", "in, until beyond #3", "out", False),
        ]
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
        absent = the_day(columns("bcd", "bcd", "abcd", depth=100))
        assert told(LeftTop(n=2, margin=1), absent, "a")[1] == ("days running not listed", "2", "3 at least", False)

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

    def test_the_trending_list(self) -> None:
        twins = [column(DAY, "ba", board=CLI_AGENTS.twin), column(ago(1), "ab", board=CLI_AGENTS.twin, depth=100)]
        day = the_day([*columns("abc", "abc"), *twins])
        assert told(Trending(n=1), day, "b") == [
            ("rank on the trending list", "#1", "#1 or better", True),
            ("rank there before", "#2", "none, or beyond #1", True),
        ]
        assert told(Trending(n=1), day, "x")[1][1] == "not listed"

    @pytest.mark.parametrize("rule", [NewLeader(), EnteredTop(), LeftTop()])
    def test_on_the_first_stored_day_nothing_can_have_changed(self, rule: Rule) -> None:
        said = told(rule, the_day(columns("abc")), "a")
        assert said == [("a day before", "none is stored", "one to compare with", False)]
