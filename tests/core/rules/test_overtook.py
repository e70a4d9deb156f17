"""Overtakes: of a pair, the first is ahead now, and was behind or unranked while the second was ranked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.detect import evaluate
from bot.core.history import MemoryHistory
from bot.core.ranking import Snapshot
from bot.core.rules import Change, Overtook
from bot.core.rules.base import Day
from bot.core.watchlist import Watchlist
from tests.builders import CLI_AGENTS, DAY, snapshot
from tests.core.rules.days import ago, columns, the_day


def told(rule: Overtook, day: Day) -> list[str]:
    """Who passed whom, in the rule's order."""
    return [change.variant for change in rule.find(day) if isinstance(change, Change)]


def passed(now: str, before: str | None, followed: str = "ab", **names: tuple[str, ...]) -> list[str]:
    return told(Overtook(), the_day(columns(now, before), followed=followed, names=names))


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        ("ab", "ba", ["a>b"]),
        ("ba", "ab", ["b>a"]),
        ("ab", "ab", []),
        ("acb", "bca", ["a>b"]),
        ("ab", "b", ["a>b"]),
        ("ab", "a", []),
        ("ab", "", []),
        ("a", "ba", []),
        ("b", "ba", []),
    ],
)
def test_both_are_ranked_now_and_the_passed_one_was(now: str, before: str, expected: list[str]) -> None:
    assert passed(now, before) == expected


def test_every_pair_of_followed_items_counts_either_way_round_by_rank() -> None:
    assert passed("abc", "cba", followed="abc") == ["a>b", "a>c", "b>c"]
    assert passed("cba", "abc", followed="abc") == ["c>b", "c>a", "b>a"]
    assert passed("abc", "cba", followed="ac") == ["a>c"]
    assert passed("abc", "cba", followed="a") == []


def test_the_first_stored_day_tells_nothing() -> None:
    assert not passed("ab", None)


def test_after_a_gap_the_last_day_before_it_is_compared() -> None:
    assert told(Overtook(), the_day(columns("ab", None, "ba"), followed="ab")) == ["a>b"]


class TestPairs:
    """Pairs that are named: the first passes the second; names, globs and ids as elsewhere."""

    def boards(self) -> list[Snapshot]:
        rows = {"a": ("a", "Ada", 9), "b": ("b", "Bea", 9), "c": ("c", "Bea Two", 9)}
        orders = ((DAY, "abc"), (ago(1), "cba"))
        return [snapshot(CLI_AGENTS, day, [rows[item] for item in order]) for day, order in orders]

    @pytest.mark.parametrize(
        ("pair", "expected"),
        [
            (("Ada", "Bea"), ["a>b"]),
            (("ada", "id:c"), ["a>c"]),
            (("Bea", "Ada"), []),
            (("Ada", "Bea*"), ["a>b", "a>c"]),
            (("*", "*"), ["a>b", "a>c", "b>c"]),
            (("Ada", "Nobody"), []),
            (("Former", "Bea"), ["a>b"]),
        ],
    )
    def test_a_pair_is_named_as_items_are(self, pair: tuple[str, str], expected: list[str]) -> None:
        day = the_day(self.boards(), names={"a": ("Ada", "Former")})
        assert told(Overtook(pairs=(pair,)), day) == expected

    def test_a_watchlists_pair_may_be_named_by_a_name_that_an_item_bore(self) -> None:
        watchlist = Watchlist("w", "W", CLI_AGENTS, (Overtook(pairs=(("Former", "Bea"),)),))
        history, names = MemoryHistory(self.boards()), {"a": ("Ada", "Former")}
        judged = evaluate(watchlist, DAY, history=history, since=DAY, told=(), names=names)
        assert [one.threshold for one in judged.events] == ["a>b"]

    def test_they_come_beside_those_of_what_is_followed_each_once(self) -> None:
        day = the_day(self.boards(), followed="ab")
        assert told(Overtook(pairs=(("Ada", "Bea"), ("Ada", "id:c"))), day) == ["a>b", "a>c"]


def test_the_evidence_holds_the_figures_of_who_was_passed() -> None:
    (change,) = Overtook().find(the_day(columns("ab", "ba"), followed="ab"))
    assert isinstance(change, Change)
    assert (change.item, change.name) == ("a", "A")
    assert change.evidence == {
        "passed": {
            "id": "b",
            "name": "B",
            "rank": 2,
            "tokens": "999",
            "previous_rank": 1,
            "previous_tokens": "1000",
        }
    }


def test_equal_tokens_keep_the_feeds_order() -> None:
    orders = ((DAY, "ab"), (ago(1), "ba"))
    rows = [snapshot(CLI_AGENTS, day, [(item, item, 2**63 - 1) for item in order]) for day, order in orders]
    assert told(Overtook(), the_day(rows, followed="ab")) == ["a>b"]


def test_it_needs_nothing_beside_the_two_days() -> None:
    assert not list(Overtook().needs(CLI_AGENTS, DAY))
    assert Overtook().reach == 2


boards = st.lists(st.sampled_from("abcdef"), max_size=6, unique=True)


@given(boards, boards, st.sets(st.sampled_from("abcdef")))
def test_it_is_what_the_specification_says(now: list[str], before: list[str], followed: set[str]) -> None:
    """Both ranked and a ahead; on the day before b ranked, and a behind it or unranked."""
    expected = {
        f"{a}>{b}"
        for a in followed
        for b in followed
        if a in now and b in now and now.index(a) < now.index(b)
        if b in before and (a not in before or before.index(a) > before.index(b))
    }
    assert set(told(Overtook(), the_day(columns(now, before, depth=100), followed=followed))) == expected
