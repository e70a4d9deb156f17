"""Each rule in each awkward situation: exactly what it tells, or why the situation can't arise for it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.core.ranking import Board, Dataset, Snapshot
from bot.core.rules import RULES
from tests.builders import snapshot
from tests.core.rules import awkward_moves, awkward_places, awkward_volumes
from tests.core.rules.awkward import HIDDEN, SITUATIONS, Cell, Recorded, Seen, line, lived

MATRIX: Mapping[str, Mapping[str, Cell]] = {
    "new_leader": awkward_places.NEW_LEADER,
    "entered_top": awkward_places.ENTERED_TOP,
    "left_top": awkward_places.LEFT_TOP,
    "climbed": awkward_moves.CLIMBED,
    "dropped": awkward_moves.DROPPED,
    "moved": awkward_moves.MOVED,
    "overtook": awkward_moves.OVERTOOK,
    "spike": awkward_volumes.SPIKES,
    "trending": awkward_volumes.TRENDING,
    "milestone": awkward_volumes.MILESTONE,
    "share": awkward_volumes.SHARES,
    "renamed": awkward_volumes.RENAMED,
}
CELLS = [(kind, situation, cell) for kind, row in MATRIX.items() for situation, cell in row.items()]
SEEN = [
    pytest.param(kind, seen, id=f"{kind}-{situation}-{number}")
    for kind, situation, cell in CELLS
    if isinstance(cell, tuple)
    for number, seen in enumerate(cell, start=1)
]
RECORDED = [pytest.param(kind, cell, id=kind) for kind, _, cell in CELLS if isinstance(cell, Recorded)]
DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "app_rankings_30d_popular.csv"
CLOSED = date(2026, 7, 21)
"""The end of the recorded window that lost an app on the day after."""


def test_every_rule_has_a_row_and_every_row_a_cell_for_every_situation() -> None:
    assert set(MATRIX) == set(RULES)
    assert {kind: set(row) for kind, row in MATRIX.items()} == {kind: set(SITUATIONS) for kind in RULES}
    assert all(cell for _, _, cell in CELLS), "a cell says what is seen, or why nothing can be"


@pytest.mark.parametrize(("kind", "seen"), SEEN)
def test_it_tells_what_is_written_and_nothing_else(kind: str, seen: Seen) -> None:
    assert seen.rule.kind.value == kind
    verdicts = lived(seen, seen.snapshots())
    events = [event for verdict in verdicts for event in verdict.events]
    assert [line(event, seen.on) for event in events] == list(seen.told)
    assert [missing.reason for missing in verdicts[-1].not_evaluated] == list(seen.unjudged)
    assert not seen.evidence or seen.evidence.items() <= events[-1].evidence.items()


@pytest.mark.parametrize(("kind", "cell"), RECORDED)
@pytest.mark.skipif(not DATA.is_file(), reason="the recorded answers (../shared/data) are not there")
def test_the_recorded_passive_move_is_told_as_what_it_was(kind: str, cell: Recorded) -> None:
    """One app left, and all below it rose by a rank with the same tokens: nobody climbed, overtook or spiked."""
    before, after = closed_window()
    seen = Seen(cell.rule, {}, board=before.board, on=after.end_date, follow=cell.follow)
    assert seen.rule.kind.value == kind
    (verdict,) = lived(seen, (before, after))
    told = [
        f"{kind}{f':{event.threshold}' if event.threshold else ''} {event.name} {event.rank or '-'}"
        f"<{event.previous_rank or '-'}{' passive' if event.passive else ''}"
        for event in verdict.events
    ]
    assert told == list(cell.told)
    assert [missing.reason for missing in verdict.not_evaluated] == list(cell.unjudged)
    left = [
        event.evidence["left_board"] for event in verdict.events if event.passive and "left_board" in event.evidence
    ]
    assert left in ([], [[HIDDEN]])


def closed_window() -> tuple[Snapshot, Snapshot]:
    """The closed window as it was first fetched, and, as if it were the next day's, as it was fetched last."""
    fetches: dict[str, list[tuple[str, str, int]]] = {}
    with DATA.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            if row["end_date"] == CLOSED.isoformat():
                found = (row["app_id"], row["app_name"], int(row["total_tokens"]))
                fetches.setdefault(row["fetched_at"], []).append(found)
    board = Board(Dataset.APPS, 30)
    first, last = (fetches[moment] for moment in sorted(fetches))
    return snapshot(board, CLOSED, first, depth=50), snapshot(board, CLOSED + timedelta(days=1), last, depth=50)
