"""Delivering: claim what is due in the outbox, send it step by step, record each answer. The only retrier of sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.app.ports import Channel, Store
from bot.core.delivery import (
    Delivery,
    DeliveryStatus,
    Failed,
    IfUnsure,
    Outcome,
    RetryPolicy,
    Sent,
    Step,
    StepStatus,
    Unknown,
    release,
    resend,
    worse,
)
from bot.errors import UsageError


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one claim of a delivery came to. ``hint`` is what the operator should do where it needs one."""

    delivery: Delivery
    status: DeliveryStatus
    error: str = ""
    hint: str = ""
    next_attempt_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Deliver:
    """The use case, with what it needs.

    ``jitter`` yields numbers from 0 to 1; ``stop`` ends it between two sends. ``sleep`` waits that many seconds for
    the next look after a lost answer; at most ``patience`` goes on waiting (none: the next run looks again).
    """

    store: Store
    channels: Mapping[str, Channel]
    policy: RetryPolicy
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    sleep: Callable[[float], None]
    patience: timedelta = timedelta(0)
    stop: Callable[[], bool] = lambda: False

    def run(self) -> list[Attempt]:
        """Sends all that may be sent now; returns the last attempt at each delivery."""
        attempts: dict[int, Attempt] = {}
        until = self.clock() + self.patience
        while not self.stop():
            now = self.clock()
            delivery = self.store.claim(now, now + self.policy.lease)
            if delivery is not None:
                attempts[delivery.id] = self._attempt(delivery)
                continue
            looks = [
                attempt.next_attempt_at
                for attempt in attempts.values()
                if attempt.status is DeliveryStatus.UNKNOWN and attempt.next_attempt_at
            ]
            if not looks or min(looks) > until:
                break
            self.sleep(max((min(looks) - now).total_seconds(), 0))
        return list(attempts.values())

    def _attempt(self, delivery: Delivery) -> Attempt:
        channel = self.channels.get(delivery.channel)
        if channel is None:
            hint = f"Put [channel.{delivery.channel}] back, or: rankbot deliveries discard {delivery.id}"
            return self._release(
                delivery, Failed("The channel is no longer configured.", permanent=True, hint=hint), IfUnsure.ASK
            )
        worst: Outcome = Sent()
        for step in delivery.steps:
            if step.status in (StepStatus.SENT, StepStatus.DEAD):
                continue
            if step.reply and not isinstance(worst, Sent):
                break
            thread = delivery.steps[0].receipt if step.reply else ""
            outcome = self._advance(channel, delivery, step, thread)
            delivery = self._record(delivery, step, outcome)
            worst = worse(worst, outcome)
        return self._release(delivery, worst, channel.if_unsure)

    def _advance(self, channel: Channel, delivery: Delivery, step: Step, thread: str) -> Outcome:
        """Sends a step; one that may have been sent before is looked for first."""
        if step.status in (StepStatus.SENDING, StepStatus.UNKNOWN):
            found = channel.find(delivery, step, thread) if channel.can_be_asked else None
            if isinstance(found, Sent):
                return found
            looks_left = delivery.looks < len(self.policy.looks)
            if not resend(found, if_unsure=channel.if_unsure, looks_left=looks_left):
                return Unknown(step.error or "The process died before the answer was recorded.")
        sending = replace(step, status=StepStatus.SENDING, started_at=self.clock())
        self.store.record_step(delivery.id, sending)
        return channel.send(delivery, sending, thread)

    def _record(self, delivery: Delivery, step: Step, outcome: Outcome) -> Delivery:
        if isinstance(outcome, Sent):
            done = replace(step, status=StepStatus.SENT, receipt=outcome.receipt, error="")
        elif isinstance(outcome, Unknown):
            done = replace(step, status=StepStatus.UNKNOWN, error=outcome.reason)
        else:
            status = StepStatus.DEAD if outcome.permanent else StepStatus.PENDING
            done = replace(step, status=status, error=outcome.reason)
        self.store.record_step(delivery.id, done)
        return delivery.with_step(done)

    def _release(self, delivery: Delivery, worst: Outcome, if_unsure: IfUnsure) -> Attempt:
        """Ends the claim: sent, tried again later, looked for, or dead."""
        now = self.clock()
        end = release(delivery, worst, policy=self.policy, if_unsure=if_unsure, now=now, jitter=self.jitter())
        next_at = None if end.wait is None else now + end.wait
        error = "" if isinstance(worst, Sent) else worst.reason
        self.store.release(
            delivery.id,
            end.status,
            next_attempt_at=next_at,
            attempts=end.attempts,
            looks=end.looks,
            last_error=error,
        )
        hint = worst.hint if isinstance(worst, Failed) else ""
        return Attempt(delivery, end.status, error, hint, next_at)


def revive(store: Store, delivery_id: int, *, now: datetime) -> None:
    """Makes a stuck delivery due at once, with its tries and looks counted anew; sent parts stay sent.

    Raises UsageError where there is no such delivery, or nothing left of it to send.
    """
    delivery = _stuck(store, delivery_id)
    with store.transaction() as tx:
        for step in delivery.steps:
            if step.status is StepStatus.DEAD:
                tx.record_step(delivery_id, replace(step, status=StepStatus.PENDING))
        tx.release(
            delivery_id,
            DeliveryStatus.PENDING,
            next_attempt_at=now,
            attempts=0,
            looks=0,
            last_error=delivery.last_error,
        )
        tx.end_incident(incident_key(delivery_id), now)


def give_up(store: Store, delivery_id: int, *, now: datetime) -> None:
    """Marks a stuck delivery as discarded; its record stays. Raises UsageError as ``revive`` does."""
    delivery = _stuck(store, delivery_id)
    with store.transaction() as tx:
        tx.release(
            delivery_id,
            DeliveryStatus.DISCARDED,
            next_attempt_at=None,
            attempts=delivery.attempts,
            looks=delivery.looks,
            last_error=delivery.last_error,
        )
        tx.end_incident(incident_key(delivery_id), now)


def incident_key(delivery_id: int) -> str:
    """How the trouble with one delivery is known among the incidents."""
    return f"delivery:{delivery_id}"


def _stuck(store: Store, delivery_id: int) -> Delivery:
    delivery = store.delivery(delivery_id)
    if delivery is None:
        raise UsageError(f"There is no delivery {delivery_id}.", hint="Look: rankbot deliveries")
    if delivery.status in (DeliveryStatus.SENT, DeliveryStatus.DISCARDED):
        raise UsageError(f"Delivery {delivery_id} is {delivery.status.value}: there is nothing left to do.")
    if delivery.status is DeliveryStatus.CLAIMED:
        raise UsageError(f"Delivery {delivery_id} is being sent right now.", hint="Look again in a few minutes.")
    return delivery
