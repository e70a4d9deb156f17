"""backfill."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

import typer

from bot.cli.believing import AcceptOption, accepted
from bot.cli.exits import FINE, NEEDS_YOU, TRY_AGAIN
from bot.cli.options import ConfigOption, FromOption, ToOption, in_order, open_house
from bot.cli.output import field, progress, say, warn_field, whisper
from bot.core import wording
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.app.poll import PollReport
    from bot.core.plan import Window
    from bot.wiring import House


def backfill(
    context: typer.Context,
    start: FromOption = None,
    end: ToOption = None,
    config: ConfigOption = None,
    accept: AcceptOption = None,
) -> None:
    """Fetches past windows, within the budget.

    Of all watchlists' boards, newest first; called again, it goes on where it stopped. What is fetched is evidence for
    later events and tells nothing by itself.
    """
    from bot.cli.report import effort
    from bot.core.plan import last_complete_day
    from bot.logs import set_up_logging

    if start is None:
        raise UsageError("A backfill has a first day.", hint="rankbot backfill --from 2026-10-01")
    in_order(start, end)
    with open_house(context, config) as house:
        set_up_logging(house.config.log)
        first, last = _span(start, end, last_complete_day(house.clock(), house.settle))
        cycle = house.cycle()
        plan = cycle.plan_history(first, last)
        if not plan.requests:
            say("All of it is stored already; no request needed.")
            return
        boards = accepted(accept, {board for board, _ in plan.wanted})
        say(effort(house, plan))
        with progress("fetching") as show:
            report = cycle.poll(plan, accept=boards, progress=show)
        raise typer.Exit(_tell(house, report))


def _tell(house: House, report: PollReport) -> int:
    """Prints what came and what did not; returns the exit code."""
    from bot.cli.report import not_today, say_failures

    field("fetched", f"{report.answered} of {report.planned}")
    entries = wording.count(report.entries, "entry", "entries")
    field("stored", f"{wording.count(len(report.stored), 'window')}, {entries}")
    for line in _nothing(report.empty):
        field("nothing", line)
    say_failures(report.failures, report.missed, house.config.file)
    if report.later:
        warn_field("later", not_today(report.later_cost, house.config.openrouter.requests_per_day))
    if not (report.failures or report.left or report.later):
        return FINE
    whisper("Call it again to go on where it stopped.")
    yours = any(failure.permanent or failure.quarantined for failure in report.failures)
    return NEEDS_YOU if yours else TRY_AGAIN


def _nothing(windows: Iterable[Window]) -> list[str]:
    """A line a board, of the days for which the feed has nothing: most often those before it began."""
    days: dict[str, list[date]] = {}
    for board, day in windows:
        days.setdefault(board.title, []).append(day)
    return [
        f"{title}: the feed has none of {wording.count(len(some), 'window')}, {wording.days(min(some), max(some))}"
        for title, some in days.items()
    ]


def _span(start: date, end: date | None, complete: date) -> tuple[date, date]:
    """The days of a backfill, cut to those that the feed has; raises UsageError where that leaves none."""
    from bot.core.ranking import FIRST_DAY

    if start > complete:
        raise UsageError(f"{start} is not complete yet.", hint=f"The newest complete day is {complete}.")
    if end and end < FIRST_DAY:
        raise UsageError(f"There is no data up to {end}.", hint=f"OpenRouter's data begins on {FIRST_DAY}.")
    if end and end > complete:
        say(f"{complete} is the newest complete day: this backfill ends there.")
    if start < FIRST_DAY:
        say(f"OpenRouter's data begins on {FIRST_DAY}: so does this backfill.")
    return max(start, FIRST_DAY), min(end or complete, complete)


def add_to(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(backfill)
