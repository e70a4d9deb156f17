"""The schema's version: a store is brought up to date when it is opened, after a copy of an SQLite file."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, select

from bot import __version__
from bot.adapters.store.engine import Database
from bot.adapters.store.faults import translated
from bot.adapters.store.statements import upsert
from bot.adapters.store.tables import META
from bot.errors import StoreError, StoreTooNewError

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0006"
"""The newest revision; a current store is recognised by it without loading Alembic."""
SCRIPTS = "bot.adapters.store:migrations"
"""Where Alembic finds the steps."""
_PROGRAM = "program_version"


def bring_up_to_date(database: Database, *, head: str = HEAD, scripts: str = SCRIPTS) -> None:
    """Upgrades the store to ``head`` by the steps in ``scripts`` if it is older or empty.

    Raises StoreTooNewError for one that a newer rankbot has written, StoreError for a database of another program.
    """
    with database.reading() as connection:
        found, program = version_of(connection)
        foreign = found is None and database.file is not None and bool(inspect(connection).get_table_names())
    if foreign or (found is not None and program is None):
        raise StoreError(
            f"The database {database.where} belongs to another program.", hint="Give rankbot a database of its own."
        )
    if found == head:
        return
    config = _alembic(scripts)
    if found is not None:
        refuse_newer(found, program=program, where=database.where, head=head, scripts=scripts)
        if database.file:
            copy_sqlite(database.file, before_upgrade(database.file, head), replace=True, revision=found)
    _upgrade(database, config, head)


def before_upgrade(file: Path, head: str = HEAD) -> Path:
    """Where the copy of an SQLite file is put before it is upgraded to ``head``."""
    return file.with_name(f"{file.name}.before-{head}.bak")


def copy_sqlite(source: Path, target: Path, *, replace: bool = False, revision: str | None = None) -> None:
    """Writes a consistent copy of a live SQLite file, readable by its owner only.

    ``target`` appears whole or not at all. Raises StoreError where it exists already, unless ``replace``. With a
    ``revision`` only a store of that one is copied: another process may have upgraded it, and copied it before.
    """
    if target.exists() and not replace:
        raise StoreError(f"`{target}` exists already.", hint="Name a file that does not exist.")
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f"{target.name}.")
    except OSError as error:
        raise StoreError(
            f"The copy `{target}` can't be written: {error.strerror}.", hint="Look at its folder."
        ) from error
    part = Path(name)
    try:
        with translated(f"`{target}`"), closing(sqlite3.connect(source)) as connection:
            connection.execute("VACUUM INTO ?", (name,))
        os.fsync(handle)
        if revision is None or _revision(part) == revision:
            part.replace(target)
    finally:
        os.close(handle)
        part.unlink(missing_ok=True)


def _revision(file: Path) -> str | None:
    with closing(sqlite3.connect(file)) as connection:
        found: str | None = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        return found


def version_of(connection: Connection) -> tuple[str | None, str | None]:
    """The store's revision, and the program version that made it so; None where there is none."""
    tables = inspect(connection)
    if not tables.has_table("alembic_version"):
        return None, None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if not tables.has_table(META.name):
        return found, None
    return found, connection.execute(select(META.c.value).where(META.c.key == _PROGRAM)).scalar()


def refuse_newer(found: str, *, program: str | None, where: str, head: str = HEAD, scripts: str = SCRIPTS) -> None:
    """Raises StoreTooNewError, which names both versions, where ``found`` is no revision that this program knows."""
    if found == head:
        return
    from alembic.script import ScriptDirectory

    known = {step.revision for step in ScriptDirectory.from_config(_alembic(scripts)).walk_revisions()}
    if found not in known:
        raise StoreTooNewError(
            f"The store {where} was written by rankbot {program} (revision {found}); "
            f"this is rankbot {__version__} (revision {head}).",
            hint=f"Install rankbot {program} or newer, or go back to the copy that was made before the upgrade.",
        )


def _upgrade(database: Database, config: Config, head: str) -> None:
    from alembic import command

    with database.migrating() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, head)
        connection.execute(upsert(connection, META, ["key"], ["value"]), {"key": _PROGRAM, "value": __version__})


def _alembic(scripts: str) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", scripts)
    return config
