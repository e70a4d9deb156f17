"""Text from strangers, made harmless: app and model names come from whoever registers one."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

NAME_LIMIT = 60
"""Characters of a name that a message shows."""
NO_NAME = "(no name)"
_JOINERS = frozenset("\u200d\ufe0f")
"""Zero-width joiner and emoji selector: emoji fall apart without them."""
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
"""Letters by category that show nothing."""
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_SPACES = frozenset({"Zs", "Zl", "Zp"})
_MARKS_LIMIT = 2
"""Combining marks that a letter keeps: real scripts need two, Zalgo takes dozens."""
_SLUG = re.compile(r"~?[\w.-]+/([\w.-]+?)(-20\d{6}|-20\d\d-\d\d-\d\d)?(:[\w.-]+)?", re.ASCII)
"""A model's slug: its lab, then the model, the date of this version and the variant, each of which is kept apart."""


def clean(text: str, limit: int = NAME_LIMIT) -> str:
    """A name on one line, at most ``limit`` characters, without control, bidi or invisible characters.

    White space is folded to single spaces; a name of which nothing is left reads "(no name)". A model's slug that is
    too long loses its lab first, then its date, and its end last.
    """
    read = text[: limit * 40]
    plain = read.isascii() and read.isprintable()  # as nearly every name is, and many thousands are read
    name = " ".join((read if plain else _visible(read)).split())
    return shorten(name if len(name) <= limit else _bare(name, limit), limit) or NO_NAME


def _bare(name: str, limit: int) -> str:
    """A slug less what says least of it: "swift-4:free" of "oriole/swift-4-20260801:free"; another name as it is."""
    slug = _SLUG.fullmatch(name)
    if slug is None:
        return name
    model, dated, variant = (part or "" for part in slug.groups())
    whole = f"{model}{dated}{variant}"
    return whole if len(whole) <= limit else f"{model}{variant}"


def _visible(text: str) -> str:
    """The text less what can't be seen; each kind of white space is a space."""
    kept: list[str] = []
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        if category in _SPACES or char in "\t\n\r\v\f" or char in _BLANKS:
            kept.append(" ")
        elif char in _JOINERS:
            if kept and unicodedata.category(kept[-1]) == "So":
                kept.append(char)
        elif category in ("Mn", "Me"):
            marks += 1
            if kept and marks <= _MARKS_LIMIT:
                kept.append(char)
            continue
        elif category not in _DROPPED:
            kept.append(char)
        marks = 0
    return "".join(kept)


def shorten(text: str, limit: int) -> str:
    """The text, or its beginning and an ellipsis where it is longer than ``limit`` characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def inert(text: str) -> str:
    """Lines that a terminal only shows: what would control it, or hide or reorder text, reads "\ufffd".

    For whatever else comes to be printed beside names, which ``clean`` makes shorter and more readable.
    """
    if text.isprintable():
        return text
    return "".join("\N{REPLACEMENT CHARACTER}" if _is_active(char) else char for char in text)


def _is_active(char: str) -> bool:
    return char not in "\n\t" and char not in _JOINERS and unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp")


def as_json(value: Any) -> str:
    """JSON on one line, in which escapes stand for what is not printable: it means the same, and only shows."""
    text = json.dumps(value, ensure_ascii=False)
    return (
        text if text.isprintable() else "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)
    )


# ── columns of a terminal ────────────────────────────────────────────────────────────────────────────────────


def width(text: str) -> int:
    """How many columns a terminal or a fixed-width font gives the text: wide letters two, marks and joiners none."""
    return len(text) if text.isascii() and text.isprintable() else sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if char in _JOINERS or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def fit(text: str, columns: int) -> str:
    """The text, or its beginning and an ellipsis where it is wider than ``columns``."""
    if width(text) <= columns:
        return text
    kept = _bare(text, columns)
    if width(kept) <= columns:
        return kept
    while width(kept) > max(columns - 1, 0):
        kept = kept[:-1]
    return kept.rstrip() + "…"


def left(text: str, columns: int) -> str:
    """The text at the left of exactly ``columns`` columns."""
    shown = fit(text, columns)
    return shown + " " * (columns - width(shown))


def right(text: str, columns: int) -> str:
    """The text at the right of exactly ``columns`` columns."""
    shown = fit(text, columns)
    return " " * (columns - width(shown)) + shown


def fill(text: str, columns: int, *, first: str = "", rest: str = "") -> str:
    """The text in lines of at most ``columns``: the first begins with ``first``, the others with ``rest``.

    Lines break at spaces; only a word that is wider than a line is broken within.
    """
    lines: list[str] = []
    line, blank = first, True
    room = columns - max(width(first), width(rest))
    for word in (piece for whole in text.split() for piece in _pieces(whole, room)):
        if not blank and width(line) + 1 + width(word) > columns:
            lines.append(line)
            line, blank = rest, True
        line, blank = (line + word if blank else f"{line} {word}"), False
    return "\n".join([*lines, line])


def _pieces(word: str, columns: int) -> list[str]:
    if width(word) <= columns:
        return [word]
    pieces = [""]
    for char in word:
        if width(pieces[-1]) + _columns(char) > columns:
            pieces.append("")
        pieces[-1] += char
    return pieces
