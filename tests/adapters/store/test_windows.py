"""What is read of a history: as far back as somebody looks, and together what is looked at together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from sqlalchemy import Engine, event

from bot.adapters.store import SqlStore
from bot.adapters.store.shelf import Shelf
from bot.core.ranking import MODEL_DAY, Board, Dataset
from tests.builders import CLI_AGENTS, CODING, DAY, snapshot

ROWS = [("1", "One", 20), ("2", "Two", 10)]


def ago(days: int) -> date:
    return DAY - timedelta(days=days)


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of any database while the block runs."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_what_is_fetched_takes_one_statement_for_each_table_and_is_then_at_hand(sql_store: SqlStore) -> None:
    windows = [(board, ago(back)) for board in (CLI_AGENTS, CODING) for back in range(5)]
    sql_store.save(snapshot(board, day, ROWS) for board, day in windows)
    history = sql_store.history()
    with statements() as asked:
        history.fetch([*windows, (CLI_AGENTS, ago(-3))])
    tables = ("snapshot", "snapshot", "entry", "snapshot")  # thinned ones, the index, lines, heads
    assert sorted(one.split("FROM ")[1].split()[0] for one in asked) == sorted(tables)
    with statements() as asked:
        found = [history.at(board, day) for board, day in windows]
        assert history.at(CLI_AGENTS, ago(-3)) is None
        assert next(history.leaders(CODING, DAY)) == (DAY, "1")
    assert [(one.board, one.end_date) for one in found if one] == windows
    assert asked == []


def test_a_model_window_is_fetched_by_its_days(sql_store: SqlStore) -> None:
    sql_store.save(snapshot(MODEL_DAY, ago(back), ROWS) for back in range(7))
    history, week = sql_store.history(), Board(Dataset.MODELS, 7)
    history.fetch([(week, DAY)])
    with statements() as asked:
        window = history.at(week, DAY)
    assert window is not None
    assert window.tokens("1") == 140
    assert asked == []
    history.fetch([])


def test_a_day_long_ago_is_found_and_those_between_it_and_now_are_not_forgotten(sql_store: SqlStore) -> None:
    days = [ago(2000), ago(1999), ago(500), ago(300), ago(299), ago(1), DAY]
    sql_store.save(snapshot(CLI_AGENTS, day, ROWS) for day in days)
    history = sql_store.history()
    for day in (DAY, ago(2000), ago(1999), ago(1000)):
        seen = history.at(CLI_AGENTS, day)
        assert (seen.end_date if seen else None) == (day if day in days else None)
    assert history.days(CLI_AGENTS, ago(400), DAY) == days[3:]
    assert history.days(CLI_AGENTS, date.min, date.max) == days
    assert history.at(CLI_AGENTS, ago(299)) is not None
    assert [day for day, _ in history.leaders(CLI_AGENTS, date.max)] == days[::-1]
    assert [day for day, _ in history.leaders(CLI_AGENTS, ago(1000))] == days[1::-1]
    assert list(history.leaders(CODING, DAY)) == []


def test_the_snapshots_that_were_looked_at_last_are_kept(sql_store: SqlStore) -> None:
    sql_store.save(snapshot(CLI_AGENTS, ago(back), ROWS) for back in range(4))
    ids = list(range(1, 5))
    shelf = Shelf(sql_store._reading, kept=3)
    shelf.fetch(ids)
    assert [shelf.at_hand(one) is not None for one in ids] == [True, True, True, False]
    shelf.take(1)
    assert shelf.take(4).end_date == ago(3)
    assert [shelf.at_hand(one) is not None for one in ids] == [True, False, True, True]
