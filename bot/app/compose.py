"""Composing: what a channel is due is gathered, written as a digest, rendered, and put into the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.app import correct
from bot.app.ports import Renderer, Store
from bot.app.records import Belief, DayStatus, Message, NewDelivery, Settlement
from bot.app.subscription import Subscription
from bot.app.told import ONE_DAY, Told, lateness, told_from
from bot.app.views import views_of
from bot.core import naming
from bot.core.briefing import compose
from bot.core.charts import Chart, TokenChart
from bot.core.correction import Correction
from bot.core.digest import Digest
from bot.core.due import Cadence, day_told, latest_due, next_word, wants_quiet
from bot.core.event import Event
from bot.core.history import History
from bot.core.view import View
from bot.core.watchlist import Watchlist

_A_WHILE = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class News:
    """What a digest is about: the watchlists shown, those that are ``new`` to the channel, and the events told as news.

    ``due`` are all events that it settles; ``wrong`` is what it takes back or affirms, ``corrections`` how.
    """

    shown: tuple[Watchlist, ...]
    new: frozenset[str]
    events: Sequence[Event]
    due: Sequence[Event] = ()
    wrong: Sequence[Belief] = ()
    corrections: Sequence[Correction] = ()

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.events or self.new or self.corrections)


@dataclass(frozen=True, slots=True)
class Composed:
    """A digest that was put into the outbox, or would be in a rehearsal."""

    channel: str
    due_at: datetime
    digest: Digest
    message: Message
    delivery_id: int


def compose_due(
    store: Store,
    subscription: Subscription,
    *,
    renderer: Renderer,
    now: datetime,
    settle: timedelta,
    at_once: bool,
    history: History | None = None,
) -> Composed | None:
    """Writes the digest that the channel is due, if any, in one transaction; nothing is sent.

    ``at_once``: whatever is not yet told is due now. Nothing is written where nothing is evaluated for the due day
    (its due time stays open), where the due time was used, or where there is nothing to tell and the cadence is quiet.
    ``history`` are the snapshots to tell of: those that are stored now, if none are given.
    """
    due_at = now if at_once else latest_due(subscription.cadence, now, settle)
    if due_at is None or not subscription.watchlists:
        return None
    with store.transaction() as tx:
        shown = history or tx.history()
        return _compose(tx, subscription, due_at, shown, renderer=renderer, now=now, settle=settle, at_once=at_once)


def _compose(
    tx: Store,
    subscription: Subscription,
    due_at: datetime,
    history: History,
    *,
    renderer: Renderer,
    now: datetime,
    settle: timedelta,
    at_once: bool,
) -> Composed | None:
    name = subscription.channel.name
    last = tx.last_delivery(name, until=None if at_once else now)
    passed = _passed(subscription.cadence, due_at, settle, used=last[0] if last else None)
    day = _day_to_tell(tx, subscription, day_told(due_at, settle), passed, at_once=at_once)
    if day is None or (last and last[0] >= due_at and not at_once):  # it was used, as the outbox would find in the end
        return None
    news = _gather(tx, subscription, day, passed, history=history, last=last, today=now.date())
    before = last[0] if last else None
    if news.quiet and (at_once or not wants_quiet(subscription.cadence, due_at, before)):
        return None
    late = lateness(news.events, passed, last[1]) if last else ""
    told = (
        told_from(day, passed, news.events, last[1], quiet=news.quiet) if last else Told(day - ONE_DAY, day - ONE_DAY)
    )
    told = replace(told, next_word=next_word(subscription.cadence, due_at, settle))
    digest = digest_of(tx, subscription, day, news, history=history, told=told, late=late, now=now)
    message = renderer.render(digest, key=f"{name}/{due_at:%Y-%m-%dT%H:%M:%SZ}", now=now)
    steps = subscription.channel.steps(message)
    stated = frozenset(digest.stated)
    settlements = [Settlement(event.id, stated=event.id in stated) for event in news.due]
    delivery = tx.enqueue(NewDelivery(name, due_at, day, digest.headline, steps), settlements, now)
    if delivery:
        tx.note_told(name, [watchlist.id for watchlist in news.shown])
        correct.note_digest(tx, subscription, news.wrong)
    return Composed(name, due_at, digest, message, delivery.id) if delivery else None


def _gather(
    tx: Store,
    subscription: Subscription,
    day: date,
    passed: date,
    *,
    history: History,
    last: tuple[datetime, date] | None,
    today: date,
) -> News:
    """What the digest of ``day`` is about.

    A late event (its day was judged before) is a correction where its day was told already, else news like any other.
    """
    name, ids = subscription.channel.name, [watchlist.id for watchlist in subscription.watchlists]
    unsettled = tx.unsettled(name, ids, day)
    overdue = {event.watchlist for event in unsettled if event.date <= passed}
    shown = _shown(tx, subscription, day, overdue, history=history)
    new = frozenset(watchlist.id for watchlist in shown) - tx.told_watchlists(name)
    ids = [watchlist.id for watchlist in shown]
    due = [event for event in unsettled if event.watchlist in ids]
    known = [event for event in due if event.watchlist not in new]
    missed = [event for event in known if last and event.late and event.date <= max(passed, last[1])]
    wrong = correct.untold(tx, name, ids)
    events = [
        event
        for event in due
        if event not in missed and (event.watchlist not in new or event.date > min(passed, day - ONE_DAY))
    ]
    return News(tuple(shown), new, events, due, wrong, correct.corrections(tx, wrong, missed, today=today))


def _shown(tx: Store, subscription: Subscription, day: date, overdue: set[str], *, history: History) -> list[Watchlist]:
    """The watchlists of a digest about ``day``: those evaluated for it, and those with overdue news and a board of it.

    The others keep their news for the next digest.
    """
    evaluated = evaluated_on(tx, subscription, day)
    return [
        watchlist
        for watchlist in subscription.watchlists
        if watchlist.id in evaluated or (watchlist.id in overdue and history.at(watchlist.board, day))
    ]


def digest_of(
    store: Store,
    subscription: Subscription,
    day: date,
    news: News,
    *,
    history: History,
    told: Told,
    late: str,
    now: datetime,
) -> Digest:
    """The digest of the news as the channel would get it on ``day``."""
    views = views_of(store, history, news.shown, day, told=told, events=news.events, new=news.new)
    views = _listed(store, views, now.date())
    views = naming.named(views, store.sightings({item for view in views for item in view.names}, day))
    days = sorted({day, *(event.date for event in news.events)})
    digest = compose(
        subscription.channel.name,
        day=day,
        days=tuple(days),
        views=views,
        late=late,
        checked=now.date(),
        corrections=news.corrections,
        since=told.base,
        weekly=told.weekly,
        next_word=told.next_word,
    )
    shown = digest.charts if subscription.channel.shows_pictures else _without_pictures(digest.charts)
    return replace(digest, charts=tuple(shown))


def _without_pictures(charts: Sequence[Chart]) -> Sequence[Chart]:
    """Those that nobody has to draw: drawing takes long."""
    return [chart for chart in charts if isinstance(chart, TokenChart)]


def _listed(store: Store, views: Sequence[View], today: date) -> list[View]:
    """The views, those of models with the catalogue of the digest's day."""
    catalogue = store.catalogue(today) if any(view.watchlist.board.of_models for view in views) else None
    return [replace(view, catalogue=catalogue) if view.watchlist.board.of_models else view for view in views]


def evaluated_on(store: Store, subscription: Subscription, day: date) -> frozenset[str]:
    """The channel's watchlists that have judged the day."""
    ledgers = store.statuses([watchlist.id for watchlist in subscription.watchlists], day)
    return frozenset(name for name, days in ledgers.items() if days.get(day) is DayStatus.EVALUATED)


def newest_evaluated(store: Store, subscription: Subscription, until: date) -> date | None:
    """The newest day up to ``until`` that any of the channel's watchlists has evaluated."""
    names = [watchlist.id for watchlist in subscription.watchlists]
    for since in (until, until - _A_WHILE, date.min):  # nearly always ``until`` itself, and then no years are read
        ledgers = store.statuses(names, since).values()
        evaluated = (day for days in ledgers for day, status in days.items() if status is DayStatus.EVALUATED)
        newest = max((day for day in evaluated if day <= until), default=None)
        if newest:
            return newest
    return None


def _passed(cadence: Cadence, due_at: datetime, settle: timedelta, *, used: datetime | None) -> date:
    """The day that the due time before was about; news up to it should have been told then.

    A digest that goes out at once takes the place of the due time that has just passed, unless that was ``used``.
    """
    slot = latest_due(cadence, due_at, settle)
    if slot is None:
        return date.min
    before = slot if used and used >= slot else latest_due(cadence, slot - timedelta(microseconds=1), settle)
    return day_told(before, settle) if before else date.min


def _day_to_tell(tx: Store, subscription: Subscription, due_day: date, passed: date, *, at_once: bool) -> date | None:
    """The day that the digest is about: that of the due time, or at once the newest that there is.

    Where the due day is not evaluated its due time stays open; but news that should have been told a due time ago is
    not held up by it any longer: then the newest day that there is is told, late.
    """
    newest = newest_evaluated(tx, subscription, due_day)
    if newest is None or newest == due_day or at_once:
        return newest
    ids = [watchlist.id for watchlist in subscription.watchlists]
    return newest if tx.unsettled(subscription.channel.name, ids, min(newest, passed)) else None
