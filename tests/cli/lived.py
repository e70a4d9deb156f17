"""A bot that has run for some days of the sandbox's world: lived through once, then copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.cli.bench import Bench

RULES = """
[watchlist.cli-agents.rules]
left_top = true
trending = { n = 5 }
"""
FIRST, LAST = 3, 10
"""Of November 2026: the days that the bot ran."""


def live(bench: Bench, kept: Path) -> None:
    """Leaves the store of the lived days in the bench's folder; ``kept`` is where it is kept for the next test."""
    bench.add(RULES)
    store = bench.folder / "rankbot.db"
    if kept.is_file():
        shutil.copy(kept, store)
        return
    assert bench("backfill", "--from", "2026-09-20").code == 0
    for day in range(FIRST, LAST + 1):
        assert bench("run", "--date", f"2026-11-{day:02}", "--send").code == 0
    shutil.copy(store, kept)
