"""What the store tells of itself, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.adapters.store import SqlStore
from bot.adapters.store.schema import HEAD
from bot.app.figures import Standing
from bot.app.records import NewDelivery
from bot.core.delivery import DeliveryStatus, Step, StepStatus
from tests.builders import CLI_AGENTS, CODING, DAY, snapshot

NOW = datetime(2026, 11, 11, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROWS = (("1", "One", 20), ("2", "Two", 10))


def test_an_empty_store_knows_its_schema_and_its_size(sql_store: SqlStore) -> None:
    found = sql_store.standing()
    assert found == Standing(HEAD, found.own_bytes, 0)
    assert 0 < found.own_bytes < 2_000_000  # PostgreSQL's own megabytes are not the bot's
    assert sql_store.sent_at("team") is None


def test_days_are_counted_once_and_fetched_in_their_order(sql_store: SqlStore) -> None:
    for hours, board, day in ((0, CLI_AGENTS, DAY), (1, CODING, DAY), (2, CLI_AGENTS, DAY - timedelta(days=40))):
        sql_store.save([snapshot(board, day, ROWS, fetched_at=NOW + hours * HOUR)])
    found = sql_store.standing()
    assert (found.days, found.first_fetched_at, found.last_fetched_at) == (2, NOW, NOW + 2 * HOUR)


def test_the_trouble_that_ended_last_whichever_began_last(sql_store: SqlStore) -> None:
    for hours, key in enumerate(("feed:fails", "templates", "refused:team")):
        sql_store.open_incident(key, "Something broke.", NOW + hours * HOUR)
    assert sql_store.standing().last_ended is None
    sql_store.end_incident("templates", NOW + 4 * HOUR)
    ended = sql_store.end_incident("feed:fails", NOW + 5 * HOUR)
    assert sql_store.standing().last_ended == ended


def put(store: SqlStore, due_at: datetime, started: tuple[datetime, ...], *, notice: bool = False) -> None:
    """A delivery for the team whose parts were begun at those moments and went out."""
    steps = tuple(Step(number, "C1", "text") for number, _ in enumerate(started))
    delivery = store.enqueue(NewDelivery("team", due_at, DAY, "Sable", steps, notice=notice), [], due_at)
    assert delivery is not None
    for step, at in zip(steps, started, strict=True):
        sent = replace(step, status=StepStatus.SENT, started_at=at)
        assert store.record_step(delivery.id, sent, held_until=None, lease_until=None)
    assert store.release(
        delivery.id, DeliveryStatus.SENT, held_until=None, next_attempt_at=None, attempts=1, looks=0, last_error=""
    )


def test_a_digest_was_sent_when_its_last_part_was(sql_store: SqlStore) -> None:
    put(sql_store, NOW, (NOW + HOUR, NOW + 2 * HOUR))
    put(sql_store, NOW - HOUR, (NOW + 5 * HOUR,))  # an older one that was sent again
    put(sql_store, NOW + 3 * HOUR, (NOW + 3 * HOUR,), notice=True)
    sql_store.enqueue(NewDelivery("team", NOW + 4 * HOUR, DAY, "Not yet", (Step(0, "C1", "t"),)), [], NOW)
    assert sql_store.sent_at("team") == NOW + 2 * HOUR
    assert sql_store.sent_at("partners") is None
