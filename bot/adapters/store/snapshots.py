"""Snapshots: saved only where they say something new, and never changed afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from sys import intern
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from bot.adapters.store.columns import storable
from bot.adapters.store.statements import chunks, upsert
from bot.adapters.store.tables import ENTRY, ITEM_NAME, SNAPSHOT
from bot.core.ranking import Board, Entry, Ranking, Snapshot
from bot.core.text import shorten
from bot.errors import StoreError

NAME_LENGTH = 500
"""Longer names are stored shortened: a stranger chose them, and PostgreSQL indexes 2,700 bytes at most."""

_LINE = ("snapshot_id", "rank", "item", "name", "tokens", "requests")
"""The columns of an entry."""

_IDENTITY = ("end_date", "id", "revision", "depth", "fingerprint", "thinned")

# Statements that each window takes are made once: making one takes five times as long as running it.
_NEWEST_OF_WINDOW = (
    select(SNAPSHOT)
    .where(SNAPSHOT.c.board == bindparam("board"), SNAPSHOT.c.end_date == bindparam("end"), ~SNAPSHOT.c.thinned)
    .order_by(SNAPSHOT.c.revision.desc())
    .limit(1)
)
_WITHIN = (
    select(*(SNAPSHOT.c[name] for name in _IDENTITY))
    .where(
        SNAPSHOT.c.board == bindparam("board"),
        SNAPSHOT.c.end_date.between(bindparam("first"), bindparam("last")),
    )
    .order_by(SNAPSHOT.c.end_date, SNAPSHOT.c.revision)
)
_INSERT = insert(SNAPSHOT).returning(SNAPSHOT.c.id, sort_by_parameter_order=True)
_BY_ID = select(SNAPSHOT).where(SNAPSHOT.c.id.in_(bindparam("identities", expanding=True)))
_LINES_BY_ID = (
    select(*(ENTRY.c[name] for name in _LINE))
    .where(ENTRY.c.snapshot_id.in_(bindparam("identities", expanding=True)))
    .order_by(ENTRY.c.snapshot_id, ENTRY.c.rank)
)

Window = tuple[str, date]
"""A board's key and the day on which the window ends."""


@dataclass(frozen=True, slots=True)
class _Newest:
    """The newest revision of a window, as far as saving must know it; ``ranking``, and no id, until it is inserted."""

    id: int
    revision: int
    depth: int
    fingerprint: str
    ranking: Ranking | None = None


def save(connection: Connection, rankings: Iterable[Ranking]) -> list[Snapshot]:
    """See Store.save. Answers that differ in names only are equal: names flip within minutes, figures do not."""
    cleaned = [_cleaned(ranking) for ranking in rankings]
    newest = _newest(connection, cleaned)
    added: list[Snapshot] = []
    prints: list[str] = []
    checked: list[dict[str, Any]] = []
    for ranking in cleaned:
        window = (ranking.board.key, ranking.end_date)
        print_ = fingerprint(ranking)
        known = newest.get(window)
        if known and _says_the_same(connection, known, ranking, print_):
            checked.append({"identity": known.id, "at": ranking.fetched_at})
            continue
        revision = known.revision + 1 if known else 1
        newest[window] = _Newest(0, revision, ranking.depth, print_, ranking)
        added.append(Snapshot.of(ranking, revision))
        prints.append(print_)
    if added:
        _insert(connection, added, prints)
    if checked:
        same = update(SNAPSHOT).where(SNAPSHOT.c.id == bindparam("identity"))
        connection.execute(same.values(checked_at=bindparam("at")), checked)
    return added


def fingerprint(ranking: Ranking) -> str:
    """The SHA-256 of a ranking's figures: ranks, items, tokens and requests, and the tokens outside. Not of names."""
    lines = [f"{entry.rank}\t{entry.item}\t{entry.tokens}\t{entry.requests}" for entry in ranking.entries]
    lines.append(f"other\t{ranking.other_tokens}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def snapshot(connection: Connection, board: Board, end_date: date, revision: int | None = None) -> Snapshot | None:
    """See Store.snapshot."""
    query = _NEWEST_OF_WINDOW if revision is None else _NEWEST_OF_WINDOW.where(SNAPSHOT.c.revision == revision)
    row = connection.execute(query, {"board": board.key, "end": end_date}).first()
    return load(connection, row) if row else None


def several(connection: Connection, identities: Sequence[int]) -> dict[int, Snapshot]:
    """The snapshots with these ids: some dozens, for all are read with one statement, and all their lines with another.

    Raises StoreError if one is not what was stored.
    """
    lines = _lines(connection, identities)
    rows = connection.execute(_BY_ID, {"identities": identities})
    found = {row.id: _sound(row, tuple(lines.get(row.id, ()))) for row in rows.all()}
    return {identity: found[identity] for identity in identities}


def depths(connection: Connection, board: Board, start: date, end: date) -> dict[date, int]:
    """See Store.depths."""
    rows = connection.execute(_WITHIN, {"board": board.key, "first": start, "last": end}).all()
    return {row.end_date: row.depth for row in rows if not row.thinned}


def depths_of(connection: Connection, windows: Collection[tuple[Board, date]]) -> dict[tuple[Board, date], int]:
    """See Store.depths_of."""
    boards = {board.key: board for board, _ in windows}
    query = (
        select(SNAPSHOT.c.board, SNAPSHOT.c.end_date, SNAPSHOT.c.depth)
        .where(SNAPSHOT.c.board.in_(boards), ~SNAPSHOT.c.thinned)
        .order_by(SNAPSHOT.c.revision)
    )
    found: dict[tuple[Board, date], int] = {}
    for ends in chunks(sorted({end for _, end in windows})):
        rows = connection.execute(query.where(SNAPSHOT.c.end_date.in_(ends))).all()
        found.update(((boards[key], end), depth) for key, end, depth in rows)
    return {window: found[window] for window in windows if window in found}


def checked(
    connection: Connection, boards: Collection[Board], start: date, end: date
) -> dict[Board, dict[date, datetime]]:
    """See Store.checked."""
    known = {board.key: board for board in boards}
    at = func.coalesce(SNAPSHOT.c.checked_at, SNAPSHOT.c.fetched_at)
    query = (
        select(SNAPSHOT.c.board, SNAPSHOT.c.end_date, at)
        .where(SNAPSHOT.c.board.in_(known), SNAPSHOT.c.end_date.between(start, end), ~SNAPSHOT.c.thinned)
        .order_by(SNAPSHOT.c.end_date, SNAPSHOT.c.revision)
    )
    found: dict[Board, dict[date, datetime]] = {}
    for key, day, moment in connection.execute(query).all():
        found.setdefault(known[key], {})[day] = moment
    return found


def version(connection: Connection) -> int:
    """See Store.version: the newest snapshot's id. Writers take turns, so that ids are committed in their order."""
    newest: int | None = connection.execute(select(func.max(SNAPSHOT.c.id))).scalar()
    return newest or 0


def changed(connection: Connection, boards: Iterable[Board], since: int) -> dict[tuple[Board, date], int]:
    """See Store.changed."""
    known = {board.key: board for board in boards}
    query = select(SNAPSHOT.c.board, SNAPSHOT.c.end_date, SNAPSHOT.c.id).where(
        SNAPSHOT.c.id > since, SNAPSHOT.c.board.in_(known)
    )
    return {(known[row.board], row.end_date): row.id for row in connection.execute(query.order_by(SNAPSHOT.c.id))}


def load(connection: Connection, row: Row[Any]) -> Snapshot:
    """The snapshot of a row of its table, with its entries; raises StoreError if they are not what was stored."""
    return _sound(row, _entries(connection, row.id))


def _sound(row: Row[Any], entries: tuple[Entry, ...]) -> Snapshot:
    """The snapshot of a row of its table; raises StoreError if these lines are not what was stored."""
    found = Snapshot(
        board=Board.parse(row.board),
        start_date=row.start_date,
        end_date=row.end_date,
        as_of=row.as_of,
        fetched_at=row.fetched_at,
        depth=row.depth,
        entries=entries,
        other_tokens=row.other_tokens,
        sample=row.sample,
        revision=row.revision,
    )
    if fingerprint(found) != row.fingerprint:
        raise StoreError(
            f"The stored ranking of {row.board} to {row.end_date} is damaged: its figures are not what was saved.",
            hint="Restore a backup.",
        )
    return found


def _entries(connection: Connection, identity: int) -> tuple[Entry, ...]:
    return tuple(_lines(connection, [identity]).get(identity, ()))


def _lines(connection: Connection, identities: Sequence[int]) -> dict[int, list[Entry]]:
    """The lines of the snapshots with these ids, by rank."""
    found: dict[int, list[Entry]] = {}
    rows = connection.execute(_LINES_BY_ID, {"identities": identities}).all()  # half the time that one by one takes
    for identity, rank, item, name, tokens, requests in rows:
        entry = Entry(rank, intern(item), intern(name), tokens, requests)  # a third of a day's memory
        found.setdefault(identity, []).append(entry)
    return found


def _cleaned(ranking: Ranking) -> Ranking:
    entries = tuple(_cleaned_entry(entry) for entry in ranking.entries)
    return ranking if entries == ranking.entries else replace(ranking, entries=entries)


def _cleaned_entry(entry: Entry) -> Entry:
    item, name = storable(entry.item), storable(entry.name)
    if len(name) > NAME_LENGTH:
        name = shorten(name, NAME_LENGTH)
    return entry if (item, name) == (entry.item, entry.name) else replace(entry, item=item, name=name)


def _newest(connection: Connection, rankings: Sequence[Ranking]) -> dict[Window, _Newest]:
    spans: dict[str, list[date]] = {}
    for ranking in rankings:
        spans.setdefault(ranking.board.key, []).append(ranking.end_date)
    newest: dict[Window, _Newest] = {}
    for board, days in spans.items():
        for row in connection.execute(_WITHIN, {"board": board, "first": min(days), "last": max(days)}).all():
            depth = 0 if row.thinned else row.depth  # what is fetched again is stored again, as a whole
            newest[board, row.end_date] = _Newest(row.id, row.revision, depth, row.fingerprint)
    return newest


def _says_the_same(connection: Connection, known: _Newest, ranking: Ranking, print_: str) -> bool:
    """Whether the stored revision holds all that ``ranking`` says; one that was asked for less deep is a part of it."""
    if ranking.depth > known.depth:
        return False
    if ranking.depth == known.depth or known.fingerprint == print_:
        return known.fingerprint == print_
    entries = known.ranking.entries if known.ranking else _entries(connection, known.id)
    return fingerprint(replace(ranking, entries=entries[: ranking.depth])) == print_


def _insert(connection: Connection, added: Sequence[Snapshot], prints: Sequence[str]) -> None:
    rows = [_row(snapshot, print_) for snapshot, print_ in zip(added, prints, strict=True)]
    identities = connection.execute(_INSERT, rows).scalars().all()
    _insert_entries(connection, zip(identities, added, strict=True))
    _note_names(connection, added)


def _insert_entries(connection: Connection, added: Iterable[tuple[int, Snapshot]]) -> None:
    """The lines of each snapshot with its id, as the driver takes them.

    They are by far the most of what is ever stored, and all that SQLAlchemy does for each of them (a dictionary, its
    types, which have nothing left to do) took half of the time of storing.
    """
    lines = [
        (identity, entry.rank, entry.item, entry.name, entry.tokens, entry.requests)
        for identity, snapshot in added
        for entry in snapshot.entries
    ]
    if lines:
        mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
        marks = ", ".join([mark] * len(_LINE))
        statement = f"INSERT INTO {ENTRY.name} ({', '.join(_LINE)}) VALUES ({marks})"  # noqa: S608  (our own names)
        connection.exec_driver_sql(statement, lines)


def _row(snapshot: Snapshot, print_: str) -> dict[str, Any]:
    return {
        "board": snapshot.board.key,
        "start_date": snapshot.start_date,
        "end_date": snapshot.end_date,
        "revision": snapshot.revision,
        "as_of": snapshot.as_of,
        "fetched_at": snapshot.fetched_at,
        "depth": snapshot.depth,
        "other_tokens": snapshot.other_tokens,
        "sample": snapshot.sample,
        "fingerprint": print_,
    }


def _note_names(connection: Connection, added: Iterable[Snapshot]) -> None:
    newest: dict[tuple[str, str], tuple[date, datetime]] = {}
    for snapshot in added:
        seen = (snapshot.end_date, snapshot.fetched_at)
        for entry in snapshot.entries:
            name = (entry.item, entry.name)
            newest[name] = max(newest.get(name, seen), seen)
    statement = upsert(connection, ITEM_NAME, ["item", "name"], ["end_date", "fetched_at"], only_greater=True)
    rows = [
        {"item": item, "name": name, "end_date": seen[0], "fetched_at": seen[1]}
        for (item, name), seen in newest.items()
    ]
    if rows:
        connection.execute(statement, rows)
