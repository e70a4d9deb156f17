"""What a rule is: parameters that a watchlist sets, the snapshots it needs, and the changes it finds.

A rule is a frozen dataclass whose fields are its parameters, in a module of its own; ``bot.core.rules`` lists them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import Any, ClassVar, Protocol, runtime_checkable

from bot.core.event import Kind
from bot.core.history import History
from bot.core.pattern import Names
from bot.core.ranking import Board, Dataset, Snapshot


@dataclass(frozen=True, slots=True)
class Need:
    """A window that judging a day takes. ``waits``: the day waits for it; else it is only shown where it is at hand."""

    board: Board
    end_date: dt.date
    waits: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that a rule found about one item; detection makes an event of it.

    ``variant`` tells events of one kind apart within a key: ``n`` of a top, a threshold, a pair, or the way of what may
    turn round: where new figures say the reverse, that is another event. ``tokens`` are those to show where the board
    itself does not list the item.
    """

    item: str
    name: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    variant: str = ""
    tokens: int | None = None


@dataclass(frozen=True, slots=True)
class NotEvaluated:
    """A rule could not be applied on a day, and why, in words for the digest."""

    kind: Kind
    reason: str


@dataclass(frozen=True, slots=True)
class Walk:
    """The stored days of a board over which a state is walked: from ``base`` on, where it begins, up to ``end``.

    ``base`` is the day before the watchlist's first one. ``history`` is cut to the depth that the watchlist sees.
    """

    board: Board
    history: History
    base: dt.date
    end: dt.date


@dataclass(frozen=True, slots=True)
class Day:
    """One day of one watchlist, as a rule sees it. All snapshots are cut to the depth that the watchlist sees.

    ``previous`` is the snapshot of the day before, or after a gap the last before it; None where none is stored.
    ``base`` is where the walks of hysteresis begin: the day before the watchlist's first one. ``history`` calls items
    as messages do; ``stored`` is what lies behind it, uncut and by the names that came. ``followed`` are the items of
    ``mine`` and ``follow`` that the current or the previous snapshot lists; ``names`` are all that an item has borne.
    """

    board: Board
    date: dt.date
    current: Snapshot
    previous: Snapshot | None
    history: History
    base: dt.date
    stored: History
    followed: frozenset[str] = frozenset()
    names: Names = field(default_factory=dict)

    @property
    def walk(self) -> Walk:
        """The days over which a state is walked that the rule judges this day by."""
        return Walk(self.board, self.history, self.base, self.date)


class Rule(Protocol):
    """The interface of every rule; its dataclass fields are its parameters."""

    kind: ClassVar[Kind]
    datasets: ClassVar[frozenset[Dataset]]
    formula: ClassVar[str]

    @property
    def reach(self) -> int:
        """The deepest rank that the rule looks at."""
        ...

    def needs(self, board: Board, day: dt.date) -> Iterator[Need]:
        """The windows beside the current and the previous one that judging ``day`` takes."""
        ...

    def find(self, day: Day) -> Iterable[Change | NotEvaluated]:
        """The changes of the day, in the order of the board."""
        ...

    def __hash__(self) -> int:
        """Of its parameters: what a rule finds is kept for all watchlists that have an equal one."""
        ...


States = Callable[[str, dt.date], bool]
"""Of an item and a day: whether it is in a state, by the stored days up to that one."""


@runtime_checkable
class Stateful(Rule, Protocol):
    """A rule whose events say that a state has changed: what they say is so until it changes again, at any rank."""

    def states(self, walk: Walk) -> States:
        """Whether an item is in the state into which the rule's events say that it has come.

        Days that ask for nothing, or not for long enough, leave a state as it was; so do days that are not stored. On
        days before the walk it is as at its beginning. One day of the walk at least must be stored.
        """
        ...


def parameters(rule: Rule) -> dict[str, Any]:
    """The rule's parameters as JSON values, as an event carries them: fractions as decimal numbers, tuples as lists."""
    values = {spec.name: getattr(rule, spec.name) for spec in fields(rule)}  # type: ignore[arg-type]
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else float(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
