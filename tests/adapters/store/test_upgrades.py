"""A store of every revision that there was is brought up to date with all that was in it, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, column, insert, select
from sqlalchemy import table as light

from bot.adapters.store import SqlStore, open_store, schema
from bot.adapters.store.engine import Database
from bot.adapters.store.snapshots import fingerprint
from bot.adapters.store.tables import METADATA
from bot.app.records import DayStatus
from bot.core.delivery import DeliveryStatus, StepStatus
from bot.core.event import EventStatus
from bot.core.ranking import FIRST_DAY
from tests.builders import CLI_AGENTS, DAY, as_of, event, fetched_at, snapshot

NOW = datetime(2026, 11, 11, 9, 0, tzinfo=UTC)
KEPT = snapshot(CLI_AGENTS, DAY, [("10", "Hermes", 500), ("20", "Kilo", 400)])
EVENT = event(id="abcde", status=EventStatus.TOLD)
NEWER: dict[str, dict[str, Any]] = {
    "snapshot": {"checked_at": None, "thinned": False},
    "watchlist_day": {"seen": 1, "policy": ""},
    "event": {"late": False, "revised": None},
    "delivery": {"thread": ""},
    "settlement": {"retracted": False, "answered": False},
    "told_watchlist": {"day": None},
}
"""What an upgrade puts into columns that a table did not have."""
LINE = {"snapshot_id": 1, "requests": None}
ROWS: dict[str, list[dict[str, Any]]] = {
    "snapshot": [
        {
            "id": 1,
            "board": CLI_AGENTS.key,
            "start_date": KEPT.start_date,
            "end_date": DAY,
            "revision": 1,
            "as_of": as_of(DAY),
            "fetched_at": fetched_at(DAY),
            "depth": KEPT.depth,
            "other_tokens": 0,
            "sample": False,
            "fingerprint": fingerprint(KEPT),
            "checked_at": NOW,
            "thinned": False,
        }
    ],
    "entry": [
        {**LINE, "rank": 1, "item": "10", "name": "Hermes", "tokens": 500},
        {**LINE, "rank": 2, "item": "20", "name": "Kilo", "tokens": 400},
    ],
    "item_name": [
        {"item": "10", "name": "Hermes", "end_date": DAY, "fetched_at": fetched_at(DAY)},
        {"item": "20", "name": "Kilo", "end_date": DAY, "fetched_at": fetched_at(DAY)},
    ],
    "quarantine": [
        {
            "id": 1,
            "board": CLI_AGENTS.key,
            "end_date": DAY,
            "reason": "fewer than half",
            "fingerprint": "f",
            "first_at": NOW,
            "last_at": NOW,
            "settled_at": None,
        }
    ],
    "watchlist_day": [
        {
            "watchlist": "cli-agents",
            "date": DAY,
            "status": "evaluated",
            "first_asked_at": NOW,
            "notes": ["a note"],
            "seen": 1,
            "policy": "p",
        }
    ],
    "event": [
        {
            "id": EVENT.id,
            "key": EVENT.key,
            "date": DAY,
            "previous_date": EVENT.previous_date,
            "window_days": 7,
            "watchlist": "cli-agents",
            "board": EVENT.board,
            "kind": "entered_top",
            "rule": dict(EVENT.rule),
            "item": "sable",
            "name": "Sable",
            "rank": 10,
            "previous_rank": 14,
            "tokens": "455000000000",
            "previous_tokens": "430000000000",
            "compared_tokens": "283000000000",
            "as_of": EVENT.as_of,
            "passive": False,
            "held_back": None,
            "status": "told",
            "evidence": dict(EVENT.evidence),
            "late": False,
            "revised": None,
        }
    ],
    "delivery": [
        {
            "id": 1,
            "channel": "team",
            "due_at": NOW,
            "day": DAY,
            "subject": "Sable enters the top 10",
            "notice": False,
            "status": "sent",
            "attempts": 1,
            "looks": 0,
            "next_attempt_at": None,
            "lease_until": None,
            "last_error": "",
            "created_at": NOW,
            "thread": "",
        }
    ],
    "delivery_step": [
        {
            "delivery_id": 1,
            "number": 0,
            "target": "C1",
            "payload": "text",
            "reply": False,
            "status": "sent",
            "receipt": "r1",
            "started_at": NOW,
            "error": "",
        }
    ],
    "settlement": [
        {
            "event_id": EVENT.id,
            "channel": "team",
            "stated": True,
            "delivery_id": 1,
            "retracted": False,
            "answered": False,
        }
    ],
    "told_watchlist": [{"channel": "team", "watchlist": "cli-agents", "day": DAY}],
    "budget": [{"day": DAY, "used": 17}],
    "feed_state": [{"name": "pause", "at": NOW}],
    "listing": [
        {
            "id": "a/one",
            "seen_from": DAY,
            "seen_to": DAY,
            "canonical_slug": "a/one",
            "name": "One",
            "created": FIRST_DAY,
            "context_length": 1000,
            "input_price": "0.000001",
            "output_price": None,
        }
    ],
    "catalogue_day": [{"day": DAY}],
    "incident": [
        {"id": 1, "key": "feed:fails", "message": "HTTP 503", "opened_at": NOW, "ended_at": None, "told": True}
    ],
}
"""A row or two for every table, as the newest revision has it; earlier ones lack columns, and tables."""


def revisions() -> list[str]:
    """Every revision that there was, the first one first."""
    config = Config()
    config.set_main_option("script_location", schema.SCRIPTS)
    return sorted(step.revision for step in ScriptDirectory.from_config(config).walk_revisions())


def stored(database: Database) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables as the database gives them, whatever their revision."""
    found = MetaData()
    with database.reading() as connection:
        found.reflect(connection)
        return {
            table.name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
            for table in found.sorted_tables
            if table.name not in {"alembic_version", "meta"}
        }


@contextmanager
def store_of(url: str, revision: str) -> Iterator[Database]:
    """A store of a revision with our rows in it, as far as it has tables and columns for them."""
    database = Database(url)
    try:
        schema.bring_up_to_date(database, head=revision)
        there = MetaData()
        with database.writing() as connection:
            there.reflect(connection)
            for table in METADATA.sorted_tables:
                old = there.tables.get(table.name)
                if old is not None and table.name in ROWS:
                    there_then = [column(one.name, one.type) for one in table.columns if one.name in old.columns]
                    names = {one.name for one in there_then} - {getattr(table.autoincrement_column, "name", "")}
                    rows = [{key: value for key, value in row.items() if key in names} for row in ROWS[table.name]]
                    connection.execute(insert(light(table.name, *there_then)), rows)
        yield database
    finally:
        database.close()


def look(store: SqlStore) -> None:
    """Everything that was in the store is there, as the program reads it."""
    assert store.snapshot(CLI_AGENTS, DAY) == KEPT
    assert store.event("abcde") == EVENT
    (mark,) = store.ledger("cli-agents")
    assert (mark.date, mark.status, mark.notes, mark.seen) == (DAY, DayStatus.EVALUATED, ("a note",), 1)
    (delivery,) = store.deliveries()
    assert (delivery.status, delivery.due_at, delivery.thread) == (DeliveryStatus.SENT, NOW, "")
    assert [(step.status, step.receipt, step.payload) for step in delivery.steps] == [(StepStatus.SENT, "r1", "text")]
    assert store.told_watchlists("team").keys() == {"cli-agents"}
    assert store.unsettled("team", ["cli-agents"], DAY) == []
    assert store.spent(DAY) == 17
    assert [one.key for one in store.incidents()] == ["feed:fails"]
    assert [one.reason for one in store.quarantined()] == ["fewer than half"]
    assert store.names(["10"]) == {"10": ("Hermes",)}


def goes_on(store: SqlStore) -> None:
    """What comes next is stored beside it."""
    morrow = DAY + timedelta(days=1)
    store.save([snapshot(CLI_AGENTS, morrow, [("20", "Kilo", 600)])])
    assert list(store.history().days(CLI_AGENTS, date.min, morrow)) == [DAY, morrow]


@pytest.mark.parametrize("revision", revisions())
class TestEveryRevision:
    """Each is a store that somebody may have."""

    def upgraded(self, url: str, revision: str) -> None:
        """A store of that revision, upgraded by being opened, holds what it held."""
        with store_of(url, revision) as database:
            before = stored(database)
        store = open_store(url)
        try:
            look(store)
            after = stored(store._database)
            assert after.keys() == ROWS.keys()
            for table, rows in before.items():
                assert len(rows) == len(ROWS[table])
                new = {k: v for k, v in NEWER.get(table, {}).items() if k not in rows[0]}
                same = [{k: v for k, v in row.items() if k not in new} for row in after[table]]
                assert same == rows
                for row in after[table]:
                    assert {k: row[k] or NEWER[table][k] for k in new} == new
            goes_on(store)
        finally:
            store.close()

    def test_of_an_sqlite_file(self, sqlite_url: str, revision: str, tmp_path: Path) -> None:
        self.upgraded(sqlite_url, revision)
        copies = [found.name for found in tmp_path.glob("*.bak")]
        assert copies == ([] if revision == schema.HEAD else [f"rankbot.db.before-{schema.HEAD}.bak"])

    @pytest.mark.postgres
    def test_of_a_postgres_database(self, empty_postgres_url: str, revision: str) -> None:
        self.upgraded(empty_postgres_url, revision)

    def test_its_copy_can_be_gone_back_to(self, sqlite_url: str, revision: str, tmp_path: Path) -> None:
        if revision == schema.HEAD:
            return
        with store_of(sqlite_url, revision) as database:
            before = stored(database)
        open_store(sqlite_url).close()
        copy = Database(f"sqlite:///{tmp_path / f'rankbot.db.before-{schema.HEAD}.bak'}")
        assert stored(copy) == before
        copy.close()


def test_each_table_has_a_row_in_what_is_upgraded() -> None:
    assert {table.name for table in METADATA.sorted_tables} == {*ROWS, "meta"}
    for table in METADATA.sorted_tables:
        if table.name in ROWS:
            assert set(ROWS[table.name][0]) == set(table.columns.keys())
