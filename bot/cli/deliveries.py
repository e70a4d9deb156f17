"""deliveries: what was sent, what waits, and what to do with what is stuck."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from bot.cli.exits import TRY_AGAIN
from bot.cli.options import ConfigOption, DemoOption, JsonOption, completed, keep_config, open_house
from bot.cli.output import json_line, moment, paragraph, say, whisper
from bot.cli.tables import table
from bot.core.text import clean
from bot.errors import UsageError

SUBJECT = 200
"""Characters of a subject that are shown: a headline has 90, and a user's template may write a longer one."""

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
        found = house.store.deliveries(limit=number)
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
            delivery = house.store.delivery(number)
            became = f", and it is {delivery.status.value} now" if delivery else ""
            untried = (
                f"Delivery {number} was not tried: another process took it first{became}. Look: rankbot deliveries"
            )
            whisper(completed(untried, house.config.file))
            code = code or TRY_AGAIN
        raise typer.Exit(code)


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


def _iso(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    app.add_typer(deliveries, name="deliveries")
