"""A clock that was wrong for a while: once it is right again, all is as if it had been right all along."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.app.cycle import CycleReport
from bot.app.deliver import revive
from bot.app.evaluate import evaluate, judge_agenda, write
from bot.app.evidence import Evidence
from bot.app.records import DayStatus
from bot.app.revise import revise
from bot.core.delivery import Delivery, DeliveryStatus, Outcome, Sent, Step, StepStatus
from bot.core.event import EventStatus, HeldBack
from bot.core.plan import Agenda
from bot.core.ranking import Snapshot
from bot.errors import FeedTransientError
from tests.app.doubles import MORNING, FakeChannel
from tests.app.test_deliver import BUSY, POLICY, Outbox
from tests.app.world import AGENTS, World, changing
from tests.builders import CLI_AGENTS, DAY, snapshot
from tests.core.rules.days import ago
from tests.e2e.test_clocks import TrueFeed
from tests.fakes import FakeStore

ONE = timedelta(days=1)
RIGHT = timedelta(0)


class Life:
    """A bot in a world whose days go by, whatever its clock says. Another item leads each day."""

    def __init__(self) -> None:
        self.world = World(operator=FakeChannel("ops"))
        self.world.feed = self.feed = TrueFeed(now=MORNING, clock=self.world.clock)

    def beat(self, day: int, *, ahead: timedelta = RIGHT, minutes: int = 0) -> CycleReport:
        """A cycle on the morning of that day; the feed knows the time."""
        self.feed.now = MORNING + day * ONE + timedelta(minutes=minutes)
        self.world.clock.now = self.feed.now + ahead
        return self.world.cycle().run()

    def days(self, status: DayStatus, until: date = date.max) -> list[date]:
        """The days that stand so."""
        marks = self.world.store.ledger("cli-agents")
        return [mark.date for mark in marks if mark.status is status and mark.date <= until]

    @property
    def events(self) -> list[tuple[str, HeldBack | None, bool]]:
        """What was found, and how it stands."""
        return [(event.key, event.held_back, event.late) for event in self.world.store.events(held_back=True)]

    @property
    def told(self) -> Counter[str]:
        return Counter(line for message in self.world.told for line in message.split("\n")[1:])

    def asked(self, day: date) -> int:
        """How often the window that ends on the day was asked for."""
        return self.feed.asked.count((CLI_AGENTS.key, day))


def lived(*, old: int, ahead: timedelta, wrong_days: int = 0, until: int = 12) -> Life:
    """A bot of that age whose clock is ahead for a beat, or for some days, and then right again."""
    life = Life()
    for day in range(until):
        if old <= day <= old + wrong_days:
            life.beat(day, ahead=ahead)
        if not old <= day < old + wrong_days:
            life.beat(day, minutes=30)
    return life


@pytest.mark.parametrize("ahead", [20 * ONE, 40 * ONE, 400 * ONE])
@pytest.mark.parametrize("old", [0, 4])
def test_a_clock_far_ahead_for_a_beat_costs_nothing(old: int, ahead: timedelta) -> None:
    """Every day is judged in its turn and told, of a watchlist that ran for days, and of one that has just begun."""
    life, calm = lived(old=old, ahead=ahead), lived(old=99, ahead=RIGHT)
    last = DAY + 11 * ONE
    assert life.days(DayStatus.EVALUATED) == calm.days(DayStatus.EVALUATED) == [DAY + day * ONE for day in range(12)]
    assert life.told == calm.told
    assert not life.world.store.incidents()
    assert not life.days(DayStatus.WAITING, last)
    assert not life.days(DayStatus.GAP), "nobody has lived those days"
    assert life.beat(12).complete


@pytest.mark.parametrize("ahead", [40 * ONE, 400 * ONE])
def test_days_that_were_given_up_by_a_clock_that_stayed_ahead_are_asked_for(ahead: timedelta) -> None:
    """Five days of it are longer than any day's patience; what they did not ask for is made up for."""
    life = lived(old=3, ahead=ahead, wrong_days=5)
    assert life.days(DayStatus.GAP)
    assert not life.days(DayStatus.GAP, DAY + 11 * ONE)
    assert life.days(DayStatus.EVALUATED) == [DAY + day * ONE for day in range(12)]
    assert life.events == lived(old=99, ahead=RIGHT).events


def test_days_that_were_given_up_are_judged_in_order_when_they_come() -> None:
    """The clock was ahead for weeks by so much that what it gave up is lived before it is right."""
    life = Life()
    life.beat(0)
    for day in range(1, 12):
        life.beat(day, ahead=40 * ONE)
    for day in range(12, 60):
        life.beat(day)
    assert life.days(DayStatus.EVALUATED) == [DAY + day * ONE for day in range(60)]
    assert not life.days(DayStatus.GAP)


def test_a_day_that_waited_already_is_not_given_up_before_its_time() -> None:
    """Its three days are those of the clock that is right; and what it tells then is no late news."""
    life, day = Life(), DAY + ONE
    life.beat(0)
    life.feed.fails[CLI_AGENTS.key, day] = [FeedTransientError("HTTP 502")] * 2
    life.beat(1)
    life.beat(1, ahead=4 * ONE, minutes=10)
    assert life.days(DayStatus.GAP, day) == [day]
    report = life.beat(1, minutes=20)
    assert [(one.date, one.status, one.again) for one in report.days] == [(day, DayStatus.EVALUATED, False)]
    assert [event.late for event in life.world.store.events(start=day)] == [False, False]
    assert life.days(DayStatus.EVALUATED, day) == [DAY, day]


def test_it_stays_one_to_be_asked_for_until_its_patience_is_over() -> None:
    life, day = Life(), DAY + ONE
    life.beat(0)
    life.feed.fails[CLI_AGENTS.key, day] = [FeedTransientError("HTTP 502")] * 99
    life.beat(1)
    life.beat(1, ahead=4 * ONE, minutes=10)
    for later in (1, 2, 3):
        report = life.beat(later, minutes=20)
        assert [(one.date, one.status) for one in report.days] == [(day, DayStatus.WAITING)]
    life.beat(4, minutes=20)
    assert life.days(DayStatus.GAP, day) == [day]
    life.beat(5, minutes=20)
    assert life.days(DayStatus.EVALUATED) == [DAY, *(day + later * ONE for later in (1, 2, 3, 4))]
    asked = life.asked(day)
    life.beat(6)
    assert (life.asked(day), life.days(DayStatus.GAP)) == (asked, [day])


def test_days_behind_a_day_that_was_given_up_too_early_are_judged_again_with_it() -> None:
    """By the wrong clock the next day was judged already, so it is as if OpenRouter had restated the gap."""
    life, day = Life(), DAY + ONE
    life.beat(0)
    life.feed.fails[CLI_AGENTS.key, day] = [FeedTransientError("HTTP 502")] * 6
    life.beat(1)
    life.beat(2)
    life.beat(2, ahead=3 * ONE, minutes=10)
    assert life.days(DayStatus.GAP, day) == [day]
    assert life.days(DayStatus.EVALUATED) == [DAY, day + ONE]
    life.feed.fails.clear()
    assert life.beat(2, minutes=20).complete
    assert life.days(DayStatus.EVALUATED) == [DAY, day, day + ONE]
    assert not life.beat(2, minutes=30).days


@pytest.mark.parametrize("ahead", [timedelta(seconds=2), timedelta(minutes=10), timedelta(minutes=59)])
def test_clocks_that_differ_a_little_ask_for_nothing_twice(ahead: timedelta) -> None:
    """Two processes of a store take turns, one of them with a clock that is ahead."""
    life, calm = Life(), Life()
    for day in range(6):
        for minutes in (0, 1, 2):
            life.beat(day, ahead=ahead if minutes != 1 else RIGHT, minutes=minutes)
            calm.beat(day, minutes=minutes)
    assert life.feed.asked == calm.feed.asked
    assert life.told == calm.told


def test_what_a_clock_ahead_has_checked_is_checked_again() -> None:
    """The feed restates a closed day; that the window was asked for in ten days' time is not believed."""
    life = Life()
    life.beat(0)
    life.beat(1)
    life.beat(1, ahead=10 * ONE, minutes=10)
    before = life.asked(DAY + ONE)
    for minutes in (0, 10):
        life.beat(2, minutes=minutes)
        assert life.asked(DAY + ONE) == before + 1


@pytest.mark.parametrize("year", [1970, 2020, 2024])
def test_a_clock_that_begins_years_behind_asks_for_nothing(year: int) -> None:
    """A small machine has no battery, and gets the time after a while."""
    life = Life()
    life.world.clock.now = datetime(year, 3, 1, 5, tzinfo=UTC)
    report = life.world.cycle().run()
    assert (report.complete, life.feed.asked, life.world.store.ledger("cli-agents")) == (True, [], [])
    life.beat(0)
    assert life.days(DayStatus.EVALUATED) == [DAY]


@pytest.mark.parametrize("behind", [ONE, 10 * ONE, 400 * ONE, 9999 * ONE])
def test_a_clock_that_is_behind_for_a_while_does_nothing(behind: timedelta) -> None:
    life = Life()
    for day in range(3):
        life.beat(day)
    marks, told = life.world.store.ledger("cli-agents"), life.told
    assert not life.beat(2, ahead=-behind, minutes=10).days
    assert (life.world.store.ledger("cli-agents"), life.told) == (marks, told)
    life.beat(3)
    assert life.days(DayStatus.EVALUATED) == [DAY + day * ONE for day in range(4)]
    assert life.world.store.ledger("cli-agents")[0].date == DAY


class TestTwoProcesses:
    """What one has judged meanwhile, the other leaves alone."""

    def test_a_day_that_one_still_waits_for_stays_judged_and_is_judged_again(self) -> None:
        """One did not get the board, the other did, told it, and then the feed restates it."""
        day = DAY + ONE
        world = World(changing(day, day + ONE))
        world.cycle().run()
        world.clock.now += ONE
        plan = world.cycle().plan()
        stale = list(judge_agenda(plan.agendas[0], Evidence(world.store, plan.agendas), now=world.clock.now))
        world.cycle().run()
        write(world.store, stale)
        marks = {mark.date: mark for mark in world.store.ledger("cli-agents")}
        assert (marks[day].status, marks[day].seen) == (DayStatus.EVALUATED, world.store.version())
        world.feed.figures = changing(day + ONE)
        world.clock.now += ONE
        world.cycle().run()
        assert [(event.date, event.status) for event in world.store.events()] == [
            (day, EventStatus.RETRACTED),
            (day + ONE, EventStatus.TOLD),
        ]

    @pytest.mark.parametrize("first", ["older", "newer"])
    def test_a_day_that_both_judged_is_left_to_who_came_first(self, first: str) -> None:
        """In between the day was restated; what does not hold by the newer figures does not stay."""
        store, agenda = FakeStore(), Agenda(AGENTS, DAY, (DAY,), ())
        for day, items in ((ago(1), "abc"), (DAY, "bac")):
            store.save([_board(day, items)])
        older = list(judge_agenda(agenda, Evidence(store, [agenda]), now=MORNING))
        if first == "older":
            write(store, older)
            store.save([_board(DAY, "cab")])
            newer = list(judge_agenda(agenda, Evidence(store, [agenda]), now=MORNING))
            assert [report.events for report in write(store, newer)] == [()]
            assert [report.date for report in revise(store, agenda)] == [DAY]
        else:
            store.save([_board(DAY, "cab")])
            evaluate(store, agenda, now=MORNING)
            assert [report.events for report in write(store, older)] == [()]
        leaders = [event for event in store.events() if event.kind.value == "new_leader"]
        assert [event.item for event in leaders if event.status is not EventStatus.RETRACTED] == ["c"]
        assert revise(store, agenda) == []

    def test_nothing_is_written_of_no_days(self) -> None:
        assert write(FakeStore(), []) == []


class TestOutbox:
    """A delivery that was worked at while the clock was ahead."""

    def back(self, box: Outbox) -> None:
        """The clock is right again, a minute after the delivery was made."""
        box.clock.now = MORNING + timedelta(minutes=1)

    @pytest.mark.parametrize("ahead", [timedelta(hours=2), 2 * ONE, 5 * ONE, 400 * ONE])
    @pytest.mark.parametrize("retry_after", [None, 7200.0])
    def test_after_a_passing_failure_it_is_tried_again(self, ahead: timedelta, retry_after: float | None) -> None:
        box = Outbox(FakeChannel(answers=[replace(BUSY, retry_after=retry_after)]))
        box.clock.now += ahead
        box.run()
        self.back(box)
        assert [attempt.status for attempt in box.run()] == [DeliveryStatus.SENT]

    def test_a_process_that_died_holds_nothing(self) -> None:
        box = Outbox()
        box.store.claim(MORNING + 400 * ONE, MORNING + 400 * ONE + POLICY.lease)
        self.back(box)
        assert [attempt.status for attempt in box.run()] == [DeliveryStatus.SENT]

    def test_what_was_begun_then_is_looked_for_where_it_may_be(self) -> None:
        """Slack's history is read from when a part was begun: by a moment to come it would not be found."""
        looked: list[datetime | None] = []

        class Slack(FakeChannel):
            def find(self, delivery: Delivery, step: Step, thread: str) -> Outcome:
                looked.append(step.started_at)
                return super().find(delivery, step, thread)

        box = Outbox(Slack())
        (part,) = box.store.deliveries()[0].steps
        begun = replace(part, status=StepStatus.SENDING, started_at=MORNING + 9 * ONE)
        assert box.store.record_step(box.id, begun, held_until=None, lease_until=None)
        self.back(box)
        earliest = box.clock.now - POLICY.give_up
        assert [attempt.next_attempt_at for attempt in box.run()] == [box.clock.now + POLICY.looks[0]]
        assert looked == [earliest]
        box.later(seconds=5)
        box.run()
        assert looked == [earliest, earliest]

    def test_a_part_that_was_sent_then_hurries_none_of_the_others(self) -> None:
        box = Outbox(FakeChannel(parts=2, replies=True, answers=[Sent("ts"), *[BUSY] * 9]))
        box.clock.now += 400 * ONE
        box.run()
        self.back(box)
        for _ in range(8):
            (attempt,) = box.run()
            assert attempt.next_attempt_at
            assert attempt.next_attempt_at > box.clock.now
            assert not box.run()
            box.clock.now = attempt.next_attempt_at
        assert box.sent == [0, *[1] * 9]

    def test_what_was_handed_back_or_revived_then_is_due_at_once(self) -> None:
        box = Outbox(FakeChannel(parts=2))
        box.clock.now += 2 * ONE
        replace(box.deliver(), stop=lambda: len(box.sent) == 1).run()
        found = box.store.delivery(box.id)
        assert found
        assert (found.status, found.next_attempt_at) == (DeliveryStatus.PENDING, None)
        revive(box.store, box.id, now=box.clock.now)
        self.back(box)
        assert [attempt.status for attempt in box.run()] == [DeliveryStatus.SENT]
        assert box.sent == [0, 1]

    def test_a_message_of_the_future_is_given_up_after_three_days_all_the_same(self) -> None:
        """It was composed by the clock that was ahead, and its channel is gone."""
        box = Outbox(FakeChannel(answers=[BUSY] * 99))
        box.store.release(
            box.id,
            DeliveryStatus.PENDING,
            held_until=None,
            next_attempt_at=None,
            attempts=0,
            looks=0,
            last_error="",
            renewed_at=MORNING + 400 * ONE,
        )
        for _ in range(80):
            box.run()
            box.later(hours=1)
        assert box.status is DeliveryStatus.DEAD


def _board(day: date, items: str) -> Snapshot:
    return snapshot(CLI_AGENTS, day, [(item, item.title(), 100 - place) for place, item in enumerate(items)])
