"""Running: one cycle (run), or the scheduler (serve)."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import ConfigOption, DateOption, open_house
from bot.cli.output import field, moment, progress, say, warn_field, whisper
from bot.core import wording
from bot.core.delivery import DeliveryStatus
from bot.core.due import next_due
from bot.core.plan import complete_at
from bot.core.wording import count
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.app.cycle import CycleReport, Plan
    from bot.app.deliver import Attempt
    from bot.wiring import House

PANEL = "Start"
TRY_AGAIN = 75


def run(
    context: typer.Context,
    config: ConfigOption = None,
    now: Annotated[bool, typer.Option("--now", help="What is not yet told goes out at once, whatever is due.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Store snapshots only, and show what would be sent.")
    ] = False,
    day: DateOption = None,
    send: Annotated[bool, typer.Option("--send", help="With --date: store events and send, for real.")] = False,
    accept: Annotated[
        list[str] | None, typer.Option("--accept", metavar="BOARD", help="Believe this board's implausible answers.")
    ] = None,
) -> None:
    """One cycle: poll, judge, compose, deliver.

    --date takes that day as the last complete one; without --send nothing is stored beyond snapshots, or sent.
    """
    from bot.core.ranking import Board
    from bot.wiring import set_up_logging

    if send and not day:
        raise UsageError("--send goes with --date.", hint="Without --date, `rankbot run` sends what is due.")
    boards = frozenset(Board.parse(board).key for board in accept or ())
    with open_house(context, config) as house:
        set_up_logging(house.config.log)
        cycle = house.cycle(day=day)
        if day and day >= cycle.timing.clock().date():
            raise UsageError(f"{day} is not over yet.", hint="Leave --date out for the last complete day.")
        _announce(cycle.plan(), house)
        rehearsal = dry_run or (day is not None and not send)
        with progress("fetching") as show:
            one = cycle.rehearse if rehearsal else cycle.run
            report = one(at_once=now or day is not None, accept=boards, progress=show)
        _tell(house, report, rehearsal=rehearsal)
        if day and not report.days:
            say(f"{wording.day(day)} was evaluated before. To see its digest: rankbot preview --date {day}")
        raise typer.Exit(_verdict(report))


def _tell(house: House, report: CycleReport, *, rehearsal: bool) -> None:
    from bot.wiring import after_cycle

    _fetched(report)
    _changed(house, report)
    if rehearsal:
        _shown(report)
    else:
        _sent(house, report)
        after_cycle(house, report)


def serve(
    context: typer.Context,
    config: ConfigOption = None,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Leave at once where another one serves this store.")
    ] = False,
) -> None:
    """Runs the cycle on time, until SIGTERM.

    Missing answers are asked for again after 20 minutes, then hourly. A second one on the same store waits its turn.
    """
    from bot.cli.serving import hold_store
    from bot.scheduler import Nudge
    from bot.scheduler import serve as keep_serving
    from bot.wiring import after_cycle, cadence_of, set_up_logging, warn_of_old_sqlite

    stopping = threading.Event()
    with (
        open_house(context, config, stop=stopping.is_set, patience=timedelta(0)) as house,
        hold_store(house, wait=not no_wait) as beat,
    ):
        set_up_logging(house.config.log)
        warn_of_old_sqlite()
        cycle = house.cycle()

        def one() -> CycleReport:
            report = cycle.run()
            after_cycle(house, report)
            return report

        nudge = Nudge(
            clock=house.clock,
            settle=house.settle,
            cadences=tuple(cadence_of(table) for table in house.config.channels.values()),
            run=one,
            send=cycle.send,
            beat=beat,
        )
        keep_serving(nudge, stopping=stopping)


def _announce(plan: Plan, house: House) -> None:
    boards = len({item.watchlist.board for item in plan.agendas})
    if not plan.requests:
        say(f"{wording.day(plan.last)} is stored already; no request needed.")
        return
    since = complete_at(plan.last, house.settle)
    seconds = round(plan.cost * 60 / house.config.openrouter.requests_per_minute)
    say(
        f"{wording.day(plan.last)} is complete since {since:%H:%M} UTC. {count(boards, 'board')}, "
        f"{count(plan.cost, 'request')} at most, about {max(seconds, 1)} s."
    )


def _fetched(report: CycleReport) -> None:
    poll = report.poll
    if poll.planned:
        field("fetched", f"{poll.answered} of {poll.planned}")
    if poll.stored:
        field("stored", f"{count(poll.boards, 'board')}, {count(poll.entries, 'entry', 'entries')}")
    for failure in poll.failures:
        warn_field("failed", f"{failure.message}\n{failure.hint}".rstrip())
    for missed in poll.missed:
        field("without", missed.message)
    if poll.left:
        warn_field("left", f"{count(poll.left, 'request')} for the next run")


def _changed(house: House, report: CycleReport) -> None:
    from bot.app.ports import DayStatus

    titles = {watchlist.id: watchlist.title for watchlist in house.config.watchlists}
    counts: dict[str, int] = {}
    for item in report.days:
        if item.status is DayStatus.EVALUATED:
            news = [event for event in item.events if event.held_back is None]
            counts[item.watchlist] = counts.get(item.watchlist, 0) + len(news)
        elif item.status is DayStatus.WAITING:
            field("waits", f"{titles[item.watchlist]}: {wording.day(item.date)}, for {_windows(len(item.missing))}")
        else:
            field("gap", f"{titles[item.watchlist]}: {wording.day(item.date)}, no data came")
    if counts:
        field("changed", ", ".join(f"{titles[name]} {number}" for name, number in counts.items()))


def _windows(number: int) -> str:
    return count(number, "window") + " that did not come"


def _sent(house: House, report: CycleReport) -> None:
    now = house.clock()
    for attempt in report.attempts:
        _attempt(house, attempt, now)
    busy = {attempt.delivery.channel for attempt in report.attempts}
    for subscription in house.subscriptions():
        name = subscription.channel.name
        if name not in busy:
            due = next_due(subscription.cadence, now, house.settle)
            when = moment(due, subscription.cadence.zone) if due else "never"
            field(name, f"nothing due before {when}")
    if not report.attempts:
        say("Nothing was due, so nothing was sent. To send what is new: rankbot run --now")


def _attempt(house: House, attempt: Attempt, now: datetime) -> None:
    delivery = attempt.delivery
    where = house.channels[delivery.channel].describe() if delivery.channel in house.channels else "no channel"
    if attempt.status is DeliveryStatus.SENT:
        field(delivery.channel, f"sent: {where}, at {moment(now)}\n“{delivery.subject}”")
        return
    again = f"; tried again {moment(attempt.next_attempt_at)}" if attempt.next_attempt_at else ""
    then = f"\nThen: rankbot deliveries retry {delivery.id}" if attempt.status is DeliveryStatus.DEAD else ""
    hint = f"\n{attempt.hint}" if attempt.hint else ""
    warn_field(delivery.channel, f"not sent ({where}): {attempt.error}{again}{hint}{then}")


def report_attempts(house: House, attempts: list[Attempt]) -> int:
    """Prints what became of these deliveries; returns the exit code."""
    for attempt in attempts:
        _attempt(house, attempt, house.clock())
    statuses = {attempt.status for attempt in attempts}
    if DeliveryStatus.DEAD in statuses:
        return 1
    return TRY_AGAIN if statuses - {DeliveryStatus.SENT} else 0


def _shown(report: CycleReport) -> None:
    for digest in report.composed:
        say()
        say(f"── would go to {digest.channel} ".ljust(78, "─"))
        say(digest.message.text.rstrip())
    say()
    say("Nothing was sent, and no event was stored.")


def _verdict(report: CycleReport) -> int:
    """The exit code: 1 for what needs somebody, 75 for what the next run tries again."""
    statuses = [attempt.status for attempt in report.attempts]
    needs_you = DeliveryStatus.DEAD in statuses or any(failure.permanent for failure in report.poll.failures)
    waits = not report.complete or any(
        status in (DeliveryStatus.PENDING, DeliveryStatus.UNKNOWN) for status in statuses
    )
    if needs_you or waits:
        parts = ["something needs you"] if needs_you else []
        parts += ["something is tried again by the next run"] if waits else []
        whisper(f"{' and '.join(parts)}.".capitalize())
    return 1 if needs_you else TRY_AGAIN if waits else 0


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command(rich_help_panel=PANEL)(run)
    app.command(rich_help_panel=PANEL)(serve)
