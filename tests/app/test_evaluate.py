"""Days are evaluated strictly in order; each waits for what it needs, for three days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app.evaluate import evaluate
from bot.app.records import DayStatus, WatchlistDay
from bot.core.event import Event, HeldBack
from bot.core.plan import Agenda
from bot.core.ranking import Snapshot
from bot.core.rules import EnteredTop, Moved, NewLeader, Spike, Trending
from bot.core.watchlist import Pattern, Watchlist
from tests.app.doubles import MORNING, ranking
from tests.builders import CLI_AGENTS, CODING, DAY, snapshot
from tests.core.rules.days import ago
from tests.fakes import FakeStore

LEADERS = Watchlist("cli-agents", "CLI agents", CLI_AGENTS, (NewLeader(), EnteredTop(n=2, margin=0)))


def filled(columns: dict[date, str], depth: int = 100) -> FakeStore:
    """A store with those boards; a string counts as its letters, falling evenly."""
    store = FakeStore()
    for day, items in columns.items():
        rows = [(item, 1000 - place) for place, item in enumerate(items)]
        store.save([ranking(CLI_AGENTS, day, rows, depth=depth)])
    return store


def agenda(*days: date, watchlist: Watchlist = LEADERS, gaps: tuple[date, ...] = ()) -> Agenda:
    return Agenda(watchlist, min([*days, *gaps]), days, gaps)


def statuses(store: FakeStore) -> list[tuple[date, DayStatus]]:
    return [(mark.date, mark.status) for mark in store.ledger("cli-agents")]


def test_events_and_the_mark_are_written_together() -> None:
    store = filled({ago(1): "abc", DAY: "bac"})
    (report,) = evaluate(store, agenda(DAY), now=MORNING)
    assert [(event.kind.value, event.item) for event in report.events] == [("new_leader", "b")]
    assert [event.key for event in store.events()] == [event.key for event in report.events]
    assert statuses(store) == [(DAY, DayStatus.EVALUATED)]


def test_an_event_bears_the_name_that_held_for_two_days_as_of_its_day() -> None:
    store = FakeStore()
    for day, name in ((ago(3), "Old"), (ago(2), "Old"), (ago(1), "New"), (DAY, "New")):
        rows = [("a", "A", 100), ("b", name, 90)] if day < ago(1) else [("b", name, 110), ("a", "A", 100)]
        rows = [("a", "A", 120), *rows[:1]] if day == DAY else rows
        store.save([snapshot(CLI_AGENTS, day, rows)])
    first, second = evaluate(store, agenda(ago(1), DAY), now=MORNING)
    (leads,) = (event for event in first.events if event.kind.value == "new_leader")
    assert (leads.item, leads.name) == ("b", "Old")
    (back,) = (event for event in second.events if event.kind.value == "new_leader")
    assert (back.item, back.evidence["previous_leader"]) == ("a", {"id": "b", "name": "New"})


NAMED_BY = {ago(2): "Old", ago(1): "New", DAY: "New"}
"""What item b is called on the first day's eve, the first day and the second, on which it leads."""


@pytest.mark.parametrize(
    "others",
    [
        [snapshot(CODING, ago(back), [("b", "Old", 9)]) for back in (2, 1, 0)],  # a board that came first, or later
        [snapshot(CLI_AGENTS.twin, ago(back), [("b", "Old", 9)]) for back in (2, 1, 0)],  # no rule looks at it
        [snapshot(CLI_AGENTS, ago(back), [("b", "Older", 9)]) for back in (20, 19, 8, 3)],  # from before it began
    ],
)
def test_an_events_name_does_not_depend_on_what_else_is_stored(others: list[Snapshot]) -> None:
    store = FakeStore()
    store.save(others)
    for day, name in NAMED_BY.items():
        rows = [("b", name, 12), ("a", "A", 10)] if day == DAY else [("a", "A", 12), ("b", name, 10)]
        store.save([snapshot(CLI_AGENTS, day, rows)])
    evaluate(store, agenda(ago(1), DAY), now=MORNING)
    assert [(event.item, event.name) for event in store.events()] == [("b", "New")]


def test_an_event_of_the_trending_list_bears_the_name_that_held_there() -> None:
    store, lists = FakeStore(), {ago(2): "acd", ago(1): "acdb", DAY: "abcd"}
    for day, items in lists.items():
        names = {"b": "Flips" if day == DAY else "Held"}
        rows = [(item, names.get(item, item.title()), 100 - place) for place, item in enumerate(items)]
        store.save([snapshot(CLI_AGENTS.twin, day, rows), snapshot(CLI_AGENTS, day, [("x", "X", 9)])])
    watchlist = replace(LEADERS, rules=(Trending(n=3),))
    evaluate(store, agenda(ago(1), DAY, watchlist=watchlist), now=MORNING)
    assert [(event.item, event.name) for event in store.events()] == [("b", "Held")]


def test_days_are_taken_in_order_and_once() -> None:
    store = filled({ago(2): "abc", ago(1): "bac", DAY: "cab"})
    reports = evaluate(store, agenda(ago(1), DAY), now=MORNING)
    assert [report.date for report in reports] == [ago(1), DAY]
    assert [(event.date, event.item) for event in store.events() if event.kind.value == "new_leader"] == [
        (ago(1), "b"),
        (DAY, "c"),
    ]


def test_a_day_waits_for_its_data_and_holds_up_those_after_it() -> None:
    store = filled({ago(1): "abc", DAY: "bac"})
    reports = evaluate(store, agenda(ago(1), DAY), now=MORNING)
    assert [(report.date, report.status) for report in reports] == [(ago(1), DayStatus.WAITING)]
    assert [need.end_date for need in reports[0].missing] == [ago(2)]
    assert statuses(store) == [(ago(1), DayStatus.WAITING), (DAY, DayStatus.WAITING)]


def test_the_patience_of_days_held_up_runs_too() -> None:
    """Both were asked for on the same morning, so both go on without the missing baselines three days later."""
    store = filled({ago(2): "abc", ago(1): "bac", DAY: "cab"})
    spikes = Watchlist("cli-agents", "CLI agents", CLI_AGENTS, (NewLeader(), Spike()))
    evaluate(store, agenda(ago(1), DAY, watchlist=spikes), now=MORNING)
    evaluate(store, agenda(ago(1), DAY, watchlist=spikes), now=MORNING + timedelta(days=3))
    assert statuses(store) == [(ago(1), DayStatus.EVALUATED), (DAY, DayStatus.EVALUATED)]


@pytest.mark.parametrize(("waited", "status"), [(71, DayStatus.WAITING), (72, DayStatus.GAP)])
def test_a_day_without_a_snapshot_is_a_gap_after_three_days(waited: int, status: DayStatus) -> None:
    store = filled({ago(1): "abc"})
    store.mark(WatchlistDay("cli-agents", DAY, DayStatus.WAITING, MORNING))
    reports = evaluate(store, agenda(DAY), now=MORNING + timedelta(hours=waited))
    assert [report.status for report in reports] == [status]


def test_after_a_gap_the_last_day_before_it_is_compared() -> None:
    store = filled({ago(2): "abc", DAY: "bac"})
    store.mark(WatchlistDay("cli-agents", ago(1), DayStatus.GAP, MORNING))
    store.mark(WatchlistDay("cli-agents", DAY, DayStatus.WAITING, MORNING - timedelta(days=4)))
    evaluate(store, Agenda(LEADERS, ago(1), (DAY,), ()), now=MORNING)
    assert [(event.item, event.previous_date) for event in store.events()] == [("b", ago(2))]


def test_however_long_the_gap_whoever_was_listed_before_it_is_known_by_every_name() -> None:
    """An outage of weeks, of which only the last day is made up for: the app that is gone since is told by any name."""
    store = FakeStore()
    for back, name in ((41, "Former"), (40, "Newer")):
        store.save([snapshot(CLI_AGENTS, ago(back), [("a", "A", 100), ("b", name, 90)], depth=200)])
    store.save([snapshot(CLI_AGENTS, DAY, [("a", "A", 100)], depth=200)])
    store.mark(WatchlistDay("cli-agents", DAY, DayStatus.WAITING, MORNING - timedelta(days=4)))
    mine = Watchlist("cli-agents", "CLI agents", CLI_AGENTS, (Moved(),), mine=(Pattern("Former"),))
    (report,) = evaluate(store, Agenda(mine, ago(40), (DAY,), ()), now=MORNING)
    assert [(event.item, event.rank, event.previous_rank) for event in report.events] == [("b", None, 2)]
    assert [event.previous_date for event in report.events] == [ago(40)]


def test_a_missing_baseline_lets_the_day_go_on_after_three_days() -> None:
    store = filled({ago(1): "abc", DAY: "bac"})
    spikes = Watchlist("cli-agents", "CLI agents", CLI_AGENTS, (NewLeader(), Spike()))
    assert evaluate(store, agenda(DAY, watchlist=spikes), now=MORNING)[0].status is DayStatus.WAITING
    (report,) = evaluate(store, agenda(DAY, watchlist=spikes), now=MORNING + timedelta(days=3))
    assert report.status is DayStatus.EVALUATED
    assert [event.item for event in report.events] == ["b"]
    assert store.ledger("cli-agents")[0].notes == ("spike: spikes need the window to 2026-11-03, which is missing",)


def test_the_base_of_tokens_is_not_waited_for() -> None:
    store = filled({ago(1): "abc", DAY: "abc"})
    assert evaluate(store, agenda(DAY), now=MORNING)[0].status is DayStatus.EVALUATED


def test_a_snapshot_that_is_too_shallow_is_waited_for() -> None:
    store = filled({ago(1): "abc", DAY: "bac"}, depth=50)
    assert evaluate(store, agenda(DAY), now=MORNING)[0].status is DayStatus.WAITING


def test_days_that_are_too_old_become_gaps() -> None:
    store = filled({ago(1): "abc", DAY: "bac"})
    evaluate(store, agenda(DAY, gaps=(ago(40), ago(39))), now=MORNING)
    assert statuses(store) == [(ago(40), DayStatus.GAP), (ago(39), DayStatus.GAP), (DAY, DayStatus.EVALUATED)]


def test_running_again_adds_nothing() -> None:
    store = filled({ago(1): "abc", DAY: "bac"})
    evaluate(store, agenda(DAY), now=MORNING)
    again = evaluate(store, agenda(DAY), now=MORNING)
    assert [report.events for report in again] == [()]
    assert len(store.events()) == 1


Named = Sequence[tuple[str, str]]
"""(item, name) of a board, first to last."""
NAMES = ["Amber", "Bronze", "Coral", "Denim", "Ebony", "Fawn"]
ITEMS = ["1", "2", "3", "4"]
BOARDS = st.tuples(st.permutations(ITEMS), st.lists(st.sampled_from(NAMES), min_size=4, max_size=4)).map(
    lambda board: list(zip(*board, strict=True))
)
PATTERNS = st.lists(st.sampled_from([*NAMES, "id:1", "*o*"]).map(Pattern), max_size=2).map(tuple)


def told(watchlist: Watchlist, boards: Sequence[Named], asleep: int = 0) -> list[Event]:
    """What is stored after the last of these days, the bot having been away for ``asleep`` of them before it."""
    store, first = FakeStore(), ago(len(boards) - 2)
    waiting: list[date] = []
    for back, board in zip(reversed(range(len(boards))), boards, strict=True):
        rows = [(*named, 900 - place) for place, named in enumerate(board)]
        store.save([snapshot(CLI_AGENTS, ago(back), rows, depth=watchlist.depth)])
        if ago(back) >= first:
            waiting.append(ago(back))
        if back == 0 or back > asleep:
            evaluate(store, Agenda(watchlist, first, tuple(waiting), ()), now=MORNING)
            waiting.clear()
    return list(store.events(held_back=True))


def test_a_day_made_up_for_after_a_rename_is_judged_by_the_names_of_its_time() -> None:
    """Item b leads on the third day and is called by an excluded name from the fifth on: it was news, and stays it."""
    watchlist = Watchlist("w", "W", CLI_AGENTS, (NewLeader(),), exclude=(Pattern("Shady"),))
    before, after = [("a", "Able"), ("b", "Bright")], [("b", "Bright"), ("a", "Able")]
    boards: list[Named] = [before, before, after, after, [("b", "Shady"), ("a", "Able")], before, after]
    events = told(watchlist, boards, asleep=4)
    assert events == told(watchlist, boards)
    assert [(event.date, event.item, event.held_back) for event in events] == [
        (ago(4), "b", None),
        (ago(1), "a", None),
        (DAY, "b", HeldBack.EXCLUDED),
    ]


@given(
    boards=st.lists(BOARDS, min_size=7, max_size=7),
    asleep=st.integers(2, 6),
    mine=PATTERNS,
    follow=PATTERNS,
    exclude=PATTERNS,
    only_followed=st.booleans(),
)
def test_the_events_are_the_same_as_if_nothing_had_been_missed_whatever_was_renamed(
    *,
    boards: list[Named],
    asleep: int,
    mine: tuple[Pattern, ...],
    follow: tuple[Pattern, ...],
    exclude: tuple[Pattern, ...],
    only_followed: bool,
) -> None:
    rules = (NewLeader(), EnteredTop(n=2, margin=0))
    watchlist = Watchlist(
        "w",
        "W",
        CLI_AGENTS,
        rules,
        mine=mine,
        follow=follow,
        exclude=exclude,
        only_followed=only_followed,
        cooldown_days=2,
    )
    assert told(watchlist, boards, asleep=asleep) == told(watchlist, boards)
