"""Every move of what is followed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from bot.core import absence
from bot.core.diff import places
from bot.core.event import Kind
from bot.core.ranking import Board, Dataset, Entry, Snapshot
from bot.core.rules.base import Change, Day, Need, NotEvaluated
from bot.core.rules.conditions import NO_DAY_BEFORE, Condition, place


@dataclass(frozen=True, slots=True)
class Moved:
    """Fires at any change of rank, entry or exit of an item in ``mine`` or ``follow``, but for passive moves."""

    kind: ClassVar[Kind] = Kind.MOVED
    datasets: ClassVar[frozenset[Dataset]] = frozenset(Dataset)
    formula: ClassVar[str] = (
        "an item of `mine` or `follow` changes its rank, enters or leaves the board; not for a passive move"
    )

    @property
    def reach(self) -> int:
        """Rank 1: that something is followed makes a watchlist look as deep as it can."""
        return 1

    def needs(self, board: Board, day: date) -> Iterator[Need]:
        """Nothing beside the two days."""
        yield from ()

    def find(self, day: Day) -> Iterable[Change | NotEvaluated]:
        """The followed items that moved, by rank; those that left come last, by the rank that they had."""
        if day.previous is None or not day.followed:
            return
        boards = day.current, day.previous
        among = places(*boards)
        for entry in _listed(*boards):
            if entry.item in day.followed and _has_moved(entry.item, *boards, among.get(entry.item)):
                evidence = _evidence(among.get(entry.item), *boards)
                yield Change(entry.item, entry.name, evidence, variant=_way(entry.item, *boards))

    def conditions(self, day: Day, item: str) -> Iterable[Condition]:
        """Followed, at another rank than before, and not only by others' coming and going."""
        if day.previous is None:
            yield NO_DAY_BEFORE
            return
        followed = item in day.followed
        yield Condition("in mine or follow", "yes" if followed else "no", "yes", met=followed)
        if followed:
            yield from _measured(item, day.current, day.previous)


def _measured(item: str, current: Snapshot, previous: Snapshot) -> Iterator[Condition]:
    """What a move takes, in words."""
    rank, before = current.rank(item), previous.rank(item)
    wanted = f"other than {place(previous, item)}"
    yield Condition("rank", place(current, item), wanted, met=rank != before)
    among = places(current, previous).get(item)
    if among:
        now, then = among
        yield Condition("place among those on both", f"#{now}", f"other than #{then}", met=now != then)
    elif rank and not previous.exhaustive:
        yield _seen("rank, seen the day before", rank, previous)
    elif before and not current.exhaustive:
        yield _seen("rank before, seen now", before, current)


def _seen(what: str, rank: int, board: Snapshot) -> Condition:
    """That the board where the item is absent looks as deep as its rank elsewhere."""
    return Condition(what, f"#{rank}", f"#{board.depth} or better", met=_is_outside(rank, board))


def _listed(current: Snapshot, previous: Snapshot) -> Iterator[Entry]:
    yield from current.entries
    yield from (entry for entry in previous.entries if entry.item not in current.by_item)


def _has_moved(item: str, current: Snapshot, previous: Snapshot, among: tuple[int, int] | None) -> bool:
    if among:
        return current.rank(item) != previous.rank(item) and among[0] != among[1]
    now, before = current.rank(item), previous.rank(item)
    return _is_outside(now, previous) if now else before is not None and _is_outside(before, current)


def _way(item: str, current: Snapshot, previous: Snapshot) -> str:
    """Which of four things is said of the item: that it came in, went out, rose or fell."""
    now, before = current.rank(item), previous.rank(item)
    if now is None or before is None:
        return "in" if before is None else "out"
    return "up" if now < before else "down"


def _is_outside(rank: int, board: Snapshot) -> bool:
    """Whether an item with that rank elsewhere, absent here, was ranked otherwise: the board looks as deep."""
    return board.exhaustive or rank <= board.depth


def _evidence(among: tuple[int, int] | None, current: Snapshot, previous: Snapshot) -> dict[str, Any]:
    """The places among the items of both boards, and how deep a board looked that is not known to have ended."""
    return {
        "place_among_both": among[0] if among else None,
        "previous_place_among_both": among[1] if among else None,
        absence.DEPTH: absence.ranks_read(current),
        absence.PREVIOUS_DEPTH: absence.ranks_read(previous),
    }
