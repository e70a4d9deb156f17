"""What several watchlists see alike of a board's day: looked at once, and judged once by each rule that they share.

A thousand watchlists over forty boards differ in few rules; each on its own, they cut, named and judged the same boards
again and again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Any

from bot.core.absence import DEPTH, PREVIOUS_DEPTH, ranks_read
from bot.core.days import ONE_DAY
from bot.core.diff import passive_items
from bot.core.event import ALSO_ENTERED, Event, Kind
from bot.core.history import History, ShallowHistory, last_day, last_stored
from bot.core.kept import kept
from bot.core.naming import NamedHistory, Renaming
from bot.core.ranking import Board, Snapshot
from bot.core.rules import Change, Day, NotEvaluated, Rule, parameters

KEPT = 1024
"""Sights at hand, at most: every board of a large cycle on many days, and of a backtest more than a year."""
PERSONAL = frozenset({Kind.MOVED, Kind.OVERTOOK})
"""The kinds whose rules look at whom the reader follows, or at the names that items have borne. To every other rule
nobody is followed: what it finds holds for all that have it."""


class Sight:
    """A day as all watchlists see it that look at its board as deep and began on the same day.

    ``day`` has nobody followed and no names: what the rules of PERSONAL make of them is not shared.
    """

    def __init__(self, day: Day) -> None:
        self.day = day
        self._found: dict[Rule, tuple[Change | NotEvaluated, ...]] = {}
        self._facts: dict[tuple[Rule, str, str, tuple[int, ...]], Event] = {}
        self._about: dict[Rule, tuple[dict[str, Any], list[dict[str, Any]]]] = {}

    @cached_property
    def passive(self) -> frozenset[str]:
        """Who moved only because others left; asked for on days with changes only."""
        return passive_items(self.day.current, self.day.previous) if self.day.previous else frozenset()

    @cached_property
    def _compared(self) -> Snapshot | None:
        """The window before, that tokens are compared with."""
        return self.day.history.at(self.day.board, self.day.date - self.day.board.step)

    def found(self, rule: Rule) -> tuple[Change | NotEvaluated, ...]:
        """What a rule finds that is not of PERSONAL."""
        if rule not in self._found:
            self._found[rule] = tuple(rule.find(self.day))
        return self._found[rule]

    def fact(self, rule: Rule, change: Change) -> Event:
        """The event that the change makes, but for its key and whose it is."""
        if rule.kind in PERSONAL:
            return self._fact(rule, change)
        key = (rule, change.item, change.variant, tuple(change.evidence.get(ALSO_ENTERED, ())))
        if key not in self._facts:
            self._facts[key] = self._fact(rule, change)
        return self._facts[key]

    def _fact(self, rule: Rule, change: Change) -> Event:
        day, board, item = self.day, self.day.board, change.item
        now = day.current.entry(item)
        before = day.previous.entry(item) if day.previous else None
        if rule not in self._about:
            self._about[rule] = parameters(rule), looked_at(day, [rule])
        values, snapshots = self._about[rule]
        return Event(
            key="",
            date=day.date,
            previous_date=day.previous.end_date if day.previous else day.date - ONE_DAY,
            window_days=board.window_days,
            watchlist="",
            board=board.key,
            kind=rule.kind,
            rule=values,
            item=item,
            name=change.name,
            rank=now.rank if now else None,
            previous_rank=before.rank if before else None,
            tokens=now.tokens if now else change.tokens,
            previous_tokens=before.tokens if before else None,
            compared_tokens=self._compared.tokens(item) if self._compared else None,
            as_of=day.current.as_of,
            passive=item in self.passive and now is not None and before is not None and now.rank != before.rank,
            evidence={**change.evidence, **_depths(day, change), "snapshots": snapshots},
        )


class Sights:
    """The days of one history, by board, depth, date and what items are called. ``history`` has the names that came."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._by_depth = kept(self._cut)
        self._base = kept(self._last_before)
        self._sight = kept(self._look, KEPT)

    def of(self, board: Board, day: date, *, depth: int, since: date, called: Mapping[str, str]) -> Sight:
        """The sight of watchlists that began on ``since``, with items called like that.

        The day's own snapshot must be stored (LookupError otherwise).
        """
        return self._sight(board, day, depth, since, frozenset(called.items()))

    def _cut(self, depth: int) -> Renaming:
        return Renaming(ShallowHistory(self._history, depth))

    def _last_before(self, board: Board, since: date) -> date:
        """Where walks begin of watchlists that began then."""
        return walk_base(self._history, board, since)

    def _look(self, board: Board, day: date, depth: int, since: date, called: frozenset[tuple[str, str]]) -> Sight:
        history = NamedHistory(self._by_depth(depth), dict(called))
        current = history.at(board, day)
        if current is None:
            raise LookupError(f"{board.key} has no snapshot of {day}")
        return Sight(
            Day(
                board=board,
                date=day,
                current=current,
                previous=last_stored(history, board, day - ONE_DAY),
                history=history,
                base=self._base(board, since),
                stored=self._history,
            )
        )


def _depths(day: Day, change: Change) -> dict[str, int | None]:
    """How deep each board was read that does not have the item, or somebody who left: what absence means there."""
    depths: dict[str, int | None] = {}
    if change.item not in day.current.by_item or change.evidence.get("left_board"):
        depths[DEPTH] = ranks_read(day.current)
    if day.previous and change.item not in day.previous.by_item:
        depths[PREVIOUS_DEPTH] = ranks_read(day.previous)
    return depths


def walk_base(history: History, board: Board, since: date) -> date:
    """Where the walks of states begin of watchlists whose first day is ``since``: the last stored day before it."""
    return last_day(history, board, since - ONE_DAY) or since


def looked_at(day: Day, rules: Iterable[Rule]) -> list[dict[str, Any]]:
    """Which stored windows the rules judge the day by, so that it can be judged again from them alone."""
    used = [(day.board, day.date), *([(day.board, day.previous.end_date)] if day.previous else [])]
    used.extend((need.board, need.end_date) for rule in rules for need in rule.needs(day.board, day.date))
    found = [day.history.at(board, end) for board, end in dict.fromkeys(used)]
    return [
        {
            "board": snapshot.board.key,
            "end_date": snapshot.end_date.isoformat(),
            "revision": snapshot.revision,
            "as_of": snapshot.as_of,
        }
        for snapshot in found
        if snapshot
    ]
