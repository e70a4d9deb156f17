"""What is to be asked for and evaluated: computed from watchlists, what is stored, and ``now``; never remembered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.core.clocks import ahead
from bot.core.detect import needs, sources
from bot.core.ranking import APP_PAGE, FIRST_DAY, MAX_WINDOW_DAYS, MODEL_DAY, MODEL_DEPTH, Board, Dataset
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
    """A watchlist's days that are still to be evaluated, ascending, and those that are too old and become gaps.

    ``oldest`` is the first day that is judged at all, or again where a restatement asks for it.
    """

    watchlist: Watchlist
    since: date
    days: tuple[date, ...]
    gaps: tuple[date, ...]
    oldest: date = date.min


def agenda(
    watchlist: Watchlist,
    done: AbstractSet[date],
    first: date | None,
    last: date,
    catch_up: int,
    *,
    done_before: date = date.min,
) -> Agenda:
    """The work list: days wanted less days done.

    ``first`` is the watchlist's first day (None: it begins with ``last``, the last complete day); ``done`` are the days
    evaluated or given up, as are all ``done_before``; days more than ``catch_up`` days back are gaps. Nothing is wanted
    before the data begins, whatever a clock said that was years behind.
    """
    since = first or last
    start = max(since, done_before, FIRST_DAY)
    wanted = [start + timedelta(days=offset) for offset in range((last - start).days + 1)]
    open_days = [day for day in wanted if day not in done]
    oldest = oldest_judged(last, catch_up)
    return Agenda(
        watchlist,
        since,
        tuple(day for day in open_days if day >= oldest),
        tuple(day for day in open_days if day < oldest),
        oldest,
    )


def oldest_judged(last: date, catch_up: int) -> date:
    """The first day that is judged at all, or again, ``last`` being the last complete one."""
    return last - timedelta(days=catch_up - 1)


@dataclass(frozen=True, slots=True)
class Request:
    """One window to ask for: an app board's, to a depth, or a range of model days. ``start`` is a range's first day.

    ``waits``: a day can't be judged without it; else it is only shown where it is at hand. ``current``: it ends on the
    newest complete day, and may use up the day's budget; all others leave a reserve (``split_budget``). ``recheck``: it
    is stored, and asked for once more.
    """

    board: Board
    start: date
    end: date
    depth: int
    waits: bool = True
    current: bool = False
    recheck: bool = False

    @property
    def cost(self) -> int:
        """HTTP requests at most: one a page of a hundred apps, one a range of model days."""
        return -(-self.depth // APP_PAGE) if self.board.dataset is Dataset.APPS else 1


@dataclass(frozen=True, slots=True)
class Wish:
    """How deep a window is wanted, whether a day waits for it, and whether it is asked for though it is stored."""

    depth: int = 0
    waits: bool = False
    recheck: bool = False

    def joined(self, other: Wish) -> Wish:
        """The wish of who wants either."""
        return Wish(max(self.depth, other.depth), self.waits or other.waits, self.recheck or other.recheck)


Window = tuple[Board, date]
"""A stored window: its board, and the day on which it ends."""


def wanted_windows(agendas: Iterable[Agenda]) -> dict[Window, Wish]:
    """Every stored window that the days on the agendas take, with the greatest depth that any watchlist needs."""
    wishes: dict[Window, Wish] = {}
    for item in agendas:
        for day in item.days:
            for need in needs(item.watchlist, day):
                _add(wishes, need, item.watchlist.depth)
    return wishes


def history_windows(watchlists: Iterable[Watchlist], first: date, last: date) -> dict[Window, Wish]:
    """Every stored window that judging a day takes and that ends within ``first..last``, to the depth it takes."""
    wishes: dict[Window, Wish] = {}
    for watchlist in watchlists:
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            for need in needs(watchlist, day):
                if need.end_date == day:
                    _add(wishes, need, watchlist.depth)
    return wishes


def _add(wishes: dict[Window, Wish], need: Need, depth: int) -> None:
    for source in sources(need):
        wishes[source] = wishes.get(source, Wish()).joined(Wish(depth, need.waits))


def rechecks(
    watchlists: Iterable[Watchlist],
    checked: Mapping[Board, Mapping[date, datetime]],
    last: date,
    *,
    now: datetime,
    settle: timedelta,
    restate_days: int,
    oldest: date,
) -> dict[Window, Wish]:
    """The closed windows from ``oldest`` on that are to be asked for once more, for the feed restates closed days.

    Each is asked for on each of the ``restate_days`` days after it became final; one check makes up for all that were
    missed. ``checked``: by board and end date, when each stored window was last asked for; what that says is not
    believed where it is still to come at ``now``.
    """
    wishes: dict[Window, Wish] = {}
    for (board, _), wish in day_windows(watchlists, last).items():
        for end, asked_at in checked.get(board, {}).items():
            due = complete_at(min(end + timedelta(days=restate_days), last), settle)
            if oldest <= end < last and (asked_at < due or ahead(asked_at, now)):
                wishes[board, end] = Wish(wish.depth, recheck=True)
    return wishes


def joined(*wanted: Mapping[Window, Wish]) -> dict[Window, Wish]:
    """All wishes in one."""
    wishes: dict[Window, Wish] = {}
    for part in wanted:
        for window, wish in part.items():
            wishes[window] = wishes.get(window, Wish()).joined(wish)
    return wishes


def requests(
    wanted: Mapping[Window, Wish], stored: Mapping[Window, int], last: date, *, current: date | None = None
) -> list[Request]:
    """The least set of requests for what is wanted and not stored deep enough (``stored``: the depth of each window).

    The last day first, then what is asked for once more, then all else, newest days first; ``last`` is the last
    complete day, beyond which nothing is asked for. ``current`` is the newest complete day where ``last`` is an earlier
    one. Model days are joined into ranges of up to 366 days.
    """
    current = current or last
    missing = {
        window: wish
        for window, wish in wanted.items()
        if window[1] <= last and (wish.recheck or stored.get(window, 0) < wish.depth)
    }
    apps = [
        Request(board, board.start(end), end, wish.depth, wish.waits, current=end == current, recheck=wish.recheck)
        for (board, end), wish in missing.items()
        if board.dataset is Dataset.APPS
    ]
    models = {end: wish for (board, end), wish in missing.items() if board.dataset is Dataset.MODELS}
    return sorted([*apps, *_model_requests(models, current)], key=lambda request: _urgency(request, last))


def _model_requests(days: Mapping[date, Wish], current: date) -> Iterator[Request]:
    for start, end in _ranges(sorted(days)):
        wishes = [wish for day, wish in days.items() if start <= day <= end]
        yield Request(
            MODEL_DAY,
            start,
            end,
            MODEL_DEPTH,
            any(wish.waits for wish in wishes),
            current=end == current,
            recheck=any(wish.recheck for wish in wishes),
        )


def _urgency(request: Request, last: date) -> tuple[bool, timedelta, str]:
    """The last day and what is asked for once more come first; then the newest, so that the last day leads."""
    return request.end != last and not request.recheck, last - request.end, request.board.key


def day_cost(watchlists: Iterable[Watchlist], day: date, stored: Mapping[Window, int] | None = None) -> int:
    """HTTP requests, at most, for what of ``day``'s own windows is not stored: for all of them, if nothing is."""
    return sum(request.cost for request in requests(day_windows(watchlists, day), stored or {}, day))


def ordinary_cost(watchlists: Sequence[Watchlist], day: date, restate_days: int) -> int:
    """HTTP requests, at most, of an ordinary day: its own windows, and those of the days before once more."""
    wanted = joined(day_windows(watchlists, day), ordinary_rechecks(watchlists, day, restate_days))
    return sum(request.cost for request in requests(wanted, {}, day))


def ordinary_rechecks(watchlists: Iterable[Watchlist], day: date, restate_days: int) -> dict[Window, Wish]:
    """The windows that are asked for once more on the day on which ``day`` is polled, where every day was."""
    return {
        (board, end - timedelta(days=back)): Wish(wish.depth, recheck=True)
        for (board, end), wish in day_windows(watchlists, day).items()
        for back in range(1, restate_days + 1)
    }


def day_windows(watchlists: Iterable[Watchlist], day: date) -> dict[Window, Wish]:
    """The windows that end on ``day`` of all that judging it takes."""
    wishes = wanted_windows(Agenda(watchlist, day, (day,), ()) for watchlist in watchlists)
    return {window: wish for window, wish in wishes.items() if window[1] == day}


def reserve_of(cost: int, limit: int) -> int:
    """How much of a day's ``limit`` is kept for a current day that still takes ``cost``: at most half of it."""
    return min(cost, limit // 2)


def fits(request: Request, used: int, *, limit: int, reserve: int) -> bool:
    """Whether a request may still be made today, ``used`` being the requests made. The current day needs no reserve.

    One that costs more than the whole day has may begin the day: it may turn out to cost less.
    """
    room = limit if request.current else limit - reserve
    return used + min(request.cost, room) <= room


def split_budget(
    wanted: Iterable[Request], used: int, *, limit: int, reserve: int
) -> tuple[list[Request], list[Request]]:
    """Which requests, in their order, fit into what is left of today's budget, and which have to come tomorrow."""
    now: list[Request] = []
    later: list[Request] = []
    for request in wanted:
        if fits(request, used, limit=limit, reserve=reserve):
            now.append(request)
            used += request.cost
        else:
            later.append(request)
    return now, later


def days_needed(later: int, *, limit: int, daily: int) -> int | None:
    """For how many more days requests that cost ``later`` go on, beside ``daily`` ones; None where it never ends."""
    room = limit - daily
    if later and room <= 0:
        return None
    return -(-later // room) if later else 0


def _ranges(days: Sequence[date]) -> list[tuple[date, date]]:
    """Days, ascending, as the fewest ranges of up to 366 days: a range may hold days that are stored already."""
    ranges: list[tuple[date, date]] = []
    for day in days:
        if ranges and (day - ranges[-1][0]).days < MAX_WINDOW_DAYS:
            ranges[-1] = (ranges[-1][0], day)
        else:
            ranges.append((day, day))
    return ranges
