"""A campaign: trials drawn by a seed, until so many lives were killed; and its figures."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import Queue
from threading import Event, Lock, Thread
from typing import TypeVar

from tests.crash.bench import Bench
from tests.crash.scene import Scene, scene
from tests.crash.shared import How, build
from tests.crash.stores import Databases, PostgresDatabases, SqliteDatabases
from tests.crash.trials import Kill, Result, Trial, prepare, run
from tests.databases import running_postgres

MEMORY = Path("/dev/shm")  # noqa: S108  (a folder within is made privately)
"""A disk in memory, if there is one: what a killed process had written stays there just as well, and it is quicker."""
SHARES = ("boundary", "syscall", "boundary", "instant", "syscall", "boundary", "syscall")
"""How the first kills of trials are shared out; odd in number, so that every kind comes to every scene."""
ROUGH = 0.15
"""The chance of a fault at each request, in every other trial."""
GONE = 0.15
"""The chance that in a trial the webhook is gone, which the operator must be told once."""
MOST_KILLS = 5
"""After the first one, in a trial."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a campaign is to be. ``at``: how the first kills are shared out. ``only``: that one trial."""

    kills: int
    store: str = "sqlite"
    processes: int = 1
    seed: int = 1
    scenes: int = 4
    jobs: int = 2
    only: int | None = None
    at: Sequence[str] = SHARES


@dataclass(slots=True)
class Figures:
    """What came of a campaign: counts, what was wrong in which trials, and at what first lives were killed."""

    trials: int = 0
    lives: int = 0
    events: int = 0
    drafts: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    doubled: Counter[str] = field(default_factory=Counter)
    problems: dict[int, list[str]] = field(default_factory=dict)
    boundaries: set[float] = field(default_factory=set)
    syscalls: set[float] = field(default_factory=set)
    all_boundaries: int = 0
    all_syscalls: int = 0

    @property
    def kills(self) -> int:
        """Lives that were killed."""
        return self.kinds.total()

    def add(self, result: Result) -> None:
        """Adds a trial."""
        self.trials += 1
        self.lives += result.lives
        self.events += result.events
        self.drafts += result.drafts
        for kind, stage, place in result.kills:
            self.kinds[kind] += 1
            self.stages[stage] += 1
            self.places[place] += 1
        self.boundaries |= {result.first.get("boundary", 0)} - {0}
        self.syscalls |= {result.first.get("syscall", 0)} - {0}
        self.faults.update(result.faults)
        self.told.update(result.told)
        self.doubled.update(result.doubled)
        if result.problems:
            self.problems[result.number] = result.problems


def trials(
    scenes: Sequence[Scene], *, seed: int, syscalls: bool, at: Sequence[str] = SHARES
) -> Iterator[tuple[Scene, Trial]]:
    """All trials of a campaign, without end.

    The first kills walk, in a drawn order, through every boundary and every system call of a run, which the scenes pass
    alike, each of them in one of the scenes; the further kills are drawn.
    """
    walk = _Walk(scenes, seed, syscalls=syscalls)
    number = 0
    while True:
        chance = random.Random(f"{seed}/{number}")  # noqa: S311  (nothing secret hangs on it)
        place = scenes[number % len(scenes)]
        first = walk.next(at[number % len(at)])
        further = tuple(_drawn(place, chance, syscalls=syscalls) for _ in range(chance.randint(0, MOST_KILLS)))
        rough = ROUGH if chance.random() < 0.5 else 0.0
        gone = chance.random() < GONE
        yield place, Trial(number, chance.randrange(1 << 30), (first, *further), rough, gone)
        number += 1


class _Walk:
    """Through all the points at which a life can be killed."""

    def __init__(self, scenes: Sequence[Scene], seed: int, *, syscalls: bool) -> None:
        chance = random.Random(seed)  # noqa: S311
        points = [(at, how) for at in range(1, 1 + min(one.syscalls for one in scenes)) for how in How]
        boundaries = list(range(1, 1 + min(one.boundaries for one in scenes)))
        chance.shuffle(points)
        chance.shuffle(boundaries)
        self._boundaries = _again(boundaries)
        self._syscalls = _again(points[: len(points) * syscalls])
        self._chance, self._took = chance, max(one.took for one in scenes)

    def next(self, kind: str) -> Kill:
        """The next point of a kind."""
        if kind == "instant":
            return _instant(self._chance, self._took)
        point = next(self._syscalls, None) if kind == "syscall" else None
        return _boundary(next(self._boundaries, 1)) if point is None else _syscall(*point)


def _again(points: Sequence[T]) -> Iterator[T]:
    while points:
        yield from points


def _drawn(of: Scene, chance: random.Random, *, syscalls: bool) -> Kill:
    """A kill of a later life, which has less to do: early points are likelier."""
    kind = chance.choice(SHARES)
    early = chance.random() ** 2
    if kind == "instant":
        return _instant(chance, of.took * early)
    if kind == "syscall" and syscalls:
        return _syscall(1 + int(early * of.syscalls), chance.choice(list(How)))
    return _boundary(1 + int(early * of.boundaries))


def _boundary(at: int) -> Kill:
    return Kill("boundary", {"boundary": at})


def _syscall(at: int, how: How) -> Kill:
    return Kill("syscall", {"syscall": at, "how": how})


def _instant(chance: random.Random, longest: float) -> Kill:
    return Kill("instant", {"after": chance.uniform(0.001, max(longest, 0.01))})


# ── running it ───────────────────────────────────────────────────────────────────────────────────────────────


def hold(wish: Wish, *, say: Callable[[Figures], None] = lambda _figures: None) -> Figures:
    """Runs a campaign; ``say`` is told the figures after each trial."""
    figures, lock, over = Figures(), Lock(), Event()
    with ExitStack() as closing, _place() as folder:
        databases = closing.enter_context(_databases(wish.store))
        library = build(folder)
        benches = [
            closing.enter_context(Bench(folder / f"bench{number}", databases, library, processes=wish.processes))
            for number in range(wish.jobs)
        ]
        scenes = [scene(number + 1) for number in range(wish.scenes)]
        for one in scenes:
            prepare(benches[0], one)
            closing.callback(one.sandbox.stop)
        figures.all_boundaries = min(one.boundaries for one in scenes)
        figures.all_syscalls = min(one.syscalls for one in scenes)
        drawn = trials(scenes, seed=wish.seed, syscalls=library is not None, at=wish.at)
        if wish.only is not None:
            figures.add(next(run(benches[0], at, trial) for at, trial in drawn if trial.number == wish.only))
            return figures

        def work(bench: Bench) -> None:
            while True:
                with lock:
                    if figures.kills >= wish.kills or over.is_set():
                        return
                    at, trial = next(drawn)
                result = run(bench, at, trial)
                with lock:
                    figures.add(result)
                    say(figures)

        _all([partial(work, bench) for bench in benches], over)
    return figures


def _all(works: list[Callable[[], None]], over: Event) -> None:
    """Runs each in a thread of its own, and raises what one of them raises; ``over`` is set when they are to end."""
    troubles: Queue[BaseException] = Queue()

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  (raised in the thread that waits)
            troubles.put(error)
            over.set()

    threads = [Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    finally:  # Ctrl-C lets the trials at hand end
        over.set()
        for thread in threads:
            thread.join()
    if not troubles.empty():
        raise troubles.get()


@contextmanager
def _place() -> Iterator[Path]:
    """A private folder for everything, gone at the end."""
    with tempfile.TemporaryDirectory(
        prefix="rankbot-crash-", dir=MEMORY if MEMORY.is_dir() else None, ignore_cleanup_errors=True
    ) as made:
        yield Path(made)


@contextmanager
def _databases(kind: str) -> Iterator[Databases]:
    if kind == "sqlite":
        yield SqliteDatabases()
        return
    with running_postgres() as server:
        yield PostgresDatabases(server)


def shown(figures: Figures) -> str:
    """The figures as a text."""

    def listed(counts: Mapping[str, int]) -> str:
        found = sorted(counts.items(), key=lambda item: -item[1])
        return ", ".join(f"{name} {count}" for name, count in found if count) or "none"

    lines = [
        f"{figures.kills} kills in {figures.trials} trials of {figures.lives} lives",
        f"  by kind       {listed(figures.kinds)}",
        f"  by stage      {listed(figures.stages)}",
        f"  at            {listed(figures.places)}",
        f"  of first lives at {len(figures.boundaries)} of {figures.all_boundaries} boundaries",
        f"                 at {len(figures.syscalls)} of {figures.all_syscalls} system calls",
        f"  faults        {listed(figures.faults)}",
        f"  told          {listed(figures.told)}; events compared: {figures.events}",
        f"  told twice    {listed(figures.doubled)}",
        f"  left behind   {figures.drafts} hidden drafts of files",
        f"  wrong         {sum(map(len, figures.problems.values()))}",
    ]
    for number, problems in sorted(figures.problems.items()):
        lines += [f"trial {number}:", *(f"  {problem}" for problem in problems)]
    return "\n".join(lines)
