"""Trials: the bot is killed, again and again, and started again until it is done; then what it left is judged."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock, Thread

from bot.adapters.store import open_store
from bot.app.ports import Store
from bot.core.delivery import DeliveryStatus
from tests.crash.bench import ALIVE, PACE, Bench, Play
from tests.crash.evidence import differences, doubled, gather, recorded, still_open, told_twice
from tests.crash.lives import End
from tests.crash.scene import DUE_AT, MORNING, Scene
from tests.crash.services import Weather

MOST_LIVES = 80
"""After so many lives without a kill the outbox must be empty."""


@dataclass(frozen=True, slots=True)
class Kill:
    """When a life is to die: at a boundary, at a system call (``how``), or after some seconds. ``kind`` names which."""

    kind: str
    deadly: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Trial:
    """What is drawn for a trial: all of it follows from the campaign's seed and the trial's ``number``.

    ``rough`` is the chance of a fault at each request; ``gone``: the webhook is.
    """

    number: int
    seed: int
    kills: tuple[Kill, ...]
    rough: float
    gone: bool = False


@dataclass(slots=True)
class Result:
    """What came of a trial.

    ``kills`` is (kind, stage, at what), ``first`` the point at which the first life was killed; ``problems`` is what
    must not be.
    """

    number: int
    kills: list[tuple[str, str, str]] = field(default_factory=list)
    lives: int = 0
    faults: Mapping[str, int] = field(default_factory=dict)
    told: Mapping[str, int] = field(default_factory=dict)
    doubled: Mapping[str, int] = field(default_factory=dict)
    events: int = 0
    drafts: int = 0
    problems: list[str] = field(default_factory=list)
    first: Mapping[str, float] = field(default_factory=dict)


def prepare(bench: Bench, scene: Scene) -> None:
    """Lives the day before in a new store, from which trials start, and then the day itself, undisturbed."""
    weather = Weather(0.0, random.Random(0))  # noqa: S311
    scene.sandbox.start()
    kept = bench.keep(bench.play(scene, weather, start=MORNING - timedelta(days=1)))
    _fine(bench.live(kept))
    scene.store = kept.store
    scene.turn_to(MORNING)
    with bench.play(scene, weather) as play:
        end = bench.live(play)
        _fine(end)
        bench.settle()
        scene.boundaries, scene.syscalls, scene.took = end.boundaries, end.syscalls, end.took
        store = open_store(play.store)
        scene.wanted = gather(store, play.journal.items, play.folder)
        store.close()


def _fine(end: End) -> None:
    if end.code != 0:
        raise RuntimeError(f"an undisturbed life ended with {end}")


def run(bench: Bench, scene: Scene, trial: Trial) -> Result:
    """Holds a trial."""
    weather = Weather(trial.rough, random.Random(trial.seed), gone=trial.gone)  # noqa: S311
    result = Result(trial.number)
    pace = PACE if bench.processes > 1 else 0.0
    with bench.play(scene, weather, pace=pace) as play:
        store = open_store(play.store)
        try:
            if pace:
                _together(bench, play, trial, store, result)
            else:
                _alone(bench, play, trial, store, result)
        finally:
            store.close()
        _judge(bench, play, scene, result)
    return result


# ── lives ────────────────────────────────────────────────────────────────────────────────────────────────────


def _alone(bench: Bench, play: Play, trial: Trial, store: Store, result: Result) -> None:
    """One life after the other."""
    chance = random.Random(trial.seed)  # noqa: S311
    kills = deque(trial.kills)
    for number in range(MOST_LIVES):
        kill = kills.popleft() if kills else None
        end = bench.live(play, seed=trial.seed + number, deadly=kill.deadly if kill else ALIVE)
        bench.settle()
        _note(play, store, kill, end, result)
        if end.code is None:
            play.time.skip(chance.choice((1, 30, 130, 600)))
        elif kills or still_open(store):
            play.time.skip(_until_due(play, store))
        else:
            return
    result.problems.append(f"not done after {MOST_LIVES} lives: {still_open(store)}")


def _until_due(play: Play, store: Store) -> float:
    """Seconds until there is something to do, at least one: whoever starts the bot by cron waits longer."""
    now = play.time.now()
    open_ones = store.deliveries(open_only=True)
    claimed = DeliveryStatus.CLAIMED  # it keeps the time of the try that was begun
    times = [at for one in open_ones if (at := one.lease_until if one.status is claimed else one.next_attempt_at)]
    return max((min(times, default=now) - now).total_seconds(), 0.0) + 1.0


def _together(bench: Bench, play: Play, trial: Trial, store: Store, result: Result) -> None:
    """Two lives at a time, each begun anew when it ends, until there is nothing left to do."""
    kills, lock = deque(trial.kills), Lock()
    troubles: list[BaseException] = []

    def slot(number: int) -> None:
        try:
            for _ in range(MOST_LIVES):
                with lock:
                    kill = kills.popleft() if kills else None
                end = bench.live(play, slot=number, seed=trial.seed + number, deadly=kill.deadly if kill else ALIVE)
                with lock:
                    _note(play, store, kill, end, result)
                    if end.code is not None and not kills and not still_open(store):
                        return
                time.sleep(0.2 if end.code is not None else 0.0)  # a pace is kept: this is the clock of both
            result.problems.append(f"not done after {MOST_LIVES} lives: {still_open(store)}")
        except BaseException as error:  # noqa: BLE001  (raised in the thread that waits)
            troubles.append(error)

    threads = [Thread(target=slot, args=(number,)) for number in range(bench.processes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if troubles:
        raise troubles[0]
    bench.settle()


def _note(play: Play, store: Store, kill: Kill | None, end: End, result: Result) -> None:
    """Notes how a life ended, and of one that was killed what it had recorded as sent."""
    result.lives += 1
    if end.hung:
        result.problems.append(f"a life did not end ({end.stage})")
    elif end.code is None and kill:
        result.kills.append((kill.kind, end.stage, end.where or "some instant"))
        address = next(address for address, one in play.ends if one is end)
        play.killed[address] = recorded(store)
        if result.lives == 1:
            result.first = kill.deadly
    elif end.code not in (0, 1, 75):
        result.problems.append(f"a life ended with exit code {end.code}; see log.txt")


# ── judgement ────────────────────────────────────────────────────────────────────────────────────────────────


def _judge(bench: Bench, play: Play, scene: Scene, result: Result) -> None:
    items = play.journal.items
    store = open_store(play.store)
    found = gather(store, items, play.folder)
    store.close()
    assert scene.wanted
    gone = play.journal.weather.gone
    wanted = scene.wanted.without_webhook(DUE_AT) if gone else scene.wanted
    told = sum("was not delivered" in notice for notice in found.notices)
    result.problems += differences(found, wanted)
    result.problems += [] if told == gone else [f"the operator was told {told} times what was refused: {found.notices}"]
    result.problems += told_twice(items, play.killed)
    result.problems += bench.databases.problems(play.store)
    result.faults = play.journal.weather.counts
    kinds = ("slack", "webhook", "mail")
    result.told = {kind: sum(item.kind == kind for item in items) for kind in kinds}
    result.doubled = {kind: doubled(items, kind) for kind in kinds}
    result.events = len(found.events)
    result.drafts = sum(1 for path in (play.folder / "digests").glob(".*"))
    log = (play.folder / "log.txt").read_text(encoding="utf-8", errors="replace")
    result.problems += ["a bug was logged: " + log[log.index("Traceback") :][:2000]] if "Traceback" in log else []
