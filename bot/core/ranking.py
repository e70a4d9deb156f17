"""What is ranked, where, and over which days: boards, windows, entries, rankings and snapshots.

A *ranking* is what came from the feed; a *snapshot* is a ranking that passed the gate and is stored.
Tokens are exact whole numbers throughout; dates are UTC dates; times are aware UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from bot.core.taxonomy import CATEGORY_OF, TITLES
from bot.errors import UsageError

FIRST_DAY = date(2025, 1, 1)
"""The dataset's first day; the feed clamps an earlier start to it (openapi, start_date)."""
MAX_WINDOW_DAYS = 366
"""The longest window that the feed answers."""
MODEL_DEPTH = 50
"""The feed publishes at most this many models a day."""
APP_PAGE = 100
"""The feed's largest page of apps (openapi, limit)."""
APP_DEPTH = 200
"""The deepest app rank that can be asked for: limit 100 at offset 100."""
OTHER = "other"
"""The reserved slug of the row that sums every model outside the day's top 50; never an item."""
MAX_TOKENS = 2**63 - 1


class Dataset(StrEnum):
    """Which of the feed's datasets a board is made from."""

    APPS = "apps"
    MODELS = "models"


class By(StrEnum):
    """What a board ranks: the dataset's own items, or the authors of models (labs)."""

    ITEM = "item"
    AUTHOR = "author"


class Sort(StrEnum):
    """How apps are ranked: by tokens, or by growth over the mean of the three windows before."""

    POPULAR = "popular"
    TRENDING = "trending"


@dataclass(frozen=True, slots=True, order=True)
class Board:
    """One published ranking that can be asked for again.

    Apps have a sort and may have a category and a subcategory (which implies its category). Models have neither, but
    may be ranked by their authors.
    """

    dataset: Dataset
    window_days: int = 7
    category: str | None = None
    subcategory: str | None = None
    sort: Sort = Sort.POPULAR
    by: By = By.ITEM

    @property
    def key(self) -> str:
        """The board's name in event keys: ``apps:coding:cli-agent:popular:7d``, ``models:7d``, ``authors:7d``."""
        if self.dataset is Dataset.MODELS:
            return f"{'authors' if self.by is By.AUTHOR else 'models'}:{self.window_days}d"
        scope = f"{self.category or 'all'}:{self.subcategory or 'all'}"
        return f"apps:{scope}:{self.sort.value}:{self.window_days}d"

    @classmethod
    def parse(cls, key: str) -> Board:
        """Reads a board's key back; raises UsageError if it is none."""
        parts = key.split(":")
        days = parts[-1].removesuffix("d")
        if parts[-1].endswith("d") and days.isdecimal() and 1 <= int(days) <= MAX_WINDOW_DAYS:
            if parts[0] in ("models", "authors") and len(parts) == 2:
                return cls(Dataset.MODELS, int(days), by=By.AUTHOR if parts[0] == "authors" else By.ITEM)
            if parts[0] == Dataset.APPS and len(parts) == 5 and parts[3] in set(Sort):
                names = [None if part == "all" else part for part in parts[1:3]]
                return cls(Dataset.APPS, int(days), names[0], names[1], Sort(parts[3]))
        hint = "A board reads like apps:coding:cli-agent:popular:7d, models:7d or authors:7d."
        raise UsageError(f"`{key}` is not a board.", hint=hint)

    @property
    def twin(self) -> Board:
        """The trending board over the same apps and windows."""
        return replace(self, sort=Sort.TRENDING)

    @property
    def step(self) -> timedelta:
        """How far back the comparable windows lie: the window's length, but the same weekdays for short ones."""
        return timedelta(days=max(self.window_days, 7))

    @property
    def title(self) -> str:
        """How the board is called in a message."""
        if self.dataset is Dataset.MODELS:
            return f"{self.noun}s"
        scope = self.subcategory or self.category
        return TITLES[scope] if scope else "Apps"

    @property
    def of_models(self) -> bool:
        """Whether it ranks models, and not their authors."""
        return self.dataset is Dataset.MODELS and self.by is By.ITEM

    @property
    def noun(self) -> str:
        """What one of its items is called, at the head of a table."""
        if self.by is By.AUTHOR:
            return "Lab"
        return "App" if self.dataset is Dataset.APPS else "Model"

    @property
    def url(self) -> str:
        """The public page that shows this ranking."""
        if self.dataset is Dataset.MODELS:
            return "https://openrouter.ai/rankings"
        if self.category is None and self.subcategory is None:
            return "https://openrouter.ai/apps"
        group = self.category or CATEGORY_OF[self.subcategory or ""]
        tail = f"/{self.subcategory}" if self.subcategory else ""
        return f"https://openrouter.ai/apps/category/{group}{tail}"

    def start(self, end_date: date) -> date:
        """The first day of the window that ends on ``end_date``, before any clamping."""
        return end_date - timedelta(days=self.window_days - 1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a ranking. ``requests`` is known for apps only."""

    rank: int
    item: str
    name: str
    tokens: int
    requests: int | None = None


@dataclass(frozen=True, slots=True)
class Volume:
    """An item's tokens in a window: exact, or an upper bound (``bounded``). ``held``: the window lists the item."""

    tokens: int
    bounded: bool
    held: bool

    @property
    def known(self) -> bool:
        """Whether ``tokens`` says anything: of an author that the window does not list there is not even a bound."""
        return self.held or self.bounded


@dataclass(frozen=True)
class Ranking:
    """What the feed answered for one window, and what a snapshot is made of.

    ``as_of`` is the feed's own text, kept to the letter. ``depth`` is how many ranks were asked for.
    ``other_tokens`` sums the models outside a day's top 50 (a models day only; 0 elsewhere).
    ``sample`` marks figures that a stand-in invented.
    """

    board: Board
    start_date: date
    end_date: date
    as_of: str
    fetched_at: datetime
    depth: int
    entries: tuple[Entry, ...]
    other_tokens: int = 0
    sample: bool = False

    @property
    def clamped(self) -> bool:
        """The feed moved the start forward to its first day, so the window is shorter than the board's."""
        return self.start_date > self.board.start(self.end_date)

    @property
    def exhaustive(self) -> bool:
        """Fewer entries came than were asked for: what is absent is below the feed's floor, or gone."""
        return len(self.entries) < self.depth

    @cached_property
    def by_item(self) -> Mapping[str, Entry]:
        """The entries by item."""
        return {entry.item: entry for entry in self.entries}

    @cached_property
    def by_author(self) -> Mapping[str, int]:
        """The tokens of a model day's listed models, summed by author."""
        sums: dict[str, int] = {}
        for entry in self.entries:
            author = author_of(entry.item)
            sums[author] = sums.get(author, 0) + entry.tokens
        return sums

    def entry(self, item: str) -> Entry | None:
        """The item's line, or None where it is absent."""
        return self.by_item.get(item)

    def rank(self, item: str) -> int | None:
        """The item's rank, or None where it is absent: never 0, never depth + 1."""
        entry = self.by_item.get(item)
        return entry.rank if entry else None

    def tokens(self, item: str) -> int | None:
        """The item's tokens, or None where it is absent."""
        entry = self.by_item.get(item)
        return entry.tokens if entry else None

    @property
    def leader(self) -> Entry | None:
        """The entry at rank 1; None on an empty board."""
        return self.entries[0] if self.entries else None

    @property
    def total_tokens(self) -> int:
        """All tokens of the window; for models with those outside the top 50."""
        return sum(entry.tokens for entry in self.entries) + self.other_tokens


@dataclass(frozen=True)
class Snapshot(Ranking):
    """A stored ranking. ``revision`` counts from 1; a restated window is stored as a further revision.

    A model window is computed from its ``days`` (stored one-day snapshots, oldest first); its ``revision`` is then
    the sum of theirs less the number of days plus one, so that it is 1 until one of them is restated.
    """

    revision: int = 1
    days: tuple[Snapshot, ...] = field(default=())

    @classmethod
    def of(cls, ranking: Ranking, revision: int = 1) -> Snapshot:
        """The ranking as a stored revision."""
        return cls(**{spec.name: getattr(ranking, spec.name) for spec in fields(Ranking)}, revision=revision)

    def volume(self, item: str) -> Volume:
        """The item's tokens in this window, or an upper bound where it is absent (detection: Spikes).

        Apps: the last entry's tokens bound an absent item. Model windows: day by day, the last listed model's.
        An empty board bounds nothing, so the bound is 0 and the window does not hold the item. An author's tokens are
        those of its listed models, cut off or not; where no day lists any, nothing bounds them.
        """
        if self.board.by is By.AUTHOR:
            sums = [day.by_author[item] for day in self.days if item in day.by_author]
            return Volume(sum(sums), bounded=False, held=bool(sums))
        if self.days:
            volumes = [day.volume(item) for day in self.days]
            return Volume(
                sum(volume.tokens for volume in volumes),
                any(volume.bounded for volume in volumes),
                any(volume.held for volume in volumes),
            )
        entry = self.by_item.get(item)
        if entry:
            return Volume(entry.tokens, bounded=False, held=True)
        return Volume(self.entries[-1].tokens if self.entries else 0, bounded=True, held=False)

    def cut(self, depth: int) -> Snapshot:
        """The same snapshot as a watchlist sees it that asks for ``depth`` ranks only."""
        if depth >= self.depth:
            return self
        return replace(self, depth=depth, entries=self.entries[:depth])

    def share(self, item: str) -> Fraction | None:
        """The item's part of all tokens of the window; None where it is absent or the window is empty."""
        tokens, total = self.tokens(item), self.total_tokens
        return Fraction(tokens, total) if tokens is not None and total else None


def author_of(slug: str) -> str:
    """A model's author, the prefix of its slug: ``z-ai`` of ``z-ai/glm-5``; a slug without one is its own."""
    return slug.partition("/")[0] or slug


MODEL_DAY = Board(Dataset.MODELS, 1)
"""The board under which model days are stored; every other model board is computed from it."""


def sum_days(board: Board, days: Sequence[Snapshot]) -> Snapshot:
    """The model window that ``days`` (its stored days, oldest first, none missing) add up to.

    Tokens are summed per item (or author, over all of its listed models), ranked descending, ties by slug, and cut at
    50; a day on which an item is not listed adds nothing. ``as_of`` and ``fetched_at`` are the earliest of the days',
    for all figures are at least that fresh.
    """
    by_author = board.by is By.AUTHOR
    totals: dict[str, int] = {}
    for day in days:
        figures = day.by_author.items() if by_author else ((entry.item, entry.tokens) for entry in day.entries)
        for item, tokens in figures:
            totals[item] = totals.get(item, 0) + tokens
    ranked = sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))
    names = {} if by_author else {entry.item: entry.name for day in days for entry in day.entries}
    entries = tuple(
        Entry(rank, item, names.get(item, item), tokens)
        for rank, (item, tokens) in enumerate(ranked[:MODEL_DEPTH], start=1)
    )
    unlisted = sum(tokens for _, tokens in ranked[MODEL_DEPTH:])
    return Snapshot(
        board=board,
        start_date=days[0].start_date,
        end_date=days[-1].end_date,
        as_of=min((day.as_of for day in days), key=datetime.fromisoformat),
        fetched_at=min(day.fetched_at for day in days),
        depth=MODEL_DEPTH,
        entries=entries,
        other_tokens=unlisted + sum(day.other_tokens for day in days),
        sample=any(day.sample for day in days),
        revision=sum(day.revision for day in days) - len(days) + 1,
        days=tuple(days),
    )
