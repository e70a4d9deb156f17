"""What is kept of a service's words: short, on one line, and without secrets, however they are written."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.service_words import LIMIT, quoted, scrub

SECRET = "5ecret pass/word+%&"


@pytest.mark.parametrize(
    "written",
    [
        SECRET,
        quote(SECRET),
        quote_plus(SECRET),
        base64.b64encode(SECRET.encode()).decode(),
        json.dumps(SECRET),
    ],
)
def test_a_secret_is_taken_out_however_it_is_written(written: str) -> None:
    said = scrub(f"535 bad login {written} here", SECRET, "")
    assert "(secret)" in said
    assert not any(piece in said for piece in ("5ecret", "pass", "word", written.strip('"=')))


@pytest.mark.parametrize("shown", range(4, len(SECRET)))
def test_of_a_secret_that_is_cut_off_no_beginning_is_left(shown: int) -> None:
    cut = quoted("x" * (LIMIT - 1 - shown) + SECRET * 2)
    assert scrub(cut, SECRET) == "x" * (LIMIT - 1 - shown) + "(secret)…" or cut[-2] == " "
    assert SECRET[:4] not in scrub(cut, SECRET)


@given(st.text(max_size=60), st.text(min_size=12, max_size=40), st.text(max_size=300))
def test_no_secret_is_left_wherever_it_stands(before: str, secret: str, after: str) -> None:
    said = scrub(quoted(f"{before}{secret}{after}"), secret)
    assert secret not in said
