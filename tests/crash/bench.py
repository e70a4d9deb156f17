"""Where trials are held: the services, one or two starters of lives, and a clock."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from tests.crash.evidence import Identity
from tests.crash.lives import End, Life
from tests.crash.scene import MORNING, Scene, configure, environment
from tests.crash.services import CrashSlack, CrashSmtp, Journal, Weather
from tests.crash.shared import Shared, shared
from tests.crash.stores import Databases

ROOT = Path(__file__).resolve().parents[2]
PACE = 20.0
"""How fast the clock of two lives at once runs: a lease of 110 seconds is five and a half."""

ALIVE: Mapping[str, float] = MappingProxyType({})
"""The order of a life that ends by itself."""


class Starter:
    """A process that starts lives, one after the other. ``order`` is the memory it shares with them and us."""

    def __init__(self, folder: Path, library: Path | None) -> None:
        memory = folder / "memory"
        self.order: Shared = shared(memory)
        preload = {"LD_PRELOAD": str(library)} if library else {}
        self._starter = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.lives", str(memory)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **preload},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def live(self, life: Life) -> End:
        """Has a life led to its end."""
        assert self._starter.stdin
        assert self._starter.stdout
        self._starter.stdin.write(json.dumps(asdict(life)) + "\n")
        self._starter.stdin.flush()
        return End(**json.loads(self._starter.stdout.readline()))

    def close(self) -> None:
        """Ends it; no life is left then."""
        self._starter.communicate(timeout=90)


@dataclass(slots=True)
class Time:
    """The time by the clock of the lives: that of the one that runs now, or one that runs fast for two of them."""

    order: Shared
    start: datetime = MORNING
    began: float = field(default_factory=time.monotonic)
    pace: float = 0.0

    def now(self) -> datetime:
        """The time."""
        passed = time.monotonic() - self.began
        return self.start + timedelta(seconds=passed * self.pace if self.pace else passed + self.order.waited)

    def skip(self, seconds: float) -> None:
        """Moves the time on, between two lives."""
        self.start = self.now() + timedelta(seconds=seconds)
        self.began, self.order.waited = time.monotonic(), 0.0


@dataclass(slots=True)
class Play:
    """A trial's place: its folder and store, what the services took, the time, and what lives were led."""

    folder: Path
    store: str
    journal: Journal
    time: Time
    lives: int = 0
    ends: list[tuple[str, End]] = field(default_factory=list)
    killed: dict[str, AbstractSet[Identity]] = field(default_factory=dict)


class Bench:
    """One place; a context manager. ``databases`` makes its stores, in ``folder`` is all that it writes."""

    def __init__(self, folder: Path, databases: Databases, library: Path | None, *, processes: int = 1) -> None:
        self.databases = databases
        self.processes = processes
        self.has_syscalls = library is not None
        self._folder = folder
        self._library = library
        self._closing = ExitStack()
        self._numbers = 0

    def __enter__(self) -> Self:
        fair = Journal(Weather(0.0, random.Random(0)), lambda: MORNING)  # noqa: S311  (nothing secret hangs on it)
        self.slack = self._closing.enter_context(CrashSlack(fair))
        self.smtp = self._closing.enter_context(CrashSmtp(fair))
        self.starters: list[Starter] = []
        for number in range(self.processes):
            place = self._folder / f"starter{number}"
            place.mkdir(parents=True)
            starter = Starter(place, self._library)
            self._closing.callback(starter.close)
            self.starters.append(starter)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    @contextmanager
    def play(self, scene: Scene, weather: Weather, *, pace: float = 0.0, start: datetime = MORNING) -> Iterator[Play]:
        """Sets a trial up: a copy of the scene's store (none: an empty one), and services that have nothing."""
        self._numbers += 1
        folder = self._folder / f"trial{self._numbers}"
        configure(folder, feed=scene.sandbox.url, slack=self.slack.origin, port=self.smtp.port)
        clock = Time(self.starters[0].order, start, pace=pace)
        clock.order.waited = 0.0
        journal = Journal(weather, clock.now)
        self.slack.reset(journal)
        self.smtp.reset(journal)
        databases = self.databases
        made = databases.copy(scene.store, folder) if scene.store else databases.new(folder)
        with made as url:
            yield Play(folder, url, journal, clock)

    def live(self, play: Play, *, slot: int = 0, seed: int = 0, deadly: Mapping[str, float] = ALIVE) -> End:
        """Has a life led in a trial; ``deadly`` are those fields of the order that say when it is to die."""
        play.lives += 1
        number = play.lives
        life = Life(
            folder=str(play.folder),
            now=(play.time.start if play.time.pace else play.time.now()).astimezone(UTC).isoformat(),
            address=f"127.1.{number // 250}.{number % 250 + 1}",
            seed=seed,
            environment=dict(environment(play.store, self.slack.webhook_url)),
            pace=play.time.pace,
            since=play.time.began,
            **deadly,  # type: ignore[arg-type]
        )
        if not play.time.pace:
            play.time.skip(0)
        end = self.starters[slot].live(life)
        play.ends.append((life.address, end))
        return end

    def keep(self, play: AbstractContextManager[Play]) -> Play:
        """Enters a trial whose store is kept as long as this."""
        return self._closing.enter_context(play)

    def settle(self) -> None:
        """Returns when nothing that a dead life sent is on its way any more."""
        self.slack.settle()
        self.smtp.settle()
