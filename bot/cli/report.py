"""What a run came to, in a few lines and an exit code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.app.allowance import Allowance
from bot.app.records import DayStatus
from bot.app.subscription import Subscription, owed_since
from bot.cli.exits import FINE, NEEDS_YOU, TRY_AGAIN
from bot.cli.options import completed
from bot.cli.output import WIDTH, field, moment, paragraph, say, warn_field, whisper
from bot.core import wording
from bot.core.delivery import Delivery, DeliveryStatus
from bot.core.due import Cadence, days_told, next_due
from bot.core.event import EventStatus
from bot.core.pace import interval
from bot.core.plan import complete_at
from bot.core.text import clean
from bot.core.wording import count

if TYPE_CHECKING:
    from pathlib import Path

    from bot.app.cycle import CycleReport, Plan
    from bot.app.deliver import Attempt
    from bot.app.evaluate import DayReport
    from bot.app.poll import Failure
    from bot.wiring import House

NOTHING_SHOWN = "Nothing would be sent: nothing new is due. No event was stored."


def tell(house: House, report: CycleReport, *, rehearsal: bool, at_once: bool = False) -> None:
    """Prints what was fetched, what changed, and what was sent, or would be; pings the dead man's switch."""
    from bot.wiring import after_cycle

    _fetched(house, report)
    _changed(house, report)
    if rehearsal:
        _shown(report)
    else:
        _sent(house, report, at_once=at_once)
        after_cycle(house, complete=report.complete)


def announce(plan: Plan, house: House) -> None:
    """Prints what is about to be asked for."""
    boards = len({request.board for request in plan.requests})
    if not plan.requests:
        needed = "only the catalogue of models is asked for" if plan.catalogue else "no request needed"
        say(f"{wording.day(plan.last)} is stored already; {needed}.")
        return
    since = complete_at(plan.last, house.settle)
    today = since.date() == house.clock().astimezone(UTC).date()
    said = [f"{wording.day(plan.last)} is complete since {f'{since:%H:%M} UTC' if today else moment(since)}."]
    said.append(f"{count(boards, 'board')}, {effort(house, plan)}")
    if len(" ".join(said)) <= WIDTH:
        said = [" ".join(said)]
    for sentence in said:
        paragraph(sentence)


def effort(house: House, plan: Plan) -> str:
    """What a plan takes: requests, time, and how much of it may not fit into today."""
    table = house.config.openrouter
    limit, beside = table.requests_per_day, int(plan.catalogue)
    now, later = Allowance(house.store, house.config.watchlists, house.clock, limit, beside).split(plan.requests)
    seconds = (sum(request.cost for request in now) + plan.catalogue) * interval(
        table.requests_per_minute
    ).total_seconds()
    text = f"{count(plan.cost, 'request')} at most, about {wording.duration(seconds)}."
    more = sum(request.cost for request in later)
    return f"{text} {more} of them may not fit into today's {table.requests_per_day}." if more else text


def not_today(number: int, limit: int) -> str:
    """Says that some requests are for tomorrow."""
    fit, come = ("does not fit", "it comes") if number == 1 else ("do not fit", "they come")
    return f"{count(number, 'request')} {fit} into today's {limit}; {come} tomorrow."


def _fetched(house: House, report: CycleReport) -> None:
    poll, limit, file = report.poll, house.config.openrouter.requests_per_day, house.config.file
    if poll.planned:
        field("fetched", f"{poll.answered} of {poll.planned}")
    if poll.stored:
        field("stored", f"{count(poll.boards, 'board')}, {count(poll.entries, 'entry', 'entries')}")
    say_failures([*poll.failures, *([report.catalogue] if report.catalogue else [])], poll.missed, file)
    if poll.left:
        warn_field("left", f"{count(poll.left, 'request')} for the next run")
    if poll.later:
        warn_field("later", not_today(poll.later_cost, limit))


def say_failures(failures: Iterable[Failure], missed: Iterable[Failure], file: Path) -> None:
    """Prints what could not be had, with what to do by this configuration, and what is gone without."""
    for failure in failures:
        warn_field("failed", completed(f"{failure.message}\n{failure.hint}".rstrip(), file))
    for one in missed:
        field("without", one.message)


def _changed(house: House, report: CycleReport) -> None:
    titles = {watchlist.id: clean(watchlist.title) for watchlist in house.config.watchlists}
    gaps: dict[str, list[date]] = {}
    counts: dict[str, int] = {}
    for item in report.days:
        if item.again:
            if item.events:
                field("revised", f"{titles[item.watchlist]}, {wording.day(item.date)}: {_became(item)}")
        elif item.status is DayStatus.EVALUATED:
            counts[item.watchlist] = counts.get(item.watchlist, 0) + _news(item)
        elif item.status is DayStatus.WAITING:
            field("waits", f"{titles[item.watchlist]}: {wording.day(item.date)}, for {_windows(len(item.missing))}")
        else:
            gaps.setdefault(item.watchlist, []).append(item.date)
    for name, days in gaps.items():
        field("gap", f"{titles[name]}: {_days(days)}, no data came")
    if counts:
        field("changed", ", ".join(f"{titles[name]} {number}" for name, number in counts.items()))


def _news(item: DayReport) -> int:
    return sum(event.held_back is None for event in item.events)


def _became(item: DayReport) -> str:
    """What a restatement made of a day's events."""
    gone = sum(event.status is EventStatus.RETRACTED for event in item.events)
    late = sum(event.late and event.status is EventStatus.NEW and not event.held_back for event in item.events)
    others = len(item.events) - gone - late
    parts = [(gone, "taken back"), (late, "late"), (others, "otherwise changed")]
    return ", ".join(f"{number} {words}" for number, words in parts if number)


def _days(days: Sequence[date]) -> str:
    """Days, ascending, in as many words for twelve as for two."""
    first, last = days[0], days[-1]
    if first == last:
        return wording.day(first)
    unbroken = last - first == timedelta(days=len(days) - 1)
    return f"{count(len(days), 'day')}, {first} to {last}" if unbroken else f"{len(days)} days from {first} to {last}"


def _windows(number: int) -> str:
    return count(number, "window") + " that did not come"


def _sent(house: House, report: CycleReport, *, at_once: bool) -> None:
    now = house.clock()
    for attempt in report.attempts:
        _attempt(house, attempt, now)
    for delivery in report.waiting:
        _waits(delivery)
    busy = {delivery.channel for delivery in [*(attempt.delivery for attempt in report.attempts), *report.waiting]}
    for subscription in house.subscriptions():
        name = subscription.channel.name
        if name not in busy:
            owed = None if report.complete else _owed(house, subscription, now)
            if owed:
                field(name, f"waits for data, about {days_told(subscription.cadence, owed, house.settle)}")
            else:
                field(name, f"nothing due before {next_digest(subscription.cadence, now, house.settle, None)}")
    if not report.attempts and not report.waiting:
        say(completed(_nothing_sent(report, at_once=at_once), house.config.file))


def _owed(house: House, subscription: Subscription, now: datetime) -> datetime | None:
    """The due time that has passed and has its digest still to come, where a run was not complete."""
    name, cadence, watchlists = subscription.channel.name, subscription.cadence, subscription.watchlists
    return owed_since(house.store, name, cadence, watchlists, now=now, settle=house.settle)


def _nothing_sent(report: CycleReport, *, at_once: bool) -> str:
    """Why nothing went out, and what to do for those who want something; after a failure that is said elsewhere."""
    if not report.complete and not report.poll.stored:
        return "Nothing was sent."
    if at_once:
        return "There was nothing new to send. The newest digest again: rankbot preview"
    return "Nothing was due, so nothing was sent. To send what is new: rankbot run --now"


def _waits(delivery: Delivery) -> None:
    if delivery.status is DeliveryStatus.CLAIMED and delivery.lease_until:
        free_at = delivery.lease_until + timedelta(minutes=1)  # for `moment` shows no seconds
        free = f"if that one has died, the first run after {moment(free_at)} goes on"
        warn_field(delivery.channel, f"“{delivery.subject}” is being sent by another process; {free}")
        return
    again = moment(delivery.next_attempt_at) if delivery.next_attempt_at else "by the next run"
    because = f"{delivery.last_error.rstrip('.')}; " if delivery.last_error else ""
    warn_field(delivery.channel, f"“{delivery.subject}” waits: {because}tried again {again}")


def _attempt(house: House, attempt: Attempt, now: datetime) -> None:
    delivery = attempt.delivery
    where = house.channels[delivery.channel].describe() if delivery.channel in house.channels else "no channel"
    if attempt.status is DeliveryStatus.SENT:
        field(delivery.channel, f"sent: {where}, {moment(now)}\n“{delivery.subject}”")
        if attempt.error:
            warn_field(delivery.channel, f"but not to all: {attempt.error}")
        return
    unsure = attempt.status is DeliveryStatus.UNKNOWN
    again = f"; tried again {moment(attempt.next_attempt_at)}" if attempt.next_attempt_at else ""
    parts = [f"{'perhaps' if unsure else 'not'} sent ({where}): {attempt.error}{again}", attempt.hint]
    if attempt.needs_somebody:
        parts.append(look_first(delivery.id) if unsure else f"Then: rankbot deliveries retry {delivery.id}")
    warn_field(delivery.channel, completed("\n".join(part for part in parts if part), house.config.file))


def next_digest(cadence: Cadence, now: datetime, settle: timedelta, owed: datetime | None) -> str:
    """When a channel's next digest comes; ``owed`` is the due time that has passed and has its own still to come."""
    due = next_due(cadence, now, settle)
    at = moment(due, cadence.zone) if due else "never"
    return f"with the next run, about {days_told(cadence, owed, settle)}; then {at}" if owed else at


def look_first(delivery_id: int) -> str:
    """What to do about a delivery of which nobody but the operator can tell whether it arrived."""
    return (
        f"Look whether the message is there; then: rankbot deliveries discard {delivery_id}, "
        f"or retry {delivery_id} to send it again."
    )


def report_attempts(house: House, attempts: Iterable[Attempt]) -> int:
    """Prints what became of these deliveries; returns the exit code."""
    code = FINE
    for attempt in attempts:
        _attempt(house, attempt, house.clock())
        if attempt.needs_somebody:
            code = NEEDS_YOU
        elif attempt.status is not DeliveryStatus.SENT:
            code = code or TRY_AGAIN
    return code


def _shown(report: CycleReport) -> None:
    for digest in report.composed:
        say()
        say(f"── would go to {digest.channel} ".ljust(78, "─"))
        say(digest.message.text.rstrip())
    say()
    say("Nothing was sent, and no event was stored." if report.composed else NOTHING_SHOWN)


def verdict(report: CycleReport) -> int:
    """The exit code, said in words too: 1 for what needs somebody, 75 for what the next run tries again."""
    stuck = [attempt for attempt in report.attempts if attempt.needs_somebody]
    unsent = [attempt for attempt in report.attempts if attempt.status is not DeliveryStatus.SENT]
    failures = [*report.poll.failures, *([report.catalogue] if report.catalogue else [])]
    needs_you = bool(stuck or report.broken) or any(failure.permanent for failure in failures)
    waits = not report.complete or bool(report.catalogue) or len(unsent) > len(stuck) or bool(report.waiting)
    for broken in report.broken:
        warn_field("failed", f"{broken}, by a bug: the log has its traceback. All others went on.")
    if needs_you or waits:
        needy = len(stuck) + len(report.broken) + sum(failure.permanent for failure in failures)
        later = len(unsent) - len(stuck) + len(report.waiting) + sum(not failure.permanent for failure in failures)
        whisper(_left(needy if needs_you else 0, later if waits else None))
    return NEEDS_YOU if needs_you else TRY_AGAIN if waits else FINE


def _left(needy: int, later: int | None) -> str:
    """What a run leaves: how much for somebody, how much for the next run (0: what is missing; None: nothing)."""
    parts = [f"{needy} {'needs' if needy == 1 else 'need'} you"] if needy else []
    if later:
        parts.append(f"{later} {'are' if later > 1 else 'is'} tried again by the next run")
    elif later is not None:
        parts.append("what is missing is asked for by the next run")
    sentence = ", ".join(parts)
    return f"{sentence[:1].upper()}{sentence[1:]}."
