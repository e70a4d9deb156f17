"""What a serving process holds: the turn on its store, and its beat."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from bot.adapters.store.turn import Turn
from bot.cli.live import beat_file
from bot.cli.output import whisper
from bot.errors import StoreBusyError
from bot.wiring import House

WAIT_SECONDS = 5
"""How often a second process looks whether its turn has come."""


@contextmanager
def hold_store(house: House, *, wait: bool) -> Iterator[Callable[[datetime], None]]:
    """Holds the store's turn while serving; yields what to call with each beat.

    Where another process serves the store, says which, and waits for its end; without ``wait``, StoreBusyError.
    """
    turn = Turn(house.config.store_url.read(), who=f"process {os.getpid()} on {socket.gethostname()}")
    told = False
    while not turn.take():
        if not wait:
            raise StoreBusyError(f"The store is served by {turn.holder()}.", hint="Leave --no-wait out to wait for it.")
        if not told:
            whisper(f"The store is served by {turn.holder()}; waiting for it to end.")
            told = True
        time.sleep(WAIT_SECONDS)
    file = beat_file(house.config.file)

    def beat(now: datetime) -> None:
        file.touch(mode=0o600)
        os.utime(file, (now.timestamp(), now.timestamp()))

    try:
        yield beat
    finally:
        file.unlink(missing_ok=True)
        turn.leave()
