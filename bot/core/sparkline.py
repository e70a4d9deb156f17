"""Courses drawn in text, where a picture cannot go: a bar a day, a dot where there is no figure."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

BARS = "▁▂▃▄▅▆▇█"
ABSENT = "·"
FEWEST = 3
"""Figures that make a course of tokens."""
LEAST_SPAN = Fraction(1, 5)
"""Of the highest figure, what the bars span at least: so a change of a few per cent looks like one."""


def of_ranks(ranks: Sequence[int | None]) -> str:
    """Ranks as bars, the better the higher, from the worst to the best; empty where none is known."""
    listed = [rank for rank in ranks if rank is not None]
    if not listed:
        return ""
    best, worst = min(listed), max(listed)
    span = max(worst - best, 1)
    return "".join(ABSENT if rank is None else BARS[(worst - rank) * (len(BARS) - 1) // span] for rank in ranks)


def of_tokens(tokens: Sequence[int | None]) -> str:
    """Tokens as bars from the lowest to the highest, or around their middle where they hardly differ.

    Empty where fewer than ``FEWEST`` are known: that is no course.
    """
    known = [count for count in tokens if count is not None]
    if len(known) < FEWEST:
        return ""
    low, high = min(known), max(known)
    span = max(Fraction(high - low), high * LEAST_SPAN) or Fraction(1)
    bottom = Fraction(low + high, 2) - span / 2
    return "".join(ABSENT if count is None else _bar((count - bottom) / span) for count in tokens)


def _bar(part: Fraction) -> str:
    return BARS[min(int(part * len(BARS)), len(BARS) - 1)]
