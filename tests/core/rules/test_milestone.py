"""Milestones: the window's tokens cross a threshold upwards."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.ranking import APP_PAGE, Snapshot
from bot.core.rules import Change, Milestone
from tests.builders import CLI_AGENTS, DAY, T, snapshot
from tests.core.rules.days import ago, the_day

MOST = 2**63 - 1


def board(days_ago: int, **tokens: int) -> Snapshot:
    ranked = sorted(tokens.items(), key=lambda pair: -pair[1])
    return snapshot(CLI_AGENTS, ago(days_ago), [(item, item.title(), count) for item, count in ranked])


def crossed(rule: Milestone, *boards: Snapshot) -> list[tuple[str, str]]:
    """(item, threshold) in the rule's order."""
    return [(change.item, change.variant) for change in rule.find(the_day(boards)) if isinstance(change, Change)]


@pytest.mark.parametrize(
    ("before", "now", "fires"),
    [
        (T - 1, T, True),
        (T - 1, T + 1, True),
        (T, T, False),
        (T, T + 1, False),
        (T - 2, T - 1, False),
        (T, T - 1, False),
        (0, MOST, True),
    ],
)
def test_from_below_to_it_or_beyond(before: int, now: int, fires: bool) -> None:
    assert bool(crossed(Milestone(tokens=(T,)), board(0, x=now), board(1, x=before))) is fires


def test_the_largest_counts_are_exact() -> None:
    rule = Milestone(tokens=(MOST,))
    assert crossed(rule, board(0, x=MOST), board(1, x=MOST - 1))
    assert not crossed(rule, board(0, x=MOST - 1), board(1, x=MOST - 2))


def test_an_item_that_is_absent_on_either_day_crosses_nothing() -> None:
    rule = Milestone(tokens=(T,))
    assert not crossed(rule, board(0, x=T), board(1, y=1))
    assert not crossed(rule, board(0, y=1), board(1, x=T - 1))
    assert not crossed(rule, board(0, x=T))


def test_of_several_thresholds_each_is_told_the_highest_first() -> None:
    rule = Milestone(tokens=(10, 30, 20, 40))
    assert crossed(rule, board(0, x=30, y=29), board(1, x=10, y=30)) == [("x", "30"), ("x", "20")]


def test_after_a_gap_the_last_day_before_it_is_compared() -> None:
    assert crossed(Milestone(tokens=(T,)), board(0, x=T), board(3, x=T - 1))


def test_a_clamped_window_grows_towards_it_too() -> None:
    early = replace(board(1, x=T - 1), start_date=ago(3))
    assert early.clamped
    assert crossed(Milestone(tokens=(T,)), board(0, x=T), early)


def test_the_evidence_holds_the_threshold() -> None:
    (change,) = Milestone(tokens=(T,)).find(the_day([board(0, x=T), board(1, x=T - 1)]))
    assert isinstance(change, Change)
    assert (change.name, change.evidence) == ("X", {"threshold": "1000000000000"})


def test_it_needs_nothing_beside_the_two_days() -> None:
    assert not list(Milestone().needs(CLI_AGENTS, DAY))
    assert Milestone().reach == APP_PAGE
    assert not crossed(Milestone(), board(0, x=9), board(1, x=1))


figures = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 12), max_size=4)


@given(figures, figures, st.sets(st.integers(1, 12)))
def test_it_is_what_the_specification_says(now: dict[str, int], before: dict[str, int], tokens: set[int]) -> None:
    """Tokens' < t ≤ tokens; not where the item is absent on either day."""
    expected = {(item, str(t)) for item in now if item in before for t in tokens if before[item] < t <= now[item]}
    assert set(crossed(Milestone(tokens=tuple(tokens)), board(0, **now), board(1, **before))) == expected
