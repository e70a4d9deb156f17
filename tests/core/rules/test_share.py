"""Shares of models: exact percentage points over some days, either way, on the rising edge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.ranking import MODEL_DEPTH, Dataset, Snapshot
from bot.core.rules import Change, Day, Share
from tests.builders import DAY, MODELS, snapshot
from tests.core.rules.days import ago, found, the_day, unevaluated, variants

RULE = Share(points=Fraction(2))


def board(day: date, tokens: Mapping[str, int], other: int = 0) -> Snapshot:
    ranked = sorted(tokens.items(), key=lambda pair: (-pair[1], pair[0]))
    return snapshot(MODELS, day, [(item, item, count) for item, count in ranked], other_tokens=other)


def shares(now: int, then: int, eve: int | None = None, eve_then: int | None = None) -> Day:
    """X has so many of 10,000 tokens now, a week ago, on the day before, and a week before that."""
    parts = {
        DAY: now,
        ago(7): then,
        ago(1): then if eve is None else eve,
        ago(8): then if eve_then is None else eve_then,
    }
    return the_day([board(day, {"x": part}, 10_000 - part) for day, part in parts.items()], board=MODELS)


@pytest.mark.parametrize(
    ("now", "then", "way"),
    [
        (1200, 1000, "up"),
        (1199, 1000, None),
        (1000, 1200, "down"),
        (1000, 1199, None),
        (1000, 1000, None),
        (10_000, 0, "up"),
    ],
)
def test_the_points_are_compared_exactly_either_way(now: int, then: int, way: str | None) -> None:
    changes = found(RULE, shares(now, then))
    assert changes.get("x", {}).get("direction") == way
    assert variants(RULE, shares(now, then)) == ({"x": way} if way else {})


def test_decimals_are_exact() -> None:
    rule = Share(points=Fraction("0.1"))
    assert found(rule, shares(1010, 1000))
    assert not found(Share(points=Fraction("0.11")), shares(1010, 1000))


def test_the_total_counts_what_is_outside_the_top_50() -> None:
    """X keeps its tokens, but all others have doubled: half of 200 is a third of 300."""
    days = [board(DAY, {"x": 100}, 200), board(ago(7), {"x": 100}, 100)]
    assert found(RULE, the_day(days, board=MODELS))["x"]["points"] == "-16.6666"


def test_totals_beyond_what_a_column_holds_stay_exact() -> None:
    huge = 2**63 - 1
    now = [board(DAY, {"x": huge, "y": huge}, huge), board(ago(7), {"x": huge - 1, "y": huge}, huge)]
    assert not found(RULE, the_day(now, board=MODELS))
    evidence = found(RULE, the_day([now[0], board(ago(7), {"x": 1, "y": huge}, huge)], board=MODELS))["x"]
    assert evidence["total_tokens"] == str(3 * huge)
    assert evidence["base_total_tokens"] == str(2 * huge + 1)


@pytest.mark.parametrize(("now", "then"), [({"x": 5}, {"y": 5}), ({"y": 5}, {"x": 5}), ({}, {"x": 5}), ({"x": 5}, {})])
def test_an_item_that_is_absent_on_either_day_has_no_change(now: dict[str, int], then: dict[str, int]) -> None:
    assert not found(RULE, the_day([board(DAY, now), board(ago(7), then)], board=MODELS))


def test_a_board_without_tokens_has_no_shares() -> None:
    assert not found(RULE, the_day([board(DAY, {"x": 0}), board(ago(7), {"x": 0})], board=MODELS))


class TestRisingEdge:
    """What held on the day before, the same way, is no news."""

    def test_what_held_yesterday_is_not_told_again(self) -> None:
        assert not found(RULE, shares(1300, 1000, eve=1250, eve_then=1000))
        assert not found(RULE, shares(700, 1000, eve=750, eve_then=1000))

    def test_what_did_not_hold_yesterday_is(self) -> None:
        assert found(RULE, shares(1300, 1000, eve=1199, eve_then=1000))

    def test_the_other_way_is_another_change(self) -> None:
        assert found(RULE, shares(800, 1000, eve=1200, eve_then=1000))["x"]["direction"] == "down"

    @pytest.mark.parametrize("gone", [ago(1), ago(8)])
    def test_where_yesterday_cannot_be_compared_it_counts_as_not_held(self, gone: date) -> None:
        parts = {DAY: 1300, ago(7): 1000, ago(1): 1300, ago(8): 1000}
        days = [board(day, {"x": part}, 10_000 - part) for day, part in parts.items() if day != gone]
        assert found(RULE, the_day(days, board=MODELS))


@pytest.mark.parametrize(("now", "then"), [(0, 5), (5, 0)])
def test_a_board_without_tokens_on_either_day_has_no_change(now: int, then: int) -> None:
    assert not found(RULE, the_day([board(DAY, {"x": now}), board(ago(7), {"x": then})], board=MODELS))


def test_less_than_a_point_can_be_asked_for() -> None:
    """Half a point: seven tenths up are news, eight more on the next day are not, and down they are again."""
    rule = Share(points=Fraction(1, 2))
    assert found(rule, shares(1070, 1000))["x"]["direction"] == "up"
    assert not found(rule, shares(1080, 1000, eve=1070, eve_then=1000))
    assert found(rule, shares(930, 1000, eve=1070, eve_then=1000))["x"]["direction"] == "down"
    (change,) = rule.find(shares(1070, 1000))
    assert isinstance(change, Change)
    assert change.name == "x"


def test_a_missing_base_is_said() -> None:
    day = the_day([board(DAY, {"x": 5})], board=MODELS)
    assert unevaluated(RULE, day) == ["it compares with the window to 2026-11-03, which is missing"]
    to_the_first = replace(day, date=date(2025, 1, 8))
    assert unevaluated(RULE, to_the_first) == ["it compares with the window to 2025-01-01, which is missing"]
    before_it = replace(day, date=date(2025, 1, 7))
    assert unevaluated(RULE, before_it)[0].endswith("2024-12-31, and the data begins on 2025-01-01")


def test_the_evidence_holds_every_number() -> None:
    assert found(RULE, shares(1333, 1000))["x"] == {
        "direction": "up",
        "points": "3.3300",
        "share": "13.3300",
        "total_tokens": "10000",
        "base_date": "2026-11-03",
        "base_share": "10.0000",
        "base_total_tokens": "10000",
        "base_rank": 1,
        "base_tokens": "1000",
    }


def test_it_is_about_models_and_needs_both_days_bases() -> None:
    assert Share.datasets == {Dataset.MODELS}
    assert Share().reach == MODEL_DEPTH
    needed = [(need.board, need.end_date) for need in Share(over_days=30).needs(MODELS, DAY)]
    assert needed == [(MODELS, ago(30)), (MODELS, ago(31))]


figures = st.dictionaries(st.sampled_from("abc"), st.integers(0, 40), max_size=3)
totals = st.tuples(figures, st.integers(0, 60))


def moved(item: str, now: tuple[dict[str, int], int], then: tuple[dict[str, int], int]) -> int:
    """1 if the share went up by two points or more, −1 if it went down by as much, else 0."""
    parts = []
    for tokens, other in (now, then):
        whole = sum(tokens.values()) + other
        if item not in tokens or not whole:
            return 0
        parts.append(Fraction(tokens[item] * 100, whole))
    return (parts[0] - parts[1] >= 2) - (parts[1] - parts[0] >= 2)


@given(totals, totals, st.none() | totals, st.none() | totals)
def test_it_is_what_the_specification_says(
    now: tuple[dict[str, int], int],
    then: tuple[dict[str, int], int],
    eve: tuple[dict[str, int], int] | None,
    eve_then: tuple[dict[str, int], int] | None,
) -> None:
    """Moved by at least x points over the days, which did not hold on the day before."""
    stored = {DAY: now, ago(7): then, ago(1): eve, ago(8): eve_then}
    day = the_day([board(when, *part) for when, part in stored.items() if part], board=MODELS)
    expected = set()
    for item in now[0]:
        held = moved(item, eve, eve_then) if eve and eve_then else 0
        if moved(item, now, then) not in (0, held):
            expected.add(item)
    assert set(found(RULE, day)) == expected
