"""Correcting what was told: by the next digest, and at once by a reply in the thread of the message that told it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from bot.app.deliver import put_apart
from bot.app.ports import Renderer, Store
from bot.app.records import Belief, NewDelivery
from bot.core import text
from bot.core.correction import Correction, Turn, ordered, provenance, revisions, subject
from bot.core.delivery import Delivery, StepStatus
from bot.core.event import Event, EventStatus
from bot.core.headline import NAME
from bot.core.naming import mentioned, renamed_event
from bot.core.ranking import Board

if TYPE_CHECKING:
    from bot.app.subscription import Subscription


def untold(store: Store, channel: str, watchlists: Iterable[str]) -> list[Belief]:
    """What no digest has corrected yet for the channel."""
    return [belief for belief in store.disputed(channel, watchlists) if belief.retracted is not _gone(belief.event)]


def corrections(store: Store, beliefs: Sequence[Belief], late: Sequence[Event], *, today: date) -> list[Correction]:
    """What a digest corrects: what was told and does not hold, or does after all, and what should have been told.

    Models bear the names of the catalogue.
    """
    called = _called(store, [*(belief.event for belief in beliefs), *late], today)
    found = [_correction(belief, store.delivery(belief.delivery_id), called) for belief in beliefs]
    return [*found, *(Correction(renamed_event(event, called), Turn.LATE) for event in late)]


def note_digest(store: Store, subscription: Subscription, beliefs: Iterable[Belief]) -> None:
    """Remembers that a digest corrects these. Where there are no threads, nothing else is ever to be said of them."""
    threads = subscription.channel.has_threads
    told = [
        replace(belief, retracted=_gone(belief.event), answered=belief.answered if threads else _gone(belief.event))
        for belief in beliefs
    ]
    store.note_beliefs(subscription.channel.name, told)


def answer_threads(store: Store, subscription: Subscription, *, renderer: Renderer, now: datetime) -> int:
    """Puts a reply into the outbox for each sent message of which something does not hold; returns how many.

    A reply and the note that it was made are one transaction. A message that is still to be sent is answered when it
    has been.
    """
    channel = subscription.channel
    if not channel.has_threads:
        return 0
    replies = 0
    if not _unanswered(store, subscription):  # as nearly always: nothing is to be written
        return replies
    with store.transaction() as tx:
        wrong = _unanswered(tx, subscription)
        for delivery_id, group in groupby(wrong, key=lambda belief: belief.delivery_id):
            delivery = tx.delivery(delivery_id)
            if delivery and delivery.steps and delivery.steps[0].status is StepStatus.SENT:
                _answer(tx, subscription, delivery, list(group), renderer=renderer, now=now)
                replies += 1
    return replies


def _unanswered(store: Store, subscription: Subscription) -> list[Belief]:
    """What no reply in a thread has put right yet, by the delivery that told it."""
    beliefs = store.disputed(subscription.channel.name, [watchlist.id for watchlist in subscription.watchlists])
    wrong = [belief for belief in beliefs if belief.answered is not _gone(belief.event)]
    return sorted(wrong, key=lambda belief: belief.delivery_id)


def _answer(
    tx: Store,
    subscription: Subscription,
    delivery: Delivery,
    beliefs: list[Belief],
    *,
    renderer: Renderer,
    now: datetime,
) -> None:
    channel = subscription.channel
    called = _called(tx, [belief.event for belief in beliefs], now.date())
    found = [_correction(belief, delivery, called) for belief in beliefs]
    titles = {watchlist.id: text.clean(watchlist.title) for watchlist in subscription.watchlists}
    headed = subject(ordered(found)[0])
    source = provenance(found, now.date(), sample=any(_sample(tx, one.event) for one in found))
    key = f"{channel.name}/{delivery.due_at:%Y-%m-%dT%H:%M:%SZ}/revised/{now:%Y-%m-%dT%H:%M:%SZ}"
    message = renderer.correction(revisions(found, titles), headed, source, key=key, now=now)
    steps = tuple(replace(step, reply=True) for step in channel.steps(message))
    day = max(belief.event.date for belief in beliefs)
    thread = delivery.steps[0].receipt
    put_apart(tx, NewDelivery(channel.name, now, day, headed, steps, notice=True, thread=thread))
    told = [replace(belief, answered=_gone(belief.event)) for belief in beliefs]
    tx.note_beliefs(channel.name, told)


def _called(store: Store, events: Sequence[Event], today: date) -> Mapping[str, str]:
    """The names that the catalogue gives the models that these events are about, or name."""
    about = [event for event in events if Board.parse(event.board).of_models]
    catalogue = store.catalogue(today) if about else None
    return catalogue.names({item for event in about for item in mentioned(event)}) if catalogue else {}


def _correction(belief: Belief, delivery: Delivery | None, called: Mapping[str, str]) -> Correction:
    """What became of an event. ``headed`` where the headline that told it had its item's name, then or now."""
    event = renamed_event(belief.event, called)
    names = {text.clean(name, NAME) for name in (event.name, belief.event.name)}
    headed = delivery is not None and any(name in delivery.subject for name in names)
    return Correction(event, Turn.RETRACTED if _gone(event) else Turn.RESTORED, headed)


def _gone(event: Event) -> bool:
    return event.status is EventStatus.RETRACTED


def _sample(store: Store, event: Event) -> bool:
    snapshot = store.history().at(Board.parse(event.board), event.date)
    return snapshot is not None and snapshot.sample
