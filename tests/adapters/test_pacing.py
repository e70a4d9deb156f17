"""The pacers: even spaces between requests, and no bursts; alone, or among processes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.adapters.pacing import Pacer, SharedPacer
from bot.errors import BudgetExhaustedError, FeedRateLimitError
from tests.app.doubles import MORNING, Clock
from tests.fakes import FakeStore


class Time:
    """A clock that only sleeping, or the test, moves on."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def _pacer(time: Time, requests_per_minute: int = 30) -> Pacer:
    return Pacer(requests_per_minute, clock_monotonic=time.clock, sleep=time.sleep)


def test_first_request_goes_at_once() -> None:
    time = Time()
    _pacer(time)()
    assert time.slept == []


def test_requests_in_a_row_are_evenly_spaced() -> None:
    time = Time()
    pacer = _pacer(time)
    for _ in range(4):
        pacer()
    assert time.slept == [2.0, 2.0, 2.0]


def test_only_the_rest_of_the_space_is_waited_for() -> None:
    time = Time()
    pacer = _pacer(time, 60)
    pacer()
    time.now += 0.75
    pacer()
    assert time.slept == [0.25]


def test_idle_time_is_not_saved_up_for_a_burst() -> None:
    time = Time()
    pacer = _pacer(time)
    pacer()
    time.now += 3600
    pacer()
    pacer()
    assert time.slept == [2.0]


def test_exactly_at_the_due_time_nothing_is_waited_for() -> None:
    time = Time()
    pacer = _pacer(time)
    pacer()
    time.now += 2
    pacer()
    assert time.slept == []


def test_no_minute_sees_more_requests_than_the_limit() -> None:
    time = Time()
    pacer = _pacer(time, 7)
    sent: list[float] = []
    for _ in range(50):
        pacer()
        sent.append(time.now)
        time.now += 0.1
    assert max(sum(start <= at < start + 60 - 1e-6 for at in sent) for start in sent) == 7


@pytest.mark.parametrize("requests_per_minute", [0, -1])
def test_a_limit_below_one_is_a_bug(requests_per_minute: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        _pacer(Time(), requests_per_minute)


class TestShared:
    """Processes take turns, heed what the feed said, and count each request for the day on which it is sent."""

    def pacer(self, store: FakeStore, clock: Clock, limit: int = 500) -> SharedPacer:
        return SharedPacer(store, requests_per_minute=31, requests_per_day=limit, clock=clock, sleep=clock.sleep)

    def test_two_take_turns(self) -> None:
        store, clock = FakeStore(), Clock()
        one, other = self.pacer(store, clock), self.pacer(store, clock)
        for _ in range(2):
            one()
            other()
        assert clock.slept == [2.0, 2.0, 2.0]
        assert store.spent(MORNING.date()) == 4

    def test_while_the_feed_wants_to_be_left_alone_nothing_is_taken(self) -> None:
        store, clock = FakeStore(), Clock()
        store.pause_feed(clock.now + timedelta(minutes=10), clock.now)
        with pytest.raises(FeedRateLimitError, match="until 02:25 UTC; no request was made"):
            self.pacer(store, clock)()
        assert (store.spent(MORNING.date()), clock.slept) == (0, [])
        assert store.reserve(clock.now, timedelta(seconds=2)) == clock.now

    def test_a_request_counts_for_the_day_on_which_its_turn_comes(self) -> None:
        store, clock = FakeStore(), Clock(MORNING.replace(hour=23, minute=59, second=59))
        pacer = self.pacer(store, clock)
        pacer()
        pacer()
        assert [store.spent(MORNING.date() + timedelta(days=later)) for later in range(2)] == [1, 1]

    def test_a_used_up_budget_is_said(self) -> None:
        store, clock = FakeStore(), Clock()
        pacer = self.pacer(store, clock, limit=1)
        pacer()
        with pytest.raises(BudgetExhaustedError):
            pacer()
