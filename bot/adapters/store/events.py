"""Events: each stored once by its key, and found again by its handle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, bindparam, exists, insert, or_, select, update

from bot.adapters.store.statements import chunks
from bot.adapters.store.tables import DELIVERY, DELIVERY_STEP, EVENT, SETTLEMENT
from bot.app.records import Belief
from bot.core.delivery import DeliveryStatus, StepStatus
from bot.core.event import HANDLE_LENGTH, Event, EventStatus, HeldBack, Kind, handle

_UNSENT = (DeliveryStatus.DEAD.value, DeliveryStatus.DISCARDED.value)
_FIELDS = tuple(spec.name for spec in fields(Event))
_BARE = tuple(name for name in _FIELDS if name not in ("rule", "evidence", "revised"))
"""All but what is stored as JSON, which takes most of the time of reading events."""


def add(connection: Connection, events: Iterable[Event]) -> list[Event]:
    """See Store.add_events. What fifty watchlists came to takes a few statements, not three for each event."""
    fresh: dict[str, Event] = {}
    for event in events:
        fresh.setdefault(event.key, event)
    for key in _stored(connection, EVENT.c.key, fresh):
        del fresh[key]
    handles = _free_handles(connection, fresh)
    added = [replace(event, id=handles[key]) for key, event in fresh.items()]
    if added:
        connection.execute(insert(EVENT), [_row(event) for event in added])
    return added


def change(connection: Connection, events: Iterable[Event]) -> None:
    """See Store.change_events."""
    for event in events:
        connection.execute(update(EVENT).where(EVENT.c.id == event.id).values(_row(event)))


def chosen(
    connection: Connection,
    *,
    watchlist: str | None,
    start: date | None,
    end: date | None,
    status: EventStatus | None,
    kind: Kind | None,
    held_back: bool,
    evidence: bool,
) -> list[Event]:
    """See Store.events."""
    names = _FIELDS if evidence else _BARE
    query = _select(names)
    if watchlist is not None:
        query = query.where(EVENT.c.watchlist == watchlist)
    if start is not None:
        query = query.where(EVENT.c.date >= start)
    if end is not None:
        query = query.where(EVENT.c.date <= end)
    if status is not None:
        query = query.where(EVENT.c.status == status.value)
    if kind is not None:
        query = query.where(EVENT.c.kind == kind.value)
    if not held_back:
        query = query.where(EVENT.c.held_back.is_(None))
    return _in_order(connection, query, names)


def last_news(connection: Connection, watchlists: Iterable[str], until: date) -> dict[str, date]:
    """See Store.last_news. Each is found by the index, from the newest back, however many there ever were."""
    newest = (
        select(EVENT.c.date)
        .where(
            EVENT.c.watchlist == bindparam("watchlist"),
            EVENT.c.date <= until,
            EVENT.c.held_back.is_(None),
            EVENT.c.status != EventStatus.RETRACTED.value,
        )
        .order_by(EVENT.c.date.desc())
        .limit(1)
    )
    found = {name: connection.execute(newest, {"watchlist": name}).scalar() for name in watchlists}
    return {name: day for name, day in found.items() if day}


def by_handle(connection: Connection, event_id: str) -> Event | None:
    """See Store.event."""
    row = connection.execute(_select().where(EVENT.c.id == event_id)).first()
    return _event(row) if row else None


def unsettled(connection: Connection, channel: str, watchlists: Iterable[str], until: date) -> list[Event]:
    """See Store.unsettled. What is settled is found out by the keys alone: of years of events few are looked at."""
    every = EVENT.alias()
    settled = exists().where(SETTLEMENT.c.event_id == every.c.id, SETTLEMENT.c.channel == channel)
    query = _select().where(
        EVENT.c.id.in_(select(every.c.id).where(~settled)),
        EVENT.c.watchlist.in_(list(watchlists)),
        EVENT.c.date <= until,
        EVENT.c.held_back.is_(None),
        EVENT.c.status != EventStatus.RETRACTED.value,
    )
    return _in_order(connection, query)


def netted(connection: Connection) -> frozenset[str]:
    """See Store.netted."""
    query = select(EVENT.c.id).join(SETTLEMENT, SETTLEMENT.c.event_id == EVENT.c.id)
    return frozenset(connection.execute(query.where(EVENT.c.status == EventStatus.NEW.value)).scalars())


def disputed(connection: Connection, channel: str, watchlists: Iterable[str]) -> list[Belief]:
    """See Store.disputed. Only what was ever taken back or corrected is looked at closely."""
    every = EVENT.alias()
    retracted = select(every.c.id).where(every.c.status == EventStatus.RETRACTED.value)
    corrected = select(SETTLEMENT.c.event_id).where(or_(SETTLEMENT.c.retracted, SETTLEMENT.c.answered))
    gone = EVENT.c.status == EventStatus.RETRACTED.value
    sent = exists().where(
        DELIVERY_STEP.c.delivery_id == SETTLEMENT.c.delivery_id, DELIVERY_STEP.c.status == StepStatus.SENT.value
    )
    query = (
        _select()
        .add_columns(SETTLEMENT.c.delivery_id, SETTLEMENT.c.retracted, SETTLEMENT.c.answered)
        .join(SETTLEMENT, SETTLEMENT.c.event_id == EVENT.c.id)
        .join(DELIVERY, DELIVERY.c.id == SETTLEMENT.c.delivery_id)
        .where(
            SETTLEMENT.c.channel == channel,
            SETTLEMENT.c.stated,
            or_(DELIVERY.c.status.not_in(_UNSENT), sent),
            EVENT.c.watchlist.in_(list(watchlists)),
            EVENT.c.id.in_(retracted.union(corrected)),
            or_(SETTLEMENT.c.retracted != gone, SETTLEMENT.c.answered != gone),
        )
    )
    found = {}
    for row in connection.execute(query):
        event = _event(row)
        found[event.id] = Belief(event, row.delivery_id, row.retracted, row.answered)
    return [found[event.id] for event in order(belief.event for belief in found.values())]


def note_beliefs(connection: Connection, channel: str, beliefs: Iterable[Belief]) -> None:
    """See Store.note_beliefs."""
    for belief in beliefs:
        connection.execute(
            update(SETTLEMENT)
            .where(SETTLEMENT.c.event_id == belief.event.id, SETTLEMENT.c.channel == channel)
            .values(retracted=belief.retracted, answered=belief.answered)
        )


def order(events: Iterable[Event]) -> list[Event]:
    """By date, strength of kind, rank (absent ones last) and key: sorted here, for the two databases collate apart."""
    return sorted(events, key=lambda event: (event.date, event.order))


def _select(names: Sequence[str] = _FIELDS) -> Select[Any]:
    return select(*(EVENT.c[name] for name in names))


def _in_order(connection: Connection, query: Select[Any], names: Sequence[str] = _FIELDS) -> list[Event]:
    return order(_event(row, names) for row in connection.execute(query).all())


def _stored(connection: Connection, column: Column[str], values: Iterable[str]) -> set[str]:
    """Which of the values the column of the events has."""
    found: set[str] = set()
    for chunk in chunks(values):
        found.update(connection.execute(select(column).where(column.in_(chunk))).scalars())
    return found


def _free_handles(connection: Connection, keys: Iterable[str]) -> dict[str, str]:
    """A handle for each key: the shortest that neither a stored event has, nor one before it."""
    given: dict[str, str] = {}
    left, length = list(keys), HANDLE_LENGTH
    while left:
        wanted = {key: handle(key, length) for key in left}
        taken = _stored(connection, EVENT.c.id, wanted.values())
        for key, name in wanted.items():
            if name not in taken:
                taken.add(name)
                given[key] = name
        left, length = [key for key in left if key not in given], length + 1
    return given


def _row(event: Event) -> dict[str, Any]:
    row = {name: getattr(event, name) for name in _FIELDS}
    return {
        **row,
        "kind": event.kind.value,
        "rule": dict(event.rule),
        "held_back": event.held_back.value if event.held_back else None,
        "status": event.status.value,
        "evidence": dict(event.evidence),
        "revised": dict(event.revised) if event.revised else None,
    }


def _event(row: Row[Any], names: Sequence[str] = _FIELDS) -> Event:
    """The event of a row that begins with the columns of these names."""
    values = {"rule": {}, **dict(zip(names, row, strict=False))}
    values["kind"] = Kind(row.kind)
    values["held_back"] = HeldBack(row.held_back) if row.held_back else None
    values["status"] = EventStatus(row.status)
    return Event(**values)
