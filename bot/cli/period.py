"""Which days a backtest is about, where they are not named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.core.watchlist import Watchlist
    from bot.wiring import House

SHOWN = timedelta(days=14)
"""How far back the day lies that is shown as an example."""


def period(house: House, chosen: Sequence[Watchlist], start: date | None, end: date | None) -> tuple[date, date]:
    """The first and the last day, both complete.

    Left out, the last is the newest complete day, and the first that from which on all is stored that the rules look
    at. Raises UsageError where no such day is stored, or the named one is not complete.
    """
    from bot.app.backtest import first_whole_day
    from bot.core.plan import last_complete_day

    complete = last_complete_day(house.clock(), house.settle)
    last = min(end or complete, complete)
    first = start or first_whole_day(house.store, chosen, last)
    if first is None:
        hint = f"To see what is missing: rankbot backtest --from {last - SHOWN}"
        raise UsageError(f"Of no day up to {last} all is stored that the rules look at.", hint=hint)
    if first > complete:
        raise UsageError(f"{first} is not complete yet.", hint=f"The newest complete day is {complete}.")
    return first, last
