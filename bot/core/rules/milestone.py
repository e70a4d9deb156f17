"""Round numbers of tokens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from bot.core.event import Kind
from bot.core.ranking import APP_PAGE, Board, Dataset
from bot.core.rules.base import Change, Day, Need, NotEvaluated


@dataclass(frozen=True, slots=True)
class Milestone:
    """Fires when the tokens of an item's window reach one of ``tokens`` and did not on the day before."""

    kind: ClassVar[Kind] = Kind.MILESTONE
    datasets: ClassVar[frozenset[Dataset]] = frozenset(Dataset)
    formula: ClassVar[str] = (
        "the window's tokens cross a threshold t upwards: tokens' < t ≤ tokens; not where the item is absent on either "
        "day"
    )

    tokens: tuple[int, ...] = field(
        default=(), metadata={"unit": "tokens", "minimum": 1, "or_one": True, "example": '"1T"'}
    )

    @property
    def reach(self) -> int:
        """The board's first page, whatever it holds."""
        return APP_PAGE

    def needs(self, board: Board, day: date) -> Iterator[Need]:
        """Nothing beside the two days."""
        yield from ()

    def find(self, day: Day) -> Iterable[Change | NotEvaluated]:
        """A change for each threshold that an item crosses, by rank; the highest first."""
        if day.previous is None:
            return
        for entry in day.current.entries:
            before = day.previous.tokens(entry.item)
            for threshold in sorted(self.tokens, reverse=True):
                if before is not None and before < threshold <= entry.tokens:
                    yield Change(entry.item, entry.name, {"threshold": str(threshold)}, variant=str(threshold))
