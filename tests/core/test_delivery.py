"""What becomes of a delivery after a try: waits, which outcome decides, when it is given up, when it is sent again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.delivery import (
    Delivery,
    DeliveryStatus,
    Failed,
    IfUnsure,
    Outcome,
    Release,
    RetryPolicy,
    Sent,
    Step,
    StepStatus,
    Unknown,
    begun_by,
    release,
    resend,
    worse,
)

MADE = datetime(2026, 11, 11, 8, tzinfo=UTC)
POLICY = RetryPolicy()
PASSING = Failed("later", permanent=False)
REFUSED = Failed("no", permanent=True)
LOST = Unknown("lost")
STEPS = tuple(Step(number, f"to-{number}", "x") for number in (1, 2))


def delivery(*, attempts: int = 0, looks: int = 0, steps: tuple[Step, ...] = STEPS) -> Delivery:
    return Delivery(7, "team", MADE, DeliveryStatus.CLAIMED, "News", steps, MADE, attempts=attempts, looks=looks)


def after(
    worst: Outcome, *, of: Delivery | None = None, age: timedelta = timedelta(0), if_unsure: IfUnsure = IfUnsure.RESEND
) -> Release:
    """What becomes of it so long after it was made, without jitter."""
    return release(of or delivery(), worst, policy=POLICY, if_unsure=if_unsure, now=MADE + age, jitter=0)


class TestWait:
    """Between half and all of a time that doubles."""

    @pytest.mark.parametrize(
        ("attempts", "jitter", "seconds"),
        [
            (1, 0, 30),
            (1, 0.5, 45),
            (1, 1, 60),
            (2, 1, 120),
            (3, 0, 120),
            (9, 1, 256 * 60),
            (10, 1, 6 * 3600),
            (10, 0, 3 * 3600),
            (10**6, 1, 6 * 3600),
        ],
    )
    def test_it_doubles_up_to_the_longest(self, attempts: int, jitter: float, seconds: int) -> None:
        assert POLICY.wait(attempts, jitter) == timedelta(seconds=seconds)

    @pytest.mark.parametrize(
        ("asked", "seconds"), [(0, 1), (0.5, 1), (1.5, 1.5), (30, 30), (3 * 86_400, 3 * 86_400), (1e9, 3 * 86_400)]
    )
    def test_a_time_that_the_service_names_wins_within_bounds(self, asked: float, seconds: float) -> None:
        assert POLICY.wait(5, 0.3, asked) == timedelta(seconds=seconds)


def test_a_lost_answer_decides_before_a_passing_failure_before_a_refusal_before_success() -> None:
    ascending: list[Outcome] = [Sent("1"), REFUSED, PASSING, LOST]
    for place, one in enumerate(ascending):
        for other in ascending[:place]:
            assert worse(one, other) is one
            assert worse(other, one) is one
    first, second = Sent("1"), Sent("2")
    assert worse(first, second) is first


class TestRelease:
    """Every way in which a claim ends."""

    def test_sent_is_done_unless_a_part_was_refused_before(self) -> None:
        assert after(Sent(), of=delivery(attempts=2, looks=1)) == Release(DeliveryStatus.SENT, None, 3, 1)
        part = Step(2, "to-2", "x", status=StepStatus.DEAD)
        assert after(Sent(), of=delivery(steps=(STEPS[0], part))) == Release(DeliveryStatus.DEAD, None, 1, 0)

    def test_a_lost_answer_is_looked_for_at_the_policys_times(self) -> None:
        for looks, wait in enumerate(POLICY.looks):
            found = after(LOST, of=delivery(attempts=1, looks=looks))
            assert found == Release(DeliveryStatus.UNKNOWN, wait, 2, looks + 1)

    def test_after_the_looks_it_is_sent_again_or_waits_for_the_operator(self) -> None:
        looked = delivery(attempts=3, looks=len(POLICY.looks))
        assert after(LOST, of=looked) == Release(DeliveryStatus.UNKNOWN, POLICY.wait(4, 0), 4, 3)
        assert after(LOST, of=looked, if_unsure=IfUnsure.ASK) == Release(DeliveryStatus.UNKNOWN, None, 4, 3)

    def test_a_lost_answer_is_given_up_in_the_end(self) -> None:
        moment = timedelta(microseconds=1)
        assert after(LOST, age=POLICY.give_up).status is DeliveryStatus.UNKNOWN
        gone = after(LOST, of=delivery(attempts=5, looks=2), age=POLICY.give_up + moment)
        assert gone == Release(DeliveryStatus.DEAD, None, 6, 2)

    def test_a_passing_failure_is_tried_again_while_there_is_time(self) -> None:
        wait = timedelta(seconds=30)
        assert after(PASSING) == Release(DeliveryStatus.PENDING, wait, 1, 0)
        assert after(PASSING, age=POLICY.give_up - wait) == Release(DeliveryStatus.PENDING, wait, 1, 0)
        wait, tried = timedelta(minutes=8), delivery(attempts=4, looks=2)
        assert after(PASSING, of=tried, age=POLICY.give_up - wait) == Release(DeliveryStatus.PENDING, wait, 5, 2)
        late = after(PASSING, of=tried, age=POLICY.give_up - wait + timedelta(microseconds=1))
        assert late == Release(DeliveryStatus.DEAD, None, 5, 2)

    @pytest.mark.parametrize("worst", [PASSING, LOST])
    @pytest.mark.parametrize(("attempts", "dead"), [(0, False), (3, False), (4, True)])
    def test_nothing_is_given_up_for_its_age_alone(self, worst: Outcome, attempts: int, dead: bool) -> None:
        """It lay there while nothing ran, or the clock is ahead: five tries are made, within a quarter of an hour."""
        found = after(worst, of=delivery(attempts=attempts, looks=3), age=timedelta(days=400))
        assert (found.status is DeliveryStatus.DEAD) is dead
        assert dead or (found.wait and found.wait <= timedelta(minutes=8))

    def test_a_service_that_asks_for_more_time_than_is_left_is_given_up(self) -> None:
        asked = Failed("come back in two days", permanent=False, retry_after=2 * 86_400)
        assert after(asked, age=timedelta(days=1)).status is DeliveryStatus.PENDING
        assert after(asked, age=timedelta(days=1, seconds=1)).status is DeliveryStatus.DEAD

    def test_the_services_own_time_counts(self) -> None:
        asked = Failed("slow down", permanent=False, retry_after=7)
        assert after(asked, of=delivery(attempts=4)) == Release(DeliveryStatus.PENDING, timedelta(seconds=7), 5, 0)

    def test_a_refusal_is_final(self) -> None:
        assert after(REFUSED, of=delivery(attempts=1, looks=2)) == Release(DeliveryStatus.DEAD, None, 2, 2)

    def test_the_wait_is_spread_by_the_jitter(self) -> None:
        found = release(delivery(), PASSING, policy=POLICY, if_unsure=IfUnsure.ASK, now=MADE, jitter=1)
        assert found.wait == timedelta(seconds=60)


class TestLookedFor:
    """From when on a part is looked for whose answer was lost."""

    def begun(self, started_at: datetime | None, *, made: datetime = MADE) -> datetime | None:
        step = replace(STEPS[0], status=StepStatus.SENDING, started_at=started_at)
        of = replace(delivery(), created_at=made)
        return begun_by(of, step, policy=POLICY, now=MADE + timedelta(hours=1)).started_at

    def test_from_when_it_was_begun(self) -> None:
        assert self.begun(MADE) == MADE
        assert self.begun(None) is None

    def test_from_before_all_tries_where_a_clock_that_was_ahead_began_it(self) -> None:
        ahead, old = MADE + timedelta(days=400), MADE - timedelta(days=9)
        assert self.begun(ahead) == MADE + timedelta(hours=1) - POLICY.give_up
        assert self.begun(ahead, made=old) == old


@pytest.mark.parametrize(
    ("found", "if_unsure", "looks_left", "again"),
    [
        (None, IfUnsure.RESEND, True, True),
        (None, IfUnsure.RESEND, False, True),
        (None, IfUnsure.ASK, False, False),
        (PASSING, IfUnsure.ASK, True, False),  # a history lags
        (PASSING, IfUnsure.ASK, False, True),  # it is not there
        (LOST, IfUnsure.RESEND, True, False),
        (LOST, IfUnsure.RESEND, False, True),
        (LOST, IfUnsure.ASK, False, False),
    ],
)
def test_a_lost_part_is_sent_again(found: Outcome | None, if_unsure: IfUnsure, looks_left: bool, again: bool) -> None:
    assert resend(found, if_unsure=if_unsure, looks_left=looks_left) is again


def test_a_step_takes_its_own_place() -> None:
    sent = Step(2, "to-2", "x", status=StepStatus.SENT, receipt="r")
    assert delivery().with_step(sent) == delivery(steps=(STEPS[0], sent))


def test_the_marker_names_channel_time_and_delivery() -> None:
    assert delivery().marker == "rankbot-team-20261111T080000Z-7"
