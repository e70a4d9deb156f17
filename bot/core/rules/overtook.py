"""Who passed whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import permutations, product
from typing import Any, ClassVar

from bot.core import text
from bot.core.event import Kind
from bot.core.pattern import Pattern
from bot.core.ranking import Board, Dataset, Entry, Snapshot
from bot.core.rules.base import Change, Day, Need, NotEvaluated
from bot.core.rules.conditions import NO_DAY_BEFORE, Condition, listed, place

NAME = 28
"""Characters of a name that a condition shows."""


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

    def conditions(self, day: Day, item: str) -> Iterable[Condition]:
        """Those of the pair that it passes, the first of several; else of the one above it that it is nearest to."""
        if day.previous is None:
            yield NO_DAY_BEFORE
            return
        entry = day.current.entry(item)
        if entry is None:
            yield listed(day.current, item)
            return
        others = {b.item: b for a, b in self._pairs(day) if a.item == item and b.item != item}
        other = _nearest(entry, list(others.values()), day.previous)
        if other is None:
            yield Condition("listed in a pair with it", "nobody", "somebody", met=False)
        else:
            yield from _measured(entry, other, day.previous)

    def conditions_of(self, day: Day, item: str, variant: str) -> Iterable[Condition]:
        """Those of one pair that is on the board."""
        ahead, behind = day.current.entry(item), day.current.entry(variant.removeprefix(f"{item}>"))
        if day.previous and ahead and behind:
            yield from _measured(ahead, behind, day.previous)

    def _pairs(self, day: Day) -> Iterator[tuple[Entry, Entry]]:
        """The pairs of which both are on the board now."""
        followed = [entry for entry in day.current.entries if entry.item in day.followed]
        yield from permutations(followed, 2)
        found: dict[str, Sequence[Entry]] = {}
        for first, second in self.pairs:
            for who in (first, second):
                if who not in found:
                    found[who] = _meant(who, day)
            yield from product(found[first], found[second])


def _meant(who: str, day: Day) -> Sequence[Entry]:
    pattern, names = Pattern(who), day.names
    return [
        entry for entry in day.current.entries if pattern.matches(entry.item, (entry.name, *names.get(entry.item, ())))
    ]


def _has_passed(a: Entry, b: Entry, previous: Snapshot) -> bool:
    before, other = previous.rank(a.item), previous.rank(b.item)
    return a.rank < b.rank and other is not None and (before is None or before > other)


def _nearest(a: Entry, others: Sequence[Entry], previous: Snapshot) -> Entry | None:
    """Of those that it may pass: the first that it does, else the next above it, else the next below."""
    passed = [b for b in others if _has_passed(a, b, previous)]
    above = [b for b in others if b.rank < a.rank]
    if above and not passed:
        return max(above, key=lambda b: b.rank)
    return min(passed or others, key=lambda b: b.rank, default=None)


def _measured(a: Entry, b: Entry, previous: Snapshot) -> Iterator[Condition]:
    """What passing takes, in words."""
    before, other, name = previous.rank(a.item), previous.rank(b.item), text.clean(b.name, NAME)
    yield Condition("rank", f"#{a.rank}", f"ahead of {name}, #{b.rank}", met=a.rank < b.rank)
    yield listed(previous, b.item, what=f"{name} the day before")
    if other is not None:
        met = before is None or before > other
        yield Condition("rank the day before", place(previous, a.item), f"none, or behind #{other}", met=met)


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
