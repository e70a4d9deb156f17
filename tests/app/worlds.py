"""Generated worlds: boards that walk, with absences, gaps, renames and restatements, and a bot that lives in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from random import Random

from hypothesis import strategies as st

from bot.app.evaluate import evaluate
from bot.app.records import DayStatus
from bot.app.revise import revise
from bot.core.event import EventStatus
from bot.core.plan import agenda, complete_at
from bot.core.ranking import MODEL_DAY, Board, Dataset, Snapshot
from bot.core.rules import (
    Climbed,
    Dropped,
    EnteredTop,
    LeftTop,
    Milestone,
    Moved,
    NewLeader,
    Overtook,
    Renamed,
    Rule,
    Share,
    Spike,
    Trending,
)
from bot.core.watchlist import Pattern, Watchlist
from tests.app.doubles import SETTLE
from tests.builders import DAY, snapshot
from tests.fakes import FakeStore

APPS = Board(Dataset.APPS, 1, "coding", "cli-agent")
TWO_MODEL_DAYS = Board(Dataset.MODELS, 2)
FIRST = DAY - timedelta(days=9)
"""The watchlist's first day; windows are stored from PAST days before it on."""
PAST = 23
CATCH_UP = 31
ONE_DAY = timedelta(days=1)
NAMES = ("Amber", "Bronze", "Coral")
COUNTS = st.integers(1, 4)
PATTERNS = st.lists(st.sampled_from([*NAMES, "id:2", "C*"]).map(Pattern), max_size=1).map(tuple)
WHO = st.sampled_from([*NAMES, "id:2", "C*", "*"])
"""One of a pair."""
BANDS = st.sampled_from([((3, 1), (5, 2)), ((7, 1),), ((2, 2),)])
TOPS = st.tuples(COUNTS, st.integers(0, 2), st.integers(1, 3), st.integers(1, 3))
RULES: Sequence[st.SearchStrategy[Rule]] = (
    st.integers(1, 3).map(NewLeader),
    TOPS.map(lambda values: EnteredTop(*values)),
    TOPS.map(lambda values: LeftTop(*values)),
    st.builds(Spike, st.sampled_from([Fraction(1), Fraction(3, 2), Fraction(2)]), st.integers(0, 300), COUNTS),
    st.builds(Climbed, COUNTS, BANDS),
    st.builds(Dropped, COUNTS, BANDS),
    st.just(Moved()),
    st.lists(st.tuples(WHO, WHO), max_size=2, unique=True).map(lambda pairs: Overtook(tuple(pairs))),
    st.lists(st.sampled_from([150, 400, 900]), min_size=1, unique=True).map(lambda tokens: Milestone(tuple(tokens))),
    COUNTS.map(Trending),
    COUNTS.map(Renamed),
    st.builds(Share, st.sampled_from([Fraction(1), Fraction(5, 2), Fraction(8)]), COUNTS),
)
"""The rules that there are, with small parameters."""
_APPS_ONLY = RULES[-3:-1]
_MODELS_ONLY = RULES[-1:]


@st.composite
def watchlists(draw: st.DrawFn, board: Board) -> Watchlist:
    """A watchlist of the board with any rules and interests."""
    others = _MODELS_ONLY if board.dataset is Dataset.APPS else _APPS_ONLY
    able = [rules for rules in RULES if rules not in others]
    rules = tuple(dict.fromkeys(draw(st.lists(st.one_of(able), min_size=1, max_size=4))))
    return Watchlist(
        "w",
        "W",
        board,
        _of_kinds_apart(rules),
        mine=draw(PATTERNS),
        follow=draw(PATTERNS),
        exclude=draw(PATTERNS),
        only_followed=draw(st.booleans()) and draw(st.booleans()),
        cooldown_days=draw(st.integers(0, 6)),
    )


def _of_kinds_apart(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Only tops may be several, with different n: a configuration has no others."""
    unique = {
        (rule.kind, getattr(rule, "n", 0) if isinstance(rule, EnteredTop | LeftTop) else 0): rule for rule in rules
    }
    return tuple(unique.values())


@dataclass(frozen=True)
class World:
    """What there is to be fetched on each day, by seed. ``restated``: the two newest days may change the day after."""

    seed: int
    board: Board
    restated: bool = False
    gaps: bool = True

    def mornings(self) -> Iterator[tuple[date, Sequence[Snapshot]]]:
        """(day, what is fetched on the morning after it) from FIRST to DAY; with the first comes the past."""
        random = Random(self.seed)  # noqa: S311  (figures, not secrets)
        stored = MODEL_DAY if self.board.dataset is Dataset.MODELS else self.board
        tokens = {str(item): random.randint(100, 1000) for item in range(7)}
        called = {item: random.choice(NAMES) for item in tokens}
        waiting: list[Snapshot] = []
        for offset in range(-PAST, (DAY - FIRST).days + 1):
            day = FIRST + timedelta(days=offset)
            _walk(random, tokens, called)
            windows = [
                _window(random, board, day, tokens, called)
                for board in ({stored, stored.twin} if stored.dataset is Dataset.APPS else {stored})
                if not (self.gaps and random.random() < 0.08)
            ]
            waiting += sorted(windows, key=lambda window: window.board.key)
            if offset >= 0:
                yield day, waiting
                again = [one for one in waiting if self.restated and day - one.end_date <= ONE_DAY]
                waiting = [_changed(random, one) for one in again if random.random() < 0.3]


def _walk(random: Random, tokens: dict[str, int], called: dict[str, str]) -> None:
    for item, count in list(tokens.items()):
        tokens[item] = max(10, int(count * random.choice((0.6, 0.9, 1, 1, 1.1, 1.6))))
        if random.random() < 0.03:
            called[item] = random.choice(NAMES)


def _window(random: Random, board: Board, day: date, tokens: dict[str, int], called: dict[str, str]) -> Snapshot:
    listed = [item for item in tokens if random.random() > 0.12]
    rows = sorted(((item, called[item], tokens[item]) for item in listed), key=lambda row: (-row[2], row[0]))
    depth = 50 if board.dataset is Dataset.MODELS else len(rows) if random.random() < 0.3 else 200
    return snapshot(board, day, rows, depth=depth)


def _changed(random: Random, window: Snapshot) -> Snapshot:
    """The window as the feed restates it a day later."""
    rows = [(one.item, one.name, int(one.tokens * random.choice((0.7, 1, 1.4)))) for one in window.entries]
    kept = sorted((row for row in rows if random.random() > 0.1), key=lambda row: (-row[2], row[0]))
    later = timedelta(days=1)
    fresh = snapshot(window.board, window.end_date, kept, depth=window.depth)
    return replace(fresh, fetched_at=window.fetched_at + later, as_of=f"{window.end_date + 2 * later}T02:15:41.208Z")


def live(world: World, watchlist: Watchlist, *, told: bool = False) -> FakeStore:
    """The store after a bot has lived through the world, a cycle each morning, until it waits for nothing any more.

    ``told``: a digest states every event of a day on its morning.
    """
    store = FakeStore()
    for day, windows in world.mornings():
        store.save(windows)
        cycle(store, watchlist, day, day)
        if told:
            new = store.events(watchlist=watchlist.id, status=EventStatus.NEW)
            store.change_events(replace(event, status=EventStatus.TOLD) for event in new)
    for late in range(1, 6):
        cycle(store, watchlist, DAY, DAY + timedelta(days=late))
    return store


def cycle(store: FakeStore, watchlist: Watchlist, last: date, today: date) -> None:
    """What a cycle on the morning after ``today`` judges of the days up to ``last``."""
    done = {mark.date for mark in store.ledger(watchlist.id) if mark.status is not DayStatus.WAITING}
    todo = agenda(watchlist, done, FIRST, last, CATCH_UP)
    revise(store, todo)
    evaluate(store, todo, now=complete_at(today, SETTLE) + timedelta(minutes=15))
