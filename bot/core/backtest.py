"""Backtests: what a watchlist would have told over stored days, and what that comes to. No clock, no I/O.

A backtest is a live run whose told events are in memory: the days are judged in order by the same engine, each with
what was told before it, from the watchlist's first day on, so that the chain of cooldowns is the live one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from bot.core.detect import Evaluation
from bot.core.event import Event, HeldBack, Kind
from bot.core.rules import NotEvaluated, Rule
from bot.core.view import handle_of
from bot.core.watchlist import Watchlist

TALKATIVE = 3
"""Items that talk most, at most, that a summary names."""
COOLDOWN = "cooldown_days"
"""The parameter of a watchlist that a sweep may change beside those of its rules."""

Judge = Callable[[date, Sequence[Event]], Evaluation | None]
"""Judges a day, given what was told before; None where the day has no snapshot of its own, which makes it a gap."""


@dataclass(frozen=True, slots=True)
class Backtest:
    """What ``start..end`` would have come to. ``events`` are those of these days, held back ones too, oldest first.

    ``gaps`` are the days without a snapshot of their own; ``not_evaluated`` says on which days a rule could not be.
    """

    watchlist: str
    start: date
    end: date
    events: tuple[Event, ...]
    gaps: tuple[date, ...]
    not_evaluated: tuple[tuple[date, NotEvaluated], ...]

    @property
    def told(self) -> tuple[Event, ...]:
        """The events that nothing holds back."""
        return tuple(event for event in self.events if event.held_back is None)

    @property
    def days(self) -> int:
        """How many days were judged."""
        return (self.end - self.start).days + 1 - len(self.gaps)


def replay(watchlist: Watchlist, start: date, end: date, *, since: date, judge: Judge) -> Backtest:
    """Judges every day from ``since`` to ``end``, oldest first; those before ``start`` silently, for their cooldowns.

    ``since`` is the watchlist's first day, or ``start`` if that is earlier.
    """
    told: list[Event] = []
    events: list[Event] = []
    gaps: list[date] = []
    missing: list[tuple[date, NotEvaluated]] = []
    for day in days_between(since, end):
        told = [event for event in told if event.date > day - timedelta(days=watchlist.cooldown_days)]
        evaluation = judge(day, told)
        if evaluation is None:
            gaps.append(day)
            continue
        found = [replace(event, id=handle_of(event)) for event in evaluation.events]
        told.extend(event for event in found if event.held_back is None)
        events.extend(found)
        missing.extend((day, finding) for finding in evaluation.not_evaluated)
    return Backtest(
        watchlist.id,
        start,
        end,
        tuple(event for event in events if event.date >= start),
        tuple(day for day in gaps if day >= start),
        tuple((day, finding) for day, finding in missing if day >= start),
    )


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from the first to the last, both included."""
    return (first + timedelta(days=offset) for offset in range((last - first).days + 1))


# ── what it comes to ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Summary:
    """A backtest in numbers. ``per_week`` counts what was told over the days judged; 0 where none was.

    ``busiest`` is the first of the days with the most told; ``talkative`` are the items told most, (id, name, times).
    """

    told: int
    per_week: Fraction
    busiest: tuple[date, int] | None
    talkative: tuple[tuple[str, str, int], ...]
    held_back: Mapping[HeldBack, int]

    def to_json(self) -> dict[str, Any]:
        """The summary as ``backtest --sweep --json`` prints it; events a week to two places."""
        return {
            "told": self.told,
            "per_week": round(float(self.per_week), 2),
            "busiest": {"date": self.busiest[0].isoformat(), "events": self.busiest[1]} if self.busiest else None,
            "items": [{"id": item, "name": name, "events": times} for item, name, times in self.talkative],
            "held_back": {reason.value: number for reason, number in self.held_back.items()},
        }


def summary(backtest: Backtest) -> Summary:
    """The numbers of a backtest."""
    told = backtest.told
    by_day = Counter(event.date for event in told)
    by_item = Counter(event.item for event in told)
    called = {event.item: event.name for event in told}
    ranked = sorted(by_item.items(), key=lambda pair: (-pair[1], called[pair[0]], pair[0]))
    busiest = min(by_day.items(), key=lambda pair: (-pair[1], pair[0]), default=None)
    held = Counter(event.held_back for event in backtest.events)
    return Summary(
        told=len(told),
        per_week=Fraction(7 * len(told), backtest.days) if backtest.days else Fraction(0),
        busiest=busiest,
        talkative=tuple((item, called[item], times) for item, times in ranked[:TALKATIVE]),
        held_back={reason: held[reason] for reason in HeldBack},
    )


# ── sweeps ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Swept:
    """One parameter that a sweep changes: of a rule, or (``kind`` None) of the watchlist itself."""

    kind: Kind | None
    parameter: str

    @property
    def name(self) -> str:
        """As it is written: ``entered_top.n``, ``cooldown_days``."""
        return f"{self.kind.value}.{self.parameter}" if self.kind else self.parameter

    def of(self, watchlist: Watchlist) -> list[Any]:
        """The values that it has now; none where the rule is off."""
        if self.kind is None:
            return [getattr(watchlist, self.parameter)]
        return [getattr(rule, self.parameter) for rule in watchlist.rules if rule.kind is self.kind]


def with_value(watchlist: Watchlist, swept: Swept, value: Any, *, otherwise: Sequence[Rule] = ()) -> Watchlist:
    """The watchlist with another value of one parameter: every rule of the kind gets it, and equal ones become one.

    Where the watchlist has no rule of the kind, it is tried on with those of ``otherwise``.
    """
    if swept.kind is None:
        return replace(watchlist, **{swept.parameter: value})
    rules = [_changed(rule, swept.parameter, value) if rule.kind is swept.kind else rule for rule in watchlist.rules]
    if not swept.of(watchlist):
        rules += [_changed(rule, swept.parameter, value) for rule in otherwise]
    return replace(watchlist, rules=tuple(dict.fromkeys(rules)))


def _changed(rule: Rule, parameter: str, value: Any) -> Rule:
    values = {spec.name: getattr(rule, spec.name) for spec in fields(rule)}  # type: ignore[arg-type]
    return type(rule)(**{**values, parameter: value})
