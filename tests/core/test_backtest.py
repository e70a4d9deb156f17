"""Backtests in numbers, and what a sweep changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from bot.core.backtest import COOLDOWN, Backtest, Swept, replay, summary, with_value
from bot.core.detect import Evaluation
from bot.core.event import Event, HeldBack, Kind, handle
from bot.core.rules import EnteredTop, NewLeader, NotEvaluated, Spike
from bot.core.watchlist import Watchlist
from tests.builders import CLI_AGENTS, DAY, event
from tests.core.rules.days import ago

WATCHLIST = Watchlist("cli-agents", "CLI agents", CLI_AGENTS, (NewLeader(), EnteredTop(n=10)), cooldown_days=3)


def backtest(*events: Event, gaps: tuple[date, ...] = ()) -> Backtest:
    return Backtest("cli-agents", ago(6), DAY, events, gaps, ())


class TestReplay:
    """Days are judged in order, each with what was told before it."""

    def run(self, start: date, gap: date | None = None) -> tuple[Backtest, list[tuple[date, list[date]]]]:
        seen: list[tuple[date, list[date]]] = []

        def judge(day: date, told: Sequence[Event]) -> Evaluation | None:
            assert all(one.held_back is None for one in told)
            seen.append((day, [one.date for one in told]))
            if day == gap:
                return None
            held = event(date=day, item="b", held_back=HeldBack.COOLDOWN)
            missing = (NotEvaluated(Kind.SPIKE, "a window is missing"),) if day == ago(1) else ()
            return Evaluation("cli-agents", day, (event(date=day), held), missing)

        return replay(WATCHLIST, start, DAY, since=ago(5), judge=judge), seen

    def test_each_day_knows_what_the_cooldown_reaches_and_nothing_held_back(self) -> None:
        _, seen = self.run(ago(5))
        assert seen[0] == (ago(5), [])
        assert seen[-1] == (DAY, [ago(2), ago(1)])

    def test_days_before_the_first_are_silent(self) -> None:
        found, seen = self.run(ago(1))
        assert [day for day, _ in seen] == [ago(5 - place) for place in range(6)]
        assert [one.date for one in found.events] == [ago(1), ago(1), DAY, DAY]
        assert [one.date for one in found.told] == [ago(1), DAY]
        assert found.watchlist == "cli-agents"
        assert found.not_evaluated == ((ago(1), NotEvaluated(Kind.SPIKE, "a window is missing")),)
        assert self.run(DAY)[0].not_evaluated == ()

    def test_a_day_without_a_snapshot_is_a_gap(self) -> None:
        assert self.run(ago(5), gap=ago(2))[0].gaps == (ago(2),)
        assert self.run(ago(5), gap=ago(2))[0].days == 5
        assert self.run(ago(1), gap=ago(2))[0].gaps == ()
        assert self.run(ago(2), gap=ago(2))[0].gaps == (ago(2),)

    def test_the_days_after_a_gap_are_judged(self) -> None:
        found, seen = self.run(ago(5), gap=ago(2))
        assert [day for day, _ in seen] == [ago(5 - place) for place in range(6)]
        assert [one.date for one in found.told] == [ago(5), ago(4), ago(3), ago(1), DAY]

    def test_events_bear_the_handles_that_they_would_get(self) -> None:
        found, _ = self.run(DAY)
        assert [one.id for one in found.events] == [handle(one.key) for one in found.events]


class TestSummary:
    """What a backtest comes to."""

    def test_events_a_week_over_the_days_judged(self) -> None:
        assert summary(backtest(event(), event(item="b"))).per_week == 2
        assert summary(backtest(event(), gaps=(ago(1), ago(2)))).per_week == Fraction(7, 5)
        gaps = tuple(ago(back) for back in range(7))
        assert summary(backtest(gaps=gaps)).per_week == 0

    def test_the_busiest_day_is_the_first_of_several(self) -> None:
        events = [event(date=ago(3)), event(date=ago(1), item="b"), event(date=ago(1), item="c")]
        assert summary(backtest(*events)).busiest == (ago(1), 2)
        assert summary(backtest(*events[:2])).busiest == (ago(3), 1)
        assert summary(backtest(events[1], events[0])).busiest == (ago(3), 1)
        assert summary(backtest()).busiest is None

    def test_who_talks_most_by_times_then_name(self) -> None:
        events = [event(item=item, name=item.upper()) for item in "dcba"] + [event(item="d", name="D", date=ago(1))]
        assert summary(backtest(*events)).talkative == (("d", "D", 2), ("a", "A", 1), ("b", "B", 1))

    def test_items_of_one_name_come_by_their_ids(self) -> None:
        found = summary(backtest(*(event(item=item, name="Same") for item in "zyx")))
        assert [item for item, _, _ in found.talkative] == ["x", "y", "z"]

    def test_what_each_suppression_held_back(self) -> None:
        held = [event(held_back=reason) for reason in (HeldBack.COOLDOWN, HeldBack.COOLDOWN, HeldBack.EXCLUDED)]
        found = summary(backtest(*held))
        assert (found.told, dict(found.held_back)) == (0, {HeldBack.EXCLUDED: 1, HeldBack.COOLDOWN: 2})

    def test_as_json(self) -> None:
        found = summary(backtest(event(), event(date=ago(1), held_back=HeldBack.COOLDOWN), gaps=(ago(2),)))
        assert found.to_json() == {
            "told": 1,
            "per_week": 1.17,
            "busiest": {"date": "2026-11-10", "events": 1},
            "items": [{"id": "sable", "name": "Sable", "events": 1}],
            "held_back": {"excluded": 0, "cooldown": 1},
        }
        assert summary(backtest()).to_json()["busiest"] is None


class TestSweep:
    """One parameter is changed, and nothing else."""

    def test_a_parameter_of_a_rule(self) -> None:
        swept = Swept(Kind.ENTERED_TOP, "n")
        assert swept.name == "entered_top.n"
        assert swept.of(WATCHLIST) == [10]
        assert with_value(WATCHLIST, swept, 20) == replace(WATCHLIST, rules=(NewLeader(), EnteredTop(n=20)))

    def test_several_tops_become_one(self) -> None:
        several = replace(WATCHLIST, rules=(EnteredTop(n=10), EnteredTop(n=50)))
        assert with_value(several, Swept(Kind.ENTERED_TOP, "n"), 20).rules == (EnteredTop(n=20),)
        margins = with_value(several, Swept(Kind.ENTERED_TOP, "margin"), 1)
        assert margins.rules == (EnteredTop(n=10, margin=1), EnteredTop(n=50, margin=1))

    def test_a_rule_that_is_off_is_tried_on(self) -> None:
        swept = Swept(Kind.SPIKE, "ratio")
        assert swept.of(WATCHLIST) == []
        tried = with_value(WATCHLIST, swept, Fraction(3), otherwise=[Spike(within=20)])
        assert tried.rules == (*WATCHLIST.rules, Spike(ratio=Fraction(3), within=20))

    def test_the_cooldown(self) -> None:
        swept = Swept(None, COOLDOWN)
        assert (swept.name, swept.of(WATCHLIST)) == ("cooldown_days", [3])
        assert with_value(WATCHLIST, swept, 14) == replace(WATCHLIST, cooldown_days=14)


def test_the_days_of_a_backtest_are_both_included() -> None:
    assert backtest().days == 7
    assert Backtest("w", DAY, DAY + timedelta(days=1), (), (), ()).days == 2
