"""Prints the tables of docs/defaults.md, measured on a folder of recordings (docs/recordings.md).

python -m benchmarks.defaults FOLDER
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.recorded_days import APPS_30, DAILY, LABS, MODELS, Days, Noted, Recorded, held_back, lines, missed
from bot.config import load
from bot.core.ranking import Board, Dataset
from bot.core.rules import Climbed, Dropped, EnteredTop, LeftTop, Milestone, NewLeader, Rule, Share, Spike

BOARDS: Mapping[Board, tuple[str, str]] = {
    MODELS: ("models", 'dataset = "models"'),
    LABS: ("labs", 'dataset = "models"\nby = "author"'),
    APPS_30: ("apps, 30 days", "window_days = 30"),
    DAILY: ("models, 1 day", 'dataset = "models"\nwindow_days = 1'),
}
"""What is measured: how the tables call a board, and how a configuration asks for it."""
SPECIFIED = (NewLeader(), EnteredTop(n=50), Spike())
"""The defaults as they were specified."""
FIRST_WEEK = 7
_B = 10**9
_TOPS, _MARGINS, _CONFIRMS = (10, 20, 50), (0, 3, 5, 10), (1, 2)
_RATIOS, _GROWTHS = (Fraction(3, 2), Fraction(2), Fraction(3)), (1, 5, 10, 50, 200)
_BANDS = {
    "half the places": ((10, 2), (20, 3), (50, 5)),
    "the default": ((10, 3), (20, 5), (50, 10)),
    "twice the places": ((10, 6), (20, 10), (50, 20)),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """How much a set of rules tells on a board: lines a day, events held back, and what it misses of note."""

    counts: Sequence[int]
    held: int
    missed: Sequence[Noted]
    noted: Mapping[str, int]

    @property
    def mean(self) -> str:
        """Lines a day."""
        return f"{sum(self.counts) / len(self.counts):.2f}"

    @property
    def fullest(self) -> int:
        """The lines of the fullest day."""
        return max(self.counts)

    @property
    def usual(self) -> int:
        """As many lines or fewer there are on nine days of ten."""
        return sorted(self.counts)[(len(self.counts) * 9 - 1) // 10]

    @property
    def quiet(self) -> str:
        """The days without news."""
        return f"{self.counts.count(0)} of {len(self.counts)}"

    def misses(self, what: str) -> str:
        """How many of those of note are told by no line; a dash where there are none."""
        if not self.noted.get(what):
            return "—"
        return f"{sum(one.what == what for one in self.missed)} of {self.noted[what]}"


def default_rules(board: Board) -> tuple[Rule, ...]:
    """What a configuration that names the board, and no rule, comes to."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "config.toml"
        file.write_text(f"[watchlist.measured]\n{BOARDS[board][1]}\n", encoding="utf-8")
        (watchlist,) = load(file, environ={}, secrets=False).watchlists
    return watchlist.rules


def measure(recorded: Recorded, board: Board, rules: Iterable[Rule]) -> Measured:
    """Replays the board's days by the rules, and holds them against what is of note."""
    found, noted = recorded.replay(board, rules), recorded.noted(board)
    return Measured(lines(found), held_back(found), missed(noted, found), Counter(one.what for one in noted))


def first_weeks(recorded: Recorded, board: Board) -> list[Days]:
    """The first week of a watchlist with the default rules, begun on each day that leaves it a whole week."""
    days = recorded.days[board]
    weeks = [days[place : place + FIRST_WEEK] for place in range(len(days) - FIRST_WEEK + 1)]
    rules = default_rules(board)
    return [recorded.replay(board, rules, days=week) for week in weeks]


def tables(recorded: Recorded) -> Iterator[tuple[str, str]]:
    """Every table by its title, as Markdown."""
    yield "Sets of rules", _table(("board", "rules", *_SET_HEAD), _sets(recorded))
    head = ("board", "starts", "lines in the week: fewest", "median", "most", "fullest day", "most quiet days")
    yield "First weeks", _table(head, _weeks(recorded))
    yield (
        "entered_top",
        _table(("board", "n", "`confirm_days`", *(f"margin {m}" for m in _MARGINS)), _entries(recorded)),
    )
    yield "spike", _table(("board", "ratio", *(f"{growth}B" for growth in _GROWTHS)), _spikes(recorded))
    yield "Other rules", _table(("rule", *(name for name, _ in BOARDS.values())), _others(recorded))


_NOTED = ("new #1", "top 10", "into the top 20 at once", "2 points a week")
_SET_HEAD = (
    "lines a day",
    "9 of 10 days",
    "fullest",
    "quiet days",
    "held back",
    *(f"missed: {what}" for what in _NOTED),
)


def _sets(recorded: Recorded) -> Iterator[Sequence[object]]:
    tens = EnteredTop(n=10)
    for board, (name, _) in BOARDS.items():
        sets: dict[str, tuple[Rule, ...]] = {"as specified": SPECIFIED, "and the top 10": (*SPECIFIED, tens)}
        if board.dataset is Dataset.MODELS:
            sets["and `share`"] = (*SPECIFIED, Share())
        if board.window_days == 1:
            sets["into 10 and 20 instead"] = (NewLeader(), tens, EnteredTop(n=20), Spike())
        sets["**ours**"] = default_rules(board)
        for label, rules in sets.items():
            found = measure(recorded, board, rules)
            misses = [found.misses(what) for what in _NOTED]
            yield name, label, found.mean, found.usual, found.fullest, found.quiet, found.held, *misses


def _weeks(recorded: Recorded) -> Iterator[Sequence[object]]:
    for board, (name, _) in BOARDS.items():
        counts = [lines(week) for week in first_weeks(recorded, board)]
        sums = sorted(map(sum, counts))
        quiet = max(week.count(0) for week in counts)
        yield name, len(counts), sums[0], sums[len(sums) // 2], sums[-1], max(map(max, counts)), quiet


def _entries(recorded: Recorded) -> Iterator[Sequence[object]]:
    for board, (name, _) in BOARDS.items():
        for n in _TOPS:
            for days in _CONFIRMS:
                rules = [EnteredTop(n=n, margin=margin, confirm_days=days) for margin in _MARGINS]
                yield name, n, days, *(_cell(recorded, board, rule) for rule in rules)


def _spikes(recorded: Recorded) -> Iterator[Sequence[object]]:
    for board in (MODELS, LABS, DAILY):
        for ratio in _RATIOS:
            rules = [Spike(ratio, growth * _B) for growth in _GROWTHS]
            yield BOARDS[board][0], f"{float(ratio):g}", *(_cell(recorded, board, rule) for rule in rules)


def _others(recorded: Recorded) -> Iterator[Sequence[object]]:
    rules: dict[str, Rule] = {
        "`new_leader`": NewLeader(),
        "`new_leader`, 2 days": NewLeader(confirm_days=2),
        "`left_top`, n 10": LeftTop(n=10),
        "`left_top`, n 50": LeftTop(n=50),
    }
    rules |= {f"`climbed`, {label}": Climbed(bands=bands) for label, bands in _BANDS.items()}
    rules |= {f"`dropped`, {label}": Dropped(bands=bands) for label, bands in _BANDS.items()}
    rules["`share`, 1 point"] = Share(Fraction(1))
    rules |= {f"`share`, {points} points": Share(Fraction(points)) for points in (2, 3, 5)}
    rules |= {"`milestone`, 1T": Milestone((10**12,))}
    for label, rule in rules.items():
        cells = [_cell(recorded, board, rule) if board.dataset in rule.datasets else "—" for board in BOARDS]
        yield label, *cells


def _cell(recorded: Recorded, board: Board, rule: Rule) -> str:
    """Lines a day of one rule alone, and what the cooldown held back."""
    found = recorded.replay(board, (rule,))
    counts, held = lines(found), held_back(found)
    return f"{sum(counts) / len(counts):.2f}" + (f" (+{held})" if held else "")


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    written = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in written)


if __name__ == "__main__":
    for title, table in tables(Recorded.load(Path(sys.argv[1]))):
        sys.stdout.write(f"### {title}\n\n{table}\n\n")
