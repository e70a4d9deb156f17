"""Starts ``rankbot`` processes as they are ordered, one JSON line each, and says how each of them ended.

Everything is imported once; each process is then forked, so that a life of the bot takes a third of a second and a
thousand deaths take minutes. It is a process of its own all the same: what SIGKILL takes from it is gone.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import certifi
import css_inline
import httpcore
import jinja2.sandbox
import psycopg
from alembic.runtime import migration

from bot import wiring
from bot.__main__ import main
from bot.cli import app, report, running
from tests.crash.boundaries import watch
from tests.crash.shared import Shared, arm, clear, is_preloaded, shared

PRELOADED = (app, certifi, css_inline, httpcore, jinja2.sandbox, migration, psycopg, report, running, wiring)
"""What the command would import as late as it can."""
LONGEST = 60.0
"""Seconds after which a life hangs: a limit, not a measure."""


@dataclass(frozen=True, slots=True)
class Life:
    """One run of the bot that is ordered.

    It begins at ``now`` (ISO) by its clock. Without a ``pace`` that clock runs as the real one does, and waiting moves
    it on and takes no time; with one it runs so many times as fast since ``since`` (monotonic seconds), and waiting is
    waiting: so that two may run at once. It connects from the loopback address ``address``. It dies at the boundary or
    the system call ``at`` (``how``), or ``after`` so many seconds; 0: it does not.
    """

    folder: str
    now: str
    address: str
    seed: int = 0
    environment: dict[str, str] = field(default_factory=dict)
    pace: float = 0.0
    since: float = 0.0
    boundary: int = 0
    syscall: int = 0
    how: int = 0
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class End:
    """How a life ended: ``code`` is its exit code, None if it was killed, where ``hung`` because it did not end.

    ``stage`` and ``where`` say at what it was killed, ``boundaries`` and ``syscalls`` how many it had passed.
    ``waited`` are seconds that its clock was moved on, ``took`` real ones.
    """

    code: int | None
    hung: bool
    stage: str
    where: str
    boundaries: int
    syscalls: int
    waited: float
    took: float


def lead(life: Life, order: Shared) -> int:
    """Runs the command in this process; returns its exit code."""
    os.chdir(life.folder)
    os.environ.update(life.environment)
    random.seed(life.seed)
    _connect_from(life.address)
    log = os.open("log.txt", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for standard in (1, 2):
        os.dup2(log, standard)
    order.at, order.syscalls.at, order.syscalls.how = life.boundary, life.syscall, life.how
    watch(order)
    clock, sleep = _time(life, order)
    if is_preloaded():
        arm(order)
    return main(["run"], clock=clock, sleep=sleep)


def _time(life: Life, order: Shared) -> tuple[Callable[[], datetime], Callable[[float], None]]:
    """The clock of a life, and what it waits with."""
    start, began = datetime.fromisoformat(life.now), time.monotonic()

    def clock() -> datetime:
        if life.pace:
            return start + timedelta(seconds=(time.monotonic() - life.since) * life.pace)
        return start + timedelta(seconds=time.monotonic() - began + order.waited)

    def sleep(seconds: float) -> None:
        if life.pace:
            time.sleep(seconds / life.pace)
        else:
            order.waited += seconds

    return clock, sleep


def _connect_from(address: str) -> None:
    """Has every connection come from an address by which the servers tell lives apart."""
    real = socket.create_connection

    def create_connection(*given: Any, **named: Any) -> socket.socket:
        return real(*given[:2], **{**named, "source_address": (address, 0)})

    socket.create_connection = create_connection


def live(life: Life, order: Shared) -> End:
    """Starts a process that leads the life, and waits for its end."""
    began = time.monotonic()
    clear(order)
    child = os.fork()
    if child == 0:
        code = 70
        try:
            code = lead(life, order)
        except BaseException:  # noqa: BLE001  (whatever it is, this process must end here)
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    watched = os.pidfd_open(child)
    ended, _, _ = select.select([watched], [], [], life.after or LONGEST)
    if not ended:
        os.kill(child, signal.SIGKILL)
    os.close(watched)
    _, status = os.waitpid(child, 0)
    return End(
        code=os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else None,
        hung=not ended and not life.after,
        stage=order.stage.decode() or "start and end",
        where=order.where.decode() or order.syscalls.name.decode(),
        boundaries=order.boundaries,
        syscalls=order.syscalls.count,
        waited=order.waited,
        took=time.monotonic() - began,
    )


def serve(memory: Path) -> None:
    """Answers each line of standard input with one of standard output."""
    order = shared(memory)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(asdict(live(Life(**json.loads(line)), order))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
