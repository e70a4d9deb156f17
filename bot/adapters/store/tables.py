"""The tables. Rows never leave this package, and hold no rules: what a column means is said where it is written.

A change here needs a migration (``migrations/versions``); a test compares both on both databases. An index of some rows
only is declared as SQLite has it. PostgreSQL has it from the migrations: named here, it would load that dialect with
every start, which took 20 ms.

The annotations are no strings, as they are everywhere else: pydantic and SQLAlchemy would each have to read them back.
"""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, MetaData, Table, UniqueConstraint, false, text
from sqlalchemy.ext.declarative import DeferredReflection
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from bot.adapters.store.columns import StorableText, WholeNumber

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)


class StoreTable(DeferredReflection, SQLModel, registry=registry(metadata=METADATA)):
    """What all tables share: metadata of their own, apart from any other user of SQLModel.

    Rows are read and written by SQLAlchemy's Core, and none is ever made by its class. So the classes need neither
    mapper nor validator: DeferredReflection and ``defer_build`` leave both for later, and nobody asks later. They took
    20 ms of every start.
    """

    model_config = {"defer_build": True}


def _text(**options: Any) -> Any:
    return Field(sa_type=StorableText, **options)


def _flag() -> Any:
    """A flag that older rows do not have set."""
    return Field(default=False, sa_column_kwargs={"server_default": false()})


class MetaRow(StoreTable, table=True):
    """Facts about the store itself."""

    __tablename__ = "meta"
    key: str = _text(primary_key=True)
    value: str = _text()


class SnapshotRow(StoreTable, table=True):
    """One revision of a stored window. ``fingerprint`` covers its figures (see snapshots.fingerprint).

    ``checked_at``: when the feed last said the same again; null if it was not asked since. ``thinned``: only some of
    its lines are left (see retention), so that it is no window to judge or show any more.
    """

    __tablename__ = "snapshot"
    __table_args__ = (UniqueConstraint("board", "end_date", "revision"),)
    id: int | None = Field(default=None, primary_key=True)
    board: str = _text()
    start_date: dt.date
    end_date: dt.date
    revision: int
    as_of: str = _text()
    fetched_at: dt.datetime
    depth: int
    other_tokens: int = Field(sa_type=BigInteger)
    sample: bool
    fingerprint: str = _text()
    checked_at: dt.datetime | None = None
    thinned: bool = _flag()


class EntryRow(StoreTable, table=True):
    """One line of a snapshot."""

    __tablename__ = "entry"
    __table_args__ = (Index(None, "item", "snapshot_id"), {"sqlite_with_rowid": False})
    snapshot_id: int = Field(primary_key=True, foreign_key="snapshot.id")
    rank: int = Field(primary_key=True)
    item: str = _text()
    name: str = _text()
    tokens: int = Field(sa_type=BigInteger)
    requests: int | None = Field(default=None, sa_type=BigInteger)


class ItemNameRow(StoreTable, table=True):
    """A name that an item has borne, with the newest window that said so: what ``entry`` holds, kept short."""

    __tablename__ = "item_name"
    __table_args__ = {"sqlite_with_rowid": False}
    item: str = _text(primary_key=True)
    name: str = _text(primary_key=True)
    end_date: dt.date
    fetched_at: dt.datetime


class QuarantineRow(StoreTable, table=True):
    """A refused answer; open until ``settled_at`` is set."""

    __tablename__ = "quarantine"
    __table_args__ = (
        Index(
            "ix_quarantine_open",
            "board",
            "end_date",
            "fingerprint",
            unique=True,
            sqlite_where=text("settled_at IS NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    board: str = _text()
    end_date: dt.date
    reason: str = _text()
    fingerprint: str = _text()
    first_at: dt.datetime
    last_at: dt.datetime
    settled_at: dt.datetime | None = None


class WatchlistDayRow(StoreTable, table=True):
    """A watchlist's day in the ledger. ``seen`` is the newest snapshot's id when it was judged, ``policy`` by what."""

    __tablename__ = "watchlist_day"
    watchlist: str = _text(primary_key=True)
    date: dt.date = Field(primary_key=True)
    status: str = _text()
    first_asked_at: dt.datetime
    notes: list[str] = Field(sa_type=JSON)
    seen: int = Field(default=0, sa_column_kwargs={"server_default": text("'0'")})
    policy: str = _text(default="", sa_column_kwargs={"server_default": text("''")})


class EventRow(StoreTable, table=True):
    """An event; ``id`` is its handle. Its tokens may be sums over days, so they are exact decimal text.

    ``revised`` is the other side of a restatement; null (SQL's, not JSON's) where there was none.
    """

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("key"), Index(None, "watchlist", "date"))
    id: str = _text(primary_key=True)
    key: str = _text()
    date: dt.date
    previous_date: dt.date
    window_days: int
    watchlist: str = _text()
    board: str = _text()
    kind: str = _text()
    rule: dict[str, Any] = Field(sa_type=JSON)
    item: str = _text()
    name: str = _text()
    rank: int | None
    previous_rank: int | None
    tokens: int | None = Field(sa_type=WholeNumber)
    previous_tokens: int | None = Field(sa_type=WholeNumber)
    compared_tokens: int | None = Field(sa_type=WholeNumber)
    as_of: str = _text()
    passive: bool
    held_back: str | None = _text()
    status: str = _text()
    evidence: dict[str, Any] = Field(sa_type=JSON)
    late: bool = _flag()
    revised: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))


class DeliveryRow(StoreTable, table=True):
    """One message for one channel and due time: a digest, a notice to the operator, or a correction in a thread.

    ``notice``: it is no digest. ``thread`` is the receipt of the message that it answers, else empty.
    """

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("channel", "due_at", "notice"),)
    id: int | None = Field(default=None, primary_key=True)
    channel: str = _text()
    due_at: dt.datetime
    day: dt.date
    subject: str = _text()
    notice: bool
    status: str = _text()
    attempts: int
    looks: int
    next_attempt_at: dt.datetime | None
    lease_until: dt.datetime | None
    last_error: str = _text()
    created_at: dt.datetime
    thread: str = _text(default="", sa_column_kwargs={"server_default": text("''")})


class DeliveryStepRow(StoreTable, table=True):
    """One request that a delivery takes."""

    __tablename__ = "delivery_step"
    delivery_id: int = Field(primary_key=True, foreign_key="delivery.id")
    number: int = Field(primary_key=True)
    target: str = _text()
    payload: str = _text()
    reply: bool
    status: str = _text()
    receipt: str = _text()
    started_at: dt.datetime | None
    error: str = _text()


class SettlementRow(StoreTable, table=True):
    """An event was dealt with on a channel, by which delivery: stated there, or netted out.

    ``retracted``: a digest has told since that it does not hold; ``answered``: so has a reply in the digest's thread.
    """

    __tablename__ = "settlement"
    event_id: str = _text(primary_key=True, foreign_key="event.id")
    channel: str = _text(primary_key=True)
    stated: bool
    delivery_id: int = Field(foreign_key="delivery.id")
    retracted: bool = _flag()
    answered: bool = _flag()


class ToldWatchlistRow(StoreTable, table=True):
    """A channel has had a watchlist in a digest; ``day`` is the newest of its days that one spoke of."""

    __tablename__ = "told_watchlist"
    channel: str = _text(primary_key=True)
    watchlist: str = _text(primary_key=True)
    day: dt.date | None = None


class BudgetRow(StoreTable, table=True):
    """The requests counted for a UTC day."""

    __tablename__ = "budget"
    day: dt.date = Field(primary_key=True)
    used: int


class FeedStateRow(StoreTable, table=True):
    """A moment that all processes that ask the feed share."""

    __tablename__ = "feed_state"
    name: str = _text(primary_key=True)
    at: dt.datetime


class ListingRow(StoreTable, table=True):
    """What the catalogue said of a model from one day to another. Prices are decimal text, dollars per token."""

    __tablename__ = "listing"
    __table_args__ = (Index(None, "canonical_slug"), {"sqlite_with_rowid": False})
    id: str = _text(primary_key=True)
    seen_from: dt.date = Field(primary_key=True)
    seen_to: dt.date
    canonical_slug: str = _text()
    name: str = _text()
    created: dt.date | None
    context_length: int | None = Field(sa_type=BigInteger)
    input_price: str | None = _text()
    output_price: str | None = _text()


class CatalogueDayRow(StoreTable, table=True):
    """A UTC day on which the catalogue came."""

    __tablename__ = "catalogue_day"
    day: dt.date = Field(primary_key=True)


class IncidentRow(StoreTable, table=True):
    """One of the bot's own troubles; open until ``ended_at`` is set. ``told``: the operator knows how it stands."""

    __tablename__ = "incident"
    __table_args__ = (
        Index(
            "ix_incident_open",
            "key",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str = _text()
    message: str = _text()
    opened_at: dt.datetime
    ended_at: dt.datetime | None = None
    told: bool


def _table(row: type[StoreTable]) -> Table:
    return METADATA.tables[str(row.__tablename__)]


META = _table(MetaRow)
SNAPSHOT = _table(SnapshotRow)
ENTRY = _table(EntryRow)
ITEM_NAME = _table(ItemNameRow)
QUARANTINE = _table(QuarantineRow)
WATCHLIST_DAY = _table(WatchlistDayRow)
EVENT = _table(EventRow)
DELIVERY = _table(DeliveryRow)
DELIVERY_STEP = _table(DeliveryStepRow)
SETTLEMENT = _table(SettlementRow)
TOLD_WATCHLIST = _table(ToldWatchlistRow)
BUDGET = _table(BudgetRow)
FEED_STATE = _table(FeedStateRow)
LISTING = _table(ListingRow)
CATALOGUE_DAY = _table(CatalogueDayRow)
INCIDENT = _table(IncidentRow)
