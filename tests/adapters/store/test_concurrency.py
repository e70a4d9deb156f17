"""Several processes on one store: nothing is claimed twice, counted wrongly or lost, on either database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from bot.adapters.store import SqlStore, open_store
from bot.app.records import NewDelivery
from bot.core.delivery import Step, StepStatus
from bot.errors import StoreBusyError
from tests.adapters.store.workers import (
    DAY,
    LATER,
    LEASE,
    NOW,
    PROCESSES,
    SPACE,
    claim_all,
    count_up,
    end_all,
    ended,
    extend_or_take_over,
    nothing,
    reserve_some,
    spend_all,
    take_over,
    together,
)

pytestmark = pytest.mark.slow

THREADS = 4


def fill(store: SqlStore, deliveries: int) -> set[int]:
    """Enqueues that many deliveries; returns their ids."""
    ids = set()
    for number in range(deliveries):
        due_at = NOW + timedelta(seconds=number)
        delivery = store.enqueue(NewDelivery("team", due_at, DAY, "s", (Step(0, "C1", "p"),)), [], NOW)
        assert delivery is not None
        ids.add(delivery.id)
    return ids


def test_processes_claim_each_delivery_once(sql_store: SqlStore, database_url: str) -> None:
    ids = fill(sql_store, 40)
    claimed = [identity for found in together(claim_all, database_url) for identity in found]
    assert sorted(claimed) == sorted(ids)


def test_threads_claim_each_delivery_once(sql_store: SqlStore) -> None:
    ids = fill(sql_store, 40)
    barrier, claimed = Barrier(THREADS), list[int]()

    def claim() -> None:
        barrier.wait()
        claimed.extend(claim_all(sql_store))

    threads = [Thread(target=claim) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(ids)


def test_a_process_whose_claim_another_has_taken_over_writes_nothing(sql_store: SqlStore, database_url: str) -> None:
    (identity,) = fill(sql_store, 1)
    assert claim_all(sql_store) == [identity]
    leases = [lease for found in together(take_over, database_url) for lease in found]
    assert leases == [LATER + LEASE]
    taken = sql_store.delivery(identity)
    assert taken is not None
    begun = replace(taken.steps[0], status=StepStatus.SENDING)
    assert not sql_store.record_step(identity, begun, held_until=NOW + LEASE, lease_until=LATER + 2 * LEASE)
    assert not ended(sql_store, identity)
    assert sql_store.delivery(identity) == taken


def test_an_expired_lease_is_either_extended_or_taken_over(sql_store: SqlStore, database_url: str) -> None:
    ids = fill(sql_store, 30)
    claim_all(sql_store)
    held = [identity for found in together(extend_or_take_over, database_url) for identity in found]
    assert sorted(held) == sorted(ids)


def test_a_claim_is_ended_once(sql_store: SqlStore, database_url: str) -> None:
    ids = fill(sql_store, 30)
    claim_all(sql_store)
    over = [identity for found in together(end_all, database_url) for identity in found]
    assert sorted(over) == sorted(ids)


def test_processes_spend_exactly_the_limit(sql_store: SqlStore, database_url: str) -> None:
    counts = [number for found in together(spend_all, database_url) for number in found]
    assert sorted(counts) == list(range(1, 61))
    assert sql_store.spent(DAY) == 60


def test_processes_reserve_moments_that_are_spaced(sql_store: SqlStore, database_url: str) -> None:
    moments = sorted(moment for found in together(reserve_some, database_url) for moment in found)
    assert moments == [NOW + number * SPACE for number in range(10 * PROCESSES)]


def test_no_process_overwrites_what_another_has_just_written(sql_store: SqlStore, database_url: str) -> None:
    assert together(count_up, database_url) == [30] * PROCESSES
    assert sql_store.ledger("counter")[0].notes == (str(30 * PROCESSES),)


def test_processes_may_make_a_new_sqlite_store_at_the_same_moment(sqlite_url: str) -> None:
    assert together(nothing, sqlite_url) == [None] * PROCESSES


@pytest.mark.postgres
def test_processes_may_make_a_new_postgres_store_at_the_same_moment(empty_postgres_url: str) -> None:
    assert together(nothing, empty_postgres_url) == [None] * PROCESSES


def test_a_writer_that_waits_too_long_says_that_the_store_is_busy(sql_store: SqlStore, database_url: str) -> None:
    other = open_store(database_url, patience=timedelta(milliseconds=1))
    with sql_store.transaction(), pytest.raises(StoreBusyError, match=r"The next run tries again\."):
        other.note_told("team", {"w": DAY})
    other.note_told("team", {"w": DAY})
    assert sql_store.told_watchlists("team") == {"w": DAY}
    other.close()


def test_readers_are_not_held_up_by_a_writer_and_see_only_what_is_committed(
    sql_store: SqlStore, database_url: str
) -> None:
    other = open_store(database_url, patience=timedelta(milliseconds=1))
    with sql_store.transaction() as tx:
        tx.note_told("team", {"w": DAY})
        assert other.told_watchlists("team") == {}
    assert other.told_watchlists("team") == {"w": DAY}
    other.close()
