"""Restatements: closed days are asked for again, judged again, and what changes is told once, to those who know it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from bot.app.records import DayStatus
from bot.app.subscription import Subscription
from bot.core.delivery import Failed
from bot.core.event import EventStatus, Kind
from bot.core.ranking import Board
from bot.core.rules import EnteredTop, Spike
from bot.core.watchlist import Watchlist
from bot.errors import FeedTransientError
from tests.app.doubles import MORNING, FakeChannel, Figures
from tests.app.world import AGENTS, NINE, RULES, World
from tests.builders import CLI_AGENTS, DAY
from tests.core.rules.days import ago

ITEMS = [f"item{place:02}" for place in range(20)]
NEXT = DAY + timedelta(days=1)
"""The day that is complete when DAY is checked again, is called NEXT; its morning is a day later."""


def ordered(*first: str) -> Sequence[tuple[str, int]]:
    """Twenty items, these first."""
    items = [*first, *(item for item in ITEMS if item not in first)]
    return [(item, 1000 - place) for place, item in enumerate(items)]


def restating(world: World, day: date, early: Sequence[str], late: Sequence[str], *, at: datetime) -> Figures:
    """Steady figures, but of ``day``: as it looked before ``at``, and as it looks from then on."""

    def figures(_board: Board, end: date) -> Sequence[tuple[str, int]]:
        if end != day:
            return ordered()
        return ordered(*(late if world.clock() >= at else early))

    return figures


def morning_after(day: date) -> datetime:
    """When the day has become final, at a quarter past two."""
    return datetime.combine(day + timedelta(days=1), time(2, 15), MORNING.tzinfo)


def restated(early: Sequence[str], late: Sequence[str], **options: object) -> World:
    """A world that has told DAY as it looked first; the feed has restated it when its morrow is polled."""
    world = World(**options)  # type: ignore[arg-type]
    world.on(DAY, 2, 15).cycle().run()  # the day before, so that the watchlist is not new
    world.feed.figures = restating(world, DAY, early, late, at=morning_after(NEXT))
    world.on(NEXT).cycle().run()
    return world


def asked_on(world: World, day: date) -> list[date]:
    """The end dates that a cycle on the morning after ``day`` asks for."""
    before = len(world.feed.asked)
    world.on(day + timedelta(days=1)).cycle().run()
    return [end for _, end in world.feed.asked[before:]]


class TestChecks:
    """Each closed day is asked for once more on the days after."""

    def test_yesterdays_window_is_asked_for_once_more(self) -> None:
        world = World()
        world.cycle().run()
        assert asked_on(world, NEXT) == [NEXT, DAY, ago(6)]
        assert asked_on(world, NEXT) == []
        assert asked_on(world, NEXT + timedelta(days=1)) == [NEXT + timedelta(days=1), NEXT, ago(5)]

    def test_a_missed_check_is_made_in_the_next_cycle_before_missed_days(self) -> None:
        world = World()
        world.cycle().run()
        back = DAY + timedelta(days=3)
        asked = asked_on(world, back)
        assert asked[:4] == [back, DAY, ago(-2), ago(-1)]
        assert asked.count(DAY) == 1

    def test_a_check_that_fails_is_made_later_and_holds_nothing_up(self) -> None:
        world = World()
        world.cycle().run()
        world.feed.fails[CLI_AGENTS.key, DAY] = [FeedTransientError("HTTP 502")] * 2
        world.on(NEXT + timedelta(days=1))
        report = world.cycle().run()
        assert [day.date for day in report.days if day.status is DayStatus.EVALUATED] == [NEXT]
        assert not report.complete
        assert asked_on(world, NEXT) == [DAY]

    def test_without_days_to_restate_nothing_is_asked_for_again(self) -> None:
        world = World()
        world.cycle().run()
        world.on(NEXT + timedelta(days=1))
        cycle = world.cycle()
        plan = replace(cycle, timing=replace(cycle.timing, restate_days=0)).plan()
        assert [request.end for request in plan.requests] == [NEXT, ago(6)]

    def test_two_days_to_restate(self) -> None:
        world = World()
        world.restate_days = 2
        world.cycle().run()
        assert DAY in asked_on(world, NEXT)
        assert DAY in asked_on(world, NEXT + timedelta(days=1))
        assert DAY not in asked_on(world, NEXT + timedelta(days=2))


class TestRetracted:
    """An event that was told and no longer holds."""

    def test_it_is_taken_back_in_the_next_digest_once(self) -> None:
        world = restated(["item09"], [])
        assert "Item09 takes #1" in world.told[-1]
        world.on(NEXT + timedelta(days=1)).cycle().run()
        assert "we told: Item09 takes #1" in world.told[-1]
        count = len(world.told)
        world.on(NEXT + timedelta(days=2)).cycle().run()
        assert len(world.told) == count
        stored = [event for event in world.store.events() if event.date == DAY]
        assert {event.status for event in stored} == {EventStatus.RETRACTED}

    def test_it_keeps_what_was_told_and_knows_what_holds_instead(self) -> None:
        world = restated(["item09"], ["visitor"])
        world.on(NEXT + timedelta(days=1)).cycle().run()
        lead = next(one for one in world.store.events() if one.kind is Kind.NEW_LEADER and one.item == "item09")
        assert (lead.rank, lead.tokens, lead.as_of) == (1, 1000, "2026-11-11T02:15:00Z")
        assert lead.revised == {
            "rank": 11,
            "tokens": "990",
            "as_of": "2026-11-12T02:15:00Z",
            "leader": {"id": "visitor", "name": "Visitor", "tokens": "1000"},
            "came": [{"id": "visitor", "name": "Visitor", "tokens": "1000"}],
            "gone": [],
            "own_depth": None,
            "depth": None,
        }

    def test_a_changed_total_without_a_changed_verdict_says_nothing(self) -> None:
        world = restated(["item09"], ["item09", "item11"])
        first = world.store.events(start=DAY, end=DAY)
        count = len(world.told)
        world.on(NEXT + timedelta(days=1)).cycle().run()
        again = world.store.events(start=DAY, end=DAY)
        assert [event for event in again if not event.late] == list(first)
        assert all("we told" not in message for message in world.told[count:])

    def test_what_nobody_was_told_is_dropped_in_silence(self) -> None:
        world = restated(["item09"], [], cadence=replace(NINE, weekdays=frozenset({0})))
        count = len(world.told)
        world.on(NEXT + timedelta(days=1)).cycle().run()
        assert {event.status for event in world.store.events() if event.date == DAY} == {EventStatus.RETRACTED}
        world.on(DAY + timedelta(days=7), 9).cycle().run()
        assert all("Item09" not in message for message in world.told[count:])

    def test_a_channel_that_did_not_tell_it_does_not_correct_it(self) -> None:
        world = restated(["item09"], [])
        other = FakeChannel("later")
        world.others = (Subscription(other, world.subscription.cadence, world.watchlists),)
        world.on(NEXT + timedelta(days=1)).cycle().run()
        assert "we told: Item09 takes #1" in world.told[-1]
        assert all("Item09" not in payload for _, _, payload in other.sent)

    def test_it_no_longer_counts_for_the_cooldown(self) -> None:
        rules = (EnteredTop(n=3, margin=0),)
        watchlist = replace(AGENTS, rules=rules)
        world = World(watchlists=(watchlist,))
        day3 = NEXT + timedelta(days=1)

        def figures(_board: Board, end: date) -> Sequence[tuple[str, int]]:
            if end == DAY:
                return ordered() if world.clock() >= morning_after(NEXT) else ordered("item09")
            return ordered("item09") if end == day3 else ordered()

        world.on(DAY).cycle().run()
        world.feed.figures = figures
        for morning in (NEXT, day3, day3 + timedelta(days=1)):
            world.on(morning).cycle().run()
        entry = world.store.events(start=day3, end=day3, held_back=True)
        assert [(event.item, event.held_back) for event in entry] == [("item09", None)]


class TestLate:
    """An event that holds after all, and was not told with its day."""

    def test_it_is_told_with_the_next_digest_once(self) -> None:
        world = restated([], ["item09"])
        assert world.store.events(start=DAY, end=DAY) == []
        world.on(NEXT + timedelta(days=1)).cycle().run()
        found = world.store.events(start=DAY, end=DAY)
        assert {(event.item, event.late, event.status) for event in found} == {("item09", True, EventStatus.TOLD)}
        assert "Late, for Tue 10 Nov: Item09 takes #1" in world.told[-1]
        assert found[0].revised is not None
        assert (found[0].rank, found[0].revised["rank"]) == (1, 10)
        count = len(world.told)
        world.on(NEXT + timedelta(days=2)).cycle().run()
        assert len(world.told) == count

    def test_it_is_news_where_its_day_was_not_told_yet(self) -> None:
        world = World(cadence=replace(NINE, weekdays=frozenset({0})))
        world.on(DAY).cycle().run()
        world.on(DAY, 9).cycle().run()
        world.feed.figures = restating(world, DAY, [], ["item09"], at=morning_after(NEXT))
        for day in range(1, 7):
            world.on(DAY + timedelta(days=day)).cycle().run()
        world.on(DAY + timedelta(days=6), 9).cycle().run()
        assert "Late, for" not in world.told[-1]

    def test_days_after_the_changed_one_are_judged_again(self) -> None:
        """Item09 led on DAY and NEXT; DAY is restated, so that its lead begins on NEXT."""
        world = World()
        world.on(DAY).cycle().run()
        at = morning_after(NEXT + timedelta(days=1))

        def figures(_board: Board, end: date) -> Sequence[tuple[str, int]]:
            leads = end > DAY or (end == DAY and world.clock() < at)
            return ordered("item09") if leads else ordered()

        world.feed.figures = figures
        world.restate_days = 2
        for day in (NEXT, NEXT + timedelta(days=1), NEXT + timedelta(days=2)):
            world.on(day).cycle().run()
        lead = {one.date: one for one in world.store.events() if one.kind is Kind.NEW_LEADER}
        assert (lead[DAY].status, lead[NEXT].late) == (EventStatus.RETRACTED, True)
        assert "For Tue 10 Nov we told: Item09 takes #1" in world.told[-1]
        assert "Late, for Wed 11 Nov: Item09 takes #1" in world.told[-1]


class TestRestored:
    """What was taken back, and holds after all."""

    def restored(self, *, told: bool) -> World:
        world = World(cadence=NINE)
        world.restate_days = 2
        world.on(DAY).cycle().run()
        world.on(DAY, 9).cycle().run()
        again = morning_after(NEXT + timedelta(days=1))

        def figures(_board: Board, end: date) -> Sequence[tuple[str, int]]:
            gone = morning_after(NEXT) <= world.clock() < again
            return ordered() if end != DAY or gone else ordered("item09")

        world.feed.figures = figures
        for day in (NEXT, NEXT + timedelta(days=1), NEXT + timedelta(days=2)):
            world.on(day).cycle().run()
            if told or day != NEXT + timedelta(days=1):
                world.on(day, 9).cycle().run()
        return world

    def test_readers_who_were_told_so_are_told_again(self) -> None:
        world = self.restored(told=True)
        said = [word for message in world.told for word in ("we told: Item09", "took back: Item09") if word in message]
        assert said == ["we told: Item09", "took back: Item09"]

    def test_else_nothing_is_said(self) -> None:
        world = self.restored(told=False)
        assert not any("we told" in message for message in world.told)
        assert {event.status for event in world.store.events(start=DAY, end=DAY)} == {EventStatus.TOLD}


class TestThread:
    """A reply in the thread of the message that told it, as soon as it is found."""

    def test_it_is_answered_at_once_and_only_once(self) -> None:
        channel = FakeChannel(has_threads=True)
        world = restated(["item09"], [], channel=channel, cadence=NINE)
        world.on(NEXT, 9).cycle().run()
        count = len(channel.sent)
        world.on(NEXT + timedelta(days=1)).cycle().run()
        replies = channel.sent[count:]
        assert [thread for _, thread, _ in replies] == ["ts0"]
        assert "we told: Item09 takes #1" in replies[0][2]
        assert "Source: OpenRouter (openrouter.ai/apps), as of 2026-11-12T02:15:00Z." in replies[0][2]
        world.cycle().run()
        assert len(channel.sent) == count + 1
        world.on(NEXT + timedelta(days=1), 9).cycle().run()
        assert [(thread, "we told: Item09 takes #1" in text) for _, thread, text in channel.sent[count + 1 :]] == [
            ("", True)
        ]

    def test_a_message_that_is_still_to_be_sent_is_answered_when_it_has_been(self) -> None:
        refused = Failed("ratelimited", permanent=False, retry_after=100_000.0)
        channel = FakeChannel(has_threads=True)
        world = World(channel=channel, cadence=NINE)
        world.on(DAY).cycle().run()
        world.on(DAY, 9).cycle().run()
        world.feed.figures = restating(world, DAY, ["item09"], [], at=morning_after(NEXT))
        world.on(NEXT).cycle().run()
        channel.answers = [refused]
        world.on(NEXT, 9).cycle().run()
        world.on(NEXT + timedelta(days=1)).cycle().run()
        assert not any(thread for _, thread, _ in channel.sent)
        world.on(NEXT + timedelta(days=2)).cycle().run()
        world.cycle().run()
        assert [thread for _, thread, _ in channel.sent].count("ts0") == 1

    def test_where_there_are_no_threads_the_digest_says_it_all(self) -> None:
        world = restated(["item09"], [])
        world.on(NEXT + timedelta(days=1)).cycle().run()
        assert world.store.disputed("team", ["cli-agents"]) == []


class TestWhatIsLeftAlone:
    """Days that nothing is told about again."""

    def test_days_that_were_judged_by_other_rules(self) -> None:
        world = restated(["item09"], [])
        count = len(world.told)
        world.watchlists = (replace(AGENTS, rules=(*RULES, EnteredTop(n=5, margin=0))),)
        world.subscription = replace(world.subscription, watchlists=world.watchlists)
        world.on(NEXT + timedelta(days=1)).cycle().run()
        assert {event.status for event in world.store.events(start=DAY, end=DAY)} == {EventStatus.TOLD}
        assert len(world.told) == count

    def test_days_before_the_horizon(self) -> None:
        world = restated(["item09"], [])
        world.on(DAY + timedelta(days=40)).cycle().run()
        assert {event.status for event in world.store.events(start=DAY, end=DAY)} == {EventStatus.TOLD}

    def test_a_restatement_is_kept_beside_what_was_stored(self) -> None:
        world = restated(["item09"], [])
        world.on(NEXT + timedelta(days=1)).cycle().run()
        old, new = (world.store.snapshot(CLI_AGENTS, DAY, revision) for revision in (1, 2))
        assert old is not None
        assert new is not None
        assert (old.leader, new.leader) != (None, None)
        assert (old.leader.item, new.leader.item) == ("item09", "item00")  # type: ignore[union-attr]


class TestWhatComesLater:
    """Data that was given up comes after all: it is treated as a revision."""

    def test_a_baseline_that_comes_late_makes_its_spike_late_news(self) -> None:
        spiky = Watchlist("cli-agents", "CLI agents", CLI_AGENTS, (Spike(min_growth=0),), channels=("team",))
        world = World(watchlists=(spiky,))
        world.on(DAY).cycle().run()
        missing = ago(14)

        def figures(_board: Board, end: date) -> Sequence[tuple[str, int]]:
            return [("item00", 9000), *ordered()[1:]] if end == DAY else ordered()

        world.feed.figures = figures
        world.feed.fails[CLI_AGENTS.key, missing] = [FeedTransientError("HTTP 502")] * 100
        for day in range(1, 5):
            world.on(DAY + timedelta(days=day)).cycle().run()
        assert world.store.events() == []
        world.feed.fails.clear()
        cycle = world.on(DAY + timedelta(days=5)).cycle()
        cycle.poll(cycle.plan_history(missing, missing), accept=frozenset(), progress=lambda _done, _planned: None)
        world.cycle().run()
        assert [(event.date, event.kind, event.late) for event in world.store.events()] == [(DAY, Kind.SPIKE, True)]
        assert "Late, for Tue 10 Nov: Item00 grows" in world.told[-1]

    @pytest.mark.parametrize("filled", [True, False])
    def test_a_gap_whose_snapshot_comes_after_all_is_judged(self, filled: bool) -> None:
        world = World()
        world.on(DAY).cycle().run()

        def figures(_board: Board, end: date) -> Sequence[tuple[str, int]]:
            return ordered("item09") if end == DAY else ordered()

        world.feed.figures = figures
        world.feed.fails[CLI_AGENTS.key, DAY] = [FeedTransientError("HTTP 502")] * 100
        for day in range(1, 5):
            world.on(DAY + timedelta(days=day)).cycle().run()
        assert [mark.status for mark in world.store.ledger("cli-agents") if mark.date == DAY] == [DayStatus.GAP]
        assert world.store.events() == []
        if filled:
            world.feed.fails.clear()
        cycle = world.on(DAY + timedelta(days=5)).cycle()
        cycle.poll(cycle.plan_history(DAY, DAY), accept=frozenset(), progress=lambda _done, _planned: None)
        world.cycle().run()
        status = [mark.status for mark in world.store.ledger("cli-agents") if mark.date == DAY]
        leaders = [(event.date, event.item) for event in world.store.events() if event.kind is Kind.NEW_LEADER]
        assert status == [DayStatus.EVALUATED if filled else DayStatus.GAP]
        assert leaders == ([(DAY, "item09"), (NEXT, "item00")] if filled else [])
