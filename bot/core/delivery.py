"""Deliveries: what is to be sent through which channel, how far it got, and what to do next.

A delivery is one message for one channel and due time. It consists of *steps* that are sent one after the other:
a Slack digest is a parent and replies in its thread, a mail is one message a recipient, a file is one step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class DeliveryStatus(StrEnum):
    """Where a delivery stands. ``unknown``: sent, but the answer was lost. ``dead``: refused for good, or given up."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENT = "sent"
    UNKNOWN = "unknown"
    DEAD = "dead"
    DISCARDED = "discarded"


class StepStatus(StrEnum):
    """Where one step stands. ``sending`` is written before the request goes out."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Step:
    """One request to a service. ``payload`` is rendered once and stored, so that a retry sends the same bytes.

    ``target`` names the recipient, the file stem, or the Slack channel. ``reply`` marks a step that belongs into the
    thread of the first one. ``receipt`` is the service's own name for what was sent (a Slack ts, a path).
    ``started_at`` is when it was last begun to be sent.
    """

    number: int
    target: str
    payload: str
    reply: bool = False
    status: StepStatus = StepStatus.PENDING
    receipt: str = ""
    started_at: datetime | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message for one channel and due time, as it is stored. ``subject`` is its headline.

    ``thread`` is the receipt of an earlier message that its replies belong to; empty where it opens a thread itself.
    ``created_at`` is when it was put into the outbox, or last put there anew by the operator: tries end so long after.
    """

    id: int
    channel: str
    due_at: datetime
    status: DeliveryStatus
    subject: str
    steps: tuple[Step, ...]
    created_at: datetime
    attempts: int = 0
    looks: int = 0
    next_attempt_at: datetime | None = None
    lease_until: datetime | None = None
    last_error: str = ""
    thread: str = ""

    @property
    def needs_somebody(self) -> bool:
        """Whether the operator has to look at it (``is_stuck``)."""
        return is_stuck(self.status, self.next_attempt_at)

    @property
    def marker(self) -> str:
        """What a message bears so that it can be found again: the delivery's own, stable id."""
        return f"rankbot-{self.channel}-{self.due_at:%Y%m%dT%H%M%SZ}-{self.id}"

    def with_step(self, step: Step) -> Delivery:
        """The delivery with that step put in place."""
        return replace(self, steps=tuple(step if known.number == step.number else known for known in self.steps))


def is_stuck(status: DeliveryStatus, next_attempt_at: datetime | None) -> bool:
    """Whether a delivery is dead, or its answer was lost and nobody but the operator can tell."""
    return status is DeliveryStatus.DEAD or (status is DeliveryStatus.UNKNOWN and next_attempt_at is None)


# ── what a channel reports ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Sent:
    """The service has it. ``receipt`` is the service's name for it.

    ``refused``, of one message to several: whom the service would not take it for, in its own words.
    """

    receipt: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """The service does not have it. ``permanent``: asking again will not help. ``reason`` in the service's own words.

    ``hint`` is what the operator should do; ``retry_after`` is in seconds where the service named a time.
    """

    reason: str
    permanent: bool
    hint: str = ""
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """It was sent, but the answer was lost: the service may or may not have it.

    ``passing``, of a look for it: the service could not be asked this time, but it may well answer the next.
    """

    reason: str
    passing: bool = False


Outcome = Sent | Failed | Unknown


# ── what to do next ──────────────────────────────────────────────────────────────────────────────────────────

LONGEST_WAIT = timedelta(hours=6)
"""The longest time between two tries that no service asked for."""
FEWEST_TRIES = 5
"""Nothing is given up for its age before it was tried so often, which takes a quarter of an hour, unless a service asks
for hours: what seems to be days old lay there while nothing ran, or the clock is ahead."""


class IfUnsure(StrEnum):
    """After a lost answer, where the channel can't be asked: send again (may post twice), or wait for the operator."""

    RESEND = "resend"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When a failed send is tried again: doubling from ``first`` up to ``longest``, until ``give_up`` has passed."""

    first: timedelta = timedelta(seconds=60)
    longest: timedelta = LONGEST_WAIT
    give_up: timedelta = timedelta(days=3)
    lease: timedelta = timedelta(seconds=120)
    looks: tuple[timedelta, ...] = (timedelta(seconds=5), timedelta(seconds=15), timedelta(seconds=40))

    def wait(self, attempts: int, jitter: float, retry_after: float | None = None) -> timedelta:
        """How long to wait after ``attempts`` failed tries (1 or more). ``jitter`` is from 0 to 1.

        The wait is between half and all of the doubled time. A service's own ``retry_after`` (seconds) wins, but is
        never less than a second, and never more than ``give_up``.
        """
        if retry_after is not None:
            return timedelta(seconds=min(max(retry_after, 1.0), self.give_up.total_seconds()))
        full = min(self.first * (1 << min(attempts - 1, 32)), self.longest)
        return full / 2 + (full / 2) * jitter


@dataclass(frozen=True, slots=True)
class Release:
    """How a claim ends: the delivery's state, its counts, and how long to wait for the next try (None: no other)."""

    status: DeliveryStatus
    wait: timedelta | None
    attempts: int
    looks: int


def worse(one: Outcome, other: Outcome) -> Outcome:
    """The outcome that decides what happens next: a lost answer before a passing failure before a refusal.

    Of two that are sent, the one that somebody was refused by.
    """
    return one if _weight(one) >= _weight(other) else other


def _weight(outcome: Outcome) -> int:
    if isinstance(outcome, Unknown):
        return 4
    if isinstance(outcome, Failed):
        return 2 if outcome.permanent else 3
    return int(bool(outcome.refused))


def release(
    delivery: Delivery, worst: Outcome, *, policy: RetryPolicy, if_unsure: IfUnsure, now: datetime, jitter: float
) -> Release:
    """What becomes of a delivery after a claim whose worst outcome was ``worst``. ``jitter`` is from 0 to 1.

    All sent: sent, or dead where a part was refused before. A lost answer: looked for at the policy's times, then
    sent again or left to the operator. A passing failure: tried again. After ``give_up`` and FEWEST_TRIES all of it is
    dead.
    """
    attempts, looks = delivery.attempts + 1, delivery.looks
    if isinstance(worst, Sent):
        refused = any(step.status is StepStatus.DEAD for step in delivery.steps)
        return Release(DeliveryStatus.DEAD if refused else DeliveryStatus.SENT, None, attempts, looks)
    age, tried = now - delivery.created_at, attempts >= FEWEST_TRIES
    if isinstance(worst, Unknown):
        if age > policy.give_up and tried:
            return Release(DeliveryStatus.DEAD, None, attempts, looks)
        if looks < len(policy.looks):
            return Release(DeliveryStatus.UNKNOWN, policy.looks[looks], attempts, looks + 1)
        ask = if_unsure is IfUnsure.ASK and not worst.passing
        wait = None if ask else policy.wait(attempts, jitter)
        return Release(DeliveryStatus.UNKNOWN, wait, attempts, looks)
    wait = policy.wait(attempts, jitter, worst.retry_after)
    if worst.permanent or (age + wait > policy.give_up and (tried or wait > policy.longest)):
        return Release(DeliveryStatus.DEAD, None, attempts, looks)
    return Release(DeliveryStatus.PENDING, wait, attempts, looks)


def begun_by(delivery: Delivery, step: Step, *, policy: RetryPolicy, now: datetime) -> Step:
    """The step, with a ``started_at`` from which on it can be looked for: not later than when it was begun.

    One that is still to come is from a clock that was ahead: nobody knows when that was, but tries end some time.
    """
    if step.started_at is None or step.started_at <= now:
        return step
    return replace(step, started_at=min(delivery.created_at, now - policy.give_up))


def resend(found: Outcome | None, *, if_unsure: IfUnsure, looks_left: bool) -> bool:
    """Whether a part whose answer was lost is sent again. ``found`` is what a look said; None: it can't be looked for.

    Not while there are looks left, for a history lags; nor after a look that merely failed, for the next may find it.
    Where nobody can tell, only if the channel is set to it.
    """
    if found is None:
        return if_unsure is IfUnsure.RESEND
    if looks_left or (isinstance(found, Unknown) and found.passing):
        return False
    return isinstance(found, Failed) or if_unsure is IfUnsure.RESEND
