"""A day of a board as rules see it, built from short columns of item ids; shared by the rules' tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.core.history import MemoryHistory
from bot.core.pattern import Names
from bot.core.ranking import Board, Snapshot
from bot.core.rules import Change, Day, NotEvaluated, Rule
from tests.builders import CLI_AGENTS, DAY, snapshot


def ago(days: int) -> date:
    """The day that lies so many days before DAY."""
    return DAY - timedelta(days=days)


def column(day: date, items: Iterable[str], board: Board = CLI_AGENTS, depth: int | None = None) -> Snapshot:
    """A snapshot with those items, falling evenly; full (not exhaustive) unless ``depth`` says otherwise."""
    rows = [(item, item.title(), 1000 - place) for place, item in enumerate(items)]
    return snapshot(board, day, rows, depth=len(rows) if depth is None else depth)


def columns(*newest_first: Sequence[str] | str | None, depth: int | None = None) -> list[Snapshot]:
    """Snapshots of DAY, the day before, and so on; a string counts as its letters; None is a gap."""
    return [column(ago(back), items, depth=depth) for back, items in enumerate(newest_first) if items is not None]


def the_day(
    snapshots: Iterable[Snapshot],
    *,
    board: Board = CLI_AGENTS,
    base: date | None = None,
    followed: Iterable[str] = (),
    names: Names | None = None,
) -> Day:
    """DAY as a rule sees it; the walk begins on the oldest stored day unless ``base`` is given."""
    history = MemoryHistory(snapshots)
    stored = history.days(board, date(2025, 1, 1), DAY)
    current = history.at(board, DAY)
    assert current is not None
    earlier = [day for day in stored if day < DAY]
    previous = history.at(board, earlier[-1]) if earlier else None
    day = Day(board, DAY, current, previous, history, base or stored[0], history)
    return replace(day, followed=frozenset(followed), names=dict(names or {}))


def found(rule: Rule, day: Day) -> dict[str, Mapping[str, object]]:
    """The changes that a rule finds: item to evidence, in the rule's order."""
    return {finding.item: finding.evidence for finding in rule.find(day) if isinstance(finding, Change)}


def variants(rule: Rule, day: Day) -> dict[str, str]:
    """What tells the changes apart that a rule finds of one item each: item to variant, in the rule's order."""
    return {finding.item: finding.variant for finding in rule.find(day) if isinstance(finding, Change)}


def unevaluated(rule: Rule, day: Day) -> list[str]:
    """The reasons for which a rule was not evaluated; each says of which rule it is."""
    missing = [finding for finding in rule.find(day) if isinstance(finding, NotEvaluated)]
    assert all(finding.kind is rule.kind for finding in missing)
    return [finding.reason for finding in missing]
