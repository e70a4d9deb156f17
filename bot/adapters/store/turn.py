"""Whose turn it is to serve a store: a lock of the operating system's or the database's, gone when its process is."""

from __future__ import annotations

import fcntl
import hashlib
import os
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from bot.adapters.store.engine import Database
from bot.adapters.store.faults import translated
from bot.errors import StoreError


class Turn:
    """The turn on one store. ``who`` is what others are told of its holder.

    SQLite: a lock on a file beside the database. PostgreSQL: a session's advisory lock on a connection of its own.
    """

    def __init__(self, url: str, *, who: str) -> None:
        self._who = who
        self._database = Database(url)
        self._file = Path(f"{self._database.file}.serving") if self._database.file else None
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
            return "another process"
        try:
            return self._file.read_text(encoding="utf-8").strip() or "another process"
        except OSError:
            return "another process"

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
        os.truncate(descriptor, 0)
        os.write(descriptor, self._who.encode())
        self._descriptor = descriptor
        return True

    def _lives(self) -> bool:
        """Whether there is a connection that still answers; one that does not is left, and its lock is gone with it."""
        if self._connection is None:
            return False
        try:
            self._connection.execute(text("SELECT 1"))
            self._connection.commit()
        except DBAPIError:
            self._connection.invalidate()
            self._connection.close()
            self._connection, self._held = None, False
        return self._connection is not None

    def _take_session(self) -> bool:
        with translated(self._database.where, secret=self._database.password):
            connection = self._connection or self._database.engine.connect()
            self._connection = connection
            key = int.from_bytes(hashlib.sha256(b"rankbot serve").digest()[:8], "big", signed=True)
            self._held = bool(connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar_one())
            connection.commit()
        return self._held
