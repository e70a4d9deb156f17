"""What the database keeps of messages: those that wait, their record, and how far each channel was told.

The port is a part of ``bot.app.ports.Store``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bot.app.records import NewDelivery, Settlement
    from bot.core.delivery import Delivery, DeliveryStatus, Step


class Outbox(Protocol):
    """Deliveries, from the digest that makes them to their end."""

    def enqueue(self, delivery: NewDelivery, settlements: Iterable[Settlement], now: datetime) -> Delivery | None:
        """Writes a delivery and what it settles; stated events become ``told``. None if that due time is taken."""
        ...

    def claim(self, now: datetime, lease_until: datetime, *, among: Collection[str] | None = None) -> Delivery | None:
        """Takes the next delivery that may be sent at ``now``: pending or unknown and due, or left by a dead process.

        ``among``: of these channels only; None: of any.

        A compare-and-set: whoever gets it, holds it until ``lease_until``. Returns None when there is nothing to do.
        A lease that ends later than ``lease_until``, or a next try that is further off than tries are, by more than
        ``bot.core.clocks.TOLERATED``, is of a clock that was ahead, and not waited for. Nor does a delivery count as
        put into the outbox later than ``now``.
        Its status is then ``claimed``; its steps say what was begun before.
        """
        ...

    def record_step(
        self, delivery_id: int, step: Step, *, held_until: datetime | None, lease_until: datetime | None
    ) -> bool:
        """Writes one step's state, and extends the lease to ``lease_until``, while the claim is still held.

        With a step that is sent, the delivery's looks begin anew: they count for the step that is looked for.
        ``held_until`` is the lease that the caller holds; None where it acts on a delivery that nobody has claimed,
        which has no lease to extend. ``lease_until`` None leaves the lease as it is. False, and nothing is written,
        where that is no longer so: another process has it.
        """
        ...

    def release(
        self,
        delivery_id: int,
        status: DeliveryStatus,
        *,
        held_until: datetime | None,
        next_attempt_at: datetime | None,
        attempts: int,
        looks: int,
        last_error: str,
        renewed_at: datetime | None = None,
    ) -> bool:
        """Ends a claim with the delivery's new state; with ``held_until`` None changes one that nobody has claimed.

        With ``renewed_at`` it counts as put into the outbox then (``created_at``): its tries have that long yet.
        False, and nothing is written, where the claim is no longer held, or somebody has claimed it meanwhile.
        """
        ...

    def delivery(self, delivery_id: int) -> Delivery | None:
        """One delivery with its steps."""
        ...

    def deliveries(self, *, open_only: bool = False, limit: int | None = None) -> Sequence[Delivery]:
        """The outbox and its record, newest first, at most ``limit``; ``open_only``: neither sent nor discarded."""
        ...

    def last_delivery(self, channel: str, *, until: datetime | None = None) -> tuple[datetime, date] | None:
        """The due time of the channel's newest digest (notices aside), and the last day that it covers.

        ``until``: of those that were due by then. A clock that was ahead for a while leaves digests of the future.
        """
        ...

    def told_watchlists(self, channel: str) -> Mapping[str, date | None]:
        """The watchlists that the channel has had in a digest, each with the newest of its days that one spoke of.

        None where that was not noted: by versions that remembered no days.
        """
        ...

    def note_told(self, channel: str, until: Mapping[str, date]) -> None:
        """Remembers that the channel has had these watchlists in a digest, and until which of their days."""
        ...

    def forget_told(self, channel: str, watchlists: Collection[str]) -> None:
        """Forgets that the channel has had these watchlists."""
        ...
