"""What is stored, as of one moment, read once for all that look at it: every watchlist of a cycle, days of a backtest.

A thousand watchlists over forty boards look at the same snapshots, names and marks; each on its own read them anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta

from bot.app.ports import Store
from bot.app.records import DayStatus, WatchlistDay
from bot.core import detect, naming
from bot.core.days import ONE_DAY
from bot.core.event import Event, Kind
from bot.core.history import History, last_stored
from bot.core.plan import Agenda, Window
from bot.core.ranking import Board
from bot.core.rules.base import Need, Rule
from bot.core.sights import Sights
from bot.core.watchlist import Names, Watchlist

NAMED = timedelta(days=31)
"""How far back whoever may have an event was last listed: an exit is told some days after the last sight."""
Naming = Callable[[Iterable[str], date], Names]
"""See Store.naming."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a day's items are called on it, and every name that they had borne by then, newest first."""

    called: Mapping[str, str]
    names: Names


class Evidence:
    """The store at one moment, for the ``agendas`` of some watchlists; each part is read when it is first asked for.

    ``seen`` is the store's version then, ``history`` the snapshots up to it (whoever has a view of them may give it).
    What is written later takes no part, but events that `tell` is told of. ``sights`` are what the watchlists see alike
    of these snapshots. ``last`` is the last complete day: what the ledger holds of later ones, a clock that was ahead
    has written.
    """

    def __init__(
        self,
        store: Store,
        agendas: Iterable[Agenda] = (),
        *,
        history: History | None = None,
        last: date = date.max,
    ) -> None:
        self.seen = store.version()
        self.history = history or store.history(self.seen)
        self._store = store
        self._agendas = tuple(agendas)
        self._last = last
        self._naming = store.naming()
        self.sights = Sights(self.history)
        self._missing: dict[tuple[Board, int, tuple[Rule, ...], date], tuple[Need, ...]] = {}
        self._sources: dict[tuple[Board, tuple[Rule, ...]], frozenset[Board]] = {}
        self._known: dict[tuple[tuple[Board, ...], date, date], Known] = {}
        self._marks: Mapping[str, Sequence[WatchlistDay]] | None = None
        self._told: dict[str, list[Event]] | None = None
        self._reached: date | None = None
        self._changed: Mapping[Board, Sequence[tuple[Window, int]]] | None = None

    def marks(self, watchlist: str) -> Sequence[WatchlistDay]:
        """The watchlist's days in the ledger, from the oldest that its agenda still judges to the last, ascending."""
        return self._all_marks().get(watchlist, ())

    def _all_marks(self) -> Mapping[str, Sequence[WatchlistDay]]:
        if self._marks is None:
            oldest = min((agenda.oldest for agenda in self._agendas), default=date.min)
            names = {agenda.watchlist.id for agenda in self._agendas}
            self._marks = self._store.ledgers(names, oldest, self._last)
        return self._marks

    def reached(self) -> date:
        """The newest day that is known to have been: one of which anything is stored that the agendas look at.

        It is asked only where there are gaps to be, and looks no further back than they do.
        """
        if self._reached is None:
            first = min(gap for agenda in self._agendas for gap in agenda.gaps)
            boards = {board for agenda in self._agendas for board in self._sources_of(agenda.watchlist)}
            ends = (end for stored in self._store.checked(boards, first, date.max).values() for end in stored)
            self._reached = max(ends, default=date.min)
        return self._reached

    def told(self, watchlist: Watchlist, day: date) -> Sequence[Event]:
        """The stored events that may hold back those of a day of the watchlist's agenda, without their evidence."""
        if self._told is None:
            self._told = {}
            self.tell(self._read_told())
        first = day - timedelta(days=watchlist.cooldown_days)
        return [event for event in self._told.get(watchlist.id, ()) if first <= event.date <= day]

    def tell(self, events: Iterable[Event]) -> None:
        """Takes note of events that were stored since: they may hold back those of the watchlist's later days."""
        for event in events:
            if self._told is not None and event.held_back is None:
                self._told.setdefault(event.watchlist, []).append(event)

    def _read_told(self) -> Sequence[Event]:
        open_days = [(agenda.watchlist, day) for agenda in self._agendas for day in agenda.days]
        first = min(day - timedelta(days=watchlist.cooldown_days) for watchlist, day in open_days)
        last = max(day for _, day in open_days)
        ids = {watchlist.id for watchlist, _ in open_days}
        only = ids.pop() if len(ids) == 1 else None
        return self._store.events(watchlist=only, start=first, end=last, evidence=False)

    def changed(self, watchlist: Watchlist) -> Mapping[Window, int]:
        """The windows that the watchlist looks at and that were stored, or stored anew, since the first mark was made.

        Each with its own version. Boards that no agenda looks at have none.
        """
        if self._changed is None:
            self._changed = self._read_changed()
        return dict(pair for board in self._sources_of(watchlist) for pair in self._changed.get(board, ()))

    def _sources_of(self, watchlist: Watchlist) -> frozenset[Board]:
        key = (watchlist.board, watchlist.rules)
        if key not in self._sources:
            self._sources[key] = sources_of(watchlist)
        return self._sources[key]

    def _read_changed(self) -> Mapping[Board, Sequence[tuple[Window, int]]]:
        judged = (
            mark for marks in self._all_marks().values() for mark in marks if mark.status is not DayStatus.WAITING
        )
        since = min((mark.seen for mark in judged), default=self.seen)
        boards = {board for agenda in self._agendas for board in self._sources_of(agenda.watchlist)}
        by_board: dict[Board, list[tuple[Window, int]]] = {}
        for window, came in self._store.changed(boards, since).items():
            by_board.setdefault(window[0], []).append((window, came))
        return by_board

    def missing(self, watchlist: Watchlist, day: date) -> tuple[Need, ...]:
        """The windows that judging the day waits for and that are not stored, or not as deep."""
        key = (watchlist.board, watchlist.depth, watchlist.rules, day)
        if key not in self._missing:
            self._missing[key] = tuple(_missing(watchlist, day, self.history))
        return self._missing[key]

    def known_on(self, watchlist: Watchlist, day: date, *, since: date) -> Known:
        """See known_on. It hangs on the boards, and not on the rules."""
        key = (boards_of(watchlist), day, since)
        if key not in self._known:
            self._known[key] = _known_on(self._naming, watchlist, day, self.history, since=since)
        return self._known[key]


def known_on(store: Store, watchlist: Watchlist, day: date, history: History, *, since: date) -> Known:
    """The names of whoever may have an event on a day of the watchlist, which began on ``since``.

    Only names borne by that day count: a day that is made up for, or judged again, is judged as it would have been.
    After a gap, whoever was listed before it may have one, too.

    For the same reason an item is called by what the watchlist's own boards gave from the day before ``since`` on. When
    that day is judged they are all there, while windows of other boards, or from before, are there or not.
    """
    return _known_on(store.naming(), watchlist, day, history, since=since)


def _known_on(naming: Naming, watchlist: Watchlist, day: date, history: History, *, since: date) -> Known:
    spans = [(board, day - NAMED, day) for board in boards_of(watchlist)]
    before = last_stored(history, watchlist.board, day - ONE_DAY)
    if before and before.end_date < day - NAMED:
        spans.insert(0, (watchlist.board, before.end_date, before.end_date))
    borne: dict[str, AbstractSet[str]] = {}
    for span in spans:
        for item, names in history.listed(*span).items():
            borne[item] = borne[item] | names if item in borne else names
    several = {item for item, names in borne.items() if len(names) > 1}  # who bears one name is called by it
    return Known(_called(history, spans, several, since=since - ONE_DAY), naming(borne, day))


def _called(
    history: History, spans: Iterable[tuple[Board, date, date]], items: AbstractSet[str], *, since: date
) -> Mapping[str, str]:
    """What those of the items are called to which the windows that end from ``since`` on give several names."""
    seen: dict[str, list[tuple[date, str]]] = {}
    for board, first, last in spans if items else ():
        for item, lines in history.sightings(board, items, max(first, since), last).items():
            seen.setdefault(item, []).extend(lines)
    return {item: naming.shown(names) for item, names in seen.items() if len({name for _, name in names}) > 1}


def _missing(watchlist: Watchlist, day: date, history: History) -> Iterable[Need]:
    for need in detect.needs(watchlist, day):
        snapshot = history.at(need.board, need.end_date) if need.waits else None
        if need.waits and (snapshot is None or snapshot.depth < watchlist.depth):
            yield need


def boards_of(watchlist: Watchlist) -> tuple[Board, ...]:
    """The boards that the watchlist's events are about: its own, and the trending list if a rule looks at it."""
    lists = [watchlist.board.twin] if any(rule.kind is Kind.TRENDING for rule in watchlist.rules) else []
    return (watchlist.board, *lists)


def sources_of(watchlist: Watchlist) -> frozenset[Board]:
    """The boards that are stored for those that judging the watchlist's days takes."""
    any_day = date.max  # which one does not matter, if only the data goes back far enough
    return frozenset(board for need in detect.needs(watchlist, any_day) for board, _ in detect.sources(need))
