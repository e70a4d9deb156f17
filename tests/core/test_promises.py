"""What readers were told is true, whatever happens: of leaders always, of a top where entries and exits are both on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.detect import evaluate
from bot.core.event import Event, HeldBack, Kind
from bot.core.history import MemoryHistory
from bot.core.ranking import Snapshot
from bot.core.rules import Climbed, Dropped, EnteredTop, LeftTop, NewLeader, Rule
from bot.core.watchlist import Watchlist
from tests.builders import CLI_AGENTS
from tests.core.rules.days import ago, column

ITEMS = "abcdefgh"
DEPTH = len(ITEMS)

board = st.permutations(ITEMS).flatmap(lambda items: st.integers(1, DEPTH).map(lambda length: items[:length]))
"""A board of some of the items, in any order: full, or cut where the feed ends it."""
Lived = tuple[Snapshot, list[Event]]
weeks = st.lists(board, min_size=2, max_size=16)
"""Boards of one day after another; the first is the eve of the watchlist's first day."""


def lived(rules: Iterable[Rule], days: Sequence[Sequence[str]], **changes: int) -> Iterator[Lived]:
    """Each day's board with its events, held back ones too, as a watchlist by those rules lives through them."""
    made = replace(Watchlist("w", "W", CLI_AGENTS, tuple(rules)), **changes)  # type: ignore[arg-type]
    boards = [column(ago(len(days) - 1 - place), items, depth=DEPTH) for place, items in enumerate(days)]
    history, since = MemoryHistory(boards), boards[0].end_date + timedelta(days=1)
    past: list[Event] = []
    for now in boards[1:]:
        told = [event for event in past if event.held_back is None]
        found = evaluate(made, now.end_date, history=history, since=since, told=told, names={}).events
        past += found
        yield now, list(found)


def news(events: Sequence[Event], kind: Kind) -> list[str]:
    """The items of which readers are told this."""
    return [event.item for event in events if event.kind is kind and event.held_back is None]


@given(weeks, st.integers(1, 3))
def test_readers_know_who_leads(days: list[list[str]], confirm_days: int) -> None:
    """The leader that was told last is the one that led on the last days running that confirm one."""
    believed = confirmed = days[0][0]
    running: list[str] = []
    for now, events in lived([NewLeader(confirm_days)], days):
        for leader in news(events, Kind.NEW_LEADER):
            believed = leader
        running = [*running, now.entries[0].item][-confirm_days:]
        if running == running[:1] * confirm_days:
            confirmed = running[0]
        assert believed == confirmed


tops = st.builds(
    EnteredTop, st.integers(1, 4), st.integers(0, 3), confirm_days=st.integers(1, 3), absent_days=st.integers(1, 3)
)


@given(weeks, tops, st.integers(0, 7))
def test_readers_know_who_is_in_the_top(days: list[list[str]], entered: EnteredTop, cooldown_days: int) -> None:
    """Who was in at first, and what entries and exits made of that, is who is in: no cooldown hides it."""
    n, margin, confirm_days, absent_days = entered.n, entered.margin, entered.confirm_days, entered.absent_days
    left = LeftTop(n, margin, confirm_days, absent_days)
    believed = set(days[0][: n + margin])
    inside = set(believed)
    asked: dict[str, list[str]] = {item: [] for item in ITEMS}
    unseen = {item: 0 if item in days[0] else 1 for item in ITEMS}
    for now, events in lived((entered, left), days, cooldown_days=cooldown_days):
        believed |= set(news(events, Kind.ENTERED_TOP))
        believed -= set(news(events, Kind.LEFT_TOP))
        for item in ITEMS:
            rank = now.rank(item)
            unseen[item] = 0 if rank else unseen[item] + 1
            if rank is None:
                ask = "out" if not now.exhaustive or unseen[item] >= absent_days else ""
            else:
                ask = "in" if rank <= n else "out" if rank > min(n + margin, DEPTH) else ""
            asked[item] = [*asked[item], ask][-confirm_days:]
            if ask and asked[item] == [ask] * confirm_days:
                (inside.add if ask == "in" else inside.discard)(item)
        assert believed == inside


@given(st.integers(1, 4), st.integers(1, 3), st.lists(st.integers(0, 3), min_size=30, max_size=30))
def test_who_swings_within_the_margin_is_told_once(n: int, margin: int, swings: list[int]) -> None:
    """An item enters the top and stays between its edge and the margin's for thirty days, up and down."""
    others = [item for item in ITEMS if item != "h"]
    places = [n - 1 + min(swing, margin) for swing in swings]
    days = [[*others, "h"], [*others[: n - 1], "h", *others[n - 1 :]]]
    days += [[*others[:place], "h", *others[place:]] for place in places]
    rules: tuple[Rule, ...] = (EnteredTop(n=n, margin=margin), LeftTop(n=n, margin=margin))
    told = [(event.kind, event.item) for _, events in lived(rules, days, cooldown_days=0) for event in events]
    assert [kind for kind, item in told if item == "h"] == [Kind.ENTERED_TOP]


@given(weeks, st.integers(1, 10))
def test_a_cooldown_never_hides_the_first(days: list[list[str]], cooldown_days: int) -> None:
    bands = ((8, 2),)
    tops: tuple[Rule, ...] = (EnteredTop(n=3, margin=1), LeftTop(n=3, margin=1))
    rules = (*tops, Climbed(over_days=2, bands=bands), Dropped(over_days=2, bands=bands))
    seen: set[tuple[Kind, str, str]] = set()
    for _, events in lived(rules, days, cooldown_days=cooldown_days):
        for event in events:
            same = (event.kind, event.item, event.threshold)
            assert event.held_back is None or (event.held_back is HeldBack.COOLDOWN and same in seen)
            seen.add(same)
