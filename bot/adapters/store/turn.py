"""Whose turn it is to serve a store, or to poll for it: a lock of the system or the database, gone with its holder."""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.adapters.store.engine import Database
from bot.adapters.store.faults import translated
from bot.errors import StoreError

LOG = logging.getLogger("rankbot.store")
POLL_TRIES = 600
"""How often the turn to poll is tried, a second apart: a day's poll takes a minute, a month's some ten."""


_SOMEBODY = "another process"
_NAMED = text("SELECT set_config('application_name', :who, false)")
"""PostgreSQL keeps 63 bytes of a session's name, and shows it to others in pg_stat_activity."""
_HOLDER = text(
    "SELECT activity.application_name FROM pg_locks AS lock JOIN pg_stat_activity AS activity USING (pid)"
    " WHERE lock.locktype = 'advisory' AND lock.granted AND lock.objsubid = 1"
    " AND lock.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND lock.classid::bigint = :high AND lock.objid::bigint = :low"
)
"""A lock with one 64-bit key is listed as its two halves, with objsubid 1 (PostgreSQL's manual, pg_locks)."""


class Turn:
    """The turn on one store, ``of`` serving or polling it. ``who`` is what others are told of its holder.

    SQLite: a lock on a file beside the database. PostgreSQL: a session's advisory lock on a connection of its own.
    """

    def __init__(self, url: str, *, who: str, of: Literal["serving", "polling"] = "serving") -> None:
        self._who = who
        self._of = of
        self._database = Database(url)
        self._file = Path(f"{self._database.file}.{of}") if self._database.file else None
        self._descriptor: int | None = None
        self._connection: Connection | None = None
        self._held = False

    def take(self) -> bool:
        """Whether the turn is ours: taken if nobody has it, kept if it was taken before.

        PostgreSQL gives up the lock of a lost connection: then it is taken again, unless somebody else has been
        quicker. Raises StoreError where the lock can't be used.
        """
        if self._file:
            return self._descriptor is not None or self._take_file(self._file)
        return (self._lives() and self._held) or self._take_session()

    def holder(self) -> str:
        """Who has the turn, as far as it can be told."""
        if self._file is None:
            return self._session_holder() or _SOMEBODY
        try:
            return self._file.read_text(encoding="utf-8").strip() or _SOMEBODY
        except OSError:
            return _SOMEBODY

    def elsewhere(self) -> str:
        """Who has the turn on a PostgreSQL store now; empty where nobody has, and of a file: its lock tells nobody.

        To ask the lock of a file is to take it, and whoever starts at that moment would be refused.
        """
        return self._session_holder() if self._file is None else ""

    def leave(self) -> None:
        """Gives the turn up."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        if self._connection is not None:
            with suppress(DBAPIError):  # a lost connection has given it up
                self._connection.execute(text("SELECT pg_advisory_unlock_all()"))
                self._connection.commit()
            self._connection.close()
            self._connection, self._held = None, False
        self._database.close()

    def _take_file(self, file: Path) -> bool:
        try:
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            hint = "The folder must be writable."
            raise StoreError(f"{file} can't be opened: {error.strerror}.", hint=hint) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        except OSError as error:
            os.close(descriptor)
            hint = "A store is for a disk of this machine, not for a network's."
            raise StoreError(f"{file} can't be locked: {error.strerror}.", hint=hint) from error
        self._descriptor = descriptor
        with suppress(OSError):  # on a full disk nobody is told whose turn it is, but it is
            os.truncate(descriptor, 0)
            os.write(descriptor, self._who.encode())
        return True

    def _lives(self) -> bool:
        """Whether there is a connection that still answers; one that does not is left, and its lock is gone with it."""
        if self._connection is None:
            return False
        try:
            self._connection.execute(text("SELECT 1"))
            self._connection.commit()
        except SQLAlchemyError:  # lost, or left in the midst of a statement
            self._forget()
        return self._connection is not None

    def _forget(self) -> None:
        """Leaves the connection, whatever state it is in; the next try makes another."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
        self._connection, self._held = None, False

    @property
    def _key(self) -> int:
        """The number of the advisory lock."""
        return int.from_bytes(hashlib.sha256(f"rankbot {self._of}".encode()).digest()[:8], "big", signed=True)

    def _take_session(self) -> bool:
        try:
            return self._try_session()
        except StoreError:
            self._forget()
            raise

    def _try_session(self) -> bool:
        with translated(self._database.where, secret=self._database.password):
            if self._connection is None:
                self._connection = self._database.engine.connect()
                self._connection.execute(_NAMED, {"who": self._who})
            taken = self._connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key})
            self._held = bool(taken.scalar_one())
            self._connection.commit()
        return self._held

    def _session_holder(self) -> str:
        """The name of the session that has the lock; empty if nobody has it, or the server does not tell."""
        high, low = divmod(self._key % 2**64, 2**32)
        with translated(self._database.where, secret=self._database.password), self._database.reading() as connection:
            return connection.execute(_HOLDER, {"high": high, "low": low}).scalar() or ""


class PollTurn:
    """Lets one process of a store poll at a time, whatever started it: two that plan at once would ask for all twice.

    ``sleep`` waits that many seconds between two tries; ``stop`` ends the waiting.
    """

    def __init__(self, url: str, *, who: str, sleep: Callable[[float], None], stop: Callable[[], bool]) -> None:
        self._url = url
        self._who = who
        self._sleep = sleep
        self._stop = stop

    @contextmanager
    def __call__(self, alive: Callable[[], None]) -> Iterator[bool]:
        """Holds the turn, and yields True; False where it did not come in POLL_TRIES, or it is time to stop.

        ``alive`` is called while it waits. Raises StoreError as ``Turn.take`` does.
        """
        turn = Turn(self._url, who=self._who, of="polling")
        try:
            yield self._take(turn, alive)
        finally:
            turn.leave()

    def _take(self, turn: Turn, alive: Callable[[], None]) -> bool:
        for tries in range(POLL_TRIES):
            if turn.take():
                return True
            if tries == 0:
                LOG.info("%s polls for this store; waiting for it", turn.holder())
            if self._stop():
                return False
            alive()
            self._sleep(1)
        return False
