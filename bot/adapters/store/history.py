"""What detection may look at, read from the database only as far as it is asked for."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager
from datetime import date, timedelta
from functools import cached_property

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, select

from bot.adapters.store.names import chunks, is_newest, lines_of
from bot.adapters.store.snapshots import snapshot_of, version
from bot.adapters.store.tables import ENTRY, SNAPSHOT
from bot.core.history import lines, listed, sightings
from bot.core.kept import kept
from bot.core.ranking import MODEL_DAY, MODEL_DEPTH, Board, By, Dataset, Snapshot, author_of, sum_days

Reading = Callable[[], AbstractContextManager[Connection]]

_KEPT_SNAPSHOTS = 1024
"""Snapshots kept at hand, some 20 MB at most: more than the rules of any day look at, but for the longest windows."""
_KEPT_WINDOWS = 64
_RUN = 32
"""Leaders are read so many days at once: most who ask want the last few, and some want years."""
_ANY_RANK = 2**31 - 1
"""No rank is beyond it: the column holds no more."""
_ONE_DAY = timedelta(days=1)


class StoredHistory:
    """A History over the store as it was at a version, or when this was made: what is saved later takes no part.

    Safe to keep for an evaluation, however long; made within a transaction, it ends with that.
    """

    def __init__(self, reading: Reading, until: int | None = None) -> None:
        self._reading = reading
        with reading() as connection:
            self._ceiling = version(connection) if until is None else until
        self._all = kept(self._read_all)
        self._index = kept(self._read_index)
        self._stored = kept(self._read_snapshot, _KEPT_SNAPSHOTS)
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
        identity = self._index(board).get(end_date)
        return None if identity is None else self._stored(identity)

    def days(self, board: Board, start: date, end: date) -> Sequence[date]:
        """See History."""
        ends = _complete(self._index(MODEL_DAY), board.window_days) if _computed(board) else self._index(board)
        return [day for day in ends if start <= day <= end]

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
        windows = (self._window(board, day) for day in self.days(board, date.min, before - _ONE_DAY))
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
            thinned = {one: day for day, (one, thin) in self._all(board).items() if thin and start <= day <= end}
            with self._reading() as connection:
                found = list(lines_of(connection, thinned))
            yield from ((item, thinned[identity], name, rank) for identity, item, name, rank in found)

    # ── stored boards ────────────────────────────────────────────────────────────────────────────────────────

    def _read_all(self, board: Board) -> Mapping[date, tuple[int, bool]]:
        """Each stored window's newest revision, by end date, ascending, and whether it was thinned."""
        query = (
            select(SNAPSHOT.c.end_date, SNAPSHOT.c.id, SNAPSHOT.c.thinned)
            .where(SNAPSHOT.c.board == board.key, SNAPSHOT.c.id <= self._ceiling)
            .order_by(SNAPSHOT.c.end_date, SNAPSHOT.c.revision)
        )
        with self._reading() as connection:
            return {end: (identity, thinned) for end, identity, thinned in connection.execute(query).all()}

    def _read_index(self, board: Board) -> Mapping[date, int]:
        """The same of those that are whole: thinned ones are no windows any more, but for their lines."""
        return {end: identity for end, (identity, thinned) in self._all(board).items() if not thinned}

    def _lines_of(self, board: Board, start: date, end: date) -> Mapping[int, date]:
        """The windows that end within these days, thinned ones too: their ids and when they end."""
        return {identity: day for day, (identity, _) in self._all(board).items() if start <= day <= end}

    def _read_snapshot(self, identity: int) -> Snapshot:
        with self._reading() as connection:
            return snapshot_of(connection, identity)

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
        days = list(self._all(board))
        last = bisect_right(days, until) - 1
        for run in range(last // _RUN, -1, -1):
            leaders = self._leaders(board, run)
            for day in reversed(days[run * _RUN : min((run + 1) * _RUN, last + 1)]):
                if day in leaders:
                    yield day, leaders[day]

    def _read_leaders(self, board: Board, run: int) -> Mapping[date, str]:
        """Who led on the days of a run of them, the first days being run 0."""
        days = list(self._all(board).items())[run * _RUN : (run + 1) * _RUN]
        windows = {identity: day for day, (identity, _) in days}
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
        index = self._index(MODEL_DAY)
        wanted = [board.start(end_date) + timedelta(days=place) for place in range(board.window_days)]
        if not all(day in index for day in wanted):
            return None
        return sum_days(board, [self._stored(index[day]) for day in wanted])

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
        for day, identity in self._index(MODEL_DAY).items():
            if last != day - _ONE_DAY:
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


def _complete(days: Iterable[date], length: int) -> Iterator[date]:
    """Those of the ascending ``days`` with which ``length`` days without a gap end."""
    run, last = 0, None
    for day in days:
        run = run + 1 if last == day - _ONE_DAY else 1
        last = day
        if run >= length:
            yield day
