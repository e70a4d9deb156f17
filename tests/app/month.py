"""A generated month: boards that walk at random, some restated, and a bot that is run on a schedule and may die.

Everything follows from a ``Month`` and a schedule: the same two give the same run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from random import Random
from typing import Any, cast
from zoneinfo import ZoneInfo

from bot.app.cycle import Cycle, CycleReport, Timing
from bot.app.deliver import Deliver
from bot.app.ports import Store
from bot.app.records import Message, SlackPart
from bot.app.subscription import Subscription
from bot.core.catalogue import Listing
from bot.core.delivery import Delivery, Failed, IfUnsure, Outcome, RetryPolicy, Sent, Step
from bot.core.digest import Digest, Provenance, Revision
from bot.core.due import Cadence, WhenQuiet
from bot.core.event import EventStatus
from bot.core.plan import complete_at
from bot.core.ranking import MODEL_DAY, Board, Dataset, Entry, Ranking
from bot.core.rules import (
    Climbed,
    Dropped,
    EnteredTop,
    LeftTop,
    Moved,
    NewLeader,
    Overtook,
    Renamed,
    Share,
    Spike,
    Trending,
)
from bot.core.watchlist import Pattern, Watchlist
from bot.errors import FeedTransientError, TemplateError
from tests.app.doubles import SETTLE, Clock
from tests.builders import CLI_AGENTS, IDE_EXTENSIONS

START = date(2026, 11, 2)
"""The Monday that the watchlists begin on."""
BEFORE = 45
"""Days before it that the feed knows: more than any rule looks back to."""
TAIL = 9
"""Days after the month on which all is well: each channel comes to its due time, the weekly one too."""
MODELS = Board(Dataset.MODELS, 3)
HOUR = timedelta(hours=1)

Rows = Sequence[tuple[str, str, int]]
"""(item, name, tokens) of a window, highest first."""


@dataclass(frozen=True)
class Answers:
    """What the feed says of one window: first this, and from ``since`` on that."""

    final: Rows
    early: Rows = ()
    since: datetime = datetime(2025, 1, 1, tzinfo=UTC)

    def at(self, now: datetime) -> Rows:
        return self.final if now >= self.since else self.early


@dataclass(frozen=True)
class Visit:
    """A run of the bot.

    ``dies``: after so many of its steps, if it takes that many. ``down``: each so-manieth answer of the feed is an
    error; 0 for none.
    """

    moment: datetime
    dies: int | None = None
    down: int = 0


@dataclass(frozen=True)
class Month:
    """The world: how long the month is, what walks, and for how many days windows may be restated."""

    seed: int
    days: int = 25
    items: int = 9
    trending: bool = True
    restated: bool = False
    restate_days: int = 1
    renames: bool = False
    confirm_days: int = 1
    cooldown_days: int = 7

    @property
    def watchlists(self) -> tuple[Watchlist, ...]:
        """Two on one board, one with spikes and perhaps the trending list, and one of models."""
        top = {"n": 3, "margin": 1, "confirm_days": self.confirm_days, "absent_days": 2}
        tops = (EnteredTop(**top), LeftTop(**top))
        spike = Spike(ratio=Fraction(13, 10), min_growth=0)
        grown = (spike, Trending(n=3)) if self.trending else (spike,)
        places = (Climbed(over_days=3, bands=((12, 2),)), Dropped(over_days=3, bands=((12, 2),)))
        renamed = (Pattern("*renamed"),)
        followed = (Pattern("id:item2"), Pattern("id:item3"), *renamed)
        return (
            Watchlist(
                "cli", "CLI", CLI_AGENTS, (NewLeader(self.confirm_days), *tops), cooldown_days=self.cooldown_days
            ),
            Watchlist(
                "same",
                "Same",
                CLI_AGENTS,
                (EnteredTop(n=5, margin=0), spike, Moved(), Overtook(), Renamed()),
                follow=followed,
                cooldown_days=3,
            ),
            Watchlist(
                "ide",
                "IDE",
                IDE_EXTENSIONS,
                (*grown, *tops, *places),
                exclude=renamed,
                cooldown_days=self.cooldown_days,
            ),
            Watchlist(
                "models",
                "Models",
                MODELS,
                (NewLeader(), *tops, spike, Share(points=Fraction(1), over_days=3)),
                cooldown_days=self.cooldown_days,
            ),
        )

    @property
    def mornings(self) -> list[date]:
        """The days on which the bot may be run: the first, on which the watchlists begin, and all after it."""
        return [START + timedelta(days=1 + place) for place in range(self.days)]

    def tail(self) -> list[Visit]:
        """Days at the end with a run after all due times, on which nothing is restated any more."""
        last = self.mornings[-1]
        return [Visit(at(last + timedelta(days=1 + place), 9, 30)) for place in range(TAIL)]

    def answers(self) -> Mapping[tuple[Board, date], Answers]:
        """What the feed says of each window."""
        random = Random(self.seed)  # noqa: S311 - a walk, not a secret
        renamed = [random.randrange(2 * self.days) if self.renames else 1000 for _ in range(self.items)]
        found: dict[tuple[Board, date], Answers] = {}
        for board in (CLI_AGENTS, CLI_AGENTS.twin, IDE_EXTENSIONS, IDE_EXTENSIONS.twin, MODEL_DAY):
            for day, rows in _walk(self, board, random, renamed):
                found[board, day] = Answers(rows)
                if self.restated and day <= START + timedelta(days=self.days) and random.random() < 0.3:
                    hours = random.randint(1, 24 * self.restate_days)
                    since = complete_at(day, SETTLE) + hours * HOUR
                    found[board, day] = Answers(rows, _otherwise(rows, random, board), since)
        return found


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment, UTC."""
    return datetime.combine(day, time(hour, minute), UTC)


def daily(month: Month) -> list[Visit]:
    """Every day once, and the quiet days after."""
    return [*(Visit(at(day, 3)) for day in month.mornings), *month.tail()]


def _walk(month: Month, board: Board, random: Random, renamed: Sequence[int]) -> Iterator[tuple[date, Rows]]:
    """A board's windows: each item's tokens drift and jump within bounds that the gate finds plausible.

    ``renamed`` is the day since ``START`` from which on each item has another name, on every board.
    """
    items = [f"{'lab/' if board == MODEL_DAY else ''}item{place}" for place in range(month.items)]
    base = {item: 1_000_000 - 30_000 * place for place, item in enumerate(items)}
    level = dict.fromkeys(items, 1.0)
    hidden: set[str] = set()
    since = dict(zip(items, renamed, strict=True))
    for offset in range(-BEFORE, month.days + TAIL + 1):
        for item in items:
            jump = random.choice((0.75, 1.4)) if random.random() < 0.06 else random.uniform(0.97, 1.03)
            level[item] = min(max(level[item] * jump, 0.6), 1.9)
            if random.random() < 0.05:
                hidden ^= {item} if item in hidden or len(hidden) < 3 else set()
        shown = sorted(set(items) - hidden, key=lambda item: (-int(base[item] * level[item]), item))
        if board.sort == "trending":
            random.shuffle(shown)
        yield (
            START + timedelta(days=offset),
            [
                (item, item.title() + (" renamed" if offset >= since[item] else ""), int(base[item] * level[item]))
                for item in shown
            ],
        )


def _otherwise(rows: Rows, random: Random, board: Board) -> Rows:
    """The rows as they might be before they are restated: with other figures, without an item, with one too many."""
    figures = {item: (name, tokens) for item, name, tokens in rows}
    for item in random.sample(sorted(figures), min(2, len(figures))):
        name, tokens = figures[item]
        figures[item] = (name, int(tokens * random.choice((0.7, 0.9, 1.1, 1.35))))
    if random.random() < 0.3:
        del figures[random.choice(sorted(figures))]
    if random.random() < 0.3:
        figures["lab/ghost" if board == MODEL_DAY else "ghost"] = ("Ghost", random.randint(600_000, 1_600_000))
    changed = [(item, name, tokens) for item, (name, tokens) in figures.items()]
    return sorted(changed, key=lambda row: (-row[2], row[0]))


# ── a process that may die ───────────────────────────────────────────────────────────────────────────────────


class DiedError(BaseException):
    """The process is gone: nothing in the bot may catch this."""


@dataclass
class Fate:
    """Counts the steps of a run, and ends it after ``left`` of them (None: never)."""

    left: int | None = None

    def step(self) -> None:
        if self.left is None:
            return
        if self.left == 0:
            self.left = None
            raise DiedError
        self.left -= 1


class MortalStore:
    """A Store on which each call is two steps: the process may die before it and after it."""

    def __init__(self, store: Store, fate: Fate) -> None:
        self._store, self._fate = store, fate

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._store, name)

        def stepping(*values: Any, **named: Any) -> Any:
            self._fate.step()
            answer = call(*values, **named)
            self._fate.step()
            return answer

        return stepping

    @contextmanager
    def transaction(self) -> Iterator[Store]:
        self._fate.step()
        with self._store.transaction() as tx:
            yield cast("Store", MortalStore(tx, self._fate))
            self._fate.step()
        self._fate.step()


@dataclass
class MonthFeed:
    """The feed of a month, by the clock. ``down``: each so-manieth answer is an error instead; 0 for none."""

    answers: Mapping[tuple[Board, date], Answers]
    clock: Clock
    fate: Fate
    down: int = 0
    requests: int = 0

    def app_ranking(self, board: Board, end_date: date, depth: int) -> Ranking:
        self._ask()
        return self._ranking(board, end_date, depth)

    def model_days(self, start: date, end: date) -> Sequence[Ranking]:
        self._ask()
        days = [start + timedelta(days=offset) for offset in range((end - start).days + 1)]
        return [self._ranking(MODEL_DAY, day, 50) for day in days if (MODEL_DAY, day) in self.answers]

    def catalogue(self) -> Sequence[Listing]:
        self._ask()
        return ()

    def _ask(self) -> None:
        self.fate.step()
        self.requests += 1
        if self.down and self.requests % self.down == 0:
            raise FeedTransientError("HTTP 502")

    def _ranking(self, board: Board, end: date, depth: int) -> Ranking:
        now = self.clock()
        rows = self.answers[board, end].at(now)
        entries = tuple(Entry(rank, item, name, tokens) for rank, (item, name, tokens) in enumerate(rows, start=1))
        return Ranking(board, board.start(end), end, f"{now:%Y-%m-%dT%H:%M:%S}Z", now, depth=depth, entries=entries)


@dataclass
class Readers:
    """A channel that keeps what it got, each part by its delivery, and finds it again when it is asked."""

    name: str
    fate: Fate
    has_threads: bool
    kind: str = "fake"
    if_unsure: IfUnsure = IfUnsure.RESEND
    can_be_asked: bool = True
    shows_pictures: bool = False
    posts: list[tuple[int, str]] = field(default_factory=list)
    """(delivery, thread) of each."""

    def steps(self, message: Message) -> tuple[Step, ...]:
        return (Step(0, self.name, message.text),)

    def send(self, delivery: Delivery, step: Step, thread: str) -> Outcome:
        self.fate.step()
        self.posts.append((delivery.id, thread))
        self.fate.step()
        return Sent(f"ts{delivery.id}")

    def find(self, delivery: Delivery, step: Step, thread: str) -> Outcome:
        there = any(posted == delivery.id for posted, _ in self.posts)
        return Sent(f"ts{delivery.id}") if there else Failed("not there", permanent=False)

    def test(self) -> Outcome:
        return Sent("test")

    def probe(self) -> Outcome:
        return Sent("probed")

    def describe(self) -> str:
        return "readers"


@dataclass
class IdRenderer:
    """Renders which events a message states as news, which it revises, and which were taken back by then."""

    store: Store
    fate: Fate

    def check(self) -> Sequence[TemplateError]:
        return ()

    def render(self, digest: Digest, *, key: str, now: datetime) -> Message:
        self.fate.step()
        news = [line for section in digest.sections for line in section.news]
        told = [handle for line in news for handle in (line.id, *(proof.id for proof in line.also))]
        moves = [proof.id for section in digest.sections for line in section.standing for proof in line.moves]
        said = {
            "news": [*told, *moves],
            "revised": [revision.id for revision in digest.revisions],
            "shown": [section.watchlist for section in digest.sections],
            "gone": self._gone(),
        }
        return self._message(said, digest.day, key, now)

    def correction(
        self, revisions: Sequence[Revision], subject: str, provenance: Provenance, *, key: str, now: datetime
    ) -> Message:
        self.fate.step()
        return self._message({"answers": [one.id for one in revisions], "gone": self._gone()}, now.date(), key, now)

    def notice(self, subject: str, lines: Sequence[str], *, key: str, now: datetime) -> Message:
        return self._message({}, now.date(), key, now)

    def _gone(self) -> list[str]:
        return [event.id for event in self.store.events(status=EventStatus.RETRACTED, held_back=True)]

    def _message(self, said: dict[str, Any], day: date, key: str, now: datetime) -> Message:
        text = json.dumps(said)
        return Message(key, day, now, "subject", text, text, (SlackPart(text),))


class Bot:
    """A bot that lives through a month: run it on a schedule, then look at its store and at what readers have."""

    def __init__(self, month: Month, store: Store, answers: Mapping[tuple[Board, date], Answers]) -> None:
        self.store, self.fate, self.clock = store, Fate(), Clock(at(START, 0))
        self.feed = MonthFeed(answers, self.clock, self.fate)
        self.watchlists = month.watchlists
        self.team = Readers("team", self.fate, has_threads=True)
        self.late = Readers("late", self.fate, has_threads=False)
        self.weekly = Readers("weekly", self.fate, has_threads=True)
        utc, berlin = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")
        quiet = WhenQuiet.NOTHING
        first, second, third, fourth = self.watchlists
        self.subscriptions = (
            Subscription(self.team, Cadence(utc, when_quiet=quiet), (first, third)),
            Subscription(self.late, Cadence(berlin, at=time(9), when_quiet=quiet), (second, third, fourth)),
            Subscription(self.weekly, Cadence(berlin, frozenset({0}), time(9), quiet), self.watchlists),
        )
        mortal = cast("Store", MortalStore(store, self.fate))
        channels = {readers.name: readers for readers in (self.team, self.late, self.weekly)}
        self.cycle = Cycle(
            store=mortal,
            feed=self.feed,
            renderer=IdRenderer(store, self.fate),
            watchlists=self.watchlists,
            subscriptions=self.subscriptions,
            operators=(),
            deliver=Deliver(
                store=mortal,
                channels=channels,
                policy=RetryPolicy(),
                clock=self.clock,
                jitter=lambda: 1.0,
                sleep=self.clock.sleep,
                patience=timedelta(minutes=2),
            ),
            timing=Timing(self.clock, self.clock, SETTLE, catch_up_days=31, restate_days=month.restate_days),
        )

    def live(self, visits: Sequence[Visit]) -> Bot:
        """Runs the visits in their order; one that dies or finds the feed down is made again ten minutes later."""
        for visit in visits:
            if not self._run(visit):
                self._run(replace(visit, moment=visit.moment + HOUR / 6, dies=None, down=0))
        return self

    def _run(self, visit: Visit) -> bool:
        """Whether all went well."""
        self.clock.now = max(visit.moment, self.clock.now)
        self.fate.left, self.feed.down = visit.dies, visit.down
        try:
            report: CycleReport = self.cycle.run()
        except DiedError:
            return False
        finally:
            self.fate.left = None
        assert report.broken == []
        return report.complete
