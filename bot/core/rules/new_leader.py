"""A new #1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import dropwhile, islice, takewhile
from typing import Any, ClassVar

from bot.core import text, wording
from bot.core.days import ONE_DAY
from bot.core.diff import left_above
from bot.core.event import Kind
from bot.core.history import newest_first
from bot.core.ranking import FIRST_DAY, Board, Dataset, Entry
from bot.core.rules.base import Change, Day, Need, NotEvaluated, States, Walk
from bot.core.rules.conditions import NO_DAY_BEFORE, Condition, place, running


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
        leader = day.current.leader
        if leader is None or day.previous is None:
            return
        former = self._confirmed(day.walk, day.date - ONE_DAY)
        if former is None or former == leader.item or not self._leads_long_enough(day, leader.item):
            return
        yield Change(leader.item, leader.name, _evidence(day, leader, former))

    def conditions(self, day: Day, item: str) -> Iterable[Condition]:
        """Rank 1, another leader before, and so many days running."""
        if day.previous is None:
            yield NO_DAY_BEFORE
            return
        former = self._confirmed(day.walk, day.date - ONE_DAY)
        name = text.clean(_last_entry(day, former).name) if former else "nobody"
        yield Condition("rank", _standing(day, item), "#1", met=day.current.rank(item) == 1)
        yield Condition("leader before", name, "another", met=former not in (None, item))
        if self.confirm_days > 1:
            yield running("days running at #1", self._days_at_top(day, item), self.confirm_days)

    def states(self, walk: Walk) -> States:
        """Who is the confirmed leader."""
        return lambda item, until: self._confirmed(walk, max(until, walk.base)) == item

    def _leads_long_enough(self, day: Day, item: str) -> bool:
        return self._days_at_top(day, item) == self.confirm_days

    def _days_at_top(self, day: Day, item: str) -> int:
        """On how many stored days running up to this one the item has led, ``confirm_days`` at most."""
        recent = islice(_leaders(day.walk, day.base, day.date), self.confirm_days)
        return sum(1 for _ in takewhile(lambda one: one[0] > day.base and one[1] == item, recent))

    def _confirmed(self, walk: Walk, until: date) -> str | None:
        """The leader that was confirmed last, by the stored days up to ``until``.

        Before the first run that confirms, it is whoever led at the walk's beginning, or first after it where nobody
        did. An empty board confirms nobody and ends a run; a day without a snapshot does neither.
        """
        first = running = None
        run = 0
        for when, leader in _leaders(walk, walk.base, until):
            first = leader or first
            run = run + 1 if leader == running else 1
            running = leader
            if leader and when > walk.base and run == self.confirm_days:
                return leader
        return first


def _leaders(walk: Walk, since: date, until: date) -> Iterator[tuple[date, str | None]]:
    """(date, item at rank 1, None on an empty board) of the snapshots stored from ``since`` on, newest first."""
    return ((when, leader) for when, leader, whole in _walk(walk, since, until) if whole)


def _all_leaders(walk: Walk, until: date) -> Iterator[tuple[date, str | None]]:
    """The same of all days; also of those of which no whole board is stored any more, but who led."""
    return ((when, leader) for when, leader, _ in _walk(walk, FIRST_DAY, until))


def _walk(walk: Walk, since: date, until: date) -> Iterator[tuple[date, str | None, bool]]:
    """(date, item at rank 1, whether the whole board is stored) of each day of which either is known, newest first."""
    led = takewhile(lambda one: one[0] >= since, walk.history.leaders(walk.board, until))
    next_one = next(led, None)
    for when in newest_first(walk.history, walk.board, since, until):
        while next_one and next_one[0] > when:
            yield *next_one, False
            next_one = next(led, None)
        if next_one and next_one[0] == when:
            yield *next_one, True
            next_one = next(led, None)
        else:
            yield when, None, True
    while next_one:
        yield *next_one, False
        next_one = next(led, None)


def _evidence(day: Day, leader: Entry, former: str) -> dict[str, Any]:
    old = _last_entry(day, former)
    since, last, at_least = _led(day, former)
    second = day.current.entries[1] if len(day.current.entries) > 1 else None
    return {
        "previous_leader": {"id": old.item, "name": old.name},
        "previous_leader_rank": day.current.rank(old.item),
        "previous_leader_tokens": _text(day.current.tokens(old.item)),
        "led_days": (last - since).days + 1,
        "led_since": since.isoformat(),
        "led_at_least": at_least,
        "second": {"id": second.item, "name": second.name, "tokens": str(second.tokens)} if second else None,
        "lead_percent": _lead(leader, second),
        "left_board": _left_board(day, leader.item),
    }


def _standing(day: Day, item: str) -> str:
    """Its rank, and how far behind #1 it is."""
    entry, leader = day.current.entry(item), day.current.leader
    if entry is None or leader is None or leader.item == item:
        return place(day.current, item)
    return f"#{entry.rank}, {wording.exact(leader.tokens - entry.tokens)} tokens behind #1"


def _last_entry(day: Day, item: str) -> Entry:
    """The item's line on this day, or on the last one before that has it: it led one, so there is one."""
    stored = newest_first(day.history, day.board, FIRST_DAY, day.date)
    snapshots = (day.history.at(day.board, when) for when in stored)
    return next(entry for snapshot in snapshots if snapshot and (entry := snapshot.entry(item)))


def _led(day: Day, item: str) -> tuple[date, date, bool]:
    """(first, last, at least): the days that the item led running, up to when it last did before this day.

    "At least" where the run reaches the oldest stored snapshot, or a gap.
    """
    earlier = dropwhile(lambda one: one[1] != item, _all_leaders(day.walk, day.date - ONE_DAY))
    first, _ = next(earlier)
    last = first
    for when, leader in earlier:
        if first - when > ONE_DAY:
            break
        if leader != item:
            return first, last, False
        first = when
    return first, last, True


def _left_board(day: Day, item: str) -> list[str]:
    """Who stood above the new leader on the last board before it led, and is not listed now."""
    earlier = dropwhile(lambda one: one[1] in (None, item), _leaders(day.walk, FIRST_DAY, day.date - ONE_DAY))
    before = day.history.at(day.board, next(earlier)[0])
    rank = before.rank(item) if before else None
    return [entry.name for entry in left_above(rank, day.current, before)] if before and rank else []


def _lead(leader: Entry, second: Entry | None) -> str | None:
    """The lead over #2 in per cent of it, to a tenth; None without a second or where it has no tokens."""
    if second is None or second.tokens == 0:
        return None
    tenths = int(Fraction(leader.tokens - second.tokens, second.tokens) * 1000 + Fraction(1, 2))
    return f"{tenths // 10}.{tenths % 10}"


def _text(tokens: int | None) -> str | None:
    return None if tokens is None else str(tokens)
