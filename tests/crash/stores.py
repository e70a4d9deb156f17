"""The databases of the trials: each trial begins with a copy of one in which the day before is over."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import make_url

from tests.databases import fresh_database


class Databases(Protocol):
    """A kind of database."""

    kind: str

    def new(self, folder: Path) -> AbstractContextManager[str]:
        """The URL of an empty one."""
        ...

    def copy(self, url: str, folder: Path) -> AbstractContextManager[str]:
        """The URL of a copy of that one, which nobody uses."""
        ...

    def problems(self, url: str) -> list[str]:
        """What the database itself finds wrong with its contents."""
        ...


class SqliteDatabases:
    """Files."""

    kind = "sqlite"

    @contextmanager
    def new(self, folder: Path) -> Iterator[str]:
        """See Databases."""
        yield f"sqlite:///{folder / 'rankbot.db'}"

    @contextmanager
    def copy(self, url: str, folder: Path) -> Iterator[str]:
        """See Databases. Whoever used it has closed it, so that all of it is in the one file."""
        shutil.copy(make_url(url).database or "", folder / "rankbot.db")
        yield f"sqlite:///{folder / 'rankbot.db'}"

    def problems(self, url: str) -> list[str]:
        """See Databases."""
        connection = sqlite3.connect(make_url(url).database or "")
        found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
        orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
        connection.close()
        return [one for one in found if one != "ok"] + [f"a row points to nothing: {orphan}" for orphan in orphans]


class PostgresDatabases:
    """Databases of one server."""

    kind = "postgres"

    def __init__(self, server: str) -> None:
        self._server = server

    def new(self, folder: Path) -> AbstractContextManager[str]:
        """See Databases."""
        return fresh_database(self._server)

    def copy(self, url: str, folder: Path) -> AbstractContextManager[str]:
        """See Databases."""
        return fresh_database(self._server, like=make_url(url).database or "")

    def problems(self, url: str) -> list[str]:
        """See Databases. The server keeps its foreign keys by itself, whoever of its clients dies."""
        return []
