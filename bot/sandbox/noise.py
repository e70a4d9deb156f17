"""Randomness that hangs on a seed and the calendar alone: the same day is the same, wherever a world begins."""

from __future__ import annotations

import math
import random
from datetime import date
from functools import lru_cache


def dice(seed: int, *parts: object) -> random.Random:
    """A generator of its own for each thing that is left to chance."""
    return random.Random("/".join(map(str, (seed, *parts))))  # noqa: S311  (invented figures, no secret)


class Swell:
    """For each of ``count`` items a smooth curve around 0 with standard deviation of about 1.

    It passes through a new random height every ``period`` days.
    """

    def __init__(self, seed: int, name: str, *, count: int, period: int) -> None:
        self._period = period

        @lru_cache(maxsize=8)
        def heights(knot: int) -> list[float]:
            chance = dice(seed, name, period, knot)
            return [chance.gauss(0, 1) for _ in range(count)]

        self._heights = heights

    def on(self, day: date) -> list[float]:
        """Every item's height on a day."""
        knot, step = divmod(day.toordinal(), self._period)
        way = (1 - math.cos(math.pi * step / self._period)) / 2
        return [
            before + (after - before) * way
            for before, after in zip(self._heights(knot), self._heights(knot + 1), strict=True)
        ]
