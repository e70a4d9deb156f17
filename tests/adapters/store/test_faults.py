"""What an operator reads when the database fails; real failures, never a password."""

from __future__ import annotations

import sqlite3
import traceback
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from bot.adapters.store import SqlStore, open_store
from bot.adapters.store.engine import Database
from bot.adapters.store.faults import translated
from bot.errors import StoreBusyError, StoreError
from tests.builders import CLI_AGENTS, DAY, snapshot

ROWS = [("10", "Hermes", 500), ("20", "Kilo", 400)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of an SQLite store with a snapshot in it."""
    path = tmp_path / "rankbot.db"
    store = open_store(f"sqlite:///{path}")
    store.save([snapshot(CLI_AGENTS, DAY, ROWS)])
    store.close()
    return path


@pytest.fixture
def store(file: Path) -> Iterator[SqlStore]:
    store = open_store(f"sqlite:///{file}")
    yield store
    store.close()


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database " * 100)
    with pytest.raises(StoreError, match=r"`.*notes\.txt` is not an SQLite database\."):
        open_store(f"sqlite:///{path}")


def test_a_damaged_page_is_said(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4096:] = bytes(len(content) - 4096)
    file.write_bytes(content)
    with pytest.raises(StoreError, match=r"is damaged\. Put it aside and restore a backup\."):
        open_store(f"sqlite:///{file}")


def test_a_changed_figure_is_noticed_though_sqlite_does_not(store: SqlStore, file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE entry SET tokens = 501 WHERE rank = 1")
        connection.commit()
    with pytest.raises(StoreError, match=r"apps:coding:cli-agent:popular:7d to 2026-11-10 is damaged"):
        store.snapshot(CLI_AGENTS, DAY)


def test_a_full_disk_is_said_and_nothing_is_stored(store: SqlStore) -> None:
    with store._database.reading() as connection:
        connection.execute(text("PRAGMA max_page_count = 1"))
    large = [(str(item), "x" * 400, 5) for item in range(200)]
    with pytest.raises(StoreError, match="has no room left on its disk"):
        store.save([snapshot(CLI_AGENTS, DAY - timedelta(days=1), large)])
    assert store.depths(CLI_AGENTS, DAY - timedelta(days=1), DAY) == {DAY: 100}


def test_a_file_that_can_only_be_read_is_said(file: Path) -> None:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection, pytest.raises(StoreError) as failed:  # noqa: SIM117 - the translation is what is tested
        with translated("`rankbot.db`"):
            connection.execute("DELETE FROM entry")
    assert failed.value.message == "The store `rankbot.db` can't be written."


def test_a_table_that_is_gone_is_said_in_the_databases_words(store: SqlStore, file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TABLE told_watchlist")
    with pytest.raises(StoreError, match="reports: no such table: told_watchlist"):
        store.told_watchlists("team")


def test_a_broken_constraint_is_a_bug_and_keeps_its_name(sql_store: SqlStore) -> None:
    with pytest.raises(IntegrityError), sql_store._database.writing() as connection:
        connection.execute(text("INSERT INTO delivery_step VALUES (99, 0, '', '', false, '', '', NULL, '')"))


def test_sqlite_errors_that_are_no_faults_of_the_file_go_through() -> None:
    with closing(sqlite3.connect(":memory:")) as connection, pytest.raises(sqlite3.ProgrammingError):  # noqa: SIM117 - the translation is what is tested
        with translated("it"):
            connection.execute("SELECT ?", ())


def test_a_server_that_is_not_there_is_said_without_the_password() -> None:
    url = "postgresql://rankbot:s3cret@127.0.0.1:1/rankbot?connect_timeout=2&password=s3cret"
    with pytest.raises(StoreError) as failed:
        open_store(url)
    said = "".join(traceback.format_exception(failed.value))
    assert "`postgresql+psycopg://rankbot:***@127.0.0.1:1/rankbot` can't be reached" in failed.value.message
    assert "s3cret" not in said


@pytest.mark.postgres
def test_a_database_that_is_not_there_is_said(postgres_server: str) -> None:
    url = make_url(postgres_server).set(database="nope").render_as_string(hide_password=False)
    with pytest.raises(StoreError, match='database "nope" does not exist'):
        open_store(url)


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SET TRANSACTION READ ONLY; INSERT INTO told_watchlist VALUES ('a', 'b')", "can't be written"),
        ("SET LOCAL ROLE pg_monitor; SELECT * FROM told_watchlist", "denies a right"),
        ("DO $$ BEGIN RAISE SQLSTATE '53100'; END $$", "has no room left on its disk"),
        ("DO $$ BEGIN RAISE SQLSTATE 'XX001'; END $$", "reports damaged data"),
        ("DO $$ BEGIN RAISE 'odd things'; END $$", "reports: odd things"),
    ],
)
def test_what_postgres_refuses_is_said(postgres_url: str, statement: str, said: str) -> None:
    database = Database(postgres_url)
    parts = [statement] if "$$" in statement else statement.split("; ")

    def run() -> None:
        with database.writing() as connection:
            for part in parts:
                connection.execute(text(part))

    with pytest.raises(StoreError, match=said):
        run()
    database.close()


@pytest.mark.postgres
@pytest.mark.parametrize("state", ["40001", "40P01", "53300", "55P03", "57P03"])
def test_what_passes_on_postgres_is_busy(postgres_url: str, state: str) -> None:
    database = Database(postgres_url)
    with pytest.raises(StoreBusyError), database.writing() as connection:
        connection.execute(text(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$"))
    database.close()


@pytest.mark.postgres
def test_a_value_that_the_driver_does_not_know_is_a_bug_and_keeps_its_name(postgres_url: str) -> None:
    database = Database(postgres_url)
    with pytest.raises(ProgrammingError), database.reading() as connection:
        connection.execute(text("SELECT :value"), {"value": object()})
    database.close()


def test_a_server_that_is_starting_up_is_busy() -> None:
    refused = psycopg.OperationalError("connection failed: FATAL:  the database system is starting up")
    with pytest.raises(StoreBusyError, match="starting up"), translated("`db`"):
        raise OperationalError("", None, refused)
