"""What could not be judged, said plainly and once: equal notes of several days are one, with dates as elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from bot.core import wording
from bot.core.days import ONE_DAY

NO_DATA = "no data came for "
"""How the note of a gap begins; its day follows."""
LISTED = 3
"""Dates that a note lists where it can't say from when to when."""
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})")
_NEAR = timedelta(days=180)
"""How far from the digest's day a date is told without its year."""


def merged(notes: Sequence[str], day: date) -> tuple[str, ...]:
    """The notes of a digest of ``day``, each once, in the order of their first: notes that differ by dates are one."""
    groups: dict[tuple[str, ...], list[list[date]]] = {}
    for note in notes:
        words, dates = _DATE.split(note)[::2], [date.fromisoformat(found) for found in _DATE.findall(note)]
        groups.setdefault(tuple(words), []).append(dates)
    return tuple(
        "".join(_written(words, [sorted(set(column)) for column in zip(*rows, strict=True)], day))
        for words, rows in groups.items()
    )


def gaps(notes: Iterable[str]) -> frozenset[date]:
    """The days of which no data came, as the notes tell."""
    return frozenset(
        date.fromisoformat(found) for note in notes for found in _DATE.findall(note) if note.startswith(NO_DATA)
    )


def _written(words: Sequence[str], columns: Sequence[Sequence[date]], day: date) -> Iterator[str]:
    yield words[0]
    for dates, after, before in zip(columns, words[1:], words, strict=False):
        runs = [[when] for when in dates] if before.endswith(" to ") else _runs(dates)
        yield wording.listing([_span(run, day) for run in runs], LISTED)
        yield after


def _runs(dates: Sequence[date]) -> list[list[date]]:
    """Days that follow one another, together."""
    runs: list[list[date]] = []
    for when in dates:
        if runs and when - runs[-1][-1] == ONE_DAY:
            runs[-1].append(when)
        else:
            runs.append([when])
    return runs


def _span(run: Sequence[date], day: date) -> str:
    """Such as "Sat 7 Nov", "Sat 7 to Mon 9 Nov", "Fri 30 Oct to Mon 2 Nov"; far from ``day`` "1 Jan 2025"."""
    first, last = run[0], run[-1]
    if abs(first - day) > _NEAR:
        return wording.full_day(first) if first == last else f"{wording.full_day(first)} to {wording.full_day(last)}"
    if first == last:
        return wording.day(last)
    begin = wording.day(first)
    if first.month == last.month:
        begin = begin.rpartition(" ")[0]
    return f"{begin} to {wording.day(last)}"
