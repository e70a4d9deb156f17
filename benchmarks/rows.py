"""Every row of the table: what is run, how often, and the bar."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median

from benchmarks.asking import rate
from benchmarks.feed import boards
from benchmarks.scene import FIRST, Bot, bot, serving, urlwatch
from benchmarks.table import Row
from benchmarks.usage import Usage, measure
from benchmarks.venvs import ROOT, Tools

MIB = 2**20
ONE_DAY = timedelta(days=1)
LOOKED_AT = timedelta(days=130)
"""How far back a day looks that is judged by the default rules: four windows of thirty days, and some more."""
YEARS = timedelta(days=3 * 365)


@dataclass(frozen=True, slots=True)
class Bench:
    """Where to measure, with what, and how often. ``days`` is how long ``serve`` idles, ``years`` a history."""

    folder: Path
    tools: Tools
    rounds: int = 5
    days: int = 10
    years: timedelta = YEARS
    watchlists: int = 1000

    def place(self, name: str) -> Path:
        """A new folder."""
        folder = self.folder / name
        folder.mkdir()
        return folder


def cycles(bench: Bench) -> list[Row]:
    """Whole cycles over 20 and over 40 boards against urlwatch, a further day each round, in turns."""
    place = bench.place("cycles")
    ours: dict[int, list[Usage]] = {20: [], 40: []}
    theirs: dict[int, list[Usage]] = {20: [], 40: []}
    asked_twice: list[Usage] = []
    with serving(place, bench.tools) as feed:
        bots = {number: bot(place / f"bot-{number}", bench.tools, boards(number), url=feed.url) for number in ours}
        twice = bot(place / "bot-twice", bench.tools, boards(20), url=feed.url, restate_days=1)
        others = {number: urlwatch(place / f"urlwatch-{number}", bench.tools, number, url=feed.url) for number in ours}
        for prepared in (*bots.values(), twice):
            prepared.prepare("boards", FIRST - LOOKED_AT, FIRST - ONE_DAY)
        for round_ in range(-2, bench.rounds):  # the first day has nothing to compare with, the second warms caches
            day = FIRST + ONE_DAY * (round_ + 2)
            feed.live_on(day)
            for number, one_bot in bots.items():
                one, other = one_bot.run(day), others[number].run()
                if round_ >= 0:
                    ours[number].append(one)
                    theirs[number].append(other)
            again = twice.run(day)
            if round_ >= 0:
                asked_twice.append(again)
    by = f"urlwatch {bench.tools.urlwatch_version.removeprefix('urlwatch ')}"
    return [*_cycle_rows(ours, theirs, by), _twice_row(asked_twice, theirs[20], by)]


def _cycle_rows(ours: Mapping[int, Sequence[Usage]], theirs: Mapping[int, Sequence[Usage]], by: str) -> list[Row]:
    cpu = {number: [used.cpu for used in found] for number, found in ours.items()}
    cpu_theirs = {number: [used.cpu for used in found] for number, found in theirs.items()}
    further, further_theirs = ((median(found[40]) - median(found[20])) / 20 * 1000 for found in (cpu, cpu_theirs))
    wall = (
        f"wall {median(used.wall for used in ours[20]):.2f} s, theirs {median(used.wall for used in theirs[20]):.2f} s"
    )
    peaks, peaks_theirs = ([used.peak / MIB for used in found[20]] for found in (ours, theirs))
    return [
        Row("a cycle over 20 boards, CPU", "s", cpu[20], cpu_theirs[20], by, at_most=1.5, notes=[wall]),
        Row("each further board, CPU", "ms", [further], [further_theirs], by, at_most=0.5),
        Row("a cycle over 20 boards, peak memory", "MiB", peaks, peaks_theirs, by, at_most=1.5),
    ]


def _twice_row(ours: Sequence[Usage], theirs: Sequence[Usage], by: str) -> Row:
    cpu, cpu_theirs = [used.cpu for used in ours], [used.cpu for used in theirs]
    note = "as it comes, each board of the day before is asked for once more: 40 requests instead of 20"
    return Row("the same with `restate_days = 1`, CPU", "s", cpu, cpu_theirs, by, notes=[note])


def storing(bench: Bench) -> list[Row]:
    """The store against ``executemany``."""
    pairs = _numbers(_module(bench, "benchmarks.storing", bench.place("storing"), bench.rounds))
    ours, theirs = ([pair[side] for pair in pairs] for side in (0, 1))
    return [Row("storing 100,000 entries, CPU", "s", ours, theirs, "executemany", at_most=2.0)]


def judging(bench: Bench) -> list[Row]:
    """A day's evaluation for many watchlists."""
    one = bot(bench.place("judging"), bench.tools, boards(40), url="http://127.0.0.1:9/api/v1")
    one.prepare("boards", FIRST - LOOKED_AT, FIRST - ONE_DAY)
    found = _numbers(one.module("benchmarks.judging", bench.watchlists, bench.rounds).output)
    rates = [bench.watchlists / spent for spent, _ in found]
    note = f"{bench.watchlists:,} watchlists, {median(events for _, events in found):g} events a day"
    return [Row("watchlists judged a CPU second, 40 boards", "", rates, at_least=1000, notes=[note])]


def years(bench: Bench) -> list[Row]:
    """A cycle on a store with years in it against one on a store that has just begun."""
    place = bench.place("years")
    long, short = [], []
    with serving(place, bench.tools) as feed:
        old = bot(place / "old", bench.tools, boards(40), url=feed.url)
        new = bot(place / "new", bench.tools, boards(40), url=feed.url)
        held = old.prepare("years", FIRST - bench.years, FIRST - ONE_DAY)
        new.prepare("boards", FIRST - LOOKED_AT, FIRST - ONE_DAY)
        for round_ in range(-2, bench.rounds):
            day = FIRST + ONE_DAY * (round_ + 2)
            feed.live_on(day)
            one, other = old.run(day), new.run(day)
            if round_ >= 0:
                long.append(one.cpu)
                short.append(other.cpu)
    size = (old.config.parent / "rankbot.db").stat().st_size / MIB
    note = f"{held}, {size:,.0f} MiB"
    what = f"a cycle over 40 boards after {bench.years.days / 365:g} years, CPU"
    return [Row(what, "s", long, short, "on a new store", at_most=1.2, notes=[note])]


EVERY_RULE = """mine = ["id:1042"]
follow = ["id:1045", "id:1048"]
[watchlist.all-7.rules]
new_leader = true
entered_top = { n = [10, 50] }
left_top = { n = [10, 50] }
spike = true
trending = { n = 10 }
climbed = true
dropped = true
moved = true
overtook = true
milestone = { tokens = ["100B", "500B", "1T"] }
renamed = true
"""


def backtest(bench: Bench) -> list[Row]:
    """A year of the whole marketplace by every rule that apps can have."""
    one = bot(bench.place("backtest"), bench.tools, boards(1), url="http://127.0.0.1:9/api/v1", each=EVERY_RULE)
    last = FIRST + ONE_DAY * 364
    one.prepare("boards", FIRST - LOOKED_AT, last)
    command = ("backtest", "--from", FIRST.isoformat(), "--to", last.isoformat())
    found = [one.command(last + ONE_DAY, *command) for _ in range(bench.rounds)]
    note = f"wall {median(used.wall for used in found):.2f} s; {found[0].output.splitlines()[0]}"
    return [Row("backtest of a year of one board, CPU", "s", [used.cpu for used in found], at_most=2.0, notes=[note])]


def starts(bench: Bench) -> list[Row]:
    """How much longer commands take to start than Python."""
    one = bot(bench.place("starts"), bench.tools, boards(1), url="http://127.0.0.1:9/api/v1")
    one.prepare("boards", FIRST - ONE_DAY, FIRST - ONE_DAY)
    commands = {("--help",): 150, ("status", "--live"): 50, ("status",): 400}
    bare: dict[tuple[str, ...], list[Usage]] = {command: [] for command in commands}
    ours: dict[tuple[str, ...], list[Usage]] = {command: [] for command in commands}
    for _ in range(4 * bench.rounds):
        for command in commands:
            bare[command].append(measure([str(bench.tools.python), "-c", "pass"], cwd=ROOT))
            ours[command].append(_started(one, command))
    return [_start_row(command, ours[command], bare[command], bar) for command, bar in commands.items()]


def _started(one: Bot, command: Sequence[str]) -> Usage:
    """As somebody types it: the console script, in the configuration's folder."""
    script = str(one.tools.python.parent / "rankbot")
    return measure([script, *command], cwd=one.config.parent, environ={"OPENROUTER_API_KEY": "x"}, codes=(0, 1))


def _start_row(command: Sequence[str], ours: Sequence[Usage], bare: Sequence[Usage], bar: float) -> Row:
    later = median(one.wall - other.wall for one, other in zip(ours, bare, strict=True)) * 1000
    return Row(
        f"`rankbot {' '.join(command)}`, CPU",
        "ms",
        [used.cpu * 1000 for used in ours],
        [used.cpu * 1000 for used in bare],
        "python -c pass",
        at_most=bar,
        difference=True,
        notes=[f"wall +{later:.0f} ms"],
    )


def idling(bench: Bench) -> list[Row]:
    """What ``serve`` holds after some simulated days, and how much more than after the first two."""
    place = bench.place("idling")
    with serving(place, bench.tools) as feed:
        one = bot(place / "bot", bench.tools, boards(20), url=feed.url)
        one.prepare("boards", FIRST - LOOKED_AT, FIRST - ONE_DAY)
        held = [size / MIB for (size,) in _numbers(one.module("benchmarks.idling", bench.days).output)]
    note = f"after each day: {', '.join(f'{size:.1f}' for size in held)} MiB"
    settled = held[min(2, len(held) - 1)]
    return [
        Row(f"`serve` after {bench.days} simulated days, memory", "MiB", [held[-1]], at_most=90, notes=[note]),
        Row("the same against its third day", "MiB", [held[-1]], [settled], "on day 3", at_most=1.02),
    ]


def sandbox(bench: Bench) -> list[Row]:
    """Requests a second of ``rankbot sandbox``."""
    command = [str(bench.tools.python), "-u", "-m", "bot", "sandbox", "--port", "0", "--no-limits"]
    server = subprocess.Popen(  # noqa: S603  (our own command)
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        greeting = iter(server.stdout or ())
        url = next(line.split('"')[1] for line in greeting if "base_url" in line)
        rates = [rate(url, 1.0) for _ in range(bench.rounds)]
    finally:
        server.terminate()
        server.communicate()
    return [Row("requests a second that `rankbot sandbox` answers", "", rates)]


def _module(bench: Bench, module: str, *arguments: object) -> str:
    command = [str(bench.tools.python), "-m", module, *(str(argument) for argument in arguments)]
    return measure(command, cwd=ROOT, environ={"PYTHONPATH": str(ROOT)}).output


def _numbers(text: str) -> list[tuple[float, ...]]:
    """The numbers of each line."""
    return [tuple(float(part) for part in line.split()) for line in text.splitlines() if line]


BENCHMARKS: Mapping[str, Callable[[Bench], list[Row]]] = {
    "cycles": cycles,
    "storing": storing,
    "judging": judging,
    "years": years,
    "backtest": backtest,
    "starts": starts,
    "idling": idling,
    "sandbox": sandbox,
}
