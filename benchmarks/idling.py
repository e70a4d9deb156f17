"""``rankbot serve`` over simulated days, with what it holds in memory.

python -m benchmarks.idling CONFIG DAYS

Runs the nudge of every minute (fourteen hundred a day, of which one is a whole cycle) by a clock that goes on by a
minute each time, and prints the resident memory in bytes after each day.
"""

from __future__ import annotations

import resource
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.scene import FIRST, morning
from bot.cli.serving import hold_store, nudge
from bot.wiring import House, load_config

MINUTE = timedelta(minutes=1)


class SimulatedClock:
    """A clock that is set from outside; ``now_file`` tells the feed the same."""

    def __init__(self, begin: datetime, now_file: Path) -> None:
        self.moment = begin
        self._file = now_file
        self.set(begin)

    def set(self, moment: datetime) -> None:
        """Sets it."""
        if moment.date() != self.moment.date() or not self._file.exists():
            self._file.write_text(moment.isoformat(), encoding="utf-8")
        self.moment = moment

    def __call__(self) -> datetime:
        """The time."""
        return self.moment


def resident() -> int:
    """The memory that this process holds now, in bytes (Linux; elsewhere the most that it ever held)."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except FileNotFoundError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return pages * resource.getpagesize()


def idle(config: Path, days: int, *, minutes: int = 1440, step: timedelta = MINUTE) -> Iterator[int]:
    """The memory after each of the simulated days."""
    from bot.scheduler import serve  # noqa: F401  (a serving process has its scheduler)

    clock = SimulatedClock(morning(FIRST), config.parent.parent / "feed.now")
    with (
        House(load_config(config), clock=clock, sleep=lambda _seconds: None, patience=timedelta(0)) as house,
        hold_store(house, wait=False, stopping=threading.Event()) as hold,
    ):
        beat = nudge(house, hold)
        for _ in range(days):
            for _ in range(minutes):
                beat()
                clock.set(clock.moment + step)
            yield resident()


if __name__ == "__main__":
    for held in idle(Path(sys.argv[1]), int(sys.argv[2])):
        print(held, flush=True)  # noqa: T201
