"""Getting started: init, check, test-channel."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.cli.exits import NEEDS_YOU, TRY_AGAIN
from bot.cli.options import ConfigOption, clock_of, completed, config_path, flag, open_house, sleep_of
from bot.cli.output import moment, paragraph, rows, say, whisper, wrapped
from bot.core.wording import count
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.cli.check_online import Finding

SCHEMA = "config.schema.json"
READERS = {
    "app": "the maker of an app: a category, your app and its rivals, daily",
    "analyst": "an analyst: models, labs and all apps, each Monday",
    "market": "somebody who watches the whole market, daily",
}
"""Whom each starter is for, and what of."""
FIRST = {
    "app": "write your app and its rivals into it",
    "analyst": "set the time and the zone in it",
    "market": "see whether it has what you watch",
}
"""What to do first with each starter."""
WANTED = (
    ("OPENROUTER_API_KEY", "any key will do; reading rankings spends no tokens"),
    ("SLACK_WEBHOOK_URL", "api.slack.com/apps > Incoming Webhooks"),
)
"""The variables that every starter names, and where one gets them."""


def init(
    context: typer.Context,
    config: ConfigOption = None,
    reader: Annotated[str, typer.Option("--for", metavar="app|analyst|market", help="Who will read it.")] = "app",
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema for editors, and do nothing.")
    ] = False,
    example: Annotated[
        bool, typer.Option("--example", help="Print every key, with why one would change it, and do nothing.")
    ] = False,
) -> None:
    """Writes a configuration to begin with.

    It never overwrites one. The JSON Schema by which editors complete and check it is written beside it.
    """
    from bot.config import STARTERS, starter
    from bot.wiring import bundled_example, bundled_schema

    if schema or example:
        say((bundled_schema() if schema else bundled_example()).read_text(encoding="utf-8").rstrip())
        return
    if reader not in STARTERS:
        raise UsageError(f"There is no starter for `{reader}`.", hint=f"There are: {', '.join(STARTERS)}.")
    path = config_path(context, config)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(starter(reader))
    except FileExistsError as error:
        raise UsageError(f"{path} is there already, and stays as it is.", hint="Name another: --config PATH") from error
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror}.") from error
    path.chmod(0o600)
    _write_schema(path.parent / SCHEMA)
    paragraph(f"Wrote {path}, for {READERS[reader]}.")
    say()
    rows([[name, f"{'set' if name in os.environ else 'not set yet'}: {what}"] for name, what in WANTED], indent=2)
    say()
    say(f"Next: {FIRST[reader]}, then: rankbot check{flag(path)}")


def _write_schema(path: Path) -> None:
    """Writes the schema that the configuration's first line names; one that is there stays, as it may be newer."""
    from bot.wiring import bundled_schema

    with suppress(FileExistsError), path.open("x", encoding="utf-8") as file:
        file.write(bundled_schema().read_text(encoding="utf-8"))


def check(
    context: typer.Context,
    config: ConfigOption = None,
    online: Annotated[bool, typer.Option("--online", help="Also try the key, the channels, and every name.")] = False,
) -> None:
    """Validates the configuration, reads it back.

    In sentences: what is watched, told and shown, who gets what and when next, and the cost in requests.

    --online also asks the services whether key and credentials work, without sending anything, and resolves every
    followed name to an id.
    """
    from bot.adapters.render import JinjaRenderer
    from bot.cli.check import read_back, to_know
    from bot.cli.check_online import Finding, ask_services, requests_of
    from bot.cli.check_requests import look_ahead
    from bot.wiring import bundled_templates, load_config

    path = config_path(context, config)
    loaded = load_config(path, store=True)
    templates = JinjaRenderer(bundled_templates(), loaded.defaults.templates)
    problems = [Finding(str(trouble)) for trouble in templates.check()]
    clock = clock_of(context)
    if online:
        say(f"{path} is valid. Asking the services ({requests_of(loaded)} at most):")
        problems += ask_services(loaded, clock=clock, sleep=sleep_of(context))
        to_know(loaded, online=True)
    else:
        say(f"{path} is valid.")
        read_back(loaded, now=clock(), outlook=look_ahead(loaded, clock=clock))
    if problems:
        _conclude(path, problems, online=online)
    say(f"Next: rankbot {'run --dry-run' if online else 'check --online'}{flag(path)}")


def _conclude(path: Path, problems: Sequence[Finding], *, online: bool) -> NoReturn:
    """The problems once more, in a sentence each, and what to do next; exit code 75 where that is to wait."""
    whisper(f"{count(len(problems), 'problem')}:")
    for problem in [finding.sentence for finding in problems]:
        begins_with_path = "/" in problem.partition(" ")[0]  # which is to be copied in one piece
        for line in [f"  {problem}"] if begins_with_path else wrapped(problem, indent=2, hanging=2):
            whisper(line)
    lasting = sum(not finding.passing for finding in problems)
    what = f"put {'it' if len(problems) == 1 else 'them'} right" if lasting else "wait some minutes"
    whisper(f"Next: {what}, then: rankbot check{' --online' if online else ''}{flag(path)}")
    raise typer.Exit(NEEDS_YOU if lasting else TRY_AGAIN)


def test_channel(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The channel, as in [channel.NAME].")],
    config: ConfigOption = None,
) -> None:
    """Sends a TEST message through a channel.

    It reports exactly what the service said.
    """
    from bot.core.delivery import Failed, Sent, Unknown

    with open_house(context, config) as house:
        channel = house.channels.get(name)
        if channel is None:
            known = ", ".join(house.channels) or "none"
            raise UsageError(f"There is no channel `{name}`.", hint=f"Channels here: {known}.")
        match channel.test():
            case Sent(receipt):
                say(f"{name}: {channel.describe()} took it, {moment(house.clock())}: {receipt or 'ok'}")
            case Failed(reason, permanent, hint):
                whisper(f"{name}: {channel.describe()}: {reason}")
                for line in wrapped(completed(hint, house.config.file), indent=2):
                    whisper(line)
                raise typer.Exit(NEEDS_YOU if permanent else TRY_AGAIN)
            case Unknown(reason):
                whisper(f"{name}: perhaps sent: {reason}\n  Look whether the message is there.")
                raise typer.Exit(TRY_AGAIN)


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command()(init)
    app.command()(check)
    app.command("test-channel")(test_channel)
