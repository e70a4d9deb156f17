"""Why there is nothing to show of a board, a day or an item, and what would help."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from bot.app.records import DayStatus
from bot.cli.options import is_demo
from bot.cli.stored import known, title
from bot.core import wording
from bot.core.plan import history_windows, last_complete_day
from bot.core.ranking import FIRST_DAY, MODEL_DAY, Board, Dataset
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.core.watchlist import Watchlist
    from bot.wiring import House

NO_MORE = "A demo has what it lived through, and no more. A new one: rankbot demo"
"""What is said where a demo lacks something: nothing can be fetched for it."""


# ── what is not stored ───────────────────────────────────────────────────────────────────────────────────────


def nothing_of(house: House, board: Board, day: date | None) -> UsageError:
    """The error of who wants to see a board of which nothing is stored, or not ``day``."""
    if day is None:
        return UsageError("Nothing is stored of this board.", hint=f"{title(board)}. {to_have(house, board, day)}")
    hint = f"{title(board)}: {span(house, [board])}. {to_have(house, board, day)}"
    return UsageError(f"Nothing is stored for {day}.", hint=hint)


def nothing_to_preview(house: House, watchlists: Iterable[Watchlist], day: date | None) -> UsageError:
    """The error of who wants to see a digest for which there is no board of ``day``, or no day judged at all."""
    if day is None:
        hint = (
            NO_MORE if is_demo(house.config.file) else "To see what the newest day would bring: rankbot run --dry-run"
        )
        return UsageError("No day was judged yet that a digest could be about.", hint=hint)
    boards = list(dict.fromkeys(watchlist.board for watchlist in watchlists))
    hint = f"The channel's boards: {span(house, boards)}. {to_have(house, boards[0], day)}"
    return UsageError(f"Nothing is stored of {day} to make a digest from.", hint=hint)


def span(house: House, boards: Sequence[Board]) -> str:
    """From when to when anything is stored of these boards: "stored from 2026-10-15 to 2026-11-20"."""
    history = house.store.history()
    days = [day for board in boards for day in history.days(board, FIRST_DAY, date.max)]
    if not days:
        return "nothing is stored"
    first, last = min(days), max(days)
    return f"only {first} is stored" if first == last else f"stored from {first} to {last}"


def to_have(house: House, board: Board, day: date | None) -> str:
    """What one can do to have a board, of ``day`` or at all; or why nothing can be done."""
    complete = last_complete_day(house.clock(), house.settle)
    if not _is_fetched(house, board, complete):
        return f"No watchlist has this board, so that nothing fetches it. {known(house)}"
    if day and day > complete:
        return f"The newest complete day is {complete}."
    if day and day < FIRST_DAY:
        return f"OpenRouter's data begins on {FIRST_DAY}."
    if is_demo(house.config.file):
        return NO_MORE
    return f"To fetch it: rankbot backfill --from {day} --to {day}" if day else "To begin: rankbot run"


def _is_fetched(house: House, board: Board, day: date) -> bool:
    """Whether a watchlist needs the board, or what it is summed from."""
    fetched = {stored for stored, _ in history_windows(house.config.watchlists, day, day)}
    return (MODEL_DAY if board.dataset is Dataset.MODELS else board) in fetched


# ── no events ────────────────────────────────────────────────────────────────────────────────────────────────


def no_events(house: House, watchlists: Sequence[Watchlist], start: date | None, end: date | None) -> str:
    """What is said where none of these watchlists has an event from ``start`` to ``end``.

    A day that nobody has judged is not a quiet one, and what it is is said.
    """
    if house.store.standing().last_fetched_at is None:
        return "No events: nothing was polled yet. To begin: rankbot run"
    first, last = start or date.min, end or date.max
    ledgers = house.store.statuses([watchlist.id for watchlist in watchlists], first)
    if start is None or first != last:
        within = {status for days in ledgers.values() for day, status in days.items() if first <= day <= last}
        some = start is None and end is None
        return "No events." if some or DayStatus.EVALUATED in within else "No events: none of these days was judged."
    complete = last_complete_day(house.clock(), house.settle)
    if start > complete:
        return f"No events: {start} is not complete yet. The newest complete day is {complete}."
    return _of_day(house, {watchlist.id: ledgers.get(watchlist.id, {}).get(start) for watchlist in watchlists}, start)


def _of_day(house: House, statuses: Mapping[str, DayStatus | None], day: date) -> str:
    """The same of one complete day, by how the watchlists' ledgers have it."""
    reasons: dict[str, list[str]] = {}
    begun = house.store.begun(list(statuses), date.max, until=date.max)
    for name, status in statuses.items():
        if status is not DayStatus.EVALUATED:
            first = begun[name].first if name in begun else None
            reasons.setdefault(_not_judged(status, day, first), []).append(name)
    if not reasons:
        return "No events."
    parts = [
        reason if len(names) == len(statuses) else f"{wording.listing(names)}: {reason}"
        for reason, names in reasons.items()
    ]
    return f"No events on {day}: {'; '.join(parts)}."


def _not_judged(status: DayStatus | None, day: date, first: date | None) -> str:
    if status is DayStatus.GAP:
        return "a gap, no data came in time"
    if status is DayStatus.WAITING:
        return "not judged yet, it waits for data"
    if first and day < first:
        return f"not judged, it is before the first day, {first}"
    return "not judged yet"
