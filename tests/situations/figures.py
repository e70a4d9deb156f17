"""What an invented feed says from day to day, written as courses.

A course is an item's tokens on some days, in billions; between them they go straight, before and after they stay.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.core.ranking import Board, Dataset, Sort
from tests.situations.living import Figures, Row

BILLION = 10**9


@dataclass(frozen=True)
class Course:
    """An item's name, and what it has: (day, billions of tokens), by day."""

    name: str
    points: Sequence[tuple[date, float]]

    def tokens(self, day: date) -> int:
        """What it has on the day."""
        place = bisect_right(self.points, day, key=lambda point: point[0])
        if not place:
            return round(self.points[0][1] * BILLION)
        (start, low), (end, high) = self.points[place - 1], self.points[min(place, len(self.points) - 1)]
        part = (day - start).days / max((end - start).days, 1)
        return round((low + (high - low) * min(part, 1)) * BILLION)


Courses = dict[str, Course]


def courses(text: str, year: int = 2026) -> Courses:
    """Courses as lines of "id Name: MM-DD tokens, MM-DD tokens"; or one figure that holds always."""
    found: dict[str, Course] = {}
    for line in filter(str.strip, text.splitlines()):
        head, _, rest = line.strip().rpartition(": ")
        item, _, name = head.partition(" ")
        points: list[tuple[date, float]] = []
        for point in rest.split(", "):
            day, _, tokens = point.rpartition(" ")
            points.append((date.fromisoformat(f"{year}-{day}") if day else date(year, 1, 1), float(tokens)))
        found[item] = Course(name, points)
    return found


def listed(shown: Courses, day: date, *, ripple: float = 0.002) -> Iterator[Row]:
    """The courses' rows on a day. ``ripple``: how far figures waver about their course, for none is ever straight."""
    for place, (item, course) in enumerate(shown.items()):
        wave = ((day.toordinal() * (7 + place) + 5 * place) % 11 - 5) / 5
        yield item, course.name, round(course.tokens(day) * (1 + ripple * wave))


def apps(boards: Mapping[str, Courses]) -> Figures:
    """A feed of apps, by subcategory, category or ``all``; it has no trending lists."""

    def figures(board: Board, day: date, _now: datetime) -> Iterator[Row]:
        if board.dataset is Dataset.APPS and board.sort is Sort.POPULAR:
            yield from listed(boards.get(board.subcategory or board.category or "all", {}), day)

    return figures
