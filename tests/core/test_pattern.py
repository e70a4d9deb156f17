"""How items are named."""

from __future__ import annotations

import pytest

from bot.core.pattern import Pattern


@pytest.mark.parametrize(
    ("text", "item", "names", "matches"),
    [
        ("Ada", "1", ("Ada",), True),
        ("ADA", "1", ("ada",), True),
        ("Ada", "1", ("Adam",), False),
        ("Ada*", "1", ("Adam",), True),
        ("ada*", "1", ("ADAM",), True),
        ("*da", "1", ("Ada", "Bea"), True),
        ("Bea", "1", ("Ada", "Bea"), True),
        ("[x]", "1", ("[X]",), True),  # to the letter, before it is a glob
        ("lab/model", "lab/model", ("Lab: Model",), True),
        ("LAB/*", "lab/model", (), True),
        ("id:7", "7", (), True),
        ("id: 7 ", "7", (), True),
        ("id:7", "77", ("7", "id:7"), False),
        ("id:A", "a", (), False),
        ("7", "7", (), True),
    ],
)
def test_what_a_pattern_means(text: str, item: str, names: tuple[str, ...], *, matches: bool) -> None:
    assert Pattern(text).matches(item, names) is matches
