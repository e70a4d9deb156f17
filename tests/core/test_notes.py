from __future__ import annotations

from datetime import date

import pytest

from bot.core.notes import gaps, merged
from tests.builders import DAY

WINDOW = "spike: spikes need the window to {}, which is missing"


def window(*days: str) -> list[str]:
    return [WINDOW.format(day) for day in days]


@pytest.mark.parametrize(
    ("notes", "said"),
    [
        ([], ()),
        (["a note without a date"] * 2, ("a note without a date",)),
        (["no data came for 2026-11-07"], ("no data came for Sat 7 Nov",)),
        (
            [f"no data came for 2026-11-0{day}" for day in (9, 7, 8, 5)],
            ("no data came for Thu 5 Nov and Sat 7 to Mon 9 Nov",),
        ),
        (
            ["no data came for 2026-10-31", "no data came for 2026-11-01"],
            ("no data came for Sat 31 Oct to Sun 1 Nov",),
        ),
        (window("2026-10-20"), (WINDOW.format("Tue 20 Oct"),)),
        (window("2026-10-20", "2026-10-21"), (WINDOW.format("Tue 20 Oct and Wed 21 Oct"),)),
        (
            window(*(f"2026-10-2{day}" for day in range(5))),
            (WINDOW.format("Tue 20 Oct, Wed 21 Oct, Thu 22 Oct and 2 others"),),
        ),
        (["the data begins on 2025-01-01"], ("the data begins on 1 Jan 2025",)),
        (
            ["of 2025-01-01, seen on 2026-11-01", "of 2025-01-02, seen on 2026-11-03"],
            ("of 1 Jan 2025 to 2 Jan 2025, seen on Sun 1 Nov and Tue 3 Nov",),
        ),
        (
            ["no data came for 2026-11-08", "a", "no data came for 2026-11-09", "a", "b {}"],
            ("no data came for Sun 8 to Mon 9 Nov", "a", "b {}"),
        ),
    ],
)
def test_notes_are_said_once_with_dates_as_elsewhere(notes: list[str], said: tuple[str, ...]) -> None:
    assert merged(notes, DAY) == said


def test_gaps_are_read_from_their_notes_alone() -> None:
    notes = ["no data came for 2026-11-08", *window("2026-11-01"), "no data came for 2026-11-09"]
    assert gaps(notes) == {date(2026, 11, 8), date(2026, 11, 9)}
