"""Moves of what is followed: each change of rank, entry and exit, unless others made it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.rules import Moved
from tests.builders import CLI_AGENTS, DAY
from tests.core.rules.days import ago, column, columns, found, the_day, variants


def moved(now: str, before: str | None, followed: str = "x", depth: int | None = None) -> list[str]:
    """The items of which it tells."""
    return list(found(Moved(), the_day(columns(now, before, depth=depth), followed=followed)))


@pytest.mark.parametrize(
    ("now", "before", "way"),
    [
        ("axb", "abx", "up"),
        ("abx", "axb", "down"),
        ("axb", "axb", None),
        ("abx", "abc", "in"),
        ("abc", "abx", "out"),
        ("abc", "abc", None),
        ("ab", "ab", None),
    ],
)
@pytest.mark.parametrize("depth", [3, 100])
def test_any_change_of_rank_entry_or_exit(now: str, before: str, way: str | None, depth: int) -> None:
    day = the_day(columns(now, before, depth=depth), followed="x")
    assert variants(Moved(), day) == ({"x": way} if way else {})


def test_only_what_is_followed_is_told() -> None:
    assert moved("bxa", "abx") == ["x"]
    assert not moved("bxa", "abx", followed="")
    assert moved("bxa", "abx", followed="abxq") == ["b", "x", "a"]


def test_a_passive_move_is_none() -> None:
    """A left, so X is second now; nobody that is still there stands elsewhere among the rest."""
    assert not moved("bxc", "abxc")
    assert not moved("abxc", "bxc")
    assert moved("xbc", "abxc") == ["x"]


def test_a_place_won_and_given_back_to_newcomers_is_no_change_of_rank() -> None:
    assert not moved("nxbc", "bxc")


def test_an_entry_with_others_is_told_and_those_that_left_come_last() -> None:
    assert moved("xab", "abc", followed="xc") == ["x", "c"]


def test_the_first_stored_day_tells_nothing() -> None:
    assert not moved("xab", None)


def test_after_a_gap_the_last_day_before_it_is_compared() -> None:
    assert list(found(Moved(), the_day(columns("xab", None, "abx"), followed="x"))) == ["x"]


def test_what_lies_deeper_than_one_of_two_boards_looked_is_not_known_to_have_moved() -> None:
    """Yesterday only three ranks are stored: X, fourth today, may have been fourth then, too."""
    shallow, deep = column(ago(1), "abc", depth=3), column(DAY, "abcx", depth=4)
    assert not found(Moved(), the_day([shallow, deep], followed="x"))
    assert found(Moved(), the_day([shallow, column(DAY, "xabc", depth=4)], followed="x"))
    assert not found(Moved(), the_day([column(ago(1), "abcx", depth=4), column(DAY, "abc", depth=3)], followed="x"))


def test_the_evidence_holds_the_places_and_how_deep_an_open_board_looked() -> None:
    day = the_day(columns("xab", "abx"), followed="x")
    assert found(Moved(), day)["x"] == {
        "place_among_both": 1,
        "previous_place_among_both": 3,
        "depth": 3,
        "previous_depth": 3,
    }
    gone = the_day(columns("ab", "abx", depth=100), followed="x")
    assert found(Moved(), gone)["x"] == {
        "place_among_both": None,
        "previous_place_among_both": None,
        "depth": None,
        "previous_depth": None,
    }


def test_it_needs_nothing_beside_the_two_days() -> None:
    assert not list(Moved().needs(CLI_AGENTS, DAY))
    assert Moved().reach == 1


boards = st.lists(st.sampled_from("abcdefgh"), max_size=8, unique=True)


@given(boards, boards, st.sets(st.sampled_from("abcdefgh")))
def test_it_is_what_the_specification_says(now: list[str], before: list[str], followed: set[str]) -> None:
    """Any change of rank, entry or exit; not where the place among the items of both boards is the same."""
    both = set(now) & set(before)
    among = [[item for item in board if item in both] for board in (now, before)]
    expected = {
        item
        for item in followed & (set(now) | set(before))
        if item not in both or (now.index(item) != before.index(item) and among[0].index(item) != among[1].index(item))
    }
    assert set(found(Moved(), the_day(columns(now, before, depth=100), followed=followed))) == expected
