"""Round numbers of tokens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from bot.core import wording
from bot.core.event import Kind
from bot.core.ranking import APP_PAGE, Board, Dataset, Snapshot
from bot.core.rules.base import Change, Day, Need, NotEvaluated
from bot.core.rules.conditions import NO_DAY_BEFORE, Condition, place


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

    def conditions(self, day: Day, item: str) -> Iterable[Condition]:
        """The threshold that it crosses, the highest of several; else the next one that it can reach."""
        if day.previous is None:
            yield NO_DAY_BEFORE
            return
        now, before = day.current.tokens(item), day.previous.tokens(item)
        yield from self.conditions_of(day, item, str(self._nearest(now or 0, before)))

    def conditions_of(self, day: Day, item: str, variant: str) -> Iterable[Condition]:
        """The tokens of both days against one threshold."""
        if day.previous is None:
            return
        threshold = int(variant)
        now, before = day.current.tokens(item), day.previous.tokens(item)
        reached = f"{wording.exact(threshold)} at least"
        yield Condition("tokens", _shown(day.current, item), reached, met=now is not None and now >= threshold)
        below = f"listed, below {wording.exact(threshold)}"
        met = before is not None and before < threshold
        yield Condition("tokens the day before", _shown(day.previous, item), below, met=met)

    def _nearest(self, now: int, before: int | None) -> int:
        """The highest threshold that was reached now and not before; else the next one, or the last where none is."""
        reached = [one for one in self.tokens if one <= now]
        if reached and (before is None or before < max(reached)):
            return max(reached)
        return min((one for one in self.tokens if one > now), default=max(self.tokens))


def _shown(snapshot: Snapshot, item: str) -> str:
    tokens = snapshot.tokens(item)
    return place(snapshot, item) if tokens is None else wording.exact(tokens)
