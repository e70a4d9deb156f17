"""Boards as CSV: a file that spreadsheets open as it is meant, whatever the names in it are."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from bot.app.records import Sheet
from bot.core.digest import Table
from bot.core.text import as_json, clean

COLUMNS = (
    "board",
    "start_date",
    "end_date",
    "rank",
    "previous_rank",
    "previous_date",
    "item",
    "name",
    "tokens",
    "compared_tokens",
    "compared_date",
    "share",
    "source",
)
FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet take a cell for a formula, full-width forms too; a leading blank does not occur (clean)."""
CELL = 4000
"""Characters of a cell: more than any name or key has."""
BYTE_ORDER_MARK = "\ufeff"
"""What Excel knows UTF-8 by; without it, names in other scripts are garbled there."""
_SHARE_DIGITS = 6


def sheet_of(tables: Sequence[Table]) -> Sheet | None:
    """The tables below each other, each row with its source; None where there are none.

    ``share`` is a part of 1; an empty cell stands for what is not known or does not exist.
    """
    if not tables:
        return None
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for table in tables:
        writer.writerows(_rows(table))
    cut = [len(table.rows) for table in tables if len(table.rows) < table.listed]
    title = f"The first {max(cut)} lines of each table" if cut else "Full tables"
    return Sheet(title, BYTE_ORDER_MARK + file.getvalue())


def cell(value: Any) -> str:
    """A value as a cell of CSV: names on one line, nothing that a spreadsheet would calculate, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return as_json(value)
    if not isinstance(value, str):
        return str(value)
    text = clean(value, CELL) if value else ""
    return f"'{text}" if text.startswith(FORMULA) else text


def _rows(table: Table) -> Iterator[list[str]]:
    for row in table.rows:
        values = (
            table.board,
            table.start_date,
            table.end_date,
            row.rank,
            row.previous_rank,
            table.previous_date,
            row.item,
            row.name,
            row.tokens,
            row.compared_tokens,
            table.compared_date,
            _decimal(row.share),
            table.source,
        )
        yield [cell(value) for value in values]


def _decimal(share: Fraction | None) -> str | None:
    return None if share is None else f"{float(share):.{_SHARE_DIGITS}f}"
