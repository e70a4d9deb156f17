"""The loopback feed of the benchmarks: full boards of a hundred apps whose figures move from day to day.

Every figure is a function of app, window length and day, so a store that was filled in memory and answers over HTTP
agree. ``python -m benchmarks.feed URL_FILE NOW_FILE`` serves until it is ended: it writes its address to the one file,
and reads what time it is from the other.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from itertools import product
from pathlib import Path
from typing import Any

from bot.core.ranking import APP_PAGE, Board, Dataset, Entry, Ranking, Sort
from bot.core.taxonomy import CATEGORIES
from bot.sandbox import Sandbox
from bot.sandbox.source import AppRow, AppTable, AppView, ModelTable, timestamp

APPS = 400
"""Apps on the invented marketplace; a board lists those of a window on this circle that have most tokens."""
LISTED = 130
"""Candidates of a board, of which the first hundred are listed: some come and go each day."""
LENGTHS = (7, 30)
SCOPES: tuple[tuple[str | None, str | None], ...] = (
    (None, None),
    *((group, None) for group in CATEGORIES),
    *((group, sub) for group, subs in CATEGORIES.items() for sub in subs),
)
"""The marketplace, its four categories and their fifteen subcategories: twenty boards for each length of window."""


def boards(number: int) -> list[Board]:
    """The first so many of forty boards: twenty of seven days, then twenty of thirty."""
    every = (Board(Dataset.APPS, days, group, sub) for days, (group, sub) in product(LENGTHS, SCOPES))
    return [board for board, _ in zip(every, range(number), strict=False)]


def ranked(scope: int, days: int, end: date, *, sort: Sort = Sort.POPULAR) -> list[tuple[int, int]]:
    """(app, tokens) by rank."""
    day, lead = end.toordinal(), 0 if sort is Sort.POPULAR else 41
    apps = ((scope * 17 + place * 3) % APPS for place in range(lead, lead + LISTED))
    weighed = ((app, _tokens(place, app, days, day)) for place, app in enumerate(apps))
    return sorted(weighed, key=lambda pair: (-pair[1], pair[0]))[:APP_PAGE]


def _tokens(place: int, app: int, days: int, day: int) -> int:
    """A window's tokens: a slope over places, slow waves of each app's own, daily noise, and now and then a spike."""
    base = 400_000_000_000 * days // (place + 4)
    wave = abs((day * (3 + app % 5) + app * 37) % 120 - 60)
    noise = _mixed(app, day) % 20
    spike = 150 if _mixed(app, day // 9) % 61 == 0 else 0
    return base * (100 + wave + noise // 2 + spike) // 100


def _mixed(app: int, day: int) -> int:
    value = (app * 2_654_435_761 + day * 2_246_822_519) & 0xFFFFFFFF
    value ^= value >> 15
    value = value * 2_246_822_519 & 0xFFFFFFFF
    return value ^ value >> 13


@cache
def name_of(app: int, eleventh: int) -> str:
    """What an app is called in the so-many-eth eleven days: one of seven takes another name, and the old one again."""
    return f"Application No. {app}{' Beta' if app % 7 == 0 and eleventh % 2 else ''}"


def ranking(board: Board, end: date, *, depth: int = APP_PAGE) -> Ranking:
    """What the feed answers about a board's window, fetched the morning after."""
    scope = SCOPES.index((board.category, board.subcategory))
    fetched = datetime.combine(end + timedelta(days=1), time(2, 30), UTC)
    rows = ranked(scope, board.window_days, end, sort=board.sort)
    return Ranking(
        board=board,
        start_date=board.start(end),
        end_date=end,
        as_of=timestamp(fetched),
        fetched_at=fetched,
        depth=depth,
        entries=tuple(
            Entry(rank, str(1000 + app), name_of(app, end.toordinal() // 11), tokens, tokens // 20_000)
            for rank, (app, tokens) in enumerate(rows, start=1)
        ),
        sample=True,
    )


class Marketplace:
    """The source of the stand-in that answers over HTTP. There are no models."""

    kind = "generated"

    def __init__(self) -> None:
        self._table = lru_cache(maxsize=4096)(self._read)

    def apps(self, view: AppView, now: datetime) -> AppTable:
        """All ranks of a view."""
        return AppTable(self._table(view), timestamp(now))

    def _read(self, view: AppView) -> Sequence[AppRow]:
        group = view.category or next((one for one, subs in CATEGORIES.items() if view.subcategory in subs), None)
        scope = SCOPES.index((group, view.subcategory))
        return [
            AppRow(1000 + app, name_of(app, view.end.toordinal() // 11), tokens, tokens // 20_000)
            for app, tokens in ranked(scope, view.days, view.end, sort=view.sort)
        ]

    def models(self, start: date, end: date, now: datetime) -> ModelTable:  # noqa: ARG002  (the port's signature)
        """None."""
        return ModelTable([], timestamp(now))

    def catalogue(self, now: datetime) -> Sequence[dict[str, Any]]:  # noqa: ARG002  (the port's signature)
        """None."""
        return []


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from the first to the last."""
    return (first + timedelta(days=offset) for offset in range((last - first).days + 1))


def serve(port_file: Path, now_file: Path) -> None:
    """Answers until SIGTERM."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: ended.set())
    with Sandbox(Marketplace(), now=lambda: datetime.fromisoformat(now_file.read_text()), limits=False) as sandbox:
        part = port_file.with_suffix(".part")
        part.write_text(sandbox.url, encoding="utf-8")
        part.replace(port_file)
        ended.wait()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), Path(sys.argv[2]))
