"""Spikes: an item's tokens against the mean of three windows before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import Any, ClassVar

from bot.core import wording
from bot.core.event import Kind
from bot.core.ranking import APP_DEPTH, FIRST_DAY, Board, Dataset, Entry, Snapshot, Volume
from bot.core.rules.base import Change, Day, Need, NotEvaluated
from bot.core.rules.conditions import Condition, within

BASELINES = 3
"""How many windows before make the baseline (the feed's own definition of trending growth)."""


@dataclass(frozen=True, slots=True)
class Growth:
    """An item's growth over its baseline, exact. ``ratio`` is None where the baseline is 0 (no limit)."""

    tokens: int
    baseline: tuple[Volume, ...]

    @property
    def total(self) -> int:
        """The tokens of all windows of the baseline."""
        return sum(volume.tokens for volume in self.baseline)

    @property
    def mean(self) -> Fraction:
        """The baseline."""
        return Fraction(self.total, len(self.baseline))

    @property
    def excess(self) -> Fraction:
        """How far the tokens are above the baseline."""
        return self.tokens - self.mean

    @property
    def ratio(self) -> Fraction | None:
        """How many times the baseline they are."""
        return self.tokens / self.mean if self.total else None

    @property
    def at_least(self) -> bool:
        """An upper bound was used, so the true growth is at least what is shown."""
        return any(volume.bounded for volume in self.baseline)

    @classmethod
    def of(cls, entry: Entry, windows: Iterable[Snapshot]) -> Growth:
        """The growth of an entry over the windows before."""
        return cls(entry.tokens, tuple(window.volume(entry.item) for window in windows))


def baseline_dates(board: Board, day: date) -> tuple[date, ...]:
    """The days on which the baseline windows of ``day`` end, newest first."""
    return tuple(day - board.step * back for back in range(1, BASELINES + 1))


@dataclass(frozen=True, slots=True)
class Spike:
    """Fires on the rising edge of tokens ≥ ``ratio`` × baseline and tokens − baseline ≥ ``min_growth``."""

    kind: ClassVar[Kind] = Kind.SPIKE
    datasets: ClassVar[frozenset[Dataset]] = frozenset(Dataset)
    formula: ClassVar[str] = (
        "rank ≤ within, tokens ≥ ratio × baseline and tokens − baseline ≥ min_growth, where baseline is the mean of "
        "the three windows before; on the first day that it holds"
    )

    ratio: Fraction = field(default=Fraction(2), metadata={"minimum": 1})
    min_growth: int = field(default=1_000_000_000, metadata={"minimum": 0, "unit": "tokens"})
    within: int = field(default=50, metadata={"minimum": 1, "maximum": APP_DEPTH, "rank": True})

    @property
    def reach(self) -> int:
        """The deepest rank that may spike."""
        return self.within

    def needs(self, board: Board, day: date) -> Iterator[Need]:
        """The three windows before, for this day and for the day before (the rising edge looks there)."""
        for judged in (day, day - timedelta(days=1)):
            yield from (Need(board, end) for end in baseline_dates(board, judged))

    def find(self, day: Day) -> Iterable[Change | NotEvaluated]:
        """The items whose spike holds on this day and did not hold before, by rank."""
        windows = self._windows(day, day.date)
        if windows is None:
            yield NotEvaluated(self.kind, self._missing(day))
            return
        before = next(self._earlier(day), None)
        for entry in day.current.entries[: self.within]:
            if not self._may_hold(entry, windows):
                continue
            growth = Growth.of(entry, windows)
            if self._holds(entry.rank, growth) and not (before and self._held(entry.item, *before)):
                yield Change(entry.item, entry.name, _evidence(day, growth))

    def conditions(self, day: Day, item: str) -> Iterable[Condition]:
        """Rank, ratio, growth, and that it did not hold before."""
        windows, entry = self._windows(day, day.date), day.current.entry(item)
        if windows is None:
            return
        yield within(day.current, item, self.within)
        if entry is None:
            return
        yield from self._measured(Growth.of(entry, windows))
        before = next(self._earlier(day), None)
        held = bool(before and self._held(item, *before))
        yield Condition("a spike already", wording.day(before[0].end_date) if before and held else "no", "no", not held)

    def _measured(self, growth: Growth) -> Iterator[Condition]:
        """What the rule asks of growth, in words."""
        held = [volume.tokens for volume in growth.baseline if volume.held]
        least = "at least " if growth.at_least else ""
        ratio, wanted = growth.ratio, f"{wording.decimal(self.ratio)}×"
        shown = f"{least}{_decimal(ratio)}×" if ratio is not None else "without limit: their mean is 0"
        yield Condition("windows before with it", f"{len(held)} of {BASELINES}", "1 at least", bool(held))
        yield Condition("tokens to their mean", shown, wanted, ratio is None or ratio >= self.ratio)
        grown = f"{least}{wording.exact(floor(growth.excess))}".replace("-", wording.MINUS)
        yield Condition(
            "growth over their mean", grown, wording.exact(self.min_growth), growth.excess >= self.min_growth
        )
        if growth.at_least and held:
            enough = growth.tokens >= self.ratio * max(held)
            least_ratio = f"{_decimal(Fraction(growth.tokens, max(held)))}×" if max(held) else "without limit"
            yield Condition("tokens to the largest", least_ratio, wanted, enough)

    def _holds(self, rank: int, growth: Growth) -> bool:
        held = [volume for volume in growth.baseline if volume.held]
        if rank > self.within or not held or not all(volume.known for volume in growth.baseline):
            return False
        # In whole numbers, for it is asked of every entry: fractions took most of a rule's time.
        count, total = len(growth.baseline), growth.total
        if total and growth.tokens * count * self.ratio.denominator < total * self.ratio.numerator:
            return False
        if growth.tokens * count - total < self.min_growth * count:
            return False
        return not growth.at_least or all(growth.tokens >= self.ratio * volume.tokens for volume in held)

    def _may_hold(self, entry: Entry, windows: Sequence[Snapshot]) -> bool:
        """Whether what the windows list leaves room for it: most have not grown, and bounds only add to a baseline."""
        listed = sum(window.tokens(entry.item) or 0 for window in windows)
        return entry.tokens * len(windows) * self.ratio.denominator >= listed * self.ratio.numerator

    def _held(self, item: str, seen: Snapshot, windows: tuple[Snapshot, ...]) -> bool:
        entry = seen.entry(item)
        return entry is not None and self._holds(entry.rank, Growth.of(entry, windows))

    def _windows(self, day: Day, judged: date) -> tuple[Snapshot, ...] | None:
        """The baseline windows of a day; None if one is missing, was clamped, or would end before the dataset."""
        found = tuple(day.history.at(day.board, end) for end in baseline_dates(day.board, judged))
        windows = tuple(window for window in found if window and not window.clamped)
        return windows if len(windows) == BASELINES else None

    def _earlier(self, day: Day) -> Iterator[tuple[Snapshot, tuple[Snapshot, ...]]]:
        """The days before, back to D − step, on which the rule could be evaluated, newest first."""
        earliest = day.date - day.board.step
        for when in reversed(day.history.days(day.board, earliest, day.date - timedelta(days=1))):
            seen, windows = day.history.at(day.board, when), self._windows(day, when)
            if seen and windows:
                yield seen, windows

    def _missing(self, day: Day) -> str:
        for end in baseline_dates(day.board, day.date):
            window = day.history.at(day.board, end)
            if end < FIRST_DAY or (window and window.clamped):
                return f"spikes need {BASELINES} full windows before, and the data begins on {FIRST_DAY}"
            if window is None:
                return f"spikes need the window to {end}, which is missing"
        raise AssertionError("a baseline is missing")  # pragma: no cover


def _evidence(day: Day, growth: Growth) -> dict[str, Any]:
    ends = baseline_dates(day.board, day.date)
    return {
        "baseline": [
            {"end_date": end.isoformat(), "tokens": str(volume.tokens), "bounded": volume.bounded, "held": volume.held}
            for end, volume in zip(ends, growth.baseline, strict=True)
        ],
        "mean": str(round(growth.mean)),
        "excess": str(round(growth.excess)),
        "ratio": _decimal(growth.ratio),
        "at_least": growth.at_least,
    }


def _decimal(ratio: Fraction | None) -> str | None:
    """A ratio to two places, rounded down, so that what is shown is never more than what was reached."""
    if ratio is None:
        return None
    hundredths = int(ratio * 100)
    return f"{hundredths // 100}.{hundredths % 100:02d}"
