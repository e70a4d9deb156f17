"""What `events` adds to the events themselves: both figures of what was restated, and the answers that were refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.adapters.store import SqlStore, open_store
from bot.app.poll import BELIEVE
from bot.core.event import EventStatus
from tests.cli.bench import NOW, Bench

LATER = timedelta(minutes=20)
AGENTS, MODELS = "apps:coding:cli-agent:popular:7d", "models:1d"
HEAD = "Answers that were not believed, so that nothing was told by them:"


@contextmanager
def stored(bench: Bench) -> Iterator[SqlStore]:
    with closing(open_store(f"sqlite:///{bench.folder}/rankbot.db")) as store:
        yield store


def refused(bench: Bench, *arguments: str) -> list[str]:
    """The lines below the heading."""
    return bench("events", "--all", *arguments).out.partition(f"{HEAD}\n")[2].splitlines()


def test_one_that_a_good_one_came_after(ran: Bench) -> None:
    with stored(ran) as store:
        store.quarantine(AGENTS, date(2026, 11, 10), f"Only 3 entries came. {BELIEVE} {AGENTS}", "f", NOW)
        store.settle(AGENTS, date(2026, 11, 10), NOW + LATER)
    assert refused(ran) == [
        "  CLI agents, 7 days to Tue 10 Nov 2026",
        "       Only 3 entries came.",
        "       Refused Wed 11 Nov 05:00 UTC; a good one came Wed 11 Nov 05:20 UTC.",
    ]
    assert HEAD not in ran("events").out
    assert "Only 3" not in ran("events", "--all", "--json").out


def test_one_that_is_open_still_says_how_it_is_believed(ran: Bench) -> None:
    with stored(ran) as store:
        store.quarantine(MODELS, date(2026, 11, 9), f"Half is missing. {BELIEVE} {MODELS}", "f", NOW)
    assert refused(ran) == [
        "  Models, Mon 9 Nov 2026",
        f"       Half is missing. {BELIEVE} {MODELS}",
        "       Refused Wed 11 Nov 05:00 UTC; it is asked for again by each run.",
    ]


def test_one_that_was_given_up(ran: Bench) -> None:
    with stored(ran) as store:
        store.quarantine(AGENTS, date(2026, 2, 1), "Half is missing.", "f", NOW)
        store.settle(AGENTS, date(2026, 2, 1), NOW + 72 * timedelta(hours=1))
    assert refused(ran)[-1] == "       Refused Wed 11 Nov 05:00 UTC; it was given up Sat 14 Nov 05:00 UTC."


def test_those_of_the_days_and_the_watchlist_asked_for(ran: Bench) -> None:
    with stored(ran) as store:
        for board, day in ((AGENTS, 8), (MODELS, 9), ("apps:game:all:popular:7d", 10)):
            store.quarantine(board, date(2026, 11, day), "Half is missing.", "f", NOW)
    assert len(refused(ran)) == 9
    assert [line for line in refused(ran, "-w", "models") if "Nov 2026" in line] == ["  Models, Mon 9 Nov 2026"]
    assert len(refused(ran, "-w", "cli-agents")) == 3
    assert len(refused(ran, "--date", "2026-11-10")) == 3
    assert len(refused(ran, "--from", "2026-11-09")) == 6
    assert len(refused(ran, "--to", "2026-11-08")) == 3
    assert refused(ran, "--to", "2026-11-07") == []


@pytest.mark.parametrize(
    ("changes", "before", "now"),
    [
        ({"late": True}, "#19, 5.00B", "#11, 359B"),
        ({"late": True, "status": EventStatus.TOLD}, "#19, 5.00B", "#11, 359B"),
        ({"status": EventStatus.RETRACTED}, "#11, 359B", "#19, 5.00B"),
    ],
)
def test_of_what_was_restated_both_figures_stand_below_it(
    lived: Bench, changes: dict[str, Any], before: str, now: str
) -> None:
    """What held before, and what holds, whether it is told late or taken back."""
    other = {"rank": 19, "tokens": "5000000000", "as_of": "2026-11-09T05:00:00.000Z", "came": [], "gone": []}
    with stored(lived) as store:
        event = store.event("g86n6")
        assert event is not None
        store.change_events([replace(event, revised=other, **changes)])
    below = lived("events").flat.partition("g86n6 ")[2].partition("Before: ")[2]
    assert re.match(rf"{before}, as of [0-9T:.Z-]+\. Now: {now}, as of [0-9T:.Z-]+\. ", below)
