"""Where every key and value of a TOML text stands, for errors that point at the guilty token.

The standard library's parser gives no positions. This one reads text which that parser has accepted, so it only needs
to find the tokens, never to judge them.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""A place in the document: the names of tables and keys, and the indices of list elements."""

_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}\n#]+")
STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'  # up to two quotes may stand before the closing three
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'",
    re.DOTALL,
)
"""A text in quotes, of one line or of several."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of the text, as offsets: ``start`` inclusive, ``end`` exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key and its value stand. A list element has no key.

    A table's value is its header in brackets; a table that is only implied (``a`` in ``[a.b]``) has none.
    """

    key: Span | None
    value: Span | None


def locate(text: str) -> dict[Path, Place]:
    """Every key path of a valid TOML text, with its place. Lines must end in a line feed alone."""
    scanner = _Scanner(text)
    scanner.document()
    return scanner.places


class _Scanner:
    """Walks the text once. ``_at`` is the offset of what comes next."""

    def __init__(self, text: str) -> None:
        self.places: dict[Path, Place] = {}
        self._text = text
        self._at = 0
        self._counts: dict[Path, int] = {}
        """How many elements each array of tables has so far."""

    def document(self) -> None:
        table: Path = ()
        while True:
            self._skip(_BLANK)
            if self._at >= len(self._text):
                return
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Path:
        start = self._at
        width = 2 if self._text.startswith("[[", start) else 1
        self._at += width
        names = self._names()
        self._at += width
        header = Span(start, self._at)
        path: Path = ()
        for name, span in names[:-1]:
            path = (*path, name)
            self.places.setdefault(path, Place(span, None))
            path = self._newest(path)
        name, span = names[-1]
        path = (*path, name)
        if width == 1:
            self.places[path] = Place(span, header)
            return path
        self.places.setdefault(path, Place(span, header))
        self._counts[path] = self._counts.get(path, 0) + 1
        path = self._newest(path)
        self.places[path] = Place(span, header)
        return path

    def _newest(self, path: Path) -> Path:
        """The path itself, or that of the newest element where it names an array of tables."""
        count = self._counts.get(path)
        return (*path, count - 1) if count else path

    def _pair(self, table: Path) -> None:
        names = self._names()
        path = table
        for name, span in names:
            path = (*path, name)
            self.places.setdefault(path, Place(span, None))
        self._at += 1  # the equals sign
        self._skip(_SPACE)
        value = self._value(path)
        self.places[path] = Place(names[-1][1], value)

    def _names(self) -> list[tuple[str, Span]]:
        """A key, dotted or not, up to what follows it."""
        names = []
        while True:
            self._skip(_SPACE)
            quoted = self._text[self._at] in "\"'"
            span = self._take(STRING if quoted else _BARE)
            raw = self._text[span.start : span.end]
            names.append((tomllib.loads(f"name = {raw}")["name"] if quoted else raw, span))
            self._skip(_SPACE)
            if not self._text.startswith(".", self._at):
                return names
            self._at += 1

    def _value(self, path: Path) -> Span:
        start = self._at
        first = self._text[start]
        if first in "\"'":
            return self._take(STRING)
        if first not in "[{":
            span = self._take(_SCALAR)
            return Span(start, start + len(self._text[start : span.end].rstrip()))
        self._at += 1
        if first == "[":
            self._list(path)
        else:
            self._inline_table(path)
        return Span(start, self._at)

    def _list(self, path: Path) -> None:
        index = 0
        while not self._closes("]"):
            element = (*path, index)
            self.places[element] = Place(None, self._value(element))
            index += 1

    def _inline_table(self, path: Path) -> None:
        while not self._closes("}"):
            self._pair(path)

    def _closes(self, bracket: str) -> bool:
        """Steps over blanks and a comma; and over the closing bracket, if that comes next."""
        self._skip(_BLANK)
        if self._text[self._at] == ",":
            self._at += 1
            self._skip(_BLANK)
        closes = self._text[self._at] == bracket
        self._at += closes
        return closes

    def _skip(self, pattern: re.Pattern[str]) -> None:
        self._take(pattern)

    def _take(self, pattern: re.Pattern[str]) -> Span:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise ValueError(f"no TOML token at offset {self._at}")
        self._at = found.end()
        return Span(found.start(), found.end())
