"""Evidence in words, rules rebuilt from events, and where a recomputation differs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from typing import ClassVar

import pytest

from bot.core.detect import day_of, evaluate
from bot.core.event import Event, HeldBack, Kind
from bot.core.explain import differences, evidence, findings, held_back_words, snapshots
from bot.core.history import MemoryHistory
from bot.core.ranking import Dataset
from bot.core.rules import (
    RULES,
    Change,
    Day,
    EnteredTop,
    Milestone,
    NewLeader,
    NotEvaluated,
    Rule,
    Spike,
    parameters,
    rule_of,
)
from bot.core.watchlist import Watchlist
from tests.builders import CLI_AGENTS, DAY, event, snapshot
from tests.core.rules.days import columns


@pytest.mark.parametrize("rule", [rule() for rule in RULES.values()])
def test_a_rule_is_rebuilt_from_its_event(rule: Rule) -> None:
    rebuilt = rule_of(event(kind=rule.kind, rule=parameters(rule)))
    assert rebuilt == rule


def test_fractions_and_lists_come_back_exactly() -> None:
    assert rule_of(event(kind=Kind.SPIKE, rule={"ratio": 2.1})) == Spike(ratio=Fraction(21, 10))
    assert rule_of(event(kind=Kind.SPIKE, rule={"ratio": [1, 2.5]})) == Spike(ratio=(1, Fraction(5, 2)))  # type: ignore[arg-type]


def test_a_rule_that_has_other_parameters_now_is_not() -> None:
    assert rule_of(event(rule={"rank": 3})) is None


class TestDifferences:
    """Numbers count, names and fates do not."""

    def told(self) -> Event:
        evidence = {"second": {"id": "1", "name": "One", "tokens": "5"}, "left_board": ["Two"], "days": [{"name": "x"}]}
        return event(evidence={**evidence, "ratio": "2.5", "first_seen": True})

    def test_what_became_of_it_is_no_difference(self) -> None:
        other = replace(self.told(), id="abcde", late=True, revised={"rank": 3}, name="Other")
        assert differences(self.told(), other) == ()

    def test_nor_is_what_items_are_called(self) -> None:
        renamed = {**self.told().evidence, "second": {"id": "1", "name": "Uno", "tokens": "5"}, "left_board": ["Dos"]}
        assert differences(self.told(), replace(self.told(), evidence=renamed)) == ()

    def test_numbers_are(self) -> None:
        other = replace(self.told(), rank=11, evidence={**self.told().evidence, "ratio": "2.6"})
        found = [(one.what, one.stored, one.recomputed) for one in differences(self.told(), other)]
        assert found == [("rank", "10", "11"), ("ratio", '"2.5"', '"2.6"')]

    def test_so_are_days(self) -> None:
        one, other = (replace(self.told(), evidence={"days": [day]}) for day in ("2026-11-03", "2026-11-04"))
        assert [found.what for found in differences(one, other)] == ["days"]

    def test_how_many_left_is(self) -> None:
        other = replace(self.told(), evidence={**self.told().evidence, "left_board": ["Two", "Three"]})
        assert [one.what for one in differences(self.told(), other)] == ["left board"]

    def test_a_depth_is_where_it_was_kept(self) -> None:
        """Events that were stored before evidence kept depths say nothing against those that are found now."""
        old, found = self.told(), replace(self.told(), evidence={**self.told().evidence, "previous_depth": 100})
        assert differences(old, found) == ()
        whole = replace(old, evidence={**old.evidence, "previous_depth": None})
        assert [one.what for one in differences(whole, found)] == ["previous depth"]
        assert [one.what for one in differences(found, old)] == ["previous depth"]

    def test_an_event_that_does_not_come_about(self) -> None:
        assert differences(self.told(), None)[0].recomputed == "does not come about"


def test_evidence_is_told_with_readable_labels() -> None:
    told = event(
        evidence={
            "first_seen": False,
            "last_in": None,
            "led_days": 1234,
            "excess": "12345",
            "ratio": "2.50",
            "left_board": ["One", "Two"],
            "depth": 100,
            "nobody": [],
            "second": {"id": "812", "name": "Harrier", "tokens": "5970"},
            "baseline": [{"end_date": "2026-11-03", "held": True}, {"end_date": "2026-10-27", "held": False}],
            "snapshots": [{"board": "b"}],
        }
    )
    assert evidence(told) == [
        ("first seen", "no"),
        ("last in", "none"),
        ("led days", "1,234"),
        ("excess", "12,345"),
        ("ratio", "2.50"),
        ("gone from above", "One and Two"),
        ("ranks seen", "100"),
        ("nobody", "none"),
        ("second", "Harrier (id 812), tokens 5,970"),
        ("baseline", "end date 2026-11-03, held yes"),
        ("", "end date 2026-10-27, held no"),
    ]


def test_names_are_shown_to_the_letter_and_a_whole_board_as_such() -> None:
    told = event(evidence={"old_name": "2048", "new_name": "10000", "base_rank": 3, "depth": None, "points": "-2.5"})
    assert evidence(told) == [
        ("name before", '"2048"'),
        ("name now", '"10000"'),
        ("rank then", "3"),
        ("ranks seen", "all that there are"),
        ("points moved", "-2.5"),
    ]


def test_each_of_several_events_of_a_rule_is_explained_by_its_own_conditions() -> None:
    rule = Milestone(tokens=(100, 200))
    watchlist = Watchlist("w", "W", CLI_AGENTS, (rule,))
    figures = ((DAY, 250), (DAY - timedelta(days=1), 50))
    history = MemoryHistory([snapshot(CLI_AGENTS, when, [("a", "A", tokens)]) for when, tokens in figures])
    verdict = evaluate(watchlist, DAY, history=history, since=DAY, told=(), names={})
    day = day_of(watchlist, DAY, stored=history, called={}, since=DAY, names={})
    found = findings(watchlist, day, verdict, "a", told=(), names=())
    shown = {one.title: one.conditions[0].wanted for one in found}
    assert shown == {"milestone 200": "200 at least", "milestone 100": "100 at least"}


def test_the_rows_of_several_events_are_named_once() -> None:
    row = {"board": "b", "end_date": "2026-11-03", "revision": 1, "as_of": "x"}
    newer = {**row, "revision": 2}
    told = [event(evidence={"snapshots": [row]}), event(evidence={"snapshots": [row, newer]}), event(evidence={})]
    assert snapshots(told) == [row, newer]


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A rule that can't say how far from firing an item was."""

    kind: ClassVar[Kind] = Kind.TRENDING
    datasets: ClassVar[frozenset[Dataset]] = frozenset(Dataset)
    formula: ClassVar[str] = "somebody says so"
    reach: ClassVar[int] = 1

    def needs(self, board: object, day: object) -> Iterable[object]:
        return ()

    def find(self, day: Day) -> Iterable[Change | NotEvaluated]:
        return ()


def test_a_rule_without_conditions_is_explained_by_its_formula() -> None:
    watchlist = Watchlist("w", "W", CLI_AGENTS, (Unmeasured(),))  # type: ignore[arg-type]
    history = MemoryHistory(columns("abc", "abc"))
    verdict = evaluate(watchlist, DAY, history=history, since=DAY, told=(), names={})
    day = day_of(watchlist, DAY, stored=history, called={}, since=DAY, names={})
    (found,) = findings(watchlist, day, verdict, "a", told=(), names=())
    assert (found.title, found.event, found.conditions) == ("trending", None, ())
    assert found.reason == "does not hold. Its formula: somebody says so"


def test_a_cooldown_whose_event_is_not_known_is_still_one() -> None:
    watchlist = Watchlist("cli-agents", "CLI agents", CLI_AGENTS, (NewLeader(), EnteredTop(n=10)), cooldown_days=1)
    words = held_back_words(watchlist, event(held_back=HeldBack.COOLDOWN), told=(), names=())
    assert words == "held back by the cooldown of 1 day"
