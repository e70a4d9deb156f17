"""Spaces requests evenly, so that no service's limit a minute is met: alone, or in turn with other processes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from bot.app.ports import Store
from bot.core import pace
from bot.errors import FeedRateLimitError


class SharedPacer:
    """Called before each request to the feed; waits its turn among all processes of a store, and counts the request.

    Raises FeedRateLimitError while the feed wants to be left alone, BudgetExhaustedError where the day's requests are
    used up; then nothing is to be sent. ``clock`` gives the aware UTC time, ``sleep`` waits that many seconds.
    """

    def __init__(
        self,
        store: Store,
        *,
        requests_per_minute: int,
        requests_per_day: int,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None],
    ) -> None:
        self._store = store
        self._space = pace.interval(requests_per_minute)
        self._limit = requests_per_day
        self._clock = clock
        self._sleep = sleep

    def __call__(self) -> None:
        """Returns when the request may be sent. It is counted for the day on which that is."""
        with self._store.transaction() as tx:
            now = self._clock()
            self._heed_pause(tx, now)
            moment = tx.reserve(now, self._space)
            if moment <= now:
                self._count(tx, now)
                return
        self._sleep((moment - now).total_seconds())
        with self._store.transaction() as tx:
            now = self._clock()
            self._heed_pause(tx, now)  # another process may have been told meanwhile
            self._count(tx, now)

    def _count(self, tx: Store, now: datetime) -> None:
        tx.spend(now.astimezone(UTC).date(), self._limit)

    def _heed_pause(self, tx: Store, now: datetime) -> None:
        now = now.astimezone(UTC)
        until = tx.feed_paused_until(now)
        if until:
            form = "%H:%M" if until.date() == now.date() else "%Y-%m-%d %H:%M"
            raise FeedRateLimitError(
                f"The feed asked to wait until {until:{form}} UTC; no request was made.",
                hint="The next run asks again.",
            )


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
