"""The digest of one stored day, as a channel would get it: composed in a transaction that is taken back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bot.app.compose import Composed, News, digest_of, evaluated_on, newest_evaluated
from bot.app.evaluate import evaluate
from bot.app.ports import Renderer, Store
from bot.app.records import DayStatus, WatchlistDay
from bot.app.standpoint import Footing, Standpoint
from bot.app.subscription import Subscription
from bot.app.views import holds
from bot.core.days import ONE_DAY
from bot.core.plan import PATIENCE, Agenda, complete_at

WEEK = timedelta(days=7)


def preview_day(
    store: Store, subscription: Subscription, day: date | None, *, renderer: Renderer, now: datetime, settle: timedelta
) -> Composed | None:
    """The digest that the channel would get of ``day`` alone (the newest evaluated one, if None); nothing stays.

    A channel with weekly briefings would get the week that ends on that day.

    A day that is stored but was not evaluated is evaluated for it, within what is at hand. None where nothing is.
    """
    try:
        with store.transaction() as tx:
            chosen = day or newest_evaluated(tx, subscription, date.max)
            composed = _preview(tx, subscription, chosen, renderer=renderer, now=now, settle=settle) if chosen else None
            raise _PreviewOverError  # noqa: TRY301  (the way to leave a transaction without committing it)
    except _PreviewOverError:
        return composed


def _preview(
    tx: Store, subscription: Subscription, day: date, *, renderer: Renderer, now: datetime, settle: timedelta
) -> Composed | None:
    evaluated = evaluated_on(tx, subscription, day)
    for watchlist in subscription.watchlists:
        if tx.history().at(watchlist.board, day) and watchlist.id not in evaluated:
            marks = tx.ledger(watchlist.id)
            since = min(marks[0].date, day) if marks else day
            tx.mark(WatchlistDay(watchlist.id, day, DayStatus.WAITING, now - 2 * PATIENCE))
            evaluate(tx, Agenda(watchlist, since, (day,), ()), now=now)
    evaluated = evaluated_on(tx, subscription, day)
    shown = [watchlist for watchlist in subscription.watchlists if watchlist.id in evaluated]
    if not shown:
        return None
    weekly = subscription.cadence.briefing
    since = day - (WEEK if weekly else ONE_DAY)
    stored = [event for one in shown for event in tx.events(watchlist=one.id, start=since + ONE_DAY, end=day)]
    news = News(tuple(shown), frozenset(), [event for event in stored if holds(event)])
    ledgers = tx.ledgers([one.id for one in shown], since)
    footings = {one.id: Footing.after(since, day, ledgers.get(one.id, ()), base=since) for one in shown}
    spoken_from = Standpoint(footings, since, weekly=weekly)
    digest = digest_of(tx, subscription, day, news, history=tx.history(), spoken_from=spoken_from, now=now)
    due_at = complete_at(day, settle)
    message = renderer.render(digest, key=f"{subscription.channel.name}/preview/{day}", now=now)
    return Composed(subscription.channel.name, due_at, digest, message, 0)


class _PreviewOverError(Exception):
    """Rolls a preview's transaction back."""
