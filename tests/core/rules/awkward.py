"""Awkward situations in short: boards as literals, and what must be told of them, a line of text for each event.

A board is its items from the first to the last: ``"abx"``, or ``"a=9 b=9 x:Name=5 +40"`` with tokens, names and the
tokens of all that is not listed (models). Letters alone have 1000 tokens, 999 and so on. A board is full unless it ends
in ``|``: there the feed had no more. Boards stand by how many days ago their windows end.

An event reads ``entered_top:5 x 5<8 996``: kind, item, rank and rank of the day before ("-": absent), tokens; then
what else is to be said of it (``passive``, why it was held back, after how many days where a gap lies before).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from bot.core.detect import Evaluation, evaluate
from bot.core.event import Event
from bot.core.history import MemoryHistory
from bot.core.ranking import APP_PAGE, FIRST_DAY, MAX_TOKENS, MODEL_DEPTH, Board, Dataset, Snapshot
from bot.core.rules import Rule
from bot.core.watchlist import Pattern, Watchlist
from tests.builders import CLI_AGENTS, DAY, snapshot

MOST = MAX_TOKENS
EARLY = date(2025, 1, 3)
"""A day whose windows, and those of the day before, begin with the data."""
HIDDEN = "OpenManus Low-Cost Agent"
"""The app that was hidden on the recorded day."""
SITUATIONS = {
    "ties": "equal tokens, of which the feed's order is kept",
    "edges": "ranks n - 1, n and n + 1, or a threshold and one beside it",
    "margin": "the margin's edges",
    "absent": "the item is absent now, or before",
    "exhaustive": "the board ends at the feed's floor, or is empty",
    "full": "the board is as long as was asked for",
    "first": "the first stored day",
    "gaps": "days without a snapshot",
    "clamped": "windows that the feed's first day cuts short",
    "zero": "no tokens at all, also where one compares with",
    "huge": "volumes near 2^63",
    "renamed": "the item takes another name",
    "namesakes": "two items of one name",
    "passive": "others leave or come, and ranks change by that alone",
    "recorded": "the app that left a closed window on 2026-07-22",
    "slide": "one rank (or a little) a day",
}
"""Every situation that each rule is held against."""


@dataclass(frozen=True)
class Seen:
    """A rule, boards by days ago, and exactly what is told on the last ``judged`` days (``D-2 …`` two days before).

    ``unjudged`` are the reasons for which the rule could not be applied; ``evidence`` is in the last event's.
    """

    rule: Rule
    boards: Mapping[int, str]
    told: Sequence[str] = ()
    unjudged: Sequence[str] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)
    twin: Mapping[int, str] = field(default_factory=dict)
    board: Board = CLI_AGENTS
    on: date = DAY
    judged: int = 1
    follow: tuple[str, ...] = ()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def snapshots(self) -> list[Snapshot]:
        """The boards, and those of the trending list."""
        both = ((self.board, self.boards), (self.board.twin, self.twin))
        return [
            read(text, board, self.on - timedelta(days=back)) for board, texts in both for back, text in texts.items()
        ]


@dataclass(frozen=True)
class Recorded:
    """What a rule tells of the recorded window that lost an app after its end: names instead of ids, no tokens."""

    rule: Rule
    told: Sequence[str] = ()
    unjudged: Sequence[str] = ()
    follow: tuple[str, ...] = ()


Cell = str | Recorded | tuple[Seen, ...]
"""Why the situation can't arise for the rule, or what is seen in it."""


def read(text: str, board: Board, day: date) -> Snapshot:
    """The board that a literal means; its window is cut short where the dataset begins."""
    listed, rows, other = text.removesuffix("|"), [], 0
    parts = listed.split() if set(listed) & set(" =:") else list(listed)
    for place, part in enumerate(parts):
        head, _, tokens = part.partition("=")
        item, _, name = head.partition(":")
        if item.startswith("+"):
            other = int(item)
        else:
            rows.append((item, name or item.title(), int(tokens) if tokens else 1000 - place))
    most = MODEL_DEPTH if board.dataset is Dataset.MODELS else APP_PAGE
    depth = most if text.endswith("|") else len(rows)
    start = max(board.start(day), FIRST_DAY)
    return snapshot(board, day, rows, depth=depth, other_tokens=other, start_date=start)


def lived(seen: Seen, snapshots: Sequence[Snapshot]) -> list[Evaluation]:
    """The verdict on each of the judged days, each with what was told before; the first stored day is the eve."""
    board, history = seen.board, MemoryHistory(snapshots)
    stored = history.days(board, FIRST_DAY, seen.on)
    follow = tuple(Pattern(text) for text in seen.follow)
    watchlist = Watchlist("w", "W", board, (seen.rule,), follow=follow)
    since = min(stored[0] + timedelta(days=1), seen.on)
    told: list[Event] = []
    verdicts = []
    for day in history.days(board, seen.on - timedelta(days=seen.judged - 1), seen.on):
        verdicts.append(evaluate(watchlist, day, history=history, since=since, told=told, names=seen.names))
        told += [event for event in verdicts[-1].events if event.held_back is None]
    return verdicts


def line(event: Event, on: date) -> str:
    """An event as the matrix writes it."""
    kind = f"{event.kind.value}:{event.threshold}" if event.threshold else event.kind.value
    days_ago, gap = (on - event.date).days, (event.date - event.previous_date).days
    words = [
        f"D-{days_ago}" if days_ago else "",
        kind,
        event.item,
        f"{event.rank or '-'}<{event.previous_rank or '-'}",
        str(event.tokens if event.tokens is not None else "-"),
        "passive" if event.passive else "",
        event.held_back.value if event.held_back else "",
        f"after {gap} days" if gap > 1 else "",
    ]
    return " ".join(word for word in words if word)


def x(rank: int | None, of: int = 12) -> str:
    """A board of so many letters with X at that rank, the others in their order; without it if None."""
    others = "abcdefghijklmnopqrstuvwyz"[: of - (rank is not None)]
    return others if rank is None else f"{others[: rank - 1]}x{others[rank - 1 :]}"


def week(then: str, now: str) -> dict[int, str]:
    """A board that changed today, and was the same on all days that a comparison over a week looks at."""
    return {8: then, 7: then, 1: then, 0: now}
