"""A plain text in parts: nothing lost, cut where it can be read, the source in each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.text_parts import parts

SOURCE = "Source: OpenRouter (openrouter.ai/apps), as of 2026-11-11T02:15:41.208Z.\n"


def test_what_fits_stays_whole() -> None:
    assert parts(f"News.\n\n{SOURCE}", SOURCE, 400) == [f"News.\n\n{SOURCE}"]


def test_it_is_cut_between_paragraphs() -> None:
    one, two, three = "a" * 200, "b" * 200, "c" * 200
    text = f"{one}\n\n{two}\n\n{three}\n\n{SOURCE}"
    assert parts(text, SOURCE, 400) == [
        f"{one}\n\n{SOURCE}",
        f"(2 of 3)\n\n{two}\n\n{SOURCE}",
        f"(3 of 3)\n\n{three}\n\n{SOURCE}",
    ]


def test_a_long_paragraph_is_cut_between_lines() -> None:
    lines = [f"{number} " + "x" * 90 for number in range(6)]
    found = parts("\n".join(lines) + f"\n\n{SOURCE}", SOURCE, 400)
    assert len(found) == 2
    assert all(line in "".join(found).split("\n") for line in lines)


def test_where_there_is_no_room_beside_the_source_nothing_is_cut() -> None:
    text = "word " * 100 + SOURCE
    assert parts(text, SOURCE, 160) == [text]


def test_a_notice_has_no_source_and_is_cut_all_the_same() -> None:
    found = parts("word " * 100, "", 300)
    assert [len(part) <= 300 for part in found] == [True] * len(found)
    assert len(found) == 2


@pytest.mark.parametrize("source", [SOURCE, ""])
@given(text=st.text("ab \n", max_size=3000), room=st.integers(350, 900))
def test_each_part_fits_and_ends_with_the_source_and_no_word_is_lost(source: str, text: str, room: int) -> None:
    found = parts(f"{text}\n\n{source}", source, room)
    assert all(len(part) <= room for part in found)
    assert all(part.endswith(source) for part in found)
    bodies = [part.removesuffix(source).removeprefix(f"({n} of {len(found)})") for n, part in enumerate(found, 1)]
    assert "".join("".join(bodies).split()) == "".join(text.split())
