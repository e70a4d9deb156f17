"""How far back boards are kept as a whole: never less than any verdict that may still be made looks back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from bot.core.detect import needs, sources
from bot.core.watchlist import Watchlist

SHORTEST_DAYS = 90
"""The least that can be asked for: a digest shows up to 30 days of a board, and names are looked for in 31 days before
any of the up to 31 days that an outage leaves to be judged."""


def kept_from(watchlists: Iterable[Watchlist], last: date, *, keep_days: int, oldest: date) -> date:
    """The first day whose boards are kept whole: ``keep_days`` up to ``last``, or more where a rule looks back further.

    ``oldest`` is the first day that is judged at all, or again where a restatement asks for it.
    """
    asked = last - timedelta(days=keep_days - 1)
    looked_at = [end for watchlist in watchlists for need in needs(watchlist, oldest) for _, end in sources(need)]
    return min([asked, oldest, *looked_at])
