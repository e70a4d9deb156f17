"""Thirty requests in any minute and five hundred a UTC day, for each key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.sandbox.limits import Limits

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_the_thirty_first_request_of_a_minute_waits_until_the_first_is_a_minute_old() -> None:
    limits = Limits()
    assert [limits.take("a", NOON + timedelta(seconds=second)) for second in range(30)] == [None] * 30
    assert limits.take("a", NOON + timedelta(seconds=45.5)) == 15
    assert limits.take("a", NOON + timedelta(seconds=60)) is None
    assert limits.take("a", NOON + timedelta(seconds=60)) == 1


def test_each_key_has_its_own_minute() -> None:
    limits = Limits(per_minute=1)
    assert limits.take("a", NOON) is None
    assert limits.take("b", NOON) is None
    assert limits.take("a", NOON) == 60


def test_a_refused_request_costs_nothing() -> None:
    limits = Limits(per_minute=1)
    limits.take("a", NOON)
    for second in range(60):
        assert limits.take("a", NOON + timedelta(seconds=second)) == 60 - second
    assert limits.take("a", NOON + timedelta(seconds=60)) is None


def test_the_day_is_used_up_until_midnight_utc() -> None:
    limits = Limits(per_day=2)
    assert limits.take("a", NOON) is None
    assert limits.take("a", NOON + timedelta(hours=1)) is None
    assert limits.take("a", NOON + timedelta(hours=2)) == 10 * 3600
    assert limits.take("a", NOON + timedelta(hours=12)) is None


def test_five_hundred_are_a_day_by_default() -> None:
    limits = Limits()
    passed = [limits.take("a", NOON + timedelta(minutes=minute // 10)) for minute in range(501)]
    assert passed[:500] == [None] * 500
    assert passed[500] == 11 * 3600 + 10 * 60
