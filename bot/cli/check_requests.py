"""What is going to be asked of OpenRouter: the list of requests, their cost and time, and what does not fit today."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from bot.adapters.store import sqlite_file
from bot.app import catalogue
from bot.app.subscription import owed_at_first, owed_since
from bot.cli.output import say
from bot.cli.report import not_today
from bot.config import Config
from bot.core.pace import interval
from bot.core.plan import (
    Agenda,
    Request,
    days_needed,
    joined,
    last_complete_day,
    ordinary_cost,
    ordinary_rechecks,
    requests,
    split_budget,
    wanted_windows,
)
from bot.core.ranking import APP_DEPTH, Board, Dataset, Sort
from bot.core.watchlist import Watchlist
from bot.core.wording import count, duration
from bot.wiring import House


@dataclass(frozen=True, slots=True)
class Outlook:
    """The next run's requests, those of the day after, what an ordinary day takes, and which do not fit into today.

    ``first``: nothing is known to be stored, so it is the very first run. ``catalogue``: names and prices of models are
    due as well. ``owed``: the channels that the next run sends a digest whose due time has passed, with that time.
    """

    first: bool
    requests: Sequence[Request]
    then: int
    daily: int
    later: Sequence[Request]
    catalogue: bool
    owed: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def cost(self) -> int:
        """HTTP requests, at most, of the next run."""
        return _cost(self.requests) + self.catalogue


def look_ahead(config: Config, *, clock: Callable[[], datetime]) -> Outlook:
    """What will be asked, by the store where it is a file that is there; else as if nothing were stored yet."""
    file = sqlite_file(config.store_url.read())
    if file is None or not file.is_file():
        first = _first_run(config, clock())
        return replace(first, owed=dict(_owed_at_first(config, clock()))) if file else first
    with House(config, clock=clock) as house:
        cycle = house.cycle()
        plan = cycle.plan()
        _, later = cycle.allowance.split(plan.requests)
        morrow = plan.last + timedelta(days=1)
        wanted = wanted_windows(_agenda(watchlist, morrow) for watchlist in config.watchlists)
        stored = {**house.store.depths_of(wanted.keys()), **dict.fromkeys(plan.wanted, APP_DEPTH)}
        restate_days = config.openrouter.restate_days
        again = ordinary_rechecks(config.watchlists, morrow, restate_days)
        beside = int(catalogue.wanted(config.watchlists))
        then = _cost(requests(joined(wanted, again), stored, morrow)) + beside
        daily = ordinary_cost(config.watchlists, plan.last, restate_days) + beside
        return Outlook(False, plan.requests, then, daily, later, plan.catalogue, dict(_owed(house)))


def _owed(house: House) -> Iterator[tuple[str, datetime]]:
    now = house.clock()
    for name, cadence, watchlists in house.readers():
        due_at = owed_since(house.store, name, cadence, watchlists, now=now, settle=house.settle)
        if due_at:
            yield name, due_at


def _owed_at_first(config: Config, now: datetime) -> Iterator[tuple[str, datetime]]:
    settle = timedelta(hours=config.openrouter.settle_hours)
    for name, channel in config.channels.items():
        due_at = owed_at_first(channel.cadence, now=now, settle=settle)
        if due_at and any(name in watchlist.channels for watchlist in config.watchlists):
            yield name, due_at


def _first_run(config: Config, now: datetime) -> Outlook:
    last = last_complete_day(now, timedelta(hours=config.openrouter.settle_hours))
    morrow = last + timedelta(days=1)
    first = wanted_windows(_agenda(watchlist, last) for watchlist in config.watchlists)
    stored = {window: wish.depth for window, wish in first.items()}
    then = wanted_windows(_agenda(watchlist, morrow) for watchlist in config.watchlists)
    wanted = requests(first, {}, last)
    beside = int(catalogue.wanted(config.watchlists))
    _, later = split_budget(wanted, 0, limit=config.openrouter.requests_per_day, reserve=beside)
    restate_days = config.openrouter.restate_days
    again = ordinary_rechecks(config.watchlists, morrow, restate_days)
    daily = ordinary_cost(config.watchlists, last, restate_days) + beside
    then_cost = _cost(requests(joined(then, again), stored, morrow)) + beside
    return Outlook(True, wanted, then_cost, daily, later, bool(beside))


def _agenda(watchlist: Watchlist, last: date) -> Agenda:
    return Agenda(watchlist, last, (last,), ())


def asking(config: Config, outlook: Outlook) -> None:
    """Prints the list, the cost and the time."""
    table = config.openrouter
    cost, limit = outlook.cost, table.requests_per_day
    run = "first run" if outlook.first else "next run"
    if not cost:
        say(f"  next run: no request needed, all is stored; then about {outlook.then} a day of {limit}")
        return
    seconds = (cost - _cost(outlook.later)) * interval(table.requests_per_minute).total_seconds()
    say(
        f"  {run} {count(cost, 'request')} at most, about {duration(seconds)}; "
        f"then about {outlook.then} a day of {limit}"
    )
    for line in listed(outlook.requests):
        say(f"    {line}")
    if outlook.catalogue:
        say("    Names and prices of models: 1 request")
    if outlook.later:
        say(f"  {not_today(_cost(outlook.later), limit)}")
        days = days_needed(_cost(outlook.later), limit=limit, daily=outlook.daily)
        more = f"That takes {count(days, 'more day')}." if days else "No day has room for that: watch fewer boards."
        say(f"  {more}")


def listed(wanted: Iterable[Request]) -> list[str]:
    """The requests by board, in the order in which they are made: "CLI agents: 8 windows, 16 requests at most"."""
    by_board: dict[Board, list[Request]] = {}
    for request in wanted:
        by_board.setdefault(request.board, []).append(request)
    return [f"{_title(board)}: {_extent(board, found)}" for board, found in by_board.items()]


def _extent(board: Board, found: Sequence[Request]) -> str:
    cost = count(_cost(found), "request")
    if board.dataset is Dataset.MODELS:  # a range costs a request, however many days it has
        return f"{count(sum((one.end - one.start).days + 1 for one in found), 'day')}, {cost}"
    return f"{count(len(found), 'window')}, {cost} at most"


def _title(board: Board) -> str:
    trending = ", trending" if board.sort is Sort.TRENDING else ""
    days = f", {count(board.window_days, 'day')}" if board.dataset is Dataset.APPS and board.window_days != 7 else ""
    return f"{board.title}{trending}{days}"


def _cost(wanted: Iterable[Request]) -> int:
    return sum(request.cost for request in wanted)
