"""Turns among processes, and pauses that the feed asked for: neither outlives a clock that was set back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.pace import LONGEST_PAUSE, MOST_WAITING, interval, pause, paused, turn

NOW = datetime(2026, 11, 11, 2, 15, tzinfo=UTC)
SPACE = timedelta(seconds=2)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("limit", [1, 7, 30, 10_000])
def test_a_minute_sees_no_more_than_the_limit_even_if_ways_differ_by_two_seconds(limit: int) -> None:
    assert (
        limit * interval(limit) - timedelta(milliseconds=1) <= timedelta(seconds=62) <= limit * interval(limit) + SECOND
    )
    assert limit * interval(limit) > timedelta(seconds=61.9)


@pytest.mark.parametrize(
    ("following", "moment"),
    [
        (None, NOW),
        (NOW - SECOND, NOW),
        (NOW, NOW),
        (NOW + SECOND, NOW + SECOND),
        (NOW + MOST_WAITING * SPACE, NOW + MOST_WAITING * SPACE),
        (NOW + MOST_WAITING * SPACE + SECOND, NOW + SPACE),
        (NOW + timedelta(hours=1), NOW + SPACE),
    ],
)
def test_a_turn_is_waited_for_as_far_as_others_explain_it(following: datetime | None, moment: datetime) -> None:
    assert turn(following, NOW, SPACE) == moment


@pytest.mark.parametrize(
    ("stored", "until"),
    [
        (None, None),
        (NOW, None),
        (NOW + SECOND, NOW + SECOND),
        (NOW + LONGEST_PAUSE, NOW + LONGEST_PAUSE),
        (NOW + LONGEST_PAUSE + SECOND, None),
    ],
)
def test_a_pause_holds_until_it_is_over(stored: datetime | None, until: datetime | None) -> None:
    assert paused(stored, NOW) == until


@pytest.mark.parametrize(
    ("stored", "said", "until"),
    [
        (None, NOW + SECOND, NOW + SECOND),
        (NOW + SECOND, NOW + 2 * SECOND, NOW + 2 * SECOND),
        (NOW + 2 * SECOND, NOW + SECOND, NOW + 2 * SECOND),
        (NOW - SECOND, NOW + SECOND, NOW + SECOND),
        (NOW + timedelta(days=365), NOW + SECOND, NOW + SECOND),
        (None, NOW + timedelta(days=365), NOW + LONGEST_PAUSE),
    ],
)
def test_the_later_word_counts_within_a_day(stored: datetime | None, said: datetime, until: datetime) -> None:
    assert pause(stored, said, NOW) == until
