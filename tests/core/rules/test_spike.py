"""Spikes: exact growth over the mean of three windows, on the rising edge, never claimed with a missing baseline."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from bot.core.history import MemoryHistory
from bot.core.ranking import MODEL_DAY, Board, Dataset, Snapshot, sum_days
from bot.core.rules import Climbed, Spike, parameters
from tests.builders import CLI_AGENTS, DAY, MODELS, snapshot
from tests.core.rules.days import ago, found, the_day, unevaluated

RULE = Spike(ratio=Fraction(2), min_growth=100, within=3)
FLOOR = 10


def board(day: date, tokens: Mapping[str, int], **changes: object) -> Snapshot:
    """A full board with those tokens, highest first, that ends at FLOOR."""
    ranked = sorted({**tokens, "floor": FLOOR}.items(), key=lambda pair: -pair[1])
    rows = [(item, item.title(), count) for item, count in ranked]
    return snapshot(CLI_AGENTS, day, rows, **{"depth": len(rows), **changes})


def weeks(now: int, one: int | None, two: int | None, three: int | None) -> list[Snapshot]:
    """X with those tokens now and in the three windows before (None: absent)."""
    values = zip((0, 7, 14, 21), (now, one, two, three), strict=True)
    return [board(ago(back), {} if tokens is None else {"x": tokens}) for back, tokens in values]


@pytest.mark.parametrize(
    ("now", "baseline", "expected"),
    [
        (200, (100, 100, 100), True),
        (199, (100, 100, 100), False),
        (300, (150, 150, 150), True),
        (299, (150, 150, 150), False),
        (202, (100, 100, 103), True),
        (201, (100, 100, 103), False),
    ],
)
def test_ratio_and_growth_are_compared_exactly(now: int, baseline: tuple[int, int, int], expected: bool) -> None:
    assert ("x" in found(RULE, the_day(weeks(now, *baseline)))) is expected


def test_growth_must_reach_the_minimum() -> None:
    assert "x" in found(Spike(min_growth=150, within=3), the_day(weeks(200, 50, 50, 50)))
    assert "x" not in found(Spike(min_growth=151, within=3), the_day(weeks(200, 50, 50, 50)))


def test_the_rank_must_be_within() -> None:
    now = board(DAY, {"a": 900, "b": 800, "x": 700})
    before = [board(ago(back), {"a": 900, "b": 800, "x": 100}) for back in (7, 14, 21)]
    assert "x" in found(Spike(min_growth=100, within=3), the_day([now, *before]))
    assert "x" not in found(Spike(min_growth=100, within=2), the_day([now, *before]))


def test_the_evidence_holds_every_number() -> None:
    evidence = found(RULE, the_day(weeks(400, 100, 110, 120)))["x"]
    assert evidence["baseline"] == [
        {"end_date": "2026-11-03", "tokens": "100", "bounded": False, "held": True},
        {"end_date": "2026-10-27", "tokens": "110", "bounded": False, "held": True},
        {"end_date": "2026-10-20", "tokens": "120", "bounded": False, "held": True},
    ]
    assert (evidence["mean"], evidence["ratio"], evidence["excess"]) == ("110", "3.63", "290")
    assert evidence["at_least"] is False


class TestBounds:
    """Where the item is absent, the last entry's tokens stand in as an upper bound."""

    def test_an_absence_is_bounded_by_the_floor(self) -> None:
        evidence = found(RULE, the_day(weeks(400, 100, 100, None)))["x"]
        assert evidence["at_least"] is True
        assert evidence["mean"] == "70"

    def test_an_item_in_none_of_the_windows_is_an_entry_and_no_spike(self) -> None:
        assert not found(RULE, the_day(weeks(400, None, None, None)))

    def test_an_app_that_was_hidden_last_week_has_not_tripled(self) -> None:
        """The mean with bounds is low, but two weeks ago it already had as much."""
        assert not found(RULE, the_day(weeks(400, None, None, 390)))
        assert not found(RULE, the_day(weeks(399, None, None, 200)))
        assert "x" in found(RULE, the_day(weeks(400, None, None, 200)))

    def test_an_empty_window_bounds_with_zero_and_holds_nothing(self) -> None:
        empty = [snapshot(CLI_AGENTS, ago(back), []) for back in (14, 21)]
        evidence = found(RULE, the_day([*weeks(400, 100, None, None)[:2], *empty]))["x"]
        assert evidence["mean"] == "33"

    def test_a_baseline_of_zero_has_no_ratio_and_no_limit(self) -> None:
        rows = [snapshot(CLI_AGENTS, ago(back), [("x", "X", 0)], depth=1) for back in (7, 14, 21)]
        evidence = found(RULE, the_day([board(DAY, {"x": 100}), *rows]))["x"]
        assert (evidence["ratio"], evidence["mean"]) == (None, "0")


class TestRisingEdge:
    """It fires where it holds now and did not on the last day on which it could be evaluated."""

    def two_days(self, now: int, yesterday: int) -> list[Snapshot]:
        earlier = [board(ago(back), {"x": 100}) for back in (7, 8, 14, 15, 21, 22)]
        return [board(DAY, {"x": now}), board(ago(1), {"x": yesterday}), *earlier]

    def test_it_is_told_on_its_first_day_only(self) -> None:
        assert "x" in found(RULE, the_day(self.two_days(300, 150)))
        assert "x" not in found(RULE, the_day(self.two_days(300, 250)))

    def test_an_item_that_was_absent_yesterday_did_not_hold(self) -> None:
        snapshots = self.two_days(300, 250)
        snapshots[1] = board(ago(1), {"other": 100})
        assert "x" in found(RULE, the_day(snapshots))

    def test_days_that_could_not_be_evaluated_are_looked_past(self) -> None:
        """Yesterday has no baselines; two days ago has, and it held then."""
        earlier = [board(ago(back), {"x": 100}) for back in (7, 9, 14, 16, 21, 23)]
        held = [board(DAY, {"x": 300}), board(ago(1), {"x": 100}), board(ago(2), {"x": 300}), *earlier]
        assert "x" not in found(RULE, the_day(held))

    def test_further_back_than_a_step_nobody_looks(self) -> None:
        earlier = [board(ago(back), {"x": 100}) for back in (7, 14, 21, 15, 22, 29)]
        assert "x" in found(RULE, the_day([board(DAY, {"x": 300}), board(ago(8), {"x": 300}), *earlier]))


class TestNotEvaluated:
    """A missing or clamped baseline is said, and nothing is claimed."""

    @pytest.mark.parametrize("gone", [1, 2, 3])
    def test_a_missing_baseline_is_named(self, gone: int) -> None:
        snapshots = weeks(400, 100, 100, 100)
        missing = snapshots.pop(gone)
        day = the_day(snapshots)
        assert not found(RULE, day)
        assert unevaluated(RULE, day) == [f"spikes need the window to {missing.end_date}, which is missing"]

    def test_a_clamped_baseline_does_not_count(self) -> None:
        snapshots = weeks(400, 100, 100, 100)
        snapshots[3] = board(ago(21), {"x": 100}, start_date=ago(22))
        reason = unevaluated(RULE, the_day(snapshots))
        assert reason == ["spikes need 3 full windows before, and the data begins on 2025-01-01"]

    def test_a_baseline_before_the_first_day_cannot_be(self) -> None:
        day = date(2025, 1, 12)
        rule_day = the_day(weeks(400, 100, 100, 100))
        early = replace(rule_day, date=day)
        assert unevaluated(RULE, early) == ["spikes need the window to 2025-01-05, which is missing"]
        short = replace(rule_day, board=Board(Dataset.APPS, 30, "coding", "cli-agent"), date=date(2025, 1, 20))
        assert "the data begins on 2025-01-01" in unevaluated(RULE, short)[0]

    def test_a_window_that_ends_on_the_first_day_can_be_missing(self) -> None:
        one_day = Board(Dataset.APPS, 1)
        stored = [snapshot(one_day, date(2025, 1, end), [("x", "X", 5)]) for end in (22, 15, 8)]
        day = replace(the_day(weeks(400, 100, 100, 100)), board=one_day, date=date(2025, 1, 22))
        early = replace(day, current=stored[0], history=MemoryHistory(stored))
        assert unevaluated(RULE, early) == ["spikes need the window to 2025-01-01, which is missing"]


def test_its_parameters_are_plain_json() -> None:
    """Whole fractions are whole numbers: an event's rule reads as its configuration does."""
    assert json.dumps(parameters(Spike(ratio=Fraction(2)))) == '{"ratio": 2, "min_growth": 1000000000, "within": 50}'
    assert json.dumps(parameters(Spike(ratio=Fraction(5, 2)))).startswith('{"ratio": 2.5, ')
    assert json.dumps(parameters(Climbed(over_days=3, bands=((10, 3),)))) == '{"over_days": 3, "bands": [[10, 3]]}'


def test_volumes_near_the_largest_integer_stay_exact() -> None:
    huge = 2**63 - 2
    assert "x" in found(RULE, the_day(weeks(huge, huge // 2, huge // 2, huge // 2)))
    assert "x" not in found(RULE, the_day(weeks(huge - 1, huge // 2, huge // 2, huge // 2)))


def test_short_windows_are_compared_with_the_same_weekday() -> None:
    day_board = Board(Dataset.APPS, 1)
    assert {need.end_date for need in Spike().needs(day_board, DAY)} >= {ago(7), ago(14), ago(21)}
    month = Board(Dataset.APPS, 30)
    assert {need.end_date for need in Spike().needs(month, DAY)} >= {ago(30), ago(60), ago(90)}


class TestModels:
    """A model window's baseline is bounded day by day by that day's last model."""

    def days(self, end: date, listed: int, tokens: int) -> list[Snapshot]:
        """Seven days to ``end``; X is listed on the first ``listed`` of them."""
        made = []
        for back in range(7):
            day = end.fromordinal(end.toordinal() - 6 + back)
            rows = [("big", "big", 1000), *([("x", "x", tokens)] if back < listed else []), ("last", "last", 5)]
            made.append(snapshot(MODEL_DAY, day, rows))
        return made

    def test_an_unlisted_day_counts_as_the_days_last_model(self) -> None:
        now = sum_days(MODELS, self.days(DAY, 7, 400))
        windows = [sum_days(MODELS, self.days(ago(back), 3, 100)) for back in (7, 14, 21)]
        evidence = found(RULE, the_day([now, *windows], board=MODELS))["x"]
        assert evidence["mean"] == str(3 * 100 + 4 * 5)
        assert evidence["at_least"] is True

    def test_a_window_without_the_model_does_not_hold_it(self) -> None:
        now = sum_days(MODELS, self.days(DAY, 7, 400))
        windows = [sum_days(MODELS, self.days(ago(back), 0, 100)) for back in (7, 14, 21)]
        assert not found(RULE, the_day([now, *windows], board=MODELS))
