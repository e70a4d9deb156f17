"""Who passed whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import permutations, product
from typing import Any, ClassVar

from bot.core.event import Kind
from bot.core.pattern import Pattern
from bot.core.ranking import Board, Dataset, Entry, Snapshot
from bot.core.rules.base import Change, Day, Need, NotEvaluated


@dataclass(frozen=True, slots=True)
class Overtook:
    """Fires when the first of a pair is ahead of the second, and was behind it or not ranked on the day before.

    The pairs are all of ``mine`` and ``follow``, either way round, and those that ``pairs`` names: (who passes, who is
    passed), as ``mine`` and ``follow`` name items.
    """

    kind: ClassVar[Kind] = Kind.OVERTOOK
    datasets: ClassVar[frozenset[Dataset]] = frozenset(Dataset)
    formula: ClassVar[str] = (
        "of a pair (a, b): both are ranked and a is ahead, and on the day before b was ranked, and a behind it or "
        "unranked; the pairs are those among `mine` and `follow`, and `pairs`"
    )

    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def reach(self) -> int:
        """Rank 2: pairs are watched as deep as the watchlist looks anyhow."""
        return 2

    def needs(self, board: Board, day: date) -> Iterator[Need]:
        """Nothing beside the two days."""
        yield from ()

    def find(self, day: Day) -> Iterable[Change | NotEvaluated]:
        """A change for each pair, by the rank of who passed, then of who was passed."""
        if day.previous is None:
            return
        current, previous = day.current, day.previous
        passed = {(a.item, b.item) for a, b in self._pairs(day) if _has_passed(a, b, previous)}
        for a, b in sorted(passed, key=lambda pair: (current.rank(pair[0]), current.rank(pair[1]))):
            ahead, behind = current.by_item[a], current.by_item[b]
            yield Change(a, ahead.name, _evidence(behind, previous), variant=f"{a}>{b}")

    def _pairs(self, day: Day) -> Iterator[tuple[Entry, Entry]]:
        """The pairs of which both are on the board now."""
        followed = [entry for entry in day.current.entries if entry.item in day.followed]
        yield from permutations(followed, 2)
        found: dict[str, Sequence[Entry]] = {}
        for first, second in self.pairs:
            for text in (first, second):
                if text not in found:
                    found[text] = _meant(text, day)
            yield from product(found[first], found[second])


def _meant(text: str, day: Day) -> Sequence[Entry]:
    pattern, names = Pattern(text), day.names
    return [
        entry for entry in day.current.entries if pattern.matches(entry.item, (entry.name, *names.get(entry.item, ())))
    ]


def _has_passed(a: Entry, b: Entry, previous: Snapshot) -> bool:
    before, other = previous.rank(a.item), previous.rank(b.item)
    return a.rank < b.rank and other is not None and (before is None or before > other)


def _evidence(behind: Entry, previous: Snapshot) -> Mapping[str, Any]:
    """Who was passed, with its figures of both days; those of who passed are the event's own."""
    return {
        "passed": {
            "id": behind.item,
            "name": behind.name,
            "rank": behind.rank,
            "tokens": str(behind.tokens),
            "previous_rank": previous.rank(behind.item),
            "previous_tokens": str(previous.tokens(behind.item)),
        }
    }
