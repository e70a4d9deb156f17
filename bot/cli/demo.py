"""The whole thing against the sandbox: no key, no network, no other service."""

from __future__ import annotations

import tempfile
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import DEMO_PREFIX, clock_of
from bot.cli.output import field, progress, say
from bot.core import wording

if TYPE_CHECKING:
    from bot.app.compose import Composed
    from bot.wiring import House

PANEL = "Start"
DAYS = 15
SETTLE = timedelta(hours=2)
LATER = timedelta(minutes=15)
"""How long after a day became final the demo polls it."""
CONFIG = """\
# The demo's configuration: invented apps and models, served by `rankbot sandbox`.
[openrouter]
api_key = "file:sandbox.key"
base_url = "{url}"
requests_per_minute = 10000    # the demo's sandbox has no limits
requests_per_day = 100000

[channel.files]
type = "file"
directory = "digests"
when_quiet = "line"

[watchlist.cli-agents]
subcategory = "cli-agent"
mine = ["Kestrel Code"]
follow = ["Marlin", "Roost", "Tern CLI"]

[watchlist.apps]
title = "Apps"

[watchlist.models]
dataset = "models"

[watchlist.models.rules]
entered_top = {{ n = 10 }}
"""


def demo(
    context: typer.Context,
    seed: Annotated[int, typer.Option("--seed", help="Which generated world.")] = 7,
    days: Annotated[int, typer.Option("--days", min=1, max=60, help="How many days to run through.")] = DAYS,
) -> None:
    """Shows it all on invented data, offline.

    Days of an invented world run through the whole pipeline; the latest digest with news is shown.

    Real HTTP against a local stand-in of the feed, real SQLite, finished Slack and mail digests. No key, no network.
    """
    from bot.core.plan import last_complete_day
    from bot.sandbox import Sandbox, World, last_completed_day
    from bot.wiring import House, load_config

    begun = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix=DEMO_PREFIX))
    clock = _Clock(clock_of(context)())
    last = last_complete_day(clock.now, SETTLE)
    world = World(seed, last_completed_day(clock.now))
    say("rankbot demo: invented apps and models, real pipeline. No key, no network.")
    say()
    with Sandbox(world, now=clock, limits=False) as sandbox:
        field("sandbox", f"{sandbox.url}, {world.app_count} apps, {world.model_count} models")
        _write(folder, sandbox.url)
        with House(load_config(folder / "config.toml"), clock=clock, sleep=clock.sleep) as house:
            digests = _run(house, clock, last, days)
            seconds = time.monotonic() - begun
            requests = wording.count(sandbox.requests_count, "request")
            field("days", f"{days} polled over HTTP, {requests}, {seconds:.1f} s")
            field("stored", str(folder / "rankbot.db"), fold=False)
            newest = _count(house)
    _show(digests, folder, newest)
    say(f"{time.monotonic() - begun:.1f} s")


class _Clock:
    """The demo's time: it moves on by a day with each cycle, and waiting takes none of the real one."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def _write(folder: Path, url: str) -> None:
    (folder / "config.toml").write_text(CONFIG.format(url=url), encoding="utf-8")
    key = folder / "sandbox.key"
    key.touch(mode=0o600)
    key.write_text("any-key-will-do\n", encoding="utf-8")


def _run(house: House, clock: _Clock, last: date, days: int) -> list[Composed]:
    """A cycle for each day; returns the digests, oldest first."""
    from bot.core.plan import complete_at

    digests: list[Composed] = []
    with progress("days") as show:
        for number in range(days):
            day = last - timedelta(days=days - 1 - number)
            clock.now = complete_at(day, house.settle) + LATER
            digests += house.cycle().run().composed
            show(number + 1, days)
    return digests


def _count(house: House) -> str:
    """Prints how much was found; returns the ID of the newest event that was worth telling, if any."""
    everything = house.store.events(held_back=True)
    told = [event for event in everything if event.held_back is None]
    held = len(everything) - len(told)
    reason = " (which: rankbot events --all --demo)" if held else ""
    field("changes", f"{wording.count(len(told), 'event')} worth telling, {held} held back{reason}")
    return told[-1].id if told else ""


def _show(digests: list[Composed], folder: Path, event_id: str) -> None:
    """The newest digest that has news, as it reads; then where its other forms are."""
    newest = next(
        (one for one in reversed(digests) if any(section.news for section in one.digest.sections)), digests[-1]
    )
    stem = folder / "digests" / f"{newest.digest.day}"
    say()
    say(f"── Slack and mail, {wording.day(newest.digest.day)} ".ljust(64, "─") + " SAMPLE DATA ──")
    say(newest.message.text.rstrip())
    say("─" * 79)
    field("mail", f"{stem}.html  (open it in a browser)", fold=False)
    field("slack", f"{stem}.slack.json", fold=False)
    field("tables", f"{stem}.csv", fold=False)
    say()
    say("Try       rankbot events --all --demo")
    if event_id:
        say(f"          rankbot explain {event_id} --demo")
    say(f"          rankbot backtest --from {digests[0].digest.day} --demo")
    say('          rankbot history "Kestrel Code" --demo')
    say("          rankbot top models --demo")
    say("Yours     rankbot init          then: rankbot check")


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command(rich_help_panel=PANEL)(demo)
