"""Storing, against the least that it can cost.

python -m benchmarks.storing FOLDER ROUNDS

``rankbot`` stores a thousand rankings of a hundred entries in one transaction, a bare ``sqlite3`` the same rows of the
same tables, with the same pragmas and indexes. Prints CPU seconds of both, a line a round.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.feed import boards, days_between, ranking
from benchmarks.scene import FIRST
from bot.adapters.store import open_store
from bot.core.ranking import Ranking

RANKINGS = 1000
TABLES = ("snapshot", "entry", "item_name")


def rankings(number: int = RANKINGS) -> list[Ranking]:
    """So many rankings of twenty boards, day by day."""
    watched = boards(20)
    days = list(days_between(FIRST, FIRST + timedelta(days=-(-number // len(watched)) - 1)))
    return [ranking(board, day) for day in days for board in watched][:number]


def by_store(file: Path, wanted: Sequence[Ranking]) -> float:
    """CPU seconds that the store takes."""
    store = open_store(f"sqlite:///{file}")
    begun = time.process_time()
    store.save(wanted)
    spent = time.process_time() - begun
    store.close()
    return spent


def by_hand(file: Path, filled: Path) -> float:
    """CPU seconds that ``executemany`` takes for the rows that the store has left in ``filled``."""
    open_store(f"sqlite:///{file}").close()
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        rows = {table: list(_rows(filled, table)) for table in TABLES}
        begun = time.process_time()
        connection.execute("BEGIN IMMEDIATE")
        for table, found in rows.items():
            places = ", ".join("?" * len(found[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({places})", found)  # noqa: S608  (our own names)
        connection.execute("COMMIT")
        return time.process_time() - begun


def _rows(file: Path, table: str) -> Iterator[tuple[Any, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        yield from connection.execute(f"SELECT * FROM {table}")  # noqa: S608  (our own names)


def one_round(folder: Path, wanted: Sequence[Ranking]) -> tuple[float, float]:
    """Both, each into a new file."""
    ours, theirs = folder / "ours.db", folder / "theirs.db"
    for file in (ours, theirs):
        for part in folder.glob(f"{file.name}*"):
            part.unlink()
    return by_store(ours, wanted), by_hand(theirs, ours)


if __name__ == "__main__":
    folder, rounds = Path(sys.argv[1]), int(sys.argv[2])
    wanted = rankings()
    for _ in range(rounds):
        ours, theirs = one_round(folder, wanted)
        print(ours, theirs)  # noqa: T201
