"""The whole boards of a digest, to the last digit, for whoever computes on: what its message shows the top of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core import text
from bot.core.digest import Table, TableRow, source_of
from bot.core.ranking import Board, Dataset, Entry
from bot.core.view import View

ROWS = 1000
"""Rows of all tables together: ten usual boards, or some 250 kB, which each recipient's mail carries."""
_ITEM = 500
"""Characters of an item's id: no answer may have a longer one."""


def tables(views: Sequence[View]) -> tuple[Table, ...]:
    """The boards of the views, each once and as deep as any view sees it; those without figures are left out.

    All together have no more than ``ROWS`` rows: where they would, each is cut to its part of them.
    """
    deepest: dict[Board, View] = {}
    for view in views:
        known = deepest.get(view.watchlist.board)
        if view.current and (known is None or known.watchlist.depth < view.watchlist.depth):
            deepest[view.watchlist.board] = view
    whole = [table for table in map(_table, deepest.values()) if table]
    if sum(table.listed for table in whole) <= ROWS:
        return tuple(whole)
    part = max(ROWS // len(whole), 1)
    return tuple(replace(table, rows=table.rows[:part]) for table in whole)


def _table(view: View) -> Table | None:
    current = view.current
    if current is None or not current.entries:
        return None
    return Table(
        board=current.board.key,
        start_date=current.start_date,
        end_date=current.end_date,
        previous_date=view.previous.end_date if view.previous else None,
        compared_date=view.compared.end_date if view.compared else None,
        rows=tuple(_row(view, entry) for entry in current.entries),
        listed=len(current.entries),
        source=source_of(current),
    )


def _row(view: View, entry: Entry) -> TableRow:
    """Apps have no share: nothing says how many tokens those have that are not listed."""
    shared = view.current if view.dataset is Dataset.MODELS else None
    return TableRow(
        rank=entry.rank,
        previous_rank=view.previous.rank(entry.item) if view.previous else None,
        item=text.clean(entry.item, _ITEM),
        name=text.clean(entry.name),
        tokens=entry.tokens,
        compared_tokens=view.compared.tokens(entry.item) if view.compared else None,
        share=shared.share(entry.item) if shared else None,
    )
