"""Opening a database: addresses, file modes, and what is set on each connection."""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.adapters.store import engine, open_store, sqlite_version_warning
from bot.adapters.store.engine import Database
from bot.errors import StoreBusyError, StoreError
from tests.builders import DAY


def test_an_sqlite_store_and_its_companions_are_private(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        store = open_store(f"sqlite:///{tmp_path / 'rankbot.db'}")
        store.note_told("team", {"w": DAY})
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
        store.close()
    finally:
        os.umask(before)
    assert modes == {"rankbot.db": 0o600, "rankbot.db-wal": 0o600, "rankbot.db-shm": 0o600}


def test_every_sqlite_connection_is_durable_and_keeps_its_references(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.reading() as connection:
        settings = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    database.close()
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


def test_a_new_file_that_another_process_is_writing_to_is_waited_for(tmp_path: Path) -> None:
    """SQLite itself waits for no writer when it switches a file to WAL."""
    file, pauses = tmp_path / "rankbot.db", list[float]()
    with closing(rollback_writer(file)) as other:

        def sleep(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 3:
                other.execute("COMMIT")

        database = Database(f"sqlite:///{file}", monotonic=lambda: sum(pauses), sleep=sleep)
        with database.reading() as connection:
            assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        database.close()
    assert len(pauses) == 3


def test_a_new_file_that_another_process_writes_to_for_too_long_is_busy(tmp_path: Path) -> None:
    file, pauses = tmp_path / "rankbot.db", list[float]()
    with closing(rollback_writer(file)):
        patience = timedelta(milliseconds=100)
        database = Database(f"sqlite:///{file}", patience=patience, monotonic=lambda: sum(pauses), sleep=pauses.append)
        with pytest.raises(StoreBusyError, match="is held by another process"), database.reading():
            pass
        database.close()
    assert sum(pauses) == pytest.approx(0.1, abs=0.011)


def test_a_switch_that_fails_for_another_reason_is_not_tried_again(tmp_path: Path) -> None:
    file, pauses = tmp_path / "rankbot.db", list[float]()
    (tmp_path / "rankbot.db-journal").mkdir()
    database = Database(f"sqlite:///{file}", monotonic=lambda: sum(pauses), sleep=pauses.append)
    with pytest.raises(StoreError, match="can't be opened"), database.reading():
        pass
    database.close()
    assert pauses == []


def rollback_writer(file: Path) -> sqlite3.Connection:
    """A connection that is writing to a file which nobody has put into WAL mode yet."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    return connection


def test_references_are_enforced_again_after_a_migration(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.migrating() as connection:
        during = connection.execute(text("PRAGMA foreign_keys")).scalar()
    with database.reading() as connection:
        after = connection.execute(text("PRAGMA foreign_keys")).scalar()
    database.close()
    assert (during, after) == (0, 1)


def test_reading_sees_one_moment(database_url: str) -> None:
    store = open_store(database_url)
    database = Database(database_url)
    with database.reading() as connection:
        query = text("SELECT count(*) FROM told_watchlist")
        before = connection.execute(query).scalar()
        store.note_told("team", {"w": DAY})
        assert connection.execute(query).scalar() == before == 0
    database.close()
    store.close()


@pytest.mark.postgres
@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_a_postgres_address_works(postgres_url: str, scheme: str) -> None:
    store = open_store(f"{scheme}://{postgres_url.partition('://')[2]}")
    assert store.incidents() == []
    store.close()


@pytest.mark.postgres
def test_a_server_that_has_gone_silent_is_waited_for_as_long_as_the_address_says_or_a_minute(postgres_url: str) -> None:
    joined = f"{postgres_url}{'&' if '?' in postgres_url else '?'}keepalives_idle=7"
    database = Database(joined)
    with database.reading() as connection:
        driver: Any = connection.connection.driver_connection
        asked = driver.info.get_parameters()
    database.close()
    waits = ("connect_timeout", "tcp_user_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count")
    assert [asked[name] for name in waits] == ["10", "30000", "7", "10", "3"]


@pytest.mark.postgres
def test_a_connection_that_the_server_has_closed_is_replaced(postgres_url: str) -> None:
    store, killer = open_store(postgres_url), Database(postgres_url)
    with killer.reading() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid()"
            )
        )
    assert store.incidents() == []
    store.close()
    killer.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite://", "An SQLite store needs a file."),
        ("sqlite:///:memory:", "An SQLite store needs a file."),
        ("sqlite:///file:x.db", "An SQLite store needs a file."),
        ("sqlite:///x.db?timeout=abc", "The address of an SQLite store ends with its file."),
        ("mysql://u:s3cret@host/db", "`mysql` is no kind of store that rankbot knows."),
        ("rankbot.db", "The store's url can't be read."),
        ("postgresql://u:s3cret@host:port/db", "The store's url can't be read."),
    ],
)
def test_an_address_that_is_none_is_refused_without_repeating_it(url: str, said: str) -> None:
    with pytest.raises(StoreError) as refused:
        Database(url)
    assert refused.value.message == said
    assert "s3cret" not in str(refused.value)
    assert "sqlite:///rankbot.db" in refused.value.hint


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"The folder of the store `.*nowhere/rankbot\.db` is missing\. Make it"):
        Database(f"sqlite:///{tmp_path / 'nowhere' / 'rankbot.db'}")


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder"):
        Database(f"sqlite:///{tmp_path}")


def test_a_file_in_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="can't be made: Not a directory"):
        Database(f"sqlite:///{tmp_path / 'file' / 'rankbot.db'}")


def test_a_missing_driver_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"pip install 'openrouter-rankbot\[postgres\]'"):
        Database("postgresql://u:s3cret@host/db")


@pytest.mark.parametrize(
    ("version", "warned"),
    [
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 1), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 4), False),
    ],
)
def test_an_sqlite_with_the_wal_bug_is_warned_about(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], warned: bool
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    warning = sqlite_version_warning()
    assert (warning is not None) is warned
    assert engine.SOUND_SQLITE == (3, 51, 3)
    if warning:
        assert "3.51.3" in warning
