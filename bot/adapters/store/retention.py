"""What is let go of: old windows are thinned to what later verdicts may ask of them, sent messages lose their text.

Of a thinned window stay its row and those of its lines that still answer a question:

- rank 1, for the days that somebody has led (``History.leaders``);
- the newest line of an item, and every older one with a better rank than all after it, for when it was in the top n
  last, whatever n is, and whether it was ever seen (``History.last_in``);
- the newest line with each name that an item bore (``History.borne``).

The window as a whole is no longer there: neither detection nor a report takes it for a day that was stored.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, select, update

from bot.adapters.store.names import is_newest
from bot.adapters.store.tables import DELIVERY, DELIVERY_STEP, ENTRY, SNAPSHOT
from bot.core.delivery import DeliveryStatus
from bot.core.ranking import MODEL_DAY, Board

AT_ONCE = 50
"""Windows that are thinned in one transaction: it takes some 0.7 s, of the 5 that other writers wait."""
_DONE = (DeliveryStatus.SENT.value, DeliveryStatus.DISCARDED.value)


def newest_end(connection: Connection) -> date | None:
    """See RetentionStore.newest_end."""
    newest: date | None = connection.execute(select(func.max(SNAPSHOT.c.end_date))).scalar()
    return newest


def thin(connection: Connection, before: date) -> int:
    """See RetentionStore.thin."""
    oldest = (
        select(SNAPSHOT.c.id, SNAPSHOT.c.board)
        .where(SNAPSHOT.c.end_date < before, ~SNAPSHOT.c.thinned, SNAPSHOT.c.board != MODEL_DAY.key, is_newest())
        .order_by(SNAPSHOT.c.end_date, SNAPSHOT.c.id)
        .limit(AT_ONCE)
    )
    boards = {row.id: row.board for row in connection.execute(oldest)}
    if boards:
        _drop_superseded(connection, list(boards))
        connection.execute(update(SNAPSHOT).where(SNAPSHOT.c.id.in_(boards)).values(thinned=True))
        _drop_lines(connection, set(boards.values()))
    return len(boards)


def thinned_until(connection: Connection, board: Board) -> date | None:
    """See Store.thinned_until."""
    newest: date | None = connection.execute(
        select(func.max(SNAPSHOT.c.end_date)).where(SNAPSHOT.c.board == board.key, SNAPSHOT.c.thinned)
    ).scalar()
    return newest


def drop_messages(connection: Connection, before: datetime) -> int:
    """See RetentionStore.drop_messages."""
    sent_at = func.coalesce(DELIVERY_STEP.c.started_at, DELIVERY.c.created_at)
    closed = exists().where(
        DELIVERY.c.id == DELIVERY_STEP.c.delivery_id, DELIVERY.c.status.in_(_DONE), sent_at < before
    )
    dropped = update(DELIVERY_STEP).where(DELIVERY_STEP.c.payload != "", closed)
    return connection.execute(dropped.values(payload="")).rowcount


def _drop_superseded(connection: Connection, newest: Sequence[int]) -> None:
    """Deletes the earlier revisions of the windows of which these are the newest."""
    newer = SNAPSHOT.alias("newer")
    older = select(SNAPSHOT.c.id).join(
        newer,
        and_(
            newer.c.board == SNAPSHOT.c.board,
            newer.c.end_date == SNAPSHOT.c.end_date,
            newer.c.revision > SNAPSHOT.c.revision,
        ),
    )
    identities = connection.execute(older.where(newer.c.id.in_(newest))).scalars().all()
    connection.execute(delete(ENTRY).where(ENTRY.c.snapshot_id.in_(identities)))
    connection.execute(delete(SNAPSHOT).where(SNAPSHOT.c.id.in_(identities)))


def _drop_lines(connection: Connection, boards: Collection[str]) -> None:
    """Deletes the lines of thinned windows that answer nothing any more."""
    for board in boards:
        thinned = select(SNAPSHOT.c.id).where(SNAPSHOT.c.board == board, SNAPSHOT.c.thinned)
        connection.execute(
            delete(ENTRY).where(
                ENTRY.c.rank > 1,
                ENTRY.c.snapshot_id.in_(thinned),
                _later(board, "ranked", better=True),
                _later(board, "named", better=False),
            )
        )


def _later(board: str, name: str, *, better: bool) -> ColumnElement[bool]:
    """That a later thinned window of the board has the item too: at least as well ranked, or by the same name."""
    own, line, window = SNAPSHOT.alias(f"{name}_own"), ENTRY.alias(f"{name}_line"), SNAPSHOT.alias(f"{name}_window")
    same = line.c.rank <= ENTRY.c.rank if better else line.c.name == ENTRY.c.name
    end = select(own.c.end_date).where(own.c.id == ENTRY.c.snapshot_id).correlate(ENTRY).scalar_subquery()
    later = (
        select(line.c.rank)
        .join(window, window.c.id == line.c.snapshot_id)
        .where(line.c.item == ENTRY.c.item, same, window.c.board == board, window.c.thinned, window.c.end_date > end)
        .correlate(ENTRY)
    )
    return exists(later)
