"""A generated world with two bad mornings, as feeds have them: one answers what can't be true, one miscounts.

What is wrong hangs on the world's figures alone, so that it is there in every world and on every date.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bot.core.ranking import OTHER, Sort
from bot.sandbox.hovering import Hovering
from bot.sandbox.source import AppRow, AppTable, AppView, ModelTable
from bot.sandbox.world import World

LARGEST = 14
"""So many of the largest are not in an answer that lacks them: of a top 20, more than half."""
WHOLE_FROM = time(2, 30, tzinfo=UTC)
"""When, on the day after, such an answer is whole."""
WEEK = 7
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Troubles:
    """The world, but for what it answers about two days at first.

    ``beheaded``: until ``WHOLE_FROM`` on its morrow, boards that end on that day lack their largest, so that another
    leads them. ``overcounted``: until a day after it has ended, whoever is second in ``subcategory`` over the week is
    credited with so many tokens more on that day that it leads; then it is restated.
    """

    world: World | Hovering
    beheaded: date
    overcounted: date
    subcategory: str

    kind = "generated"

    def apps(self, view: AppView, now: datetime) -> AppTable:
        """The view's ranks; those of a bad morning where it is one."""
        table = self.world.apps(view, now)
        if view.sort is not Sort.POPULAR:
            return table
        rows = table.rows
        restated = datetime.combine(self.overcounted + 2 * _DAY, time(), UTC)
        if view.start <= self.overcounted <= view.end and now < restated:
            rows = self._credited(rows, now)
        return replace(table, rows=rows[LARGEST:] if self._is_beheaded(view.end, now) else rows)

    def models(self, start: date, end: date, now: datetime) -> ModelTable:
        """The days' rows; those of a bad morning where it is one."""
        table = self.world.models(start, end, now)
        if not self._is_beheaded(self.beheaded, now):
            return table
        gone = _largest(table.rows, self.beheaded)
        return replace(table, rows=[row for row in table.rows if row[0] != self.beheaded or row[1] not in gone])

    def catalogue(self, now: datetime) -> Sequence[dict[str, Any]]:
        """The world's."""
        return self.world.catalogue(now)

    def _is_beheaded(self, end: date, now: datetime) -> bool:
        return end == self.beheaded and now < datetime.combine(self.beheaded + _DAY, WHOLE_FROM)

    def _credited(self, rows: Sequence[AppRow], now: datetime) -> Sequence[AppRow]:
        """The rows with what is credited to the app, by size. An app that is not listed gets nothing."""
        app_id, more = self._claim(now)
        credited = [replace(row, tokens=row.tokens + more) if row.app_id == app_id else row for row in rows]
        return sorted(credited, key=lambda row: -row.tokens)

    def _claim(self, now: datetime) -> tuple[int, int]:
        """Which app is credited with how many tokens: the largest that leads neither on the day nor on the one before.

        In all it has a hundredth more than the leader, so that it is seen to lead.
        """
        today, before = (_week_to(self.world, self.subcategory, self.overcounted - back * _DAY, now) for back in (0, 1))
        leader = today[0]
        led = {leader.app_id, before[0].app_id}
        second = next(row for row in today if row.app_id not in led)
        return second.app_id, leader.tokens - second.tokens + leader.tokens // 100


def steady_day(world: World | Hovering, subcategory: str, days: Sequence[date], now: datetime) -> date:
    """The first of the days on which who leads is who led the day before; the first of all where there is none.

    Overcounted on such a day, the second is wrongly told as the new leader, and nobody else is.
    """
    leaders = {end: _week_to(world, subcategory, end, now)[0].app_id for day in days for end in (day, day - _DAY)}
    return next((day for day in days if leaders[day] == leaders[day - _DAY]), days[0])


def _week_to(world: World | Hovering, subcategory: str, end: date, now: datetime) -> Sequence[AppRow]:
    return world.apps(AppView(end - (WEEK - 1) * _DAY, end, subcategory=subcategory), now).rows


def _largest(rows: Iterable[tuple[date, str, int]], day: date) -> set[str]:
    """The slugs of a day's largest models."""
    ranked = sorted((row for row in rows if row[0] == day and row[1] != OTHER), key=lambda row: -row[2])
    return {slug for _, slug, _ in ranked[:LARGEST]}
