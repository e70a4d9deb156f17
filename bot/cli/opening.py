"""What ``rankbot serve`` says for itself: what it is about to do, what came of each cycle, and what was sent."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot import __version__
from bot.adapters.store import sqlite_file
from bot.app.cycle import CycleReport
from bot.app.deliver import Attempt
from bot.app.subscription import owed_since
from bot.cli.output import LABEL, folded, moment
from bot.core.delivery import DeliveryStatus
from bot.core.due import next_due
from bot.core.plan import complete_at, last_complete_day
from bot.core.text import clean
from bot.wiring import House

LOG = logging.getLogger("rankbot.serve")


def open_service(house: House) -> None:
    """Logs what is watched, when it acts next, where its store is, and how it ends: lines, or fields of one object."""
    now = house.clock()
    poll_at = complete_at(last_complete_day(now, house.settle) + timedelta(days=1), house.settle)
    digest = _next_digest(house, now)
    file = sqlite_file(house.config.store_url.read())
    store = str(file) if file else "PostgreSQL"
    said = {
        "watches": ", ".join(clean(watchlist.title) for watchlist in house.config.watchlists),
        "next poll": f"now, for what is missing; then {everywhere(house, poll_at)}",
        "next digest": f"{digest[0]} to {digest[1]}" if digest else "none: no watchlist sends to a channel",
        "store": store,
        "to end it": "Ctrl-C or SIGTERM; what is being sent is finished first",
    }
    facts = {
        "version": __version__,
        "config": str(house.config.file),
        "watchlists": [watchlist.id for watchlist in house.config.watchlists],
        "next_poll_at": poll_at.isoformat(),
        "next_digest_at": digest[2].isoformat() if digest else None,
        "store": store,
    }
    about = f"rankbot {__version__} serves {house.config.file}"
    LOG.info("%s", about, extra={"lines": _labelled(said), "facts": facts})


def everywhere(house: House, at: datetime) -> str:
    """A moment in UTC, and in each zone of a channel where its clocks show another time: … 02:00 UTC (03:00 CET)."""
    shown: dict[str, None] = {}
    for table in house.config.channels.values():
        local = at.astimezone(table.timezone)
        if local.utcoffset():
            same_day = local.date() == at.date()
            shown[f"{local:%H:%M} {local.tzname()}" if same_day else moment(at, table.timezone)] = None
    return f"{moment(at)} ({', '.join(shown)})" if shown else moment(at)


def _next_digest(house: House, now: datetime) -> tuple[str, str, datetime] | None:
    """The next digest's moment in its channel's zone, the channel's name, and the moment itself; now for one owed."""
    coming = []
    for name, cadence, watchlists in house.readers():
        owed = owed_since(house.store, name, cadence, watchlists, now=now, settle=house.settle)
        at = now if owed else next_due(cadence, now, house.settle)
        if at:
            coming.append((at, name, "with the next poll" if owed else moment(at, cadence.zone)))
    if not coming:
        return None
    at, name, words = min(coming)
    return words, name, at


def _labelled(said: Mapping[str, str]) -> list[str]:
    return [
        f"  {label if not number else '':<{LABEL}}{part}"
        for label, text in said.items()
        for number, part in enumerate([text] if label == "store" else folded(text))
    ]


def log_failures(report: CycleReport) -> None:
    """Logs why a cycle lacks something, with what to do: an error where that needs somebody."""
    for failure in [*report.poll.failures, *([report.catalogue] if report.catalogue else [])]:
        level = logging.ERROR if failure.permanent else logging.WARNING
        LOG.log(level, "%s", f"{failure.message} {failure.hint}".rstrip())


def log_attempts(attempts: Iterable[Attempt]) -> None:
    """Logs what became of each message."""
    for attempt in attempts:
        delivery = attempt.delivery
        about = f"channel={delivery.channel} delivery={delivery.id} subject={clean(delivery.subject)!r}"
        sent = attempt.status is DeliveryStatus.SENT
        if sent:
            LOG.info("sent %s", about)
        if attempt.error:
            what = "not sent to all" if sent else "not sent"
            again = f" next={attempt.next_attempt_at:%Y-%m-%dT%H:%MZ}" if attempt.next_attempt_at else ""
            level = logging.ERROR if attempt.needs_somebody else logging.WARNING
            LOG.log(level, "%s %s%s reason=%s", what, about, again, f"{attempt.error} {attempt.hint}".rstrip())
