"""The History of a FakeStore."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, timedelta

from bot.core.ranking import MODEL_DAY, Board, Dataset, Snapshot, sum_days


class FakeHistory:
    """The History by its definition: every window looked at, and added up once."""

    def __init__(self, snapshots: Iterable[Snapshot]) -> None:
        self._stored = newest_revisions(snapshots)
        self._sums: dict[tuple[Board, date], Snapshot | None] = {}

    def at(self, board: Board, end_date: date) -> Snapshot | None:
        if board.dataset is Dataset.APPS or board == MODEL_DAY:
            return self._stored.get((board, end_date))
        if (board, end_date) not in self._sums:
            self._sums[board, end_date] = self._sum(board, end_date)
        return self._sums[board, end_date]

    def fetch(self, windows: Iterable[tuple[Board, date]]) -> None:
        for window in windows:
            self.at(*window)

    def _sum(self, board: Board, end_date: date) -> Snapshot | None:
        wanted = [board.start(end_date) + timedelta(days=place) for place in range(board.window_days)]
        days = [self._stored.get((MODEL_DAY, day)) for day in wanted]
        found = [day for day in days if day]
        return sum_days(board, found) if len(found) == len(days) else None

    def days(self, board: Board, start: date, end: date) -> Sequence[date]:
        ends = {stored_end for _, stored_end in self._stored if start <= stored_end <= end}
        return [day for day in sorted(ends) if self.at(board, day)]

    def last_in(self, board: Board, item: str, n: int | None, before: date) -> date | None:
        for day in reversed(self.days(board, date.min, before - timedelta(days=1))):
            snapshot = self.at(board, day)
            rank = snapshot.rank(item) if snapshot else None
            if rank is not None and (n is None or rank <= n):
                return day
        return None

    def leaders(self, board: Board, until: date) -> Iterator[tuple[date, str]]:
        for day in reversed(self.days(board, date.min, until)):
            snapshot = self.at(board, day)
            if snapshot and snapshot.leader:
                yield day, snapshot.leader.item

    def borne(self, board: Board, item: str, before: date) -> AbstractSet[str]:
        earlier = [self.at(board, day) for day in self.days(board, date.min, before - timedelta(days=1))]
        return {entry.name for snapshot in earlier if snapshot and (entry := snapshot.entry(item))}

    def listed(self, board: Board, start: date, end: date) -> Mapping[str, AbstractSet[str]]:
        seen = [snapshot for day in self.days(board, start, end) if (snapshot := self.at(board, day))]
        every = {(entry.item, entry.name) for snapshot in seen for entry in snapshot.entries}
        return {item: {name for other, name in every if other == item} for item, _ in every}

    def sightings(
        self, board: Board, items: AbstractSet[str], start: date, end: date
    ) -> Mapping[str, Sequence[tuple[date, str]]]:
        found = [(item, (day, name)) for item, day, name, _ in self.lines(board, start, end) if item in items]
        return {item: [seen for other, seen in found if other == item] for item, _ in found}

    def lines(self, board: Board, start: date, end: date) -> Iterable[tuple[str, date, str, int]]:
        seen = [snapshot for day in self.days(board, start, end) if (snapshot := self.at(board, day))]
        return [(one.item, board.end_date, one.name, one.rank) for board in seen for one in board.entries]


def newest_revisions(snapshots: Iterable[Snapshot]) -> dict[tuple[Board, date], Snapshot]:
    """The newest revision of each window."""
    return {
        (snapshot.board, snapshot.end_date): snapshot
        for snapshot in sorted(snapshots, key=lambda snapshot: snapshot.revision)
    }
