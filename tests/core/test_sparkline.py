from __future__ import annotations

import pytest

from bot.core.sparkline import of_ranks, of_tokens


@pytest.mark.parametrize(
    ("ranks", "drawn"),
    [
        ([8, 1], "▁█"),
        ([1, None, 8, 4], "█·▁▅"),
        ([3, 3, 3], "▁▁▁"),
        ([None, None], ""),
        ([], ""),
    ],
)
def test_the_better_a_rank_the_higher_its_bar(ranks: list[int | None], drawn: str) -> None:
    assert of_ranks(ranks) == drawn


@pytest.mark.parametrize(
    ("tokens", "drawn"),
    [
        ([10, 20, 30, 40, 50, 60, 70], "▁▂▃▅▆▇█"),
        ([70, None, 10, 40], "█·▁▅"),
        ([100, 101, 99], "▅▅▄"),
        ([5, 5, 5], "▅▅▅"),
        ([0, 0, 0], "▅▅▅"),
        ([1, 2], ""),
        ([1, 2, None, None], ""),
    ],
)
def test_tokens_span_the_bars_but_small_moves_look_small(tokens: list[int | None], drawn: str) -> None:
    """From lowest to highest, or around the middle; fewer than three figures are no course."""
    assert of_tokens(tokens) == drawn


def test_tokens_beyond_a_float_are_told_apart() -> None:
    assert of_tokens([10**30, 2 * 10**30, 10**30 + 1]) == "▁█▁"
