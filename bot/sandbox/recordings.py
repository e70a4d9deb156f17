"""A folder of recorded answers, served again: see docs/recordings.md for the files that it may hold.

A recording is what was known from a moment on. A request is answered from the newest one that was known at the
sandbox's now; what was recorded later is not there yet, and what was not recorded is missing, never made up.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Generic, TypeVar

from bot.core.ranking import Sort
from bot.core.taxonomy import CATEGORIES, CATEGORY_OF
from bot.errors import UsageError
from bot.sandbox.source import AppRow, AppTable, AppView, Missing, ModelTable, timestamp

SETTLED = time(2, tzinfo=UTC)
"""When a row without a time of its own became known: at this hour of the day after its window's end."""
_ENVELOPE = re.compile(r"app-rankings_\d+d_(?P<sort>popular|trending)(?:_(?P<scope>[a-z-]+))?_end-[\d-]{10}\.json")

_Key = tuple[str, Sort, date, date]
"""Scope (subcategory, category or nothing), sort, start and end: what a recorded ranking answers."""


_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class _Recording(Generic[_Row]):
    """Rows, the moment from which they were known, and what the answer calls that moment."""

    known_from: datetime
    as_of: str
    rows: Sequence[_Row]


class Recordings:
    """What the files of a folder answer; raises UsageError where the folder or a file can't be read."""

    kind = "recorded"

    def __init__(self, folder: Path) -> None:
        self._apps: dict[_Key, list[_Recording[AppRow]]] = {}
        self._days: dict[date, list[_Recording[tuple[date, str, int]]]] = {}
        self._catalogue: list[dict[str, Any]] | None = None
        if not folder.is_dir():
            raise UsageError(f"There is no folder {folder}.")
        readers = {
            "rankings_daily.csv": self._read_days,
            "rankings_daily_early.csv": self._read_days,
            "app_rankings_*.csv": self._read_apps,
            "*envelopes/app-rankings_*.json": self._read_envelope,
            "models.json": self._read_catalogue,
        }
        for pattern, read in readers.items():
            for file in sorted(folder.glob(pattern)):
                read(file)
        if not self._apps and not self._days:
            raise UsageError(f"{folder} holds no recordings.", hint="docs/recordings.md says what they look like.")

    def apps(self, view: AppView, now: datetime) -> AppTable | Missing:
        """The newest recording of the view that was known by now."""
        scope = view.subcategory or view.category or ""
        known = _known(self._apps.get((scope, view.sort, view.start, view.end), []), now)
        if known is None:
            return Missing(self._windows(scope, view.sort, now))
        return AppTable(known.rows, known.as_of)

    def models(self, start: date, end: date, now: datetime) -> ModelTable:
        """The recorded days of the window, as they were known by now; ``as_of`` is the latest of theirs."""
        days = [
            known
            for step in range((end - start).days + 1)
            if (known := _known(self._days.get(start + timedelta(days=step), []), now))
        ]
        newest = max(days, key=lambda day: day.known_from, default=None)
        return ModelTable([row for day in days for row in day.rows], newest.as_of if newest else timestamp(now))

    def catalogue(self, now: datetime) -> Sequence[dict[str, Any]] | Missing:  # noqa: ARG002  (it is recorded once)
        """The recorded list of models, whatever the time."""
        return Missing("No list of models was recorded.") if self._catalogue is None else self._catalogue

    def _windows(self, scope: str, sort: Sort, now: datetime) -> str:
        board = f"{scope or 'all apps'}, {sort.value}"
        windows = sorted(
            (end, start)
            for (its_scope, its_sort, start, end), recordings in self._apps.items()
            if (its_scope, its_sort) == (scope, sort) and _known(recordings, now)
        )
        listed = ", ".join(f"{start}..{end}" for end, start in windows)
        return f"This window of {board} was not recorded. Recorded: {listed or 'none'}."

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────

    def _read_days(self, file: Path) -> None:
        grouped: dict[tuple[date, datetime], list[tuple[date, str, int]]] = {}
        for line, row in _rows(file):
            try:
                day = date.fromisoformat(row["date"])
                key = (day, _known_from(row, day))
                grouped.setdefault(key, []).append((day, row["model_permaslug"], int(row["total_tokens"])))
            except (KeyError, TypeError, ValueError) as error:  # a row that is too short has None
                raise _unreadable(file, line, error) from error
        for (day, known_from), rows in grouped.items():
            self._days.setdefault(day, []).append(_Recording(known_from, timestamp(known_from), rows))

    def _read_apps(self, file: Path) -> None:
        grouped: dict[tuple[_Key, datetime], list[tuple[int, AppRow]]] = {}
        for line, row in _rows(file):
            try:
                end = date.fromisoformat(row["end_date"])
                key = (_scope(row), Sort(row["sort"]), _start(row, end), end)
                entry = AppRow(
                    int(row["app_id"]), row["app_name"], int(row["total_tokens"]), int(row["total_requests"])
                )
                grouped.setdefault((key, _known_from(row, end)), []).append((int(row["rank"]), entry))
            except (KeyError, TypeError, ValueError) as error:  # a row that is too short has None
                raise _unreadable(file, line, error) from error
        for (key, known_from), rows in grouped.items():
            self._add(file, key, _Recording(known_from, timestamp(known_from), rows))

    def _read_envelope(self, file: Path) -> None:
        """A whole response body; its window comes from ``meta``, its sort and scope from the file's name."""
        named = _ENVELOPE.fullmatch(file.name)
        if not named:
            raise UsageError(f"{file} is not named as an envelope is.", hint="docs/recordings.md says how.")
        try:
            body = json.loads(file.read_text(encoding="utf-8"))
            meta = body["meta"]
            rows = [
                (row["rank"], AppRow(row["app_id"], row["app_name"], int(row["total_tokens"]), row["total_requests"]))
                for row in body["data"]
            ]
            window = (date.fromisoformat(meta["start_date"]), date.fromisoformat(meta["end_date"]))
            key = (_scope({"subcategory": named["scope"] or ""}), Sort(named["sort"]), *window)
            recording = _Recording(datetime.fromisoformat(meta["as_of"]), meta["as_of"], rows)
        except (KeyError, TypeError, ValueError) as error:
            raise _unreadable(file, 0, error) from error
        self._add(file, key, recording)

    def _add(self, file: Path, key: _Key, ranked: _Recording[tuple[int, AppRow]]) -> None:
        """Keeps a recording whose ranks are complete from 1 on: in an answer, a row's place is its rank."""
        rows = sorted(ranked.rows, key=lambda pair: pair[0])
        if [rank for rank, _ in rows] != list(range(1, len(rows) + 1)):
            raise UsageError(f"{file} has a ranking to {key[3]} whose ranks are not 1, 2, 3 and so on.")
        recording = _Recording(ranked.known_from, ranked.as_of, [row for _, row in rows])
        self._apps.setdefault(key, []).append(recording)

    def _read_catalogue(self, file: Path) -> None:
        try:
            self._catalogue = list(json.loads(file.read_text(encoding="utf-8"))["data"])
        except (KeyError, TypeError, ValueError) as error:
            raise _unreadable(file, 0, error) from error


def _rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The file's rows with their line numbers; raises UsageError where it is no CSV in UTF-8."""
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return
            except (csv.Error, UnicodeDecodeError) as error:
                raise _unreadable(file, reader.line_num + 1, error) from error
            yield reader.line_num, row


def _known(recordings: Iterable[_Recording[_Row]], now: datetime) -> _Recording[_Row] | None:
    """The newest recording that was known by now."""
    known = [recording for recording in recordings if recording.known_from <= now]
    return max(known, key=lambda recording: recording.known_from, default=None)


def _known_from(row: dict[str, str], end: date) -> datetime:
    """The time at which a row was fetched, or the settling hour after its end where that was not recorded."""
    if row.get("fetched_at"):
        return datetime.fromisoformat(row["fetched_at"])
    return datetime.combine(end + timedelta(days=1), SETTLED)


def _start(row: dict[str, str], end: date) -> date:
    """The window's first day: as recorded, or from its length."""
    for column in ("start_date", "start_date_assumed"):
        if row.get(column):
            return date.fromisoformat(row[column])
    return end - timedelta(days=int(row["window_days"]) - 1)


def _scope(row: dict[str, str]) -> str:
    scope = row.get("subcategory") or row.get("category") or ""
    if scope and scope not in CATEGORIES and scope not in CATEGORY_OF:
        raise ValueError(f"{scope} is no category")
    return scope


def _unreadable(file: Path, line: int, error: Exception) -> UsageError:
    where = f"{file}:{line}" if line else str(file)
    return UsageError(
        f"{where} can't be read as a recording ({type(error).__name__}: {error}).",
        hint="docs/recordings.md says what it looks like.",
    )
