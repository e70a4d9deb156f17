"""Models whose part of all tokens grew or shrank."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, ClassVar

from bot.core import wording
from bot.core.days import ONE_DAY
from bot.core.event import Kind
from bot.core.ranking import MODEL_DEPTH, Board, Dataset
from bot.core.rules import spans
from bot.core.rules.base import Change, Day, Need, NotEvaluated
from bot.core.rules.conditions import Condition, not_yet, on_both
from bot.core.rules.spans import MAX_OVER_DAYS, Span


@dataclass(frozen=True, slots=True)
class Share:
    """Fires when an item's share of all tokens has moved by ``points`` over ``over_days``, and had not the day before.

    Up and down are told apart: what went up by as much yesterday and down today is news. ``points`` are percentage
    points.
    """

    kind: ClassVar[Kind] = Kind.SHARE
    datasets: ClassVar[frozenset[Dataset]] = frozenset({Dataset.MODELS})
    formula: ClassVar[str] = (
        "the item's share of the window's total (models outside the top 50 included) moved, over `over_days`, by at "
        "least `points` percentage points, and that did not hold on the day before; not where the item is absent on "
        "either day"
    )

    points: Fraction = field(default=Fraction(2), metadata={"minimum": Fraction(1, 100), "maximum": 100})
    over_days: int = field(default=7, metadata={"minimum": 1, "maximum": MAX_OVER_DAYS})

    @property
    def reach(self) -> int:
        """All that a board of models has."""
        return MODEL_DEPTH

    def needs(self, board: Board, day: date) -> Iterator[Need]:
        """The boards ``over_days`` before this day and before the last one."""
        yield from spans.needs(board, day, self.over_days)

    def find(self, day: Day) -> Iterable[Change | NotEvaluated]:
        """The items whose share has moved far enough today, and had not the same way the day before; by rank."""
        rising = spans.rising(day, self.over_days, self._moved)
        if rising is None:
            yield spans.not_evaluated(self.kind, day, self.over_days)
            return
        span, moved = rising
        for item, (points, held) in moved.items():
            if held is None or (held > 0) != (points > 0):
                name, evidence = span.now.by_item[item].name, _evidence(item, span, points)
                yield Change(item, name, evidence, variant=evidence["direction"])

    def conditions(self, day: Day, item: str) -> Iterable[Condition]:
        """On both boards, moved by so many points, and not the same way the day before."""
        span = spans.of(day, day.date, self.over_days)
        if span is None:
            return
        yield from on_both(span, item)
        points = _points(item, span)
        if points is None:
            yield Condition("its share", "none", "one on both days", met=False)
            return
        what = f"points in {wording.count(self.over_days, 'day')}"
        least = f"{wording.decimal(self.points)} at least, up or down"
        yield Condition(what, _signed(points), least, met=abs(points) >= self.points)
        before = spans.of(day, day.date - ONE_DAY, self.over_days)
        earlier = self._moved(before).get(item, Fraction(0)) if before else Fraction(0)
        yield not_yet("so far that way already", day, held=earlier * points > 0)

    def _moved(self, span: Span) -> Mapping[str, Fraction]:
        """By how many percentage points the items moved that moved far enough, in the order of ``now``."""
        every = ((entry.item, _points(entry.item, span)) for entry in span.now.entries)
        return {item: points for item, points in every if points is not None and abs(points) >= self.points}


def _points(item: str, span: Span) -> Fraction | None:
    """By how many percentage points the item moved; None where there is no share on either day."""
    now, base = span.now.tokens(item), span.base.tokens(item)
    total, base_total = span.now.total_tokens, span.base.total_tokens
    if now is None or base is None or not total or not base_total:
        return None
    return 100 * (Fraction(now, total) - Fraction(base, base_total))


def _evidence(item: str, span: Span, points: Fraction) -> dict[str, Any]:
    """Totals and tokens, exact, and what follows from them in per cent, to four places towards zero."""
    now, base = span.now.by_item[item], span.base.by_item[item]
    total, base_total = span.now.total_tokens, span.base.total_tokens
    return {
        "direction": "up" if points > 0 else "down",
        "points": _decimal(points),
        "share": _decimal(100 * Fraction(now.tokens, total)),
        "total_tokens": str(total),
        "base_date": span.base.end_date.isoformat(),
        "base_share": _decimal(100 * Fraction(base.tokens, base_total)),
        "base_total_tokens": str(base_total),
        "base_rank": base.rank,
        "base_tokens": str(base.tokens),
    }


def _signed(points: Fraction) -> str:
    sign = "+" if points > 0 else wording.MINUS if points < 0 else ""
    return f"{sign}{_decimal(abs(points))}"


def _decimal(value: Fraction) -> str:
    digits = abs(int(value * 10_000))
    return f"{'-' if value < 0 else ''}{digits // 10_000}.{digits % 10_000:04d}"
