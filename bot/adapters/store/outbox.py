"""The outbox: what is to be sent, who is sending it, and how far it got."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, exists, insert, or_, select, update

from bot.adapters.store.statements import chunks, insert_missing
from bot.adapters.store.tables import DELIVERY, DELIVERY_STEP, EVENT, SETTLEMENT
from bot.app.records import NewDelivery, Settlement
from bot.core.clocks import TOLERATED
from bot.core.delivery import LONGEST_WAIT, Delivery, DeliveryStatus, Step, StepStatus
from bot.core.event import EventStatus

_CLOSED = (DeliveryStatus.SENT.value, DeliveryStatus.DISCARDED.value)
_OVER = (StepStatus.SENT.value, StepStatus.DEAD.value)


def enqueue(
    connection: Connection, delivery: NewDelivery, settlements: Iterable[Settlement], now: datetime
) -> Delivery | None:
    """See Store.enqueue."""
    values = {
        "channel": delivery.channel,
        "due_at": delivery.due_at,
        "day": delivery.day,
        "subject": delivery.subject,
        "notice": delivery.notice,
        "status": DeliveryStatus.PENDING.value,
        "attempts": 0,
        "looks": 0,
        "last_error": "",
        "created_at": now,
        "thread": delivery.thread,
    }
    identity = connection.execute(insert_missing(connection, DELIVERY).returning(DELIVERY.c.id), values).scalar()
    if identity is None:
        return None
    if delivery.steps:
        rows = [{"delivery_id": identity, **_step_row(step)} for step in delivery.steps]
        connection.execute(insert(DELIVERY_STEP), rows)
    _settle(connection, identity, delivery.channel, list(settlements))
    return by_id(connection, identity)


def claim(
    connection: Connection, now: datetime, lease_until: datetime, *, among: Collection[str] | None = None
) -> Delivery | None:
    """See Store.claim. One statement, so that whoever else claims meanwhile gets another delivery, or none."""
    status, next_at, held_until = DELIVERY.c.status, DELIVERY.c.next_attempt_at, DELIVERY.c.lease_until
    ahead = and_(next_at > now + TOLERATED, _begun_after(now + TOLERATED))
    looked_for = or_(next_at <= now, next_at > now + LONGEST_WAIT + TOLERATED, ahead)
    due = or_(
        and_(status == DeliveryStatus.PENDING.value, or_(next_at.is_(None), next_at <= now, ahead)),
        and_(status == DeliveryStatus.UNKNOWN.value, looked_for),
        and_(status == DeliveryStatus.CLAIMED.value, or_(held_until <= now, held_until > lease_until + TOLERATED)),
    )
    wanted = due if among is None else and_(due, DELIVERY.c.channel.in_(among))
    first = (
        select(DELIVERY.c.id)
        .where(wanted)
        .order_by(DELIVERY.c.due_at, DELIVERY.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    taken = (
        update(DELIVERY)
        .where(DELIVERY.c.id == first)
        .values(
            status=DeliveryStatus.CLAIMED.value,
            lease_until=lease_until,
            created_at=case((DELIVERY.c.created_at > now, now), else_=DELIVERY.c.created_at),
        )
        .returning(DELIVERY.c.id)
    )
    identity = connection.execute(taken).scalar()
    return None if identity is None else by_id(connection, identity)


def _begun_after(moment: datetime) -> ColumnElement[bool]:
    """That a part that is still to be sent was begun later: who said when the next try is, had a clock that was ahead.

    Only what is not due for hours is looked at so: a row or two, by the key of its parts.
    """
    parts = DELIVERY_STEP.c
    return exists().where(parts.delivery_id == DELIVERY.c.id, parts.status.not_in(_OVER), parts.started_at > moment)


def record_step(
    connection: Connection, delivery_id: int, step: Step, *, held_until: datetime | None, lease_until: datetime | None
) -> bool:
    """See Store.record_step. The delivery's row comes first: whoever changes that has the claim until the commit."""
    lease = DELIVERY.c.lease_until if held_until is None or lease_until is None else lease_until
    looks = {"looks": 0} if step.status is StepStatus.SENT else {}
    if not _changed(connection, delivery_id, held_until, {"lease_until": lease, **looks}):
        return False
    connection.execute(
        update(DELIVERY_STEP)
        .where(DELIVERY_STEP.c.delivery_id == delivery_id, DELIVERY_STEP.c.number == step.number)
        .values(_step_row(step))
    )
    return True


def release(connection: Connection, delivery_id: int, state: Mapping[str, Any], *, held_until: datetime | None) -> bool:
    """See Store.release; ``state`` holds the columns that it names."""
    return _changed(connection, delivery_id, held_until, {**state, "lease_until": None})


def by_id(connection: Connection, delivery_id: int) -> Delivery | None:
    """See Store.delivery."""
    rows = connection.execute(select(DELIVERY).where(DELIVERY.c.id == delivery_id))
    return next(iter(_deliveries(connection, rows)), None)


def listed(connection: Connection, *, open_only: bool, limit: int | None) -> list[Delivery]:
    """See Store.deliveries."""
    query = select(DELIVERY).order_by(DELIVERY.c.due_at.desc(), DELIVERY.c.id.desc())
    if open_only:
        query = query.where(DELIVERY.c.status.not_in(_CLOSED))
    return _deliveries(connection, connection.execute(query.limit(limit)))


def last(connection: Connection, channel: str, *, until: datetime | None) -> tuple[datetime, date] | None:
    """See Store.last_delivery."""
    digests = select(DELIVERY.c.due_at, DELIVERY.c.day).where(DELIVERY.c.channel == channel, ~DELIVERY.c.notice)
    if until is not None:
        digests = digests.where(DELIVERY.c.due_at <= until)
    row = connection.execute(digests.order_by(DELIVERY.c.due_at.desc()).limit(1)).first()
    return (row.due_at, row.day) if row else None


def _changed(connection: Connection, delivery_id: int, held_until: datetime | None, values: Mapping[str, Any]) -> bool:
    """Whether the delivery was still held by that lease (None: by nobody) and got the ``values``: compared and set.

    A lease tells its holder from all others: who takes over a claim gets another one.
    """
    claimed = DELIVERY.c.status == DeliveryStatus.CLAIMED.value
    held = ~claimed if held_until is None else and_(claimed, DELIVERY.c.lease_until == held_until)
    return connection.execute(update(DELIVERY).where(DELIVERY.c.id == delivery_id, held).values(values)).rowcount == 1


def _settle(connection: Connection, identity: int, channel: str, settlements: Sequence[Settlement]) -> None:
    rows = [
        {"event_id": settled.event_id, "channel": channel, "stated": settled.stated, "delivery_id": identity}
        for settled in settlements
    ]
    if rows:
        connection.execute(insert(SETTLEMENT), rows)
    for chunk in chunks(settled.event_id for settled in settlements if settled.stated):
        told = update(EVENT).where(EVENT.c.id.in_(chunk), EVENT.c.status == EventStatus.NEW.value)
        connection.execute(told.values(status=EventStatus.TOLD.value))


def _step_row(step: Step) -> dict[str, Any]:
    return {
        "number": step.number,
        "target": step.target,
        "payload": step.payload,
        "reply": step.reply,
        "status": step.status.value,
        "receipt": step.receipt,
        "started_at": step.started_at,
        "error": step.error,
    }


def _deliveries(connection: Connection, rows: Iterable[Row[Any]]) -> list[Delivery]:
    found = list(rows)
    steps: dict[int, list[Step]] = {row.id: [] for row in found}
    query = select(DELIVERY_STEP).order_by(DELIVERY_STEP.c.delivery_id, DELIVERY_STEP.c.number)
    for start in range(0, len(found), 500):
        chunk = [row.id for row in found[start : start + 500]]
        for step in connection.execute(query.where(DELIVERY_STEP.c.delivery_id.in_(chunk))):
            steps[step.delivery_id].append(_step(step))
    return [_delivery(row, tuple(steps[row.id])) for row in found]


def _step(row: Row[Any]) -> Step:
    return Step(
        number=row.number,
        target=row.target,
        payload=row.payload,
        reply=row.reply,
        status=StepStatus(row.status),
        receipt=row.receipt,
        started_at=row.started_at,
        error=row.error,
    )


def _delivery(row: Row[Any], steps: tuple[Step, ...]) -> Delivery:
    return Delivery(
        id=row.id,
        channel=row.channel,
        due_at=row.due_at,
        status=DeliveryStatus(row.status),
        subject=row.subject,
        steps=steps,
        created_at=row.created_at,
        attempts=row.attempts,
        looks=row.looks,
        next_attempt_at=row.next_attempt_at,
        lease_until=row.lease_until,
        last_error=row.last_error,
        thread=row.thread,
    )
