"""Climbs and drops: an item that gained or lost, over some days, the places that its band of ranks asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from bot.core import wording
from bot.core.days import ONE_DAY
from bot.core.diff import places
from bot.core.event import Kind
from bot.core.ranking import APP_DEPTH, Board, Dataset, Entry
from bot.core.rules import spans
from bot.core.rules.base import Change, Day, Need, NotEvaluated
from bot.core.rules.conditions import Condition, not_yet, on_both
from bot.core.rules.spans import MAX_OVER_DAYS, Span

BANDS = ((10, 3), (20, 5), (50, 10))
"""(rank, places): up to rank 10 three places count, up to rank 20 five, up to rank 50 ten."""


@dataclass(frozen=True, slots=True)
class Shift:
    """An item's way between two boards: by rank, and by its place among the items that both boards hold.

    Positive in the rule's direction. ``asked`` is what its band wants of both.
    """

    places: int
    active: int
    asked: int


@dataclass(frozen=True, slots=True)
class Climb:
    """What climbs and drops share. ``better`` is 1 where ranks improve, −1 where they worsen; ``verb`` says so."""

    kind: ClassVar[Kind]
    better: ClassVar[int]
    verb: ClassVar[str]
    datasets: ClassVar[frozenset[Dataset]] = frozenset(Dataset)

    over_days: int = field(default=7, metadata={"minimum": 1, "maximum": MAX_OVER_DAYS})
    bands: tuple[tuple[int, int], ...] = field(
        default=BANDS, metadata={"minimum": 1, "maximum": APP_DEPTH, "rank": True, "rising": True}
    )

    @property
    def reach(self) -> int:
        """The deepest rank from which one can climb into a band, or to which one can drop out of it."""
        return max(limit + asked for limit, asked in self.bands)

    def needs(self, board: Board, day: date) -> Iterator[Need]:
        """The boards ``over_days`` before this day and before the last one."""
        yield from spans.needs(board, day, self.over_days)

    def find(self, day: Day) -> Iterable[Change | NotEvaluated]:
        """The items that have come far enough today, and had not the day before; by rank."""
        rising = spans.rising(day, self.over_days, self._far)
        if rising is None:
            yield spans.not_evaluated(self.kind, day, self.over_days)
            return
        span, far = rising
        for item, (shift, held) in far.items():
            if held is None:
                yield Change(item, span.now.by_item[item].name, _evidence(span.base.by_item[item], span, shift))

    def conditions(self, day: Day, item: str) -> Iterable[Condition]:
        """On both boards, in a band, far enough by rank and among those on both boards, and not so the day before."""
        span = spans.of(day, day.date, self.over_days)
        if span is None:
            return
        yield from on_both(span, item)
        rank, rank_then = span.now.rank(item), span.base.rank(item)
        if rank is None or rank_then is None:
            return
        better, deepest = min(rank, rank_then), max(limit for limit, _ in self.bands)
        yield Condition("better of the two", f"#{better}", f"#{deepest} or better", met=better <= deepest)
        asked = self._asked(better)
        if asked is None:
            return
        place, place_then = places(span.now, span.base)[item]
        days = wording.count(self.over_days, "day")
        yield _far_enough(f"places {self.verb} in {days}", self.better * (rank_then - rank), asked)
        yield _far_enough("among those on both", self.better * (place_then - place), asked)
        before = spans.of(day, day.date - ONE_DAY, self.over_days)
        yield not_yet("as far already", day, held=bool(before and item in self._far(before)))

    def _far(self, span: Span) -> Mapping[str, Shift]:
        """Every item that both boards hold and that went far enough between them, in the order of ``now``."""
        found: dict[str, Shift] = {}
        now, base = span.now.by_item, span.base.by_item
        least = min((asked for _, asked in self.bands), default=0)
        for item, (place, place_then) in places(span.now, span.base).items():
            rank, rank_then = now[item].rank, base[item].rank
            gone, active = self.better * (rank_then - rank), self.better * (place_then - place)
            if gone < least or active < least:  # most, and then nobody has to look for their band
                continue
            asked = self._asked(min(rank, rank_then))
            if asked is not None and min(gone, active) >= asked:
                found[item] = Shift(gone, active, asked)
        return found

    def _asked(self, rank: int) -> int | None:
        """The places that the band of a rank asks for; None below all bands."""
        return next((asked for limit, asked in sorted(self.bands) if rank <= limit), None)


@dataclass(frozen=True, slots=True)
class Climbed(Climb):
    """Fires when an item has climbed far enough over ``over_days``, and had not by the day before."""

    kind: ClassVar[Kind] = Kind.CLIMBED
    better: ClassVar[int] = 1
    verb: ClassVar[str] = "climbed"
    formula: ClassVar[str] = (
        "the rank is better than `over_days` before by at least the places that its band asks for, among the items of "
        "both boards too, and that did not hold on the day before; the band is that of the better of the two ranks"
    )


@dataclass(frozen=True, slots=True)
class Dropped(Climb):
    """Fires when an item has dropped far enough over ``over_days``, and had not by the day before."""

    kind: ClassVar[Kind] = Kind.DROPPED
    better: ClassVar[int] = -1
    verb: ClassVar[str] = "dropped"
    formula: ClassVar[str] = (
        "the rank is worse than `over_days` before by at least the places that its band asks for, among the items of "
        "both boards too, and that did not hold on the day before; the band is that of the better of the two ranks"
    )


def _far_enough(what: str, gone: int, asked: int) -> Condition:
    found = str(gone).replace("-", wording.MINUS)
    return Condition(what, found, f"{asked} at least", met=gone >= asked)


def _evidence(base: Entry, span: Span, shift: Shift) -> dict[str, Any]:
    return {
        "base_date": span.base.end_date.isoformat(),
        "base_rank": base.rank,
        "base_tokens": str(base.tokens),
        "places": shift.places,
        "places_among_both": shift.active,
        "places_asked": shift.asked,
    }
