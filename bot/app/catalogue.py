"""The catalogue of models, asked for once a day; without it everything goes on as if there were none."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from bot.app.poll import Failure, failure_of, obey
from bot.app.ports import Feed, Store
from bot.app.troubles import CATALOGUE_FAILS, CATALOGUE_SHRUNK, noted
from bot.core.catalogue import BELIEVED_AFTER, Listing, rankable, shrunk
from bot.core.plan import PATIENCE
from bot.core.watchlist import Watchlist
from bot.core.wording import full_day
from bot.errors import FeedError, FeedMalformedError, FeedPermanentError


def wanted(watchlists: Iterable[Watchlist]) -> bool:
    """Whether any watchlist ranks what the catalogue lists."""
    return any(watchlist.board.of_models for watchlist in watchlists)


def due(store: Store, watchlists: Iterable[Watchlist], now: datetime) -> bool:
    """Whether the catalogue is to be asked for: it is wanted, and did not come yet on this UTC day."""
    if not wanted(watchlists):
        return False
    today = _today(now)
    return store.catalogued(today) != today


def refresh(feed: Feed, store: Store, *, now: datetime) -> Failure | None:
    """Asks for the catalogue and stores it; why it could not be had, if so: the next cycle asks again.

    The operator learns of an answer that can't be used, of one that is not believed, and of one that has been missing
    for days, once each, and of the end.
    """
    try:
        listings = rankable(feed.catalogue())
    except FeedError as error:
        obey(store, error, now=now)
        if isinstance(error, FeedMalformedError | FeedPermanentError) or _missing(store, now):
            store.open_incident(CATALOGUE_FAILS, noted(error.message, error.hint), now)
        return failure_of(error)
    disbelieved = _judge(store, listings, now)
    store.end_incident(CATALOGUE_FAILS, now)
    if disbelieved is None:
        with store.transaction() as tx:
            tx.keep_listings(listings, _today(now))
            tx.end_incident(CATALOGUE_SHRUNK, now)
    return disbelieved


def _judge(store: Store, listings: list[Listing], now: datetime) -> Failure | None:
    """Doubts an answer that lost most of the listings, until answers have said so for a day."""
    known = store.catalogue(date.max)
    size = known.size if known else 0
    if not shrunk(len(listings), size):
        return None
    before = f", {size} on {full_day(known.day)}" if known and known.day else ""
    message = f"models: the answer is not believed. It holds {len(listings)} models{before}."
    hint = "Names and prices stay as they were; it is asked again in the next cycle."
    store.open_incident(CATALOGUE_SHRUNK, noted(message, hint), now)
    since = min(incident.opened_at for incident in store.incidents() if incident.key == CATALOGUE_SHRUNK)
    if listings and now - since >= BELIEVED_AFTER:
        return None
    return Failure(message, hint, quarantined=True)


def _missing(store: Store, now: datetime) -> bool:
    """Whether the newest catalogue is older than what else is waited for."""
    last = store.catalogued(_today(now))
    return last is not None and _today(now) - last >= PATIENCE


def _today(now: datetime) -> date:
    return now.astimezone(UTC).date()
