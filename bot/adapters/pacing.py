"""Spaces requests evenly, so that the feed's limit a minute is never met."""

from __future__ import annotations

from collections.abc import Callable


class Pacer:
    """Called before each request; sleeps until it may be sent.

    The first may go at once, each further one 60 / ``requests_per_minute`` seconds after the one before. Time that
    passed unused is not saved up: there are no bursts. ``clock_monotonic`` and ``sleep`` are in seconds.
    """

    def __init__(
        self,
        requests_per_minute: int,
        *,
        clock_monotonic: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        if requests_per_minute < 1:
            raise ValueError(f"requests_per_minute is {requests_per_minute}, and must be at least 1")
        self._interval = 60 / requests_per_minute
        self._clock = clock_monotonic
        self._sleep = sleep
        self._next: float | None = None

    def __call__(self) -> None:
        """Returns when the next request may be sent."""
        now = self._clock()
        due = now if self._next is None else max(now, self._next)
        self._next = due + self._interval
        if due > now:
            self._sleep(due - now)
