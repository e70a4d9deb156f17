"""What watchlists see alike is looked at once, and each gets what it would get on its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.detect import Evaluation, evaluate
from bot.core.history import HistoryView, MemoryHistory
from bot.core.ranking import APP_DEPTH, Board, Snapshot
from bot.core.rules import (
    RULES,
    Climbed,
    Dropped,
    EnteredTop,
    LeftTop,
    Milestone,
    Moved,
    NewLeader,
    Overtook,
    Renamed,
    Rule,
)
from bot.core.sights import PERSONAL, Sights
from bot.core.watchlist import Pattern, Watchlist
from tests.builders import CLI_AGENTS, DAY
from tests.core.rules.days import ago, column

ITEMS = "abcdefgh"
RULE_SETS: tuple[tuple[Rule, ...], ...] = (
    (NewLeader(), EnteredTop(n=2, margin=1), EnteredTop(n=4, margin=0), LeftTop(n=2, margin=1), Renamed(1)),
    (EnteredTop(n=4, margin=0), NewLeader(confirm_days=2), Climbed(1, ((8, 2),)), Dropped(1, ((8, 2),))),
    (Moved(), Overtook((("Bea", "a"),)), NewLeader(), EnteredTop(n=4, margin=0), Milestone((999, 1000))),
)
PEOPLE: tuple[tuple[str, ...], ...] = ((), ("a", "c"), ("Bea*",))
board = st.permutations(ITEMS).flatmap(lambda items: st.integers(2, 8).map(lambda number: items[:number]))
boards = st.lists(board, min_size=3, max_size=5)


def crowd() -> Iterator[Watchlist]:
    """Watchlists that have in common some of board, rules, depth, and whom they follow, and others not."""
    for number, (rules, follow, exclude) in enumerate(product(RULE_SETS, PEOPLE, ((), ("b",)))):
        patterns = [tuple(Pattern(text) for text in part) for part in (follow, exclude)]
        yield Watchlist(f"w{number}", "W", CLI_AGENTS, rules, follow=patterns[0], exclude=patterns[1])


def days(items: Sequence[Sequence[str]], depth: int) -> list[Snapshot]:
    """These boards, one day after another up to DAY."""
    return [column(ago(back), row, depth=depth) for back, row in enumerate(reversed(items))]


def judged(watchlist: Watchlist, day: date, stored: MemoryHistory, sights: Sights | None) -> Evaluation:
    """By itself, or with what others see."""
    called = {"a": "Ada"} if watchlist.id.endswith("1") else {}
    names = {"b": ("Bea",)} if watchlist.follow else {}
    since = ago(2) if watchlist.exclude else ago(1)
    return evaluate(watchlist, day, history=stored, since=since, told=(), names=names, called=called, sights=sights)


@given(boards, st.sampled_from([4, APP_DEPTH]))
def test_each_gets_what_it_would_get_on_its_own(items: list[list[str]], depth: int) -> None:
    history = MemoryHistory(days(items, depth))
    sights = Sights(history)
    for watchlist, day in product(crowd(), (ago(1), DAY)):
        assert judged(watchlist, day, history, sights) == judged(watchlist, day, history, None)


class Watched(HistoryView):
    """A history that counts how often somebody looks at a board."""

    looks = 0

    def at(self, board: Board, end_date: date) -> Snapshot | None:
        self.looks += 1
        return super().at(board, end_date)


def test_who_sees_the_same_does_not_look_again() -> None:
    history = Watched(MemoryHistory(days(["abcdef", "bacdfe", "cbadef"], APP_DEPTH)))
    sights = Sights(history)
    first = Watchlist("w", "W", CLI_AGENTS, (NewLeader(), EnteredTop(n=2, margin=0), Moved()))
    events = evaluate(first, DAY, history=history, since=DAY, told=(), names={}, sights=sights).events
    seen, rules = history.looks, (NewLeader(), EnteredTop(n=2, margin=0), Moved())
    again = evaluate(
        replace(first, id="v", rules=rules), DAY, history=history, since=DAY, told=(), names={}, sights=sights
    )
    assert history.looks == seen
    assert [event.watchlist for event in again.events] == ["v"] * len(events)
    assert [replace(event, key="", watchlist="") for event in events] == [
        replace(event, key="", watchlist="") for event in again.events
    ]


@pytest.mark.parametrize(("depth", "kept"), [(3, 3), (APP_DEPTH, None)])
def test_an_event_keeps_how_deep_a_board_was_read_that_does_not_have_its_item(depth: int, kept: int | None) -> None:
    """None says that the board ended; where the item is on both days nothing is said."""
    history = MemoryHistory(days(["abc", "xab"], depth))
    watchlist = Watchlist("w", "W", CLI_AGENTS, (NewLeader(), EnteredTop(n=3, margin=0), LeftTop(n=3, absent_days=1)))
    events = evaluate(watchlist, DAY, history=history, since=DAY, told=(), names={}).events
    depths = {
        event.item: {key: event.evidence[key] for key in ("depth", "previous_depth") if key in event.evidence}
        for event in events
    }
    assert depths == {"x": {"previous_depth": kept}, "c": {"depth": kept}}


@pytest.mark.parametrize(("depth", "kept"), [(2, 2), (APP_DEPTH, None)])
def test_and_of_the_board_that_somebody_left_above_it(depth: int, kept: int | None) -> None:
    history = MemoryHistory(days(["xab", "ab"], depth))
    watchlist = Watchlist("w", "W", CLI_AGENTS, (NewLeader(),))
    (event,) = evaluate(watchlist, DAY, history=history, since=DAY, told=(), names={}).events
    assert (event.evidence["left_board"], event.evidence["depth"]) == (["X"], kept)


def test_a_day_without_its_own_board_cannot_be_seen() -> None:
    sights = Sights(MemoryHistory(days(["abc"], APP_DEPTH)))
    with pytest.raises(LookupError, match="has no snapshot of 2026-11-09"):
        sights.of(CLI_AGENTS, ago(1), depth=100, since=ago(1), called={})


def test_only_rules_that_are_personal_see_who_is_followed() -> None:
    sights = Sights(MemoryHistory(days(["abc", "bac"], APP_DEPTH)))
    day = sights.of(CLI_AGENTS, DAY, depth=100, since=DAY, called={}).day
    assert (day.followed, day.names) == (frozenset(), {})
    assert {rule.kind for rule in RULES.values()} > PERSONAL
