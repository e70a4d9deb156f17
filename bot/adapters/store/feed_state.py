"""The moments that all processes that ask the feed share: whose turn it is next, and until when the feed said wait."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select

from bot.adapters.store.statements import upsert
from bot.adapters.store.tables import FEED_STATE
from bot.core import pace

_FOLLOWING = "following"
_PAUSED = "paused_until"
_MOMENT = select(FEED_STATE.c.at).where(FEED_STATE.c.name == bindparam("moment"))
"""Made once: each request takes it."""


def reserve(connection: Connection, now: datetime, space: timedelta) -> datetime:
    """See Store.reserve. The transaction must be in turn: what is read has to hold until it is written."""
    moment = pace.turn(_at(connection, _FOLLOWING), now, space)
    _set(connection, _FOLLOWING, moment + space)
    return moment


def pause(connection: Connection, until: datetime, now: datetime) -> None:
    """See Store.pause_feed; in turn as well."""
    _set(connection, _PAUSED, pace.pause(_at(connection, _PAUSED), until, now))


def paused_until(connection: Connection, now: datetime) -> datetime | None:
    """See Store.feed_paused_until."""
    return pace.paused(_at(connection, _PAUSED), now)


def _at(connection: Connection, name: str) -> datetime | None:
    return connection.execute(_MOMENT, {"moment": name}).scalar()


def _set(connection: Connection, name: str, at: datetime) -> None:
    connection.execute(upsert(connection, FEED_STATE, ["name"], ["at"]), {"name": name, "at": at})
