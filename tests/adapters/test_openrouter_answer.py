"""Retry-After in all its spellings."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.openrouter_answer import MAX_RETRY_AFTER, retry_after

NOW = datetime(2026, 11, 11, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        (" 30 ", 30.0),
        ("+7", 7.0),
        ("1.5", 1.5),
        ("-1", 0.0),
        ("86400", 86400.0),
        ("86401", 86400.0),
        ("Wed, 11 Nov 2026 03:00:10 GMT", 10.0),
        ("Wed, 11 Nov 2026 03:00:10 -0000", 10.0),
        ("Wed, 11 Nov 2026 05:00:10 +0200", 10.0),
        ("Wednesday, 11-Nov-26 03:00:10 GMT", 10.0),
        ("Tue, 10 Nov 2026 03:00:10 GMT", 0.0),
        ("Wed, 11 Nov 9999 03:00:10 GMT", 86400.0),
        ("", None),
        ("soon", None),
        ("1e3", None),
        ("nan", None),
        ("inf", None),
        ("٣٠", None),
        ("9" * 400, None),
        ("Wed, 32 Nov 2026 03:00:10 GMT", None),
        ("2026-11-11T03:00:10Z", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, seconds: float | None) -> None:
    assert retry_after(text, NOW) == seconds


_numbers = st.integers(-5, 10**6)
_dates = st.builds("Wed, {} Nov {} {}:{}:{} {}".format, *[_numbers] * 5, st.sampled_from(["", "GMT", "-0000", "+9999"]))


@given(st.text() | _numbers.map(str) | _dates)
def test_property_whatever_a_header_says_gives_a_bounded_wait_or_none(text: str) -> None:
    seconds = retry_after(text, NOW)
    assert seconds is None or 0 <= seconds <= MAX_RETRY_AFTER
