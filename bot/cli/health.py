"""How the bot is: data, budget, outbox, troubles, process; and whether somebody must act."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from bot import __version__
from bot.adapters.store.turn import Turn
from bot.app.records import DayStatus
from bot.app.subscription import owed_since
from bot.app.troubles import FEED_FAILS, OF_DELIVERIES, REFUSED, incident_key
from bot.cli.live import lasted
from bot.cli.options import completed, is_demo
from bot.cli.output import field as line
from bot.cli.output import moment, paragraph, say
from bot.cli.report import look_first, next_digest
from bot.cli.standing import StoreLook, failures, look
from bot.cli.stored import newest
from bot.core import wording
from bot.core.delivery import DeliveryStatus
from bot.core.due import day_told, latest_due, next_due, wants_quiet
from bot.core.naming import LOOK_BACK
from bot.core.plan import complete_at, last_complete_day
from bot.core.view import unmatched
from bot.core.watchlist import Names, Watchlist
from bot.wiring import House, this_process

OLD_AFTER = timedelta(hours=36)
"""Data is late when the newest evaluated day became final longer ago than this."""
OVERDUE_AFTER = timedelta(hours=3)
"""A digest is overdue when its due time passed longer ago than this."""
PASSING = (FEED_FAILS, "quarantine:", f"{REFUSED}:")
"""The keys of incidents that mend themselves, what failed is asked for again, or end with the next message."""


LOOK = "Run: rankbot run, and look what it says."
SEND = "Is `rankbot serve` or cron running? To send now: rankbot run"
DEMO_OVER = "This demo has ended. A new one: rankbot demo"


@dataclass(slots=True)
class Condition:
    """What ``status`` shows. ``problems`` need somebody; ``retried`` mend themselves."""

    now: datetime
    store: StoreLook
    problems: list[str] = field(default_factory=list)
    retried: list[str] = field(default_factory=list)
    complete: date | None = None
    next_complete_at: datetime | None = None
    evaluated: dict[str, str | None] = field(default_factory=dict)
    requests_used: int = 0
    requests_limit: int = 0
    feed_paused_until: datetime | None = None
    waiting: int = 0
    quarantined: list[str] = field(default_factory=list)
    channels: dict[str, dict[str, str | None]] = field(default_factory=dict)
    unmatched: list[str] = field(default_factory=list)
    open_failures: int = 0
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
            "feed_paused_until": self.feed_paused_until.isoformat() if self.feed_paused_until else None,
            "waiting_deliveries": self.waiting,
            "quarantined": self.quarantined,
            "unmatched": self.unmatched,
            "channels": self.channels,
            "process": self.process,
            "next_complete_at": self.next_complete_at.isoformat() if self.next_complete_at else None,
            "open_failures": self.open_failures,
            **self.store.to_json(),
        }


def inspect(house: House, beat: tuple[bool, str]) -> Condition:
    """Looks at the store, asks nobody else."""
    now = house.clock()
    condition = Condition(now, look(house), complete=last_complete_day(now, house.settle))
    condition.requests_used = house.store.spent(now.date())
    condition.requests_limit = house.config.openrouter.requests_per_day
    condition.feed_paused_until = house.store.feed_paused_until(now)
    _data(house, condition)
    _outbox(house, condition)
    _channels(house, condition)
    _incidents(house, condition)
    condition.quarantined = [
        f"{entry.board} to {entry.end_date}: {entry.reason}" for entry in house.store.quarantined()
    ]
    condition.unmatched = [
        f"{watchlist.id}: {note}" for watchlist in house.config.watchlists for note in _unmatched(house, watchlist)
    ]
    condition.process = _process(house, beat)
    file = house.config.file
    condition.problems = [completed(problem, file) for problem in condition.problems]
    condition.retried = [completed(problem, file) for problem in condition.retried]
    return condition


def _process(house: House, beat: tuple[bool, str]) -> str:
    """How the serving process stands by its beat; where there is none on this machine, who serves elsewhere."""
    beats, words = beat
    holder = "" if beats else _elsewhere(house)
    return f"{words}{f'; {holder} serves the store' if holder else ''}, rankbot {__version__}"


def _elsewhere(house: House) -> str:
    turn = Turn(house.config.store_url.read(), who=this_process())
    try:
        return turn.elsewhere()
    finally:
        turn.leave()


def _incidents(house: House, condition: Condition) -> None:
    noted = house.store.incidents()
    condition.open_failures = len(noted)
    for incident in noted:
        if not incident.key.startswith(OF_DELIVERIES):  # those are told with the outbox
            said = condition.retried if incident.key.startswith(PASSING) else condition.problems
            if incident.text not in said:  # a key that is refused is so for boards and for the catalogue
                said.append(incident.text)


def _data(house: House, condition: Condition) -> None:
    if condition.complete:
        condition.next_complete_at = complete_at(condition.complete + timedelta(days=1), house.settle)
    for watchlist in house.config.watchlists:
        marks = house.store.ledger(watchlist.id)
        newest = max((mark.date for mark in marks if mark.status is DayStatus.EVALUATED), default=None)
        condition.evaluated[watchlist.id] = newest.isoformat() if newest else None
        if newest:
            late = condition.now - complete_at(newest, house.settle)
            what = f"the newest data is of {wording.day(newest)}"
        else:
            asked = min((mark.first_asked_at for mark in marks if mark.status is DayStatus.WAITING), default=None)
            late = condition.now - asked if asked else timedelta(0)
            what = f"no day was evaluated yet, though data is asked for since {moment(asked)}" if asked else ""
        if late > OLD_AFTER:
            condition.problems.append(f"{watchlist.id}: {what}. {_then(house, LOOK)}")


def _then(house: House, hint: str) -> str:
    """What to do about a bot that does not run; a demo has ended, and nothing runs it."""
    return DEMO_OVER if is_demo(house.config.file) else hint


def _unmatched(house: House, watchlist: Watchlist) -> tuple[str, ...]:
    """What is said of followed names that nothing bears that the board listed of late; without a board, nothing."""
    history = house.store.history()
    latest = newest(history, watchlist.board, None)
    if latest is None or not (watchlist.mine or watchlist.follow):
        return ()
    notes = unmatched(watchlist, _borne(house, latest.by_item))
    if not notes:
        return ()
    ends = history.days(watchlist.board, latest.end_date - LOOK_BACK, latest.end_date)
    listed = [history.at(watchlist.board, end) for end in ends]
    return unmatched(watchlist, _borne(house, {item for board in listed if board for item in board.by_item}))


def _borne(house: House, items: Iterable[str]) -> Names:
    """The names of the items; a lab's is its id, of which the store keeps none."""
    return {**dict.fromkeys(items, ()), **house.store.names(items)}


def _outbox(house: House, condition: Condition) -> None:
    waiting = house.store.deliveries(open_only=True)
    condition.waiting = len(waiting)
    noted = {incident.key: incident.text for incident in house.store.incidents()}
    for delivery in waiting:
        headline = f"{delivery.channel}: “{delivery.subject}”"
        if delivery.status is DeliveryStatus.DEAD:
            then = f"When that is mended: rankbot deliveries retry {delivery.id}"
            untold = f"{headline} was not delivered: {wording.sentence(delivery.last_error)} {then}"
            condition.problems.append(noted.get(incident_key(delivery), untold))  # what was noted says what to do, too
        elif delivery.status is DeliveryStatus.UNKNOWN and delivery.next_attempt_at is None:
            unsure = f"{headline} may have been delivered or not: {wording.sentence(delivery.last_error)}"
            condition.problems.append(f"{unsure} {look_first(delivery.id)}")
        elif delivery.last_error:
            again = moment(delivery.next_attempt_at) if delivery.next_attempt_at else "soon"
            condition.retried.append(
                f"{delivery.channel}: {wording.sentence(delivery.last_error)} Tried again {again}."
            )


def _channels(house: House, condition: Condition) -> None:
    for name, cadence, watchlists in house.readers():
        last, sent_at = house.store.last_delivery(name), house.store.sent_at(name)
        due = next_due(cadence, condition.now, house.settle)
        owed = owed_since(house.store, name, cadence, watchlists, now=condition.now, settle=house.settle)
        condition.channels[name] = {
            "last_due_at": last[0].isoformat() if last else None,
            "next_due_at": due.isoformat() if due else None,
            "owed_since": owed.isoformat() if owed else None,
            "next": next_digest(cadence, condition.now, house.settle, owed) if due or owed else None,
            "last": moment(last[0], cadence.zone) if last else None,
            "last_sent_at": sent_at.isoformat() if sent_at else None,
            "last_sent": moment(sent_at, cadence.zone) if sent_at else None,
        }
        before = latest_due(cadence, condition.now, house.settle)
        if before is None or condition.now - before < OVERDUE_AFTER or (last and last[0] >= before):
            continue
        ids, until = [watchlist.id for watchlist in watchlists], day_told(before, house.settle)
        untold = house.store.unsettled(name, ids, until)
        quiet = wants_quiet(cadence, before, last[0] if last else None) and _evaluated(house, ids, until)
        if untold or quiet:
            late = wording.count(len(untold), "event") if untold else "that nothing happened"
            condition.problems.append(
                f"{name}: {late} should have been told {moment(before, cadence.zone)}. {_then(house, SEND)}"
            )


def _evaluated(house: House, watchlists: Sequence[str], day: date) -> bool:
    """Whether any of the watchlists has judged the day."""
    ledgers = house.store.ledgers(watchlists, day).values()
    return any(mark.date == day and mark.status is DayStatus.EVALUATED for marks in ledgers for mark in marks)


def _headline(condition: Condition) -> str:
    """Whether all is well, and what comes next."""
    again, needy = len(condition.retried), len(condition.problems)
    retried = f", {again} {'is' if again == 1 else 'are'} being retried" if again else ""
    if not condition.ok:
        return f"NOT OK   {needy} {'needs' if needy == 1 else 'need'} you{retried}"
    told = [newest for newest in condition.evaluated.values() if newest]
    if not (told or retried or condition.store.fetched_at):
        return "OK   nothing fetched yet. To begin: rankbot run, or rankbot serve"
    upto = f"evaluated up to {wording.day(date.fromisoformat(max(told)))}" if told else "nothing evaluated yet"
    return f"OK   {upto}{retried}{_coming(condition)}"


def _coming(condition: Condition) -> str:
    """Which digest comes next: one that is due already, or the first due time."""
    owed = [name for name, times in condition.channels.items() if times["owed_since"]]
    if owed:
        return f"; next: with the next run to {wording.listing(owed)}"
    coming = sorted(
        (at, times["next"], name) for name, times in condition.channels.items() if (at := times["next_due_at"])
    )
    return f"; next: {coming[0][1]} to {coming[0][2]}" if coming else ""


def print_condition(condition: Condition, file: Path) -> None:
    """One screen; ``file`` is the configuration, for the commands that it names."""
    paragraph(completed(_headline(condition), file), hanging=len("OK   "))
    say()
    for mark, sentences in (("!", condition.problems), ("~", condition.retried)):
        for sentence in sentences:
            paragraph(f"{mark} {sentence}", indent=2, hanging=2)
    if condition.problems or condition.retried:
        say()
    _print_data(condition)
    paused = condition.feed_paused_until
    pause = f"; none before {moment(paused)}, as the feed asked" if paused else ""
    line("requests", f"{condition.requests_used} of {condition.requests_limit} used today{pause}")
    for number, (name, times) in enumerate(condition.channels.items()):
        last = f"last sent {times['last_sent']}" if times["last_sent"] else "nothing sent yet"
        line("" if number else "sending", f"{name}: {last}; next {times['next'] or 'never'}")
    waiting = wording.count(condition.waiting, "delivery", "deliveries") if condition.waiting else "nothing"
    line("" if condition.channels else "sending", f"{waiting} waiting")
    line("failures", failures(condition.open_failures, condition.store.last_failure))
    line("store", condition.store.words())
    line("process", condition.process)


def _print_data(condition: Condition) -> None:
    """What there is of the newest day, and when the next one can be had."""
    if condition.complete and condition.next_complete_at:
        day, coming = condition.complete, condition.complete + timedelta(days=1)
        done = sum(newest == day.isoformat() for newest in condition.evaluated.values())
        told = f"{wording.day(day)} evaluated for {done} of {wording.count(len(condition.evaluated), 'watchlist')}"
        fetched = condition.store.fetched_at
        ago = f", fetched {lasted((condition.now - fetched).total_seconds())} ago" if fetched else ""
        line("data", f"{told}{ago}")
        line("", f"{wording.day(coming)} can be fetched from {condition.next_complete_at:%a %H:%M} UTC")
    for held in condition.quarantined if not condition.retried else ():  # there it is said with what to do
        line("", f"quarantined: {held}")
    for note in condition.unmatched:
        line("", note)
