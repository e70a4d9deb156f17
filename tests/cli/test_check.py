"""What `check` says of each rule."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bot.cli import check
from bot.cli.check import told
from bot.core.rules import (
    RULES,
    Climbed,
    Dropped,
    EnteredTop,
    LeftTop,
    Milestone,
    Moved,
    NewLeader,
    Overtook,
    Renamed,
    Rule,
    Share,
    Spike,
    Trending,
)
from tests.builders import T
from tests.cli.bench import Bench


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (NewLeader(), "a new #1"),
        (EnteredTop(n=10), "entries into the top 10"),
        (LeftTop(n=20), "exits from the top 20"),
        (Climbed(), "climbs within 7 days"),
        (Dropped(over_days=1), "drops within 1 day"),
        (Spike(ratio=Fraction(5, 2)), "spikes (2.5x and 1B)"),
        (Trending(n=5), "news in the trending top 5"),
        (Moved(), "every move of yours and followed"),
        (Overtook(), "overtakes among yours and followed"),
        (Overtook(pairs=(("Sable", "Tern"),)), "overtakes among yours and followed, Sable passing Tern"),
        (Milestone(tokens=(T, 5 * T)), "1T and 5T tokens reached"),
        (Share(points=Fraction(1, 2)), "shares that move by 0.5 points within 7 days"),
        (Renamed(), "new names"),
    ],
)
def test_each_rule_is_read_back_in_words(rule: Rule, words: str) -> None:
    assert told([rule]) == [words]


def test_several_tops_of_a_kind_are_read_back_together() -> None:
    rules: list[Rule] = [EnteredTop(n=50), EnteredTop(n=10), LeftTop(n=10), LeftTop(n=20), LeftTop(n=50)]
    assert told(rules) == ["entries into the top 10 and 50", "exits from the top 10, 20 and 50"]


def test_all_rules_have_words(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {*check._WORDS, *check._TOPS} == set(RULES.values())
    monkeypatch.setattr(check, "_WORDS", {})
    assert told([Renamed(confirm_days=3)]) == ["renamed (confirm_days 3)"]


def test_where_no_chart_can_be_drawn_it_says_what_to_install(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    note = "none in mail and HTML; they need: pip install 'openrouter-rankbot[charts]'"
    assert note not in bench("check").flat
    monkeypatch.setattr("bot.cli.check.is_installed", lambda: False)
    said = bench("check")
    assert (said.code, note in said.flat) == (0, True)
