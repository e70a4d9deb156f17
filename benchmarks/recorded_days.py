"""Recorded days replayed in memory: what rules would have told of them, and what of note happened.

The folder is one that ``rankbot sandbox --recordings`` takes (docs/recordings.md). Detection itself runs, with its
cooldowns and its walks; stores, channels and HTTP do not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path

from bot.core import detect
from bot.core.event import Event
from bot.core.history import MemoryHistory
from bot.core.ranking import FIRST_DAY, MODEL_DAY, OTHER, Board, By, Dataset, Entry, Ranking, Snapshot, sum_days
from bot.core.rules import Rule
from bot.core.watchlist import Watchlist
from bot.sandbox import Recordings
from bot.sandbox.source import AppTable, AppView

MODELS, DAILY = Board(Dataset.MODELS, 7), MODEL_DAY
LABS = Board(Dataset.MODELS, 7, by=By.AUTHOR)
APPS_30 = Board(Dataset.APPS, 30)
SPIKE_DAYS = 28
"""How many days must lie before a window's end for a spike of a week to be judged, on that day and on its eve."""
_ONE = timedelta(days=1)
_LAST_DAY = date(2026, 12, 31)
_NOTED_TOP, _NOTED_JUMP, _NOTED_POINTS = 10, 20, 2
_ABSENT = 10**6

Days = Mapping[date, Sequence[Event]]
"""What was found on each judged day, held back or told."""


@dataclass(frozen=True, slots=True, order=True)
class Noted:
    """Something that a person would call important, found without any rule: ``what`` happened to an item on a day."""

    day: date
    what: str
    item: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """The recorded boards, and the days on which each can be judged by its rules."""

    history: MemoryHistory
    days: Mapping[Board, Sequence[date]]

    @classmethod
    def load(cls, folder: Path) -> Recorded:
        """Reads the folder: models of a day and of a week, labs of a week, and the whole marketplace of 30 days."""
        recordings = Recordings(folder)
        daily, apps = list(_model_days(recordings)), list(_apps(recordings))
        weeks = [daily[place : place + 7] for place in range(len(daily) - 6)]
        sums = [sum_days(board, week) for board in (MODELS, LABS) for week in weeks]
        judged = [day.end_date for day in daily[SPIKE_DAYS:]]
        days = {DAILY: judged, MODELS: judged, LABS: judged, APPS_30: [board.end_date for board in apps[1:]]}
        return cls(MemoryHistory([*daily, *sums, *apps]), days)

    def replay(self, board: Board, rules: Iterable[Rule], *, days: Sequence[date] = ()) -> Days:
        """What the rules find on some days running, or on all of the board's; the first is the watchlist's first."""
        watchlist = Watchlist("replayed", "Replayed", board, tuple(rules))
        days = days or self.days[board]
        told: list[Event] = []
        found: dict[date, Sequence[Event]] = {}
        for day in days:
            verdict = detect.evaluate(watchlist, day, history=self.history, since=days[0], told=told, names={})
            found[day] = verdict.events
            told += [event for event in verdict.events if event.held_back is None]
        return found

    def noted(self, board: Board) -> set[Noted]:
        """Another #1; a top 10 where the item was not for a week; from nowhere into the top 20; two points a week.

        Computed from the boards alone, so that rules can be held against it. Points are of models and labs only.
        """
        return {one for day in self.days[board] for one in self._noted(board, day)}

    def _noted(self, board: Board, day: date) -> Iterator[Noted]:
        now, eve = self._board(board, day), self._board(board, day - _ONE)
        week = [found for back in range(1, 8) if (found := self.history.at(board, day - _ONE * back))]
        for entry in now.entries:
            if entry.rank == 1 and eve.rank(entry.item) != 1:
                yield Noted(day, "new #1", entry.item)
            if entry.rank <= _NOTED_TOP and all((at.rank(entry.item) or _ABSENT) > _NOTED_TOP for at in week):
                yield Noted(day, "top 10", entry.item)
            if entry.rank <= _NOTED_JUMP and eve.rank(entry.item) is None:
                yield Noted(day, "into the top 20 at once", entry.item)
            if self._moved(board, day, entry.item) and not self._moved(board, day - _ONE, entry.item):
                yield Noted(day, "2 points a week", entry.item)

    def _moved(self, board: Board, day: date, item: str) -> bool:
        """Whether a model's or a lab's part of all tokens is two points more or less than a week before."""
        if board.dataset is Dataset.APPS:
            return False
        shares = [self._board(board, end).share(item) for end in (day, day - timedelta(days=7))]
        known = [share for share in shares if share is not None]
        return len(known) == 2 and abs(known[0] - known[1]) >= Fraction(_NOTED_POINTS, 100)

    def _board(self, board: Board, day: date) -> Snapshot:
        found = self.history.at(board, day)
        if found is None:
            raise LookupError(f"{board.key} was not recorded on {day}")
        return found


def missed(noted: Collection[Noted], found: Days) -> list[Noted]:
    """What no line told: of the item, on the day itself, its eve or the day after."""
    told = {(event.item, day) for day, events in found.items() for event in events if event.held_back is None}
    near = (-_ONE, timedelta(0), _ONE)
    return sorted(one for one in noted if not any((one.item, one.day + step) in told for step in near))


def lines(found: Days) -> list[int]:
    """How many lines each day's digest has: one item, one line."""
    return [len({event.item for event in events if event.held_back is None}) for events in found.values()]


def held_back(found: Days) -> int:
    """How many events the cooldown held back."""
    return sum(event.held_back is not None for events in found.values() for event in events)


def _model_days(recordings: Recordings) -> Iterator[Snapshot]:
    by_day: dict[date, dict[str, int]] = {}
    asked_at = datetime.combine(_LAST_DAY, time(), UTC)
    for day, slug, tokens in recordings.models(FIRST_DAY, _LAST_DAY, asked_at).rows:
        by_day.setdefault(day, {})[slug] = tokens
    for day, models in sorted(by_day.items()):
        other = models.pop(OTHER, 0)
        yield _snapshot(MODEL_DAY, day, [(slug, slug, tokens) for slug, tokens in models.items()], other=other)


def _apps(recordings: Recordings) -> Iterator[Snapshot]:
    """The boards of 30 days, as far as they were recorded, each as it was at five in the morning after."""
    for end in (FIRST_DAY + _ONE * place for place in range((_LAST_DAY - FIRST_DAY).days)):
        asked_at = datetime.combine(end + _ONE, time(5), UTC)
        table = recordings.apps(AppView(APPS_30.start(end), end), asked_at)
        if not isinstance(table, AppTable):
            asked_at += _ONE  # the first of them was recorded later in the day
            table = recordings.apps(AppView(APPS_30.start(end), end), asked_at)
        if isinstance(table, AppTable):
            yield _snapshot(APPS_30, end, [(str(row.app_id), row.name, row.tokens) for row in table.rows])


def _snapshot(board: Board, end: date, rows: Iterable[tuple[str, str, int]], *, other: int = 0) -> Snapshot:
    ranked = sorted(rows, key=lambda row: -row[2])
    entries = tuple(Entry(rank, item, name, tokens) for rank, (item, name, tokens) in enumerate(ranked, start=1))
    ranking = Ranking(
        board=board,
        start_date=board.start(end),
        end_date=end,
        as_of=f"{end + _ONE}T02:00:00Z",
        fetched_at=datetime.combine(end + _ONE, time(2), UTC),
        depth=len(entries),
        entries=entries,
        other_tokens=other,
    )
    return Snapshot.of(ranking)
