"""The books beside the snapshots: watchlists' days, refused answers, requests spent, and the bot's own troubles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Executable,
    Row,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from bot.adapters.store.statements import chunks, insert_into, insert_missing, upsert
from bot.adapters.store.tables import BUDGET, INCIDENT, QUARANTINE, TOLD_WATCHLIST, WATCHLIST_DAY
from bot.app.records import Begun, DayStatus, Incident, Quarantined, WatchlistDay
from bot.errors import BudgetExhaustedError

_REFUSED = tuple(
    QUARANTINE.c[name] for name in ("board", "end_date", "reason", "fingerprint", "first_at", "last_at", "settled_at")
)
_DAY = tuple(
    WATCHLIST_DAY.c[name] for name in ("watchlist", "date", "status", "first_asked_at", "notes", "seen", "policy")
)
_SETTLING = (
    update(QUARANTINE)
    .where(
        QUARANTINE.c.board == bindparam("window_of"),
        QUARANTINE.c.end_date == bindparam("window_to"),
        QUARANTINE.c.settled_at.is_(None),
    )
    .values(settled_at=bindparam("at"))
)
"""Made once: each window that comes takes it."""
_INCIDENT = tuple(INCIDENT.c[name] for name in ("key", "message", "opened_at", "ended_at", "told"))

# ── days ─────────────────────────────────────────────────────────────────────────────────────────────────────


def days(connection: Connection, watchlist: str) -> list[WatchlistDay]:
    """See Store.ledger."""
    query = select(*_DAY).where(WATCHLIST_DAY.c.watchlist == watchlist).order_by(WATCHLIST_DAY.c.date)
    return [_day(row) for row in connection.execute(query).all()]


def ledgers(
    connection: Connection, watchlists: Iterable[str], since: date, until: date
) -> dict[str, list[WatchlistDay]]:
    """See Store.ledgers."""
    found: dict[str, list[WatchlistDay]] = {}
    query = select(*_DAY).where(WATCHLIST_DAY.c.date.between(since, until)).order_by(WATCHLIST_DAY.c.date)
    for chunk in chunks(watchlists):
        for row in connection.execute(query.where(WATCHLIST_DAY.c.watchlist.in_(chunk))).all():
            found.setdefault(row.watchlist, []).append(_day(row))
    return found


def statuses(
    connection: Connection, watchlists: Iterable[str], since: date, *, until: date, asked_by: datetime | None
) -> dict[str, dict[date, DayStatus]]:
    """See Store.statuses."""
    found: dict[str, dict[date, DayStatus]] = {}
    columns = (WATCHLIST_DAY.c.watchlist, WATCHLIST_DAY.c.date, WATCHLIST_DAY.c.status)
    query = select(*columns).where(WATCHLIST_DAY.c.date.between(since, until)).order_by(WATCHLIST_DAY.c.date)
    if asked_by is not None:
        no_gap = WATCHLIST_DAY.c.status != DayStatus.GAP.value
        query = query.where(or_(no_gap, WATCHLIST_DAY.c.first_asked_at <= asked_by))
    for chunk in chunks(watchlists):
        for name, day, status in connection.execute(query.where(WATCHLIST_DAY.c.watchlist.in_(chunk))).all():
            found.setdefault(name, {})[day] = DayStatus(status)
    return found


def begun(connection: Connection, watchlists: Collection[str], before: date, until: date) -> dict[str, Begun]:
    """See Store.begun.

    Years are counted by the database, and by the key alone: forty ledgers of three years in 7 ms, and not in the 45 ms
    that it takes to look into each of their days. Into those of a watchlist that began after ``until``, if ever, one
    has to look.
    """
    columns = (WATCHLIST_DAY.c.watchlist, func.min(WATCHLIST_DAY.c.date))
    earlier = and_(WATCHLIST_DAY.c.date < before, WATCHLIST_DAY.c.date <= until)
    query = select(*columns, func.count().filter(earlier)).group_by(WATCHLIST_DAY.c.watchlist)
    waits = and_(earlier, WATCHLIST_DAY.c.status == DayStatus.WAITING.value)
    waiting = Counter(connection.execute(select(WATCHLIST_DAY.c.watchlist).where(waits)).scalars())
    found = {
        name: Begun(first, number - waiting[name])
        for name, first, number in _by_watchlist(connection, query.where(WATCHLIST_DAY.c.date <= until), watchlists)
    }
    others = [name for name in watchlists if name not in found]
    judged = query.where(WATCHLIST_DAY.c.status == DayStatus.EVALUATED.value)
    return found | {name: Begun(first, 0) for name, first, _ in _by_watchlist(connection, judged, others)}


def _by_watchlist(
    connection: Connection, query: Select[Any], watchlists: Iterable[str]
) -> Iterator[tuple[str, date, int]]:
    for chunk in chunks(watchlists):
        rows = connection.execute(query.where(WATCHLIST_DAY.c.watchlist.in_(chunk))).all()
        yield from ((name, first, number) for name, first, number in rows)


def _day(row: Row[Any]) -> WatchlistDay:
    status, notes = DayStatus(row.status), tuple(row.notes)
    return WatchlistDay(row.watchlist, row.date, status, row.first_asked_at, notes, row.seen, row.policy)


def mark(connection: Connection, days: Iterable[WatchlistDay]) -> None:
    """See Store.mark."""
    rows = [
        {
            "watchlist": day.watchlist,
            "date": day.date,
            "status": day.status.value,
            "first_asked_at": day.first_asked_at,
            "notes": list(day.notes),
            "seen": day.seen,
            "policy": day.policy,
        }
        for day in days
    ]
    if rows:
        connection.execute(_marking(connection.dialect.name), rows)


@cache
def _marking(dialect: str) -> Executable:
    """What ``WatchlistDay.supersedes`` says, in SQL: the known mark may have been written since it was looked at."""
    statement = insert_into(dialect, WATCHLIST_DAY)
    new, known = statement.excluded, WATCHLIST_DAY.c
    earlier = new.first_asked_at < known.first_asked_at
    again = and_(new.status == DayStatus.WAITING.value, known.status == DayStatus.GAP.value, earlier)
    order = {status.value: place for place, status in enumerate(DayStatus)}
    onward = and_(case(order, value=new.status) >= case(order, value=known.status), new.seen >= known.seen)
    changed: dict[str, Any] = {name: new[name] for name in ("status", "notes", "seen", "policy")}
    changed["first_asked_at"] = case((earlier, new.first_asked_at), else_=known.first_asked_at)
    return statement.on_conflict_do_update(index_elements=["watchlist", "date"], set_=changed, where=or_(again, onward))


# ── refused answers ──────────────────────────────────────────────────────────────────────────────────────────


def quarantine(
    connection: Connection, board: str, end_date: date, *, reason: str, print_: str, now: datetime
) -> Quarantined:
    """See Store.quarantine."""
    again = (
        update(QUARANTINE)
        .where(
            QUARANTINE.c.board == board,
            QUARANTINE.c.end_date == end_date,
            QUARANTINE.c.fingerprint == print_,
            QUARANTINE.c.settled_at.is_(None),
        )
        .values(reason=reason, last_at=now)
        .returning(*_REFUSED)
    )
    row = connection.execute(again).first()
    if row is None:
        values = {
            "board": board,
            "end_date": end_date,
            "reason": reason,
            "fingerprint": print_,
            "first_at": now,
            "last_at": now,
        }
        row = connection.execute(insert(QUARANTINE).values(values).returning(*_REFUSED)).one()
    return Quarantined(*row)


def quarantined(connection: Connection, *, settled: bool) -> list[Quarantined]:
    """See Store.quarantined."""
    query = select(*_REFUSED)
    if not settled:
        query = query.where(QUARANTINE.c.settled_at.is_(None))
    return [Quarantined(*row) for row in connection.execute(query.order_by(QUARANTINE.c.first_at, QUARANTINE.c.id))]


def settle(connection: Connection, board: str, end_date: date, now: datetime) -> bool:
    """See Store.settle."""
    return connection.execute(_SETTLING, {"window_of": board, "window_to": end_date, "at": now}).rowcount > 0


# ── requests ─────────────────────────────────────────────────────────────────────────────────────────────────


def spend(connection: Connection, day: date, limit: int) -> int:
    """See Store.spend. One statement, so that no two requests are counted as one."""
    used: int | None = None
    if limit > 0:
        used = connection.execute(_counting(connection.dialect.name), {"day": day, "used": 1, "limit": limit}).scalar()
    if used is None:
        raise BudgetExhaustedError(
            f"The {limit} requests of {day} (UTC) are used up.",
            hint="What is missing is asked for tomorrow; [openrouter] requests_per_day sets the limit.",
        )
    return used


@cache
def _counting(dialect: str) -> Executable:
    """Made once: each request takes it."""
    counted = insert_into(dialect, BUDGET).on_conflict_do_update(
        index_elements=["day"], set_={"used": BUDGET.c.used + 1}, where=BUDGET.c.used < bindparam("limit")
    )
    return counted.returning(BUDGET.c.used)


def spent(connection: Connection, day: date) -> int:
    """See Store.spent."""
    return connection.execute(select(BUDGET.c.used).where(BUDGET.c.day == day)).scalar() or 0


# ── the bot's own troubles ───────────────────────────────────────────────────────────────────────────────────


def open_incident(connection: Connection, key: str, message: str, now: datetime) -> bool:
    """See Store.open_incident."""
    row = {"key": key, "message": message, "opened_at": now, "told": False}
    opened = insert_missing(connection, INCIDENT).returning(INCIDENT.c.id)
    return connection.execute(opened, row).first() is not None


def end_incident(connection: Connection, key: str, now: datetime) -> Incident | None:
    """See Store.end_incident."""
    ended = (
        update(INCIDENT).where(INCIDENT.c.key == key, INCIDENT.c.ended_at.is_(None)).values(ended_at=now, told=False)
    )
    row = connection.execute(ended.returning(*_INCIDENT)).first()
    return Incident(*row) if row else None


def incidents(connection: Connection) -> list[Incident]:
    """See Store.incidents."""
    query = select(*_INCIDENT).where(INCIDENT.c.ended_at.is_(None)).order_by(INCIDENT.c.opened_at, INCIDENT.c.id)
    return [Incident(*row) for row in connection.execute(query)]


def untold_incidents(connection: Connection) -> list[Incident]:
    """See Store.untold_incidents."""
    query = select(*_INCIDENT).where(~INCIDENT.c.told).order_by(INCIDENT.c.opened_at, INCIDENT.c.id)
    return [Incident(*row) for row in connection.execute(query)]


def mark_incidents_told(connection: Connection, incidents: Iterable[Incident]) -> None:
    """See Store.mark_incidents_told. One that ended since it was read stands otherwise, and stays untold."""
    for incident in incidents:
        connection.execute(
            update(INCIDENT)
            .where(
                INCIDENT.c.key == incident.key,
                INCIDENT.c.opened_at == incident.opened_at,
                INCIDENT.c.ended_at.is_not_distinct_from(incident.ended_at),
            )
            .values(told=True)
        )


# ── what readers know ────────────────────────────────────────────────────────────────────────────────────────


def told_watchlists(connection: Connection, channel: str) -> dict[str, date | None]:
    """See Store.told_watchlists."""
    query = select(TOLD_WATCHLIST.c.watchlist, TOLD_WATCHLIST.c.day).where(TOLD_WATCHLIST.c.channel == channel)
    return {row.watchlist: row.day for row in connection.execute(query)}


def note_told(connection: Connection, channel: str, until: Mapping[str, date]) -> None:
    """See Store.note_told."""
    rows = [{"channel": channel, "watchlist": watchlist, "day": day} for watchlist, day in until.items()]
    if rows:
        connection.execute(upsert(connection, TOLD_WATCHLIST, ["channel", "watchlist"], ["day"]), rows)


def forget_told(connection: Connection, channel: str, watchlists: Iterable[str]) -> None:
    """See Store.forget_told."""
    for chunk in chunks(watchlists):
        gone = TOLD_WATCHLIST.c.watchlist.in_(chunk)
        connection.execute(delete(TOLD_WATCHLIST).where(TOLD_WATCHLIST.c.channel == channel, gone))
