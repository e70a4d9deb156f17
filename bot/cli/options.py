"""Options that several commands share, and what they mean."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.live import named_config
from bot.errors import RankbotError, UsageError

if TYPE_CHECKING:
    from bot.wiring import House

DEMO_PREFIX = "rankbot-demo-"
LOOKING = ("top", "history", "find", "events", "preview", "explain", "export", "backtest", "status", "deliveries")
"""The commands that have ``--demo``."""


@dataclass(frozen=True, slots=True)
class Place:
    """What was given before the command's name: the configuration, where the time is taken from, and what waits."""

    config: Path | None = None
    clock: Callable[[], datetime] | None = None
    sleep: Callable[[float], None] = time.sleep


def read_date(text: str | date) -> date:
    """A date as an option has it; raises BadParameter where it is none."""
    try:
        return text if isinstance(text, date) else date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"`{text}` is not a date such as 2026-11-10.") from error


ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", "-c", metavar="PATH", help="The configuration (default: $RANKBOT_CONFIG, ./config.toml)."),
]
DemoOption = Annotated[bool, typer.Option("--demo", help="Look at the newest demo instead.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
DateOption = Annotated[
    date | None, typer.Option("--date", metavar="DATE", parser=read_date, help="A UTC day, such as 2026-11-10.")
]
FromOption = Annotated[date | None, typer.Option("--from", metavar="DATE", parser=read_date, help="The first UTC day.")]
ToOption = Annotated[date | None, typer.Option("--to", metavar="DATE", parser=read_date, help="The last UTC day.")]
WatchlistOption = Annotated[str | None, typer.Option("--watchlist", "-w", metavar="ID", help="One watchlist only.")]


def config_path(context: typer.Context, given: Path | None, *, demo: bool = False) -> Path:
    """The configuration that is meant: named after or before the command, by $RANKBOT_CONFIG, or ./config.toml."""
    if demo:
        return newest_demo() / "config.toml"
    place: Place = context.obj
    return given or place.config or named_config(None)


def keep_config(context: typer.Context, given: Path | None, *, demo: bool = False) -> None:
    """Keeps the configuration that stands before a command's name for that command."""
    place: Place = context.obj
    context.obj = replace(place, config=config_path(context, given, demo=demo))


def in_order(start: date | None, end: date | None) -> None:
    """Raises UsageError where the first day of a range is later than its last."""
    if start and end and start > end:
        raise UsageError(f"--from {start} is later than --to {end}.", hint="--from is the first day, --to the last.")


def not_before_the_data(day: date | None, name: str) -> None:
    """Raises UsageError for a day before OpenRouter's first."""
    from bot.core.ranking import FIRST_DAY

    if day and day < FIRST_DAY:
        raise UsageError(f"{name} {day} is too early.", hint=f"OpenRouter's data begins on {FIRST_DAY}.")


def not_empty(text: str, name: str) -> None:
    """Raises UsageError for a text that everything would match."""
    if not text.strip():
        raise UsageError(f"{name} is empty.", hint="Give a name, a part of one, or an id.")


def clock_of(context: typer.Context) -> Callable[[], datetime]:
    """Where a command takes the time from."""
    from bot.wiring import real_now

    place: Place = context.obj
    return place.clock or real_now


def sleep_of(context: typer.Context) -> Callable[[float], None]:
    """What a command waits with."""
    place: Place = context.obj
    return place.sleep


@contextmanager
def open_house(
    context: typer.Context, config: Path | None, *, demo: bool = False, secrets: bool = True, **options: Any
) -> Iterator[House]:
    """Everything that the configuration asks for. ``secrets``: whether they must be there.

    What an error says within tells the commands that it names which configuration is meant: see ``completed``.
    """
    from bot.wiring import House, load_config

    path = config_path(context, config, demo=demo)
    with hints_about(path):
        loaded = load_config(path, secrets=secrets)
        with House(loaded, clock=clock_of(context), sleep=sleep_of(context), **options) as house:
            yield house


# ── commands that are named next ─────────────────────────────────────────────────────────────────────────────


def is_demo(file: Path) -> bool:
    """Whether a configuration is that of a demo, which no command fetches anything for."""
    return file.absolute().parent.name.startswith(DEMO_PREFIX)


def flag(file: Path) -> str:
    """What a command that is named next needs besides, to mean the same configuration: " --demo", " -c PATH" or ""."""
    if is_demo(file):
        return " --demo"
    named, here = file.absolute(), Path.cwd()
    if named == named_config(None).absolute():
        return ""
    import shlex

    return f" -c {shlex.quote(str(named.relative_to(here) if named.is_relative_to(here) else named))}"


def completed(text: str, file: Path) -> str:
    """A text that names commands without knowing the configuration, with what they need to mean this one.

    One that has it already stays as it is. In a demo only the commands that look have ``--demo``.
    """
    from bot.cli.app import MODULES

    besides = flag(file)
    if not besides or besides in text:
        return text
    if besides == " --demo":
        return re.sub(rf"\brankbot ({'|'.join(LOOKING)})\b", r"rankbot \1 --demo", text)
    names = "|".join(name for name in MODULES if name not in ("demo", "sandbox"))
    return re.sub(rf"\brankbot ({names})\b", lambda found: f"rankbot{besides} {found[1]}", text)


@contextmanager
def hints_about(file: Path) -> Iterator[None]:
    """Completes the hint of an error that is raised within: a command it names is meant for this configuration."""
    try:
        yield
    except RankbotError as error:
        error.hint = completed(error.hint, file)
        raise


def newest_demo() -> Path:
    """The folder of the newest demo that this user ran; raises UsageError if there is none."""
    folders = [
        folder
        for folder in Path(tempfile.gettempdir()).glob(f"{DEMO_PREFIX}*")
        if folder.stat().st_uid == os.getuid() and (folder / "config.toml").is_file()
    ]
    if not folders:
        raise UsageError("There is no demo to look at.", hint="Run one: rankbot demo")
    return max(folders, key=lambda folder: (folder / "config.toml").stat().st_mtime)
