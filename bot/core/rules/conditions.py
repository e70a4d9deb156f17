"""What a rule asks of an item on a day, condition by condition: how far from firing it was, in words and numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from bot.core import wording
from bot.core.absence import absent
from bot.core.days import ONE_DAY
from bot.core.ranking import Snapshot
from bot.core.rules.base import Day
from bot.core.rules.spans import Span


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that a rule asks for: what it is about, how it stood (``found``), and what fires (``wanted``)."""

    what: str
    found: str
    wanted: str
    met: bool


@runtime_checkable
class Measured(Protocol):
    """What a rule has besides if it can tell how far from firing an item was.

    It fires for an item exactly where all conditions are met; a rule that could not be evaluated has none.
    """

    def conditions(self, day: Day, item: str) -> Iterable[Condition]:
        """What the rule asks of the item on the day, in the order in which one would look."""
        ...


@runtime_checkable
class Apart(Measured, Protocol):
    """A rule that may fire several times for one item, told apart by the variants of its changes.

    Its ``conditions`` are those of one variant: of one that fires, if there is any, else of the one nearest to it.
    """

    def conditions_of(self, day: Day, item: str, variant: str) -> Iterable[Condition]:
        """What the rule asks for a variant that fires, all of it met."""
        ...


NO_DAY_BEFORE = Condition("a day before", "none is stored", "one to compare with", met=False)
"""Nothing can have changed on the first stored day."""


def place(snapshot: Snapshot, item: str) -> str:
    """Where an item stands: "#12", "not listed", or "outside the top 100" where the board goes on."""
    rank = snapshot.rank(item)
    if rank is not None:
        return f"#{rank}"
    return absent(snapshot)


def listed(snapshot: Snapshot, item: str, *, what: str = "rank") -> Condition:
    """That the item is on the board."""
    return Condition(what, place(snapshot, item), "listed", met=snapshot.rank(item) is not None)


def on_both(span: Span, item: str) -> tuple[Condition, Condition]:
    """That the item is on a board now, and was on the one that it is compared with."""
    return listed(span.now, item), listed(span.base, item, what=f"rank on {wording.day(span.base.end_date)}")


def not_yet(what: str, day: Day, *, held: bool, wanted: str = "no") -> Condition:
    """That something did not hold on the day before: only its beginning is news."""
    return Condition(what, f"on {wording.day(day.date - ONE_DAY)}" if held else "no", wanted, met=not held)


def within(snapshot: Snapshot, item: str, n: int, *, what: str = "rank") -> Condition:
    """That the item's rank is n or better."""
    rank = snapshot.rank(item)
    return Condition(what, place(snapshot, item), f"#{n} or better", met=rank is not None and rank <= n)


def running(what: str, days: int, wanted: int) -> Condition:
    """That something held on so many days running."""
    return Condition(what, str(days), f"{wanted} at least", met=days >= wanted)
