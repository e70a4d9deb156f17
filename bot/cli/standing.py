"""How the store stands for ``rankbot status``: its size and growth, its schema, its disk, and what failed last."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.adapters.store import sqlite_file
from bot.app.records import Incident
from bot.app.troubles import in_words
from bot.cli.live import lasted
from bot.cli.output import LABEL, WIDTH
from bot.core import wording
from bot.wiring import House

_UNITS = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"))


@dataclass(frozen=True, slots=True)
class StoreLook:
    """The store as it is found: ``where`` without a secret, bytes, and None for what can't be told of it.

    ``kept`` says how long it keeps what nothing is decided by any more; ``last_failure`` is what ended last.
    """

    where: str
    bytes: int
    revision: str
    bytes_a_year: int | None = None
    disk_free_bytes: int | None = None
    kept: tuple[str, ...] = ()
    fetched_at: datetime | None = None
    last_failure: Incident | None = None

    def words(self) -> str:
        """The line of ``rankbot status``."""
        growth = "" if self.bytes_a_year is None else f" (+{weight(self.bytes_a_year)} a year)"
        free = "" if self.disk_free_bytes is None else f"free disk {weight(self.disk_free_bytes)}"
        parts = [f"{weight(self.bytes)}{growth}", f"schema {self.revision}", free, *self.kept]
        rest = ", ".join(part for part in parts if part)
        fits = len(f"{self.where}, {rest}") <= WIDTH - LABEL - 2
        return f"{self.where}, {rest}" if fits else f"{self.where}\n{rest}"

    def to_json(self) -> dict[str, Any]:
        """The fields of ``rankbot status --json``."""
        last = self.last_failure
        return {
            "store_bytes": self.bytes,
            "store_bytes_a_year": self.bytes_a_year,
            "store_revision": self.revision,
            "disk_free_bytes": self.disk_free_bytes,
            "last_fetched_at": self.fetched_at.isoformat() if self.fetched_at else None,
            "last_failure": None
            if last is None
            else {
                "key": last.key,
                "message": last.what,
                "opened_at": last.opened_at.isoformat(),
                "ended_at": last.ended_at.isoformat() if last.ended_at else None,
            },
        }


def look(house: House) -> StoreLook:
    """Looks at the store. What it grows by is not told of one that lets go of what is old: that is no straight line."""
    found, table = house.store.standing(), house.config.store
    kept = tuple(
        f"{what} kept for {wording.count(days, 'day')}"
        for what, days in (("boards", table.keep_boards_days), ("messages", table.keep_messages_days))
        if days
    )
    file = sqlite_file(house.config.store_url.read())
    return StoreLook(
        where=str(file) if file else "PostgreSQL",
        bytes=house.store.size(),
        revision=found.revision,
        bytes_a_year=None if kept else found.bytes_a_year(),
        disk_free_bytes=_free(file) if file else None,
        kept=kept,
        fetched_at=found.last_fetched_at,
        last_failure=found.last_ended,
    )


def failures(opened: int, last: Incident | None) -> str:
    """How many troubles are open, and which ended last: "none open; last ended 3 Nov 2026 (feed failed, 40 min)"."""
    now = f"{opened or 'none'} open"
    if last is None or last.ended_at is None:
        return now
    took = lasted((last.ended_at - last.opened_at).total_seconds())
    return f"{now}; last ended {wording.full_day(last.ended_at.date())} ({in_words(last.key)}, {took})"


def weight(count: int) -> str:
    """Bytes as one says them: 0.4 MB, 18 MB, 41 GB."""
    unit, letters = next((found for found in _UNITS if count >= found[0]), _UNITS[-1])
    whole = count / unit
    return f"{whole:.0f} {letters}" if whole >= 10 else f"{whole:.1f} {letters}"


def _free(file: Path) -> int | None:
    try:
        return shutil.disk_usage(file.absolute().parent).free
    except OSError:  # some mounts do not say
        return None
