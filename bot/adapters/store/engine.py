"""One database connection pool, and its two kinds of transaction: readers see one moment, writers take turns.

SQLite needs help with both. Python's sqlite3 begins no transaction before a SELECT, and SQLAlchemy leaves it at that,
which loses updates in silence: so BEGIN is our own, IMMEDIATE for writers. ``synchronous=FULL``, for with NORMAL a
power cut takes back commits that were acknowledged, and the outbox would send them again.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from bot.adapters.store.faults import translated
from bot.errors import StoreError

PATIENCE = timedelta(seconds=5)
"""How long a writer waits for its turn; the longest wait measured among four busy processes was a third of a second."""
SOUND_SQLITE = (3, 51, 3)
"""The first SQLite without the WAL-reset bug (sqlite.org/wal.html#walresetbug)."""
_MENDED = ((3, 44, 6), (3, 50, 7))
"""The first sound ones of older series, into which the mend was taken over."""
_PAUSE = 0.01
"""Seconds between two tries to switch a file to WAL; a switch takes another process some milliseconds."""
_CONNECTION = {
    "connect_timeout": 10,
    "tcp_user_timeout": 30_000,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
"""How long a PostgreSQL server that has gone silent is waited for, unless the address says: seconds to connect, a
minute for an answer, and not the two hours that a system takes (PostgreSQL's manual, libpq: connection parameters)."""
_TURN = 0x72616E6B626F74
"""The advisory lock of PostgreSQL writers: ``rankbot`` in ASCII."""


def sqlite_version_warning() -> str | None:
    """What to tell the operator about the SQLite that Python is linked with, or None if it is sound."""
    found = sqlite3.sqlite_version_info
    if found >= SOUND_SQLITE or any(found[:2] == first[:2] and found >= first for first in _MENDED):
        return None
    sound = ".".join(str(part) for part in SOUND_SQLITE)
    return (
        f"SQLite {sqlite3.sqlite_version} has a rare fault (fixed in {sound}): two processes that write to the store "
        "at the same instant may damage it. Copy it now and then (rankbot db backup), or use PostgreSQL."
    )


class Database:
    """A database that rows are read from and written to. ``where`` names it in messages, without its ``password``.

    ``monotonic`` and ``sleep``, both in seconds, bound the wait for other processes that open a new SQLite file.
    ``create=False``: a file that is not there is not made.
    """

    def __init__(
        self,
        url: str,
        *,
        patience: timedelta = PATIENCE,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        create: bool = True,
    ) -> None:
        parsed = _parse(url)
        self.patience = patience
        self.file = _file(parsed)
        self.where = f"`{self.file or _without_secrets(parsed)}`"
        self.password = str(parsed.password or parsed.query.get("password") or "")
        if self.file:
            if create:
                _create_private(self.file)
            self.engine = _sqlite_engine(parsed, patience, monotonic=monotonic, sleep=sleep)
            self._reader: Engine = self.engine
            self._writer: Engine = self.engine.execution_options(sqlite_begin="IMMEDIATE")
        else:
            self.engine = _postgres_engine(parsed)
            self._reader = self.engine.execution_options(isolation_level="REPEATABLE READ")
            self._writer = self.engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one moment of the database. Writers are not held up by it."""
        with translated(self.where, secret=self.password), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self, *, in_turn: bool = True) -> Iterator[Connection]:
        """A transaction that writes; it commits at the end, or leaves nothing behind.

        Writers take turns, so that what one reads holds until it commits: on SQLite there is one at a time, on
        PostgreSQL an advisory lock makes it so. ``in_turn=False`` is for a single statement that needs no such
        promise; it has an effect on PostgreSQL only.
        """
        with translated(self.where, secret=self.password), self._writer.begin() as connection:
            if in_turn and self.file is None:
                wait = str(round(self.patience / timedelta(milliseconds=1)))
                connection.exec_driver_sql("SELECT set_config('lock_timeout', %s, true)", (wait,))
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_TURN,))
            yield connection

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """A write transaction in which tables may be rebuilt: SQLite's foreign keys are not enforced within.

        With them, rebuilding a table deletes the rows that point to it; and they can only be switched off outside
        of a transaction.
        """
        if self.file is None:
            with self.writing() as connection:
                yield connection
            return
        with translated(self.where, secret=self.password), self._writer.connect() as connection:
            driver = cast("sqlite3.Connection", connection.connection.driver_connection)
            driver.execute("PRAGMA foreign_keys=OFF")
            try:
                with connection.begin():
                    yield connection
                    _check_references(connection, self.where)
            finally:
                driver.execute("PRAGMA foreign_keys=ON")

    def close(self) -> None:
        """Closes all connections that nobody uses; the next use opens another."""
        self.engine.dispose()


def _check_references(connection: Connection, where: str) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken:
        raise StoreError(
            f"The store {where} could not be upgraded: a row of `{broken[0]}` points to nothing in `{broken[2]}`.",
            hint="Nothing was changed. Restore a backup, and report this.",
        )


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite store, which need not be there; None for other stores. Raises StoreError for no url."""
    return _file(_parse(url))


def _file(parsed: URL) -> Path | None:
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def _without_secrets(parsed: URL) -> str:
    """A server's address as an operator knows it: ``postgresql://user@host:5432/database``."""
    return URL.create("postgresql", parsed.username, None, parsed.host, parsed.port, parsed.database).render_as_string()


def _parse(url: str) -> URL:
    """The address of the store; its text is never repeated in an error, for it may hold a password."""
    hint = "Write sqlite:///rankbot.db, or postgresql://USER:PASSWORD@HOST/DATABASE."
    try:
        parsed = _parse_sqlite(url) if url.startswith("sqlite:///") else make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StoreError("The store's url can't be read.", hint=hint) from error
    if parsed.drivername == "sqlite":
        if not parsed.database or parsed.database == ":memory:" or parsed.database.startswith("file:"):
            raise StoreError("An SQLite store needs a file.", hint=hint)
        return parsed
    if parsed.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        return parsed.set(drivername="postgresql+psycopg")
    raise StoreError(f"`{parsed.drivername}` is no kind of store that rankbot knows.", hint=hint)


def _parse_sqlite(url: str) -> URL:
    """The address of a file, whose path may have %XX in it: SQLAlchemy reads these since 2.1 only."""
    path, options, _ = url.removeprefix("sqlite:///").partition("?")
    if options:
        raise StoreError(
            "The address of an SQLite store ends with its file.", hint="Write sqlite:///rankbot.db, without a `?`."
        )
    return URL.create("sqlite", database=unquote(path))


def _create_private(file: Path) -> None:
    """Makes a missing file so that only its owner can read it; SQLite gives its companions the same mode.

    A file that is there already is left alone, not even opened: closing it would drop the locks that this process
    holds on it elsewhere.
    """
    if file.exists() and not file.is_dir():
        return
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileNotFoundError as error:
        raise StoreError(f"The folder of the store `{file}` is missing.", hint="Make it first.") from error
    except FileExistsError as error:
        if file.is_dir():
            raise StoreError(f"The store `{file}` is a folder.", hint="[store] url names a file.") from error
    except OSError as error:
        raise StoreError(f"The store `{file}` can't be made: {error.strerror}.", hint="Look at its folder.") from error


def _sqlite_engine(
    url: URL, patience: timedelta, *, monotonic: Callable[[], float], sleep: Callable[[float], None]
) -> Engine:
    engine = create_engine(url, hide_parameters=True)
    wait = round(patience / timedelta(milliseconds=1))

    def connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={wait}")
        until = monotonic() + patience.total_seconds()
        while not _switched_to_wal(connection, last=monotonic() >= until):
            sleep(_PAUSE)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    def begin(connection: Connection) -> None:
        kind = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {kind}")

    event.listen(engine, "connect", connect)
    event.listen(engine, "begin", begin)
    return engine


def _switched_to_wal(connection: sqlite3.Connection, *, last: bool) -> bool:
    """Puts the file into WAL mode unless it is; False where another process is at it, raised if this try is the last.

    The switch is a reader that becomes a writer. SQLite refuses that at once while another connection has the write
    lock, whatever the busy timeout says: two that waited so for each other would wait for ever.
    """
    if connection.execute("PRAGMA journal_mode").fetchone() == ("wal",):
        return True
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as error:
        if last or not error.sqlite_errorname.startswith("SQLITE_BUSY"):
            raise
        return False
    return True


def _postgres_engine(url: URL) -> Engine:
    arguments: dict[str, Any] = {name: value for name, value in _CONNECTION.items() if name not in url.query}
    try:
        return create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=arguments)
    except ModuleNotFoundError as error:
        raise StoreError(
            "PostgreSQL needs a driver that is not installed.", hint="pip install 'openrouter-rankbot[postgres]'"
        ) from error
    except ArgumentError as error:
        raise StoreError(
            "The store's url has an option that can't be read.", hint="Look at what follows its `?`."
        ) from error
