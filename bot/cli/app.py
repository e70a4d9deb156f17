"""The command line as a whole: its name, its order, and where each command is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from bot import __version__
from bot.cli.options import ConfigOption, keep_config
from bot.cli.output import WIDTH

MODULES = {
    "init": "start",
    "check": "start",
    "test-channel": "start",
    "demo": "demo",
    "run": "running",
    "serve": "running",
    "top": "look",
    "history": "look",
    "find": "look",
    "events": "look",
    "preview": "look",
    "explain": "explain",
    "export": "export",
    "backtest": "backtest",
    "status": "status",
    "backfill": "backfill",
    "sandbox": "sandbox",
    "deliveries": "deliveries",
    "db": "database",
}
"""The commands in their order, each with the module of ``bot.cli`` that adds it."""
NAMES = max(len(name) for name in MODULES)
"""Columns of the longest name of a command."""


class Commands(Mapping[str, Any]):
    """The commands, each read when it is asked for: to read all of them took as long as typer itself takes to load."""

    def __init__(self) -> None:
        self._read: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._read:
            part = typer.Typer(rich_markup_mode=None)
            import_module(f"bot.cli.{MODULES[name]}").add_to(part)
            self._read |= get_group(part).commands
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(MODULES)

    def __len__(self) -> int:
        return len(MODULES)


class OneScreen(TyperGroup):
    """The commands by their order, a line each: all of them fit a terminal of 24 lines."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands: Any = Commands()

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Writes the help of the program as a whole."""
        formatter.write("Usage: rankbot [-c PATH] COMMAND [OPTIONS]            Begin with: rankbot demo\n\n")
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command:
                formatter.write(f"  {name:<{NAMES}}  {command.get_short_help_str(WIDTH - NAMES - 4)}\n")
        formatter.write("\nMore: rankbot COMMAND --help. -c: the configuration, else $RANKBOT_CONFIG,\n")
        formatter.write("else ./config.toml. Which version: rankbot --version\n")


app = typer.Typer(
    name="rankbot",
    cls=OneScreen,
    help="Tells you in Slack or by mail when OpenRouter's app and model rankings change.",
    epilog="Begin with `rankbot demo`; then `rankbot init` and `rankbot check`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDTH},
)


def _version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"rankbot {__version__}")
        raise typer.Exit


@app.callback()
def main(
    context: typer.Context,
    config: ConfigOption = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=lambda value: _version(wanted=value), is_eager=True, help="Print it.")
    ] = False,
) -> None:
    """Tells you in Slack or by mail when OpenRouter's app and model rankings change."""
    keep_config(context, config)
