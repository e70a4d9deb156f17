"""status."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.exits import FINE, NEEDS_YOU
from bot.cli.options import ConfigOption, DemoOption, JsonOption, clock_of, config_path, open_house
from bot.cli.output import json_line, say


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
            print_condition(condition, path)
        raise typer.Exit(FINE if condition.ok else NEEDS_YOU)


def add_to(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(status)
