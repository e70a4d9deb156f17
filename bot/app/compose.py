"""Composing: what a channel is due is gathered, written as a digest, rendered, and put into the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.app.evaluate import evaluate
from bot.app.ports import (
    Channel,
    DayStatus,
    Message,
    NewDelivery,
    Renderer,
    Settlement,
    Store,
    WatchlistDay,
)
from bot.core.briefing import compose
from bot.core.digest import Digest
from bot.core.due import Cadence, day_told, latest_due, wants_quiet
from bot.core.event import Event
from bot.core.history import History
from bot.core.plan import PATIENCE, Agenda, complete_at
from bot.core.view import View
from bot.core.watchlist import Watchlist
from bot.core.wording import count, full_day


@dataclass(frozen=True, slots=True)
class Subscription:
    """A channel with its cadence and the watchlists whose digests it gets."""

    channel: Channel
    cadence: Cadence
    watchlists: tuple[Watchlist, ...]


@dataclass(frozen=True, slots=True)
class Composed:
    """A digest that was put into the outbox, or would be in a rehearsal."""

    channel: str
    due_at: datetime
    digest: Digest
    message: Message
    delivery_id: int


def compose_due(
    store: Store, subscription: Subscription, *, renderer: Renderer, now: datetime, settle: timedelta, at_once: bool
) -> Composed | None:
    """Writes the digest that the channel is due, if any, in one transaction; nothing is sent.

    ``at_once``: whatever is not yet told is due now. Nothing is written where nothing is evaluated for the due day
    (its due time stays open), where the due time was used, or where there is nothing to tell and the cadence is quiet.
    """
    due_at = now if at_once else latest_due(subscription.cadence, now, settle)
    if due_at is None or not subscription.watchlists:
        return None
    with store.transaction() as tx:
        return _compose(tx, subscription, due_at, renderer=renderer, now=now, settle=settle, at_once=at_once)


def _compose(
    tx: Store,
    subscription: Subscription,
    due_at: datetime,
    *,
    renderer: Renderer,
    now: datetime,
    settle: timedelta,
    at_once: bool,
) -> Composed | None:
    name = subscription.channel.name
    last = tx.last_delivery(name)
    day = _day_to_tell(tx, subscription, due_at, settle, at_once=at_once)
    if day is None or (last and last[0] > due_at and not at_once):
        return None
    known = tx.told_watchlists(name)
    ids = [watchlist.id for watchlist in subscription.watchlists]
    events = tx.unsettled(name, ids, day)
    new = [watchlist for watchlist in ids if watchlist not in known and _evaluated(tx, watchlist, day)]
    if not events and not new and (at_once or not wants_quiet(subscription.cadence, due_at, last[0] if last else None)):
        return None
    late = _late(subscription.cadence, due_at, settle, events) if last else ""
    base = _rank_base(subscription.cadence, due_at, settle, day, events) if last else day - timedelta(days=1)
    digest = digest_of(tx, subscription, day, events, base=base, new=frozenset(new), late=late, now=now)
    message = renderer.render(digest, key=f"{name}/{due_at:%Y-%m-%dT%H:%M:%SZ}", now=now)
    steps = subscription.channel.steps(message)
    settlements = [Settlement(event.id, stated=event.id in digest.stated) for event in events]
    delivery = tx.enqueue(NewDelivery(name, due_at, day, digest.headline, steps), settlements, now)
    if delivery is None:
        return None
    tx.note_told(name, [section.watchlist for section in digest.sections])
    return Composed(name, due_at, digest, message, delivery.id)


def digest_of(
    store: Store,
    subscription: Subscription,
    day: date,
    events: Sequence[Event],
    *,
    base: date,
    new: frozenset[str],
    late: str,
    now: datetime,
) -> Digest:
    """The digest of ``events`` as the channel would get it on ``day``, over the watchlists that were evaluated.

    Ranks are compared with ``base``, the last day told.
    """
    history = store.history()
    views = [
        _view(store, history, watchlist, day, base=base, events=events, new=watchlist.id in new)
        for watchlist in subscription.watchlists
        if _evaluated(store, watchlist.id, day)
    ]
    days = sorted({day, *(event.date for event in events)})
    return compose(
        subscription.channel.name,
        day=day,
        days=tuple(days),
        views=views,
        late=late,
        checked=now.date(),
    )


def _view(
    store: Store, history: History, watchlist: Watchlist, day: date, *, base: date, events: Sequence[Event], new: bool
) -> View:
    """One watchlist as the digest sees it: its boards cut to its depth, its events, every name, and what was said."""
    board = watchlist.board
    boards = [history.at(board, end) for end in (day, base, day - board.step)]
    current, previous, compared = [found.cut(watchlist.depth) if found else None for found in boards]
    own = tuple(event for event in events if event.watchlist == watchlist.id)
    items = {entry.item for found in boards if found for entry in found.entries}
    notes = next((mark.notes for mark in store.ledger(watchlist.id) if mark.date == day), ())
    told = store.events(watchlist=watchlist.id, end=day)
    return View(
        watchlist=watchlist,
        new=new,
        current=current,
        previous=previous,
        compared=compared,
        events=own,
        names=store.names(items | {event.item for event in own}),
        not_evaluated=notes,
        last_news=told[-1].date if told else None,
    )


def _evaluated(store: Store, watchlist: str, day: date) -> bool:
    return any(mark.date == day and mark.status is DayStatus.EVALUATED for mark in store.ledger(watchlist))


def _newest_evaluated(store: Store, subscription: Subscription, until: date, *, exactly: bool) -> date | None:
    """The day to be told: ``until`` if any watchlist has it (or, unless ``exactly``, the newest before it)."""
    days = {
        mark.date
        for watchlist in subscription.watchlists
        for mark in store.ledger(watchlist.id)
        if mark.status is DayStatus.EVALUATED and (mark.date == until if exactly else mark.date <= until)
    }
    return max(days, default=None)


def _day_to_tell(
    tx: Store, subscription: Subscription, due_at: datetime, settle: timedelta, *, at_once: bool
) -> date | None:
    """The day that the digest is about: that of the due time, or at once the newest that there is.

    Where the due day is not evaluated its due time stays open; but events that should have been told a due time ago
    are not held up by it any longer: then the newest day that there is is told, late.
    """
    due_day = day_told(due_at, settle)
    newest = _newest_evaluated(tx, subscription, due_day, exactly=False)
    if newest is None or newest == due_day or at_once:
        return newest
    before = latest_due(subscription.cadence, due_at - timedelta(microseconds=1), settle)
    overdue_until = min(newest, day_told(before, settle)) if before else newest
    ids = [watchlist.id for watchlist in subscription.watchlists]
    return newest if tx.unsettled(subscription.channel.name, ids, overdue_until) else None


def _rank_base(cadence: Cadence, due_at: datetime, settle: timedelta, day: date, events: Sequence[Event]) -> date:
    """The last day told before this digest: that of the due time before, or the day before the earliest event."""
    before = latest_due(cadence, due_at - timedelta(microseconds=1), settle)
    bases = [event.date - timedelta(days=1) for event in events]
    bases += [day_told(before, settle)] if before else []
    return min([*bases, day - timedelta(days=1)])


def _late(cadence: Cadence, due_at: datetime, settle: timedelta, events: Sequence[Event]) -> str:
    """One clause, where events should have been told at the due time before."""
    before = latest_due(cadence, due_at - timedelta(microseconds=1), settle)
    overdue = {event.date for event in events if before and event.date <= day_told(before, settle)}
    if not overdue:
        return ""
    covered = count(len(overdue), "day was", "days were")
    return f"{covered} not reported in time ({full_day(min(overdue))} on). Nothing is missing."


def preview_day(
    store: Store, subscription: Subscription, day: date | None, *, renderer: Renderer, now: datetime, settle: timedelta
) -> Composed | None:
    """The digest that the channel would get of ``day`` alone (the newest evaluated one, if None); nothing stays.

    A day that is stored but was not evaluated is evaluated for it, within what is at hand. None where nothing is.
    """
    try:
        with store.transaction() as tx:
            chosen = day or _newest_evaluated(tx, subscription, date.max, exactly=False)
            composed = _preview(tx, subscription, chosen, renderer=renderer, now=now, settle=settle) if chosen else None
            raise _PreviewOverError  # noqa: TRY301  (the way to leave a transaction without committing it)
    except _PreviewOverError:
        return composed


def _preview(
    tx: Store, subscription: Subscription, day: date, *, renderer: Renderer, now: datetime, settle: timedelta
) -> Composed | None:
    for watchlist in subscription.watchlists:
        if tx.history().at(watchlist.board, day) and not _evaluated(tx, watchlist.id, day):
            marks = tx.ledger(watchlist.id)
            since = min(marks[0].date, day) if marks else day
            tx.mark(WatchlistDay(watchlist.id, day, DayStatus.WAITING, now - 2 * PATIENCE))
            evaluate(tx, Agenda(watchlist, since, (day,), ()), now=now)
    known = [watchlist.id for watchlist in subscription.watchlists if _evaluated(tx, watchlist.id, day)]
    if not known:
        return None
    events = [event for name in known for event in tx.events(watchlist=name, start=day, end=day)]
    yesterday = day - timedelta(days=1)
    digest = digest_of(tx, subscription, day, events, base=yesterday, new=frozenset(), late="", now=now)
    due_at = complete_at(day, settle)
    message = renderer.render(digest, key=f"{subscription.channel.name}/preview/{day}", now=now)
    return Composed(subscription.channel.name, due_at, digest, message, 0)


class _PreviewOverError(Exception):
    """Rolls a preview's transaction back."""
