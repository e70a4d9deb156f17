from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Kestrel Code", "Kestrel Code"),
        ("  a \t\n\u2028 b  ", "a b"),
        ("a\u202eb\u200bc\u0000d\u2066", "abcd"),
        ("\u200b\u202e", text.NO_NAME),
        ("", text.NO_NAME),
        ("\u3164\u2800", text.NO_NAME),
        ("a\u0301\u0301\u0301\u0301b\u0301", "a\u0301\u0301b\u0301"),
        ("\u0301a", "a"),
        ("👩\u200d💻 ok", "👩\u200d💻 ok"),
        ("a\u200db", "ab"),
        ("\u200da", "a"),
        ("\ud800x", "x"),
        ("=?utf-8?q?x?=\r\nBcc: y", "=?utf-8?q?x?= Bcc: y"),
    ],
)
def test_a_name_is_made_harmless(name: str, shown: str) -> None:
    assert text.clean(name) == shown


def test_a_long_name_is_shortened() -> None:
    assert text.clean("W" * 5000) == "W" * 59 + "…"
    assert text.clean("abc def", 5) == "abc…"
    assert text.shorten("abc", 3) == "abc"


@pytest.mark.parametrize(
    ("limit", "shown"),
    [
        (60, "marrowfield/gourdon-5-max-20260812:free"),
        (28, "gourdon-5-max-20260812:free"),
        (26, "gourdon-5-max:free"),
        (12, "gourdon-5-m…"),
    ],
)
def test_a_slug_that_is_too_long_loses_its_lab_and_its_date_before_its_end(limit: int, shown: str) -> None:
    assert text.clean("marrowfield/gourdon-5-max-20260812:free", limit) == shown
    assert text.fit("marrowfield/gourdon-5-max-20260812:free", limit) == shown


def test_only_a_slug_is_taken_apart() -> None:
    assert text.clean("Tom/Dick and Harry of the mill", 20) == "Tom/Dick and Harry…"
    assert text.clean("lab/gpt-4o-2026-11-20", 10) == "gpt-4o"
    assert text.clean("https://snailpost.example/a", 20) == "https://snailpost.e…"


@given(st.text(max_size=300))
def test_whatever_the_name_one_short_line_remains(name: str) -> None:
    shown = text.clean(name)
    assert 0 < len(shown) <= text.NAME_LIMIT
    assert not any(char in shown for char in "\n\r\t\x00\x1b\u202e\u200b\u2028")


def test_width_counts_columns() -> None:
    assert text.width("abc") == 3
    assert text.width("日本") == 4
    assert text.width("e\u0301") == 1
    assert text.width("👩\u200d💻") == 4


def test_columns_are_padded_and_cut() -> None:
    assert text.left("ab", 4) == "ab  "
    assert text.right("ab", 4) == "  ab"
    assert text.left("abcdef", 4) == "abc…"
    assert text.right("日本語", 4) == " 日…"
    assert text.fit("日本", 4) == "日本"


def test_lines_are_filled_at_spaces() -> None:
    assert text.fill("aa bb cc dd", 7, first="* ", rest="  ") == "* aa bb\n  cc dd"
    assert text.fill("", 7, first="> ") == "> "
    assert text.fill("aaaaaaaaaa b", 5) == "aaaaa\naaaaa\nb"


@given(st.text(max_size=200), st.integers(12, 80))
def test_no_line_is_wider_than_asked_for_and_no_letter_is_lost(words: str, columns: int) -> None:
    filled = text.fill(words, columns, first="  * ", rest="    ")
    assert all(text.width(line) <= columns for line in filled.split("\n"))
    assert "".join(filled.split()).removeprefix("*") == "".join(words.split())


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("plain, 日本, 👩\u200d💻\tand\nlines", "plain, 日本, 👩\u200d💻\tand\nlines"),
        ("\x1b[31mred\x9b0m", "\ufffd[31mred\ufffd0m"),
        ("a\u202eb\u2028c\r", "a\ufffdb\ufffdc\ufffd"),
    ],
)
def test_what_would_act_is_replaced(said: str, shown: str) -> None:
    assert text.inert(said) == shown


@given(st.text())
def test_json_shows_only_and_means_the_same(said: str) -> None:
    written = text.as_json({"name": said})
    assert written.isprintable()
    assert json.loads(written) == {"name": said}
    assert text.as_json({"name": "日本 ▲"}) == '{"name": "日本 ▲"}'
