"""Apps that come up on the feed's own list of those that grow most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import ClassVar

from bot.core.absence import TWIN_PREVIOUS_DEPTH, ranks_read
from bot.core.event import Kind
from bot.core.ranking import APP_DEPTH, Board, Dataset
from bot.core.rules.base import Change, Day, Need, NotEvaluated
from bot.core.rules.conditions import Condition, place, within


@dataclass(frozen=True, slots=True)
class Trending:
    """Fires when an app is in the top n of the board's trending twin and was not on the day before."""

    kind: ClassVar[Kind] = Kind.TRENDING
    datasets: ClassVar[frozenset[Dataset]] = frozenset({Dataset.APPS})
    formula: ClassVar[str] = "on the board's trending twin: rank ≤ n now, and not in its previous top n"

    n: int = field(default=10, metadata={"minimum": 1, "maximum": APP_DEPTH, "rank": True})

    @property
    def reach(self) -> int:
        """The deepest rank of the twin that counts."""
        return self.n

    def needs(self, board: Board, day: date) -> Iterator[Need]:
        """The twin, on this day and on the day before."""
        yield Need(board.twin, day)
        yield Need(board.twin, day - timedelta(days=1))

    def find(self, day: Day) -> Iterable[Change | NotEvaluated]:
        """The apps that are new to the twin's top n, by their rank there."""
        twin = day.board.twin
        eve = day.previous.end_date if day.previous else day.date - timedelta(days=1)
        current = day.history.at(twin, day.date)
        previous = day.history.at(twin, eve) if day.previous else None
        if current is None or previous is None:
            missing = day.date if current is None else eve
            yield NotEvaluated(self.kind, f"the trending list of {missing} is missing")
            return
        for entry in current.entries[: self.n]:
            before = previous.rank(entry.item)
            if before is None or before > self.n:
                evidence = {"twin": twin.key, "twin_rank": entry.rank, "twin_previous_rank": before, "n": self.n}
                unseen = {TWIN_PREVIOUS_DEPTH: ranks_read(previous)} if before is None else {}
                yield Change(entry.item, entry.name, {**evidence, **unseen}, tokens=entry.tokens)

    def conditions(self, day: Day, item: str) -> Iterable[Condition]:
        """Its rank on the twin, and that of the day before."""
        twin = day.board.twin
        current = day.history.at(twin, day.date)
        previous = day.history.at(twin, day.previous.end_date) if day.previous else None
        if current is None or previous is None:
            return
        before = previous.rank(item)
        outside = before is None or before > self.n
        yield within(current, item, self.n, what="rank on the trending list")
        yield Condition("rank there before", place(previous, item), f"none, or beyond #{self.n}", met=outside)
