"""``--sweep`` is read as a configuration would be: the same limits, the same words."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from bot.config.sweep import read_sweep
from bot.core.backtest import Swept
from bot.core.event import Kind
from bot.core.rules import EnteredTop, LeftTop, Share
from bot.core.watchlist import Watchlist
from bot.errors import UsageError
from tests.builders import ALL_APPS, CLI_AGENTS, MODELS

AGENTS = Watchlist("cli-agents", "CLI agents", CLI_AGENTS, (EnteredTop(n=10),))


@pytest.mark.parametrize(
    ("text", "kind", "parameter", "values"),
    [
        ("entered_top.n=10,20,50", Kind.ENTERED_TOP, "n", (10, 20, 50)),
        ("spike.ratio = 1.5, 2,2", Kind.SPIKE, "ratio", (Fraction(3, 2), Fraction(2))),
        ("spike.min_growth=5B,1000", Kind.SPIKE, "min_growth", (5 * 10**9, 1000)),
        ('spike.min_growth="1.5T"', Kind.SPIKE, "min_growth", (1500 * 10**9,)),
        ("climbed.over_days=1,7", Kind.CLIMBED, "over_days", (1, 7)),
        ("milestone.tokens=500B,1.5T", Kind.MILESTONE, "tokens", ((500 * 10**9,), (1500 * 10**9,))),
        ("renamed.confirm_days=1,2", Kind.RENAMED, "confirm_days", (1, 2)),
        ("cooldown_days=3,7,14", None, "cooldown_days", (3, 7, 14)),
    ],
)
def test_values_are_those_of_a_configuration(text: str, kind: Kind | None, parameter: str, values: Any) -> None:
    sweep = read_sweep(text, AGENTS)
    assert (sweep.swept, sweep.values) == (Swept(kind, parameter), values)


def test_a_rule_that_is_off_has_the_defaults_of_its_board() -> None:
    assert read_sweep("left_top.margin=3", AGENTS).otherwise == (LeftTop(n=10, margin=3),)
    both = (LeftTop(n=10, margin=3), LeftTop(n=50, margin=3))
    assert read_sweep("left_top.margin=3", Watchlist("apps", "Apps", ALL_APPS, ())).otherwise == both


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("entered_top.n", "wants a parameter and the values", "entered_top.n=10,20,50"),
        ("entered_top.n=,", "wants a parameter and the values", "entered_top.n=10,20,50"),
        ("entred_top.n=10", "unknown rule `entred_top`", "did you mean `entered_top`?"),
        ("cooldown_dais=1", "unknown rule `cooldown_dais`", "did you mean `cooldown_days`?"),
        ("x.y=1", "unknown rule `x`", "rules: new_leader, entered_top"),
        ("entered_top=10", "`entered_top` is a rule, not a parameter", "it has n, margin"),
        ("entered_top.nn=10", "has no parameter `nn`", "it has n, margin"),
        ("entered_top.marginn=10", "has no parameter `marginn`", "did you mean `margin`?"),
        ("entered_top.n=201", "`n` goes from 1 to 200 for apps", "Such as"),
        ("entered_top.n=ten", "`n` wants a whole number", "Such as"),
        ("spike.min_growth=5X", "wants a whole number of tokens", "K, M, B, T"),
        ("milestone.tokens=many", "wants a whole number of tokens", "K, M, B, T"),
        ("climbed.bands=[[10,3]],[[20,5]]", "`bands` is a list of pairs, which a sweep can't try", "configuration"),
        ("overtook.pairs=a,b", "`pairs` is a list of pairs, which a sweep can't try", "rankbot backtest"),
        ("moved.x=1", "`moved` has no parameter `x`", "it has none"),
        ("cooldown_days=367", "`cooldown_days` goes from 0 to 366", "Such as"),
        ("cooldown_days=a week", "`cooldown_days` wants a whole number", "Such as"),
    ],
)
def test_what_does_not_fit_is_said(text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_sweep(text, AGENTS)
    assert message in raised.value.message
    assert hint in raised.value.hint


def test_points_of_share_are_tried_on_models() -> None:
    sweep = read_sweep("share.points=1,2.5", Watchlist("models", "Models", MODELS, ()))
    assert (sweep.values, sweep.otherwise) == ((Fraction(1), Fraction(5, 2)), (Share(points=Fraction(1)),))


def test_a_rule_that_the_dataset_can_not_have() -> None:
    with pytest.raises(UsageError) as raised:
        read_sweep("trending.n=5", Watchlist("models", "Models", MODELS, ()))
    assert "exists for apps only" in raised.value.message
