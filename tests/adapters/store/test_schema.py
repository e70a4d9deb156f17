"""Migrations: the tables are what the program expects, upgrades are safe, and newer stores are refused."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from bot import __version__
from bot.adapters.store import SqlStore, open_store, schema
from bot.adapters.store.engine import Database
from bot.adapters.store.tables import METADATA
from bot.errors import StoreError, StoreTooNewError
from tests.builders import CLI_AGENTS, DAY, snapshot

ROWS = [("10", "Hermes", 500)]
NEXT = f"{int(schema.HEAD) + 1:04}"
"""The revision of a step that is yet to come."""
NEXT_STEP = f"""
import sqlalchemy as sa
from alembic import op

revision, down_revision = "{NEXT}", "{schema.HEAD}"


def upgrade() -> None:
    with op.batch_alter_table("snapshot") as batch:
        batch.alter_column("as_of", existing_type=sa.Text(), nullable=True)
        batch.add_column(sa.Column("note", sa.Text(), nullable=True))
"""
ORPHAN = """    op.execute("INSERT INTO entry VALUES (99, 1, 'x', 'x', 1, NULL)")
"""


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """A copy of the migrations with a next step, which rebuilds a table that others point to."""
    package = Path(schema.__file__).parent / "migrations"
    copy = tmp_path / "migrations"
    shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "versions" / f"v{NEXT}_note.py").write_text(NEXT_STEP)
    return copy


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of a store of today's revision, with a snapshot in it."""
    path = tmp_path / "rankbot.db"
    store = open_store(f"sqlite:///{path}")
    store.save([snapshot(CLI_AGENTS, DAY, ROWS)])
    store.close()
    return path


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    """What a query finds in an SQLite file."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def test_the_migrations_make_what_the_tables_say(sql_store: SqlStore) -> None:
    with sql_store._database.reading() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "target_metadata": METADATA}
        )
        assert compare_metadata(context, METADATA) == []


def test_the_newest_step_is_the_head() -> None:
    config = Config()
    config.set_main_option("script_location", schema.SCRIPTS)
    assert ScriptDirectory.from_config(config).get_heads() == [schema.HEAD]


def test_open_incidents_and_refused_answers_are_unique_on_both_databases(sql_store: SqlStore) -> None:
    insert = "INSERT INTO incident (key, message, opened_at, ended_at, told) VALUES ('k', '', '2026-11-11', {}, false)"
    with sql_store._database.writing() as connection:
        connection.execute(text(insert.format("'2026-11-12'")))
        connection.execute(text(insert.format("'2026-11-12'")))
        connection.execute(text(insert.format("NULL")))
        assert connection.execute(text(insert.format("NULL") + " ON CONFLICT DO NOTHING")).rowcount == 0


def test_a_store_says_which_program_made_it(sql_store: SqlStore) -> None:
    with sql_store._database.reading() as connection:
        assert connection.execute(text("SELECT value FROM meta WHERE key = 'program_version'")).scalar() == __version__


def test_a_current_store_is_opened_without_alembic(file: Path) -> None:
    check = (
        "import sys; from bot.adapters.store import open_store; "
        f"open_store('sqlite:///{file}').close(); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_an_upgrade_keeps_every_row_and_a_private_copy_of_the_file(file: Path, scripts: Path) -> None:
    database = Database(f"sqlite:///{file}")
    schema.bring_up_to_date(database, head=NEXT, scripts=str(scripts))
    database.close()
    copy = file.with_name(f"rankbot.db.before-{NEXT}.bak")
    assert rows(file, "SELECT tokens, note FROM entry JOIN snapshot ON id = snapshot_id") == [(500, None)]
    assert rows(file, "SELECT version_num FROM alembic_version") == [(NEXT,)]
    assert rows(copy, "SELECT version_num FROM alembic_version") == [(schema.HEAD,)]
    assert rows(copy, "SELECT tokens FROM entry") == [(500,)]
    assert copy.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in file.parent.glob("*.bak*")) == [copy.name]


def test_the_copy_of_who_upgraded_first_is_not_replaced_by_one_of_what_it_made(file: Path) -> None:
    """Two processes open an old store; the slower one has read its revision before the other upgraded it."""
    target = schema.before_upgrade(file)
    target.write_bytes(b"what the first has copied")
    schema.copy_sqlite(file, target, replace=True, revision="0004")
    assert target.read_bytes() == b"what the first has copied"
    assert [path for path in file.parent.glob("*.bak*") if path != target] == []
    schema.copy_sqlite(file, target, replace=True, revision=schema.HEAD)
    assert rows(target, "SELECT version_num FROM alembic_version") == [(schema.HEAD,)]


@pytest.mark.postgres
def test_an_upgrade_works_on_postgres(empty_postgres_url: str, scripts: Path) -> None:
    open_store(empty_postgres_url).close()
    database = Database(empty_postgres_url)
    schema.bring_up_to_date(database, head=NEXT, scripts=str(scripts))
    with database.reading() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == NEXT
    database.close()


def test_a_failed_upgrade_leaves_the_store_as_it_was_and_can_be_tried_again(file: Path, scripts: Path) -> None:
    database = Database(f"sqlite:///{file}")
    step = scripts / "versions" / f"v{NEXT}_note.py"
    step.write_text(NEXT_STEP + ORPHAN)
    with pytest.raises(StoreError, match="a row of `entry` points to nothing in `snapshot`"):
        schema.bring_up_to_date(database, head=NEXT, scripts=str(scripts))
    assert rows(file, "SELECT version_num FROM alembic_version") == [(schema.HEAD,)]
    assert "note" not in {name for _, name, *_ in rows(file, "PRAGMA table_info(snapshot)")}
    shutil.rmtree(scripts / "versions" / "__pycache__", ignore_errors=True)
    step.write_text(NEXT_STEP)
    schema.bring_up_to_date(database, head=NEXT, scripts=str(scripts))
    database.close()


def test_a_store_of_a_newer_program_is_refused_with_both_versions(database_url: str) -> None:
    open_store(database_url).close()
    database = Database(database_url)
    change = text("UPDATE alembic_version SET version_num = :found")
    with database.writing() as connection:
        connection.execute(change, {"found": "0042"})
        connection.execute(text("UPDATE meta SET value = '9.9.0' WHERE key = 'program_version'"))
    try:
        with pytest.raises(StoreTooNewError) as refused:
            open_store(database_url)
    finally:
        with database.writing() as connection:
            connection.execute(change, {"found": schema.HEAD})
            connection.execute(text("UPDATE meta SET value = :own"), {"own": __version__})
        database.close()
    assert (
        f"rankbot 9.9.0 (revision 0042); this is rankbot {__version__} (revision {schema.HEAD})"
        in refused.value.message
    )


def test_the_file_of_another_program_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    with pytest.raises(StoreError, match="belongs to another program"):
        open_store(f"sqlite:///{path}")
    assert rows(path, "SELECT name FROM sqlite_master") == [("theirs",)]


def test_a_database_with_another_programs_migrations_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('0001')")
        connection.commit()
    with pytest.raises(StoreError, match="belongs to another program"):
        open_store(f"sqlite:///{path}")
