"""A bound on a whole call, for libraries whose timeout counts anew with each address and each received piece."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Lock, Thread
from types import TracebackType
from typing import Self, TypeVar

T = TypeVar("T")


class Wire:
    """The connection of a call, for another thread to cut. As a context it is let go of at the end.

    It holds a duplicate, for TLS takes the original over; shutting that down ends the connection all the same. Between
    a name and a connection nothing can be cut: one that comes about too late is closed at once, and nothing is sent.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: socket.socket | None = None
        self._came_about = False
        self._was_cut = False

    @property
    def came_about(self) -> bool:
        """Whether there ever was a connection; without one nothing was sent."""
        return self._came_about

    @property
    def was_cut(self) -> bool:
        """Whether the connection was shut down from here; what looks like the end of an answer may be that."""
        return self._was_cut

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        with self._lock:
            self._was_cut = True
            if self._held:
                self._held.close()
                self._held = None

    def hold(self, connection: socket.socket) -> None:
        """Takes hold of a connection as soon as it is there, before anything goes over it.

        Closes it and raises TimeoutError if that comes too late, OSError if no file may be opened any more.
        """
        with self._lock:
            try:
                if self._was_cut:
                    raise TimeoutError(None, "the connection came about too late")
                self._held = connection.dup()
            except OSError:
                connection.close()
                raise
            self._came_about = True

    def cut(self) -> bool:
        """Shuts the connection down, now or when it comes about; whether there is one."""
        with self._lock:
            self._was_cut = True
            if self._held is None:
                return False
            with contextlib.suppress(OSError):  # the other side was quicker
                self._held.shutdown(socket.SHUT_RDWR)
            return True


def within(seconds: float, call: Callable[[], T], *, wire: Wire | None = None) -> T:
    """What ``call`` returns or raises; raises TimeoutError when that takes longer, OSError if no thread can be started.

    The call runs in a thread of its own, which can't be stopped. ``wire`` has hold of the connection that it waits for:
    that is cut then, which ends the call, and if it returns all the same, its result counts. A call that has no
    connection yet, or gives none to hold, is left behind; without a wire it may still have an effect.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001  (whatever it is, it is raised in the calling thread)
            future.set_exception(error)

    thread = Thread(target=run, name="bounded call", daemon=True)
    try:
        _start(thread)
        in_time = bool(wait([future], timeout=seconds).done)
    except BaseException:  # whoever interrupts the waiting must not have the call go on
        if wire:
            wire.cut()
        raise
    if in_time:
        thread.join()
        return future.result()
    if wire is None or not wire.cut():
        raise TimeoutError
    thread.join()
    return _late(future)


def _start(thread: Thread) -> None:
    try:
        thread.start()
    except RuntimeError as error:
        raise OSError(None, "no thread could be started") from error


def _late(future: Future[T]) -> T:
    """What a call returned in the end; however it broke off, that was for want of time."""
    try:
        return future.result()
    except Exception as error:  # what a library makes of a connection that is shut down under it, it need not say
        raise TimeoutError from error
