"""What ``rankbot status`` asks of the store beside what the use cases need; each answer by an index, or a row."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, distinct, func, select, text

from bot.adapters.store.schema import version_of
from bot.adapters.store.tables import DELIVERY, DELIVERY_STEP, INCIDENT, METADATA, SNAPSHOT
from bot.adapters.store.upkeep import size
from bot.app.figures import Standing
from bot.app.records import Incident
from bot.core.delivery import DeliveryStatus

_OWN = text(
    "SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class"
    " WHERE relkind = 'r' AND pg_table_is_visible(oid) AND relname = ANY(:tables)"
)
"""What the tables and their indexes take: an empty database of PostgreSQL has megabytes of its own."""


def standing(connection: Connection) -> Standing:
    """See ``bot.app.figures.Standing``."""
    first, days = connection.execute(
        select(func.min(SNAPSHOT.c.end_date), func.count(distinct(SNAPSHOT.c.end_date)))
    ).one()
    oldest = select(SNAPSHOT.c.fetched_at).order_by(SNAPSHOT.c.id).limit(1)
    newest = select(SNAPSHOT.c.fetched_at).order_by(SNAPSHOT.c.id.desc()).limit(1)
    return Standing(
        revision=version_of(connection)[0] or "",
        own_bytes=_own_bytes(connection),
        days=days if first else 0,
        first_fetched_at=connection.execute(oldest).scalar(),
        last_fetched_at=connection.execute(newest).scalar(),
        last_ended=_last_ended(connection),
    )


def sent_at(connection: Connection, channel: str) -> datetime | None:
    """When the newest digest of the channel that went out did so (its last part; when it was last begun to be sent)."""
    newest = (
        select(DELIVERY.c.id)
        .where(DELIVERY.c.channel == channel, ~DELIVERY.c.notice, DELIVERY.c.status == DeliveryStatus.SENT.value)
        .order_by(DELIVERY.c.due_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    steps = select(func.max(DELIVERY_STEP.c.started_at)).where(DELIVERY_STEP.c.delivery_id == newest)
    return connection.execute(steps).scalar()


def _own_bytes(connection: Connection) -> int:
    if connection.dialect.name == "postgresql":
        return int(connection.execute(_OWN, {"tables": [*METADATA.tables]}).scalar_one())
    return size(connection)


def _last_ended(connection: Connection) -> Incident | None:
    columns = (INCIDENT.c[name] for name in ("key", "message", "opened_at", "ended_at", "told"))
    query = select(*columns).where(INCIDENT.c.ended_at.is_not(None)).order_by(INCIDENT.c.ended_at.desc()).limit(1)
    row = connection.execute(query).first()
    return Incident(*row) if row else None
