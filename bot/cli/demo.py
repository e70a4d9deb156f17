"""The whole thing against the sandbox: no key, no network, no other service."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import DEMO_PREFIX, clock_of
from bot.cli.output import field as line
from bot.cli.output import progress, say
from bot.core import wording
from bot.core.days import ONE_DAY

if TYPE_CHECKING:
    from bot.app.compose import Composed
    from bot.app.cycle import CycleReport
    from bot.core.digest import Digest
    from bot.sandbox import World
    from bot.sandbox.source import Source
    from bot.wiring import House

DAYS = 15
SETTLE = timedelta(hours=2)
LATER = timedelta(minutes=15)
"""How long after a day became final the demo polls it."""
OFF = (11, 10, 9)
"""How many days before the last one nothing runs, as if the machine were off; the next morning catches up."""
BEHEADED = 6
"""How many days before the last one that day is about which the feed first answers what can't be true."""
OVERCOUNTED = (4, 5, 3)
"""How many days before the last one that day is which it miscounts at first: one of these, by preference the first."""
HOVERING = (4538810, 4102236)
"""Quarry and Ibex, who is the one of them that comes into the top 10, and goes in and out of it from then on."""
HOVERS = 8
"""How many days before the last one that begins: by then the machine is on again."""
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

[channel.ops]
type = "file"
directory = "ops"

[operator]
channels = ["ops"]             # who learns of failures, readers never do

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

    Days of an invented world run through the whole pipeline: among them an outage, an answer that can't be true, and a
    day that is restated. The latest digest of an ordinary day is shown.

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
    with Sandbox(_feed(world, last, clock.now), now=clock, limits=False) as sandbox:
        line("sandbox", f"{sandbox.url}, {world.app_count} apps, {world.model_count} models")
        _write(folder, sandbox.url)
        with House(load_config(folder / "config.toml"), clock=clock, sleep=clock.sleep) as house:
            lived = _live(house, clock, last, days)
            seconds = time.monotonic() - begun
            requests = wording.count(sandbox.requests_count, "request")
            line("days", f"{days} polled over HTTP, {requests}, {seconds:.1f} s")
            line("stored", str(folder / "rankbot.db"), fold=False)
            newest = _count(house)
    _tell(lived)
    _show(lived.digests, folder)
    _suggest(lived, newest)
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


def _feed(world: World, last: date, now: datetime) -> Source:
    """The world with two apps at the edge of the top 10, and two bad mornings."""
    from bot.sandbox import Hovering, Troubles, steady_day

    board, (stays, comes) = "cli-agent", HOVERING
    edge = Hovering(world, board, stays, comes, last - HOVERS * ONE_DAY)
    overcounted = steady_day(edge, board, [last - back * ONE_DAY for back in OVERCOUNTED], now)
    return Troubles(edge, beheaded=last - BEHEADED * ONE_DAY, overcounted=overcounted, subcategory=board)


@dataclass(slots=True)
class _Lived:
    """What the days came to: the digests, oldest first, and what went wrong.

    ``off``: days without a run; ``disbelieved``: of which day how many answers; ``restated``: days told before.
    """

    digests: list[Composed] = field(default_factory=list)
    off: list[date] = field(default_factory=list)
    disbelieved: dict[date, int] = field(default_factory=dict)
    restated: list[date] = field(default_factory=list)

    def note(self, day: date, report: CycleReport) -> None:
        """Adds a morning on which ``day`` was the last complete one."""
        from bot.core.event import EventStatus

        self.digests += report.composed
        refused = sum(failure.quarantined for failure in report.poll.failures)
        if refused:
            self.disbelieved[day] = refused
        for judged in report.days:
            if any(event.status is EventStatus.RETRACTED and event.revised for event in judged.events):
                self.restated.append(judged.date)


def _live(house: House, clock: _Clock, last: date, days: int) -> _Lived:
    """A cycle on each morning on which the machine is on; where an answer is missing, another after a while."""
    from bot.core.plan import complete_at
    from bot.scheduler import AGAIN_AFTER

    lived = _Lived()
    with progress("days", goes_on=False) as show:
        for number in range(days):
            back = days - 1 - number
            day = last - back * ONE_DAY
            if back in OFF and days > OFF[0] + 1:  # with fewer days there was nothing before it to go on from
                lived.off.append(day)
                continue
            clock.now = complete_at(day, house.settle) + LATER
            report = house.cycle().run()
            lived.note(day, report)
            if not report.complete:
                clock.now += AGAIN_AFTER
                lived.note(day, house.cycle().run())
            show(number + 1, days)
    return lived


def _tell(lived: _Lived) -> None:
    """What went wrong on the way, and what became of it, as far as it was lived through."""
    from bot.scheduler import AGAIN_AFTER

    said = []
    if lived.off:
        said.append(f"{_span(lived.off)}: machine off; told in one digest, late.")
    for day, number in lived.disbelieved.items():
        later = wording.duration(AGAIN_AFTER.total_seconds())
        said.append(f"{wording.day(day)}: {wording.count(number, 'answer')} not believed; good ones {later} later.")
    said += [
        f"{wording.day(day)}: restated after it was told; put right the day after."
        for day in sorted(set(lived.restated))
    ]
    if said:
        line("on the way", "\n".join(said))


def _is_ordinary(digest: Digest) -> bool:
    """Whether it tells news of its own day, and none that is late or put right."""
    return any(section.news for section in digest.sections) and not (digest.revisions or digest.late)


def _span(days: Sequence[date]) -> str:
    return f"{wording.day(days[0])} to {wording.day(days[-1])}"


def _count(house: House) -> str:
    """Prints how much was found; returns the ID of the newest event that was worth telling, if any."""
    everything = house.store.events(held_back=True)
    told = [event for event in everything if event.held_back is None]
    held = len(everything) - len(told)
    reason = " (which: rankbot events --all --demo)" if held else ""
    line("changes", f"{wording.count(len(told), 'event')} worth telling, {held} held back{reason}")
    return told[-1].id if told else ""


def _show(digests: Sequence[Composed], folder: Path) -> None:
    """The newest digest of an ordinary day with news, as it reads; then where its other forms are."""
    newest = next((one for one in reversed(digests) if _is_ordinary(one.digest)), digests[-1])
    stem = folder / "digests" / f"{newest.digest.day}"
    say()
    say(f"── Slack and mail, {wording.day(newest.digest.day)} ".ljust(64, "─") + " SAMPLE DATA ──")
    say(newest.message.text.rstrip())
    say("─" * 79)
    line("mail", f"{stem}.html  (open it in a browser)", fold=False)
    line("slack", f"{stem}.slack.json", fold=False)
    line("tables", f"{stem}.csv", fold=False)


def _suggest(lived: _Lived, event_id: str) -> None:
    """What to look at next, and how to have one's own."""
    calls = [("deliveries", "what was sent, and when"), ("events --all", "what was put right or not believed")]
    late = next((one for one in lived.digests if lived.off and one.digest.day > lived.off[-1]), None)
    if late:
        calls.insert(0, (f"deliveries show {late.delivery_id}", "the days off, told late but whole"))
    calls += [(f"explain {event_id}", "every number behind a line")] if event_id else []
    calls += [("backtest", "what these rules tell"), ('history "Kestrel Code"', ""), ("top models", "")]
    say()
    for number, (call, what) in enumerate(calls):
        say(f"{'' if number else 'Try':<10}{f'rankbot {call} --demo':<34}{what}".rstrip())
    say("Yours     rankbot init          then: rankbot check")


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(demo)
