"""What really happened on the recorded boards, computed from the files by the words of the definitions.

Nothing here is shared with the bot: only CSV rows, dictionaries and fractions.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
APPS = """
[watchlist.apps]
window_days = 30
[watchlist.apps.rules]
default = false
new_leader = true
entered_top = { n = [10, 50], margin = 0, absent_days = 1 }
left_top = true
"""
"""The watchlist over the recorded windows of apps, with every rule whose verdicts the oracle computes."""
ASKED_AT = time(5, tzinfo=UTC)
"""When the bot asks on the day after: later than every first fetch of the recorder."""

Board = dict[str, int]
"""Tokens by item, in the order of the ranks."""


@dataclass(frozen=True, slots=True, order=True)
class Fact:
    """A change: on which day, of which kind (with the n of a top), of which item, and the item's figures."""

    day: date
    kind: str
    item: str
    rank: int | None
    previous_rank: int | None
    tokens: int | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A board on every day that it can be had for, and the days to be judged; the first one's eve is the base.

    ``totals`` are all tokens of the windows, the rest's too; where shares are not judged, there are none.
    """

    boards: Mapping[date, Board]
    first: date
    last: date
    totals: Mapping[date, int] = field(default_factory=dict)

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=place) for place in range((self.last - self.first).days + 1)]

    @property
    def walk(self) -> list[date]:
        return [self.first - timedelta(days=1), *self.days]

    def rank(self, item: str, day: date) -> int | None:
        return next((rank for rank, listed in enumerate(self.boards[day], start=1) if listed == item), None)

    def fact(self, day: date, kind: str, item: str) -> Fact:
        before = self.rank(item, day - timedelta(days=1))
        return Fact(day, kind, item, self.rank(item, day), before, self.boards[day].get(item))

    def leader(self, day: date) -> str:
        return next(iter(self.boards[day]))

    def is_passive(self, fact: Fact) -> bool:
        """Whether another rank is all that changed: the place among those listed on both days is the same."""
        now, before = self.boards[fact.day], self.boards[fact.day - timedelta(days=1)]
        places = [[item for item in board if item in now and item in before] for board in (now, before)]
        if fact.rank == fact.previous_rank or fact.item not in places[0]:
            return False
        return places[0].index(fact.item) == places[1].index(fact.item)

    def led(self, day: date) -> int:
        """For how many days running the leader of the day before had led."""
        former, days = self.leader(day - timedelta(days=1)), 1
        while self.leader(day - timedelta(days=days + 1)) == former:
            days += 1
        return days


# ── the files ────────────────────────────────────────────────────────────────────────────────────────────────


def model_days(folder: Path) -> dict[date, Board]:
    """The models of each recorded day, without the rest."""
    days: dict[date, Board] = {}
    for row in rows(folder / "rankings_daily.csv"):
        if row["model_permaslug"] != "other":
            days.setdefault(date.fromisoformat(row["date"]), {})[row["model_permaslug"]] = int(row["total_tokens"])
    return days


def model_windows(days: Mapping[date, Board], length: int) -> dict[date, Board]:
    """The windows that end on each day: sums, ranked, ties by slug, cut at 50."""
    windows: dict[date, Board] = {}
    for end in days:
        window = [days.get(end - timedelta(days=back)) for back in range(length)]
        if all(window):
            sums: Board = {}
            for day in window:
                for slug, tokens in (day or {}).items():
                    sums[slug] = sums.get(slug, 0) + tokens
            windows[end] = dict(sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))[:50])
    return windows


def lab_days(days: Mapping[date, Board]) -> dict[date, Board]:
    """The labs of each day: what stands before the slash of the slugs, with the sum of their models."""
    labs: dict[date, Board] = {}
    for day, models in days.items():
        for slug, tokens in models.items():
            lab = slug[: slug.index("/")]
            labs.setdefault(day, {})[lab] = labs.get(day, {}).get(lab, 0) + tokens
    return labs


def day_totals(file: Path) -> dict[date, int]:
    """All tokens of each recorded day, the rest's too."""
    totals: dict[date, int] = {}
    for row in rows(file):
        day = date.fromisoformat(row["date"])
        totals[day] = totals.get(day, 0) + int(row["total_tokens"])
    return totals


def window_totals(days: Mapping[date, int], length: int) -> dict[date, int]:
    """The same of the windows that end on each day."""
    windows = {end: [days.get(end - timedelta(days=back)) for back in range(length)] for end in days}
    return {end: sum(filter(None, totals)) for end, totals in windows.items() if all(totals)}


def app_fetches(folder: Path) -> dict[tuple[date, datetime], Board]:
    """The recorded app boards by the day on which they end and the moment at which they were fetched."""
    fetches: dict[tuple[date, datetime], Board] = {}
    for row in rows(folder / "app_rankings_30d_popular.csv"):
        key = (date.fromisoformat(row["end_date"]), datetime.fromisoformat(row["fetched_at"]))
        fetches.setdefault(key, {})[row["app_id"]] = int(row["total_tokens"])
    return fetches


def known_at(fetches: Iterable[tuple[date, datetime]], end: date, asked_at: datetime) -> datetime:
    """The newest fetch of a board that there was at a moment."""
    return max(fetched_at for day, fetched_at in fetches if day == end and fetched_at <= asked_at)


def asked_at(day: date) -> datetime:
    """When the bot asks for a day."""
    return datetime.combine(day + timedelta(days=1), ASKED_AT)


def rows(file: Path) -> Iterator[dict[str, str]]:
    """The rows of a file, by its head."""
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


# ── the definitions ──────────────────────────────────────────────────────────────────────────────────────────


def new_leaders(recorded: Recorded, confirm_days: int = 1) -> set[Fact]:
    """Days on which the confirmed leader changes."""
    base, *days = recorded.walk
    confirmed, candidate, running = recorded.leader(base), "", 0
    facts = set()
    for day in days:
        leader = recorded.leader(day)
        running = running + 1 if leader == candidate else 1
        candidate = leader
        if running >= confirm_days and leader != confirmed:
            confirmed = leader
            facts.add(recorded.fact(day, "new_leader", leader))
    return facts


def set_differences(recorded: Recorded, n: int) -> set[Fact]:
    """Entries into the top n and exits from it where there is no margin: who is there today, less who was yesterday."""
    facts = set()
    for day in recorded.days:
        now, before = (set(list(recorded.boards[when])[:n]) for when in (day, day - timedelta(days=1)))
        facts |= {recorded.fact(day, f"entered_top:{n}", item) for item in now - before}
        facts |= {recorded.fact(day, f"left_top:{n}", item) for item in before - now}
    return facts


def with_hysteresis(recorded: Recorded, n: int, *, outer: int, confirm_days: int = 1) -> set[Fact]:
    """Entries and exits by the state of each item: in up to n, out beyond ``outer`` or absent, unchanged in between.

    The state changes after ``confirm_days`` days running that ask for it.
    """
    base, *days = recorded.walk
    facts = set()
    for item in {item for day in recorded.walk for item in recorded.boards[day]}:
        rank = recorded.rank(item, base)
        inside = rank is not None and rank <= outer
        asked, running = None, 0
        for day in days:
            rank = recorded.rank(item, day)
            asks = True if rank is not None and rank <= n else False if rank is None or rank > outer else None
            running = running + 1 if asks is asked else 1
            asked = asks
            if asks is not None and asks is not inside and running >= confirm_days:
                inside = asks
                facts.add(recorded.fact(day, f"{'entered' if asks else 'left'}_top:{n}", item))
    return facts


def smallest_entries(facts: Iterable[Fact]) -> set[Fact]:
    """Without the entries of an item that enters a smaller top on the same day."""
    everything = set(facts)
    smallest: dict[tuple[date, str], int] = {}
    for fact in everything:
        if fact.kind.startswith("entered_top:"):
            key, n = (fact.day, fact.item), int(fact.kind.partition(":")[2])
            smallest[key] = min(n, smallest.get(key, n))
    return {
        fact
        for fact in everything
        if not fact.kind.startswith("entered_top:") or fact.kind == f"entered_top:{smallest[fact.day, fact.item]}"
    }


def spikes(recorded: Recorded, days: Mapping[date, Board], length: int) -> set[Fact]:
    """Models on the first day on which they have twice the mean of their three windows before, and a billion more."""
    step = timedelta(days=max(length, 7))

    def holds(item: str, day: date) -> bool:
        tokens = recorded.boards.get(day, {}).get(item)
        if tokens is None:
            return False
        windows = [_volume(days, item, day - step * back, length) for back in (1, 2, 3)]
        held = [volume for volume, listed in windows if listed]
        mean = Fraction(sum(volume for volume, _ in windows), 3)
        bounded = any(listed < length for _, listed in windows)
        grew = tokens >= 2 * mean and tokens - mean >= 1_000_000_000
        return bool(held) and grew and not (bounded and any(tokens < 2 * volume for volume in held))

    return {
        recorded.fact(day, "spike", item)
        for day in recorded.days
        for item in recorded.boards[day]
        if holds(item, day) and not holds(item, day - timedelta(days=1))
    }


def lab_spikes(recorded: Recorded, days: Mapping[date, Board], length: int) -> set[Fact]:
    """The same of labs, whose volumes have no bound: all three windows before must list them."""
    step = timedelta(days=max(length, 7))

    def holds(item: str, day: date) -> bool:
        tokens = recorded.boards.get(day, {}).get(item)
        windows = [[days[day - step * week - timedelta(days=back)] for back in range(length)] for week in (1, 2, 3)]
        if tokens is None or not all(any(item in listed for listed in window) for window in windows):
            return False
        total = sum(listed.get(item, 0) for window in windows for listed in window)
        return 3 * tokens >= 2 * total and 3 * tokens - total >= 3_000_000_000

    return {
        recorded.fact(day, "spike", item)
        for day in recorded.days
        for item in recorded.boards[day]
        if holds(item, day) and not holds(item, day - timedelta(days=1))
    }


def shares(recorded: Recorded) -> set[Fact]:
    """Items on the first day on which their part of all tokens is two points more, or less, than a week before."""

    def way(item: str, day: date) -> str:
        parts = []
        for end in (day, day - timedelta(days=7)):
            if item not in recorded.boards.get(end, {}):
                return ""
            parts.append(Fraction(recorded.boards[end][item], recorded.totals[end]))
        points = 100 * (parts[0] - parts[1])
        return "" if abs(points) < 2 else "up" if points > 0 else "down"

    return {
        recorded.fact(day, f"share:{moved}", item)
        for day in recorded.days
        for item in recorded.boards[day]
        if (moved := way(item, day)) and way(item, day - timedelta(days=1)) != moved
    }


def _volume(days: Mapping[date, Board], item: str, end: date, length: int) -> tuple[int, int]:
    """An item's tokens in a window, bounded by the day's last model where it is not listed; and the days that list it.

    Every day must be recorded.
    """
    window = [days[end - timedelta(days=back)] for back in range(length)]
    tokens = sum(day.get(item, min(day.values())) for day in window)
    return tokens, sum(item in day for day in window)


def cooled(facts: Iterable[Fact], cooldown_days: int = 7) -> set[Fact]:
    """Those that are not told, for the same was told within the cooldown and nothing has reversed it since."""
    told: list[Fact] = []
    held_back = set()
    for fact in sorted(facts):
        same = [other.day for other in told if (other.kind, other.item) == (fact.kind, fact.item)]
        recent = [day for day in same if day > fact.day - timedelta(days=cooldown_days)]
        undone = [other.day for other in told if other.item == fact.item and reverses(other.kind, fact.kind)]
        if fact.kind != "new_leader" and recent and not any(max(recent) < day < fact.day for day in undone):
            held_back.add(fact)
        else:
            told.append(fact)
    return held_back


def reverses(other: str, kind: str) -> bool:
    """Whether the other kind undoes this one: an exit from the same top, an entry into it, a share the other way.

    Entries into smaller tops undo exits, too: whoever enters several tops at once is told for the smallest only.
    """
    if kind.startswith("left_top:"):
        return other.startswith("entered_top:") and int(other.partition(":")[2]) <= int(kind.partition(":")[2])
    if kind.startswith("entered_top:"):
        return other == kind.replace("entered", "left")
    return {kind, other} == {"share:up", "share:down"}
