"""What every Store does with events and deliveries: each event stored and settled once, each delivery held by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.app.ports import Store
from bot.app.records import NewDelivery, Settlement
from bot.core import event as core_event
from bot.core.delivery import Delivery, DeliveryStatus, Step, StepStatus
from bot.core.event import EventStatus, HeldBack, Kind
from tests.builders import DAY, event

NOW = datetime(2026, 11, 11, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TOMORROW = DAY + timedelta(days=1)
STEPS = (Step(0, "C1", '{"text": "parent “é”"}'), Step(1, "C1", "reply", reply=True))


def enqueued(store: Store, channel: str = "team", due_at: datetime = NOW) -> Delivery:
    """A fresh delivery with two steps."""
    delivery = store.enqueue(NewDelivery(channel, due_at, DAY, "Sable entered", STEPS), [], NOW)
    assert delivery is not None
    return delivery


def claimed(store: Store, now: datetime = NOW, lease_until: datetime = NOW + 2 * MINUTE) -> Delivery:
    """The next delivery, claimed."""
    delivery = store.claim(now, lease_until)
    assert delivery is not None
    return delivery


def release(
    store: Store,
    delivery: Delivery,
    status: DeliveryStatus,
    next_at: datetime | None = None,
    *,
    held_until: datetime | None = None,
) -> bool:
    """Changes a delivery that nobody has claimed, or ends a claim."""
    return store.release(
        delivery.id, status, held_until=held_until, next_attempt_at=next_at, attempts=1, looks=0, last_error=""
    )


class EventContract:
    """Events and their settlement."""

    def test_an_event_comes_back_as_it_was_under_its_handle(self, store: Store) -> None:
        rule = {"n": 10, "ratio": 2.5, "bands": [[10, 3], [20, 5]]}
        told = event(rule=rule, evidence={"windows": [{"tokens": "1", "bounded": True}], "name": "é\0"}, passive=True)
        (added,) = store.add_events([told])
        assert added == replace(told, id=core_event.handle(told.key))
        assert store.event(added.id) == added
        assert store.event("00000") is None

    def test_absent_ranks_and_tokens_stay_absent_and_large_sums_exact(self, store: Store) -> None:
        told = event(rank=None, previous_rank=None, tokens=None, previous_tokens=0, compared_tokens=366 * (2**63 - 1))
        (added,) = store.add_events([told])
        found = store.event(added.id)
        assert found is not None
        numbers = (found.rank, found.previous_rank, found.tokens, found.previous_tokens, found.compared_tokens)
        assert numbers == (None, None, None, 0, 366 * (2**63 - 1))

    def test_a_stored_key_is_left_as_it_is(self, store: Store) -> None:
        store.add_events([event(rank=3)])
        assert list(store.add_events([event(rank=4), event(item="kilo"), event(item="kilo")])) == [
            event(item="kilo", id=core_event.handle(event(item="kilo").key))
        ]
        assert sorted(found.rank or 0 for found in store.events()) == [3, 10]

    def test_a_taken_handle_is_lengthened(self, store: Store) -> None:
        one, two = colliding_keys()
        first, second = store.add_events([event(key=one), event(key=two)])
        assert (len(first.id), len(second.id)) == (5, 6)
        assert second.id.startswith(first.id)
        assert store.event(second.id) == second

    def test_so_many_events_as_a_large_cycle_finds_are_stored_at_once(self, store: Store) -> None:
        many = [event(item=f"i{place:04}") for place in range(1200)]
        store.add_events(many[5:7])
        added = store.add_events(many)
        assert [one.item for one in added] == [one.item for one in many if one not in many[5:7]]
        assert all(store.event(one.id) == one for one in added[::100])
        assert len({one.id for one in store.events()}) == 1200

    def test_events_come_without_their_evidence_where_nobody_asks_for_it(self, store: Store) -> None:
        plain = event(item="a", tokens=5)
        revised = event(item="b", rank=11, evidence={"n": 1}, revised={"rank": 3}, status=EventStatus.RETRACTED)
        added = store.add_events([plain, revised])
        assert list(store.events(evidence=False)) == [replace(one, rule={}, evidence={}, revised=None) for one in added]
        assert list(store.events()) == list(added)

    def test_events_come_by_date_then_strength_then_rank(self, store: Store) -> None:
        wanted = [
            event(item="e", kind=Kind.LEFT_TOP, rank=None, date=DAY - timedelta(days=1)),
            event(item="a", kind=Kind.NEW_LEADER, rank=1),
            event(item="b", rank=2),
            event(item="c", rank=10),
            event(item="f", rank=None),
            event(item="d", kind=Kind.SPIKE, rank=1),
        ]
        store.add_events(reversed(wanted))
        assert [found.item for found in store.events()] == [known.item for known in wanted]

    def test_events_are_chosen_by_watchlist_dates_and_status(self, store: Store) -> None:
        days = [DAY - timedelta(days=back) for back in range(3)]
        store.add_events([event(item=str(day), date=day) for day in days])
        store.add_events([event(item="other", watchlist="models"), event(item="back", status=EventStatus.RETRACTED)])
        assert [found.item for found in store.events(watchlist="models")] == ["other"]
        assert [found.item for found in store.events(start=days[2], end=days[1])] == [str(days[2]), str(days[1])]
        assert [found.item for found in store.events(status=EventStatus.RETRACTED)] == ["back"]
        store.add_events([event(item="first", kind=Kind.NEW_LEADER)])
        assert [found.item for found in store.events(kind=Kind.NEW_LEADER)] == ["first"]

    def test_the_last_news_of_watchlists_are_their_newest_events_that_hold(self, store: Store) -> None:
        older, day, later = DAY - timedelta(days=4), DAY - timedelta(days=1), DAY
        store.add_events(
            [
                *(event(item="a", watchlist=name, date=older) for name in ("w", "v")),
                event(item="b", watchlist="w", date=day),
                event(item="c", watchlist="w", date=later),
                event(item="d", watchlist="v", date=day, held_back=HeldBack.COOLDOWN),
                event(item="e", watchlist="v", date=day, status=EventStatus.RETRACTED),
            ]
        )
        assert store.last_news(["w", "v", "u"], day) == {"w": day, "v": older}
        assert store.last_news(["w"], older - timedelta(days=1)) == {}

    def test_held_back_events_are_listed_only_on_request(self, store: Store) -> None:
        store.add_events([event(item="a"), event(item="b", held_back=HeldBack.COOLDOWN)])
        assert [found.item for found in store.events()] == ["a"]
        assert [found.held_back for found in store.events(held_back=True)] == [None, HeldBack.COOLDOWN]

    def test_unsettled_are_those_that_a_channel_has_not_dealt_with(self, store: Store) -> None:
        added = store.add_events(
            [
                event(item="a"),
                event(item="b", rank=11),
                event(item="later", date=TOMORROW),
                event(item="held", held_back=HeldBack.EXCLUDED),
                event(item="back", status=EventStatus.RETRACTED),
                event(item="other", watchlist="models"),
            ]
        )
        assert [found.item for found in store.unsettled("team", ["cli-agents"], DAY)] == ["a", "b"]
        settlements = [Settlement(added[0].id, stated=True), Settlement(added[1].id, stated=False)]
        store.enqueue(NewDelivery("team", NOW, DAY, "s", STEPS), settlements, NOW)
        assert list(store.unsettled("team", ["cli-agents"], DAY)) == []
        assert [found.item for found in store.unsettled("team", ["cli-agents", "models"], TOMORROW)] == [
            "other",
            "later",
        ]
        assert [found.item for found in store.unsettled("mail", ["cli-agents"], DAY)] == ["a", "b"]
        assert list(store.unsettled("mail", [], DAY)) == []

    def test_stated_events_become_told_netted_out_ones_do_not(self, store: Store) -> None:
        stated, netted = store.add_events([event(item="a"), event(item="b")])
        settlements = [Settlement(stated.id, stated=True), Settlement(netted.id, stated=False)]
        store.enqueue(NewDelivery("team", NOW, DAY, "s", STEPS), settlements, NOW)
        assert [found.status for found in store.events()] == [EventStatus.TOLD, EventStatus.NEW]
        assert store.netted() == {netted.id}

    def test_a_digest_whose_due_time_is_taken_settles_nothing(self, store: Store) -> None:
        (stored,) = store.add_events([event()])
        enqueued(store)
        again = NewDelivery("team", NOW, DAY, "again", STEPS)
        assert store.enqueue(again, [Settlement(stored.id, stated=True)], NOW) is None
        assert [found.status for found in store.unsettled("team", ["cli-agents"], DAY)] == [EventStatus.NEW]


class OutboxContract:
    """Deliveries, claims and their record."""

    def test_a_new_delivery_is_pending_with_its_steps(self, store: Store) -> None:
        delivery = enqueued(store)
        assert delivery == Delivery(
            id=delivery.id,
            channel="team",
            due_at=NOW,
            status=DeliveryStatus.PENDING,
            subject="Sable entered",
            steps=STEPS,
            created_at=NOW,
        )
        assert store.delivery(delivery.id) == delivery
        assert store.delivery(delivery.id + 1) is None

    def test_a_due_time_is_used_once_by_a_channels_digests(self, store: Store) -> None:
        enqueued(store)
        assert store.enqueue(NewDelivery("team", NOW, DAY, "again", STEPS), [], NOW) is None
        assert store.enqueue(NewDelivery("mail", NOW, DAY, "other", STEPS), [], NOW) is not None
        assert len(store.deliveries()) == 2

    def test_a_notice_takes_no_due_time_from_a_digest(self, store: Store) -> None:
        notice = NewDelivery("team", NOW, DAY, "1 problem", STEPS, notice=True)
        assert store.enqueue(notice, [], NOW) is not None
        assert store.last_delivery("team") is None
        enqueued(store)
        assert store.last_delivery("team") == (NOW, DAY)

    def test_the_last_delivery_is_the_one_due_latest(self, store: Store) -> None:
        enqueued(store, due_at=NOW)
        enqueued(store, due_at=NOW - timedelta(days=1))
        enqueued(store, channel="mail", due_at=NOW + timedelta(days=1))
        assert store.last_delivery("team") == (NOW, DAY)
        assert store.last_delivery("none") is None
        assert store.last_delivery("team", until=NOW) == (NOW, DAY)
        assert store.last_delivery("team", until=NOW - timedelta(seconds=1)) == (NOW - timedelta(days=1), DAY)
        assert store.last_delivery("team", until=NOW - timedelta(days=2)) is None

    def test_a_claimed_delivery_is_nobody_elses_until_its_lease_ends(self, store: Store) -> None:
        delivery = enqueued(store)
        taken = store.claim(NOW, NOW + 2 * MINUTE)
        assert taken == replace(delivery, status=DeliveryStatus.CLAIMED, lease_until=NOW + 2 * MINUTE)
        assert store.claim(NOW + MINUTE, NOW + 3 * MINUTE) is None
        again = store.claim(NOW + 2 * MINUTE, NOW + 4 * MINUTE)
        assert again is not None
        assert (again.id, again.lease_until) == (delivery.id, NOW + 4 * MINUTE)

    def test_what_was_due_first_is_claimed_first(self, store: Store) -> None:
        enqueued(store, due_at=NOW + MINUTE)
        enqueued(store, due_at=NOW)
        taken = [store.claim(NOW, NOW + MINUTE) for _ in range(3)]
        assert [delivery.due_at if delivery else None for delivery in taken] == [NOW, NOW + MINUTE, None]

    @pytest.mark.parametrize("status", [DeliveryStatus.PENDING, DeliveryStatus.UNKNOWN])
    def test_what_is_to_be_tried_later_waits_until_then(self, store: Store, status: DeliveryStatus) -> None:
        release(store, enqueued(store), status, NOW + MINUTE)
        assert store.claim(NOW + MINUTE / 2, NOW + 2 * MINUTE) is None
        assert store.claim(NOW + MINUTE, NOW + 2 * MINUTE) is not None

    @pytest.mark.parametrize(
        "status", [DeliveryStatus.SENT, DeliveryStatus.DEAD, DeliveryStatus.DISCARDED, DeliveryStatus.UNKNOWN]
    )
    def test_what_is_over_or_waits_for_the_operator_is_not_claimed(self, store: Store, status: DeliveryStatus) -> None:
        release(store, enqueued(store), status)
        assert store.claim(NOW + timedelta(days=9), NOW + timedelta(days=10)) is None

    def test_a_pending_one_without_a_time_is_due_at_once(self, store: Store) -> None:
        delivery = enqueued(store)
        release(store, delivery, DeliveryStatus.DEAD)
        release(store, delivery, DeliveryStatus.PENDING)
        assert store.claim(NOW, NOW + MINUTE) is not None

    def test_a_release_writes_the_whole_state_and_ends_the_lease(self, store: Store) -> None:
        delivery = enqueued(store)
        store.claim(NOW, NOW + MINUTE)
        assert store.release(
            delivery.id,
            DeliveryStatus.UNKNOWN,
            held_until=NOW + MINUTE,
            next_attempt_at=NOW + MINUTE,
            attempts=2,
            looks=1,
            last_error="read timed out \0\ud800",
        )
        assert store.delivery(delivery.id) == replace(
            delivery,
            status=DeliveryStatus.UNKNOWN,
            next_attempt_at=NOW + MINUTE,
            attempts=2,
            looks=1,
            last_error="read timed out \ufffd\ufffd",
        )

    def test_a_steps_state_is_kept_and_leaves_the_others_alone(self, store: Store) -> None:
        delivery = enqueued(store)
        sent = replace(STEPS[0], status=StepStatus.SENT, receipt="1731315600.1", started_at=NOW, error="")
        assert store.record_step(delivery.id, sent, held_until=None, lease_until=None)
        assert claimed(store) == store.delivery(delivery.id)
        found = store.delivery(delivery.id)
        assert found is not None
        assert found.steps == (sent, STEPS[1])

    def test_the_looks_begin_anew_with_a_step_that_is_sent(self, store: Store) -> None:
        delivery = enqueued(store)
        assert store.release(
            delivery.id,
            DeliveryStatus.UNKNOWN,
            held_until=None,
            next_attempt_at=NOW,
            attempts=3,
            looks=3,
            last_error="",
        )
        for status, looks in [(StepStatus.UNKNOWN, 3), (StepStatus.SENDING, 3), (StepStatus.SENT, 0)]:
            step = replace(STEPS[0], status=status)
            assert store.record_step(delivery.id, step, held_until=None, lease_until=None)
            found = store.delivery(delivery.id)
            assert found is not None
            assert found.looks == looks

    def test_the_record_is_newest_first_and_the_open_ones_are_neither_sent_nor_discarded(self, store: Store) -> None:
        statuses = list(DeliveryStatus)
        for place, status in enumerate(statuses):
            release(store, enqueued(store, due_at=NOW + place * MINUTE), status)
        assert [delivery.status for delivery in store.deliveries()] == statuses[::-1]
        closed = {DeliveryStatus.SENT, DeliveryStatus.DISCARDED}
        open_ones = [status for status in statuses[::-1] if status not in closed]
        assert [delivery.status for delivery in store.deliveries(open_only=True)] == open_ones
        assert all(delivery.steps == STEPS for delivery in store.deliveries())

    def test_the_record_is_cut_to_the_newest_on_request(self, store: Store) -> None:
        newest = [enqueued(store, due_at=NOW + place * MINUTE) for place in range(3)][::-1]
        assert [list(store.deliveries(limit=limit)) for limit in (1, 2, 9)] == [newest[:1], newest[:2], newest]
        release(store, newest[0], DeliveryStatus.SENT)
        assert list(store.deliveries(open_only=True, limit=1)) == [newest[1]]

    def test_a_delivery_without_steps_is_kept(self, store: Store) -> None:
        stored = store.enqueue(NewDelivery("team", NOW, DAY, "s", ()), [], NOW)
        assert stored is not None
        assert stored.steps == ()


class LeaseContract:
    """Only who holds a claim changes a delivery; where nobody does, whoever wants to."""

    def test_a_holder_extends_its_lease_with_each_step(self, store: Store) -> None:
        enqueued(store)
        held = claimed(store)
        sent = replace(STEPS[0], status=StepStatus.SENT)
        later = NOW + 9 * MINUTE
        assert store.record_step(held.id, sent, held_until=held.lease_until, lease_until=later)
        assert store.delivery(held.id) == replace(held.with_step(sent), lease_until=later)
        assert store.claim(NOW + 3 * MINUTE, NOW + 5 * MINUTE) is None
        assert store.claim(later, later + MINUTE) is not None

    def test_a_lease_is_kept_where_none_is_named(self, store: Store) -> None:
        enqueued(store)
        held = claimed(store)
        sent = replace(STEPS[0], status=StepStatus.SENT)
        assert store.record_step(held.id, sent, held_until=held.lease_until, lease_until=None)
        assert store.delivery(held.id) == held.with_step(sent)

    def test_a_lease_that_has_ended_is_held_until_another_takes_it(self, store: Store) -> None:
        enqueued(store)
        held = claimed(store, NOW, NOW)
        assert store.record_step(held.id, STEPS[0], held_until=NOW, lease_until=NOW + MINUTE)
        assert store.claim(NOW, NOW + 2 * MINUTE) is None
        assert release(store, held, DeliveryStatus.SENT, held_until=NOW + MINUTE)

    def test_who_has_lost_a_claim_changes_nothing(self, store: Store) -> None:
        enqueued(store)
        lost = claimed(store)
        held = claimed(store, NOW + 2 * MINUTE, NOW + 4 * MINUTE)
        assert held.id == lost.id
        refused_changes(store, lost, held_until=lost.lease_until)
        assert release(store, held, DeliveryStatus.SENT, held_until=held.lease_until)

    def test_who_has_ended_a_claim_changes_nothing_more(self, store: Store) -> None:
        enqueued(store)
        held = claimed(store)
        assert release(store, held, DeliveryStatus.DEAD, held_until=held.lease_until)
        refused_changes(store, held, held_until=held.lease_until)

    def test_a_superseded_lease_is_none(self, store: Store) -> None:
        enqueued(store)
        held = claimed(store)
        assert store.record_step(held.id, STEPS[0], held_until=held.lease_until, lease_until=NOW + 9 * MINUTE)
        refused_changes(store, held, held_until=held.lease_until)

    def test_what_is_claimed_is_not_changed_without_its_lease(self, store: Store) -> None:
        enqueued(store)
        refused_changes(store, claimed(store), held_until=None)

    def test_what_nobody_has_claimed_is_not_changed_with_a_lease(self, store: Store) -> None:
        refused_changes(store, enqueued(store), held_until=NOW)

    def test_what_nobody_has_claimed_is_changed_and_gets_no_lease(self, store: Store) -> None:
        delivery = enqueued(store)
        sent = replace(STEPS[0], status=StepStatus.SENT)
        assert store.record_step(delivery.id, sent, held_until=None, lease_until=NOW)
        assert store.delivery(delivery.id) == delivery.with_step(sent)
        assert release(store, delivery, DeliveryStatus.DISCARDED)
        assert release(store, delivery, DeliveryStatus.PENDING)

    def test_a_delivery_that_is_not_there_is_not_changed(self, store: Store) -> None:
        missing = replace(enqueued(store), id=10**6)
        for held_until in (None, NOW):
            assert not store.record_step(missing.id, STEPS[0], held_until=held_until, lease_until=None)
            assert not release(store, missing, DeliveryStatus.SENT, held_until=held_until)
        assert store.delivery(missing.id) is None

    def test_a_lease_is_told_from_another_by_the_microsecond_in_any_zone(self, store: Store) -> None:
        enqueued(store)
        exact = NOW + timedelta(microseconds=120)
        held = claimed(store, NOW, exact)
        assert held.lease_until == exact
        refused_changes(store, held, held_until=exact + timedelta(microseconds=1))
        refused_changes(store, held, held_until=NOW)
        elsewhere = exact.astimezone(timezone(timedelta(hours=-5)))
        assert store.record_step(held.id, STEPS[0], held_until=elsewhere, lease_until=elsewhere + MINUTE)
        assert release(store, held, DeliveryStatus.SENT, held_until=exact + MINUTE)

    def test_a_refused_change_leaves_the_rest_of_a_transaction_alone(self, store: Store) -> None:
        enqueued(store)
        held = claimed(store)
        with store.transaction() as tx:
            tx.note_told("team", {"w": DAY})
            refused_changes(tx, held, held_until=None)
        assert store.told_watchlists("team") == {"w": DAY}


def refused_changes(store: Store, delivery: Delivery, *, held_until: datetime | None) -> None:
    """Asserts that neither a step nor a new state is accepted from who holds that lease, and that nothing changes."""
    before = store.delivery(delivery.id)
    begun = replace(STEPS[0], status=StepStatus.SENDING, receipt="x", error="x", started_at=NOW)
    assert not store.record_step(delivery.id, begun, held_until=held_until, lease_until=NOW + timedelta(hours=1))
    assert not release(store, delivery, DeliveryStatus.PENDING, NOW, held_until=held_until)
    assert store.delivery(delivery.id) == before


def colliding_keys() -> tuple[str, str]:
    """Two keys whose handles of the usual length are the same (found by counting: a birthday among 2^25)."""
    seen: dict[str, str] = {}
    for key in _keys():
        known = seen.setdefault(core_event.handle(key), key)
        if known != key:
            return known, key
    raise AssertionError


def _keys() -> Iterator[str]:
    return (f"w/models:7d/spike/item-{number}/2026-11-10" for number in range(10**6))
