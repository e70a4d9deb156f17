"""A bot that has run for some days of the sandbox's world: lived through once, then copied for each test."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from tests.cli.bench import Bench

RULES = """
[watchlist.cli-agents.rules]
left_top = true
trending = { n = 5 }

[watchlist.models.rules]
entered_top = { n = 50 }
"""
PAST = timedelta(days=44)
"""How far back a bot's past is fetched on its first day."""
FIRST, LAST = date(2026, 11, 3), date(2026, 11, 10)
"""The days that the bot ran."""
EVERY_RULE = """
[watchlist.cli-agents.rules]
left_top = true
trending = { n = 5 }
climbed = { over_days = 3, bands = [[10, 1], [50, 3]] }
dropped = { over_days = 3, bands = [[10, 1], [50, 3]] }
overtook = { pairs = [["*", "Tern CLI"], ["Tern CLI", "*"]] }
milestone = { tokens = ["20B", "100B", "250B", "500B", "1T", "5T"] }
renamed = true

[watchlist.models.rules]
left_top = true
share = { points = 0.5, over_days = 3 }
climbed = { over_days = 1 }
"""
EVERY_RULE_FROM, END = date(2026, 8, 29), date(2026, 9, 6)
"""The days that the bot with every rule ran: around 31 August, from which on an app of the sandbox has another name."""


def live(bench: Bench, kept: Path) -> None:
    """Leaves the store of the lived days in the bench's folder; ``kept`` is where it is kept for the next test."""
    _live(bench, kept, RULES, FIRST, LAST)


def live_by_every_rule(bench: Bench, kept: Path) -> None:
    """The same of a bot whose watchlists have all the rules, on days on which each of them fires."""
    _live(bench, kept, EVERY_RULE, EVERY_RULE_FROM, END)


def run_once(bench: Bench, kept: Path) -> None:
    """Leaves the folder of a bot that has run once; ``kept`` is where it is kept for the next test with this bot."""
    if kept.is_dir():
        shutil.copytree(kept, bench.folder, dirs_exist_ok=True)
        return
    assert bench("run").code == 0
    shutil.copytree(bench.folder, kept)


def _live(bench: Bench, kept: Path, rules: str, first: date, last: date) -> None:
    bench.add(rules)
    store = bench.folder / "rankbot.db"
    with _alone(kept):
        if not kept.is_file():
            _live_through(bench, first, last)
            shutil.copy(store, kept)
        shutil.copy(kept, store)


def _live_through(bench: Bench, first: date, last: date) -> None:
    assert bench("backfill", "--from", str(first - PAST), "--to", str(last)).code == 0
    for offset in range((last - first).days + 1):
        assert bench("run", "--date", str(first + timedelta(days=offset)), "--send").code == 0


@contextmanager
def _alone(kept: Path) -> Iterator[None]:
    """Only one of the processes that run tests is in here at a time: the others find what it has left."""
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
