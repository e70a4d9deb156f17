"""The pacer: even spaces between requests, and no bursts."""

from __future__ import annotations

import pytest

from bot.adapters.pacing import Pacer


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
