"""Fills the store of a configuration.

python -m benchmarks.prepare CONFIG boards|years FIRST LAST

``boards`` stores every day of the watchlists' boards; ``years`` also marks each day as judged and told, so that ledger,
events and outbox are as long as the history. All goes through the store's own interface.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from benchmarks.feed import days_between, ranking
from benchmarks.scene import morning
from bot.app.backtest import Backtester
from bot.app.evidence import boards_of
from bot.app.ports import Store
from bot.app.records import DayStatus, NewDelivery, Settlement, WatchlistDay
from bot.core.delivery import DeliveryStatus, Step, StepStatus
from bot.core.event import Event
from bot.core.ranking import Board
from bot.core.revise import policy
from bot.core.watchlist import Watchlist
from bot.wiring import House, load_config

WEEK = timedelta(days=7)
_BATCH_DAYS = 30


def fill(store: Store, boards: Iterable[Board], first: date, last: date, *, depth: int = 100) -> int:
    """Stores every day of these boards; returns how many entries that makes."""
    entries = 0
    for board in boards:
        days = list(days_between(first, last))
        for start in range(0, len(days), _BATCH_DAYS):
            saved = store.save([ranking(board, day, depth=depth) for day in days[start : start + _BATCH_DAYS]])
            entries += sum(len(snapshot.entries) for snapshot in saved)
    return entries


def live_through(store: Store, watchlists: Sequence[Watchlist], channel: str, first: date, last: date) -> int:
    """Marks, events and deliveries of every day: the events of the last week, again in each week before.

    Returns how many events that makes.
    """
    week = list(_last_week(store, watchlists, last))
    seen, events = store.version(), 0
    for day in days_between(first, last):
        with store.transaction() as tx:
            for one in watchlists:
                tx.mark(WatchlistDay(one.id, day, DayStatus.EVALUATED, morning(day), (), seen, policy(one)))
            added = tx.add_events(_moved(event, day) for event in week if (event.date - day) % WEEK == timedelta(0))
            events += len(added)
            _tell(tx, channel, day, added)
            tx.note_told(channel, {one.id: day for one in watchlists})
    return events


def _last_week(store: Store, watchlists: Sequence[Watchlist], last: date) -> Iterator[Event]:
    backtester = Backtester(store)
    for watchlist in watchlists:
        yield from backtester.run(watchlist, last - WEEK + timedelta(days=1), last).events


def _moved(event: Event, day: date) -> Event:
    """The event as of another day."""
    step = event.date - day
    key = event.key.replace(event.date.isoformat(), day.isoformat())
    return replace(event, key=key, date=day, previous_date=event.previous_date - step)


def _tell(tx: Store, channel: str, day: date, events: Iterable[Event]) -> None:
    """A digest that was sent. Its text is short: how long it is does not matter to a later cycle."""
    step = Step(0, day.isoformat(), "{}", status=StepStatus.SENT, receipt=day.isoformat())
    settled = [Settlement(event.id, stated=True) for event in events if event.held_back is None]
    delivery = tx.enqueue(NewDelivery(channel, morning(day), day, "A digest", (step,)), settled, morning(day))
    if delivery:
        tx.release(
            delivery.id, DeliveryStatus.SENT, held_until=None, next_attempt_at=None, attempts=1, looks=0, last_error=""
        )


def main(config: Path, what: str, first: date, last: date) -> str:
    """Fills the store and says what it came to."""
    loaded = load_config(config)
    with House(loaded) as house:
        boards = list(dict.fromkeys(board for one in loaded.watchlists for board in boards_of(one)))
        depth = max(one.depth for one in loaded.watchlists)
        said = f"{fill(house.store, boards, first, last, depth=depth)} entries"
        if what == "years":
            channel = next(iter(loaded.channels))
            said += f", {live_through(house.store, loaded.watchlists, channel, first, last)} events"
    return said


if __name__ == "__main__":
    path, what, first, last = sys.argv[1:]
    print(main(Path(path), what, date.fromisoformat(first), date.fromisoformat(last)))  # noqa: T201
