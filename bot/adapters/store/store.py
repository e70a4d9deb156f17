"""The store that the use cases get: each call a transaction of its own, unless made on what ``transaction`` gave."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from bot.adapters.store import catalogue as model_catalogue
from bot.adapters.store import events as event_log
from bot.adapters.store import ledger, names, outbox, retention, snapshots
from bot.adapters.store.books import SqlBooks
from bot.adapters.store.engine import PATIENCE, Database
from bot.adapters.store.history import StoredHistory
from bot.adapters.store.naming import Naming
from bot.adapters.store.schema import bring_up_to_date
from bot.adapters.store.standing import sent_at, standing
from bot.adapters.store.upkeep import size
from bot.app.figures import Standing
from bot.app.ports import Store
from bot.app.records import (
    Begun,
    Belief,
    DayStatus,
    Match,
    NewDelivery,
    Quarantined,
    Settlement,
    WatchlistDay,
)
from bot.core.catalogue import Catalogue, Listing
from bot.core.delivery import Delivery, DeliveryStatus, Step
from bot.core.event import Event, EventStatus, Kind
from bot.core.history import History
from bot.core.naming import Sightings
from bot.core.ranking import Board, Ranking, Snapshot
from bot.core.watchlist import Names


def open_store(url: str, *, patience: timedelta = PATIENCE) -> SqlStore:
    """Opens the store at ``url`` (sqlite:///FILE, postgresql://…, postgres://…), making or upgrading its tables.

    ``patience`` is how long a writer waits for its turn. Raises StoreTooNewError for a store of a newer rankbot,
    StoreBusyError where another process holds it, StoreError where it can't be used.
    """
    database = Database(url, patience=patience)
    try:
        bring_up_to_date(database)
    except BaseException:  # whatever it is goes on its way; only the connections must not stay behind
        database.close()
        raise
    return SqlStore(database)


class SqlStore(SqlBooks):
    """The Store over SQLite or PostgreSQL; see ``bot.app.ports.Store`` for what each method promises."""

    @contextmanager
    def transaction(self) -> Iterator[Store]:
        """See Store. Within a transaction it is the same one: the outermost commits."""
        with self._writing() as connection:
            yield SqlStore(self._database, within=connection)

    def close(self) -> None:
        """Closes all connections; the store is not used afterwards."""
        self._database.close()

    def rest(self) -> None:
        """Closes the connections that nobody uses now: each of SQLite's keeps up to 2 MB of what it read."""
        self._database.close()

    @property
    def where(self) -> str:
        """The store in words, without its password."""
        return self._database.where

    def size(self) -> int:
        """How many bytes the store takes; of an SQLite file, those that were freed within it too."""
        with self._reading() as connection:
            return size(connection)

    def standing(self) -> Standing:
        """What ``rankbot status`` tells of the store itself."""
        with self._reading() as connection:
            return standing(connection)

    def sent_at(self, channel: str) -> datetime | None:
        """When the newest digest of the channel that went out did so; None where none did, or nobody noted it."""
        with self._reading() as connection:
            return sent_at(connection, channel)

    # ── retention ────────────────────────────────────────────────────────────────────────────────────────────

    def newest_end(self) -> date | None:
        """See RetentionStore."""
        with self._reading() as connection:
            return retention.newest_end(connection)

    def thin(self, before: date) -> int:
        """See RetentionStore."""
        with self._writing() as connection:
            return retention.thin(connection, before)

    def drop_messages(self, before: datetime) -> int:
        """See RetentionStore."""
        with self._writing() as connection:
            return retention.drop_messages(connection, before)

    def thinned_until(self, board: Board) -> date | None:
        """See Store."""
        with self._reading() as connection:
            return retention.thinned_until(connection, board)

    # ── snapshots ────────────────────────────────────────────────────────────────────────────────────────────

    def save(self, rankings: Iterable[Ranking]) -> Sequence[Snapshot]:
        """See Store."""
        with self._writing() as connection:
            return snapshots.save(connection, rankings)

    def snapshot(self, board: Board, end_date: date, revision: int | None = None) -> Snapshot | None:
        """See Store."""
        with self._reading() as connection:
            return snapshots.snapshot(connection, board, end_date, revision)

    def depths(self, board: Board, start: date, end: date) -> dict[date, int]:
        """See Store."""
        with self._reading() as connection:
            return snapshots.depths(connection, board, start, end)

    def depths_of(self, windows: Collection[tuple[Board, date]]) -> Mapping[tuple[Board, date], int]:
        """See Store."""
        with self._reading() as connection:
            return snapshots.depths_of(connection, windows)

    def checked(self, boards: Collection[Board], start: date, end: date) -> Mapping[Board, Mapping[date, datetime]]:
        """See Store."""
        with self._reading() as connection:
            return snapshots.checked(connection, boards, start, end)

    def version(self) -> int:
        """See Store."""
        with self._reading() as connection:
            return snapshots.version(connection)

    def changed(self, boards: Iterable[Board], since: int) -> dict[tuple[Board, date], int]:
        """See Store."""
        with self._reading() as connection:
            return snapshots.changed(connection, boards, since)

    def history(self, until: int | None = None) -> History:
        """See Store."""
        return StoredHistory(self._reading, until)

    def names(self, items: Iterable[str] | None = None, until: date | None = None) -> Names:
        """See Store."""
        with self._reading() as connection:
            return names.names(connection, items, until)

    def naming(self) -> Callable[[Iterable[str], date], Names]:
        """See Store."""
        return Naming(self._reading)

    def sightings(self, items: Iterable[str], until: date) -> Sightings:
        """See Store."""
        with self._reading() as connection:
            return names.sightings(connection, items, until)

    def find(self, text: str) -> Sequence[Match]:
        """See Store."""
        with self._reading() as connection:
            return names.find(connection, text)

    # ── the catalogue ────────────────────────────────────────────────────────────────────────────────────────

    def keep_listings(self, listings: Iterable[Listing], day: date) -> None:
        """See CatalogueStore."""
        with self._writing() as connection:
            model_catalogue.keep(connection, listings, day)

    def catalogued(self, until: date = date.max) -> date | None:
        """See CatalogueStore."""
        with self._reading() as connection:
            return model_catalogue.newest_day(connection, until)

    def catalogue(self, until: date) -> Catalogue | None:
        """See CatalogueStore."""
        with self._reading() as connection:
            return model_catalogue.catalogue(connection, until)

    # ── quarantine ───────────────────────────────────────────────────────────────────────────────────────────

    def quarantine(self, board: str, end_date: date, reason: str, fingerprint: str, now: datetime) -> Quarantined:
        """See Store."""
        with self._writing() as connection:
            return ledger.quarantine(connection, board, end_date, reason=reason, print_=fingerprint, now=now)

    def quarantined(self, *, settled: bool = False) -> Sequence[Quarantined]:
        """See Store."""
        with self._reading() as connection:
            return ledger.quarantined(connection, settled=settled)

    def settle(self, board: str, end_date: date, now: datetime) -> bool:
        """See Store."""
        with self._writing() as connection:
            return ledger.settle(connection, board, end_date, now)

    # ── the ledger of days, and events ───────────────────────────────────────────────────────────────────────

    def ledger(self, watchlist: str) -> Sequence[WatchlistDay]:
        """See Store."""
        with self._reading() as connection:
            return ledger.days(connection, watchlist)

    def ledgers(
        self, watchlists: Iterable[str], since: date, until: date = date.max
    ) -> Mapping[str, Sequence[WatchlistDay]]:
        """See Store."""
        with self._reading() as connection:
            return ledger.ledgers(connection, watchlists, since, until)

    def statuses(
        self, watchlists: Collection[str], since: date, *, until: date = date.max, asked_by: datetime | None = None
    ) -> Mapping[str, Mapping[date, DayStatus]]:
        """See Store."""
        with self._reading() as connection:
            return ledger.statuses(connection, watchlists, since, until=until, asked_by=asked_by)

    def begun(self, watchlists: Collection[str], before: date, *, until: date) -> Mapping[str, Begun]:
        """See Store."""
        with self._reading() as connection:
            return ledger.begun(connection, watchlists, before, until)

    def mark(self, *days: WatchlistDay) -> None:
        """See Store."""
        with self._writing() as connection:
            ledger.mark(connection, days)

    def add_events(self, events: Iterable[Event]) -> Sequence[Event]:
        """See Store."""
        with self._writing() as connection:
            return event_log.add(connection, events)

    def change_events(self, events: Iterable[Event]) -> None:
        """See Store."""
        with self._writing() as connection:
            event_log.change(connection, events)

    def events(
        self,
        *,
        watchlist: str | None = None,
        start: date | None = None,
        end: date | None = None,
        status: EventStatus | None = None,
        kind: Kind | None = None,
        held_back: bool = False,
        evidence: bool = True,
    ) -> Sequence[Event]:
        """See Store."""
        with self._reading() as connection:
            return event_log.chosen(
                connection,
                watchlist=watchlist,
                start=start,
                end=end,
                status=status,
                kind=kind,
                held_back=held_back,
                evidence=evidence,
            )

    def last_news(self, watchlists: Iterable[str], until: date) -> Mapping[str, date]:
        """See Store."""
        with self._reading() as connection:
            return event_log.last_news(connection, watchlists, until)

    def event(self, event_id: str) -> Event | None:
        """See Store."""
        with self._reading() as connection:
            return event_log.by_handle(connection, event_id)

    def unsettled(self, channel: str, watchlists: Iterable[str], until: date) -> Sequence[Event]:
        """See Store."""
        with self._reading() as connection:
            return event_log.unsettled(connection, channel, watchlists, until)

    def netted(self) -> frozenset[str]:
        """See Store."""
        with self._reading() as connection:
            return event_log.netted(connection)

    def disputed(self, channel: str, watchlists: Iterable[str]) -> Sequence[Belief]:
        """See Store."""
        with self._reading() as connection:
            return event_log.disputed(connection, channel, watchlists)

    def note_beliefs(self, channel: str, beliefs: Iterable[Belief]) -> None:
        """See Store."""
        with self._writing() as connection:
            event_log.note_beliefs(connection, channel, beliefs)

    # ── the outbox ───────────────────────────────────────────────────────────────────────────────────────────

    def enqueue(self, delivery: NewDelivery, settlements: Iterable[Settlement], now: datetime) -> Delivery | None:
        """See Store."""
        with self._writing() as connection:
            return outbox.enqueue(connection, delivery, settlements, now)

    def claim(self, now: datetime, lease_until: datetime, *, among: Collection[str] | None = None) -> Delivery | None:
        """See Store."""
        with self._writing(in_turn=False) as connection:
            return outbox.claim(connection, now, lease_until, among=among)

    def record_step(
        self, delivery_id: int, step: Step, *, held_until: datetime | None, lease_until: datetime | None
    ) -> bool:
        """See Store."""
        with self._writing() as connection:
            return outbox.record_step(connection, delivery_id, step, held_until=held_until, lease_until=lease_until)

    def release(
        self,
        delivery_id: int,
        status: DeliveryStatus,
        *,
        held_until: datetime | None,
        next_attempt_at: datetime | None,
        attempts: int,
        looks: int,
        last_error: str,
        renewed_at: datetime | None = None,
    ) -> bool:
        """See Store."""
        state = {
            "status": status.value,
            "next_attempt_at": next_attempt_at,
            "attempts": attempts,
            "looks": looks,
            "last_error": last_error,
            **({"created_at": renewed_at} if renewed_at else {}),
        }
        with self._writing() as connection:
            return outbox.release(connection, delivery_id, state, held_until=held_until)

    def delivery(self, delivery_id: int) -> Delivery | None:
        """See Store."""
        with self._reading() as connection:
            return outbox.by_id(connection, delivery_id)

    def deliveries(self, *, open_only: bool = False, limit: int | None = None) -> Sequence[Delivery]:
        """See Store."""
        with self._reading() as connection:
            return outbox.listed(connection, open_only=open_only, limit=limit)

    def last_delivery(self, channel: str, *, until: datetime | None = None) -> tuple[datetime, date] | None:
        """See Store."""
        with self._reading() as connection:
            return outbox.last(connection, channel, until=until)

    def told_watchlists(self, channel: str) -> dict[str, date | None]:
        """See Store."""
        with self._reading() as connection:
            return ledger.told_watchlists(connection, channel)

    def note_told(self, channel: str, until: Mapping[str, date]) -> None:
        """See Store."""
        with self._writing() as connection:
            ledger.note_told(connection, channel, until)

    def forget_told(self, channel: str, watchlists: Collection[str]) -> None:
        """See Store."""
        with self._writing() as connection:
            ledger.forget_told(connection, channel, watchlists)
