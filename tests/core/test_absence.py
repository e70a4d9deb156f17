from __future__ import annotations

import pytest

from bot.core.absence import ENDED, UNKNOWN, Reading, absent, before, now, ranks_read
from tests.builders import CLI_AGENTS, DAY, event, snapshot
from tests.scenes import NOW

WHOLE = snapshot(CLI_AGENTS, DAY, NOW)
CUT = snapshot(CLI_AGENTS, DAY, NOW, depth=13)


def test_absence_is_only_known_as_deep_as_a_board_was_read() -> None:
    assert (absent(WHOLE), absent(CUT)) == ("not listed", "outside the top 13")
    assert (ranks_read(WHOLE), ranks_read(CUT)) == (None, 13)
    assert (Reading.of(WHOLE), Reading.of(CUT)) == (ENDED, Reading(13))


def test_of_the_ranks_before_the_boards_end_an_absent_item_has_none() -> None:
    """A board with fewer entries than were asked for ended; one with as many goes on."""
    assert Reading.of(snapshot(CLI_AGENTS, DAY, NOW, depth=14)) == ENDED
    assert Reading.of(WHOLE.cut(5)) == Reading(5)


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (ENDED, ("not listed", "not listed", "no longer listed", "now listed", "left the board")),
        (
            Reading(100),
            (
                "outside the top 100",
                "below #100",
                "no longer in the top 100",
                "now in the top 100",
                "left the top 100",
            ),
        ),
        (
            UNKNOWN,
            (
                "not among the ranks read",
                "not among the ranks read",
                "no longer among the ranks read",
                "now among the ranks read",
                "left the ranks read",
            ),
        ),
    ],
)
def test_each_phrase_claims_what_is_known(read: Reading, words: tuple[str, ...]) -> None:
    assert (read.absent, read.narrow, read.gone, read.come, read.left) == words


@pytest.mark.parametrize(
    ("read", "it", "named"),
    [
        (ENDED, "not on it", "not on the list"),
        (Reading(20), "outside its top 20", "outside the list's top 20"),
        (UNKNOWN, "not among its ranks read", "not among the list's ranks read"),
    ],
)
def test_a_list_may_be_named(read: Reading, it: str, named: str) -> None:
    assert (read.off("it"), read.off("the list")) == (it, named)


@pytest.mark.parametrize(
    ("kept", "read"), [({}, UNKNOWN), ({"depth": None}, ENDED), ({"depth": 100}, Reading(100)), ({"n": 1}, UNKNOWN)]
)
def test_what_evidence_keeps_may_be_nothing(kept: dict[str, int | None], read: Reading) -> None:
    assert now(event(evidence=kept)) == read
    assert before(event(evidence={f"previous_{key}": depth for key, depth in kept.items()})) == read
