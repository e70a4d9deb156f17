"""Finding labs: the store keeps models, so that a lab is found by the slugs of the models that it has had."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from bot.cli.stored import boards

if TYPE_CHECKING:
    from bot.app.records import Match
    from bot.core.history import History
    from bot.wiring import House


def labs_found(house: House, history: History, text: str) -> Iterator[Match]:
    """Labs whose name has the text in it, with where each was listed last on every watchlist's board of labs.

    By name, then board. Without such a board there are none.
    """
    from bot.app.records import Match
    from bot.core.ranking import By, author_of

    ranked = [board for board in boards(house) if board.by is By.AUTHOR]
    authors = {author_of(item) for item in house.store.names() if "/" in item} if ranked else set()
    for author in sorted(author for author in authors if text.casefold() in author.casefold()):
        for board in ranked:
            day = history.last_in(board, author, None, date.max)
            snapshot = history.at(board, day) if day else None
            entry = snapshot.entry(author) if snapshot else None
            if day and entry:
                yield Match(author, entry.name, board, day, entry.rank, entry.tokens)
