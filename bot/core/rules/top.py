"""Entries into the top n, and exits from it, with hysteresis: whoever oscillates around n is told once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from itertools import takewhile
from typing import Any, ClassVar

from bot.core.days import ONE_DAY
from bot.core.diff import left_above
from bot.core.event import Kind
from bot.core.history import History, days_running
from bot.core.ranking import APP_DEPTH, Board, Dataset, Snapshot
from bot.core.rules.base import Change, Day, Need, NotEvaluated, States, Walk
from bot.core.rules.conditions import NO_DAY_BEFORE, Condition, place, running, within


class Ask(Enum):
    """What one day's rank asks the state to become."""

    IN = "in"
    OUT = "out"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Membership:
    """Who is in the top n and who is out, walked over ``days``, the stored ones (detection: Hysteresis)."""

    n: int
    margin: int
    confirm_days: int
    absent_days: int
    board: Board
    history: History
    days: Sequence[date]
    _boards: dict[int, Snapshot] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, rule: Top, walk: Walk) -> Membership:
        """The states by a rule's parameters."""
        days = walk.history.days(walk.board, walk.base, walk.end)
        return cls(rule.n, rule.margin, rule.confirm_days, rule.absent_days, walk.board, walk.history, days)

    def state(self, item: str, until: date) -> bool:
        """Whether the item is in, after the stored snapshots up to ``until``.

        The last run of ``confirm_days`` days that all ask for the same decides; before the first such run, the walk's
        beginning does.
        """
        run, last = 0, Ask.NEITHER
        for index in range(bisect_right(self.days, until) - 1, 0, -1):
            ask = self._ask(item, index)
            run = run + 1 if ask is last else 1
            last = ask
            if ask is not Ask.NEITHER and run >= self.confirm_days:
                return ask is Ask.IN
        snapshot = self._snapshot(0)
        rank = snapshot.rank(item)
        return rank is not None and rank <= min(self.n + self.margin, snapshot.depth)

    def may_turn(self, item: str, until: date, ask: Ask) -> bool:
        """Whether the state can have become what is asked for with just that day: it completes a run that asks for it.

        On any other day the state is what it was, and nobody has to walk back to when that was decided.
        """
        last = bisect_right(self.days, until) - 1
        first = last - self.confirm_days + 1
        if first < 1 or (first > 1 and self._ask(item, first - 1) is ask):  # of most items that is all one has to ask
            return False
        return all(self._ask(item, index) is ask for index in range(first, last + 1))

    def asks(self, item: str, until: date) -> tuple[Ask, int]:
        """What the last stored day up to ``until`` asks for, and on how many days running up to it that was asked."""
        last = bisect_right(self.days, until) - 1
        ask = self._ask(item, last)
        return ask, _run(self._ask(item, index) is ask for index in range(last, 0, -1))

    def absent(self, item: str, until: date) -> int:
        """On how many stored days running up to ``until`` the item was not listed."""
        last = bisect_right(self.days, until) - 1
        return _run(self._snapshot(index).rank(item) is None for index in range(last, -1, -1))

    def _snapshot(self, index: int) -> Snapshot:
        if index not in self._boards:
            snapshot = self.history.at(self.board, self.days[index])
            if snapshot is None:
                raise LookupError(f"{self.board.key} lost its snapshot of {self.days[index]}")
            self._boards[index] = snapshot
        return self._boards[index]

    def _ask(self, item: str, index: int) -> Ask:
        snapshot = self._snapshot(index)
        rank = snapshot.rank(item)
        if rank is not None:
            outer = min(self.n + self.margin, snapshot.depth)
            return Ask.IN if rank <= self.n else Ask.OUT if rank > outer else Ask.NEITHER
        if not snapshot.exhaustive or self._absent_long_enough(item, index):
            return Ask.OUT
        return Ask.NEITHER

    def _absent_long_enough(self, item: str, index: int) -> bool:
        """Whether this is at least the ``absent_days``-th stored day running without the item."""
        first = index - self.absent_days + 1
        return first >= 0 and all(self._snapshot(place).rank(item) is None for place in range(first, index))


def _run(held: Iterable[bool]) -> int:
    """How many of them hold before the first that does not."""
    return sum(1 for _ in takewhile(bool, held))


@dataclass(frozen=True, slots=True)
class Top:
    """What entries and exits share: the parameters by which somebody is in or out."""

    datasets: ClassVar[frozenset[Dataset]] = frozenset(Dataset)

    n: int = field(default=50, metadata={"minimum": 1, "maximum": APP_DEPTH, "rank": True})
    margin: int = field(default=5, metadata={"minimum": 0, "maximum": APP_DEPTH})
    confirm_days: int = field(default=1, metadata={"minimum": 1, "maximum": 30})
    absent_days: int = field(default=3, metadata={"minimum": 1, "maximum": 30})

    @property
    def reach(self) -> int:
        """The outer edge of the margin."""
        return self.n + self.margin

    def needs(self, board: Board, day: date) -> Iterator[Need]:
        """Nothing beside the two days."""
        yield from ()

    def _edge(self, day: Day) -> int:
        """The rank beyond which one is out: the margin's, or the board's last where that is nearer."""
        return min(self.reach, day.current.depth)

    def _state_before(self, walk: Membership, previous: Snapshot, item: str, *, edge: int, wanted: str) -> Condition:
        """Whether the item was in or out after the snapshot before."""
        state = "in" if walk.state(item, previous.end_date) else "out"
        found = f"in, until beyond #{edge}" if state == "in" else f"out, until #{self.n}"
        return Condition("state before", found, wanted, met=state == wanted)


@dataclass(frozen=True, slots=True)
class EnteredTop(Top):
    """Fires when an item's state changes from out to in."""

    kind: ClassVar[Kind] = Kind.ENTERED_TOP
    formula: ClassVar[str] = "the item's state changes from out to in: rank ≤ n, after rank > n + margin or absent"

    def find(self, day: Day) -> Iterable[Change | NotEvaluated]:
        """The items that are in now and were out, by rank."""
        if day.previous is None:
            return
        walk = Membership.of(self, day.walk)
        for entry in day.current.entries[: self.n]:
            turns = walk.may_turn(entry.item, day.date, Ask.IN)
            if turns and not walk.state(entry.item, day.previous.end_date):
                # The days that confirm an entry are the entry: what was before them is what "last there" means.
                begun = walk.days[-self.confirm_days]
                evidence = _evidence(day, entry.item, self.n, begun)
                yield Change(entry.item, entry.name, evidence | _record(day, evidence, begun), variant=str(self.n))

    def states(self, walk: Walk) -> States:
        """Who is in."""
        return Membership.of(self, walk).state

    def conditions(self, day: Day, item: str) -> Iterable[Condition]:
        """Rank ≤ n, on enough days running, and out before."""
        if day.previous is None:
            yield NO_DAY_BEFORE
            return
        walk = Membership.of(self, day.walk)
        ask, days = walk.asks(item, day.date)
        yield within(day.current, item, self.n)
        if self.confirm_days > 1:
            yield running(f"days running in the top {self.n}", days if ask is Ask.IN else 0, self.confirm_days)
        yield self._state_before(walk, day.previous, item, edge=self._edge(day), wanted="out")


@dataclass(frozen=True, slots=True)
class LeftTop(Top):
    """Fires when an item's state changes from in to out."""

    kind: ClassVar[Kind] = Kind.LEFT_TOP
    formula: ClassVar[str] = "the item's state changes from in to out: rank > n + margin or absent, after rank ≤ n"

    def find(self, day: Day) -> Iterable[Change | NotEvaluated]:
        """The items that were in and are out now, by the rank that they had last."""
        if day.previous is None:
            return
        walk = Membership.of(self, day.walk)
        for item, name in self._candidates(day, walk.days):
            if walk.may_turn(item, day.date, Ask.OUT) and walk.state(item, day.previous.end_date):
                yield Change(item, name, _evidence(day, item, self.n, day.date), variant=str(self.n))

    def states(self, walk: Walk) -> States:
        """Who is out."""
        membership = Membership.of(self, walk)
        return lambda item, until: not membership.state(item, until)

    def conditions(self, day: Day, item: str) -> Iterable[Condition]:
        """In before, and beyond the margin or absent, on enough days running."""
        if day.previous is None:
            yield NO_DAY_BEFORE
            return
        walk = Membership.of(self, day.walk)
        ask, days = walk.asks(item, day.date)
        edge = self._edge(day)
        yield self._state_before(walk, day.previous, item, edge=edge, wanted="in")
        if day.current.rank(item) is None and day.current.exhaustive:
            yield running("days running not listed", walk.absent(item, day.date), self.absent_days)
        else:
            yield Condition("rank", place(day.current, item), f"beyond #{edge}", met=ask is Ask.OUT)
        if self.confirm_days > 1:
            yield running(f"days running out of the top {self.n}", days if ask is Ask.OUT else 0, self.confirm_days)

    def _candidates(self, day: Day, days: Sequence[date]) -> Iterator[tuple[str, str]]:
        """Whoever may have been in and asks for out today, however long ago the walk began.

        Whoever leaves asks for out on the last ``confirm_days`` days, and did not on the day before these: there it was
        listed, or absent for fewer than ``absent_days`` days. So one of the ``absent_days`` days that end there lists
        it: within the margin where one day confirms, for a rank beyond would have been an exit; else at any rank.
        """
        earlier = [when for when in days if when < day.date][-(self.confirm_days - 1 + self.absent_days) :]
        ranks = self.reach if self.confirm_days == 1 else None
        seen: dict[str, str] = {}
        for when in reversed(earlier):
            snapshot = day.history.at(day.board, when)
            for entry in snapshot.entries[:ranks] if snapshot else ():
                seen.setdefault(entry.item, entry.name)
        for item, name in seen.items():
            rank = day.current.rank(item)
            if rank is None or rank > self.n:
                yield item, name


def _record(day: Day, evidence: Mapping[str, Any], begun: date) -> dict[str, Any]:
    """Of who was never in the top n: on how many stored days running before the entry that is known."""
    return {} if evidence["last_in"] else {"record_days": days_running(day.history, day.board, begun - ONE_DAY)}


def _evidence(day: Day, item: str, n: int, before: date) -> dict[str, Any]:
    """Whether the board held the item ``before``, when it was in the top n last, and who left from above it."""
    last_in = day.history.last_in(day.board, item, n, before)
    rank = day.previous.rank(item) if day.previous else None
    left = left_above(rank, day.current, day.previous) if rank and day.previous else ()
    seen = last_in or (rank and day.previous and day.previous.end_date < before)  # nearly always; else all days tell
    return {
        "first_seen": not seen and day.history.last_in(day.board, item, None, before) is None,
        "last_in": last_in.isoformat() if last_in else None,
        "left_board": [entry.name for entry in left],
        "absent": day.current.rank(item) is None,
        "listed_fewer": day.current.exhaustive and len(day.current.entries) < n,
    }
