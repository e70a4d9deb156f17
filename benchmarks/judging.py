"""Evaluating one day for many watchlists.

python -m benchmarks.judging CONFIG WATCHLISTS ROUNDS

The store holds what a day looks at of forty boards. Each round is the evaluate stage of a cycle on the next day: what
is stored is read, every watchlist judged by the default rules or others, and events and marks are written. Prints the
CPU seconds and the number of events of each round.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from benchmarks.feed import ranking
from benchmarks.scene import FIRST, morning
from bot.app.cycle import Cycle, CycleReport
from bot.core.rules import EnteredTop
from bot.core.watchlist import Watchlist
from bot.wiring import House, load_config

TOPS = (10, 20, 30, 40, 50)


def many(watchlists: Sequence[Watchlist], number: int) -> tuple[Watchlist, ...]:
    """So many watchlists on the boards of those given, which differ in what they call a top."""
    found = []
    for place in range(number):
        one = watchlists[place % len(watchlists)]
        top = TOPS[place // len(watchlists) % len(TOPS)]
        rules = tuple(rule for rule in one.rules if not isinstance(rule, EnteredTop))
        found.append(replace(one, id=f"w{place}", rules=(*rules, EnteredTop(n=top))))
    return tuple(found)


def one_round(house: House, watchlists: Sequence[Watchlist], day: date) -> tuple[float, int]:
    """CPU seconds of evaluating ``day``, which is stored first, and how many events there were."""
    house.store.save([ranking(board, day) for board in dict.fromkeys(one.board for one in watchlists)])
    cycle = _cycle(house, watchlists, day)
    report = CycleReport(cycle.plan())
    begun = time.process_time()
    cycle.evaluate(house.store, report)
    spent = time.process_time() - begun
    if report.broken or len(report.days) != len(watchlists):
        raise RuntimeError(f"{len(report.days)} days were judged, {len(report.broken)} failed")
    return spent, sum(len(judged.events) for judged in report.days)


def _cycle(house: House, watchlists: Sequence[Watchlist], day: date) -> Cycle:
    cycle = house.cycle()
    timing = replace(cycle.timing, clock=lambda: morning(day), now=lambda: morning(day))
    return replace(cycle, watchlists=tuple(watchlists), subscriptions=(), timing=timing)


if __name__ == "__main__":
    config, number, rounds = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    with House(load_config(config)) as house:
        watchlists = many(house.config.watchlists, number)
        for place in range(rounds):
            print(*one_round(house, watchlists, FIRST + timedelta(days=place)))  # noqa: T201
