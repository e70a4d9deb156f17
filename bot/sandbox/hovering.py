"""A generated world in which two apps take turns at a rank, as apps do that hover at the edge of a top.

The ranks are imposed on the world's figures, so that the two are there in every world and on every date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.core.ranking import Sort
from bot.sandbox.source import AppRow, AppTable, AppView, ModelTable
from bot.sandbox.world import World

UPPER = 10
"""The rank at which they take turns; whose turn it is not has the one below."""
NEAR, FAR = 12, 17
"""The ranks of the one that comes, until it does, and for some days: so far off that it has to come anew."""
AWAY = range(-6, -3)
"""These days, counted from the one on which it comes."""
WEEK = 7


@dataclass(frozen=True, slots=True)
class Hovering:
    """The world, but for two apps over windows of seven days.

    Until ``since`` (the day on which a window ends) the one that ``stays`` is #10 of ``subcategory``, the one that
    ``comes`` is #12, or #17 for three days. From then on they are #10 and #11, by turns, a day each: the one that came
    begins. An app has as many tokens on other boards as on that one.
    """

    world: World
    subcategory: str
    stays: int
    comes: int
    since: date

    kind = "generated"

    def apps(self, view: AppView, now: datetime) -> AppTable:
        """The view's ranks, with those of the two."""
        table = self.world.apps(view, now)
        if view.sort is not Sort.POPULAR or view.days != WEEK:
            return table
        figures = self._figures(view.end, now)
        rows = [_with(row, figures[row.app_id]) if row.app_id in figures else row for row in table.rows]
        return replace(table, rows=sorted(rows, key=lambda row: (-row.tokens, row.app_id)))

    def models(self, start: date, end: date, now: datetime) -> ModelTable:
        """The world's."""
        return self.world.models(start, end, now)

    def catalogue(self, now: datetime) -> Sequence[dict[str, Any]]:
        """The world's."""
        return self.world.catalogue(now)

    def _figures(self, end: date, now: datetime) -> dict[int, int]:
        """The two's tokens in the week to ``end``: between those of whom they stand between; empty on a short board."""
        board = self.world.apps(AppView(end - timedelta(days=WEEK - 1), end, subcategory=self.subcategory), now).rows
        others = [row.tokens for row in board if row.app_id not in (self.stays, self.comes)]
        if len(others) < FAR:
            return {}
        above, edge, below = others[UPPER - 2 : UPPER + 1]
        step = min((above - edge) // 3, edge // 30)  # so small that nobody grows so fast that this is news, too
        upper, lower = edge + 2 * step, edge + step
        days = (end - self.since).days
        if days in AWAY:
            return {self.stays: upper, self.comes: (others[FAR - 3] + others[FAR - 2]) // 2}
        if days < 0:
            return {self.stays: upper, self.comes: edge - min((edge - below) // 2, edge // 30)}
        first, second = (self.comes, self.stays) if days % 2 == 0 else (self.stays, self.comes)
        return {first: upper, second: lower}


def _with(row: AppRow, tokens: int) -> AppRow:
    """The row with other tokens, and as many requests as go with them."""
    return replace(row, tokens=tokens, requests=max(row.requests * tokens // row.tokens, 1))
