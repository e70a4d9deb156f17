"""``--accept``: which implausible answers the operator believes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.core.ranking import Board

AcceptOption = Annotated[
    list[str] | None, typer.Option("--accept", metavar="BOARD", help="Believe this board's implausible answers.")
]


def accepted(given: Iterable[str] | None, asked: Iterable[Board]) -> frozenset[str]:
    """The keys of the boards whose answers are believed; raises UsageError for one that is not ``asked`` for."""
    from bot.core.ranking import Board

    keys = {Board.parse(board).key for board in given or ()}
    known = sorted({board.key for board in asked})
    for key in sorted(keys.difference(known)):
        hint = f"What is asked for: {', '.join(known)}." if known else "Nothing is asked for."
        raise UsageError(f"No watchlist is judged by {key}.", hint=hint)
    return frozenset(keys)
