"""What is believed of a stored moment that is still to come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.clocks import TOLERATED, ahead

NOW = datetime(2026, 11, 11, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("by", "wrong"),
    [(-TOLERATED, False), (timedelta(0), False), (TOLERATED, False), (TOLERATED + timedelta(microseconds=1), True)],
)
def test_clocks_may_differ_by_an_hour(by: timedelta, wrong: bool) -> None:
    assert ahead(NOW + by, NOW) is wrong
