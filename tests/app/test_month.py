"""A month polled once a day, and the same month with outages, doubled runs and deaths: the same events, told once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.adapters.store import open_store
from bot.app.ports import Store
from bot.app.subscription import Subscription
from bot.core.delivery import Delivery, DeliveryStatus
from bot.core.due import day_told, latest_due
from bot.core.event import Event, EventStatus, HeldBack, Kind
from bot.core.watchlist import Watchlist
from tests.app.doubles import SETTLE
from tests.app.month import Bot, Month, Readers, Visit, at, daily
from tests.fakes import FakeStore

LONGEST_OUTAGE = 10
NEVER_HELD_BACK = {Kind.NEW_LEADER, Kind.MOVED, Kind.OVERTOOK, Kind.RENAMED}
REVERSED = {
    Kind.ENTERED_TOP: Kind.LEFT_TOP,
    Kind.LEFT_TOP: Kind.ENTERED_TOP,
    Kind.CLIMBED: Kind.DROPPED,
    Kind.DROPPED: Kind.CLIMBED,
    Kind.SHARE: Kind.SHARE,
}
TURNED = {"up": "down", "down": "up"}
LIFE = [(1, 3, 40), (1, 20, None), (2, 3, 90), (5, 4, 7), (5, 13, None), (7, 6, 170)]
"""(which morning, hour, after how many steps it dies) of a month that is lived on a real store."""
WORLD = {
    "seed": st.integers(0, 2**32),
    "items": st.integers(6, 12),
    "trending": st.booleans(),
    "confirm_days": st.integers(1, 2),
    "cooldown_days": st.sampled_from([2, 7]),
}
STEADY = st.builds(Month, days=st.integers(20, 30), renames=st.booleans(), **WORLD)
RESTATED = st.builds(Month, days=st.integers(20, 30), restated=st.just(True), restate_days=st.integers(1, 2), **WORLD)


@st.composite
def schedules(draw: st.DrawFn, month: Month) -> list[Visit]:
    """Runs at odd times on some days, with outages of up to ten days; the first day is a calm one."""
    first, *others = month.mornings
    visits = [Visit(at(first, 3))]
    missed = 0
    for day in others:
        times = draw(st.lists(st.integers(0, 24 * 60 - 1), max_size=3, unique=True)) if draw(st.booleans()) else []
        missed = 0 if times else missed + 1
        if missed > LONGEST_OUTAGE:
            times, missed = [180], 0
        for minute in sorted(times):
            mishap = draw(st.sampled_from(["", "", "dies", "down"]))
            visits.append(
                Visit(
                    at(day, minute // 60, minute % 60),
                    dies=draw(st.integers(0, 300)) if mishap == "dies" else None,
                    down=draw(st.integers(1, 4)) if mishap == "down" else 0,
                )
            )
    return [*visits, *month.tail()]


@st.composite
def lives(draw: st.DrawFn, months: st.SearchStrategy[Month]) -> tuple[Month, list[Visit]]:
    """A month and a schedule for it."""
    month = draw(months)
    return month, draw(schedules(month))


def quick(examples: int) -> Callable[[Any], Any]:
    """A property over few months: each is some thousand judgements, too many to look for a shorter one that fails."""
    return settings(
        max_examples=examples,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


# ── the same events ──────────────────────────────────────────────────────────────────────────────────────────


def verdict(event: Event) -> Event:
    """What an event says, without what follows from when it was fetched and told.

    Nor its evidence: how long somebody led, or was last there, is told as far as older windows are stored, and whoever
    catches up has fetched more of those by then.
    """
    return replace(event, id="", as_of="", status=EventStatus.NEW, late=False, revised=None, evidence={})


def as_shown(event: Event, found: Event) -> Event:
    """The verdict on the event, with the change in tokens only where what was found has it.

    No day waits for the window that the change is against: where the feed did not give it, the event goes without.
    """
    return replace(verdict(event), compared_tokens=event.compared_tokens if found.compared_tokens is not None else None)


def standing(store: Store) -> dict[str, Event]:
    """The stored events that hold, held back or not, by key."""
    stored = store.events(held_back=True)
    return {event.key: event for event in stored if event.status is not EventStatus.RETRACTED}


def same_events(month: Month, visits: Sequence[Visit]) -> None:
    """Without restatements, whatever the schedule, the events are those of polling every day once.

    In a month an item takes its new name on all boards on one day. Patterns match every name borne, on whichever board:
    by a name that only another board gave, whoever judges before that board came could not know that a pattern means
    the item. The next day's verdict does, and what was told without knowing stays told.
    """
    answers = month.answers()
    reference = standing(Bot(month, FakeStore(), answers).live(daily(month)).store)
    bot = Bot(month, FakeStore(), answers).live(visits)
    found = {event.key: event for event in bot.store.events(held_back=True)}
    assert found.keys() == reference.keys()
    wanted = {key: as_shown(reference[key], event) for key, event in found.items()}
    assert {key: verdict(event) for key, event in found.items()} == wanted
    assert not any(event.late or event.revised or event.status is EventStatus.RETRACTED for event in found.values())
    all_told_once(bot)


def same_standing_events(month: Month, visits: Sequence[Visit], store: Store) -> Bot:
    """Once everything is final, what stands is what polling the final figures once a day yields.

    Which events hold follows from the figures alone, so those are the same, key by key. What is held back for a
    cooldown follows from the events before, and an event that was told stays told, though it would be held back by
    now, and counts for the cooldown of those after it. So the chain of cooldowns is that of the final figures with
    what was told taken as given: ``held_back`` says for each event what it comes to. Where nothing was told that the
    final figures hold back, that is exactly the chain of the reference. Of what was told the figures are those that
    were told; of all else the final ones.
    """
    answers = month.answers()
    final = {window: replace(answer, early=answer.final) for window, answer in answers.items()}
    reference = standing(Bot(month, FakeStore(), final).live(daily(month)).store)
    bot = Bot(month, store, answers).live(visits)
    found = standing(store)
    told = {key for key, event in found.items() if event.status is EventStatus.TOLD}
    assert found.keys() == reference.keys()
    held = held_back(reference.values(), told, month.watchlists)
    assert {key: event.held_back for key, event in found.items()} == held
    if all(reference[key].held_back is None for key in told):
        assert held == {key: event.held_back for key, event in reference.items()}
    untold = {key: verdict(event) for key, event in found.items() if key not in told}
    assert untold == {key: replace(as_shown(reference[key], found[key]), held_back=held[key]) for key in untold}
    return bot


def held_back(
    events: Iterable[Event], told: set[str], watchlists: Sequence[Watchlist]
) -> Mapping[str, HeldBack | None]:
    """The chain of cooldowns by its definition: why each event is held back, where those that were told are not."""
    by_id = {watchlist.id: watchlist for watchlist in watchlists}
    chain: dict[str, HeldBack | None] = {}
    passed: list[Event] = []
    for event in sorted(events, key=lambda event: event.date):
        if event.held_back is HeldBack.EXCLUDED:
            chain[event.key] = event.held_back
            continue
        watchlist = by_id[event.watchlist]
        free = event.kind in NEVER_HELD_BACK or watchlist.is_followed(event.item, (event.name,)) or event.key in told
        cooling = not free and _cools(event, passed, watchlist.cooldown_days)
        chain[event.key] = HeldBack.COOLDOWN if cooling else None
        passed += [] if cooling else [event]
    return chain


def _cools(event: Event, passed: Sequence[Event], cooldown_days: int) -> bool:
    earliest = event.date - timedelta(days=cooldown_days)
    near = [
        (other.date, other.kind, other.threshold)
        for other in passed
        if (other.watchlist, other.item) == (event.watchlist, event.item) and earliest < other.date < event.date
    ]
    same = [day for day, *said in near if said == [event.kind, event.threshold]]
    reverse = [REVERSED.get(event.kind), TURNED.get(event.threshold, event.threshold)]
    undone = [day for day, *said in near if said == reverse]
    return bool(same) and max(same) >= max(undone, default=max(same))


# ── told once ────────────────────────────────────────────────────────────────────────────────────────────────


def all_told_once(bot: Bot) -> None:
    """Each channel's readers know what stands, and were told each turn of it exactly once."""
    deliveries = sorted(bot.store.deliveries(), key=lambda delivery: delivery.id)
    assert {delivery.status for delivery in deliveries} <= {DeliveryStatus.SENT}
    for subscription in bot.subscriptions:
        readers = subscription.channel
        assert isinstance(readers, Readers)
        own = [delivery for delivery in deliveries if delivery.channel == readers.name]
        assert Counter(posted for posted, _ in readers.posts) == Counter(delivery.id for delivery in own)
        _told_once(bot, subscription, own)


def _told_once(bot: Bot, subscription: Subscription, deliveries: Sequence[Delivery]) -> None:
    events = {event.id: event for event in bot.store.events(held_back=True)}
    gone = {handle for handle, event in events.items() if event.status is EventStatus.RETRACTED}
    stated: dict[str, int] = {}
    believed: dict[str, bool] = {}
    answered: dict[str, bool] = {}
    for delivery in deliveries:
        said = json.loads(delivery.steps[0].payload)
        if "answers" in said:
            _answer(delivery, said, stated, answered)
        else:
            _read(said, events, believed)
            stated |= {handle: delivery.id for handle in believed if handle not in stated}
    ids = [watchlist.id for watchlist in subscription.watchlists]
    due_at = latest_due(subscription.cadence, bot.clock(), SETTLE)
    assert due_at is not None
    assert list(bot.store.unsettled(subscription.channel.name, ids, day_told(due_at, SETTLE))) == []
    assert {handle for handle, holds in believed.items() if not holds} == gone & believed.keys()
    if subscription.channel.has_threads:
        assert {handle for handle, holds in answered.items() if not holds} == gone & believed.keys()
    else:
        assert answered == {}


def _read(said: Mapping[str, list[str]], events: Mapping[str, Event], believed: dict[str, bool]) -> None:
    """A digest, as its readers take it: news they did not know, and each turn of what they did."""
    assert len(set(said["news"])) == len(said["news"])
    assert not believed.keys() & set(said["news"])
    late = [handle for handle in said["revised"] if handle not in believed]
    assert not set(late) & set(said["gone"])
    assert all(events[handle].late for handle in late)
    turned = {
        handle
        for handle, holds in believed.items()
        if events[handle].watchlist in said["shown"] and holds is (handle in said["gone"])
    }
    assert sorted(said["revised"]) == sorted([*turned, *late])
    believed |= {handle: handle not in said["gone"] for handle in turned}
    believed |= dict.fromkeys([*said["news"], *late], True)


def _answer(
    delivery: Delivery, said: Mapping[str, list[str]], stated: Mapping[str, int], answered: dict[str, bool]
) -> None:
    """A reply: to the message that stated these, about each turn of them once."""
    assert {delivery.thread} == {f"ts{stated[handle]}" for handle in said["answers"]}
    assert len(set(said["answers"])) == len(said["answers"])
    for handle in said["answers"]:
        assert answered.get(handle, True) is (handle in said["gone"])
        answered[handle] = handle not in said["gone"]


# ── the properties ───────────────────────────────────────────────────────────────────────────────────────────


@quick(2)
@given(lives(STEADY))
def test_outages_and_doubled_runs_change_no_event(life: tuple[Month, list[Visit]]) -> None:
    same_events(*life)


@quick(2)
@given(lives(RESTATED))
def test_what_stands_follows_from_the_final_figures(life: tuple[Month, list[Visit]]) -> None:
    all_told_once(same_standing_events(*life, FakeStore()))


def test_what_stands_follows_from_the_final_figures_on_a_real_store(tmp_path: Path) -> None:
    """One month on SQLite, with an outage, doubled runs and deaths; on the fake the same life comes to the same."""
    month = Month(seed=11, days=8, restated=True, trending=False)
    days = month.mornings
    visits = [
        Visit(at(days[0], 3)),
        *(Visit(at(days[place], hour), dies) for place, hour, dies in LIFE),
        *month.tail(),
    ]
    store = open_store(f"sqlite:///{tmp_path / 'month.db'}")
    try:
        bot = same_standing_events(month, visits, store)
        all_told_once(bot)
        fake = Bot(month, FakeStore(), month.answers()).live(visits).store
        assert [replace(event, id="") for event in store.events(held_back=True)] == [
            replace(event, id="") for event in fake.events(held_back=True)
        ]
        assert any(event.status is EventStatus.RETRACTED for event in store.events())
    finally:
        store.close()


@pytest.mark.slow
@quick(12)
@given(lives(STEADY))
def test_outages_and_doubled_runs_change_no_event_in_many_months(life: tuple[Month, list[Visit]]) -> None:
    same_events(*life)


@pytest.mark.slow
@quick(12)
@given(lives(RESTATED))
def test_what_stands_follows_from_the_final_figures_in_many_months(life: tuple[Month, list[Visit]]) -> None:
    all_told_once(same_standing_events(*life, FakeStore()))
