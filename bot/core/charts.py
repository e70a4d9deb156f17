"""Charts as values: what a picture or a chart block shows, and nothing of how it looks.

A picture may be cut out of its message and passed on, so each has its own ``source``. ``alt`` says in sentences, with
the numbers, what the picture shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Role(StrEnum):
    """Whose course it is, which decides how strongly it is drawn."""

    MINE = "mine"
    FOLLOWED = "followed"
    TOP = "top"


@dataclass(frozen=True, slots=True)
class Course:
    """One item's ranks, one for each of the chart's days; None where no board is stored or the item is not on it."""

    item: str
    name: str
    role: Role
    ranks: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class RankChart:
    """Ranks over time: #1 is on top. ``days`` are all days from the first that is stored to the digest's."""

    title: str
    subtitle: str
    days: tuple[date, ...]
    courses: tuple[Course, ...]
    source: str
    alt: str
    sample: bool = False
    kind: str = "ranks"


@dataclass(frozen=True, slots=True)
class Column:
    """A window's tokens; None where nothing is known of them. ``bounded``: at most so many, for it was not listed."""

    label: str
    tokens: int | None
    bounded: bool = False


@dataclass(frozen=True, slots=True)
class SpikeChart:
    """A spike (the last column) against the windows before and their ``mean``, which ``base`` says in words.

    ``title`` is the item's name; ``item`` stands in for it where it can't be drawn.
    """

    title: str
    subtitle: str
    item: str
    columns: tuple[Column, ...]
    mean: int
    base: str
    source: str
    alt: str
    sample: bool = False
    kind: str = "spike"


@dataclass(frozen=True, slots=True)
class TokenChart:
    """Tokens over days, for a medium that draws by itself: of each name its ``tokens``, one for each of ``days``.

    ``days`` are labels, oldest first; ``as_of`` is the earliest time of the figures, to the letter.
    """

    watchlist: str
    title: str
    names: tuple[str, ...]
    days: tuple[str, ...]
    tokens: tuple[tuple[int, ...], ...]
    as_of: str
    kind: str = "tokens"


Picture = RankChart | SpikeChart
"""What is drawn as a picture."""
Chart = Picture | TokenChart
