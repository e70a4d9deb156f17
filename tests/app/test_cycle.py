"""A cycle over everything: what is planned, told once, made up for after an outage, and left alone in a rehearsal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.app.cycle import Cycle, CycleReport
from bot.app.poll import no_progress
from bot.app.preview import preview_day
from bot.app.records import DayStatus, WatchlistDay
from bot.app.subscription import Subscription
from bot.core.delivery import DeliveryStatus, Failed, IfUnsure, Unknown
from bot.core.due import Cadence, WhenQuiet
from bot.core.event import EventStatus
from bot.core.plan import complete_at
from bot.core.ranking import Board
from bot.core.rules import NewLeader, Trending
from bot.errors import FeedPermanentError, FeedRefusedError, FeedTransientError, StoreError
from tests.app.doubles import MORNING, SETTLE, FakeChannel, PlainRenderer, steady
from tests.app.world import AGENTS, AT_ONCE, EXTENSIONS, NINE, World, changing
from tests.builders import CLI_AGENTS, DAY, IDE_EXTENSIONS, event
from tests.core.rules.days import ago
from tests.fakes import FakeStore


class TestFirstRun:
    """A watchlist begins on the first day it is run for, and its first digest already has events."""

    def test_it_fetches_what_it_needs_and_tells(self) -> None:
        world = World(changing(DAY))
        report = world.cycle().run()
        assert [end for _, end in world.feed.asked] == [DAY, ago(1), ago(7)]
        assert report.complete
        assert len(world.told) == 1
        assert "Item01" in world.told[0]
        assert [event.status for event in world.store.events()] == [EventStatus.TOLD, EventStatus.TOLD][
            : len(world.store.events())
        ]

    def test_it_is_sent_even_when_there_is_nothing_to_tell(self) -> None:
        world = World()
        world.cycle().run()
        assert len(world.told) == 1

    def test_run_again_it_asks_nothing_and_sends_nothing(self) -> None:
        world = World(changing(DAY))
        world.cycle().run()
        asked = len(world.feed.asked)
        report = world.cycle().run()
        assert (len(world.feed.asked), len(world.told)) == (asked, 1)
        assert (report.plan.requests, report.composed, report.attempts) == ((), [], [])


class TestDayByDay:
    """A digest for each day with news."""

    def test_a_quiet_day_says_nothing(self) -> None:
        world = World(changing(DAY + timedelta(days=2)))
        for offset in range(1, 4):
            world.on(DAY + timedelta(days=offset)).cycle().run()
        assert len(world.told) == 2

    def test_the_same_events_after_an_outage(self) -> None:
        days = [DAY + timedelta(days=offset) for offset in (2, 4, 5, 7)]
        steady_bot, sleepy_bot = World(changing(*days)), World(changing(*days))
        for offset in range(1, 10):
            steady_bot.on(DAY + timedelta(days=offset)).cycle().run()
        sleepy_bot.on(DAY + timedelta(days=1)).cycle().run()
        sleepy_bot.on(DAY + timedelta(days=9)).cycle().run()
        keys = [event.key for event in steady_bot.store.events()]
        assert [event.key for event in sleepy_bot.store.events()] == keys
        assert len(keys) >= 4
        assert len(sleepy_bot.told) == 2

    def test_a_late_digest_says_so(self) -> None:
        world = World(changing(DAY + timedelta(days=2)))
        world.on(DAY + timedelta(days=1)).cycle().run()
        composed = world.on(DAY + timedelta(days=6)).cycle().run().composed
        assert composed[0].digest.late == "Three days were not reported in time (12 to 14 Nov). Nothing is missing."


class TestCadence:
    """When a digest goes out."""

    def test_it_waits_for_its_time(self) -> None:
        world = World(changing(DAY), cadence=NINE)
        assert not world.on(DAY + timedelta(days=1), 7, 59).cycle().run().composed
        assert world.on(DAY + timedelta(days=1), 8, 0).cycle().run().composed

    def test_now_does_not_wait(self) -> None:
        world = World(changing(DAY), cadence=NINE)
        world.on(DAY + timedelta(days=1), 3).cycle().run(at_once=True)
        assert len(world.told) == 1
        world.on(DAY + timedelta(days=1), 8, 0).cycle().run()
        assert len(world.told) == 1

    def test_now_takes_the_place_of_a_due_time_that_has_just_passed(self) -> None:
        """The first digest, asked for at noon, has the day's news, and nothing of it is late."""
        world = World(changing(DAY), cadence=NINE)
        (composed,) = world.on(DAY + timedelta(days=1), 12).cycle().run(at_once=True).composed
        assert len(composed.digest.stated) == 1
        assert composed.digest.late == ""
        assert not world.cycle().run().composed

    def test_there_is_one_digest_a_moment(self) -> None:
        """What is asked for at the very moment of another digest comes a second later."""
        world = World(changing(DAY))
        assert world.cycle().run(at_once=True).composed
        world.watchlists = (AGENTS, EXTENSIONS)
        world.subscription = Subscription(world.channel, AT_ONCE, world.watchlists)
        assert not world.cycle().run(at_once=True).composed
        world.clock.now += timedelta(seconds=1)
        assert world.cycle().run(at_once=True).composed

    def test_a_watchlist_that_is_added_after_the_digest_has_its_news_at_once(self) -> None:
        world = World(changing(DAY))
        world.cycle().run()
        world.watchlists = (AGENTS, EXTENSIONS)
        world.subscription = Subscription(world.channel, AT_ONCE, world.watchlists)
        world.clock.now += timedelta(hours=1)
        (composed,) = world.cycle().run(at_once=True).composed
        assert [(section.watchlist, section.new, len(section.news)) for section in composed.digest.sections] == [
            ("cli-agents", False, 0),
            ("ide", True, 1),
        ]

    def test_now_says_nothing_when_all_is_told(self) -> None:
        world = World(changing(DAY))
        world.cycle().run()
        world.clock.now += timedelta(hours=1)
        assert not world.cycle().run(at_once=True).composed

    def test_a_channel_that_is_never_due_gets_nothing(self) -> None:
        world = World(changing(DAY), cadence=Cadence(ZoneInfo("UTC"), frozenset()))
        assert not world.cycle().run().composed
        assert world.cycle().run(at_once=True).composed

    def test_a_due_time_stays_open_until_its_day_is_evaluated(self) -> None:
        world = World(changing(DAY))
        world.feed.down = FeedTransientError("refused")
        report = world.cycle().run()
        assert (report.complete, report.composed) == (False, [])
        assert [day.status for day in report.days] == [DayStatus.WAITING]
        world.feed.down = None
        world.clock.now += timedelta(hours=5)
        assert len(world.cycle().run().composed) == 1

    def test_a_day_that_never_comes_holds_up_no_digest_for_ever(self) -> None:
        """News of the 11th missed its own digest, and the 12th does not come: it is told on the 13th all the same."""
        world = World(changing(DAY + timedelta(days=1)))
        world.cycle().run()
        world.feed.down = FeedTransientError("refused")
        world.on(DAY + timedelta(days=2)).cycle().run()
        world.feed.down = None
        world.feed.fails[CLI_AGENTS.key, DAY + timedelta(days=2)] = [FeedTransientError("HTTP 502")] * 2
        (composed,) = world.on(DAY + timedelta(days=3)).cycle().run().composed
        assert (composed.digest.day, len(composed.digest.stated)) == (DAY + timedelta(days=1), 1)
        assert composed.digest.late

    def test_what_comes_after_the_digest_waits_for_the_next(self) -> None:
        world = World(changing(DAY), watchlists=(AGENTS, EXTENSIONS))
        world.feed.fails[IDE_EXTENSIONS.key, DAY] = [FeedTransientError("HTTP 502")] * 2
        world.cycle().run()
        world.clock.now += timedelta(hours=1)
        assert not world.cycle().run().composed
        sections = world.on(DAY + timedelta(days=2)).cycle().run().composed[0].digest.sections
        assert [section.watchlist for section in sections if section.new] == ["ide"]

    def test_a_digest_with_one_watchlist_evaluated_leaves_the_other_out(self) -> None:
        world = World(changing(DAY), watchlists=(AGENTS, EXTENSIONS))
        world.feed.fails[IDE_EXTENSIONS.key, DAY] = [FeedTransientError("HTTP 502")] * 2
        digest = world.cycle().run().composed[0].digest
        assert [section.watchlist for section in digest.sections] == ["cli-agents"]


class TestIsolation:
    """A bug in one channel or watchlist holds up none of the others, and the operator learns of it."""

    def test_a_channel_that_cannot_be_composed_for(self) -> None:
        world = World(changing(DAY), channel=FakeChannel(broken=True), operator=FakeChannel("ops"))
        other = FakeChannel("other")
        world.others = (Subscription(other, AT_ONCE, (AGENTS,)),)
        report = world.cycle().run()
        assert (report.broken, report.complete) == (["team could not be composed"], False)
        assert len(other.sent) == 1
        assert world.operator
        assert "team could not be composed: KeyError." in world.operator.sent[0][2]
        world.channel.broken = False
        world.cycle().run()
        assert len(world.told) == 1
        assert not world.store.incidents()

    def test_a_watchlist_of_which_nothing_can_be_written(self) -> None:
        class Hurt(FakeStore):
            hurt = True

            def mark(self, *days: WatchlistDay) -> None:
                if self.hurt and any(day.watchlist == AGENTS.id for day in days):
                    raise KeyError(AGENTS.id)
                super().mark(*days)

        world = World(changing(DAY), watchlists=(AGENTS, EXTENSIONS), operator=FakeChannel("ops"))
        world.store = hurt = Hurt()
        report = world.cycle().run()
        assert (report.broken, report.complete) == (["cli-agents could not be evaluated"], False)
        assert {mark.status for mark in hurt.ledger(EXTENSIONS.id)} == {DayStatus.EVALUATED}
        assert not hurt.ledger(AGENTS.id)
        assert not hurt.events(watchlist=AGENTS.id), "events never stand without the mark of their day"
        hurt.hurt = False
        assert world.cycle().run().complete
        assert hurt.ledger(AGENTS.id)
        assert not hurt.incidents()

    def test_more_watchlists_than_share_a_transaction(self) -> None:
        many = tuple(replace(AGENTS, id=f"w{place}") for place in range(51))
        world = World(changing(DAY), watchlists=many)
        report = world.cycle().run()
        assert [day.watchlist for day in report.days] == [watchlist.id for watchlist in many]
        assert all(world.store.ledger(watchlist.id) for watchlist in many)

    def test_a_store_that_fails_fails_for_all(self) -> None:
        class Full(FakeStore):
            def mark(self, *days: WatchlistDay) -> None:
                raise StoreError("The disk is full.")

        world = World(changing(DAY))
        world.store = Full()
        with pytest.raises(StoreError):
            world.cycle().run()

    def test_news_of_a_board_that_waits_is_told_when_it_comes(self) -> None:
        """One watchlist's day waits; its news of the day before is not taken for settled by the other's digest."""
        world = World(changing(DAY + timedelta(days=1)), watchlists=(AGENTS, EXTENSIONS))
        world.cycle().run()
        world.feed.fails[IDE_EXTENSIONS.key, DAY + timedelta(days=1)] = [FeedTransientError("HTTP 502")] * 2
        (first,) = world.on(DAY + timedelta(days=2)).cycle().run().composed
        assert [section.watchlist for section in first.digest.sections] == ["cli-agents"]
        (second,) = world.on(DAY + timedelta(days=3)).cycle().run().composed
        assert [(news.kind, news.date) for section in second.digest.sections for news in section.news] == [
            ("new_leader", DAY + timedelta(days=1))
        ]
        assert {event.status for event in world.store.events()} == {EventStatus.TOLD}

    def test_news_of_a_board_whose_day_never_gets_judged_is_told_late(self) -> None:
        """Its board of the day is there, but a baseline keeps it waiting: it is shown with what was judged before."""
        spikes = replace(EXTENSIONS, rules=(NewLeader(), Trending()))
        world = World(changing(DAY + timedelta(days=1)), watchlists=(AGENTS, spikes))
        world.cycle().run()
        twin = IDE_EXTENSIONS.twin.key
        for offset in (1, 2):
            errors = [FeedTransientError("HTTP 502") for _ in range(2)]
            world.feed.fails[twin, DAY + timedelta(days=offset)] = [*errors]
        world.on(DAY + timedelta(days=2)).cycle().run()
        world.feed.fails[twin, DAY + timedelta(days=2)] = [FeedTransientError("HTTP 502") for _ in range(2)]
        (late,) = world.on(DAY + timedelta(days=3)).cycle().run().composed
        assert "ide" in [section.watchlist for section in late.digest.sections]
        assert {event.status for event in world.store.events(watchlist="ide")} == {EventStatus.TOLD}

    def test_a_channel_that_comes_later_gets_no_old_news(self) -> None:
        world = World(changing(DAY + timedelta(days=1), DAY + timedelta(days=4)))
        for offset in range(1, 5):
            world.on(DAY + timedelta(days=offset)).cycle().run()
        late = FakeChannel("late")
        world.others = (Subscription(late, AT_ONCE, (AGENTS,)),)
        composed = world.on(DAY + timedelta(days=5)).cycle().run().composed
        digest = next(one.digest for one in composed if one.channel == "late")
        assert [news.date for section in digest.sections for news in section.news] == [DAY + timedelta(days=4)]
        assert not world.store.unsettled("late", ["cli-agents"], DAY + timedelta(days=9))


class TestGaps:
    """After a gap the last snapshot before it is compared, and the gap is said."""

    def test_ranks_are_compared_across_it(self) -> None:
        """Two days were given up, and the third has waited for them long enough."""
        third = DAY + timedelta(days=3)
        world = World(changing(third))
        world.cycle().run()
        for day in (DAY + timedelta(days=1), DAY + timedelta(days=2)):
            world.store.mark(WatchlistDay("cli-agents", day, DayStatus.GAP, MORNING, (f"no data came for {day}",)))
            world.feed.fails[CLI_AGENTS.key, day] = [FeedPermanentError("HTTP 404") for _ in range(9)]
        world.store.mark(WatchlistDay("cli-agents", third, DayStatus.WAITING, MORNING - timedelta(days=1)))
        (composed,) = world.on(third + timedelta(days=1)).cycle().run().composed
        (section,) = composed.digest.sections
        assert [(line.name, line.glyph, line.was) for line in section.top[:2]] == [
            ("Item01", "▲", "2"),
            ("Item00", "▼", "1"),
        ]
        assert section.not_evaluated
        assert [event.previous_date for event in world.store.events()] == [DAY]


class TestLongLedgers:
    """Of years that were judged nothing is looked at, but a day among them that is not done becomes a gap."""

    @staticmethod
    def judged(world: World, first: int, *, but: Sequence[int] = ()) -> None:
        """Marks the days from so many days ago on as judged."""
        for back in range(first, 0, -1):
            if back not in but:
                world.store.mark(WatchlistDay("cli-agents", ago(back), DayStatus.EVALUATED, MORNING))

    @staticmethod
    def agenda(world: World, day: date | None = None) -> tuple[date, list[date], list[date]]:
        (agenda,) = replace(world.cycle(), day=day).plan().agendas
        return agenda.since, list(agenda.days), list(agenda.gaps)

    def test_where_all_is_done_the_newest_day_is_left(self) -> None:
        world = World()
        self.judged(world, 100)
        assert self.agenda(world) == (ago(100), [DAY], [])

    def test_a_day_that_was_left_out_is_a_gap_or_judged_as_it_is_old_or_not(self) -> None:
        world = World()
        self.judged(world, 100, but=(70, 30, 3))
        assert self.agenda(world) == (ago(100), [ago(30), ago(3), DAY], [ago(70)])

    def test_a_day_that_waits_no_longer_than_it_may_is_a_gap_when_it_is_old(self) -> None:
        world = World()
        self.judged(world, 100, but=(50,))
        world.store.mark(WatchlistDay("cli-agents", ago(50), DayStatus.WAITING, MORNING))
        assert self.agenda(world) == (ago(100), [DAY], [ago(50)])

    def test_a_day_before_the_first_one_that_is_asked_for_by_name_begins_it_anew(self) -> None:
        world = World()
        self.judged(world, 40)
        assert self.agenda(world, ago(43)) == (ago(43), [DAY], [ago(43), ago(42), ago(41)])


class TestRehearsal:
    """--dry-run and --date without --send keep snapshots, and nothing else."""

    def test_it_shows_and_takes_back(self) -> None:
        world = World(changing(DAY))
        report = world.cycle().rehearse(at_once=True)
        assert len(report.composed) == 1
        assert report.days[0].events
        assert not world.store.events()
        assert not world.store.ledger("cli-agents")
        assert not world.store.deliveries()
        assert set(world.store.depths(CLI_AGENTS, ago(30), DAY)) == {DAY, ago(1), ago(7)}
        assert not world.channel.sent

    def test_a_past_day_is_taken_as_the_last_complete_one(self) -> None:
        world = World(changing(ago(4)))
        world.cycle(now=complete_at(ago(4), SETTLE)).run(at_once=True)
        assert [event.date for event in world.store.events()] == [ago(4)]
        assert len(world.told) == 1


class TestPreview:
    """A digest of a stored day, as it would be sent."""

    def preview(self, world: World, day: date | None) -> str | None:
        composed = preview_day(
            world.store, world.subscription, day, renderer=PlainRenderer(), now=world.clock(), settle=SETTLE
        )
        return composed.message.text if composed else None

    def test_of_the_newest_evaluated_day(self) -> None:
        world = World(changing(DAY))
        assert self.preview(world, None) is None
        world.cycle().run()
        assert "Item01" in (self.preview(world, None) or "")

    def test_a_channel_with_weekly_briefings_gets_the_week(self) -> None:
        world = World(changing(ago(3), DAY), cadence=Cadence(UTC, frozenset({0}), when_quiet=WhenQuiet.NOTHING))
        for back in (5, 4, 3, 2, 1, 0):
            world.cycle(now=complete_at(ago(back), SETTLE)).run()
        composed = preview_day(
            world.store, world.subscription, DAY, renderer=PlainRenderer(), now=world.clock(), settle=SETTLE
        )
        assert composed
        assert composed.digest.week
        assert {ago(3), DAY} <= set(composed.digest.days)

    def test_of_a_day_that_was_never_evaluated(self) -> None:
        world = World(changing(ago(1)))
        world.cycle().poll(world.cycle().plan_history(ago(9), DAY), accept=frozenset(), progress=lambda *_: None)
        assert "Item01" in (self.preview(world, ago(1)) or "")
        assert not world.store.events()
        assert not world.store.ledger("cli-agents")

    def test_of_a_day_before_the_watchlist_began(self) -> None:
        world = World(changing(ago(6)))
        world.cycle().run()
        assert self.preview(world, ago(7)) is not None
        assert self.preview(world, ago(20)) is None


class TestRetracted:
    """An event that does not hold is no news, neither in a preview nor as the last that there was."""

    def world(self) -> World:
        """Nothing happened on DAY, but the store holds an event of that day which was taken back."""
        world = World(cadence=replace(AT_ONCE, when_quiet=WhenQuiet.LINE))
        world.cycle().evaluate(world.store, CycleReport(world.cycle().plan()))
        world.store.add_events([event(status=EventStatus.RETRACTED, name="Sable")])
        return world

    def test_it_is_not_previewed(self) -> None:
        world = self.world()
        world.cycle().run()
        composed = preview_day(
            world.store, world.subscription, DAY, renderer=PlainRenderer(), now=world.clock(), settle=SETTLE
        )
        assert composed
        assert [section.news for section in composed.digest.sections] == [()]

    def test_it_is_not_the_last_news(self) -> None:
        world = self.world()
        world.cycle().run()
        (composed,) = world.on(DAY + timedelta(days=2)).cycle().run().composed
        assert [section.quiet for section in composed.digest.sections] == ["CLI agents: nothing new."]


class TestBackfill:
    """Past windows are fetched newest first; what is there is not asked for again."""

    def test_it_goes_on_where_it_stopped(self) -> None:
        world = World()
        plan = world.cycle().plan_history(ago(4), DAY + timedelta(days=99))
        assert [request.end for request in plan.requests] == [ago(back) for back in range(5)]
        world.feed.fails[CLI_AGENTS.key, ago(2)] = [FeedRefusedError("HTTP 401")]
        world.cycle().poll(plan, accept=frozenset(), progress=lambda *_: None)
        again = world.cycle().plan_history(ago(4), DAY)
        assert [request.end for request in again.requests] == [ago(2), ago(3), ago(4)]


class TestAllowance:
    """Where a day's requests do not suffice, the current day comes first, and the rest tomorrow."""

    def test_the_rest_comes_tomorrow(self) -> None:
        world = World(changing(DAY), watchlists=(AGENTS, EXTENSIONS))
        cycle = replace(world.cycle(), requests_per_day=4)
        for _ in range(2):
            world.store.spend(world.clock.now.date(), 4)
        poll = cycle.poll(cycle.plan(), accept=frozenset(), progress=lambda *_: None)
        assert [end for _, end in world.feed.asked] == [DAY, DAY, ago(1), ago(1), ago(7), ago(7)]  # a feed of no cost
        assert not poll.later
        for _ in range(2):
            world.store.spend(world.clock.now.date(), 4)
        plan = cycle.plan_history(ago(3), DAY)
        poll = cycle.poll(plan, accept=frozenset(), progress=lambda *_: None)
        assert [request.end for request in poll.later] == [ago(2), ago(2), ago(3), ago(3)]
        assert not CycleReport(plan, poll).complete
        world.on(DAY + timedelta(days=2), 1)  # the next day is not final yet, and half of the budget is kept for it
        world.feed.asked.clear()
        world.store.spend(world.clock.now.date(), 4)
        poll = cycle.poll(cycle.plan_history(ago(3), DAY), accept=frozenset(), progress=lambda *_: None)
        assert (len(world.feed.asked), poll.later) == (4, [])

    def test_a_past_day_that_was_asked_for_is_not_the_current_one(self) -> None:
        world = World()
        cycle = replace(world.cycle(now=complete_at(ago(4), SETTLE)), requests_per_day=1)
        world.store.spend(world.clock.now.date(), 1)
        report = cycle.rehearse()
        assert (world.feed.asked, len(report.poll.later), report.complete) == ([], 3, False)


class TestOperator:
    """The operator learns of each failure once, and of its end; readers never do."""

    def notices(self, world: World) -> list[str]:
        assert world.operator
        return [payload for _, _, payload in world.operator.sent]

    def test_a_feed_that_fails_and_comes_back(self) -> None:
        world = World(changing(DAY), operator=FakeChannel("ops"))
        world.feed.down = FeedTransientError("The server refused the connection.", hint="Check the network.")
        for _ in range(3):
            world.cycle().run()
            world.clock.now += timedelta(hours=1)
        assert len(self.notices(world)) == 1
        assert "The server refused the connection. Check the network." in self.notices(world)[0]
        world.feed.down = None
        world.cycle().run()
        assert len(self.notices(world)) == 2
        assert "Ended 2026-11-11 05:15 UTC: The server refused" in self.notices(world)[1]
        assert not any("refused" in text for text in world.told)

    def test_a_refused_key_is_told_and_ends(self) -> None:
        world = World(operator=FakeChannel("ops"))
        world.feed.down = FeedRefusedError("The key was refused.")
        world.cycle().run()
        world.feed.down = None
        world.cycle().run()
        assert [notice.splitlines()[0] for notice in self.notices(world)] == [
            "rankbot: 1 problem: feed refused",
            "rankbot: 1 problem ended: feed refused",
        ]

    def test_many_failures_are_one_problem(self) -> None:
        world = World(watchlists=(AGENTS, EXTENSIONS), operator=FakeChannel("ops"))
        for end in (ago(1), ago(7)):
            world.feed.fails[CLI_AGENTS.key, end] = [FeedTransientError(f"HTTP 502 for {end}")] * 2
        world.cycle().run()
        assert "And 1 more failure." in self.notices(world)[0]

    def test_a_delivery_of_which_nobody_can_tell(self) -> None:
        unsure = FakeChannel(can_be_asked=False, if_unsure=IfUnsure.ASK, answers=[Unknown("the connection broke")])
        world = World(channel=unsure, operator=FakeChannel("ops"))
        for _ in range(5):
            world.cycle().run()
            world.clock.now += timedelta(minutes=2)
        assert "may have been delivered or not: the connection broke" in self.notices(world)[0]
        assert "Look whether it is there; then: rankbot deliveries discard 1, or retry 1" in self.notices(world)[0]
        assert len(world.told) == 1

    def test_trouble_with_its_own_channel_is_not_sent_through_it(self) -> None:
        refused = Failed("invalid_auth", permanent=True)
        world = World(operator=FakeChannel("ops", answers=[refused] * 99))
        world.feed.down = FeedTransientError("refused")
        for _ in range(8):
            world.cycle().run()
            world.clock.now += timedelta(hours=1)
        assert len(self.notices(world)) == 1
        assert len(world.store.deliveries()) == 1

    def test_templates_that_fail(self) -> None:
        world = World(changing(DAY, DAY + timedelta(days=1)), operator=FakeChannel("ops"))
        world.complaints.append("mine.j2:3: oops. The bundled template was used instead.")
        world.cycle().run()
        assert "mine.j2:3: oops" in self.notices(world)[0]
        world.on(DAY + timedelta(days=2)).cycle().run()
        assert "Ended" in self.notices(world)[1]

    def test_a_dead_delivery(self) -> None:
        refused = Failed("channel_not_found", permanent=True, hint="Invite the bot.")
        world = World(channel=FakeChannel(answers=[refused]), operator=FakeChannel("ops"))
        report = world.cycle().run()
        assert [attempt.status for attempt in report.attempts] == [DeliveryStatus.DEAD, DeliveryStatus.SENT]
        assert "channel_not_found. Invite the bot. Then: rankbot deliveries retry 1" in self.notices(world)[0]
        world.cycle().run()
        assert len(self.notices(world)) == 1

    def test_a_quarantined_answer_and_its_end(self) -> None:
        world = World(operator=FakeChannel("ops"))
        world.cycle().run()

        def tenfold(board: Board, day: date) -> Sequence[tuple[str, int]]:
            return [(item, tokens * 10) for item, tokens in steady(board, day)]

        world.feed.figures = tenfold
        for _ in range(2):
            world.on(DAY + timedelta(days=2)).cycle().run()
        assert len(self.notices(world)) == 1
        assert f"rankbot run --accept {CLI_AGENTS.key}" in self.notices(world)[0]
        world.feed.figures = steady
        world.cycle().run()
        assert self.notices(world)[1].startswith("rankbot: 3 problems ended")

    def test_without_an_operators_channel_nothing_is_sent(self) -> None:
        world = World()
        world.feed.down = FeedTransientError("refused")
        assert not world.cycle().run().attempts
        assert [incident.message for incident in world.store.incidents()] == ["refused"]


class TestWaiting:
    """What the outbox holds and this cycle did not try is told of, for the run is not all done."""

    def test_a_send_that_waits_for_its_time(self) -> None:
        world = World(channel=FakeChannel(answers=[Failed("rate limited", permanent=False, retry_after=600)]))
        first = world.cycle().run()
        assert ([attempt.status for attempt in first.attempts], first.waiting) == ([DeliveryStatus.PENDING], [])
        world.clock.now += timedelta(minutes=2)
        second = world.cycle().run()
        assert (second.attempts, [one.last_error for one in second.waiting]) == ([], ["rate limited"])
        world.clock.now += timedelta(minutes=9)
        third = world.cycle().run()
        assert ([attempt.status for attempt in third.attempts], third.waiting) == ([DeliveryStatus.SENT], [])

    def test_what_a_process_that_died_had_claimed(self) -> None:
        world = World()
        report = world.on(DAY + timedelta(days=1)).cycle()
        report.compose(world.store, evaluated(report), at_once=False)
        lease = world.clock.now + timedelta(minutes=2)
        claimed = world.store.claim(world.clock.now, lease)
        again = world.cycle().run()
        assert claimed
        assert ([one.id for one in again.waiting], again.attempts, world.told) == ([claimed.id], [], [])
        world.clock.now = lease
        assert world.cycle().run().waiting == []
        assert len(world.told) == 1

    def test_what_only_the_operator_can_settle_is_not_waiting(self) -> None:
        world = World(channel=FakeChannel(answers=[Failed("gone", permanent=True)]))
        world.cycle().run()
        assert world.cycle().run().waiting == []


def evaluated(cycle: Cycle) -> CycleReport:
    """What a cycle has polled and judged, with nothing composed yet."""
    plan = cycle.plan()
    report = CycleReport(plan, cycle.poll(plan, accept=frozenset(), progress=no_progress))
    cycle.evaluate(cycle.store, report)
    return report


class TestAClockThatWasAhead:
    """A digest of the future does not silence its channel until then."""

    def test_news_is_told_as_soon_as_the_clock_is_right(self) -> None:
        world = World(changing(*(DAY + timedelta(days=offset) for offset in range(4))), cadence=NINE)
        for hour in (2, 10):
            world.on(DAY + timedelta(days=1), hour).cycle().run()
        world.on(DAY + timedelta(days=2)).cycle().run()  # judged, and due at nine
        world.feed.down = FeedTransientError("there are no figures of days to come")
        world.on(DAY + timedelta(days=31), 12).cycle().run()
        assert [told.due_at.date() for told in world.store.deliveries()] == [
            DAY + timedelta(days=31),
            DAY + timedelta(days=1),
        ]
        world.feed.down = None
        for offset in (2, 3, 4):
            world.on(DAY + timedelta(days=offset), 10).cycle().run()
        assert len(world.told) == 4
        assert world.store.unsettled("team", ["cli-agents"], DAY + timedelta(days=3)) == []


@pytest.mark.parametrize("offset", [0, 1])
def test_what_is_planned_costs_what_it_says(offset: int) -> None:
    world = World(watchlists=(AGENTS, EXTENSIONS)).on(DAY + timedelta(days=1 + offset))
    plan = world.cycle().plan()
    assert (plan.cost, plan.last) == (6, DAY + timedelta(days=offset))
