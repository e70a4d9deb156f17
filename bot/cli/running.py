"""Running: one cycle (run), or the scheduler (serve)."""

from __future__ import annotations

import gc
import threading
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.believing import AcceptOption, accepted
from bot.cli.options import ConfigOption, DateOption, flag, not_before_the_data, open_house
from bot.cli.output import progress, say, whisper
from bot.core import wording
from bot.core.text import clean
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.wiring import House


def run(
    context: typer.Context,
    config: ConfigOption = None,
    now: Annotated[bool, typer.Option("--now", help="What is not yet told goes out at once, whatever is due.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Store snapshots only, and show what would be sent.")
    ] = False,
    day: DateOption = None,
    send: Annotated[bool, typer.Option("--send", help="With --date: store events and send, for real.")] = False,
    accept: AcceptOption = None,
) -> None:
    """One cycle: poll, judge, compose, deliver.

    --date takes that day as the last complete one; without --send nothing is stored beyond snapshots, or sent.
    """
    from bot.cli.report import announce, tell, verdict
    from bot.core.plan import day_windows
    from bot.logs import log_warnings, set_up_logging

    not_before_the_data(day, "--date")
    if send and not day:
        raise UsageError("--send goes with --date.", hint="Without --date, `rankbot run` sends what is due.")
    with open_house(context, config) as house:
        set_up_logging(house.config.log)
        log_warnings(house.config)
        cycle = house.cycle(day=day)
        if day and day >= cycle.timing.clock().date():
            raise UsageError(f"{day} is not over yet.", hint="Leave --date out for the last complete day.")
        if day and send:
            _refuse_before_the_beginning(house, day)
        plan = cycle.plan()
        boards = accepted(accept, {board for board, _ in day_windows(cycle.watchlists, plan.last)})
        for key in sorted(boards - {refused.board for refused in house.store.quarantined()}):
            whisper(f"Of {key} no answer is quarantined: what comes now is believed, whatever it is.")
        announce(plan, house)
        rehearsal = dry_run or (day is not None and not send)
        with progress("fetching") as show:
            one = cycle.rehearse if rehearsal else cycle.run
            report = one(at_once=now or day is not None, accept=boards, progress=show)
        tell(house, report, rehearsal=rehearsal, at_once=now or day is not None)
        if day and not report.days:
            say(f"{wording.day(day)} was evaluated before. To see its digest:")
            say(f"rankbot preview --date {day}{flag(house.config.file)}")
        raise typer.Exit(verdict(report))


def _refuse_before_the_beginning(house: House, day: date) -> None:
    """Raises UsageError where a watchlist began after the day.

    To begin earlier would have the days in between judged and told as if they were late, and those told already judged
    again.
    """
    titles = {watchlist.id: clean(watchlist.title) for watchlist in house.config.watchlists}
    for name, began in house.store.begun(titles, day, until=house.clock().date()).items():
        if began.first > day:
            raise UsageError(
                f"{titles[name]} began on {wording.full_day(began.first)}, after {wording.full_day(day)}.",
                hint=f"To see that day without sending it: rankbot run --date {day}",
            )


def serve(
    context: typer.Context,
    config: ConfigOption = None,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Leave at once where another one serves this store.")
    ] = False,
) -> None:
    """Runs the cycle on time, until Ctrl-C or SIGTERM.

    Missing answers are asked for again after 20 minutes, then hourly. A second one on the same store waits its turn,
    and meanwhile sends what the first has put into the outbox.
    """
    from bot.cli.opening import open_service
    from bot.cli.serving import hold_store, nudge
    from bot.logs import log_warnings, set_up_logging
    from bot.scheduler import serve as keep_serving
    from bot.wiring import warn_of_old_sqlite

    stopping = threading.Event()
    with open_house(context, config, stop=stopping.is_set, patience=timedelta(0)) as house:
        set_up_logging(house.config.log)
        log_warnings(house.config)
        with house.metrics(), hold_store(house, wait=not no_wait, stopping=stopping) as hold:
            if not stopping.is_set():
                open_service(house)
                warn_of_old_sqlite()
                gc.set_threshold(700)  # Python's own again: in months, what each beat leaves in rings would add up
                keep_serving(nudge(house, hold), stopping=stopping)


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command()(run)
    app.command()(serve)
