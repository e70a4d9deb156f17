"""An invented feed that restates closed days, and what it makes true by the words of the definitions.

Nothing here is shared with the bot but the shape in which the sandbox serves figures: only dictionaries and fractions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from bot.sandbox.source import AppRow, AppTable, AppView, Missing, ModelTable, timestamp

BILLION = 1_000_000_000
ONE_DAY = timedelta(days=1)
STEP = timedelta(days=7)
DAWN = datetime(2026, 1, 1, tzinfo=UTC)
"""What is known since then was never otherwise."""
FIRST = date(2026, 11, 2)
"""The watchlists' first day."""
POPULAR, TRENDING, MODELS = "popular", "trending", "models"
CONFIG = """
[watchlist.agents]
subcategory = "cli-agent"
cooldown_days = {cooldown}
[watchlist.agents.rules]
default = false
new_leader = true
entered_top = {{ n = {tops}, margin = {margin} }}
left_top = true
spike = true
trending = {{ n = {trending} }}
"""

Table = Mapping[str, int]
"""Tokens by item, in the order of the ranks."""


USUAL: Mapping[str, Table] = {
    POPULAR: {str(item): (41 - 2 * item) * BILLION for item in range(1, 21)},
    TRENDING: {str(item): (41 - 2 * item) * BILLION for item in range(11, 16)},
}
"""The figures of a day on which nothing happens."""


@dataclass(frozen=True, slots=True)
class Version:
    """A window's figures, and the moment from which the feed gives them; without items it is not there yet."""

    since: datetime
    table: Table


@dataclass(slots=True)
class Feed:
    """Boards of seven days that are the same every day but where ``versions`` say otherwise, by sort and end date.

    Models have versions of single days, under ``MODELS``.
    """

    usual: Mapping[str, Table]
    versions: Mapping[tuple[str, date], Sequence[Version]]
    kind: str = "generated"

    def table(self, sort: str, end: date, now: datetime) -> Table:
        """A window's figures as the feed gives them at a moment."""
        known = [version for version in self.versions.get((sort, end), ()) if version.since <= now]
        return max(known, key=lambda version: version.since).table if known else self.usual[sort]

    def apps(self, view: AppView, now: datetime) -> AppTable | Missing:
        """The answer of the sandbox."""
        assert view.days == STEP.days
        table = self.table(view.sort, view.end, now)
        rows = [AppRow(int(item), f"App {item}", tokens, 1) for item, tokens in table.items()]
        return AppTable(rows, timestamp(now)) if rows else Missing("This window is not there.")

    def models(self, start: date, end: date, now: datetime) -> ModelTable:
        """The model days that are not as usual: there are no usual ones."""
        days = [start + ONE_DAY * place for place in range((end - start).days + 1)]
        told = {when: self.table(MODELS, when, now) for when in days if (MODELS, when) in self.versions}
        rows = [(when, slug(item), tokens) for when, table in told.items() for item, tokens in table.items()]
        return ModelTable(rows, timestamp(now))

    def catalogue(self, now: datetime) -> Sequence[dict[str, Any]] | Missing:
        """Nobody asks."""
        raise NotImplementedError


def day(offset: int) -> date:
    """A day, counted from the watchlists' first."""
    return FIRST + ONE_DAY * offset


def mornings(*offsets: int) -> list[datetime]:
    """The mornings on which these days are polled."""
    return [datetime.combine(day(offset + 1), time(5), UTC) for offset in offsets]


def noon(offset: int) -> datetime:
    """Noon after the morning on which a day was polled."""
    return datetime.combine(day(offset + 1), time(12), UTC)


def slug(item: str) -> str:
    """An item as a model."""
    return f"lab/m{item}"


def ranked(table: Table) -> Table:
    """The items that have tokens, most first."""
    return dict(sorted(((item, tokens) for item, tokens in table.items() if tokens), key=lambda pair: -pair[1]))


# ── what is known when ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Known:
    """What was last asked for up to a moment.

    Each closed window is asked for on the morning after, and once on each of the ``restate_days`` days after that;
    where no morning was lived through then, on the first that there is.
    """

    feed: Feed
    mornings: Sequence[datetime]
    until: datetime
    restate_days: int

    def table(self, sort: str, end: date) -> Table:
        """A window's figures, as they were known then."""
        asked = self.mornings[0]
        for back in range(self.restate_days + 1):
            due = datetime.combine(end + ONE_DAY * (back + 1), time(2), UTC)
            asked = max(asked, min((now for now in self.mornings if due <= now <= self.until), default=asked))
        return self.feed.table(sort, end, asked)


# ── the definitions ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Rules:
    """The parameters of the rules that are judged: the tops with their margin, and the top of the trending list."""

    tops: tuple[int, ...]
    margin: int
    trending: int
    absent_days: int = 3

    def config(self, cooldown: int = 0) -> str:
        """A watchlist with these rules."""
        return CONFIG.format(cooldown=cooldown, tops=list(self.tops), margin=self.margin, trending=self.trending)


Happened = set[tuple[date, str, str]]
"""Days, kinds (with the n of a top) and items."""


def happened(known: Known, first: date, last: date, rules: Rules) -> Happened:
    """All that the figures say of the days from the watchlist's first on."""
    walk = [first - ONE_DAY + ONE_DAY * place for place in range((last - first).days + 2)]
    popular = {day: known.table(POPULAR, day) for day in walk}
    trending = {day: list(known.table(TRENDING, day))[: rules.trending] for day in walk}
    found: Happened = set()
    for day in walk[1:]:
        leader = next(iter(popular[day]))
        if leader != next(iter(popular[day - ONE_DAY])):
            found.add((day, "new_leader", leader))
        found |= {(day, "trending", item) for item in trending[day] if item not in trending[day - ONE_DAY]}
        rising = {item for item in popular[day] if _spikes(known, item, day)}
        found |= {(day, "spike", item) for item in rising if not _spikes(known, item, day - ONE_DAY)}
    entered: set[tuple[date, str]] = set()
    for n in sorted(rules.tops):
        into, out_of = _crossings([popular[day] for day in walk], walk, n, rules)
        found |= {(day, f"entered_top:{n}", item) for day, item in into - entered}
        found |= {(day, f"left_top:{n}", item) for day, item in out_of}
        entered |= into
    return found


def _crossings(
    tables: Sequence[Table], walk: Sequence[date], n: int, rules: Rules
) -> tuple[set[tuple[date, str]], set[tuple[date, str]]]:
    """When each item's state changed to in, and to out. Every list here ends at the feed's floor."""
    into, out_of = set(), set()
    for item in {item for table in tables for item in table}:
        ranks = [list(table).index(item) + 1 if item in table else None for table in tables]
        inside = ranks[0] is not None and ranks[0] <= n + rules.margin
        absent = 0
        for day, rank in zip(walk[1:], ranks[1:], strict=True):
            absent = absent + 1 if rank is None else 0
            if not inside and rank is not None and rank <= n:
                inside = True
                into.add((day, item))
            elif inside and (absent >= rules.absent_days or (rank is not None and rank > n + rules.margin)):
                inside = False
                out_of.add((day, item))
    return into, out_of


def _spikes(known: Known, item: str, day: date) -> bool:
    """Whether an item has twice the mean of its three windows before, and a billion more."""
    tokens = known.table(POPULAR, day).get(item)
    if tokens is None:
        return False
    windows = [known.table(POPULAR, day - STEP * back) for back in (1, 2, 3)]
    held = [window[item] for window in windows if item in window]
    volumes = [window.get(item, min(window.values())) for window in windows]
    mean = Fraction(sum(volumes), 3)
    if not held or tokens < 2 * mean or tokens - mean < BILLION:
        return False
    return len(held) == len(windows) or all(tokens >= 2 * volume for volume in held)


def days_of(verdicts: Iterable[tuple[date, str, str]], day: date) -> Happened:
    """Those of one day."""
    return {verdict for verdict in verdicts if verdict[0] == day}
