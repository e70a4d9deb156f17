"""Finding items by name, on the boards that somebody watches."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bot.app.records import Match
from bot.cli.labs import labs_found
from bot.cli.stored import boards
from bot.core.ranking import MODEL_DAY, Board, By, Dataset

if TYPE_CHECKING:
    from bot.core.history import History
    from bot.wiring import House


def matches(house: House, history: History, text: str) -> list[Match]:
    """Items and labs of which a name has the text in it, with where each was listed last on each board.

    The store keeps days of models: who watches longer windows has a model's place in these. A day's own place is shown
    where a watchlist has it, or none has models.
    """
    watched = [board for board in boards(house) if board.dataset is Dataset.MODELS and board.by is By.ITEM]
    found: list[Match] = []
    for match in house.store.find(text):
        windows = [_in_window(history, match, board) for board in watched] if match.board == MODEL_DAY else []
        found += [one for one in windows if one] or [match]
    return [*found, *labs_found(house, history, text)]


def _in_window(history: History, match: Match, board: Board) -> Match | None:
    """Where a model was listed last among windows of a length, or None where no whole one is stored that lists it."""
    day = history.last_in(board, match.item, None, date.max)
    snapshot = history.at(board, day) if day else None
    entry = snapshot.entry(match.item) if snapshot else None
    return Match(match.item, match.name, board, day, entry.rank, entry.tokens) if day and entry else None
