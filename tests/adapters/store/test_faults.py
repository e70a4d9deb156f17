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
    with pytest.raises(StoreBusyError) as failed:
        open_store(url)
    said = "".join(traceback.format_exception(failed.value))
    where = "`postgresql://rankbot@127.0.0.1:1/rankbot`"
    assert failed.value.message == f"The store {where} can't be reached: the server refused the connection."
    assert failed.value.hint.startswith("The next run tries again. If it lasts: is the server running")
    assert "s3cret" not in said


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("sslmod=require", 'lets nobody in: invalid connection option "sslmod"'),
        ("connect_timeout=abc", "lets nobody in: bad value for connect_timeout: 'abc'"),
        ("sslmode=bogus", 'lets nobody in: invalid sslmode value: "bogus"'),
        ("port=x", "has an option that can't be read"),
    ],
)
def test_an_option_that_is_none_is_said_without_the_password(option: str, said: str) -> None:
    pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")
    url = f"postgresql://rankbot:s3cret@127.0.0.1:1/rankbot?{option}"
    with pytest.raises(StoreError, match=said) as failed:
        open_store(url)
    assert not isinstance(failed.value, StoreBusyError)
    assert "s3cret" not in "".join(traceback.format_exception(failed.value))


@pytest.mark.postgres
def test_a_database_that_is_not_there_is_said(postgres_server: str) -> None:
    url = make_url(postgres_server).set(database="nope").render_as_string(hide_password=False)
    with pytest.raises(StoreError, match='lets nobody in: database "nope" does not exist') as failed:
        open_store(url)
    assert not isinstance(failed.value, StoreBusyError)


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
@pytest.mark.parametrize("state", ["40001", "40P01", "53300", "55P03", "57P03", "08006"])
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


AT = 'connection failed: connection to server at "10.0.0.1", port 5432 failed: '
ASIDE = "\n\tIs the server running on that host and accepting TCP/IP connections?"
SEVERAL = (
    "Multiple connection attempts failed. All failures were:\n"
    f"- host: 'db', port: None, hostaddr: '::1': {AT}Connection refused{ASIDE}\n"
    "- host: 'db', port: None, hostaddr: '127.0.0.1': "
)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (f"{AT}FATAL:  the database system is starting up", "is busy: the database system is starting up."),
        (f"{AT}FATAL:  sorry, too many clients already", "is busy: sorry, too many clients already."),
        (f"{AT}Connection refused{ASIDE}", "can't be reached: the server refused the connection."),
        (f"{SEVERAL}{AT}Connection refused{ASIDE}", "can't be reached: the server refused the connection."),
        (
            'connection is bad: connection to server on socket "/run/.s.PGSQL.5432" failed: No such file or directory',
            "can't be reached: the server refused the connection.",
        ),
        ("connection timeout expired", "can't be reached: the server did not answer in time."),
        (
            "failed to resolve host 'db': [Errno -2] Name or service not known",
            "can't be reached: the host's address could not be looked up.",
        ),
        (f"{AT}No route to host{ASIDE}", "can't be reached: there is no way to the host."),
        (
            "consuming input failed: server closed the connection unexpectedly",
            "reached: the server closed the connection.",
        ),
    ],
)
def test_a_server_that_is_away_is_for_the_next_run(message: str, words: str) -> None:
    with pytest.raises(StoreBusyError) as failed, translated("`db`"):
        raise OperationalError("", None, psycopg.OperationalError(message))
    assert failed.value.message.endswith(words)
    assert failed.value.hint.startswith("The next run tries again.")


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            f'{AT}FATAL:  password authentication failed for user "bob"',
            'password authentication failed for user "bob".',
        ),
        (f'{SEVERAL}{AT}FATAL:  database "x" does not exist', 'database "x" does not exist.'),
        (f"{AT}fe_sendauth: no password supplied", "fe_sendauth: no password supplied."),
        (f"{AT}received invalid response to SSL negotiation: H", "received invalid response to SSL negotiation: H."),
    ],
)
def test_a_server_that_refuses_needs_somebody(message: str, words: str) -> None:
    with pytest.raises(StoreError) as failed, translated("`db`"):
        raise OperationalError("", None, psycopg.OperationalError(message))
    assert not isinstance(failed.value, StoreBusyError)
    assert failed.value.message == f"The store `db` lets nobody in: {words}"
