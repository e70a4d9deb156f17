"""The part of the store that counts requests, spaces them, and keeps the bot's own troubles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from bot.adapters.store import feed_state, ledger
from bot.adapters.store.engine import Database
from bot.app.records import Incident


class SqlBooks:
    """See ``bot.app.books.Books``; each call a transaction of its own, unless ``within`` one."""

    def __init__(self, database: Database, *, within: Connection | None = None) -> None:
        self._database = database
        self._within = within

    def _reading(self) -> AbstractContextManager[Connection]:
        return nullcontext(self._within) if self._within else self._database.reading()

    def _writing(self, *, in_turn: bool = True) -> AbstractContextManager[Connection]:
        return nullcontext(self._within) if self._within else self._database.writing(in_turn=in_turn)

    def spend(self, day: date, limit: int) -> int:
        """See Books."""
        with self._writing(in_turn=False) as connection:
            return ledger.spend(connection, day, limit)

    def spent(self, day: date) -> int:
        """See Books."""
        with self._reading() as connection:
            return ledger.spent(connection, day)

    def reserve(self, now: datetime, space: timedelta) -> datetime:
        """See Books."""
        with self._writing() as connection:
            return feed_state.reserve(connection, now, space)

    def pause_feed(self, until: datetime, now: datetime) -> None:
        """See Books."""
        with self._writing() as connection:
            feed_state.pause(connection, until, now)

    def feed_paused_until(self, now: datetime) -> datetime | None:
        """See Books."""
        with self._reading() as connection:
            return feed_state.paused_until(connection, now)

    def open_incident(self, key: str, message: str, now: datetime) -> bool:
        """See Books."""
        with self._writing() as connection:
            return ledger.open_incident(connection, key, message, now)

    def end_incident(self, key: str, now: datetime) -> Incident | None:
        """See Books."""
        with self._writing() as connection:
            return ledger.end_incident(connection, key, now)

    def incidents(self) -> Sequence[Incident]:
        """See Books."""
        with self._reading() as connection:
            return ledger.incidents(connection)

    def untold_incidents(self) -> Sequence[Incident]:
        """See Books."""
        with self._reading() as connection:
            return ledger.untold_incidents(connection)

    def mark_incidents_told(self, incidents: Iterable[Incident]) -> None:
        """See Books."""
        with self._writing() as connection:
            ledger.mark_incidents_told(connection, incidents)
