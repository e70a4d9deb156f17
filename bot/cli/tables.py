"""Tables, fitted to what shows them: a row that is too long for a terminal is folded, one for a pipe stays whole."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TextIO

from bot.cli.output import paragraph, say
from bot.core.text import clean

LONGEST = 240
"""Characters of a cell: a headline and a name are whole."""
NARROWEST = 40
"""Columns of the narrowest terminal that a table is fitted to."""
LEAST = 12
"""Columns that a folded cell has at least."""
GAP = "  "


def columns(stream: TextIO | None) -> int | None:
    """How wide a stream is: ``$COLUMNS`` where that is set, else its terminal; None for a file or a pipe."""
    given = os.environ.get("COLUMNS", "")
    if given.isascii() and given.isdecimal() and int(given):
        return max(int(given), NARROWEST)
    try:
        return max(os.get_terminal_size(stream.fileno()).columns, NARROWEST) if stream else None
    except (OSError, ValueError):  # no terminal, or a stream without a file
        return None


def fits(rows: Iterable[Sequence[object]], indent: int = 2) -> bool:
    """Whether rows of these cells go on a line each where stdout is shown."""
    room = columns(sys.stdout)
    cells = _cells(rows)
    return room is None or not cells or indent + sum(_widths(cells)) + len(GAP) * (len(cells[0]) - 1) <= room


def table(
    rows: Iterable[Sequence[object]],
    *,
    fold: int,
    right: frozenset[int] = frozenset(),
    indent: int = 2,
    heads: Mapping[int, str] | None = None,
    below: Mapping[int, str] | None = None,
) -> None:
    """Aligned columns; those in ``right`` by their right edge. Cells are cleaned: names come from strangers.

    Where a terminal is too narrow, the cells of the column ``fold`` go on below their first line. ``heads`` are lines
    that stand before the rows of these numbers, ``below`` texts that stand beneath them, folded like a paragraph.
    """
    cells = _cells(rows)
    if not cells:
        return
    widths, room = _widths(cells), columns(sys.stdout)
    over = 0 if room is None else indent + sum(widths) + len(GAP) * (len(widths) - 1) - room
    if over > 0:
        widths[fold] = min(widths[fold], max(widths[fold] - over, LEAST))
    for place, row in enumerate(cells):
        if heads and place in heads:
            say(heads[place])
        folded = textwrap.wrap(row[fold], widths[fold], break_on_hyphens=False) or [""]
        for number, part in enumerate(folded):
            line = [part if column == fold else "" if number else cell for column, cell in enumerate(row)]
            aligned = [
                cell.rjust(width) if column in right else cell.ljust(width)
                for column, (cell, width) in enumerate(zip(line, widths, strict=True))
            ]
            say(" " * indent + GAP.join(aligned).rstrip())
        if below and place in below:
            paragraph(below[place], indent=indent + widths[0] + len(GAP))


def _cells(rows: Iterable[Sequence[object]]) -> list[list[str]]:
    return [[clean(str(cell), LONGEST) if str(cell) else "" for cell in row] for row in rows]


def _widths(cells: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*cells, strict=True)]
