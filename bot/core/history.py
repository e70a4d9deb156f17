"""What detection may look at: the stored snapshots of boards, by the day on which their windows end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from typing import Protocol

from bot.core.days import ONE_DAY
from bot.core.kept import kept
from bot.core.ranking import FIRST_DAY, Board, Snapshot

KEPT = 1024
"""Snapshots at hand in a view of a history, at most: more than the rules of any day look at."""

_MONTHS = timedelta(days=120)


class History(Protocol):
    """The stored snapshots, newest revision each. A window with a missing model day is absent as a whole.

    Everything it answers is a function of what is stored; looking twice gives the same.
    """

    def at(self, board: Board, end_date: date) -> Snapshot | None:
        """The snapshot of the window that ends on ``end_date``, or None."""
        ...

    def fetch(self, windows: Iterable[tuple[Board, date]]) -> None:
        """Says which windows are about to be looked at: whoever has to read them may read them together."""
        ...

    def days(self, board: Board, start: date, end: date) -> Sequence[date]:
        """The end dates within ``start..end`` (inclusive) of which a snapshot is stored, ascending."""
        ...

    def last_in(self, board: Board, item: str, n: int | None, before: date) -> date | None:
        """The last stored date before ``before`` on which the item had rank ≤ n (any rank if None), or None."""
        ...

    def leaders(self, board: Board, until: date) -> Iterator[tuple[date, str]]:
        """(date, item at rank 1) of the stored snapshots up to ``until``, newest first; empty boards are left out."""
        ...

    def borne(self, board: Board, item: str, before: date) -> AbstractSet[str]:
        """Every name by which the stored snapshots that end before ``before`` list the item, to the letter."""
        ...

    def listed(self, board: Board, start: date, end: date) -> Mapping[str, AbstractSet[str]]:
        """Every item that the stored snapshots which end within ``start..end`` list, with its names, to the letter."""
        ...

    def sightings(
        self, board: Board, items: AbstractSet[str], start: date, end: date
    ) -> Mapping[str, Sequence[tuple[date, str]]]:
        """(end date, name) of each line that these snapshots have of each of these items, in no order."""
        ...

    def lines(self, board: Board, start: date, end: date) -> Iterable[tuple[str, date, str, int]]:
        """(item, end date, name, rank) of each line that these snapshots have, in no order."""
        ...


class MemoryHistory:
    """A History over snapshots in memory: for previews, backtests of what is at hand, and tests."""

    def __init__(self, snapshots: Iterable[Snapshot]) -> None:
        self._boards: dict[Board, dict[date, Snapshot]] = {}
        for snapshot in snapshots:
            known = self._boards.setdefault(snapshot.board, {}).get(snapshot.end_date)
            if known is None or known.revision < snapshot.revision:
                self._boards[snapshot.board][snapshot.end_date] = snapshot

    def at(self, board: Board, end_date: date) -> Snapshot | None:
        """See History."""
        return self._boards.get(board, {}).get(end_date)

    def fetch(self, windows: Iterable[tuple[Board, date]]) -> None:
        """See History: all is at hand."""

    def days(self, board: Board, start: date, end: date) -> Sequence[date]:
        """See History."""
        return [day for day in sorted(self._boards.get(board, {})) if start <= day <= end]

    def last_in(self, board: Board, item: str, n: int | None, before: date) -> date | None:
        """See History."""
        for day in sorted(self._boards.get(board, {}), reverse=True):
            rank = self._boards[board][day].rank(item)
            if day < before and rank is not None and (n is None or rank <= n):
                return day
        return None

    def leaders(self, board: Board, until: date) -> Iterator[tuple[date, str]]:
        """See History."""
        for day in sorted(self._boards.get(board, {}), reverse=True):
            leader = self._boards[board][day].leader
            if day <= until and leader:
                yield day, leader.item

    def borne(self, board: Board, item: str, before: date) -> AbstractSet[str]:
        """See History."""
        earlier = [snapshot for day, snapshot in self._boards.get(board, {}).items() if day < before]
        return {entry.name for snapshot in earlier if (entry := snapshot.entry(item))}

    def listed(self, board: Board, start: date, end: date) -> Mapping[str, AbstractSet[str]]:
        """See History."""
        return listed(self, board, start, end)

    def sightings(
        self, board: Board, items: AbstractSet[str], start: date, end: date
    ) -> Mapping[str, Sequence[tuple[date, str]]]:
        """See History."""
        return sightings(self, board, items, start, end)

    def lines(self, board: Board, start: date, end: date) -> Iterable[tuple[str, date, str, int]]:
        """See History."""
        return lines(self, board, start, end)


def lines(history: History, board: Board, start: date, end: date) -> Iterator[tuple[str, date, str, int]]:
    """`History.lines` by its definition."""
    for day in history.days(board, start, end):
        snapshot = history.at(board, day)
        yield from ((entry.item, day, entry.name, entry.rank) for entry in (snapshot.entries if snapshot else ()))


def sightings(
    history: History, board: Board, items: AbstractSet[str], start: date, end: date
) -> Mapping[str, Sequence[tuple[date, str]]]:
    """`History.sightings` by its definition."""
    found: dict[str, list[tuple[date, str]]] = {}
    for item, day, name, _ in lines(history, board, start, end):
        if item in items:
            found.setdefault(item, []).append((day, name))
    return found


def listed(history: History, board: Board, start: date, end: date) -> Mapping[str, AbstractSet[str]]:
    """`History.listed` by its definition: every snapshot looked at."""
    found: dict[str, set[str]] = {}
    for item, _, name, _ in lines(history, board, start, end):
        found.setdefault(item, set()).add(name)
    return found


def newest_first(history: History, board: Board, since: date, until: date) -> Iterator[date]:
    """The end dates within ``since..until`` of which a snapshot is stored, the newest first.

    They are asked for some months at a time: nearly all who ask want the last few, and there may be years.
    """
    end = until
    while end >= since:
        start = max(since, end - _MONTHS) if end - date.min > _MONTHS else since
        yield from reversed(history.days(board, start, end))
        if start == since:
            return
        end = start - ONE_DAY


def last_day(history: History, board: Board, until: date) -> date | None:
    """``until`` where that is stored, or after a gap, however long, the last day before it that is."""
    return next(newest_first(history, board, FIRST_DAY, until), None)


def days_running(history: History, board: Board, until: date) -> int:
    """On how many days running up to ``until`` a snapshot is stored; none where that day is a gap."""
    expected, number = until, 0
    for day in newest_first(history, board, FIRST_DAY, until):
        if day != expected:
            break
        expected, number = day - ONE_DAY, number + 1
    return number


def last_stored(history: History, board: Board, until: date) -> Snapshot | None:
    """The snapshot of ``until``, or after a gap, however long, the last before it."""
    snapshot = history.at(board, until)
    if snapshot is None:
        last = last_day(history, board, until)
        snapshot = history.at(board, last) if last else None
    return snapshot


class HistoryView:
    """A History that shows the snapshots of another in a way of its own: subclasses change `at`."""

    def __init__(self, history: History) -> None:
        self._history = history

    def at(self, board: Board, end_date: date) -> Snapshot | None:
        """See History."""
        return self._history.at(board, end_date)

    def fetch(self, windows: Iterable[tuple[Board, date]]) -> None:
        """See History."""
        self._history.fetch(windows)

    def days(self, board: Board, start: date, end: date) -> Sequence[date]:
        """See History."""
        return self._history.days(board, start, end)

    def last_in(self, board: Board, item: str, n: int | None, before: date) -> date | None:
        """See History."""
        return self._history.last_in(board, item, n, before)

    def leaders(self, board: Board, until: date) -> Iterator[tuple[date, str]]:
        """See History."""
        return self._history.leaders(board, until)

    def borne(self, board: Board, item: str, before: date) -> AbstractSet[str]:
        """See History."""
        return self._history.borne(board, item, before)

    def listed(self, board: Board, start: date, end: date) -> Mapping[str, AbstractSet[str]]:
        """See History."""
        return self._history.listed(board, start, end)

    def sightings(
        self, board: Board, items: AbstractSet[str], start: date, end: date
    ) -> Mapping[str, Sequence[tuple[date, str]]]:
        """See History."""
        return self._history.sightings(board, items, start, end)

    def lines(self, board: Board, start: date, end: date) -> Iterable[tuple[str, date, str, int]]:
        """See History."""
        return self._history.lines(board, start, end)


class ShallowHistory(HistoryView):
    """A History as a watchlist sees it that asks for ``depth`` ranks: every snapshot is cut to them, once.

    `last_in` any rank, `borne`, `listed`, `sightings` and `lines` mean any that is stored, however deep.
    """

    def __init__(self, history: History, depth: int) -> None:
        super().__init__(history)
        self._depth = depth
        self._seen = kept(self._cut, KEPT)

    def at(self, board: Board, end_date: date) -> Snapshot | None:
        """See History."""
        return self._seen(board, end_date)

    def _cut(self, board: Board, end_date: date) -> Snapshot | None:
        snapshot = self._history.at(board, end_date)
        return snapshot.cut(self._depth) if snapshot else None
