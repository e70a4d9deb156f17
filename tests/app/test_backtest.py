"""A backtest of a period is a live run over that period, to the letter."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app.backtest import Backtester
from bot.app.records import DayStatus
from bot.core.event import Event, EventStatus
from bot.core.ranking import Board
from tests.app.worlds import APPS, FIRST, TWO_MODEL_DAYS, World, live, watchlists
from tests.builders import DAY

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
