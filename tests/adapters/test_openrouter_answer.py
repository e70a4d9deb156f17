"""JSON that spells half a letter, and Retry-After in all its spellings."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.openrouter_answer import MAX_RETRY_AFTER, AppAnswer, read, retry_after
from tests.adapters.feed_answers import META, app_row

NOW = datetime(2026, 11, 11, 3, 0, tzinfo=UTC)


def name_read(spelled: str) -> str:
    """An app's name as it is read where the answer spells it so."""
    body = json.dumps({"data": [app_row(1, app_name="NAME"), app_row(2)], "meta": META}).replace("NAME", spelled)
    return read(AppAnswer, body.encode(), what="the board").data[0].app_name


@pytest.mark.parametrize(
    ("spelled", "name"),
    [
        (r"Cool \ud83d", "Cool \ufffd"),
        (r"\uDE00 Cool", "\ufffd Cool"),
        (r"\ud83d\ud83d\ude00", "\ufffd\U0001f600"),
        (r"\ude00\ud83d", "\ufffd\ufffd"),
        (r"\ud83d\u00e9", "\ufffd\u00e9"),
        (r"\ud83dude00", "\ufffdude00"),
        (r"\\ud83d \ud83d", "\\ud83d \ufffd"),
        (r"\\\ud83d", "\\\ufffd"),
        (r"\ud83d\ude00 \ud83d", "\U0001f600 \ufffd"),
    ],
)
def test_half_a_letter_in_a_name_costs_no_more_than_the_letter(spelled: str, name: str) -> None:
    """JavaScript cuts a name amid an emoji; the board would be unusable for as long as the app is listed."""
    assert name_read(spelled) == name


@given(st.text(st.characters(codec=None) | st.sampled_from("\\u\ud83d\ude00d8"), max_size=30))
def test_property_any_name_that_json_can_spell_is_read(name: str) -> None:
    """As it is, but for what no database holds: NUL, and halves of letters."""
    paired = name.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert name_read(json.dumps(name)[1:-1]) == paired.replace("\0", "\ufffd")


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
