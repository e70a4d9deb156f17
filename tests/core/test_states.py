"""What a digest of several days tells is what changed between the last day told and its own: who was in, and led."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.detect import evaluate
from bot.core.event import ALSO_ENTERED, Event, Kind
from bot.core.history import MemoryHistory, last_stored
from bot.core.netting import Net, net
from bot.core.ranking import Board, By, Snapshot
from bot.core.rules import EnteredTop, LeftTop, NewLeader, Rule, parameters
from bot.core.states import Truths
from bot.core.view import Truth, View
from bot.core.watchlist import Pattern, Watchlist
from tests.builders import CLI_AGENTS, DAY, IDE_EXTENSIONS, MODELS, event
from tests.core.rules.days import ago, column, columns

ITEMS = "abcdef"
DEPTH = len(ITEMS)

orders = st.permutations(ITEMS).flatmap(lambda items: st.integers(1, DEPTH).map(lambda length: items[:length]))
"""A board of some of the items, in any order: full, or cut where the feed ends it."""
Days = Sequence[Sequence[str] | None]
lives = st.tuples(orders, st.lists(st.one_of(orders, orders, orders, st.none()), min_size=9, max_size=14))
"""The board of the eve of the watchlist's first day, then of one day after another; None is a gap."""
told_after = st.lists(st.sampled_from((3, 2, 4, 1)), min_size=9, max_size=9)
"""Days from one digest to the next."""


class Life:
    """A watchlist over the days of a board, and the digests of a channel that is told of it now and then."""

    def __init__(self, rules: Iterable[Rule], life: tuple[Sequence[str], Days], cooldown_days: int = 0) -> None:
        eve, days = life
        self.days = [eve, *days]
        self.first = ago(len(days) - 1)
        self.watchlist = Watchlist("w", "W", CLI_AGENTS, tuple(rules), cooldown_days=cooldown_days)
        self.history = MemoryHistory(
            column(self.day(place), items, depth=DEPTH) for place, items in enumerate(self.days) if items is not None
        )
        self.events: list[Event] = []
        for day in (self.day(place) for place, items in enumerate(self.days) if place and items is not None):
            self.events += self.judged(day)

    def day(self, place: int) -> date:
        return self.first + timedelta(days=place - 1)

    def judged(self, day: date) -> Sequence[Event]:
        told = [event for event in self.events if event.held_back is None]
        found = evaluate(self.watchlist, day, history=self.history, since=self.first, told=told, names={})
        return found.events

    def digests(self, steps: Sequence[int]) -> Iterable[tuple[int, int, Net]]:
        """(place of the last day told, that of the digest's day, its net), one after the other."""
        last = place = 0
        for step in steps:
            place += step
            if place < len(self.days) and self.days[place] is not None:
                yield last, place, net(self.view(self.day(last), self.day(place)))
                last = place

    def view(self, told: date, day: date) -> View:
        events = tuple(one for one in self.events if told < one.date <= day and one.held_back is None)
        return View(
            watchlist=self.watchlist,
            new=False,
            current=self.history.at(CLI_AGENTS, day),
            previous=last_stored(self.history, CLI_AGENTS, told),
            compared=None,
            events=events,
            names={},
            truths=Truths(self.history, day).of(self.watchlist, events, told=told, since=self.first),
        )


def insiders(rule: EnteredTop, days: Days) -> list[set[str]]:
    """Who is in after each day, by the definition of hysteresis, walked forwards."""
    outer = min(rule.n + rule.margin, DEPTH)
    inside = set((days[0] or ())[:outer])
    asked: dict[str, list[str]] = {item: [] for item in ITEMS}
    unseen = {item: 0 if item in (days[0] or ()) else 1 for item in ITEMS}
    walked = [set(inside)]
    for items in days[1:]:
        for item in ITEMS if items is not None else ():
            rank = items.index(item) + 1 if items and item in items else None
            unseen[item] = 0 if rank else unseen[item] + 1
            if rank is None:
                ask = "out" if len(items or ()) == DEPTH or unseen[item] >= rule.absent_days else ""
            else:
                ask = "in" if rank <= rule.n else "out" if rank > outer else ""
            asked[item] = [*asked[item], ask][-rule.confirm_days :]
            if ask and asked[item] == [ask] * rule.confirm_days:
                (inside.add if ask == "in" else inside.discard)(item)
        walked.append(set(inside))
    return walked


def leaders(confirm_days: int, days: Days) -> list[str]:
    """Who leads after each day, confirmed, walked forwards."""
    confirmed = (days[0] or "?")[0]
    running: list[str] = []
    walked = [confirmed]
    for items in days[1:]:
        running = [*running, items[0]][-confirm_days:] if items else running
        if running and running == running[:1] * confirm_days:
            confirmed = running[0]
        walked.append(confirmed)
    return walked


def told(digest: Net, kind: Kind, n: int) -> set[str]:
    return {one.item for one in digest.kept if one.kind is kind and one.rule.get("n", n) == n}


tops = st.builds(
    EnteredTop, st.integers(1, 3), st.integers(0, 2), confirm_days=st.integers(1, 3), absent_days=st.integers(1, 3)
)


@given(lives, tops, told_after, st.integers(0, 7))
def test_entries_and_exits_told_are_the_changes_between_days_told(
    life: tuple[Sequence[str], Days], entered: EnteredTop, steps: list[int], cooldown_days: int
) -> None:
    """With both rules on no cooldown hides any."""
    left = LeftTop(entered.n, entered.margin, entered.confirm_days, entered.absent_days)
    lived = Life((entered, left), life, cooldown_days)
    inside = insiders(entered, lived.days)
    for before, now, digest in lived.digests(steps):
        assert told(digest, Kind.ENTERED_TOP, entered.n) == inside[now] - inside[before]
        assert told(digest, Kind.LEFT_TOP, entered.n) == inside[before] - inside[now]


@given(lives, tops, told_after, st.booleans())
def test_so_are_those_of_one_rule_alone(
    life: tuple[Sequence[str], Days], entered: EnteredTop, steps: list[int], exits: bool
) -> None:
    """Of what the other rule would have told nothing is known but the boards."""
    left = LeftTop(entered.n, entered.margin, entered.confirm_days, entered.absent_days)
    lived = Life((left if exits else entered,), life)
    inside = insiders(entered, lived.days)
    for before, now, digest in lived.digests(steps):
        came, went = inside[now] - inside[before], inside[before] - inside[now]
        assert {one.item for one in digest.kept} == (went if exits else came)


@given(lives, st.integers(1, 2), st.integers(0, 2), st.integers(1, 2), told_after)
def test_of_several_tops_each_entry_is_told_once_for_the_smallest(
    life: tuple[Sequence[str], Days], n: int, margin: int, confirm_days: int, steps: list[int]
) -> None:
    """Whoever has come into a larger one only is told for that, or is said to be still in it."""
    small, large = EnteredTop(n, margin, confirm_days), EnteredTop(n + 2, margin, confirm_days)
    lived = Life((small, large), life)
    within, inside = insiders(small, lived.days), insiders(large, lived.days)
    for before, now, digest in lived.digests(steps):
        first, second = told(digest, Kind.ENTERED_TOP, small.n), told(digest, Kind.ENTERED_TOP, large.n)
        assert first == within[now] - within[before]
        assert second <= inside[now] - inside[before]
        said = first | second | {item for item in ITEMS if f"{item.title()} in the top {n} (" in digest.passed}
        said |= set(ITEMS) if " others" in digest.passed else set()
        assert inside[now] - inside[before] <= said


@given(lives, st.integers(1, 3), told_after)
def test_the_leader_told_is_another_than_on_the_last_day_told(
    life: tuple[Sequence[str], Days], confirm_days: int, steps: list[int]
) -> None:
    lived = Life((NewLeader(confirm_days),), life)
    confirmed = leaders(confirm_days, lived.days)
    for before, now, digest in lived.digests(steps):
        changed = confirmed[now] != confirmed[before]
        assert [one.item for one in digest.kept] == ([confirmed[now]] if changed else [])


def truths(
    snapshots: Sequence[Snapshot],
    *events: Event,
    told: date,
    since: date | None = None,
    watchlist: Watchlist | None = None,
) -> Mapping[str, Truth]:
    """By item. The watchlist began after the oldest snapshot, and has no rule any more."""
    first = min(snapshot.end_date for snapshot in snapshots) + timedelta(days=1)
    asked = Truths(MemoryHistory(snapshots), DAY).of(
        watchlist or Watchlist("w", "W", CLI_AGENTS, ()), events, told=told, since=since or first
    )
    return {one.item: asked[one.key] for one in events if one.key in asked}


def turn(rule: Rule, item: str, back: int = 1, board: Board = CLI_AGENTS, also: Sequence[int] = ()) -> Event:
    evidence = {ALSO_ENTERED: list(also)} if also else {}
    return event(kind=rule.kind, rule=parameters(rule), item=item, date=ago(back), board=board.key, evidence=evidence)


def test_the_rule_decides_that_found_the_event_and_not_the_one_configured_now() -> None:
    """At #3 X is in by a margin of one, and out without."""
    boards = columns("abX", "Xab", "abX", "abc")
    watchlist = Watchlist("w", "W", CLI_AGENTS, (EnteredTop(n=2, margin=0),))
    for margin, now in ((1, True), (0, False)):
        entered = turn(EnteredTop(n=2, margin=margin), "X")
        assert truths(boards, entered, told=ago(2), watchlist=watchlist) == {"X": Truth(then=False, now=now)}


def test_boards_are_cut_as_deep_as_the_watchlist_sees_them() -> None:
    """Beyond the hundred that it asks for nobody is known to be listed: X is out, and not absent for a day."""
    items = [f"i{number:03}" for number in range(150)]
    boards = [column(ago(2), ["X", *items], depth=200), column(ago(1), items, depth=200), column(DAY, items, depth=200)]
    left = turn(LeftTop(n=50, absent_days=3), "X")
    deep = Watchlist("w", "W", CLI_AGENTS, (), mine=(Pattern("x"),))
    assert truths(boards, left, told=ago(2)) == {"X": Truth(then=False, now=True)}
    assert truths(boards, left, told=ago(2), watchlist=deep) == {"X": Truth(then=False, now=False)}
    beyond = turn(LeftTop(n=120, margin=0, absent_days=3), "X")
    assert truths(boards, beyond, told=ago(2)) == {"X": Truth(then=False, now=False)}


def test_a_last_day_told_before_the_watchlist_began_is_as_its_eve() -> None:
    boards = columns("Xab", "aXb", "abX", "abX")
    entered, leads = turn(EnteredTop(n=1, margin=0), "X", 0), turn(NewLeader(), "X", 0)
    assert truths(boards, entered, told=ago(30)) == truths(boards, leads, told=ago(30)) == {"X": Truth(False, True)}
    stays = turn(NewLeader(), "a", 0)
    assert truths(boards, stays, told=ago(30)) == {"a": Truth(then=True, now=False)}


def test_older_boards_than_the_eve_take_no_part() -> None:
    """X began in, within the margin; whoever walks from further back finds it out."""
    boards = columns("aXb", "aXb", "aXb", "abX")
    assert truths(boards, turn(EnteredTop(n=1, margin=1), "X"), told=ago(1), since=ago(1))["X"].then
    assert not truths(boards, turn(EnteredTop(n=1, margin=1), "X"), told=ago(1))["X"].then


def test_an_entry_into_several_tops_knows_in_which_it_is() -> None:
    """By the rules configured, and where one is no more, as by its own."""
    boards = columns("abcX", "Xabc", "abcd")
    entered = turn(EnteredTop(n=1, margin=0), "X", also=(2, 3))
    assert truths(boards, entered, told=ago(2))["X"].within == ()
    wide = Watchlist("w", "W", CLI_AGENTS, (EnteredTop(n=3, margin=1), NewLeader()))
    assert truths(boards, entered, told=ago(2), watchlist=wide)["X"].within == (3,)
    assert truths(columns("abXc", "Xabc", "abcd"), entered, told=ago(2))["X"].within == (3,)


def test_a_state_is_walked_on_the_board_of_the_event() -> None:
    """The watchlist has another one by now."""
    here = columns("Xab", "abX", "abX")
    there = [column(ago(back), items, IDE_EXTENSIONS) for back, items in enumerate(("abX", "Xab", "abX"))]
    entered = turn(EnteredTop(n=1, margin=0), "X", board=IDE_EXTENSIONS)
    assert truths([*here, *there], entered, told=ago(2)) == {"X": Truth(then=False, now=False)}
    assert truths(here, entered, told=ago(2)) == {}


def test_labs_have_states_like_all() -> None:
    labs = replace(MODELS, by=By.AUTHOR)
    boards = [column(ago(back), items, labs, depth=50) for back, items in enumerate(("ba", "ba", "ab"))]
    watchlist = Watchlist("labs", "Labs", labs, ())
    assert truths(boards, turn(NewLeader(), "b", board=labs), told=ago(2), watchlist=watchlist) == {
        "b": Truth(then=False, now=True)
    }


@pytest.mark.parametrize("rule", [{"ratio": 2}, {"n": 10, "places": 3}])
def test_events_without_a_state_have_no_truth(rule: dict[str, int]) -> None:
    """A spike is over when it is told; and of parameters that no rule has any more nothing can be walked."""
    kind = Kind.SPIKE if "ratio" in rule else Kind.ENTERED_TOP
    assert truths(columns("ab", "ab"), event(kind=kind, rule=rule, item="a"), told=ago(1)) == {}
