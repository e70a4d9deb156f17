"""What items are called, and where they were last ranked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, func, select

from bot.adapters.store import catalogue
from bot.adapters.store.statements import chunks
from bot.adapters.store.tables import ENTRY, ITEM_NAME, SNAPSHOT
from bot.app.records import Match
from bot.core.naming import LOOK_BACK, Sightings
from bot.core.ranking import Board
from bot.core.watchlist import Names


def names(connection: Connection, items: Iterable[str] | None = None, until: date | None = None) -> Names:
    """See Store.names: those that windows gave, then those of the catalogue."""
    found = _by_windows(connection, items, until)
    listed = catalogue.names(connection, found)
    return {
        item: (*borne, *(name for name in listed.get(item, ()) if name not in borne)) for item, borne in found.items()
    }


def _by_windows(connection: Connection, items: Iterable[str] | None, until: date | None = None) -> Names:
    """The names that windows gave, newest first: by the end of the window that said so, then by when it was fetched.

    ``item_name`` knows only the newest window that gave a name. Where that is later than ``until``, the entries tell;
    most items bear one name all their lives, so that few are looked at.
    """
    rows = _borne(connection, items)
    if until is None:
        return _newest_first(rows)
    several = {item for item, times in Counter(row.item for row in rows).items() if times > 1}
    changed = {row.item for row in rows if row.item in several and row.end_date > until}
    kept = [row for row in rows if row.item not in changed]
    return _newest_first([*kept, *_borne_by(connection, changed, until)])


def _borne(connection: Connection, items: Iterable[str] | None) -> list[Row[Any]]:
    query = select(ITEM_NAME)
    if items is None:
        return list(connection.execute(query))
    chosen = (query.where(ITEM_NAME.c.item.in_(chunk)) for chunk in chunks(items))
    return [row for statement in chosen for row in connection.execute(statement)]


def _borne_by(connection: Connection, items: Iterable[str], until: date) -> Iterator[Row[Any]]:
    """The names that windows up to ``until`` gave those items, each with the newest of these windows."""
    place = func.row_number().over(
        partition_by=(ENTRY.c.item, ENTRY.c.name), order_by=(SNAPSHOT.c.end_date.desc(), SNAPSHOT.c.fetched_at.desc())
    )
    for chunk in chunks(items):
        seen = (
            select(ENTRY.c.item, ENTRY.c.name, SNAPSHOT.c.end_date, SNAPSHOT.c.fetched_at, place.label("place"))
            .join(SNAPSHOT, SNAPSHOT.c.id == ENTRY.c.snapshot_id)
            .where(ENTRY.c.item.in_(chunk), SNAPSHOT.c.end_date <= until)
            .subquery()
        )
        yield from connection.execute(select(seen).where(seen.c.place == 1))


def _newest_first(rows: list[Row[Any]]) -> Names:
    rows.sort(key=lambda row: row.name)
    rows.sort(key=lambda row: (row.end_date, row.fetched_at), reverse=True)
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        found[row.item] = (*found.get(row.item, ()), row.name)
    return found


def sightings(connection: Connection, items: Iterable[str], until: date) -> Sightings:
    """See Store.sightings. Most items bear one name all their lives, so that few are looked at."""
    several = [item for item, borne in _by_windows(connection, items).items() if len(borne) > 1]
    windows = select(SNAPSHOT.c.id).where(SNAPSHOT.c.end_date.between(until - LOOK_BACK, until))
    found: dict[str, set[tuple[date, str]]] = {}
    for chunk in chunks(several):
        query = (
            select(ENTRY.c.item, SNAPSHOT.c.end_date, ENTRY.c.name)
            .distinct()
            .join(SNAPSHOT, SNAPSHOT.c.id == ENTRY.c.snapshot_id)
            .where(ENTRY.c.item.in_(chunk), ENTRY.c.snapshot_id.in_(windows))  # or SQLite reads all lines of an item
        )
        for item, end, name in connection.execute(query).all():
            found.setdefault(item, set()).add((end, name))
    return {item: sorted(seen) for item, seen in found.items()}


def lines_of(
    connection: Connection, snapshots: Iterable[int], items: Iterable[str] | None = None
) -> Iterator[tuple[int, str, str, int]]:
    """(snapshot's id, item, name, rank) of each line of these snapshots, of all items or of these."""
    query = select(ENTRY.c.snapshot_id, ENTRY.c.item, ENTRY.c.name, ENTRY.c.rank)
    some: list[list[str] | None] = [None] if items is None else [*chunks(items)]
    for windows, chosen in product(list(chunks(snapshots)), some):
        lines = query.where(ENTRY.c.snapshot_id.in_(windows))
        for row in connection.execute(lines if chosen is None else lines.where(ENTRY.c.item.in_(chosen))).all():
            yield row.snapshot_id, row.item, row.name, row.rank


def find(connection: Connection, text: str) -> list[Match]:
    """See Store.find. Ordered by newest name, then item, then board."""
    wanted = text.casefold()
    called = {
        item: borne
        for item, borne in names(connection).items()
        if item == text or any(wanted in name.casefold() for name in borne)
    }
    last = func.row_number().over(partition_by=(ENTRY.c.item, SNAPSHOT.c.board), order_by=SNAPSHOT.c.end_date.desc())
    matches: list[Match] = []
    for chunk in chunks(called):
        ranked = (
            select(
                ENTRY.c.item, ENTRY.c.rank, ENTRY.c.tokens, SNAPSHOT.c.board, SNAPSHOT.c.end_date, last.label("place")
            )
            .join(SNAPSHOT, SNAPSHOT.c.id == ENTRY.c.snapshot_id)
            .where(ENTRY.c.item.in_(chunk), is_newest())
            .subquery()
        )
        for row in connection.execute(select(ranked).where(ranked.c.place == 1)):
            name = called[row.item][0]
            matches.append(Match(row.item, name, Board.parse(row.board), row.end_date, row.rank, row.tokens))
    return sorted(matches, key=lambda match: (match.name.casefold(), match.item, match.board.key))


def is_newest(ceiling: int | None = None) -> ColumnElement[bool]:
    """That a row of SNAPSHOT is the newest revision of its window, among those with ids up to ``ceiling``."""
    newer = SNAPSHOT.alias("newer")
    condition = exists().where(
        newer.c.board == SNAPSHOT.c.board,
        newer.c.end_date == SNAPSHOT.c.end_date,
        newer.c.revision > SNAPSHOT.c.revision,
    )
    return ~(condition if ceiling is None else condition.where(newer.c.id <= ceiling))
