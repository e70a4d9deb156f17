"""How the bot is: data, budget, outbox, troubles, process; and whether somebody must act."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from bot import __version__
from bot.app.ports import DayStatus
from bot.cli.output import field as line
from bot.cli.output import moment, say
from bot.core import wording
from bot.core.delivery import DeliveryStatus
from bot.core.due import day_told, latest_due, next_due
from bot.core.plan import complete_at, last_complete_day
from bot.wiring import House

OLD_AFTER = timedelta(hours=36)
"""Data is late when the newest evaluated day became final longer ago than this."""
OVERDUE_AFTER = timedelta(hours=3)
"""A digest is overdue when its due time passed longer ago than this."""


@dataclass(slots=True)
class Health:
    """What ``status`` shows. ``problems`` need somebody; ``retried`` mend themselves."""

    now: datetime
    problems: list[str] = field(default_factory=list)
    retried: list[str] = field(default_factory=list)
    complete: date | None = None
    evaluated: dict[str, str | None] = field(default_factory=dict)
    requests_used: int = 0
    requests_limit: int = 0
    waiting: int = 0
    quarantined: list[str] = field(default_factory=list)
    channels: dict[str, dict[str, str | None]] = field(default_factory=dict)
    store: str = ""
    process: str = ""

    @property
    def ok(self) -> bool:
        """Nothing needs anybody."""
        return not self.problems

    def to_json(self) -> dict[str, Any]:
        """The same as one object."""
        return {
            "ok": self.ok,
            "now": self.now.isoformat(),
            "version": __version__,
            "problems": self.problems,
            "retried": self.retried,
            "last_complete_day": self.complete.isoformat() if self.complete else None,
            "evaluated": self.evaluated,
            "requests_used": self.requests_used,
            "requests_limit": self.requests_limit,
            "waiting_deliveries": self.waiting,
            "quarantined": self.quarantined,
            "channels": self.channels,
            "process": self.process,
        }


def inspect(house: House, beat: tuple[bool, str]) -> Health:
    """Looks at the store, asks nobody else."""
    now = house.clock()
    health = Health(now, complete=last_complete_day(now, house.settle))
    health.requests_used = house.store.spent(now.date())
    health.requests_limit = house.config.openrouter.requests_per_day
    _data(house, health)
    _outbox(house, health)
    _channels(house, health)
    for incident in house.store.incidents():
        if not incident.key.startswith("delivery:"):
            (health.problems if incident.key == "feed:refuses" else health.retried).append(incident.message)
    health.quarantined = [f"{entry.board} to {entry.end_date}: {entry.reason}" for entry in house.store.quarantined()]
    health.store = _store(house)
    health.process = f"{beat[1]}, rankbot {__version__}"
    return health


def _data(house: House, health: Health) -> None:
    for watchlist in house.config.watchlists:
        done = [mark.date for mark in house.store.ledger(watchlist.id) if mark.status is DayStatus.EVALUATED]
        newest = max(done, default=None)
        health.evaluated[watchlist.id] = newest.isoformat() if newest else None
        if newest and health.now - complete_at(newest, house.settle) > OLD_AFTER:
            health.problems.append(
                f"{watchlist.id}: the newest data is of {wording.day(newest)}. Run: rankbot run, and look what it says."
            )


def _outbox(house: House, health: Health) -> None:
    waiting = house.store.deliveries(open_only=True)
    health.waiting = len(waiting)
    for delivery in waiting:
        stuck = delivery.status is DeliveryStatus.DEAD or delivery.next_attempt_at is None
        if delivery.status is DeliveryStatus.DEAD or (delivery.status is DeliveryStatus.UNKNOWN and stuck):
            health.problems.append(
                f"{delivery.channel}: “{delivery.subject}” was not delivered: {delivery.last_error} "
                f"When that is mended: rankbot deliveries retry {delivery.id}"
            )
        elif delivery.last_error:
            again = moment(delivery.next_attempt_at) if delivery.next_attempt_at else "soon"
            health.retried.append(f"{delivery.channel}: {delivery.last_error} Tried again {again}.")


def _channels(house: House, health: Health) -> None:
    for subscription in house.subscriptions():
        name, cadence = subscription.channel.name, subscription.cadence
        last = house.store.last_delivery(name)
        due = next_due(cadence, health.now, house.settle)
        health.channels[name] = {
            "last_due_at": last[0].isoformat() if last else None,
            "next_due_at": due.isoformat() if due else None,
            "next": moment(due, cadence.zone) if due else None,
            "last": moment(last[0], cadence.zone) if last else None,
        }
        before = latest_due(cadence, health.now, house.settle)
        if before is None or health.now - before < OVERDUE_AFTER or (last and last[0] >= before):
            continue
        until = day_told(before, house.settle)
        untold = house.store.unsettled(name, [watchlist.id for watchlist in subscription.watchlists], until)
        if untold:
            health.problems.append(
                f"{name}: {wording.count(len(untold), 'event')} should have been told {moment(before, cadence.zone)}. "
                "Is `rankbot serve` or cron running? To send now: rankbot run"
            )


def _store(house: House) -> str:
    url = house.config.store_url.read()
    if not url.startswith("sqlite"):
        return "PostgreSQL"
    file = Path(url.removeprefix("sqlite:///"))
    size = file.stat().st_size / 10**6
    return f"{file}, {size:.1f} MB"


def print_health(health: Health) -> None:
    """One screen."""
    if health.ok:
        told = [newest for newest in health.evaluated.values() if newest]
        upto = f"evaluated up to {wording.day(date.fromisoformat(max(told)))}" if told else "nothing evaluated yet"
        say(f"OK   {upto}")
    else:
        retried = f", {len(health.retried)} retried by itself" if health.retried else ""
        say(f"NOT OK   {wording.count(len(health.problems), 'thing')} for you{retried}")
    say()
    for problem in health.problems:
        say(f"  ! {problem}")
    for passing in health.retried:
        say(f"  ~ {passing}")
    if health.problems or health.retried:
        say()
    done = sum(newest is not None for newest in health.evaluated.values())
    newest = wording.day(health.complete) if health.complete else "no day"
    line(
        "data", f"{newest} is complete; {done} of {wording.count(len(health.evaluated), 'watchlist')} evaluated so far"
    )
    for held in health.quarantined:
        line("", f"quarantined: {held}")
    line("requests", f"{health.requests_used} of {health.requests_limit} used today")
    for name, times in health.channels.items():
        line(name, f"last {times['last'] or 'never'}; next {times['next'] or 'never'}")
    line("outbox", f"{wording.count(health.waiting, 'delivery', 'deliveries')} waiting" if health.waiting else "empty")
    line("store", health.store)
    line("process", health.process)
