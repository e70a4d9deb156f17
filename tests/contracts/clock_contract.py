"""What every Store makes of what a clock that was ahead, or a process with an older view, has written or writes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.app.ports import Store
from bot.app.records import Begun, DayStatus, NewDelivery, WatchlistDay
from bot.core.clocks import TOLERATED
from bot.core.delivery import LONGEST_WAIT, Delivery, DeliveryStatus, Step, StepStatus
from tests.builders import DAY

NOW = datetime(2026, 11, 11, 9, 0, tzinfo=UTC)
LEASE = timedelta(minutes=2)
YEAR = timedelta(days=400)
INSTANT = timedelta(microseconds=1)
NEXT = DAY + timedelta(days=1)
STEPS = (Step(0, "C1", "parent"), Step(1, "C1", "reply", reply=True))


def mark(
    status: DayStatus, *, seen: int = 0, asked: datetime = NOW, day: date = DAY, watchlist: str = "w"
) -> WatchlistDay:
    """A day of a ledger, whose notes say which of the marks it is."""
    return WatchlistDay(watchlist, day, status, asked, (f"{status} {seen}",), seen, "rules")


WAITS, GAP, JUDGED = DayStatus.WAITING, DayStatus.GAP, DayStatus.EVALUATED


class MarkContract:
    """Nothing in a ledger goes back, but what a clock that was ahead has given up."""

    @pytest.mark.parametrize(
        ("known", "later"),
        [
            (mark(WAITS), mark(WAITS)),
            (mark(WAITS), mark(GAP, seen=3)),
            (mark(WAITS), mark(JUDGED, seen=3)),
            (mark(GAP, seen=3), mark(GAP, seen=4)),
            (mark(GAP, seen=3), mark(JUDGED, seen=3)),
            (mark(JUDGED, seen=3), mark(JUDGED, seen=3)),
            (mark(JUDGED, seen=3), mark(JUDGED, seen=4)),
        ],
    )
    def test_a_later_view_takes_the_place_of_an_earlier_one(
        self, store: Store, known: WatchlistDay, later: WatchlistDay
    ) -> None:
        store.mark(known)
        store.mark(later)
        assert list(store.ledger("w")) == [later]

    @pytest.mark.parametrize(
        ("known", "late"),
        [
            (mark(JUDGED, seen=3), mark(WAITS)),
            (mark(JUDGED), mark(WAITS, asked=NOW - YEAR)),
            (mark(JUDGED, seen=3), mark(GAP, seen=4)),
            (mark(JUDGED, seen=4), mark(JUDGED, seen=3, asked=NOW - YEAR)),
            (mark(GAP, seen=3), mark(WAITS)),
            (mark(GAP, seen=3), mark(WAITS, asked=NOW + YEAR)),
            (mark(GAP, seen=4), mark(GAP, seen=3)),
        ],
    )
    def test_an_earlier_view_changes_nothing(self, store: Store, known: WatchlistDay, late: WatchlistDay) -> None:
        """Another process has judged the day while this one thought that it has to wait."""
        other = mark(WAITS, day=NEXT)
        store.mark(known)
        store.mark(late, other)
        assert list(store.ledger("w")) == [known, other]

    def test_a_day_that_a_clock_ahead_gave_up_waits_again(self, store: Store) -> None:
        store.mark(mark(GAP, seen=3, asked=NOW + YEAR))
        store.mark(mark(WAITS))
        assert list(store.ledger("w")) == [mark(WAITS)]

    def test_the_earliest_word_on_when_a_day_was_first_asked_for_is_kept(self, store: Store) -> None:
        store.mark(mark(WAITS, asked=NOW + YEAR))
        store.mark(mark(WAITS))
        store.mark(mark(WAITS, asked=NOW + INSTANT))
        assert list(store.ledger("w")) == [mark(WAITS)]
        store.mark(mark(JUDGED, seen=1, asked=NOW - INSTANT))
        assert list(store.ledger("w")) == [mark(JUDGED, seen=1, asked=NOW - INSTANT)]

    def test_days_up_to_one_are_asked_for(self, store: Store) -> None:
        days = [mark(JUDGED, day=DAY + timedelta(days=offset)) for offset in range(3)]
        store.mark(*days)
        assert store.ledgers(["w"], DAY, NEXT) == {"w": days[:2]}
        assert store.statuses(["w"], NEXT, until=NEXT) == {"w": {NEXT: JUDGED}}
        assert store.statuses(["w"], DAY, until=DAY - timedelta(days=1)) == {}

    def test_gaps_are_left_out_that_were_first_asked_for_later(self, store: Store) -> None:
        late = NOW + INSTANT
        store.mark(mark(GAP), mark(GAP, day=NEXT, asked=late), mark(JUDGED, watchlist="v", asked=late))
        store.mark(mark(WAITS, watchlist="v", day=NEXT, asked=late), mark(GAP, watchlist="u", asked=late))
        found = store.statuses(["w", "v", "u"], DAY, asked_by=NOW)
        assert found == {"w": {DAY: GAP}, "v": {DAY: JUDGED, NEXT: WAITS}}

    def test_a_watchlist_has_not_begun_with_days_that_are_still_to_come(self, store: Store) -> None:
        future = DAY + YEAR
        store.mark(mark(WAITS, day=future), mark(GAP, day=future + timedelta(days=1)))
        assert store.begun(["w"], DAY, until=DAY) == {}
        store.mark(mark(GAP, day=NEXT), mark(WAITS))
        assert store.begun(["w"], NEXT + timedelta(days=1), until=NEXT) == {"w": Begun(DAY, 1)}
        assert store.begun(["w"], DAY + 2 * YEAR, until=NEXT) == {"w": Begun(DAY, 1)}

    def test_but_with_one_that_was_judged_if_the_clock_is_behind_now(self, store: Store) -> None:
        store.mark(mark(GAP), mark(JUDGED, day=NEXT), mark(JUDGED, day=NEXT + timedelta(days=1)))
        assert store.begun({"w", "v"}, DAY - YEAR, until=DAY - YEAR) == {"w": Begun(NEXT, 0)}


class ClaimContract:
    """A moment that only a clock can have written that was ahead is not waited for; clocks may differ by an hour."""

    def enqueued(self, store: Store, now: datetime = NOW) -> Delivery:
        delivery = store.enqueue(NewDelivery("team", NOW, DAY, "Sable entered", STEPS), [], now)
        assert delivery
        return delivery

    def free(self, store: Store, now: datetime = NOW) -> bool:
        """Whether somebody may claim it now."""
        return store.claim(now, now + LEASE) is not None

    def put_off(self, store: Store, status: DeliveryStatus, until: datetime, *, begun: datetime | None = None) -> None:
        """A delivery of which a part was begun, and the next try is put off."""
        delivery = self.enqueued(store)
        step = replace(STEPS[1], status=StepStatus.PENDING, started_at=begun)
        assert store.record_step(delivery.id, step, held_until=None, lease_until=None)
        assert store.release(
            delivery.id, status, held_until=None, next_attempt_at=until, attempts=1, looks=0, last_error="busy"
        )

    @pytest.mark.parametrize(("ahead", "free"), [(TOLERATED, False), (TOLERATED + INSTANT, True), (YEAR, True)])
    def test_a_lease_by_a_clock_that_was_ahead_holds_nothing(
        self, store: Store, ahead: timedelta, *, free: bool
    ) -> None:
        self.enqueued(store)
        assert self.free(store, NOW + ahead)
        assert self.free(store) is free

    def test_who_takes_it_over_holds_it_alone(self, store: Store) -> None:
        self.enqueued(store)
        lost = store.claim(NOW + YEAR, NOW + YEAR + LEASE)
        held = store.claim(NOW, NOW + LEASE)
        assert lost
        assert held
        assert not store.record_step(lost.id, STEPS[0], held_until=lost.lease_until, lease_until=NOW + 2 * YEAR)
        assert store.record_step(held.id, STEPS[0], held_until=held.lease_until, lease_until=NOW + 2 * LEASE)
        assert not self.free(store)

    @pytest.mark.parametrize("status", [DeliveryStatus.PENDING, DeliveryStatus.UNKNOWN])
    @pytest.mark.parametrize(("ahead", "free"), [(TOLERATED, False), (TOLERATED + INSTANT, True), (YEAR, True)])
    def test_a_try_is_not_put_off_by_a_clock_that_was_ahead(
        self, store: Store, status: DeliveryStatus, ahead: timedelta, *, free: bool
    ) -> None:
        self.put_off(store, status, NOW + ahead + LEASE, begun=NOW + ahead)
        assert self.free(store) is free

    @pytest.mark.parametrize("over", [StepStatus.SENT, StepStatus.DEAD])
    def test_but_by_one_that_is_right_though_another_part_was_sent_then(self, store: Store, over: StepStatus) -> None:
        self.put_off(store, DeliveryStatus.PENDING, NOW + timedelta(hours=6), begun=NOW)
        (delivery,) = store.deliveries()
        step = replace(STEPS[0], status=over, started_at=NOW + YEAR)
        assert store.record_step(delivery.id, step, held_until=None, lease_until=None)
        assert not self.free(store)

    def test_a_service_may_put_it_off_for_days(self, store: Store) -> None:
        self.put_off(store, DeliveryStatus.PENDING, NOW + timedelta(days=3), begun=NOW)
        assert not self.free(store, NOW + timedelta(days=3) - INSTANT)
        assert self.free(store, NOW + timedelta(days=3))

    @pytest.mark.parametrize(("beyond", "free"), [(timedelta(0), False), (INSTANT, True), (YEAR, True)])
    def test_a_look_is_never_put_off_for_so_long(self, store: Store, beyond: timedelta, *, free: bool) -> None:
        self.put_off(store, DeliveryStatus.UNKNOWN, NOW + LONGEST_WAIT + TOLERATED + beyond, begun=NOW)
        assert self.free(store) is free

    def test_what_waits_for_the_operator_waits_whoever_began_it(self, store: Store) -> None:
        delivery = self.enqueued(store)
        step = replace(STEPS[0], status=StepStatus.UNKNOWN, started_at=NOW + YEAR)
        assert store.record_step(delivery.id, step, held_until=None, lease_until=None)
        for status in (DeliveryStatus.UNKNOWN, DeliveryStatus.DEAD, DeliveryStatus.SENT):
            assert store.release(
                delivery.id, status, held_until=None, next_attempt_at=None, attempts=1, looks=3, last_error=""
            )
            assert not self.free(store)

    def test_it_counts_as_put_into_the_outbox_when_it_is_first_claimed_at_the_latest(self, store: Store) -> None:
        made = self.enqueued(store, NOW + YEAR)
        found = store.claim(NOW, NOW + LEASE)
        assert found == replace(made, status=DeliveryStatus.CLAIMED, lease_until=NOW + LEASE, created_at=NOW)
        assert store.claim(NOW + LEASE, NOW + 2 * LEASE) == replace(found, lease_until=NOW + 2 * LEASE)
