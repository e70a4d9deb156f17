"""What is in the outbox is sent once: retried, looked for, given up, each as the answer asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from bot.app.deliver import Attempt, Deliver, give_up, revive
from bot.app.records import NewDelivery
from bot.core.delivery import DeliveryStatus, Failed, IfUnsure, RetryPolicy, Sent, Step, StepStatus, Unknown
from bot.errors import UsageError
from tests.app.doubles import MORNING, Clock, FakeChannel
from tests.builders import DAY
from tests.fakes import FakeStore

POLICY = RetryPolicy()
BUSY = Failed("HTTP 503", permanent=False)
REFUSED = Failed("channel_not_found", permanent=True, hint="Invite the bot.")
LOST = Unknown("the connection broke")
NOT_THERE = Failed("not there", permanent=False)


class Outbox:
    """A store with one delivery in it, a channel, and a clock."""

    def __init__(self, channel: FakeChannel | None = None, *, patience: timedelta = timedelta(0)) -> None:
        self.store, self.clock, self.channel = FakeStore(), Clock(), channel or FakeChannel()
        self.patience = patience
        steps = tuple(
            Step(number, "x", f"part {number}", reply=self.channel.replies and number > 0)
            for number in range(self.channel.parts)
        )
        made = self.store.enqueue(NewDelivery("team", MORNING, DAY, "News", steps), [], MORNING)
        assert made is not None
        self.id = made.id

    def run(self, *, sleep: Callable[[float], None] | None = None, **channels: FakeChannel) -> list[Attempt]:
        return self.deliver(sleep=sleep, **channels).run()

    def deliver(self, *, sleep: Callable[[float], None] | None = None, **channels: FakeChannel) -> Deliver:
        return Deliver(
            store=self.store,
            channels=channels or {"team": self.channel},
            policy=POLICY,
            clock=self.clock,
            jitter=lambda: 1.0,
            sleep=sleep or self.clock.sleep,
            patience=self.patience,
        )

    @property
    def status(self) -> DeliveryStatus:
        found = self.store.delivery(self.id)
        assert found is not None
        return found.status

    @property
    def steps(self) -> list[StepStatus]:
        found = self.store.delivery(self.id)
        assert found is not None
        return [step.status for step in found.steps]

    @property
    def sent(self) -> list[int]:
        return [number for number, _, _ in self.channel.sent]

    def later(self, **delta: float) -> None:
        self.clock.now += timedelta(**delta)


def test_it_is_sent_once_and_never_again() -> None:
    box = Outbox()
    assert [attempt.status for attempt in box.run()] == [DeliveryStatus.SENT]
    box.later(days=1)
    assert not box.run()
    assert box.sent == [0]


def test_replies_go_into_the_thread_of_the_first_part() -> None:
    box = Outbox(FakeChannel(parts=3, replies=True))
    box.run()
    assert box.channel.sent == [(0, "", "part 0"), (1, "ts0", "part 1"), (2, "ts0", "part 2")]


def test_a_stop_lets_the_rest_for_later() -> None:
    box = Outbox()
    deliver = Deliver(
        store=box.store,
        channels={"team": box.channel},
        policy=POLICY,
        clock=box.clock,
        jitter=lambda: 1.0,
        sleep=box.clock.sleep,
        stop=lambda: True,
    )
    assert not deliver.run()
    assert box.sent == []


class TestPassingFailure:
    """What may pass is tried again later, with growing waits, for three days."""

    def test_it_waits_and_then_goes_on(self) -> None:
        box = Outbox(FakeChannel(answers=[BUSY]))
        (attempt,) = box.run()
        assert (attempt.status, attempt.error) == (DeliveryStatus.PENDING, "HTTP 503")
        assert attempt.next_attempt_at == MORNING + timedelta(seconds=60)
        box.later(seconds=59)
        assert not box.run()
        box.later(seconds=1)
        assert box.run()[0].status is DeliveryStatus.SENT

    @pytest.mark.parametrize(("named", "seconds"), [(0.0, 1), (-5.0, 1), (7.0, 7), (1e15, 3 * 86400)])
    def test_the_services_own_time_is_kept_within_reason(self, named: float, seconds: int) -> None:
        assert POLICY.wait(1, 1.0, named) == timedelta(seconds=seconds)

    def test_the_services_own_time_wins(self) -> None:
        box = Outbox(FakeChannel(answers=[Failed("429", permanent=False, retry_after=7)]))
        assert box.run()[0].next_attempt_at == MORNING + timedelta(seconds=7)

    def test_waits_double_up_to_six_hours(self) -> None:
        waits = [POLICY.wait(attempts, 1.0) for attempts in (1, 2, 3, 9, 10, 50)]
        assert [wait.total_seconds() for wait in waits] == [60, 120, 240, 15360, 21600, 21600]
        assert POLICY.wait(1, 0.0) == timedelta(seconds=30)

    def test_after_three_days_it_is_given_up(self) -> None:
        box = Outbox(FakeChannel(answers=[BUSY] * 100))
        for _ in range(100):
            box.run()
            box.later(hours=6)
        assert box.status is DeliveryStatus.DEAD

    def test_only_the_missing_parts_are_sent_again(self) -> None:
        box = Outbox(FakeChannel(parts=3, replies=True, answers=[Sent("ts0"), BUSY]))
        box.run()
        box.later(minutes=1)
        box.run()
        assert box.sent == [0, 1, 1, 2]
        assert [thread for _, thread, _ in box.channel.sent] == ["", "ts0", "ts0", "ts0"]

    def test_one_recipient_does_not_hold_up_another(self) -> None:
        box = Outbox(FakeChannel(parts=3, answers=[BUSY]))
        box.run()
        assert box.steps == [StepStatus.PENDING, StepStatus.SENT, StepStatus.SENT]
        box.later(minutes=1)
        assert box.run()[0].status is DeliveryStatus.SENT
        assert box.sent == [0, 1, 2, 0]


class TestRefusal:
    """What is refused for good is dead at once; the operator may revive it."""

    def test_it_is_dead_at_once(self) -> None:
        box = Outbox(FakeChannel(answers=[REFUSED]))
        (attempt,) = box.run()
        assert (attempt.status, attempt.hint) == (DeliveryStatus.DEAD, "Invite the bot.")
        box.later(days=1)
        assert not box.run()

    def test_replies_to_a_refused_parent_are_not_sent(self) -> None:
        box = Outbox(FakeChannel(parts=2, replies=True, answers=[REFUSED]))
        box.run()
        assert box.sent == [0]

    def test_the_other_recipients_get_theirs(self) -> None:
        box = Outbox(FakeChannel(parts=2, answers=[REFUSED]))
        assert box.run()[0].status is DeliveryStatus.DEAD
        assert box.steps == [StepStatus.DEAD, StepStatus.SENT]

    def test_a_recipient_that_was_refused_stays_so_when_another_comes_later(self) -> None:
        box = Outbox(FakeChannel(parts=2, answers=[REFUSED, BUSY]))
        assert box.run()[0].status is DeliveryStatus.PENDING
        box.later(minutes=1)
        assert box.run()[0].status is DeliveryStatus.DEAD
        assert box.steps == [StepStatus.DEAD, StepStatus.SENT]

    def test_revived_after_it_was_given_up_it_is_tried_for_three_days_again(self) -> None:
        box = Outbox(FakeChannel(answers=[BUSY] * 100))
        while box.status is not DeliveryStatus.DEAD:
            box.run()
            box.later(hours=6)
        revive(box.store, box.id, now=box.clock())
        again = box.clock()
        assert box.run()[0].next_attempt_at == again + timedelta(seconds=60)
        while box.status is not DeliveryStatus.DEAD:
            box.run()
            box.later(hours=6)
        assert timedelta(days=2, hours=12) < box.clock() - again <= timedelta(days=3, hours=6)

    def test_revived_it_sends_what_is_missing(self) -> None:
        box = Outbox(FakeChannel(parts=2, answers=[REFUSED]))
        box.run()
        revive(box.store, box.id, now=box.clock())
        assert box.run()[0].status is DeliveryStatus.SENT
        assert box.sent == [0, 1, 0]

    def test_discarded_it_stays_unsent(self) -> None:
        box = Outbox(FakeChannel(answers=[REFUSED]))
        box.run()
        give_up(box.store, box.id, now=box.clock())
        assert box.status is DeliveryStatus.DISCARDED
        assert not box.run()

    def test_a_channel_that_is_gone_from_the_configuration_is_said(self) -> None:
        box = Outbox()
        (attempt,) = box.run(other=FakeChannel("other"))
        assert attempt.status is DeliveryStatus.DEAD
        assert "Put [channel.team] back" in attempt.hint


class TestLostAnswer:
    """After a lost answer the message is looked for before anything is sent again."""

    def test_it_is_found_and_not_sent_again(self) -> None:
        box = Outbox(FakeChannel(answers=[LOST], looks=[Sent("ts9")]))
        (attempt,) = box.run()
        assert (attempt.status, attempt.next_attempt_at) == (DeliveryStatus.UNKNOWN, MORNING + timedelta(seconds=5))
        box.later(seconds=5)
        assert box.run()[0].status is DeliveryStatus.SENT
        assert (box.sent, box.channel.looked) == ([0], [0])

    def test_three_looks_come_before_it_is_sent_again(self) -> None:
        box = Outbox(FakeChannel(answers=[LOST]))
        box.run()
        for seconds in (5, 15, 40):
            assert box.sent == [0]
            box.later(seconds=seconds)
            box.run()
        assert (box.sent, len(box.channel.looked), box.status) == ([0, 0], 3, DeliveryStatus.SENT)

    def test_a_single_run_may_wait_for_the_looks(self) -> None:
        box = Outbox(
            FakeChannel(answers=[LOST], looks=[Failed("not there", permanent=False), Sent("ts9")]),
            patience=timedelta(seconds=75),
        )
        (attempt,) = box.run()
        assert attempt.status is DeliveryStatus.SENT
        assert box.clock.slept == [5, 15]

    def test_it_does_not_wait_for_what_another_process_looks_for(self) -> None:
        box = Outbox(FakeChannel(answers=[LOST], looks=[Sent("ts9")]), patience=timedelta(seconds=75))
        other = Outbox(box.channel)
        other.store, other.clock = box.store, box.clock

        def taken_meanwhile(seconds: float) -> None:
            box.clock.sleep(seconds)
            assert [attempt.status for attempt in other.run()] == [DeliveryStatus.SENT]

        (attempt,) = box.run(sleep=taken_meanwhile)
        assert attempt.status is DeliveryStatus.UNKNOWN
        assert (box.sent, box.clock.slept, box.status) == ([0], [5], DeliveryStatus.SENT)

    def test_a_process_that_died_while_sending_left_a_trace(self) -> None:
        """The step was marked as being sent, and the lease ran out: it is looked for, not sent."""
        box = Outbox(FakeChannel(looks=[Sent("ts9")]))
        box.store.claim(MORNING, MORNING + POLICY.lease)
        lease = MORNING + POLICY.lease
        sending = Step(0, "x", "part 0", status=StepStatus.SENDING)
        assert box.store.record_step(box.id, sending, held_until=lease, lease_until=lease)
        assert not box.run()
        box.later(seconds=121)
        assert box.run()[0].status is DeliveryStatus.SENT
        assert box.sent == []

    def test_each_part_has_looks_of_its_own(self) -> None:
        channel = FakeChannel(
            parts=2,
            replies=True,
            answers=[LOST, LOST],
            looks=[NOT_THERE, NOT_THERE, Sent("ts1"), NOT_THERE, Sent("ts2")],
        )
        box = Outbox(channel, patience=timedelta(seconds=200))
        assert box.run()[0].status is DeliveryStatus.SENT
        assert (box.sent, box.clock.slept) == ([0, 1], [5, 15, 40, 5, 15])

    def test_nothing_is_sent_again_after_a_look_that_failed_for_now(self) -> None:
        down = Unknown("HTTP 503", passing=True)
        box = Outbox(FakeChannel(answers=[LOST], looks=[NOT_THERE, NOT_THERE, down, down, Sent("ts9")]))
        for _ in range(6):
            box.run()
            box.later(hours=1)
        assert (box.sent, box.status) == ([0], DeliveryStatus.SENT)

    def test_nor_is_the_operator_asked_before_a_look_came_about(self) -> None:
        down = Unknown("HTTP 503", passing=True)
        box = Outbox(FakeChannel(answers=[LOST], looks=[down] * 5, if_unsure=IfUnsure.ASK))
        for _ in range(7):
            box.run()
            box.later(hours=1)
        assert (box.sent, box.status) == ([0, 0], DeliveryStatus.SENT)

    def test_a_channel_that_cannot_be_asked_sends_again(self) -> None:
        box = Outbox(FakeChannel(can_be_asked=False, answers=[LOST]))
        box.run()
        box.later(seconds=5)
        assert box.run()[0].status is DeliveryStatus.SENT
        assert (box.sent, box.channel.looked) == ([0, 0], [])

    @pytest.mark.parametrize("can_be_asked", [True, False])
    def test_or_waits_for_the_operator(self, can_be_asked: bool) -> None:
        channel = FakeChannel(can_be_asked=can_be_asked, if_unsure=IfUnsure.ASK, answers=[LOST], looks=[LOST] * 9)
        box = Outbox(channel)
        for _ in range(9):
            box.run()
            box.later(hours=1)
        assert (box.sent, box.status) == ([0], DeliveryStatus.UNKNOWN)
        revive(box.store, box.id, now=box.clock())
        assert box.run()[0].status is DeliveryStatus.SENT
        assert box.sent == [0, 0]

    def test_answers_that_are_lost_for_ever_are_given_up(self) -> None:
        box = Outbox(FakeChannel(can_be_asked=False, answers=[LOST] * 100))
        for _ in range(100):
            box.run()
            box.later(hours=6)
        assert box.status is DeliveryStatus.DEAD
        assert len(box.sent) < 20

    def test_a_lost_answer_is_told_before_a_failure(self) -> None:
        box = Outbox(FakeChannel(parts=2, answers=[LOST, BUSY]))
        assert box.run()[0].status is DeliveryStatus.UNKNOWN


class TestBugs:
    """A channel that fails by a bug holds up no other, and counts as a lost answer."""

    def test_it_is_tried_like_a_lost_answer(self) -> None:
        box = Outbox(FakeChannel(answers=[KeyError("secret")], looks=[Sent("ts9")]))
        (attempt,) = box.run()
        assert (attempt.status, attempt.error) == (
            DeliveryStatus.UNKNOWN,
            "A bug in the channel (KeyError); the log has its traceback.",
        )
        box.later(seconds=5)
        assert box.run()[0].status is DeliveryStatus.SENT

    def test_the_next_delivery_goes_out(self) -> None:
        box = Outbox(FakeChannel(answers=[KeyError("a bug")]))
        other = FakeChannel("other")
        box.store.enqueue(NewDelivery("other", MORNING, DAY, "News", (Step(0, "x", "y"),)), [], MORNING)
        statuses = [attempt.status for attempt in box.run(team=box.channel, other=other)]
        assert statuses == [DeliveryStatus.UNKNOWN, DeliveryStatus.SENT]


class TestLongSends:
    """A delivery of many parts shows that the process lives, and may be left in the middle."""

    def test_each_part_is_a_sign_of_life(self) -> None:
        box = Outbox(FakeChannel(parts=500))
        signs: list[datetime] = []
        box.channel.on_send = lambda: box.later(seconds=50)
        deliver = replace(box.deliver(), alive=lambda: signs.append(box.clock.now))
        assert [attempt.status for attempt in deliver.run()] == [DeliveryStatus.SENT]
        assert len(signs) == 500
        assert max(b - a for a, b in pairwise(signs)) == timedelta(seconds=50)

    def test_a_stop_finishes_the_part_in_hand_and_leaves_the_rest_to_whoever_comes_next(self) -> None:
        box = Outbox(FakeChannel(parts=5))
        deliver = replace(box.deliver(), stop=lambda: len(box.sent) == 2)
        (attempt,) = deliver.run()
        assert (attempt.status, box.sent) == (DeliveryStatus.PENDING, [0, 1])
        assert [attempt.status for attempt in box.run()] == [DeliveryStatus.SENT]
        assert box.sent == [0, 1, 2, 3, 4]
        found = box.store.delivery(box.id)
        assert found
        assert found.attempts == 1

    def test_a_stop_after_a_failure_keeps_to_its_wait(self) -> None:
        box = Outbox(FakeChannel(parts=3, answers=[BUSY]))
        deliver = replace(box.deliver(), stop=lambda: len(box.sent) == 1)
        assert deliver.run()[0].next_attempt_at == MORNING + timedelta(seconds=60)
        assert box.sent == [0]

    def test_a_stop_after_a_refusal_does_not_cost_the_others_theirs(self) -> None:
        box = Outbox(FakeChannel(parts=3, answers=[REFUSED]))
        replace(box.deliver(), stop=lambda: len(box.sent) == 1).run()
        assert box.status is DeliveryStatus.PENDING
        assert box.run()[0].status is DeliveryStatus.DEAD
        assert box.steps == [StepStatus.DEAD, StepStatus.SENT, StepStatus.SENT]

    def test_one_that_lost_its_claim_hands_nothing_back(self) -> None:
        box = Outbox(FakeChannel(parts=3))

        def overtaken() -> bool:
            if not box.sent:
                return False
            box.later(hours=1)
            assert box.store.claim(box.clock.now, box.clock.now + POLICY.lease)
            return True

        assert replace(box.deliver(), stop=overtaken).run()[0].status is DeliveryStatus.CLAIMED
        assert box.status is DeliveryStatus.CLAIMED


class TestLease:
    """A delivery with many parts outlasts its lease, and a process that lost it stops."""

    def test_each_part_extends_it(self) -> None:
        box = Outbox(FakeChannel(parts=9))
        box.clock = SlowClock(MORNING, timedelta(seconds=50))
        taken: list[object] = []
        box.channel.on_send = lambda: taken.append(box.store.claim(box.clock.now, box.clock.now + POLICY.lease))
        assert box.run()[0].status is DeliveryStatus.SENT
        assert taken == [None] * 9

    def test_one_that_slept_too_long_sends_no_more(self) -> None:
        """The machine was suspended after the first part; another process has taken the delivery over."""
        box = Outbox(FakeChannel(parts=3))

        def suspended() -> None:
            box.later(hours=1)
            assert box.store.claim(box.clock.now, box.clock.now + POLICY.lease)

        box.channel.on_send = suspended
        (attempt,) = box.run()
        assert (attempt.status, box.sent) == (DeliveryStatus.CLAIMED, [0])
        assert box.steps[1:] == [StepStatus.PENDING, StepStatus.PENDING]

    def test_one_that_lost_it_at_the_very_end_reports_no_success(self) -> None:
        """All is sent; but before that is written, the machine sleeps and another process takes the delivery over."""
        box = Outbox()

        def overtaken() -> float:
            box.later(hours=1)
            assert box.store.claim(box.clock.now, box.clock.now + POLICY.lease)
            return 1.0

        deliver = Deliver(
            store=box.store,
            channels={"team": box.channel},
            policy=POLICY,
            clock=box.clock,
            jitter=overtaken,
            sleep=box.clock.sleep,
        )
        assert [attempt.status for attempt in deliver.run()] == [DeliveryStatus.CLAIMED]
        assert box.status is DeliveryStatus.CLAIMED


class SlowClock(Clock):
    """A clock that moves on by ``tick`` with each look."""

    def __init__(self, now: datetime, tick: timedelta) -> None:
        super().__init__(now)
        self.tick = tick

    def __call__(self) -> datetime:
        self.now += self.tick
        return self.now


class TestActing:
    """What the operator may do to a delivery."""

    @pytest.mark.parametrize("act", [revive, give_up])
    def test_not_to_one_that_is_not_there_or_done(self, act: object) -> None:
        box = Outbox()
        with pytest.raises(UsageError, match="There is no delivery 99"):
            act(box.store, 99, now=MORNING)  # type: ignore[operator]
        box.store.claim(MORNING, MORNING + POLICY.lease)
        with pytest.raises(UsageError, match="is being sent right now"):
            act(box.store, box.id, now=MORNING)  # type: ignore[operator]
        box.later(seconds=121)
        box.run()
        with pytest.raises(UsageError, match="is sent: there is nothing left to do"):
            act(box.store, box.id, now=MORNING)  # type: ignore[operator]


def test_a_delivery_bears_a_marker_of_its_own() -> None:
    delivery = Outbox().store.deliveries()[0]
    assert delivery.marker == f"rankbot-team-20261111T021500Z-{delivery.id}"
