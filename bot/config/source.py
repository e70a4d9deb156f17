"""The text of a configuration: read, parsed, and shown again beside an error, with a caret under the guilty token."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path as FilePath
from textwrap import wrap
from typing import Any
from unicodedata import east_asian_width

from bot.config.masking import MASK, hidden, hidden_in_broken
from bot.config.positions import STRING, Path, Place, Span, locate
from bot.errors import ConfigError, Problem

_LINE_WIDTH = 70
"""Characters of a line that an excerpt shows; of a longer one, those around the caret. With the line's number and an
ellipsis at both ends it fits a terminal of 80."""
_TERMINAL = 80
_BELOW = " " * 8
"""Where a sentence begins that finds no room beside the caret."""
_TEXT_WIDTH = 77
"""Columns of what is said below the line; with its indent it fits a terminal of 80."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be said about a place: ``under`` beside the caret, ``advice`` below, ``also`` other lines to show."""

    message: str
    under: str = ""
    advice: str = ""
    also: tuple[Span, ...] = ()
    note: bool = False


class Source:
    """A configuration's text. ``file`` is its path as the user gave it; ``places`` is empty while it is no TOML."""

    def __init__(self, file: FilePath, text: str) -> None:
        self.file = file
        self.text = text.replace("\r\n", "\n")
        self.data: Mapping[str, Any] = {}
        self.places: Mapping[Path, Place] = {}
        self._lines = self.text.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._hidden: Sequence[Span] = hidden_in_broken(self.text)

    def parse(self) -> None:
        """Reads the text as TOML, numbers as decimals. Raises ValueError (TOMLDecodeError is one)."""
        try:
            self.data = tomllib.loads(self.text, parse_float=Decimal)
            self.places = locate(self.text)
        except RecursionError as error:
            raise ValueError("Nested too deeply") from error
        self._hidden = hidden(self.text, self.data, self.places)

    def line(self, span: Span) -> int:
        """The number of the line, from 1, in which a stretch of the text begins."""
        return bisect_right(self._starts, span.start)

    def offset(self, line: int, column: int) -> int:
        """Where a line and column, both from 1, are in the text."""
        return self._starts[line - 1] + column - 1

    def span(self, path: Path, *, key: bool = False) -> Span | None:
        """Where a value (or its key) stands; where it is left out, the table in which it should."""
        place = self.places.get(path)
        if place:
            return (place.key or place.value) if key else (place.value or place.key)
        return self.span(path[:-1]) if path else None

    def problem(self, span: Span | None, remark: Remark) -> Problem:
        """A finding, ready to print."""
        advice = "\n".join(
            f"   {line}"
            for part in remark.advice.split("\n")
            for line in wrap(part, _TEXT_WIDTH, break_on_hyphens=False, break_long_words=False)
        )
        if span is None:
            return Problem(str(self.file), 0, 0, remark.message, advice, remark.note)
        line = self.line(span)
        excerpt = "\n".join(
            part
            for part in (*self._context(line, remark.also), *self._guilty(line, span, remark.under), advice)
            if part
        )
        column = span.start - self._starts[line - 1] + 1
        return Problem(str(self.file), line, column, remark.message, excerpt, remark.note)

    def _context(self, line: int, also: Iterable[Span]) -> Iterable[str]:
        """Other lines before the guilty one, an ellipsis where some between are left out."""
        numbers = sorted({self.line(span) for span in also if self.line(span) < line})
        for number, following in pairwise([*numbers, line]):
            text, _ = self._shown(number, 0, 0)
            yield f"{number:>5} | {text}".rstrip()
            if following - number > 1:
                yield "      …"

    def _guilty(self, line: int, span: Span, under: str) -> Iterable[str]:
        start = self._starts[line - 1]
        end = min(span.end, start + len(self._lines[line - 1]))
        text, (left, right) = self._shown(line, span.start - start, end - start)
        pad = " " * _width(text[:left])
        carets = "^" * max(_width(text[left:right]), 1)
        yield f"{line:>5} | {text}".rstrip()
        beside = f"      | {pad}{carets} {under}".rstrip()
        if _width(beside) <= _TERMINAL:
            yield beside
            return
        yield f"      | {pad}{carets}"
        for part in wrap(under, _TERMINAL - len(_BELOW), break_on_hyphens=False, break_long_words=False):
            yield f"{_BELOW}{part}"

    def _shown(self, number: int, left: int, right: int) -> tuple[str, tuple[int, int]]:
        """A line without what must not be shown, and where the stretch from ``left`` to ``right`` is in it then."""
        start, text = self._starts[number - 1], self._lines[number - 1].replace("\t", " ")
        for span in reversed(self._hidden):
            first, last = max(span.start - start, 0), min(span.end - start, len(text))
            if first < last:
                text = text[:first] + MASK + text[last:]
                left, right = (_moved(place, first, last) for place in (left, right))
        if len(text) <= _LINE_WIDTH:
            return text, (left, right)
        first = max(min(left - _LINE_WIDTH // 3, len(text) - _LINE_WIDTH), 0)
        last = first + _LINE_WIDTH
        cut = f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}"
        shift = first - bool(first)
        return cut, (left - shift, min(right, last) - shift)


def _moved(place: int, first: int, last: int) -> int:
    """Where a place is after ``first..last`` was masked; one that was inside is at the mask's beginning or end."""
    if place <= first:
        return place
    return first + len(MASK) + max(place - last, 0)


def _width(text: str) -> int:
    """Columns that a text takes in a terminal."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────


def read(file: FilePath) -> Source:
    """The parsed configuration. Raises ConfigError where there is none, or where it is no TOML."""
    try:
        source = Source(file, file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise _refused(
            file,
            f"No configuration at {file}.",
            f"rankbot init{_named(file)} writes one. To look at the demo's data: --demo.",
        ) from error
    except OSError as error:
        raise _refused(file, f"The configuration can't be read: {error.strerror}.", "") from error
    except UnicodeDecodeError as error:
        raise _refused(file, "The configuration is not UTF-8 text.", "Save it as UTF-8.") from error
    try:
        source.parse()
    except ValueError as error:  # TOMLDecodeError is one; a number of thousands of digits raises a plain one
        raise ConfigError([_syntax_problem(source, str(error))]) from None
    return source


def _named(file: FilePath) -> str:
    """What a command needs besides, to mean this file: nothing where it looks by itself."""
    if file == FilePath("config.toml"):
        return ""
    import shlex

    return f" -c {shlex.quote(str(file))}"


def _refused(file: FilePath, message: str, hint: str) -> ConfigError:
    return ConfigError([Problem(str(file), 0, 0, message, f"   {hint}" if hint else "")])


_TWICE = (r"Cannot overwrite a value|Cannot declare", "this stands twice", "what is set once can't be set again")
_SENTENCES = (
    _TWICE,
    (r"Duplicate inline table key", "this table in braces has a key twice", ""),
    (r"Cannot mutate immutable namespace", "this table is closed already", "its keys belong between its braces"),
    (r"Expected '='", "a key wants an equals sign and a value", 'such as: key = "value"'),
    (r"Expected newline", "something is left over behind the value", "text stands in quotes, each key on its own line"),
    (r"Invalid value", "this is not a TOML value", "text stands in quotes; true, false and numbers do not"),
    (r"Illegal character '\\n'|Unterminated string", "a quote is not closed", "the closing quote is missing"),
    (r"Unclosed array", "a list is not closed", "a `]` or a comma is missing"),
    (r"Unclosed inline table", "a table in braces is not closed", "a `}` or a comma is missing on this line"),
    (r"Expected '\]", "the name of a table is not closed", "a `]` is missing, or a character must not be here"),
    (r"Unescaped '\\'", "a backslash in double quotes is an escape", "use single quotes, or two backslashes"),
    (r"Exceeds the limit", "a number has thousands of digits", ""),
    (r"Nested too deeply", "lists or tables stand in one another hundreds deep", ""),
)
"""What the parser says, the same in a sentence, and what would be right."""
_IN_BRACKETS = r"Invalid value|Unclosed|Invalid initial character"
"""What the parser says, among other things, where a bracket is not closed and something else begins."""
_CLOSING = {"[": "]", "{": "}"}
_OPEN = {"[": "a list is not closed", "{": "a table in braces is not closed"}
_BRACKETS = re.compile(rf"#[^\n]*|{STRING.pattern}|[\[\]{{}}]", re.DOTALL)
_BEGINS_ANEW = re.compile(r"[ \t]*(\[[^\]\n,]*\]+[ \t]*(#|\n|\Z)|[\w.\"'-]+[ \t]*=)")
"""A header, or a key with its equals sign: what no list can hold."""
_WHERE = re.compile(r"\(at line (\d+), column (\d+)\)")
_HEADER_OR_KEY = re.compile(r"[ \t]*(\[[^\]\n]*\]+|[^=\n]*[^=\s])")


def _syntax_problem(source: Source, complaint: str) -> Problem:
    """What the parser said, in a sentence, at the token that it stopped at, or at the bracket that was left open."""
    matching = (known for known in _SENTENCES if re.match(known[0], complaint))
    kind, message, under = next(matching, ("", "this is not TOML", ""))
    found = _WHERE.search(complaint)
    end = len(source.text.rstrip())
    start = source.offset(int(found[1]), int(found[2])) if found else end
    bracket = _left_open(source.text, start) if re.match(_IN_BRACKETS, complaint) else None
    if bracket:
        opened = source.text[bracket.start]
        return source.problem(bracket, Remark(_OPEN[opened], f"a `{_CLOSING[opened]}` is missing"))
    if kind != _TWICE[0]:
        return source.problem(Span(start, start + 1), Remark(message, under))
    token = _token_of_line(source.text, source.text.rfind("\n", 0, start) + 1)
    first = _earlier(source.text, token)
    already = f"it stands in line {source.line(first)} already" if first else under
    return source.problem(token, Remark(message, already, also=(first,) if first else ()))


def _left_open(text: str, stop: int) -> Span | None:
    """The bracket that is open where the parser stopped, if text or line end there, or a key or a table begins."""
    line = text.rfind("\n", 0, stop) + 1
    ended = stop >= len(text.rstrip()) or text[stop] == "\n"
    if not (ended or _BEGINS_ANEW.match(text, line)):
        return None
    pending: list[int] = []
    for found in _BRACKETS.finditer(text, 0, stop if ended else line):
        if found[0] in ("[", "{"):
            pending.append(found.start())
        elif found[0] in ("]", "}") and pending:
            pending.pop()
    return Span(pending[-1], pending[-1] + 1) if pending else None


def _token_of_line(text: str, start: int) -> Span:
    found = _HEADER_OR_KEY.match(text, start)
    return Span(*found.span(1)) if found else Span(start, start + 1)


def _earlier(text: str, token: Span) -> Span | None:
    """Where the same header, or the same key of the same table, stands before."""
    word = text[token.start : token.end]
    begin = 0 if word.startswith("[") else text.rfind("\n[", 0, token.start) + 1
    offset = begin
    for line in text[begin : token.start].splitlines(keepends=True)[:-1] or []:
        known = _token_of_line(text, offset)
        if text[known.start : known.end] == word:
            return known
        offset += len(line)
    return None
