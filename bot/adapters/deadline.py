"""A bound on a whole call, for libraries whose timeout counts anew with each received piece."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def within(seconds: float, call: Callable[[], T]) -> T:
    """What ``call`` returns or raises; raises TimeoutError when that takes longer.

    The call runs in a thread of its own, which can't be stopped: after a TimeoutError it may still have an effect.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001  (whatever it is, it is raised in the calling thread)
            future.set_exception(error)

    Thread(target=run, name="bounded call", daemon=True).start()
    return future.result(timeout=seconds)
