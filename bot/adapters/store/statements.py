"""Statements that SQLite and PostgreSQL spell alike, but SQLAlchemy only in their dialects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from sqlalchemy import Connection, Table, tuple_
from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

Insert: TypeAlias = "sqlite.Insert | postgresql.Insert"
T = TypeVar("T")

CHUNK = 500
"""How many values are named in one statement, well below what either database takes."""


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """The values in lists that are short enough to be named in a statement."""
    rest = iter(values)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def insert_into(dialect: str, table: Table) -> Insert:
    """An INSERT that knows ON CONFLICT."""
    if dialect != "postgresql":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # 20 ms of every start for those who never have it

    return postgresql.insert(table)


def insert_missing(connection: Connection, table: Table) -> Insert:
    """An INSERT that leaves rows alone that are there already."""
    return insert_into(connection.dialect.name, table).on_conflict_do_nothing()


def upsert(
    connection: Connection, table: Table, key: Sequence[str], changed: Sequence[str], *, only_greater: bool = False
) -> Insert:
    """An INSERT that overwrites the columns ``changed`` of a row with the same ``key``.

    With ``only_greater`` it does so only where their new values, compared in that order, are greater than the old.
    """
    return _upsert(connection.dialect.name, table, tuple(key), tuple(changed), only_greater=only_greater)


@lru_cache(maxsize=64)
def _upsert(dialect: str, table: Table, key: Sequence[str], changed: Sequence[str], *, only_greater: bool) -> Insert:
    """Made once for each use: making it took three times as long as running it."""
    statement = insert_into(dialect, table)
    new = {name: statement.excluded[name] for name in changed}
    condition = tuple_(*new.values()) > tuple_(*(table.c[name] for name in changed)) if only_greater else None
    return statement.on_conflict_do_update(index_elements=list(key), set_=new, where=condition)
