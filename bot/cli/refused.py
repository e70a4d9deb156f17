"""Answers that were not believed, as ``rankbot events --all`` lists them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bot.cli.output import moment, paragraph, say
from bot.core import wording
from bot.core.text import clean

if TYPE_CHECKING:
    from bot.app.records import Quarantined
    from bot.core.watchlist import Watchlist
    from bot.wiring import House

INDENT = 7
"""Columns of an event's id and the space behind it."""
REASON = 500
"""Characters of a reason that are shown: two sums of eighteen digits and their board fit."""


def refused_answers(house: House, watchlist: Watchlist | None, start: date | None, end: date | None) -> None:
    """Prints each answer about a day from ``start`` to ``end`` that the gate refused: why, when, and until when.

    With a ``watchlist`` those of the boards that it is judged by.
    """
    found = [
        entry
        for entry in house.store.quarantined(settled=True)
        if (start or date.min) <= entry.end_date <= (end or date.max) and _concerns(entry, watchlist)
    ]
    if not found:
        return
    say()
    say("Answers that were not believed, so that nothing was told by them:")
    for entry in found:
        _entry(house, entry)


def _concerns(entry: Quarantined, watchlist: Watchlist | None) -> bool:
    from bot.core.detect import needs, sources

    if watchlist is None:
        return True
    windows = (window for need in needs(watchlist, entry.end_date) for window in sources(need))
    return any(board.key == entry.board for board, _ in windows)


def _entry(house: House, entry: Quarantined) -> None:
    from bot.app.poll import BELIEVE
    from bot.core.ranking import Board

    board, reason = Board.parse(entry.board), clean(entry.reason, REASON)
    say(f"  {board.title}, {wording.window(board.window_days, entry.end_date)} {entry.end_date.year}")
    if entry.settled_at is None:
        became = "it is asked for again by each run."
    else:
        reason = reason.partition(f" {BELIEVE}")[0]  # nobody has to decide any more
        came = bool(house.store.depths(board, entry.end_date, entry.end_date))
        became = f"{'a good one came' if came else 'it was given up'} {moment(entry.settled_at)}."
    paragraph(reason, indent=INDENT)
    paragraph(f"Refused {moment(entry.first_at)}; {became}", indent=INDENT)
