"""Which windows are stored, board by board: read from the newest back, and only as far back as somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from datetime import date, timedelta
from functools import cached_property

from sqlalchemy import Connection, Select, bindparam, select

from bot.adapters.store.tables import SNAPSHOT
from bot.core.days import ONE_DAY
from bot.core.kept import kept
from bot.core.ranking import Board

Reading = Callable[[], AbstractContextManager[Connection]]

_AHEAD = timedelta(days=128)
"""So much more is read than is asked for: rules look some windows back, one after the other."""
_Ids = dict[date, int]


class Windows:
    """The newest revision of each window up to a version (``ceiling``), as ``reading`` finds them."""

    def __init__(self, reading: Reading, ceiling: int) -> None:
        self._reading = reading
        self._ceiling = ceiling
        self._since: dict[Board, date] = {}
        self._ids: dict[Board, _Ids] = {}
        self._alone = kept(self._read_alone)
        self.span = kept(self._read_span)

    @cached_property
    def thinned(self) -> frozenset[int]:
        """The ids of those that are no whole windows any more."""
        with self._reading() as connection:
            return frozenset(connection.execute(select(SNAPSHOT.c.id).where(SNAPSHOT.c.thinned)).scalars())

    def at(self, board: Board, end: date) -> int | None:
        """The id of the board's window that ends on that day."""
        if board not in self._since:
            self._look_back([board], end)
        if end < self._since[board]:  # long ago, as when a watchlist began: nobody wants the days between
            return self._alone(board, end)
        return self._ids[board].get(end)

    def within(self, board: Board, start: date, end: date) -> _Ids:
        """The ids of the board's windows that end within these days, by end date, ascending."""
        self._look_back([board], start)
        return {day: identity for day, identity in self._ids[board].items() if start <= day <= end}

    def fetch(self, windows: Collection[tuple[Board, date]]) -> None:
        """Reads which of these windows are stored, with one statement."""
        self._look_back({board for board, _ in windows}, min(end for _, end in windows))

    def _look_back(self, boards: Collection[Board], since: date) -> None:
        unknown = [board for board in boards if board not in self._since]
        if unknown:
            self._read(unknown, _ahead(since), date.max)
        for board in boards:
            if since < self._since[board]:
                self._read([board], _ahead(since), self._since[board] - ONE_DAY)

    def _read(self, boards: Collection[Board], start: date, end: date) -> None:
        wanted = {"boards": [board.key for board in boards], "start": start, "end": end}
        with self._reading() as connection:
            rows = connection.execute(self._of_boards, wanted).all()
        found: dict[str, _Ids] = {board.key: {} for board in boards}
        for key, day, identity in rows:
            found[key][day] = identity
        for board in boards:
            self._ids[board] = found[board.key] | self._ids.get(board, {})
            self._since[board] = start

    @cached_property
    def _of_boards(self) -> Select[str, date, int]:
        """In the order of the index, which has all of it: no row is looked at."""
        return (
            select(SNAPSHOT.c.board, SNAPSHOT.c.end_date, SNAPSHOT.c.id)
            .where(
                SNAPSHOT.c.board.in_(bindparam("boards", expanding=True)),
                SNAPSHOT.c.end_date.between(bindparam("start"), bindparam("end")),
                SNAPSHOT.c.id <= self._ceiling,
            )
            .order_by(SNAPSHOT.c.board, SNAPSHOT.c.end_date, SNAPSHOT.c.revision)
        )

    def _read_alone(self, board: Board, end: date) -> int | None:
        wanted = {"boards": [board.key], "start": end, "end": end}
        with self._reading() as connection:
            rows = connection.execute(self._of_boards, wanted).all()
        return rows[-1].id if rows else None

    def _read_span(self, board: Board) -> tuple[date, date] | None:
        """The first and the last day on which a window of the board ends; None where none is stored."""
        ends = select(SNAPSHOT.c.end_date).where(SNAPSHOT.c.board == board.key, SNAPSHOT.c.id <= self._ceiling).limit(1)
        with self._reading() as connection:
            first = connection.execute(ends.order_by(SNAPSHOT.c.end_date)).scalar()
            last = connection.execute(ends.order_by(SNAPSHOT.c.end_date.desc())).scalar()
        return (first, last) if first and last else None


def _ahead(since: date) -> date:
    """A while before ``since``."""
    return since - _AHEAD if since - date.min > _AHEAD else date.min
