"""What a serving process holds and does: the turn on its store, its beat, and what each minute's nudge runs."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from bot.adapters.service_manager import ALIVE, READY, STOPPING
from bot.adapters.store.turn import Turn
from bot.app.cycle import Cycle, CycleReport
from bot.cli.live import beat_file, leave_beat
from bot.cli.opening import log_attempts, log_failures
from bot.errors import StoreBusyError, StoreError
from bot.scheduler import Beat, Nudge
from bot.wiring import House, after_cycle, service_manager, this_process

LOG = logging.getLogger("rankbot.serve")
WAIT_SECONDS = 5
"""How often a second process looks whether its turn has come."""


@dataclass(frozen=True, slots=True)
class Hold:
    """The turn on a store: ``beat`` shows that the process lives, ``keep`` says whether the turn is still its own."""

    beat: Beat
    keep: Callable[[], bool]


@contextmanager
def hold_store(house: House, *, wait: bool, stopping: threading.Event) -> Iterator[Hold]:
    """Holds the store's turn while serving.

    Where another process serves the store, says which, and waits for its end: beating, and sending what that one has
    put into the outbox, until ``stopping``, which SIGTERM sets then. Without ``wait``, StoreBusyError.
    """
    turn = Turn(house.config.store_url.read(), who=this_process())
    manager = service_manager()
    since = house.clock().timestamp()

    def write(now: datetime) -> None:
        try:
            manager.tell(READY, ALIVE)
        finally:  # each sign has its own reader
            leave_beat(house.config.file, now.timestamp(), since=since, host=os.uname().nodename)

    beat = Beat(write, clock=house.clock)
    try:
        if not turn.take():
            if not wait:
                raise StoreBusyError(
                    f"The store is served by {turn.holder()}.", hint="Leave --no-wait out to wait for it."
                )
            _wait(turn, house, beat, stopping)
        try:
            yield Hold(beat, turn.take)
        finally:
            with suppress(OSError):  # where no beat could be left, there is none to take away
                beat_file(house.config.file).unlink()
            with suppress(OSError):  # it sees the end of the process in any case
                manager.tell(STOPPING)
    finally:
        turn.leave()


def _wait(turn: Turn, house: House, beat: Beat, stopping: threading.Event) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopping.set())
    beat()
    LOG.warning("The store is served by %s; waiting for it to end. What is due is sent meanwhile.", turn.holder())
    cycle = house.cycle()
    while not stopping.is_set():
        assist(cycle, beat)
        if _taken(turn):
            return
        stopping.wait(WAIT_SECONDS)
        beat()
    LOG.info("told to end while waiting: ended")


def _taken(turn: Turn) -> bool:
    """Whether the turn has come. A store that can't be asked now may be there at the next look."""
    try:
        return turn.take()
    except StoreError as error:
        LOG.warning("the store can't be asked for its turn reason=%s", error)
        return False


def assist(cycle: Cycle, beat: Callable[[], None]) -> None:
    """Sends what is due while another process serves the store; a failure of the store's is that one's to tell."""
    try:
        attempts = cycle.help(alive=beat)
    except StoreError as error:
        LOG.warning("nothing could be sent while waiting reason=%s", error)
        return
    log_attempts(attempts)


def nudge(house: House, hold: Hold) -> Callable[[], None]:
    """What is to run each minute. In a long cycle, each of the feed's answers and each part that is sent is a beat.

    Whoever has lost the turn meanwhile (PostgreSQL was started anew, and another process was quicker) only sends.
    """
    work = _Work(house, hold.beat)
    whole = Nudge(
        clock=house.clock,
        settle=house.settle,
        cadences=tuple(table.cadence for table in house.config.channels.values()),
        run=work.run,
        send=work.send,
        beat=hold.beat,
    )

    def once() -> None:
        if _kept(hold):
            whole()
            work.rest()
        else:
            hold.beat()
            assist(work.cycle, hold.beat)

    return once


class _Work:
    """The cycles of a serving process, one after another, and what is between them."""

    def __init__(self, house: House, beat: Callable[[], None]) -> None:
        self.cycle = house.cycle()
        self._house = house
        self._beat = beat
        self._ran = False
        self._complete: bool | None = None  # not the report: it holds each digest, 3 MiB of it, until the next day

    def run(self, beat: Callable[[], None]) -> CycleReport:
        """A cycle, and what is told of it beside its digests."""
        self._complete, self._ran = None, True
        report = self.cycle.run(progress=lambda _answered, _planned: beat(), alive=beat)
        self._complete = report.complete
        after_cycle(self._house, complete=report.complete)
        log_failures(report)
        log_attempts(report.attempts)
        return report

    def send(self) -> None:
        """What the cycle could not send goes out between two: then the switch has its ping after all."""
        attempts = self.cycle.send(alive=self._beat)
        log_attempts(attempts)
        if attempts and self._complete is not None:
            after_cycle(self._house, complete=self._complete)

    def rest(self) -> None:
        """After a cycle, when its report is gone: serving takes 88 MiB, and not 100, until the next."""
        if self._ran:
            self._ran = False
            self._house.rest()


def _kept(hold: Hold) -> bool:
    """Whether the turn is still ours. A store that can't be asked is the cycle's to tell, which asks it, too."""
    try:
        kept = hold.keep()
    except StoreError:
        return True
    if not kept:
        LOG.warning("another process serves the store now; this one only sends")
    return kept
