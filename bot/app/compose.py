"""Composing: what a channel is due is gathered, written as a digest, rendered, and put into the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.app import correct
from bot.app.ports import Renderer, Store
from bot.app.records import Belief, DayStatus, Message, NewDelivery, Settlement
from bot.app.standpoint import Footing, Occasion, Standpoint, footing, standpoint
from bot.app.subscription import Subscription
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
    occasion = _occasion(tx, subscription, due_at, last, settle=settle, at_once=at_once)
    if occasion is None:
        return None
    news = _gather(tx, subscription, occasion, history=history, today=now.date())
    before = last[0] if last else None
    if news.quiet and (at_once or not wants_quiet(subscription.cadence, due_at, before)):
        return None
    word = next_word(subscription.cadence, due_at, settle)
    spoken_from = _standpoint(tx, subscription, occasion, news, word)
    digest = digest_of(tx, subscription, occasion.day, news, history=history, spoken_from=spoken_from, now=now)
    message = renderer.render(digest, key=f"{name}/{due_at:%Y-%m-%dT%H:%M:%SZ}", now=now)
    steps = subscription.channel.steps(message)
    stated = frozenset(digest.stated)
    settlements = [Settlement(event.id, stated=event.id in stated) for event in news.due]
    delivery = tx.enqueue(NewDelivery(name, due_at, occasion.day, digest.headline, steps), settlements, now)
    if delivery is None:
        return None
    _note(tx, subscription, occasion, news, spoken_from.footings)
    return Composed(name, due_at, digest, message, delivery.id)


def _occasion(
    tx: Store,
    subscription: Subscription,
    due_at: datetime,
    last: tuple[datetime, date] | None,
    *,
    settle: timedelta,
    at_once: bool,
) -> Occasion | None:
    """What the digest is about, or None where there is none; ``last`` is what ``Store.last_delivery`` says."""
    passed = _passed(subscription.cadence, due_at, settle, used=last[0] if last else None)
    day = _day_to_tell(tx, subscription, day_told(due_at, settle), passed, at_once=at_once)
    if day is None or (last and last[0] >= due_at and not at_once):  # it was used, as the outbox would find in the end
        return None
    told = tx.told_watchlists(subscription.channel.name)
    return Occasion(due_at, day, passed, last[1] if last else None, told)


def _gather(tx: Store, subscription: Subscription, occasion: Occasion, *, history: History, today: date) -> News:
    """What the digest is about.

    A late event (its day was judged before) is a correction where its day was told already, else news like any other.
    """
    name, ids = subscription.channel.name, [watchlist.id for watchlist in subscription.watchlists]
    unsettled = tx.unsettled(name, ids, occasion.day)
    overdue = {event.watchlist for event in unsettled if event.date <= occasion.passed}
    shown = _shown(tx, subscription, occasion.day, overdue, history=history)
    new = frozenset(watchlist.id for watchlist in shown) - occasion.told.keys()
    ids = [watchlist.id for watchlist in shown]
    due = [event for event in unsettled if event.watchlist in ids]
    missed = [event for event in due if event.late and event.watchlist not in new and occasion.knows(event)]
    wrong = correct.untold(tx, name, ids)
    events = [
        event for event in due if event not in missed and (event.watchlist not in new or event.date > occasion.start)
    ]
    return News(tuple(shown), new, events, due, wrong, correct.corrections(tx, wrong, missed, today=today))


def _standpoint(tx: Store, subscription: Subscription, occasion: Occasion, news: News, word: str) -> Standpoint:
    """From where the digest of the news speaks; ``word`` says when a quiet channel hears again."""
    ids = [watchlist.id for watchlist in news.shown]
    marks = tx.ledgers(ids, min(occasion.told_until(name) for name in ids))
    footings = {name: footing(name, occasion, news.events, marks.get(name, ()), quiet=news.quiet) for name in ids}
    subscribed = [watchlist.id for watchlist in subscription.watchlists]
    return standpoint(
        occasion, subscribed, news.shown, news.events, footings=footings, quiet=news.quiet, next_word=word
    )


def _note(
    tx: Store, subscription: Subscription, occasion: Occasion, news: News, footings: Mapping[str, Footing]
) -> None:
    """Remembers what the channel's readers know by the digest.

    Watchlists that were taken out of the channel are forgotten: put back one day, they are new to it, and what happened
    meanwhile is no late news.
    """
    name = subscription.channel.name
    tx.note_told(name, {one: max(each.until, occasion.told.get(one) or date.min) for one, each in footings.items()})
    gone = occasion.told.keys() - {watchlist.id for watchlist in subscription.watchlists}
    if gone:
        tx.forget_told(name, gone)
    correct.note_digest(tx, subscription, news.wrong)


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
    spoken_from: Standpoint,
    now: datetime,
) -> Digest:
    """The digest of the news as the channel would get it on ``day``."""
    views = views_of(store, history, news.shown, day, footings=spoken_from.footings, events=news.events, new=news.new)
    views = _listed(store, views, now.date())
    views = naming.named(views, store.sightings({item for view in views for item in view.names}, day))
    days = sorted({day, *(event.date for event in news.events)})
    digest = compose(
        subscription.channel.name,
        day=day,
        days=tuple(days),
        views=views,
        late=spoken_from.late,
        complete=spoken_from.complete,
        checked=now.date(),
        corrections=news.corrections,
        since=spoken_from.since,
        weekly=spoken_from.weekly,
        next_word=spoken_from.next_word,
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
