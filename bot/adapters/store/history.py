"""What detection may look at, read from the database only as far as it is asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from functools import cached_property

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from bot.adapters.store.names import is_newest, lines_of
from bot.adapters.store.shelf import Shelf
from bot.adapters.store.snapshots import version
from bot.adapters.store.statements import chunks
from bot.adapters.store.tables import ENTRY, SNAPSHOT
from bot.adapters.store.windows import Reading, Windows
from bot.core.days import ONE_DAY
from bot.core.history import lines, listed, sightings
from bot.core.kept import kept
from bot.core.ranking import MODEL_DAY, MODEL_DEPTH, Board, By, Dataset, Snapshot, author_of, sum_days

_KEPT_WINDOWS = 64
_RUN = 32
"""Leaders are read so many days at once: most who ask want the last few, and some want years."""
_ANY_RANK = 2**31 - 1
"""No rank is beyond it: the column holds no more."""


class StoredHistory:
    """A History over the store as it was at a version, or when this was made: what is saved later takes no part.

    Safe to keep for an evaluation, however long; made within a transaction, it ends with that.
    """

    def __init__(self, reading: Reading, until: int | None = None) -> None:
        self._reading = reading
        with reading() as connection:
            self._ceiling = version(connection) if until is None else until
        self._windows = Windows(reading, self._ceiling)
        self._shelf = Shelf(reading)
        self._leaders = kept(self._read_leaders)
        self._last_in = kept(self._last_stored_in)
        self._first_borne = kept(self._read_names)
        self._window = kept(self._add_up, _KEPT_WINDOWS)
        self._figures = kept(self._read_model_figures)
        self._orders = kept(self._roll)

    def at(self, board: Board, end_date: date) -> Snapshot | None:
        """See History."""
        if _computed(board):
            return self._window(board, end_date)
        identity = self._windows.at(board, end_date)
        return None if identity is None or identity in self._windows.thinned else self._shelf.take(identity)

    def fetch(self, windows: Iterable[tuple[Board, date]]) -> None:
        """See History."""
        sources = {source for board, end in windows for source in _sources(board, end)}
        if sources:
            self._windows.fetch(sources)
            found = (
                self._windows.at(board, end) for board, end in sorted(sources, key=lambda one: one[1], reverse=True)
            )
            self._shelf.fetch(identity for identity in found if identity and identity not in self._windows.thinned)

    def days(self, board: Board, start: date, end: date) -> Sequence[date]:
        """See History."""
        if _computed(board):
            return [day for day in _complete(self._whole(MODEL_DAY), board.window_days) if start <= day <= end]
        return list(self._whole(board, start, end))

    def last_in(self, board: Board, item: str, n: int | None, before: date) -> date | None:
        """See History."""
        if not _computed(board):
            return self._last_in(board, item, n, before)
        for day, items in self._orders(board):
            if day < before and item in items[:n]:
                return day
        return None

    def leaders(self, board: Board, until: date) -> Iterator[tuple[date, str]]:
        """See History."""
        if not _computed(board):
            return self._stored_leaders(board, until)
        return ((day, items[0]) for day, items in self._orders(board) if day <= until and items)

    def borne(self, board: Board, item: str, before: date) -> AbstractSet[str]:
        """See History."""
        if not _computed(board):
            return {name for name, first in self._first_borne(board, item).items() if first < before}
        windows = (self._window(board, day) for day in self.days(board, date.min, before - ONE_DAY))
        return {entry.name for window in windows if window and (entry := window.entry(item))}

    def listed(self, board: Board, start: date, end: date) -> Mapping[str, AbstractSet[str]]:
        """See History."""
        if _computed(board):
            return listed(self, board, start, end)
        windows = self._lines_of(board, start, end)
        found: dict[str, set[str]] = {}
        with self._reading() as connection:
            for chunk in chunks(windows):
                query = select(ENTRY.c.item, ENTRY.c.name).distinct().where(ENTRY.c.snapshot_id.in_(chunk))
                for item, name in connection.execute(query).all():
                    found.setdefault(item, set()).add(name)
        return found

    def sightings(
        self, board: Board, items: AbstractSet[str], start: date, end: date
    ) -> Mapping[str, Sequence[tuple[date, str]]]:
        """See History."""
        if _computed(board):
            return sightings(self, board, items, start, end)
        ends, found = self._lines_of(board, start, end), dict[str, list[tuple[date, str]]]()
        with self._reading() as connection:
            for identity, item, name, _ in lines_of(connection, ends, items):
                found.setdefault(item, []).append((ends[identity], name))
        return found

    def lines(self, board: Board, start: date, end: date) -> Iterable[tuple[str, date, str, int]]:
        """See History. Whoever asks for all lines looks at the boards, too, so that most are read as these."""
        yield from lines(self, board, start, end)
        if not _computed(board):
            stored, gone = self._lines_of(board, start, end), self._windows.thinned
            thinned = {identity: day for identity, day in stored.items() if identity in gone}
            with self._reading() as connection:
                found = list(lines_of(connection, thinned))
            yield from ((item, thinned[identity], name, rank) for identity, item, name, rank in found)

    # ── stored boards ────────────────────────────────────────────────────────────────────────────────────────

    def _whole(self, board: Board, start: date = date.min, end: date = date.max) -> Mapping[date, int]:
        """The ids of those that are whole, by end date: thinned ones are no windows any more, but for their lines."""
        within, thinned = self._windows.within(board, start, end), self._windows.thinned
        return {day: identity for day, identity in within.items() if identity not in thinned} if thinned else within

    def _lines_of(self, board: Board, start: date, end: date) -> Mapping[int, date]:
        """The windows that end within these days, thinned ones too: their ids and when they end."""
        return {identity: day for day, identity in self._windows.within(board, start, end).items()}

    def _last_stored_in(self, board: Board, item: str, n: int | None, before: date) -> date | None:
        wanted = {"board": board.key, "item": item, "before": before, "rank": _ANY_RANK if n is None else n}
        with self._reading() as connection:
            last: date | None = connection.execute(self._last_listed, wanted).scalar()
            return last

    @cached_property
    def _last_listed(self) -> Select[date]:
        """Made once: making it takes longer than running it, and a day asks some ten times."""
        return (
            select(SNAPSHOT.c.end_date)
            .join(ENTRY, ENTRY.c.snapshot_id == SNAPSHOT.c.id)
            .where(
                SNAPSHOT.c.board == bindparam("board"),
                SNAPSHOT.c.end_date < bindparam("before"),
                *self._newest(),
                ENTRY.c.item == bindparam("item"),
                ENTRY.c.rank <= bindparam("rank"),
            )
            .order_by(SNAPSHOT.c.end_date.desc())
            .limit(1)
        )

    def _stored_leaders(self, board: Board, until: date) -> Iterator[tuple[date, str]]:
        start, end = _run_start(until), until
        while True:
            for day, identity in reversed(self._windows.within(board, start, end).items()):
                leader = self._leader(board, day, identity)
                if leader:
                    yield day, leader
            span = self._windows.span(board)  # most who ask never come to here
            if span is None or start <= span[0]:
                return
            end = min(start - ONE_DAY, span[1])
            start = _run_start(end)

    def _leader(self, board: Board, day: date, identity: int) -> str | None:
        """Who led on a day of which a window is stored; None on an empty board."""
        seen = self._shelf.at_hand(identity)
        if seen:
            return seen.leader.item if seen.leader else None
        return self._leaders(board, day.toordinal() // _RUN).get(day)

    def _read_leaders(self, board: Board, run: int) -> Mapping[date, str]:
        """Who led on the days of a run of them."""
        start = date.fromordinal(max(run * _RUN, 1))
        windows = self._lines_of(board, start, start + (_RUN - 1) * ONE_DAY)
        query = select(ENTRY.c.snapshot_id, ENTRY.c.item).where(ENTRY.c.snapshot_id.in_(windows), ENTRY.c.rank == 1)
        with self._reading() as connection:
            return {windows[identity]: item for identity, item in connection.execute(query).all()}

    def _read_names(self, board: Board, item: str) -> Mapping[str, date]:
        """Every name by which the board has listed the item, and the end of the first window that did."""
        query = (
            select(ENTRY.c.name, func.min(SNAPSHOT.c.end_date))
            .join(SNAPSHOT, SNAPSHOT.c.id == ENTRY.c.snapshot_id)
            .where(SNAPSHOT.c.board == board.key, *self._newest(), ENTRY.c.item == item)
            .group_by(ENTRY.c.name)
        )
        with self._reading() as connection:
            return dict(connection.execute(query).all())

    def _newest(self) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        """That a row is the newest revision as of now. The ``+ 0`` keeps SQLite from searching entries by the ceiling.

        It would look through all entries of an item for each day, instead of walking back the days and looking each up.
        """
        return SNAPSHOT.c.id + 0 <= self._ceiling, is_newest(self._ceiling)

    # ── model windows, computed from days ────────────────────────────────────────────────────────────────────

    def _add_up(self, board: Board, end_date: date) -> Snapshot | None:
        found = [self.at(*source) for source in _sources(board, end_date)]
        days = [day for day in found if day]
        return sum_days(board, days) if len(days) == len(found) else None

    def _read_model_figures(self, by: By) -> Mapping[int, Sequence[tuple[str, int]]]:
        """(item or author, tokens) of each line of all stored model days, by snapshot id."""
        query = (
            select(ENTRY.c.snapshot_id, ENTRY.c.item, ENTRY.c.tokens)
            .join(SNAPSHOT, SNAPSHOT.c.id == ENTRY.c.snapshot_id)
            .where(SNAPSHOT.c.board == MODEL_DAY.key, SNAPSHOT.c.id <= self._ceiling)
        )
        figures: dict[int, list[tuple[str, int]]] = {}
        with self._reading() as connection:
            for identity, item, tokens in connection.execute(query).all():
                figures.setdefault(identity, []).append((author_of(item) if by is By.AUTHOR else item, tokens))
        return figures

    def _roll(self, board: Board) -> Sequence[tuple[date, Sequence[str]]]:
        """(end date, items in their order) of every complete window, newest first.

        One walk over the days: each adds its own figures to the sums and takes back those of the day that leaves.
        """
        figures = self._figures(board.by)
        sums, window, last = _RollingSums(), deque[Sequence[tuple[str, int]]](), None
        orders: list[tuple[date, Sequence[str]]] = []
        for day, identity in self._whole(MODEL_DAY).items():
            if last != day - ONE_DAY:
                sums, window = _RollingSums(), deque()
            last = day
            window.append(figures.get(identity, ()))
            sums.add(window[-1])
            if len(window) > board.window_days:
                sums.take_back(window.popleft())
            if len(window) == board.window_days:
                orders.append((day, sums.order()))
        return orders[::-1]


class _RollingSums:
    """Tokens by item over the days of a window, with the number of lines that make them up."""

    def __init__(self) -> None:
        self._sums: dict[str, tuple[int, int]] = {}

    def add(self, figures: Iterable[tuple[str, int]]) -> None:
        for item, tokens in figures:
            total, lines = self._sums.get(item, (0, 0))
            self._sums[item] = (total + tokens, lines + 1)

    def take_back(self, figures: Iterable[tuple[str, int]]) -> None:
        for item, tokens in figures:
            total, lines = self._sums.pop(item)
            if lines > 1:
                self._sums[item] = (total - tokens, lines - 1)

    def order(self) -> Sequence[str]:
        ranked = sorted(self._sums.items(), key=lambda pair: (-pair[1][0], pair[0]))
        return tuple(item for item, _ in ranked[:MODEL_DEPTH])


def _computed(board: Board) -> bool:
    return board.dataset is Dataset.MODELS and board != MODEL_DAY


def _sources(board: Board, end_date: date) -> Sequence[tuple[Board, date]]:
    """The stored windows that a window is made from, oldest first: itself, or a model window's days."""
    if not _computed(board):
        return [(board, end_date)]
    return [(MODEL_DAY, board.start(end_date) + place * ONE_DAY) for place in range(board.window_days)]


def _run_start(day: date) -> date:
    """The first day of the run that the day is in."""
    return date.fromordinal(max(day.toordinal() // _RUN * _RUN, 1))


def _complete(days: Iterable[date], length: int) -> Iterator[date]:
    """Those of the ascending ``days`` with which ``length`` days without a gap end."""
    run, last = 0, None
    for day in days:
        run = run + 1 if last == day - ONE_DAY else 1
        last = day
        if run >= length:
            yield day
