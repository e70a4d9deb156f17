"""The first tables.

It says for itself what it makes, and never imports ``tables``: a step stays what it was when the tables move on.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes all tables of the first version."""
    _meta()
    _snapshots()
    _books()
    _events()
    _outbox()


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _large(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _date(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Date(), nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(), nullable=False)


def _meta() -> None:
    op.create_table("meta", _text("key"), _text("value"), sa.PrimaryKeyConstraint("key", name="pk_meta"))


def _snapshots() -> None:
    op.create_table(
        "snapshot",
        _number("id"),
        _text("board"),
        _date("start_date"),
        _date("end_date"),
        _number("revision"),
        _text("as_of"),
        _time("fetched_at"),
        _number("depth"),
        _large("other_tokens"),
        _flag("sample"),
        _text("fingerprint"),
        sa.PrimaryKeyConstraint("id", name="pk_snapshot"),
        sa.UniqueConstraint("board", "end_date", "revision", name="uq_snapshot_board_end_date_revision"),
    )
    op.create_table(
        "entry",
        _number("snapshot_id"),
        _number("rank"),
        _text("item"),
        _text("name"),
        _large("tokens"),
        _large("requests", nullable=True),
        sa.PrimaryKeyConstraint("snapshot_id", "rank", name="pk_entry"),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name="fk_entry_snapshot_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_entry_item_snapshot_id", "entry", ["item", "snapshot_id"])
    op.create_table(
        "item_name",
        _text("item"),
        _text("name"),
        _date("end_date"),
        _time("fetched_at"),
        sa.PrimaryKeyConstraint("item", "name", name="pk_item_name"),
        sqlite_with_rowid=False,
    )


def _books() -> None:
    op.create_table(
        "quarantine",
        _number("id"),
        _text("board"),
        _date("end_date"),
        _text("reason"),
        _text("fingerprint"),
        _time("first_at"),
        _time("last_at"),
        _time("settled_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine"),
    )
    _unique_while("settled_at", "quarantine", ["board", "end_date", "fingerprint"])
    op.create_table(
        "watchlist_day",
        _text("watchlist"),
        _date("date"),
        _text("status"),
        _time("first_asked_at"),
        _json("notes"),
        sa.PrimaryKeyConstraint("watchlist", "date", name="pk_watchlist_day"),
    )
    op.create_table("budget", _date("day"), _number("used"), sa.PrimaryKeyConstraint("day", name="pk_budget"))
    op.create_table(
        "incident",
        _number("id"),
        _text("key"),
        _text("message"),
        _time("opened_at"),
        _time("ended_at", nullable=True),
        _flag("told"),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
    )
    _unique_while("ended_at", "incident", ["key"])


def _unique_while(open_: str, table: str, columns: list[str]) -> None:
    """At most one row of a table is open for each value of the columns."""
    condition = sa.text(f"{open_} IS NULL")
    op.create_index(f"ix_{table}_open", table, columns, unique=True, sqlite_where=condition, postgresql_where=condition)


def _events() -> None:
    op.create_table(
        "event",
        _text("id"),
        _text("key"),
        _date("date"),
        _date("previous_date"),
        _number("window_days"),
        _text("watchlist"),
        _text("board"),
        _text("kind"),
        _json("rule"),
        _text("item"),
        _text("name"),
        _number("rank", nullable=True),
        _number("previous_rank", nullable=True),
        _text("tokens", nullable=True),
        _text("previous_tokens", nullable=True),
        _text("compared_tokens", nullable=True),
        _text("as_of"),
        _flag("passive"),
        _text("held_back", nullable=True),
        _text("status"),
        _json("evidence"),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sa.UniqueConstraint("key", name="uq_event_key"),
    )
    op.create_index("ix_event_watchlist_date", "event", ["watchlist", "date"])


def _outbox() -> None:
    op.create_table(
        "delivery",
        _number("id"),
        _text("channel"),
        _time("due_at"),
        _date("day"),
        _text("subject"),
        _flag("notice"),
        _text("status"),
        _number("attempts"),
        _number("looks"),
        _time("next_attempt_at", nullable=True),
        _time("lease_until", nullable=True),
        _text("last_error"),
        _time("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("channel", "due_at", "notice", name="uq_delivery_channel_due_at_notice"),
    )
    _delivery_parts()
    op.create_table(
        "told_watchlist",
        _text("channel"),
        _text("watchlist"),
        sa.PrimaryKeyConstraint("channel", "watchlist", name="pk_told_watchlist"),
    )


def _delivery_parts() -> None:
    op.create_table(
        "delivery_step",
        _number("delivery_id"),
        _number("number"),
        _text("target"),
        _text("payload"),
        _flag("reply"),
        _text("status"),
        _text("receipt"),
        _time("started_at", nullable=True),
        _text("error"),
        sa.PrimaryKeyConstraint("delivery_id", "number", name="pk_delivery_step"),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_delivery_step_delivery_id"),
    )
    op.create_table(
        "settlement",
        _text("event_id"),
        _text("channel"),
        _flag("stated"),
        _number("delivery_id"),
        sa.PrimaryKeyConstraint("event_id", "channel", name="pk_settlement"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_settlement_event_id"),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_settlement_delivery_id"),
    )
