"""A backtest of a period is a live run over that period, to the letter."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app.backtest import Backtester, first_whole_day, missing
from bot.app.records import DayStatus, WatchlistDay
from bot.core.event import Event, EventStatus
from bot.core.ranking import Board
from bot.core.rules import NewLeader, Rule, Spike, Trending
from bot.core.watchlist import Watchlist
from tests.app.doubles import MORNING
from tests.app.worlds import APPS, FIRST, TWO_MODEL_DAYS, World, live, watchlists
from tests.builders import CLI_AGENTS, DAY, snapshot
from tests.core.rules.days import ago
from tests.fakes import FakeStore

SEEDS = st.integers(0, 2**32)
BOARDS = st.sampled_from([APPS, TWO_MODEL_DAYS])
RESTATEMENT = ("status", "late", "revised")
"""What a restatement leaves on an event, and no backtest can know."""


def as_json(events: Iterable[Event], *, without: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    return [{key: value for key, value in event.to_json().items() if key not in without} for event in events]


def lived_and_tested(data: st.DataObject, board: Board, seed: int, *, restated: bool) -> None:
    watchlist = data.draw(watchlists(board))
    world = World(seed, board, restated=restated)
    store = live(world, watchlist)
    start = FIRST + timedelta(days=data.draw(st.integers(0, 8)))
    told = [
        event
        for event in store.events(watchlist="w", start=start, held_back=True)
        if event.status is not EventStatus.RETRACTED
    ]
    tested = Backtester(store).run(watchlist, start, DAY)
    without = RESTATEMENT if restated else ()
    assert as_json(tested.events, without=without) == as_json(told, without=without)
    marks = [mark for mark in store.ledger("w") if mark.date >= start]
    assert list(tested.gaps) == [mark.date for mark in marks if mark.status is DayStatus.GAP]
    noted = [(mark.date, note) for mark in marks if mark.status is DayStatus.EVALUATED for note in mark.notes]
    assert [(day, f"{one.kind.value}: {one.reason}") for day, one in tested.not_evaluated] == noted


@given(data=st.data(), board=BOARDS, seed=SEEDS)
@settings(max_examples=30, deadline=None)
def test_a_backtest_tells_what_a_live_run_told(*, data: st.DataObject, board: Board, seed: int) -> None:
    lived_and_tested(data, board, seed, restated=False)


@given(data=st.data(), board=BOARDS, seed=SEEDS)
@settings(max_examples=15, deadline=None)
def test_and_what_it_holds_after_restatements(*, data: st.DataObject, board: Board, seed: int) -> None:
    lived_and_tested(data, board, seed, restated=True)


@pytest.mark.slow
@given(data=st.data(), board=BOARDS, seed=SEEDS, restated=st.booleans())
@settings(max_examples=600, deadline=None)
def test_in_many_more_worlds(*, data: st.DataObject, board: Board, seed: int, restated: bool) -> None:
    lived_and_tested(data, board, seed, restated=restated)


def spiking(board: Board, *rules: Rule) -> Watchlist:
    return Watchlist("w", "W", board, rules)


class TestMissing:
    """What a backtest would look at and is not stored."""

    def test_nothing_is_missing_where_all_is_stored(self) -> None:
        """What is only shown where it is at hand, the window before, is not asked for."""
        store = FakeStore()
        store.save([snapshot(CLI_AGENTS, ago(back), [("a", "A", 5)]) for back in range(3)])
        assert missing(store, [spiking(CLI_AGENTS, NewLeader())], ago(1), DAY) is None

    def test_windows_that_are_not_there_or_not_deep_enough(self) -> None:
        store = FakeStore()
        store.save([snapshot(CLI_AGENTS, DAY, [("a", "A", 5)], depth=50), snapshot(CLI_AGENTS, ago(1), [], depth=100)])
        gone = missing(store, [spiking(CLI_AGENTS, Spike())], DAY, DAY)
        assert gone is not None
        assert {end for _, end in gone.windows} == {DAY, *(ago(back) for back in (7, 8, 14, 15, 21, 22))}
        assert (gone.first, gone.last) == (ago(22), DAY)

    def test_silent_days_since_the_watchlists_first_count_too(self) -> None:
        store = FakeStore()
        store.mark(WatchlistDay("w", ago(3), DayStatus.GAP, MORNING))
        gone = missing(store, [spiking(CLI_AGENTS, NewLeader())], DAY, DAY)
        assert gone is not None
        assert gone.first == ago(4)

    def test_a_backfill_fetches_only_what_the_configuration_has(self) -> None:
        tried = spiking(CLI_AGENTS, NewLeader(), Trending())
        gone = missing(FakeStore(), [tried], DAY, DAY)
        assert gone is not None
        assert gone.out_of_reach([spiking(CLI_AGENTS, NewLeader())]) == 2
        assert gone.out_of_reach([tried]) == 0


class TestFirstWholeDay:
    """From when on a backtest misses nothing."""

    def store(self, *back: int, depth: int = 100) -> FakeStore:
        store = FakeStore()
        store.save([snapshot(CLI_AGENTS, ago(days), [("a", "A", 5)], depth=depth) for days in back])
        return store

    def test_the_first_day_with_the_one_before_it(self) -> None:
        """What is only shown where it is at hand, the window before, is not waited for."""
        leads = spiking(CLI_AGENTS, NewLeader())
        assert first_whole_day(self.store(0, 1, 2, 3), [leads], DAY) == ago(2)

    def test_all_watchlists_count_and_all_that_their_rules_look_at(self) -> None:
        store = self.store(*range(30))
        leads, spikes = spiking(CLI_AGENTS, NewLeader()), spiking(CLI_AGENTS, Spike())
        assert first_whole_day(store, [leads], DAY) == ago(28)
        assert first_whole_day(store, [leads, spikes], DAY) == ago(7)

    def test_the_newest_days_running_whatever_is_older_or_not_there_yet(self) -> None:
        leads = spiking(CLI_AGENTS, NewLeader())
        assert first_whole_day(self.store(2, 3, 4, 6, 7, 8), [leads], DAY) == ago(3)

    def test_none_where_nothing_is_stored_or_not_deep_enough(self) -> None:
        leads = spiking(CLI_AGENTS, NewLeader())
        assert first_whole_day(FakeStore(), [leads], DAY) is None
        assert first_whole_day(self.store(0, 1, depth=50), [leads], DAY) is None


def test_what_a_gap_would_have_told_is_told_on_the_next_day() -> None:
    store = FakeStore()
    for back, items in ((3, "ab"), (2, "ab"), (0, "ba")):
        store.save([snapshot(CLI_AGENTS, ago(back), [(item, item, 9 - place) for place, item in enumerate(items)])])
    tested = Backtester(store).run(spiking(CLI_AGENTS, NewLeader()), ago(2), DAY)
    assert tested.gaps == (ago(1),)
    assert [(one.item, one.date, one.previous_date) for one in tested.told] == [("b", DAY, ago(2))]
