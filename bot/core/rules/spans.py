"""What the rules share that compare a day with the one ``over_days`` before it, and tell what begins to hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from bot.core.days import ONE_DAY
from bot.core.event import Kind
from bot.core.ranking import FIRST_DAY, Board, Snapshot
from bot.core.rules.base import Day, Need, NotEvaluated

MAX_OVER_DAYS = 366
"""The longest comparison: as far back as the longest window reaches."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Span:
    """A board now, and as it was ``over_days`` before."""

    now: Snapshot
    base: Snapshot


def needs(board: Board, day: date, over_days: int) -> Iterator[Need]:
    """D − ``over_days``, for this day and for the day before (what holds now may have held then)."""
    for judged in (day, day - ONE_DAY):
        yield Need(board, judged - timedelta(days=over_days))


def of(day: Day, judged: date, over_days: int) -> Span | None:
    """Both boards that judging a day takes; None where either is not stored, so that it cannot be compared."""
    now = day.history.at(day.board, judged)
    base = day.history.at(day.board, judged - timedelta(days=over_days))
    return Span(now, base) if now and base else None


def rising(
    day: Day, over_days: int, measured: Callable[[Span], Mapping[str, T]]
) -> tuple[Span, dict[str, tuple[T, T | None]]] | None:
    """What holds on the day, each with what held of the item the day before (None: it did not); None without a base.

    ``measured`` gives the items of which it holds on a board and its base. A day before that can't be compared held
    nothing.
    """
    span = of(day, day.date, over_days)
    if span is None:
        return None
    now = measured(span)
    before = of(day, day.date - ONE_DAY, over_days) if now else None
    held = measured(before) if before else {}
    return span, {item: (measure, held.get(item)) for item, measure in now.items()}


def not_evaluated(kind: Kind, day: Day, over_days: int) -> NotEvaluated:
    """The finding of a rule whose base is missing."""
    end = day.date - timedelta(days=over_days)
    why = f"and the data begins on {FIRST_DAY}" if end < FIRST_DAY else "which is missing"
    return NotEvaluated(kind, f"it compares with the window to {end}, {why}")
