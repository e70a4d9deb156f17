"""What the processes of the concurrency tests do; they import this module by name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.context import SpawnProcess
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any

from bot.adapters.store import SqlStore, open_store
from bot.app.records import DayStatus, WatchlistDay
from bot.core.delivery import DeliveryStatus
from bot.errors import BudgetExhaustedError, RankbotError

NOW = datetime(2026, 11, 11, 9, 0, tzinfo=UTC)
DAY = date(2026, 11, 10)
LEASE = timedelta(minutes=2)
LATER = NOW + timedelta(minutes=3)
"""After the leases of claims that were made ``NOW`` have ended."""
PROCESSES = 3
SPACE = timedelta(seconds=2)

Work = Callable[[SqlStore], Any]


def claim_all(store: SqlStore) -> list[int]:
    """Claims until nothing is left; returns the ids that it got."""
    found = []
    while delivery := store.claim(NOW, NOW + LEASE):
        found.append(delivery.id)
    return found


def take_over(store: SqlStore) -> list[datetime | None]:
    """Claims, after the leases of the first claims have ended; returns the leases that it got."""
    found = []
    while delivery := store.claim(LATER, LATER + LEASE):
        found.append(delivery.lease_until)
    return found


def extend_or_take_over(store: SqlStore) -> list[int]:
    """Extends every expired lease as if it held it, claiming in between; returns the ids that it got either way."""
    found = []
    for known in store.deliveries():
        if store.record_step(known.id, known.steps[0], held_until=NOW + LEASE, lease_until=LATER + LEASE):
            found.append(known.id)
        if delivery := store.claim(LATER, LATER + LEASE):
            found.append(delivery.id)
    return found


def end_all(store: SqlStore) -> list[int]:
    """Ends every claim as if it held it; returns the ids of those that it ended."""
    return [known.id for known in store.deliveries() if ended(store, known.id)]


def ended(store: SqlStore, delivery_id: int) -> bool:
    """Whether the first claim was held until now, when it is ended."""
    return store.release(
        delivery_id,
        DeliveryStatus.SENT,
        held_until=NOW + LEASE,
        next_attempt_at=None,
        attempts=0,
        looks=0,
        last_error="",
    )


def spend_all(store: SqlStore) -> list[int]:
    """Spends until the limit of 60; returns the counts that it was given."""
    counts = []
    try:
        while True:
            counts.append(store.spend(DAY, 60))
    except BudgetExhaustedError:
        return counts


def reserve_some(store: SqlStore) -> list[datetime]:
    """Reserves ten moments to send at, all at the same time; returns them."""
    return [store.reserve(NOW, SPACE) for _ in range(10)]


def count_up(store: SqlStore) -> int:
    """Reads a number and writes the next one, 30 times, each in a transaction."""
    for _ in range(30):
        with store.transaction() as tx:
            known = tx.ledger("counter")
            number = int(known[0].notes[0]) if known else 0
            tx.mark(WatchlistDay("counter", DAY, DayStatus.WAITING, NOW, (str(number + 1),)))
    return 30


def nothing(store: SqlStore) -> None:
    """Opening is all."""


def together(work: Work, url: str) -> list[Any]:
    """What ``work`` returned in each of several processes that opened the store at the same moment."""
    context = get_context("spawn")
    barrier, results = context.Barrier(PROCESSES), context.Queue()
    processes: list[SpawnProcess] = [
        context.Process(target=_work, args=(work, url, barrier, results)) for _ in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    found = [results.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    results.close()
    results.join_thread()
    return found


def _work(work: Work, url: str, barrier: Barrier, results: Queue[Any]) -> None:
    barrier.wait(timeout=60)
    try:
        store = open_store(url, patience=timedelta(seconds=30))
        try:
            results.put(work(store))
        finally:
            store.close()
    except RankbotError as error:
        results.put(error)
