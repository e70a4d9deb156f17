"""sandbox."""

from __future__ import annotations

import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import clock_of
from bot.cli.output import say
from bot.core import wording


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


def add_to(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(sandbox)
