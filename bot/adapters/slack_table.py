"""Tables: Slack's own block where it can hold them, and aligned monospaced lines where it can't or is refused.

A cell is raw text, which Slack does not parse; one with a link or bold words is rich text, which it does not parse
either. Cells may not be empty: those stand as a dash.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from bot.adapters.slack_elements import Block, divided, preformatted, section, weight
from bot.adapters.slack_limits import TABLE_BUDGET, TABLE_COLUMNS, TABLE_ROWS
from bot.adapters.slack_markup import Line, Row, Span, plain

EMPTY = "–"
"""What an empty cell of a table block shows."""
_NUMBER = re.compile(r"[#+\-−±]?\d[\d.,]*(?: ?(?:[kKMBTQ%×]|pt))?(?: / \d[\d.,]*)?")
_STAND_INS = frozenset({"no base", "free"})
"""What stands among numbers where there is none."""
_COLUMN_GAP = "  "
_WRAPPED = 24
"""A column with a wider cell is wrapped: else Slack cuts it off, or lets the reader scroll sideways."""


def table_blocks(rows: Sequence[Row]) -> list[Block]:
    """The rows as Slack's table block, or in the monospaced form where that can't hold them."""
    native = _native(rows)
    return [native] if native else _monospaced(rows)


def spread(block: Block) -> list[Block]:
    """A table block in the monospaced form."""
    return _monospaced([tuple(map(_spans, row)) for row in block["rows"]])


def aligned(rows: Sequence[Row]) -> list[Line]:
    """The rows as lines of a monospaced table, columns of numbers to the right."""
    columns = _columns(rows)
    widths = [max(_width(plain(cell)) for cell in column) for column in columns]
    right = [_is_numeric(column) for column in columns]
    lines = []
    for row in zip(*columns, strict=True):
        line: list[Span] = []
        for number, cell in enumerate(row):
            shown = [replace(span, bold=False) for span in cell]
            padding = Span(" " * (widths[number] - _width(plain(cell))))
            line += [padding, *shown] if right[number] else [*shown, padding]
            line.append(Span(_COLUMN_GAP))
        lines.append(_joined(line))
    return lines


def _native(rows: Sequence[Row]) -> Block | None:
    columns = _columns(rows)
    if len(rows) > TABLE_ROWS or len(columns) > TABLE_COLUMNS:
        return None
    block: Block = {
        "type": "table",
        "column_settings": [_settings(column) for column in columns],
        "rows": [[_cell(cell) for cell in row] for row in zip(*columns, strict=True)],
    }
    return block if max(weight(block), weight(spread(block))) <= TABLE_BUDGET else None


def _monospaced(rows: Sequence[Row]) -> list[Block]:
    return [preformatted(group) for group in divided(aligned(rows))]


def _columns(rows: Sequence[Row]) -> list[list[Line]]:
    """The cells column by column; short rows end with empty ones. One with nothing below its heading is left out."""
    count = max(len(row) for row in rows)
    columns = [[row[number] if number < len(row) else () for row in rows] for number in range(count)]
    return [column for column in columns if any(plain(cell).strip() for cell in column[1:])] or columns


def _settings(column: Sequence[Line]) -> Block:
    wide = any(_width(plain(cell)) > _WRAPPED for cell in column)
    return {"align": "right" if _is_numeric(column) else "left", "is_wrapped": wide}


def _cell(cell: Line) -> Block:
    text = plain(cell)
    if not text.strip():
        return {"type": "raw_text", "text": EMPTY}
    if any(span.url or span.bold for span in cell):
        return {"type": "rich_text", "elements": [section(cell)]}
    return {"type": "raw_text", "text": text}


def _spans(cell: Block) -> Line:
    """A table block's cell as a line again."""
    if cell["type"] == "raw_text":
        return () if cell["text"] == EMPTY else (Span(cell["text"]),)
    parts = [element for line in cell["elements"] for element in line["elements"]]
    return tuple(Span(part["text"], part.get("url", "")) for part in parts)


def _is_numeric(column: Sequence[Line]) -> bool:
    """Whether all that stands in a column is numbers, but for its first cell, which may be a heading."""
    body = [text for text in (plain(cell) for cell in (column[1:] or column)) if text and text not in _STAND_INS]
    return bool(body) and all(_NUMBER.fullmatch(text) for text in body)


def _joined(line: Sequence[Span]) -> Line:
    """Neighbouring pieces of text in one, without white space at the end."""
    joined: list[Span] = []
    for span in line:
        if joined and not span.url and not joined[-1].url:
            joined[-1] = replace(joined[-1], text=joined[-1].text + span.text)
        else:
            joined.append(span)
    if joined and not joined[-1].url:
        joined[-1] = replace(joined[-1], text=joined[-1].text.rstrip())
    return tuple(span for span in joined if span.text)


def _width(text: str) -> int:
    """Columns that the text takes in a monospaced font."""
    return sum(
        0
        if unicodedata.category(char) in ("Mn", "Me", "Cf")
        else 2
        if unicodedata.east_asian_width(char) in "WF"
        else 1
        for char in text
    )
