"""What a serving process holds and does: the turn on its store, its beat, and what each minute's nudge runs."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from bot.adapters.store.turn import Turn
from bot.app.cycle import CycleReport
from bot.cli.live import beat_file
from bot.cli.output import whisper
from bot.errors import StoreBusyError
from bot.scheduler import Beat, Nudge
from bot.wiring import House, after_cycle, cadence_of

WAIT_SECONDS = 5
"""How often a second process looks whether its turn has come."""


@contextmanager
def hold_store(house: House, *, wait: bool) -> Iterator[Beat]:
    """Holds the store's turn while serving; yields what to call when the process shows that it lives.

    Where another process serves the store, says which, and waits for its end, beating; without ``wait``,
    StoreBusyError.
    """
    turn = Turn(house.config.store_url.read(), who=f"process {os.getpid()} on {socket.gethostname()}")

    def write(now: datetime) -> None:
        file = beat_file(house.config.file)
        file.touch(mode=0o600)
        os.utime(file, (now.timestamp(), now.timestamp()))

    beat = Beat(write, clock=house.clock)
    try:
        _take(turn, beat, wait=wait)
        try:
            yield beat
        finally:
            with suppress(OSError):  # where no beat could be left, there is none to take away
                beat_file(house.config.file).unlink()
    finally:
        turn.leave()


def _take(turn: Turn, beat: Beat, *, wait: bool) -> None:
    told = False
    while not turn.take():
        if not wait:
            raise StoreBusyError(f"The store is served by {turn.holder()}.", hint="Leave --no-wait out to wait for it.")
        beat()
        if not told:
            whisper(f"The store is served by {turn.holder()}; waiting for it to end.")
            told = True
        time.sleep(WAIT_SECONDS)


def nudge(house: House, beat: Beat) -> Nudge:
    """What is to run each minute. In a long cycle, each of the feed's answers and each part that is sent is a beat."""
    cycle = house.cycle()

    def run(beat: Callable[[], None]) -> CycleReport:
        report = cycle.run(progress=lambda _answered, _planned: beat(), alive=beat)
        after_cycle(house, report)
        return report

    return Nudge(
        clock=house.clock,
        settle=house.settle,
        cadences=tuple(cadence_of(table) for table in house.config.channels.values()),
        run=run,
        send=lambda: cycle.send(alive=beat),
        beat=beat,
    )
