"""What an operator does to a store: bring it up to date, copy it, look whether it is sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select

from bot.adapters.store.engine import Database
from bot.adapters.store.schema import HEAD, before_upgrade, bring_up_to_date, copy_sqlite, refuse_newer, version_of
from bot.adapters.store.snapshots import load
from bot.adapters.store.tables import EVENT, SNAPSHOT
from bot.errors import StoreError

_SHOWN = 20
"""Faults that a check tells at most: where there are more, the store is beyond mending line by line."""


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What an upgrade came to: the revisions before (None: there was no store) and after, and the copy made before."""

    where: str
    before: str | None
    after: str
    copy: Path | None


@dataclass(frozen=True, slots=True)
class Soundness:
    """What a check found. ``faults`` are sentences, none where the store is sound."""

    where: str
    revision: str
    windows: int
    events: int
    bytes: int
    faults: tuple[str, ...]


def upgrade(url: str) -> Upgraded:
    """Brings the store up to date, as any command does that opens it; an SQLite file is copied before.

    Raises StoreTooNewError for a store of a newer rankbot, StoreError for a database of another program.
    """
    database = Database(url)
    try:
        with database.reading() as connection:
            found, _ = version_of(connection)
        bring_up_to_date(database)
    finally:
        database.close()
    copied = database.file and found not in {None, HEAD}
    return Upgraded(database.where, found, HEAD, before_upgrade(database.file) if copied and database.file else None)


def backup(url: str, target: Path) -> int:
    """Writes a consistent copy of an SQLite store, live or not, to the new file ``target``; returns its size in bytes.

    The store is copied as it is, of whatever revision. Raises StoreError for others than SQLite, and where there is no
    store or the copy can't be written.
    """
    database = _existing(url)
    database.close()
    if database.file is None:
        raise StoreError("Only an SQLite store is copied by rankbot.", hint="Use pg_dump for PostgreSQL.")
    copy_sqlite(database.file, target)
    return target.stat().st_size


def check(url: str) -> Soundness:
    """Reads the whole store and looks whether it holds what was saved; changes nothing.

    Raises StoreError where there is no store, or where it has to be upgraded first, and StoreTooNewError.
    """
    database = _existing(url)
    try:
        with database.reading() as connection:
            found, program = version_of(connection)
            if program is None:
                raise StoreError(f"There is no store in {database.where} yet.", hint="rankbot run makes it.")
            refuse_newer(str(found), program=program, where=database.where)
            faults = list(_page_faults(connection)) if database.file else []
            if found != HEAD and not faults:
                raise StoreError(
                    f"The store {database.where} is of revision {found}; this program checks {HEAD}.",
                    hint="Upgrade it first: rankbot db upgrade",
                )
            faults += _row_faults(connection) if not faults else ()
            windows, events = (_count(connection, column) for column in (SNAPSHOT.c.id, EVENT.c.id))
            return Soundness(database.where, str(found), windows, events, size(connection), tuple(faults[:_SHOWN]))
    finally:
        database.close()


def size(connection: Connection) -> int:
    """How many bytes the database takes."""
    if connection.dialect.name == "postgresql":
        return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())
    pages, each = (connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size"))
    return int(pages) * int(each)


def _existing(url: str) -> Database:
    database = Database(url, create=False)
    if database.file and not database.file.is_file():
        raise StoreError(f"There is no store {database.where}.", hint="See [store] url; rankbot run makes it.")
    return database


def _page_faults(connection: Connection) -> Iterator[str]:
    """What SQLite itself finds wrong with its file."""
    for (text,) in connection.exec_driver_sql(f"PRAGMA integrity_check({_SHOWN})"):
        if text != "ok":
            yield f"SQLite: {text}"
    for table, row, target, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"a row of `{table}` ({row}) points to nothing in `{target}`"


def _row_faults(connection: Connection) -> Iterator[str]:
    """The windows whose figures are not what was saved."""
    for row in connection.execute(select(SNAPSHOT).where(~SNAPSHOT.c.thinned).order_by(SNAPSHOT.c.id)).all():
        try:
            load(connection, row)
        except StoreError as error:
            yield error.message


def _count(connection: Connection, column: object) -> int:
    return int(connection.execute(select(func.count(column))).scalar_one())  # type: ignore[arg-type]
