"""The store by command: upgrade, backup, check."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from bot.adapters.store import open_store, schema
from bot.adapters.store.engine import Database
from tests.cli.bench import Bench


def url(bench: Bench) -> str:
    return f"sqlite:///{bench.folder / 'rankbot.db'}"


class TestUpgrade:
    """What opening a store does, told."""

    def test_it_makes_brings_up_to_date_and_leaves_alone(self, bench: Bench) -> None:
        assert f"was made: revision {schema.HEAD}" in bench("db", "upgrade").flat
        assert f"is up to date: revision {schema.HEAD}" in bench("db", "upgrade").flat

    def test_it_says_where_the_store_is_as_it_was_before(self, bench: Bench) -> None:
        database = Database(url(bench))
        schema.bring_up_to_date(database, head="0001")
        database.close()
        said = bench("db", "upgrade")
        assert said.code == 0
        assert f"was upgraded from revision 0001 to {schema.HEAD}" in said.flat
        assert f"rankbot.db.before-{schema.HEAD}.bak" in said.flat

    @pytest.mark.parametrize("command", [["db", "upgrade"], ["db", "check"], ["status"], ["top"]])
    def test_a_newer_store_is_refused_with_both_versions(self, bench: Bench, command: list[str]) -> None:
        open_store(url(bench)).close()
        with closing(sqlite3.connect(bench.folder / "rankbot.db")) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '0042'")
            connection.execute("UPDATE meta SET value = '9.9.0' WHERE key = 'program_version'")
            connection.commit()
        said = bench(*command)
        assert said.code == 1
        assert "was written by rankbot 9.9.0 (revision 0042); this is rankbot" in said.flat
        assert "Install rankbot 9.9.0 or newer" in said.flat


class TestBackup:
    """A copy while the bot runs."""

    def test_it_is_written_and_named(self, bench: Bench) -> None:
        open_store(url(bench)).close()
        said = bench("db", "backup", "copy.db")
        assert said.code == 0
        assert "`copy.db` is a copy of the store" in said.flat
        assert (bench.folder / "copy.db").is_file()
        again = bench("db", "backup", "copy.db")
        assert (again.code, "exists already" in again.err) == (1, True)

    def test_without_a_store_nothing_is_made(self, bench: Bench) -> None:
        said = bench("db", "backup", "copy.db")
        assert (said.code, "There is no store" in said.err) == (1, True)
        assert not (bench.folder / "rankbot.db").exists()


class TestCheck:
    """Sound, or not."""

    def test_a_sound_store(self, bench: Bench) -> None:
        open_store(url(bench)).close()
        said = bench("db", "check")
        assert said.code == 0
        assert "0 windows, 0 events" in said.flat
        assert "Sound: it holds what was saved." in said.flat
        assert bench("db", "check", "--json").lines[0]["ok"] is True

    def test_one_that_is_not(self, bench: Bench) -> None:
        open_store(url(bench)).close()
        with closing(sqlite3.connect(bench.folder / "rankbot.db")) as connection:
            connection.execute("INSERT INTO entry VALUES (99, 1, 'x', 'x', 1, NULL)")
            connection.commit()
        said = bench("db", "check")
        assert said.code == 1
        assert "points to nothing in `snapshot`" in said.flat
        assert "NOT sound" in said.flat
        (line,) = bench("db", "check", "--json").lines
        assert (line["ok"], len(line["faults"])) == (False, 1)


def test_the_configuration_may_stand_anywhere(bench: Bench) -> None:
    (bench.folder / "config.toml").rename(bench.folder / "other.toml")
    for arguments in (["-c", "other.toml", "db"], ["db", "-c", "other.toml"]):
        assert bench(*arguments, "upgrade").code == 0
    assert bench("db", "upgrade", "-c", "other.toml").code == 0


def test_no_secret_needs_to_be_there(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENROUTER_API_KEY")
    assert bench("db", "upgrade").code == 0
