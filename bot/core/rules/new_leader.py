"""A new #1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from itertools import islice
from typing import Any, ClassVar

from bot.core.diff import left_above
from bot.core.event import Kind
from bot.core.ranking import Board, Dataset, Entry, Snapshot
from bot.core.rules.base import Change, Day, Need, NotEvaluated


@dataclass(frozen=True, slots=True)
class NewLeader:
    """Fires when the confirmed leader changes: another item at rank 1 for ``confirm_days`` days running."""

    kind: ClassVar[Kind] = Kind.NEW_LEADER
    datasets: ClassVar[frozenset[Dataset]] = frozenset(Dataset)
    formula: ClassVar[str] = "the item at rank 1 is another than the previous one, on `confirm_days` days running"

    confirm_days: int = field(default=1, metadata={"minimum": 1, "maximum": 30})

    @property
    def reach(self) -> int:
        """Rank 1, and the runner-up for the lead."""
        return 2

    def needs(self, board: Board, day: date) -> Iterator[Need]:
        """Nothing beside the two days."""
        yield from ()

    def find(self, day: Day) -> Iterable[Change | NotEvaluated]:
        """The new leader, if the confirmed one changes on this day."""
        leader, previous = day.current.leader, day.previous
        if leader is None or previous is None or previous.leader is None:
            return
        former = self._confirmed(day, previous.end_date)
        if leader.item == former or not self._leads_long_enough(day, leader.item):
            return
        yield Change(leader.item, leader.name, self._evidence(day, leader, previous, former))

    def _leads_long_enough(self, day: Day, item: str) -> bool:
        recent = islice(day.history.leaders(day.board, day.date), self.confirm_days)
        run = [leader for when, leader in recent if when > day.base]
        return len(run) == self.confirm_days and set(run) == {item}

    def _confirmed(self, day: Day, until: date) -> str | None:
        """The leader that was confirmed last up to ``until``; at the walk's beginning, whoever led then."""
        run: list[str] = []
        oldest = None
        for when, leader in day.history.leaders(day.board, until):
            oldest = leader
            if when <= day.base:
                break
            run = [*run, leader] if run and run[-1] == leader else [leader]
            if len(run) == self.confirm_days:
                return leader
        return oldest

    def _evidence(self, day: Day, leader: Entry, previous: Snapshot, former: str | None) -> dict[str, Any]:
        old = previous.entry(former or "") or previous.entries[0]
        since, last, at_least = _led(day, old.item)
        second = day.current.entries[1] if len(day.current.entries) > 1 else None
        before = previous.rank(leader.item)
        return {
            "previous_leader": {"id": old.item, "name": old.name},
            "previous_leader_rank": day.current.rank(old.item),
            "previous_leader_tokens": _text(day.current.tokens(old.item)),
            "led_days": (last - since).days + 1,
            "led_since": since.isoformat(),
            "led_at_least": at_least,
            "second": {"id": second.item, "name": second.name, "tokens": str(second.tokens)} if second else None,
            "lead_percent": _lead(leader, second),
            "left_board": [entry.name for entry in left_above(before, day.current, previous)] if before else [],
        }


def _led(day: Day, item: str) -> tuple[date, date, bool]:
    """(first, last, at least): the days that the item led running, up to when it last did before this day.

    "At least" where the run reaches the oldest stored snapshot, or a gap.
    """
    first = last = None
    for when, leader in day.history.leaders(day.board, day.date - timedelta(days=1)):
        if last is None or first is None:
            first, last = (when, when) if leader == item else (None, None)
        elif first - when > timedelta(days=1):
            return first, last, True
        elif leader != item:
            return first, last, False
        else:
            first = when
    return first or day.date, last or day.date, True


def _lead(leader: Entry, second: Entry | None) -> str | None:
    """The lead over #2 in per cent of it, to a tenth; None without a second or where it has no tokens."""
    if second is None or second.tokens == 0:
        return None
    tenths = int(Fraction(leader.tokens - second.tokens, second.tokens) * 1000 + Fraction(1, 2))
    return f"{tenths // 10}.{tenths % 10}"


def _text(tokens: int | None) -> str | None:
    return None if tokens is None else str(tokens)
