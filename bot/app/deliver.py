"""Delivering: claim what is due in the outbox, send it step by step, record each answer. The only retrier of sends."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.app.ports import Channel, Store
from bot.app.records import NewDelivery
from bot.app.troubles import incident_key
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
    is_stuck,
    release,
    resend,
    worse,
)
from bot.errors import UsageError

LOG = logging.getLogger("rankbot.deliver")
_TAKEN_OVER = "Another process has taken it over."


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one claim of a delivery came to. ``hint`` is what the operator should do where it needs one.

    The ``error`` of one that was sent names those for whom the service would not take it.
    """

    delivery: Delivery
    status: DeliveryStatus
    error: str = ""
    hint: str = ""
    next_attempt_at: datetime | None = None

    @property
    def needs_somebody(self) -> bool:
        """Whether the operator has to look at it (``is_stuck``)."""
        return is_stuck(self.status, self.next_attempt_at)


@dataclass(frozen=True, slots=True)
class Deliver:
    """The use case, with what it needs.

    ``jitter`` yields numbers from 0 to 1; ``stop`` ends it between two requests. ``sleep`` waits that many seconds for
    the next look after a lost answer; at most ``patience`` goes on waiting (none: the next run looks again).
    ``alive`` is called before each request, none of which takes longer than a lease: the process is not stuck.
    ``helping``: another process serves the store. What this one does not know of is left to that one.
    """

    store: Store
    channels: Mapping[str, Channel]
    policy: RetryPolicy
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    sleep: Callable[[float], None]
    patience: timedelta = timedelta(0)
    stop: Callable[[], bool] = lambda: False
    alive: Callable[[], None] = lambda: None
    helping: bool = False

    def run(self) -> list[Attempt]:
        """Sends all that may be sent now; returns the last attempt at each delivery."""
        attempts: dict[int, Attempt] = {}
        until = self.clock() + self.patience
        while not self.stop():
            now = self.clock()
            among = self.channels.keys() if self.helping else None
            delivery = self.store.claim(now, now + self.policy.lease, among=among)
            if delivery is not None:
                attempts[delivery.id] = self._attempt(delivery)
                continue
            looks = [
                attempt.next_attempt_at
                for attempt in attempts.values()
                if attempt.status is DeliveryStatus.UNKNOWN
                and attempt.next_attempt_at
                and attempt.next_attempt_at > now  # what is due and was not claimed, another process looks for
            ]
            if not looks or min(looks) > until:
                break
            self.sleep(max((min(looks) - now).total_seconds(), 0))
        return list(attempts.values())

    def _attempt(self, delivery: Delivery) -> Attempt:
        channel = self.channels.get(delivery.channel)
        if channel is None:
            hint = f"Put [channel.{delivery.channel}] back, or: rankbot deliveries discard {delivery.id}"
            gone = Failed("The channel is no longer configured.", permanent=True, hint=hint)
            return self._release(delivery, gone, IfUnsure.ASK)
        worst: Outcome = Sent()
        try:
            for step in delivery.steps:
                if step.status in (StepStatus.SENT, StepStatus.DEAD):
                    continue
                if step.reply and not isinstance(worst, Sent):
                    break
                if self.stop():
                    settled = isinstance(worst, Sent) or (isinstance(worst, Failed) and worst.permanent)
                    return self._hand_back(delivery) if settled else self._release(delivery, worst, channel.if_unsure)
                self.alive()
                thread = (delivery.thread or delivery.steps[0].receipt) if step.reply else ""
                delivery, outcome = self._advance(channel, delivery, step, thread)
                worst = worse(worst, outcome)
        except _LostClaimError:
            return Attempt(delivery, DeliveryStatus.CLAIMED, _TAKEN_OVER)
        return self._release(delivery, worst, channel.if_unsure)

    def _hand_back(self, delivery: Delivery) -> Attempt:
        """Leaves the parts that are missing to the next run, whoever's it is, at once and at no cost of a try."""
        now = self.clock()
        left = Release(DeliveryStatus.PENDING, None, delivery.attempts, delivery.looks)
        if not self._let_go(delivery, left, now=now, last_error=delivery.last_error):
            return Attempt(delivery, DeliveryStatus.CLAIMED, _TAKEN_OVER)
        return Attempt(delivery, DeliveryStatus.PENDING, "The process was told to stop.", next_attempt_at=now)

    def _advance(self, channel: Channel, delivery: Delivery, step: Step, thread: str) -> tuple[Delivery, Outcome]:
        """Sends a step and records how that went; one that may have been sent before is looked for first."""
        step = begun_by(delivery, step, policy=self.policy, now=self.clock())
        if step.status in (StepStatus.SENDING, StepStatus.UNKNOWN):
            found = _ask(lambda: channel.find(delivery, step, thread)) if channel.can_be_asked else None
            if isinstance(found, Sent):
                return self._record(delivery, step, found), found
            looks_left = delivery.looks < len(self.policy.looks)
            if not resend(found, if_unsure=channel.if_unsure, looks_left=looks_left):
                passing = isinstance(found, Unknown) and found.passing
                lost = Unknown(step.error or "The process died before the answer was recorded.", passing=passing)
                return self._record(delivery, step, lost), lost
        sending = replace(step, status=StepStatus.SENDING, started_at=self.clock())
        delivery = self._write(delivery, sending)
        outcome = _ask(lambda: channel.send(delivery, sending, thread))
        return self._record(delivery, sending, outcome), outcome

    def _record(self, delivery: Delivery, step: Step, outcome: Outcome) -> Delivery:
        if isinstance(outcome, Sent):
            done = replace(step, status=StepStatus.SENT, receipt=outcome.receipt, error="")
        elif isinstance(outcome, Unknown):
            done = replace(step, status=StepStatus.UNKNOWN, error=outcome.reason)
        else:
            status = StepStatus.DEAD if outcome.permanent else StepStatus.PENDING
            done = replace(step, status=status, error=outcome.reason)
        return self._write(delivery, done)

    def _write(self, delivery: Delivery, step: Step) -> Delivery:
        """Stores a step and extends the lease, so that it outlasts the next request; _LostClaimError if it ran out.

        A step that is sent ends the looks for it: the next one has all of its own.
        """
        lease = self.clock() + self.policy.lease
        if not self.store.record_step(delivery.id, step, held_until=delivery.lease_until, lease_until=lease):
            raise _LostClaimError
        looks = 0 if step.status is StepStatus.SENT else delivery.looks
        return replace(delivery.with_step(step), lease_until=lease, looks=looks)

    def _release(self, delivery: Delivery, worst: Outcome, if_unsure: IfUnsure) -> Attempt:
        """Ends the claim: sent, tried again later, looked for, or dead."""
        now = self.clock()
        end = release(delivery, worst, policy=self.policy, if_unsure=if_unsure, now=now, jitter=self.jitter())
        error = worst.refused if isinstance(worst, Sent) else worst.reason
        if not self._let_go(delivery, end, now=now, last_error=error):
            return Attempt(delivery, DeliveryStatus.CLAIMED, _TAKEN_OVER)
        hint = worst.hint if isinstance(worst, Failed) else ""
        return Attempt(delivery, end.status, error, hint, _next_at(end, now))

    def _let_go(self, delivery: Delivery, end: Release, *, now: datetime, last_error: str) -> bool:
        """Ends the claim as ``end`` says; False, and nothing is written, where another process has the delivery."""
        return self.store.release(
            delivery.id,
            end.status,
            held_until=delivery.lease_until,
            next_attempt_at=_next_at(end, now),
            attempts=end.attempts,
            looks=end.looks,
            last_error=last_error,
        )


def _next_at(end: Release, now: datetime) -> datetime | None:
    return None if end.wait is None else now + end.wait


class _LostClaimError(Exception):
    """The lease ran out and another process has the delivery: this one must not touch it any more."""


def _ask(call: Callable[[], Outcome]) -> Outcome:
    """What a channel answers. A bug in one must not hold up the others; the message may have gone out before it."""
    try:
        return call()
    except Exception as error:  # the service may have the message all the same: an answer that was lost
        LOG.exception("a channel failed by a bug")
        return Unknown(f"A bug in the channel ({type(error).__name__}); the log has its traceback.")


def put_apart(tx: Store, message: NewDelivery) -> None:
    """Puts what is no digest into the outbox, a microsecond later where that due time is taken: it must not be lost."""
    due_at = message.due_at
    while tx.enqueue(replace(message, due_at=due_at), [], message.due_at) is None:
        due_at += timedelta(microseconds=1)


def revive(store: Store, delivery_id: int, *, now: datetime) -> None:
    """Makes a stuck delivery due at once, with its tries, looks and time counted anew; sent parts stay sent.

    What may have been sent is sent again: the operator says so. Raises UsageError where there is no such delivery, or
    nothing left of it to send.
    """
    with store.transaction() as tx:
        delivery = _stuck(tx, delivery_id)
        _put(tx, replace(delivery, attempts=0, looks=0), DeliveryStatus.PENDING, renewed=now)
        for step in delivery.steps:
            if step.status is not StepStatus.SENT:
                again = replace(step, status=StepStatus.PENDING)
                tx.record_step(delivery_id, again, held_until=None, lease_until=None)
        tx.end_incident(incident_key(delivery), now)


def give_up(store: Store, delivery_id: int, *, now: datetime) -> None:
    """Marks a stuck delivery as discarded; its record stays. Raises UsageError as ``revive`` does."""
    with store.transaction() as tx:
        delivery = _stuck(tx, delivery_id)
        _put(tx, delivery, DeliveryStatus.DISCARDED)
        tx.end_incident(incident_key(delivery), now)


def _put(
    tx: Store,
    delivery: Delivery,
    status: DeliveryStatus,
    *,
    renewed: datetime | None = None,
) -> None:
    """Sets the state of a delivery that nobody holds; UsageError, and all is taken back, where somebody does.

    It has no time for a next try: what is pending without one is due at once.
    """
    free = tx.release(
        delivery.id,
        status,
        held_until=None,
        next_attempt_at=None,
        attempts=delivery.attempts,
        looks=delivery.looks,
        last_error=delivery.last_error,
        renewed_at=renewed,
    )
    if not free:
        raise UsageError(f"Delivery {delivery.id} is being sent right now.", hint="Look again in a few minutes.")


def waiting(store: Store, attempts: Iterable[Attempt]) -> list[Delivery]:
    """What the outbox holds beside these attempts that needs nobody: it waits for its time, or another process has it.

    A process that died has its claims until their leases end.
    """
    tried = {attempt.delivery.id for attempt in attempts}
    return [one for one in store.deliveries(open_only=True) if one.id not in tried and not one.needs_somebody]


def _stuck(store: Store, delivery_id: int) -> Delivery:
    delivery = store.delivery(delivery_id)
    if delivery is None:
        raise UsageError(f"There is no delivery {delivery_id}.", hint="Look: rankbot deliveries")
    if delivery.status in (DeliveryStatus.SENT, DeliveryStatus.DISCARDED):
        raise UsageError(f"Delivery {delivery_id} is {delivery.status.value}: there is nothing left to do.")
    return delivery
