"""A bot that lets go of old boards day by day tells the same as one that keeps everything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.adapters.store import SqlStore, open_store
from bot.app.evaluate import evaluate
from bot.app.records import DayStatus, WatchlistDay
from bot.core.event import Event, Kind
from bot.core.plan import Agenda
from bot.core.ranking import Snapshot
from bot.core.rules import EnteredTop, LeftTop, NewLeader, Renamed, Spike
from bot.core.watchlist import Watchlist
from tests.app.doubles import MORNING
from tests.builders import CLI_AGENTS, DAY, snapshot

DAYS = 60
KEPT = timedelta(days=31)
"""What spikes and names look back at; the shortest that can be set is longer."""
WATCHLIST = Watchlist(
    "cli-agents",
    "CLI agents",
    CLI_AGENTS,
    (NewLeader(), EnteredTop(n=3, margin=0), EnteredTop(n=6, margin=0), LeftTop(n=3, margin=0), Renamed(), Spike()),
)


def boards(seed: int) -> Iterator[Snapshot]:
    """A board a day on which items drift, come and go, leaders change, and names flip for good or a while."""
    dice = Random(seed)  # noqa: S311  (an invented world, no secret)
    tokens = {str(number): 10.0**12 / (number + 1) for number in range(12)}
    names = dict.fromkeys(tokens, "a")
    for place in range(DAYS):
        for item in tokens:
            tokens[item] *= dice.choice((0.6, 0.9, 1.0, 1.0, 1.1, 1.7)) if dice.random() < 0.3 else 1
            names[item] = dice.choice("abc") if dice.random() < 0.05 else names[item]
        listed = sorted((item for item in tokens if dice.random() < 0.9), key=lambda item: -tokens[item])
        rows = [(item, f"App {item}{names[item]}", int(tokens[item])) for item in listed]
        yield snapshot(CLI_AGENTS, DAY - timedelta(days=DAYS - 1 - place), rows, depth=8)


def judged(store: SqlStore, windows: list[Snapshot], *, thinned: bool) -> list[Event]:
    """All events of a bot that lives through these days."""
    first = windows[0].end_date + timedelta(days=1)
    store.save(windows[:1])
    for window in windows[1:]:
        store.save([window])
        store.mark(WatchlistDay(WATCHLIST.id, window.end_date, DayStatus.WAITING, MORNING - timedelta(days=400)))
        evaluate(store, Agenda(WATCHLIST, first, (window.end_date,), ()), now=MORNING)
        while thinned and store.thin(window.end_date - KEPT):
            pass
    return list(store.events(held_back=True))


def told(event: Event) -> dict[str, Any]:
    """The event, but for its handle, and for how long a record of whole boards goes back, which is shorter now."""
    shown = event.to_json() | {"id": ""}
    return shown | {"evidence": {name: value for name, value in shown["evidence"].items() if name != "record_days"}}


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))])
def test_what_is_told_stays_the_same(tmp_path: Path, seed: int) -> None:
    windows = list(boards(seed))
    found = []
    for name in ("whole", "thinned"):
        store = open_store(f"sqlite:///{tmp_path / name}.db")
        try:
            found.append(judged(store, windows, thinned=name == "thinned"))
            if name == "thinned":
                assert store.history().days(CLI_AGENTS, date.min, DAY)[0] == DAY - KEPT
        finally:
            store.close()
    whole, thinned = ({event.key: told(event) for event in events} for events in found)
    assert thinned == whole
    record = {event.key: event.evidence.get("record_days", 0) for event in found[0]}
    assert all(event.evidence.get("record_days", 0) <= record[event.key] for event in found[1])
    old = [event for event in found[0] if event.date > DAY - timedelta(days=20)]
    assert {Kind.NEW_LEADER, Kind.ENTERED_TOP} <= {event.kind for event in old}
