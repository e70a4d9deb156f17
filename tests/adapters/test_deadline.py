from __future__ import annotations

from threading import Event

import pytest

from bot.adapters.deadline import within


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
