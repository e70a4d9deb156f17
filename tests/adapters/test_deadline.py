from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import pytest

from bot.adapters.deadline import Wire, within


@contextmanager
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two ends of a connection."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_a_result_in_time_is_returned() -> None:
    assert within(10, lambda: 42) == 42


def test_an_error_in_time_is_raised() -> None:
    def fails() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        within(10, fails)


def test_a_call_that_does_not_end_is_given_up() -> None:
    forever = Event()
    with pytest.raises(TimeoutError):
        within(0.01, forever.wait)
    forever.set()


class TestWires:
    """A call whose connection is known ends with it."""

    def test_a_call_that_waits_for_its_connection_is_ended(self) -> None:
        threads = threading.active_count()
        with pair() as (ours, _), Wire() as wire:

            def call() -> bytes:
                wire.hold(ours)
                answer = ours.recv(1)
                raise ConnectionResetError(answer)

            with pytest.raises(TimeoutError) as caught:
                within(0.01, call, wire=wire)
            assert isinstance(caught.value.__cause__, ConnectionResetError)
            assert (wire.came_about, wire.was_cut) == (True, True)
        assert threading.active_count() == threads

    def test_what_it_returns_all_the_same_counts(self) -> None:
        """A mail that was written is not to be called unsent because the time ran out with its last byte."""
        with pair() as (ours, _), Wire() as wire:

            def call() -> str:
                wire.hold(ours)
                ours.recv(1)
                return "written"

            assert within(0.01, call, wire=wire) == "written"
            assert wire.was_cut

    def test_a_connection_that_comes_about_too_late_is_closed_unused(self) -> None:
        with pair() as (ours, theirs), Wire() as wire:
            connected = Event()
            refused = Event()

            def call() -> None:
                connected.wait()
                with pytest.raises(TimeoutError):
                    wire.hold(ours)
                refused.set()

            with pytest.raises(TimeoutError):
                within(0.01, call, wire=wire)
            assert not wire.came_about
            connected.set()
            assert refused.wait(10)
            assert theirs.recv(1) == b""

    def test_several_calls_may_share_one(self) -> None:
        with pair() as (ours, theirs), Wire() as wire:
            within(10, lambda: wire.hold(ours), wire=wire)
            assert not wire.was_cut
            theirs.sendall(b"x")
            assert within(10, lambda: ours.recv(1), wire=wire) == b"x"
            assert within(0.01, lambda: ours.recv(1), wire=wire) == b""

    def test_one_whose_other_end_is_gone_can_be_cut(self) -> None:
        with pair() as (ours, theirs), Wire() as wire:
            wire.hold(ours)
            theirs.close()
            assert wire.cut()
            assert wire.cut()

    def test_whoever_is_interrupted_leaves_nothing_to_go_on(self) -> None:
        """Ctrl-C while a mail is sent: it must not be sent all the same, by a thread that nobody waits for."""

        class Interruption(Exception):  # noqa: N818  (as KeyboardInterrupt)
            pass

        def interrupt(_number: int, _frame: object) -> None:
            raise Interruption

        with pair() as (ours, theirs), Wire() as wire:

            def call() -> bytes:
                wire.hold(ours)
                os.kill(os.getpid(), signal.SIGUSR1)
                return ours.recv(1)

            before = signal.signal(signal.SIGUSR1, interrupt)
            try:
                with pytest.raises(Interruption):
                    within(10, call, wire=wire)
            finally:
                signal.signal(signal.SIGUSR1, before)
            assert wire.was_cut
            assert theirs.recv(1) == b""


def test_a_machine_without_threads_is_a_failure_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none)
    with pytest.raises(OSError, match="no thread could be started"):
        within(10, lambda: 42)
