"""What boards listed on the days of a span, read once: for whoever judges many days, each of which looks back."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from bot.core.days import ONE_DAY
from bot.core.history import History, HistoryView
from bot.core.kept import kept
from bot.core.ranking import Board


@dataclass(frozen=True, slots=True)
class Course:
    """Where one item was: of each window that lists it the end, ascending, its name and its rank; and all its names."""

    ends: Sequence[date]
    names: Sequence[str]
    ranks: Sequence[int]
    every: frozenset[str]

    @classmethod
    def of(cls, lines: Iterable[tuple[date, str, int]]) -> Course:
        """The course of these lines."""
        ends, names, ranks = zip(*sorted(lines), strict=True)
        return cls(ends, names, ranks, frozenset(names))

    def borne(self, start: date, end: date) -> AbstractSet[str]:
        """The names on these days."""
        first, last = bisect_left(self.ends, start), bisect_right(self.ends, end)
        if len(self.every) == 1:  # of most items, whose lines nobody has to look through
            return self.every if first < last else frozenset()
        return frozenset(self.names[first:last])

    def sightings(self, start: date, end: date) -> Sequence[tuple[date, str]]:
        """(end, name) of each line on these days."""
        first, last = bisect_left(self.ends, start), bisect_right(self.ends, end)
        return list(zip(self.ends[first:last], self.names[first:last], strict=True))

    def last_in(self, n: int | None, before: date) -> date | None:
        """When it was last before a day at rank n or better."""
        last = bisect_left(self.ends, before) - 1
        return next((self.ends[place] for place in range(last, -1, -1) if n is None or self.ranks[place] <= n), None)


class Annals(HistoryView):
    """A History of which the lines of ``start..end`` are kept at hand; what it answers is the same.

    A year's backtest asked the store four thousand times where an item was last, and by which names it went.
    """

    def __init__(self, history: History, start: date, end: date) -> None:
        super().__init__(history)
        self._start = start
        self._end = end
        self._courses = kept(self._read)
        self._ends = kept(self._read_ends)
        self._ends_before = kept(self._read_ends_before)
        self._last_before = lru_cache(maxsize=None)(history.last_in)
        self._named_before = kept(self._read_earlier)

    def days(self, board: Board, start: date, end: date) -> Sequence[date]:
        """See History."""
        if not self._start <= end <= self._end:
            return super().days(board, start, end)
        ends = self._ends(board)
        within = ends[bisect_left(ends, start) : bisect_right(ends, end)]
        return within if start >= self._start else [*self._ends_before(board, start), *within]

    def last_in(self, board: Board, item: str, n: int | None, before: date) -> date | None:
        """See History."""
        if not self._start <= before <= self._end + ONE_DAY:
            return super().last_in(board, item, n, before)
        course = self._courses(board).get(item)
        last = course.last_in(n, before) if course else None
        return last or self._last_before(board, item, n, self._start)

    def borne(self, board: Board, item: str, before: date) -> AbstractSet[str]:
        """See History."""
        if not self._start <= before <= self._end + ONE_DAY:
            return super().borne(board, item, before)
        course = self._courses(board).get(item)
        names = course.borne(self._start, before - ONE_DAY) if course else frozenset[str]()
        return names | self._named_before(board).get(item, frozenset())

    def listed(self, board: Board, start: date, end: date) -> Mapping[str, AbstractSet[str]]:
        """See History."""
        if not self._start <= start <= end <= self._end:
            return super().listed(board, start, end)
        borne = ((item, course.borne(start, end)) for item, course in self._courses(board).items())
        return {item: names for item, names in borne if names}

    def sightings(
        self, board: Board, items: AbstractSet[str], start: date, end: date
    ) -> Mapping[str, Sequence[tuple[date, str]]]:
        """See History."""
        if not self._start <= start <= end <= self._end:
            return super().sightings(board, items, start, end)
        courses = self._courses(board)
        seen = ((item, courses[item].sightings(start, end)) for item in items if item in courses)
        return {item: lines for item, lines in seen if lines}

    def _read(self, board: Board) -> Mapping[str, Course]:
        found: dict[str, list[tuple[date, str, int]]] = {}
        for item, day, name, rank in self._history.lines(board, self._start, self._end):
            found.setdefault(item, []).append((day, name, rank))
        return {item: Course.of(lines) for item, lines in found.items()}

    def _read_earlier(self, board: Board) -> Mapping[str, AbstractSet[str]]:
        """All names that the board had given before: who looks whether one is new does so for some dozens of items."""
        return self._history.listed(board, date.min, self._start - ONE_DAY)

    def _read_ends(self, board: Board) -> Sequence[date]:
        return self._history.days(board, self._start, self._end)

    def _read_ends_before(self, board: Board, start: date) -> Sequence[date]:
        return self._history.days(board, start, self._start - ONE_DAY)
