"""The command line as a whole: its name, its order, and where each command is."""

from __future__ import annotations

from typing import Annotated

import typer

from bot import __version__
from bot.cli import backtest, database, demo, explain, export, look, operate, running, start
from bot.cli.options import ConfigOption, keep_config

app = typer.Typer(
    name="rankbot",
    help="Tells you in Slack or by mail when OpenRouter's app and model rankings change.",
    epilog="Begin with `rankbot demo`; then `rankbot init` and `rankbot check`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
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


for module in (start, demo, running, look, explain, export, backtest, operate, database):
    module.add_to(app)
