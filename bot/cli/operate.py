"""Operating: status, deliveries, backfill, sandbox."""

from __future__ import annotations

import signal
import sys
import threading
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.exits import FINE, NEEDS_YOU, TRY_AGAIN
from bot.cli.options import (
    ConfigOption,
    DemoOption,
    FromOption,
    JsonOption,
    ToOption,
    clock_of,
    config_path,
    in_order,
    keep_config,
    open_house,
)
from bot.cli.output import field, json_line, moment, paragraph, progress, say, warn_field, whisper
from bot.cli.tables import table
from bot.core import wording
from bot.core.text import clean
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.core.delivery import Delivery

PANEL = "Operate"
SUBJECT = 200
"""Characters of a subject that are shown: a headline has 90, and a user's template may write a longer one."""


def status(
    context: typer.Context,
    config: ConfigOption = None,
    live: Annotated[bool, typer.Option("--live", help="Only ask whether the serving process beats.")] = False,
    demo: DemoOption = False,
    as_json: JsonOption = False,
) -> None:
    """Tells whether all is well, or what to do.

    Exit code 1 where something needs you: data older than 36 hours, a dead delivery, a digest overdue.
    """
    from bot.cli.health import inspect, print_condition
    from bot.cli.live import beats, probe

    path, now = config_path(context, config, demo=demo), clock_of(context)().timestamp()
    if live:  # with --demo or --json; without, bot/__main__.py saw to it before anything was imported
        code, words = probe(path, now)
        say(words)
        raise typer.Exit(code)
    with open_house(context, path, secrets=False) as house:
        condition = inspect(house, beats(path, now))
        if as_json:
            json_line(condition.to_json())
        else:
            print_condition(condition)
        raise typer.Exit(FINE if condition.ok else NEEDS_YOU)


deliveries = typer.Typer(help="The outbox and its record.", invoke_without_command=True)


@deliveries.callback()
def list_deliveries(
    context: typer.Context,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    demo: DemoOption = False,
    number: Annotated[int, typer.Option("-n", metavar="N", min=1, help="How many, newest first.")] = 20,
) -> None:
    """The outbox and its record, newest first.

    `show ID` prints one as text; `retry ID` and `discard ID` act on what is stuck.
    """
    if context.invoked_subcommand:
        keep_config(context, config, demo=demo)
        return
    with open_house(context, config, demo=demo, secrets=False) as house:
        found = house.store.deliveries()[:number]
        if as_json:
            for delivery in found:
                json_line(
                    {
                        "id": delivery.id,
                        "channel": delivery.channel,
                        "due_at": delivery.due_at.isoformat(),
                        "status": delivery.status.value,
                        "attempts": delivery.attempts,
                        "next_attempt_at": _iso(delivery.next_attempt_at),
                        "last_error": delivery.last_error or None,
                        "subject": delivery.subject,
                    }
                )
            return
        if not found:
            say("Nothing was sent yet, and nothing waits.")
            return
        head = ("ID", "channel", "due", "state", "what it says")
        listed = [(d.id, d.channel, moment(d.due_at), d.status.value, d.subject) for d in found]
        table([head, *listed], fold=4, right=frozenset({0}))
        for delivery in found:
            if delivery.last_error:
                paragraph(f"{delivery.id}: {delivery.last_error}", indent=2, hanging=2)


@deliveries.command("show")
def show_text(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID", help="As `rankbot deliveries` shows it.")],
    config: ConfigOption = None,
    demo: DemoOption = False,
) -> None:
    """What a delivery says, as text.

    As it was sent, or waits to be.
    """
    from bot.adapters.stored_text import text_of

    with open_house(context, config, demo=demo, secrets=False) as house:
        delivery = house.store.delivery(number)
        if delivery is None:
            raise UsageError(f"There is no delivery {number}.", hint="Look: rankbot deliveries")
        say(f"── {delivery.id}, {delivery.channel}, {moment(delivery.due_at)}, {delivery.status.value} ".ljust(78, "─"))
        gone = "Its text is not kept any more: see `keep_messages_days` of [store]."
        say(text_of(delivery) or f"{clean(delivery.subject, SUBJECT)}\n\n{gone}")


@deliveries.command("retry")
def retry(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID", help="As `rankbot deliveries` shows it.")],
    config: ConfigOption = None,
) -> None:
    """Sends a delivery again that is stuck: its missing parts only.

    Whatever else is due is sent as well.
    """
    from bot.app.deliver import revive
    from bot.cli.report import report_attempts

    with open_house(context, config) as house:
        revive(house.store, number, now=house.clock())
        attempts = house.cycle().send()
        code = report_attempts(house, attempts)
        if number not in {attempt.delivery.id for attempt in attempts}:
            whisper(f"Delivery {number} was not tried: {_why_not(house.store.delivery(number))}")
            code = code or TRY_AGAIN
        raise typer.Exit(code)


def _why_not(delivery: Delivery | None) -> str:
    """Why a delivery that was made due is not among those that were tried."""
    from bot.core.delivery import DeliveryStatus

    if delivery is None or delivery.status is DeliveryStatus.PENDING:
        return "it is not due yet by this machine's clock. The next run sends it."
    return f"another process took it first, and it is {delivery.status.value} now. Look: rankbot deliveries"


@deliveries.command("discard")
def discard(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID", help="As `rankbot deliveries` shows it.")],
    config: ConfigOption = None,
) -> None:
    """Gives a delivery up: what of it was not sent, never will be."""
    from bot.app.deliver import give_up

    with open_house(context, config, secrets=False) as house:
        give_up(house.store, number, now=house.clock())
        say(f"Delivery {number} is discarded.")


def backfill(
    context: typer.Context,
    start: FromOption = None,
    end: ToOption = None,
    config: ConfigOption = None,
) -> None:
    """Fetches past windows, within the budget.

    Of all watchlists' boards, newest first; called again, it goes on where it stopped. What is fetched is evidence for
    later events and tells nothing by itself.
    """
    from bot.cli.report import effort, not_today
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
        say(effort(house, plan))
        with progress("fetching") as show:
            report = cycle.poll(plan, accept=frozenset(), progress=show)
        field("fetched", f"{report.answered} of {report.planned}")
        entries = wording.count(report.entries, "entry", "entries")
        field("stored", f"{wording.count(len(report.stored), 'window')}, {entries}")
        for failure in report.failures:
            warn_field("failed", f"{failure.message}\n{failure.hint}".rstrip())
        if report.later:
            warn_field("later", not_today(report.later_cost, house.config.openrouter.requests_per_day))
        if report.failures or report.left or report.later:
            whisper("Call it again to go on where it stopped.")
            raise typer.Exit(NEEDS_YOU if any(failure.permanent for failure in report.failures) else TRY_AGAIN)


def _span(start: date, end: date | None, complete: date) -> tuple[date, date]:
    """The days of a backfill, cut to those that the feed has; raises UsageError where that leaves none."""
    from bot.core.ranking import FIRST_DAY

    if start > complete:
        raise UsageError(f"{start} is not complete yet.", hint=f"The newest complete day is {complete}.")
    if end and end < FIRST_DAY:
        raise UsageError(f"There is no data up to {end}.", hint=f"OpenRouter's data begins on {FIRST_DAY}.")
    if start < FIRST_DAY:
        say(f"OpenRouter's data begins on {FIRST_DAY}: so does this backfill.")
    return max(start, FIRST_DAY), min(end or complete, complete)


def sandbox(
    context: typer.Context,
    port: Annotated[int, typer.Option("--port", metavar="N", min=0, max=65535, help="0 takes any free one.")] = 8765,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Which generated world.")] = 1,
    recordings: Annotated[
        Path | None, typer.Option("--recordings", metavar="FOLDER", help="Replay recorded answers instead.")
    ] = None,
    now: Annotated[
        datetime | None, typer.Option("--now", metavar="TIME", help="What the sandbox takes for the time (UTC).")
    ] = None,
    no_limits: Annotated[bool, typer.Option("--no-limits", help="Lift 30 requests a minute and 500 a day.")] = False,
    fail: Annotated[
        int | None, typer.Option("--fail", metavar="STATUS", help="Refuse all: 401, 403, 429, 500, 502 or 503.")
    ] = None,
) -> None:
    """A local stand-in for the Data API.

    On 127.0.0.1 under /api/v1; any bearer key will do, and limits count for each key. With --fail it shows what the bot
    says when the feed refuses the key (401), asks for a pause (429) or is broken (500).
    """
    from bot.sandbox import Recordings, Sandbox, World, last_completed_day
    from bot.sandbox.failing import Failing

    fixed = now.replace(tzinfo=now.tzinfo or UTC) if now else None
    given = clock_of(context)

    def clock() -> datetime:
        return fixed or given()

    source = Recordings(recordings) if recordings else World(seed, last_completed_day(clock()))
    failing = None if fail is None else Failing(fail)
    stopping = _told_to_end()  # before it is said that all is ready
    with Sandbox(source, now=clock, port=port, limits=not no_limits) as server:
        server.answer = failing or server.answer
        say(f"The sandbox answers on {server.url} until Ctrl-C. To use it:")
        say(f'  [openrouter] base_url = "{server.url}"')
        if failing:
            say(f"It refuses every request with {fail}.")
        sys.stdout.flush()  # who started it in the background reads that line in a file
        stopping.wait()
        say(f"{wording.count(server.requests_count, 'request')} answered.")


def _told_to_end() -> threading.Event:
    """Set by Ctrl-C or SIGTERM, from now on."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopping.set())
    return stopping


def _iso(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command(rich_help_panel=PANEL)(status)
    app.add_typer(deliveries, name="deliveries", rich_help_panel=PANEL)
    app.command(rich_help_panel=PANEL)(backfill)
    app.command(rich_help_panel=PANEL)(sandbox)
