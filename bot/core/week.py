"""Several days as values: what a briefing or a late digest says besides its news, before any template.

Every string is ready to be shown, as those of ``bot.core.digest`` are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.core.table_line import TableLine

BRIEFING_DAYS = 5
"""Days from which on a digest that comes once a week is a briefing."""


@dataclass(frozen=True, slots=True)
class WeekBoard:
    """The top of one board. ``note`` is a sentence below it, or empty.

    ``watchlist`` is whose board it is; of the labs of a watched board of models, which are beside it, it is empty.
    ``beside`` says that the next board belongs beside this one: labs, and then their models.
    """

    watchlist: str
    title: str
    noun: str
    lines: tuple[TableLine, ...]
    note: str
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Who came into a board's top within the week. ``rule`` says which top and what counts as having stayed.

    ``stayed`` names those who did, ``number`` says how many they are; ``others`` tells of the rest, or why nothing is
    known. Either may be empty, not both.
    """

    title: str
    rule: str
    stayed: tuple[str, ...]
    others: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Week:
    """``lines`` are the week in three lines at most, ``span`` its days, ``how`` how the figures are to be read."""

    span: str
    lines: tuple[str, ...]
    boards: tuple[WeekBoard, ...]
    arrivals: tuple[Arrivals, ...]
    how: str


@dataclass(frozen=True, slots=True)
class DiaryLine:
    """One event of its day, with its figures of then. ``id`` is its handle."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class DiaryDay:
    """A day with what happened on it, the strongest first; ``more`` counts what is left out, or is empty."""

    day: date
    title: str
    lines: tuple[DiaryLine, ...]
    more: str
