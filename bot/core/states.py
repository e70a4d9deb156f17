"""What the events of a digest of several days say, held against the states of its first and its last day.

Who is in a top, and who leads, is a state that the rule walks, and not the rank of a day (detection: Hysteresis); so
whether an entry, an exit or a new #1 still holds, and whether it held before, is asked of the rule that found it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from bot.core.event import ALSO_ENTERED, Event
from bot.core.history import History, ShallowHistory
from bot.core.kept import kept
from bot.core.ranking import Board
from bot.core.rules import EnteredTop, Rule, Stateful, States, Walk, rule_of
from bot.core.sights import walk_base
from bot.core.view import Truth
from bot.core.watchlist import Watchlist


class Truths:
    """Of events up to ``day``: whether what they say was so on ``told``, and is so on ``day``.

    ``history`` are the snapshots that the digest shows, by the names that came.
    """

    def __init__(self, history: History, day: date) -> None:
        self._history = history
        self._day = day
        self._cut = kept(self._cut_to)
        self._walked = kept(self._walk)

    def of(self, watchlist: Watchlist, events: Sequence[Event], *, told: date, since: date) -> Mapping[str, Truth]:
        """The truths of the watchlist's events, by their keys; ``since`` is its first day, ``told`` the last day told.

        The parameters are those that the rule had when it found the event, whatever is configured now. Events of rules
        without a state have no truth, nor those of boards of which no day is stored.
        """
        found = ((event.key, self._truth(watchlist, event, told, since)) for event in events)
        return {key: truth for key, truth in found if truth}

    def _truth(self, watchlist: Watchlist, event: Event, told: date, since: date) -> Truth | None:
        rule, board = rule_of(event), Board.parse(event.board)
        states = self._states(watchlist, rule, board, since)
        if states is None:
            return None
        within = [
            larger.n
            for larger in _larger(watchlist, rule, event)
            if (inside := self._states(watchlist, larger, board, since)) and inside(event.item, self._day)
        ]
        return Truth(states(event.item, told), states(event.item, self._day), tuple(within))

    def _states(self, watchlist: Watchlist, rule: Rule | None, board: Board, since: date) -> States | None:
        """The states that a rule walks, on boards as deep as the watchlist sees them with it; None if it walks none."""
        if rule is None:
            return None
        depth = replace(watchlist, board=board, rules=(*watchlist.rules, rule)).depth
        return self._walked(rule, board, depth, since)

    def _walk(self, rule: Rule, board: Board, depth: int, since: date) -> States | None:
        if not isinstance(rule, Stateful):
            return None
        history = self._cut(depth)
        base = walk_base(history, board, since)
        return rule.states(Walk(board, history, base, self._day)) if history.days(board, base, self._day) else None

    def _cut_to(self, depth: int) -> History:
        return ShallowHistory(self._history, depth)


def _larger(watchlist: Watchlist, rule: Rule | None, entry: Event) -> Iterator[EnteredTop]:
    """The rules of the larger tops that an entry led into, too: those configured, or else as the entry's own."""
    if isinstance(rule, EnteredTop):
        configured = {one.n: one for one in watchlist.rules if isinstance(one, EnteredTop)}
        for n in entry.evidence.get(ALSO_ENTERED, ()):
            yield configured.get(n) or replace(rule, n=n)
