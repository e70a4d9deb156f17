"""Small builders of values that many tests need: a snapshot from rows, an event from what matters of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bot.core.event import Event, Kind
from bot.core.ranking import APP_PAGE, MODEL_DEPTH, Board, Dataset, Entry, Snapshot

CLI_AGENTS = Board(Dataset.APPS, 7, "coding", "cli-agent")
IDE_EXTENSIONS = Board(Dataset.APPS, 7, "coding", "ide-extension")
CODING = Board(Dataset.APPS, 7, "coding")
ALL_APPS = Board(Dataset.APPS, 7)
MODELS = Board(Dataset.MODELS, 7)
DAY = date(2026, 11, 10)
"""The Tuesday that most tests are about."""
B = 10**9
T = 10**12

Row = tuple[str, str, int]
"""(item, name, tokens); ranks follow from the order."""


def as_of(day: date) -> str:
    """The feed's text for a window that ends on ``day``, fetched the morning after."""
    return f"{day + timedelta(days=1)}T02:15:41.208Z"


def fetched_at(day: date) -> datetime:
    """When that window was fetched."""
    return datetime.combine(day + timedelta(days=1), time(2, 15, 42), UTC)


def snapshot(board: Board, day: date, rows: Iterable[Row], **changes: Any) -> Snapshot:
    """A stored ranking of those rows, at the feed's usual depth; ``changes`` replace any field."""
    entries = tuple(Entry(rank, item, name, tokens) for rank, (item, name, tokens) in enumerate(rows, start=1))
    plain = Snapshot(
        board=board,
        start_date=board.start(day),
        end_date=day,
        as_of=as_of(day),
        fetched_at=fetched_at(day),
        depth=MODEL_DEPTH if board.dataset is Dataset.MODELS else APP_PAGE,
        entries=entries,
    )
    return replace(plain, **changes)


def event(**changes: Any) -> Event:
    """Sable's entry into the top 10 of the CLI agents on ``DAY``; ``changes`` replace any field.

    ``previous_date``, ``as_of`` and ``key`` follow from the other fields unless they are given; ``variant`` is what the
    key has besides the kind, if it is neither the rule's n nor the way in the evidence. Where the item is absent the
    evidence has a board that ended, unless it says otherwise.
    """
    day: date = changes.get("date", DAY)
    kind: Kind = changes.get("kind", Kind.ENTERED_TOP)
    watchlist: str = changes.get("watchlist", "cli-agents")
    board: str = changes.get("board", CLI_AGENTS.key)
    item: str = changes.get("item", "sable")
    rule: dict[str, Any] = changes.get("rule", {"n": 10, "margin": 5, "confirm_days": 1, "absent_days": 3})
    way = changes.get("evidence", {}).get("direction", "")
    variant = str(changes.pop("variant", rule.get("n", way)))
    usual: dict[str, Any] = {
        "key": f"{watchlist}/{board}/{':'.join(filter(None, (kind.value, variant)))}/{item}/{day}",
        "date": day,
        "previous_date": day - timedelta(days=1),
        "window_days": 7,
        "watchlist": watchlist,
        "board": board,
        "kind": kind,
        "rule": rule,
        "item": item,
        "name": "Sable",
        "rank": 10,
        "previous_rank": 14,
        "tokens": 455 * B,
        "previous_tokens": 430 * B,
        "compared_tokens": 283 * B,
        "as_of": as_of(day),
        "evidence": {"first_seen": False, "last_in": None, "record_days": 40},
    }
    made = Event(**{**usual, **changes})
    return replace(made, evidence={**made.evidence, **_ended(made)})


def _ended(made: Event) -> dict[str, None]:
    """The depths of boards that ended, as evidence keeps them where the item is absent, or somebody left."""
    left = made.evidence.get("left_board")
    ranks = {"depth": None if left else made.rank, "previous_depth": made.previous_rank}
    if made.kind is Kind.TRENDING:
        ranks["twin_previous_depth"] = made.evidence.get("twin_previous_rank", 0)
    return {depth: None for depth, rank in ranks.items() if rank is None and depth not in made.evidence}
