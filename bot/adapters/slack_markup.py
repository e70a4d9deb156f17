r"""The line markup that Slack templates yield, read into spans and runs.

The first two characters of a line choose what it is:

====== =====================================================================================================
``# ``  the headline (first line of a part; anywhere else a bold paragraph)
``~ ``  small print; the last run of it in a part is the provenance, which every message of the part bears
``| ``  a table row, its cells separated by tabs; the first row of a table is its heading
``@ ``  a row of a chart, its cells separated by tabs (``bot.adapters.slack_chart``)
``* ``  a bullet
other   a paragraph
====== =====================================================================================================

Lines of one kind that follow one another are a run; an empty line ends a run. Within a line,
``\x02label\x1furl\x03`` is a link and ``\x0etext\x0f`` is bold. Cleaned text from strangers holds neither newlines
nor control characters, so it can't make structure; whatever control characters come nevertheless are dropped here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby

from bot.adapters.slack_limits import CELL_LIMIT, LABEL_LIMIT, URL_LIMIT

_URL = re.compile(r"https://[!#-;=?-{}~]+")  # printable ASCII without quotation mark, angle brackets and bar
_MARK = re.compile("\x02([^\x02\x03\x1f\n]*)\x1f([^\x02\x03\x1f\n]*)\x03|([\x0e\x0f])")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CELL_GAP = "  "


class RunKind(StrEnum):
    """What the lines of a run are."""

    PARAGRAPH = "paragraph"
    TABLE = "table"
    CHART = "chart"
    BULLETS = "bullets"
    SMALL = "small"


_PREFIXES = {"| ": RunKind.TABLE, "@ ": RunKind.CHART, "* ": RunKind.BULLETS, "~ ": RunKind.SMALL}


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line: text, or a link where ``url`` is set."""

    text: str
    url: str = ""
    bold: bool = False

    @property
    def size(self) -> int:
        """What the span counts against Slack's limits."""
        return units(self.text) + units(self.url)


Line = tuple[Span, ...]
Row = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Lines of one kind. A table and a chart have ``rows`` of cells, too; a line of theirs is a row's words."""

    kind: RunKind
    lines: tuple[Line, ...]
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a message: its headline (or nothing), its runs, and the lines of its provenance."""

    headline: str
    body: tuple[Run, ...]
    provenance: tuple[Line, ...]


def units(text: str) -> int:
    """Length in UTF-16 units: Slack does not say what it counts, and these are never fewer than characters."""
    return len(text) + sum(char > "\uffff" for char in text)


def take(text: str, room: int) -> tuple[str, str]:
    """As much of the beginning as fits into ``room`` units, at a space where there is one, and the rest."""
    if units(text) <= room:
        return text, ""
    used = end = 0
    while used + units(text[end]) <= room:
        used += units(text[end])
        end += 1
    space = text.rfind(" ", 0, end + 1)
    cut = space if space > end // 2 else end
    return text[:cut], text[cut:].lstrip(" ")


def clip(text: str, room: int) -> str:
    """The text, or its beginning and an ellipsis where it is longer than ``room`` units."""
    return text if units(text) <= room else take(text, room - 1)[0].rstrip() + "…"


def escape(text: str) -> str:
    """Text as Slack's mrkdwn takes it literally, but for styles and emoji."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def parse(markup: str) -> Part:
    """Reads one part. Any text is valid; what is no markup is a paragraph."""
    lines = markup.split("\n")
    while lines and not lines[0].strip():
        lines.pop(0)
    headline = ""
    if lines and lines[0].startswith("# "):
        headline = plain(spans(lines.pop(0)[2:])).strip()
    runs = [
        _run(kind, [text for _, text in group])
        for kind, group in groupby(map(_sort, lines), lambda item: item[0])
        if kind
    ]
    runs = [run for run in runs if run.lines]
    provenance: tuple[Line, ...] = ()
    if runs and runs[-1].kind is RunKind.SMALL:
        provenance = runs.pop().lines
    return Part(headline, tuple(runs), provenance)


def plain(line: Line) -> str:
    """The words of a line."""
    return "".join(span.text for span in line)


def spans(text: str) -> Line:
    """A line's text, links and bold pieces; empty pieces are left out."""
    found: list[Span] = []
    bold, start = False, 0
    for mark in _MARK.finditer(text):
        found.append(Span(_tidy(text[start : mark.start()]), bold=bold))
        start = mark.end()
        if mark[3]:
            bold = mark[3] == "\x0e"
        else:
            found.append(_link(_tidy(mark[1]), mark[2].strip(), bold=bold))
    found.append(Span(_tidy(text[start:]), bold=bold))
    return tuple(span for span in found if span.text)


def divide(line: Line, room: int) -> list[Line]:
    """The line in pieces of at most ``room`` units (2 or more); a link is never cut, even if it alone is longer."""
    pieces: list[Line] = []
    current: list[Span] = []
    left = room
    for span in line:
        rest = span
        while rest.text:
            head, tail = _beginning(rest, left, alone=not current)
            if head:
                current.append(replace(rest, text=head))
                left -= current[-1].size
            if tail:
                pieces.append(tuple(current))
                current, left = [], room
            rest = replace(rest, text=tail)
    return [piece for piece in [*pieces, tuple(current)] if piece]


def _beginning(span: Span, left: int, *, alone: bool) -> tuple[str, str]:
    """What of a span still goes onto a piece with ``left`` units, and the rest. A link goes as a whole."""
    if span.url:
        return (span.text, "") if alone or span.size <= left else ("", span.text)
    return take(span.text, left)


def _sort(line: str) -> tuple[RunKind | None, str]:
    if not line.strip():
        return None, ""
    if line.startswith("# "):
        return RunKind.PARAGRAPH, f"\x0e{line[2:]}\x0f"
    kind = _PREFIXES.get(line[:2])
    return (kind, line[2:]) if kind else (RunKind.PARAGRAPH, line)


def _run(kind: RunKind, texts: Sequence[str]) -> Run:
    if kind in (RunKind.TABLE, RunKind.CHART):
        rows = tuple(tuple(_cell(text) for text in row.split("\t")) for row in texts)
        if not any(plain(cell).strip() for row in rows for cell in row):
            return Run(kind, ())
        return Run(kind, tuple(map(_words, rows)), rows)
    lines = (spans(text.strip()) for text in texts)
    return Run(kind, tuple(line for line in lines if plain(line).strip()))


def _cell(text: str) -> Line:
    """A cell; a long text (never a link) is shortened."""
    cell = spans(text.strip(" "))
    if any(span.url for span in cell) or units(plain(cell)) <= CELL_LIMIT:
        return cell
    return (Span(clip(plain(cell), CELL_LIMIT), bold=all(span.bold for span in cell)),)


def _words(row: Row) -> Line:
    return tuple(span for cell in row if cell for span in (*cell, Span(_CELL_GAP)))


def _tidy(text: str) -> str:
    """Without what would break a line, hide or reorder text; white space other than spaces becomes a space."""
    kept = []
    for char in text:
        category = unicodedata.category(char)
        if category in ("Zl", "Zp") or char == "\t":
            kept.append(" ")
        elif category not in ("Cc", "Cs") and char not in _BIDI:
            kept.append(char)
    return "".join(kept)


def _link(label: str, url: str, *, bold: bool) -> Span:
    """A link, or only its label where the address is none that may be shown."""
    if not _URL.fullmatch(url) or len(escape(url)) > URL_LIMIT:
        return Span(label, bold=bold)
    return Span(clip(label.strip() or url, LABEL_LIMIT), url, bold)
