"""What an operator does to a store: upgrade, copy, check."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.adapters.store import open_store, schema, upkeep
from bot.adapters.store.engine import Database
from bot.errors import StoreError, StoreTooNewError
from tests.builders import CLI_AGENTS, DAY, snapshot

ROWS = [("10", "Hermes", 500), ("20", "Kilo", 400)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of a store with two windows in it, one of them thinned."""
    path = tmp_path / "rankbot.db"
    store = open_store(f"sqlite:///{path}")
    store.save([snapshot(CLI_AGENTS, DAY, ROWS), snapshot(CLI_AGENTS, DAY - timedelta(days=9), ROWS)])
    store.thin(DAY)
    store.close()
    return path


def change(path: Path, statement: str) -> None:
    """Changes an SQLite file behind the program's back."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


class TestUpgrade:
    """The same as opening a store does, said."""

    def test_it_tells_both_revisions_and_where_the_copy_is(self, tmp_path: Path) -> None:
        database = Database(f"sqlite:///{tmp_path / 'rankbot.db'}")
        schema.bring_up_to_date(database, head="0003")
        database.close()
        done = upkeep.upgrade(f"sqlite:///{tmp_path / 'rankbot.db'}")
        assert (done.before, done.after) == ("0003", schema.HEAD)
        assert done.copy == tmp_path / f"rankbot.db.before-{schema.HEAD}.bak"
        assert done.copy.is_file()

    def test_a_current_store_is_left_alone(self, file: Path) -> None:
        done = upkeep.upgrade(f"sqlite:///{file}")
        assert (done.before, done.after, done.copy) == (schema.HEAD, schema.HEAD, None)
        assert not list(file.parent.glob("*.bak"))

    def test_a_store_that_is_not_there_is_made(self, tmp_path: Path) -> None:
        done = upkeep.upgrade(f"sqlite:///{tmp_path / 'rankbot.db'}")
        assert (done.before, done.copy) == (None, None)


class TestBackup:
    """A copy is a store."""

    def test_it_is_whole_and_private_though_the_store_is_in_use(self, file: Path, tmp_path: Path) -> None:
        store = open_store(f"sqlite:///{file}")
        target = tmp_path / "copy.db"
        assert upkeep.backup(f"sqlite:///{file}", target) == target.stat().st_size
        with pytest.raises(StoreError, match="exists already"):
            upkeep.backup(f"sqlite:///{file}", target)
        store.close()
        assert target.stat().st_mode & 0o777 == 0o600
        copy = open_store(f"sqlite:///{target}")
        assert copy.snapshot(CLI_AGENTS, DAY) == snapshot(CLI_AGENTS, DAY, ROWS)
        copy.close()

    def test_it_is_made_before_an_upgrade_as_the_store_is(self, tmp_path: Path) -> None:
        database = Database(f"sqlite:///{tmp_path / 'rankbot.db'}")
        schema.bring_up_to_date(database, head="0002")
        database.close()
        upkeep.backup(f"sqlite:///{tmp_path / 'rankbot.db'}", tmp_path / "copy.db")
        with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
            assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [("0002",)]

    def test_a_missing_folder_and_a_missing_store_are_said(self, file: Path, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="can't be written: No such file or directory"):
            upkeep.backup(f"sqlite:///{file}", tmp_path / "nowhere" / "copy.db")
        with pytest.raises(StoreError, match="There is no store"):
            upkeep.backup(f"sqlite:///{tmp_path / 'none.db'}", tmp_path / "copy.db")
        assert not (tmp_path / "none.db").exists()

    @pytest.mark.postgres
    def test_postgres_is_not_copied_by_us(self, postgres_url: str, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="pg_dump"):
            upkeep.backup(postgres_url, tmp_path / "copy.db")


class TestCheck:
    """Whether a store holds what was saved."""

    def test_a_sound_store_is_counted(self, database_url: str) -> None:
        store = open_store(database_url)
        store.save([snapshot(CLI_AGENTS, DAY, ROWS)])
        store.close()
        found = upkeep.check(database_url)
        assert (found.revision, found.windows, found.events, found.faults) == (schema.HEAD, 1, 0, ())
        assert found.bytes > 0

    def test_thinned_windows_are_no_fault(self, file: Path) -> None:
        assert upkeep.check(f"sqlite:///{file}").faults == ()

    def test_figures_that_were_changed_are_found(self, database_url: str) -> None:
        store = open_store(database_url)
        store.save([snapshot(CLI_AGENTS, DAY, ROWS)])
        with store._database.writing() as connection:
            connection.execute(text("UPDATE entry SET tokens = tokens + 1 WHERE rank = 2"))
        store.close()
        (fault,) = upkeep.check(database_url).faults
        assert fault.startswith(f"The stored ranking of {CLI_AGENTS.key} to {DAY} is damaged")

    def test_rows_that_point_to_nothing_are_found(self, file: Path) -> None:
        change(file, "INSERT INTO entry VALUES (99, 1, 'x', 'x', 1, NULL)")
        (fault,) = upkeep.check(f"sqlite:///{file}").faults
        assert "of `entry`" in fault
        assert "points to nothing in `snapshot`" in fault

    def test_damaged_pages_are_found(self, file: Path) -> None:
        change(file, "PRAGMA wal_checkpoint(TRUNCATE)")
        with closing(sqlite3.connect(file)) as connection:
            root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'entry'").fetchone()[0]
            size = connection.execute("PRAGMA page_size").fetchone()[0]
        with file.open("r+b") as pages:
            pages.seek((root - 1) * size + 8)
            pages.write(b"\xff" * 64)
        try:
            assert upkeep.check(f"sqlite:///{file}").faults
        except StoreError as error:
            assert "damaged" in error.message or "malformed" in error.message  # noqa: PT017  (either is a finding)

    def test_one_that_is_to_be_upgraded_is_said_and_left_alone(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'rankbot.db'}"
        database = Database(url)
        schema.bring_up_to_date(database, head="0002")
        database.close()
        with pytest.raises(StoreError, match=f"of revision 0002; this program checks {schema.HEAD}") as refused:
            upkeep.check(url)
        assert "rankbot db upgrade" in refused.value.hint

    def test_a_newer_one_and_none_at_all_are_said(self, file: Path, tmp_path: Path) -> None:
        change(file, "UPDATE alembic_version SET version_num = '0042'")
        with pytest.raises(StoreTooNewError):
            upkeep.check(f"sqlite:///{file}")
        with pytest.raises(StoreError, match="There is no store"):
            upkeep.check(f"sqlite:///{tmp_path / 'none.db'}")

    def test_the_file_of_another_program_is_no_store(self, tmp_path: Path) -> None:
        change(tmp_path / "theirs.db", "CREATE TABLE theirs (x)")
        with pytest.raises(StoreError, match="There is no store"):
            upkeep.check(f"sqlite:///{tmp_path / 'theirs.db'}")
