"""What is to be asked for and evaluated: computed from watchlists, what is stored, and ``now``; never remembered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.core.detect import needs, sources
from bot.core.ranking import APP_PAGE, MAX_WINDOW_DAYS, Board, Dataset
from bot.core.rules.base import Need
from bot.core.watchlist import Watchlist

PATIENCE = timedelta(days=3)
"""How long a day waits for what it needs, from when it was first asked for (detection: Missed days)."""


def last_complete_day(now: datetime, settle: timedelta) -> date:
    """The newest UTC day that is final at ``now``: D, once D + 1 has lasted for ``settle``."""
    return (now.astimezone(UTC) - settle).date() - timedelta(days=1)


def complete_at(day: date, settle: timedelta) -> datetime:
    """When ``day`` becomes final."""
    return datetime.combine(day + timedelta(days=1), time(), UTC) + settle


@dataclass(frozen=True, slots=True)
class Agenda:
    """A watchlist's days that are still to be evaluated, ascending, and those that are too old and become gaps."""

    watchlist: Watchlist
    since: date
    days: tuple[date, ...]
    gaps: tuple[date, ...]


def agenda(watchlist: Watchlist, done: AbstractSet[date], first: date | None, last: date, catch_up: int) -> Agenda:
    """The work list: days wanted less days done.

    ``first`` is the watchlist's first day (None: it begins with ``last``, the last complete day); ``done`` are the days
    evaluated or given up; days more than ``catch_up`` days back are gaps.
    """
    since = first or last
    wanted = [since + timedelta(days=offset) for offset in range((last - since).days + 1)]
    open_days = [day for day in wanted if day not in done]
    oldest = last - timedelta(days=catch_up - 1)
    return Agenda(
        watchlist,
        since,
        tuple(day for day in open_days if day >= oldest),
        tuple(day for day in open_days if day < oldest),
    )


@dataclass(frozen=True, slots=True)
class Request:
    """One window to ask for: an app board's, to a depth, or a range of model days. ``start`` is a range's first day."""

    board: Board
    start: date
    end: date
    depth: int

    @property
    def cost(self) -> int:
        """HTTP requests at most: one a page of a hundred apps, one a range of model days."""
        return -(-self.depth // APP_PAGE) if self.board.dataset is Dataset.APPS else 1


Stored = Mapping[tuple[Board, date], int]
"""What is stored: the depth of each window's newest revision."""


def wanted_windows(agendas: Iterable[Agenda]) -> dict[tuple[Board, date], int]:
    """Every stored window that the days on the agendas take, with the greatest depth that any watchlist needs."""
    depths: dict[tuple[Board, date], int] = {}
    for item in agendas:
        for day in item.days:
            for need in needs(item.watchlist, day):
                for source in sources(need):
                    depths[source] = max(depths.get(source, 0), item.watchlist.depth)
    return depths


def requests(wanted: Mapping[tuple[Board, date], int], stored: Stored, last: date) -> list[Request]:
    """The least set of requests for what is wanted and not stored deep enough.

    Newest days first, so that the current day comes before baselines; ``last`` is the last complete day, beyond which
    nothing is asked for. Model days are joined into ranges of up to 366 days.
    """
    missing = {
        (board, end): depth
        for (board, end), depth in wanted.items()
        if end <= last and stored.get((board, end), 0) < depth
    }
    apps = [Request(board, board.start(end), end, depth) for (board, end), depth in missing.items() if _is_app(board)]
    model_days = sorted(end for board, end in missing if not _is_app(board))
    depth = max((depth for (board, _), depth in missing.items() if not _is_app(board)), default=0)
    board = next((board for board, _ in missing if not _is_app(board)), None)
    ranges = [Request(board, start, end, depth) for start, end in _ranges(model_days)] if board else []
    return sorted([*apps, *ranges], key=lambda request: (last - request.end, request.board.key))


def _is_app(board: Board) -> bool:
    return board.dataset is Dataset.APPS


def _ranges(days: Sequence[date]) -> list[tuple[date, date]]:
    """Days, ascending, as the fewest ranges of up to 366 days: a range may hold days that are stored already."""
    ranges: list[tuple[date, date]] = []
    for day in days:
        if ranges and (day - ranges[-1][0]).days < MAX_WINDOW_DAYS:
            ranges[-1] = (ranges[-1][0], day)
        else:
            ranges.append((day, day))
    return ranges


def history_windows(watchlists: Iterable[Watchlist], first: date, last: date) -> dict[tuple[Board, date], int]:
    """Every stored window of the watchlists' boards that ends within ``first..last``, to the depth they need."""
    depths: dict[tuple[Board, date], int] = {}
    for watchlist in watchlists:
        for offset in range((last - first).days + 1):
            for source in sources(Need(watchlist.board, first + timedelta(days=offset))):
                depths[source] = max(depths.get(source, 0), watchlist.depth)
    return depths
