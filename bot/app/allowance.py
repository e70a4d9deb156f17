"""Today's share of requests: what the current day still takes is kept for it; all else may have the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.app.ports import Store
from bot.core.plan import Request, day_cost, day_windows, fits, reserve_of, split_budget
from bot.core.watchlist import Watchlist


@dataclass(frozen=True, slots=True)
class Allowance:
    """What of a UTC day's ``limit`` is left, by the store's count and the real ``clock``.

    ``beside`` counts requests that the current day takes beside its windows.
    """

    store: Store
    watchlists: Sequence[Watchlist]
    clock: Callable[[], datetime]
    limit: int
    beside: int = 0

    @property
    def today(self) -> date:
        """The UTC day that requests are counted for."""
        return self.clock().astimezone(UTC).date()

    def reserve(self) -> int:
        """What is kept for the day that ended last: what of it is not stored, so all of it until it is final."""
        day = self.today - timedelta(days=1)
        stored = self.store.depths_of(day_windows(self.watchlists, day).keys())
        return reserve_of(day_cost(self.watchlists, day, stored) + self.beside, self.limit)

    def fits(self, request: Request) -> bool:
        """Whether a request may be made now. One for the current day always may, until the store's count says no."""
        if request.current:
            return True
        used = self.store.spent(self.today)
        most = reserve_of(day_cost(self.watchlists, self.today - timedelta(days=1)) + self.beside, self.limit)
        if fits(request, used, limit=self.limit, reserve=most):  # far from the limit, nobody has to look closer
            return True
        return fits(request, used, limit=self.limit, reserve=self.reserve())

    def split(self, requests: Sequence[Request]) -> tuple[list[Request], list[Request]]:
        """Which requests fit into today, if each costs as much as it may, and which come tomorrow.

        Those among them that the reserve is kept for are not counted twice.
        """
        newest = self.today - timedelta(days=1)
        reserve = max(self.reserve() - sum(request.cost for request in requests if request.end == newest), 0)
        return split_budget(requests, self.store.spent(self.today), limit=self.limit, reserve=reserve)
