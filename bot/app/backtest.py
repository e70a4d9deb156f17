"""Backtests over what is stored: nothing is written, and what a live run would have told is told in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import dropwhile, takewhile

from bot.app.evaluate import judge_by
from bot.app.evidence import NAMED, Evidence, boards_of
from bot.app.ports import Store
from bot.core.annals import Annals
from bot.core.backtest import Backtest, days_between, replay
from bot.core.detect import Evaluation, needs, sources
from bot.core.event import Event
from bot.core.kept import kept
from bot.core.plan import Agenda, Window, Wish, history_windows, wanted_windows
from bot.core.ranking import FIRST_DAY, Board
from bot.core.watchlist import Watchlist


@dataclass(frozen=True, slots=True)
class Missing:
    """The windows that a backtest would look at and that are not stored, or not deep enough, with what is wanted."""

    windows: Mapping[Window, Wish]

    @property
    def first(self) -> date:
        """The day on which the oldest of them ends."""
        return min(end for _, end in self.windows)

    @property
    def last(self) -> date:
        """The day on which the newest of them ends."""
        return max(end for _, end in self.windows)

    def out_of_reach(self, watchlists: Sequence[Watchlist]) -> int:
        """How many of them a backfill for these watchlists does not fetch: they do not have what is tried."""
        fetched = history_windows(watchlists, self.first, self.last)
        return sum(fetched.get(window, Wish()).depth < wish.depth for window, wish in self.windows.items())


class Backtester:
    """Backtests of one store as it is now. What does not depend on rules is read once, however many are tried."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._history = store.history()
        self._evidence = kept(self._read, 1)

    def run(self, watchlist: Watchlist, start: date, end: date) -> Backtest:
        """What the watchlist would have told over ``start..end``."""
        since = first_day(self._store, watchlist, start)
        evidence = self._evidence(boards_of(watchlist), since, end)
        history = evidence.history

        def judge(day: date, told: Sequence[Event]) -> Evaluation | None:
            if history.at(watchlist.board, day) is None:
                return None
            known = evidence.known_on(watchlist, day, since=since)
            return judge_by(
                watchlist, day, since=since, history=history, told=told, known=known, sights=evidence.sights
            )

        return replay(watchlist, start, end, since=since, judge=judge)

    def _read(self, boards: Iterable[Board], first: date, last: date) -> Evidence:
        """For all variants of a watchlist: these days, and those before at which naming their items looks."""
        self._history.fetch((board, day) for board in boards for day in days_between(first - NAMED, last))
        return Evidence(self._store, history=Annals(self._history, first - NAMED, last))


def first_day(store: Store, watchlist: Watchlist, start: date) -> date:
    """The day on which a backtest begins to judge: the watchlist's first, or ``start`` if that is earlier."""
    marks = store.ledger(watchlist.id)
    return min(start, marks[0].date) if marks else start


def missing(store: Store, watchlists: Iterable[Watchlist], start: date, end: date) -> Missing | None:
    """What of the windows that backtests over ``start..end`` take is to be fetched first; None if nothing is.

    What is only shown where it is at hand is left out.
    """
    agendas = [
        Agenda(watchlist, start, tuple(days_between(first_day(store, watchlist, start), end)), ())
        for watchlist in watchlists
    ]
    wanted = {window: wish for window, wish in wanted_windows(agendas).items() if wish.waits}
    stored = store.depths_of(wanted.keys())
    gone = {window: wish for window, wish in wanted.items() if stored.get(window, 0) < wish.depth}
    return Missing(gone) if gone else None


def first_whole_day(store: Store, watchlists: Sequence[Watchlist], last: date) -> date | None:
    """The first of the newest days running, up to ``last``, of which all is stored that judging waits for, or None.

    Days after them, on which nothing ran yet, do not matter.
    """

    @cache
    def depths(board: Board) -> Mapping[date, int]:
        return store.depths(board, FIRST_DAY, last)

    def is_whole(day: date) -> bool:
        return all(
            depths(board).get(end, 0) >= watchlist.depth
            for watchlist in watchlists
            for need in needs(watchlist, day)
            if need.waits
            for board, end in sources(need)
        )

    days = (last - timedelta(days=back) for back in range((last - FIRST_DAY).days + 1))
    whole = list(takewhile(is_whole, dropwhile(lambda day: not is_whole(day), days)))
    return whole[-1] if whole else None
