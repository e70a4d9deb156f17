"""Does what an error proposes, from nothing but its printed words, as somebody would who pastes its text."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.errors import Problem

_VALUE = r"(`[^`]+`|\"[^\"]*\"|\[.*?\]+|\{.*?\}|[0-9.]+|true|false)"
_TOKEN = re.compile(r"\"[^\"]*\"|\[\[.*\]\]|\[[^\]]*\]|\{[^}]*\}|[0-9+-][0-9.:_+e-]*|[\w-]+")


class Pasting:
    """A text, and the guilty token in it."""

    def __init__(self, text: str, problem: Problem) -> None:
        self.lines = text.split("\n")
        self.row = problem.line - 1
        self.start = problem.column - 1
        self.end = self.start + len(_TOKEN.match(self.line, self.start)[0]) if problem.line else 0  # type: ignore[index]

    @property
    def line(self) -> str:
        """The guilty line."""
        return self.lines[self.row]

    def with_line(self, *lines: str) -> str:
        """The text with these lines instead of the guilty one."""
        return "\n".join([*self.lines[: self.row], *lines, *self.lines[self.row + 1 :]])

    def with_token(self, token: str) -> str:
        """The text with another token instead of the guilty one."""
        return self.with_line(self.line[: self.start] + token + self.line[self.end :])


def _replace(at: Pasting, pasted: str) -> str:
    pasted = pasted.strip("`")
    if re.fullmatch(r"\[[a-z]+(\.[A-Za-z]+)?\]", pasted):  # a header for a whole line
        return at.with_line(pasted)
    return at.with_token(pasted)


def _assign(at: Pasting, pasted: str) -> str:
    """The assignment instead of the one that has the token, be it its key or its value."""
    is_value = at.line[: at.start].rstrip().endswith("=")
    return at.with_line(pasted if is_value else at.line[: at.start] + pasted)


def _leave_out(at: Pasting, _: str) -> str:
    before, after = at.line[: at.start], at.line[at.end :]
    if before.rstrip().endswith((",", "[")):
        return at.with_line(before.rstrip(", ") + after)
    return at.with_line()


def _leave_out_key(at: Pasting, key: str) -> str:
    return "\n".join(line for line in at.lines if not line.startswith(f"{key} ="))


def _move(at: Pasting, where: str) -> str:
    line = at.line
    rest = at.with_line().split("\n")
    return "\n".join([*rest[: int(where) - 1], line, *rest[int(where) - 1 :]])


def _to_table(at: Pasting, table: str) -> str | None:
    if table == "[channel.NAME]":  # which one, nobody can tell
        return None
    line = at.line[at.start :]
    if table in at.lines:
        return at.with_line(line)
    return f"{at.with_line()}\n{table}\n{line}\n"


def _rename_to_table(at: Pasting, words: str) -> str | None:
    name, table = words.split(" ")
    at.lines = at.with_token(name).split("\n")
    return _to_table(at, table)


_FIXES: tuple[tuple[str, Callable[[Pasting, str], str | None]], ...] = (
    (r"move it above line (\d+)", _move),
    (r"did you mean `(\w+)`\? It belongs to (\[[a-z]+\])", _rename_to_table),
    (rf"did you mean {_VALUE}\?", _replace),
    (r"\((\w+) is set: is that the one\?\)", lambda at, name: at.with_token(f'"env:{name}"')),
    (r"[Ww]rite the file, or use (\"[^\"]+\")", _replace),
    (r"add (\w+ = .+)", lambda at, line: at.with_line(at.line, line)),
    (r"say (\w+ = \"[^\"]*\")", lambda at, line: at.with_line(at.line, line)),
    (r"leave (it) out", _leave_out),
    (r"[Ll]eave out `(\w+)`", _leave_out_key),
    (rf"it is one of {_VALUE}", _replace),
    (r"Add one, such as: (\[.*?\] .*)", lambda at, added: "\n".join([*at.lines, *added.split(" ", 1)])),
    (r"such as (\w+ = \{.*\})", _assign),
    (rf"such as {_VALUE}", _replace),
    (r": (\w+ = .*)", _assign),
    (r"it belongs to (\[[a-z.]+\])", _to_table),
    (
        r"has a name: (\[.*?\])",
        lambda at, header: at.with_line(at.line).replace(header.partition(".")[0] + "]", header),
    ),
)
"""What an error may propose, and how it is done. Of several the first in the text counts."""


def pasted(text: str, problem: Problem) -> str | None:
    """The text after the first thing that the problem proposes; None where it proposes nothing that can be pasted."""
    below = problem.excerpt.partition("^")[2] or problem.excerpt
    words = " ".join(below.replace("^", " ").split())
    found = [(match.start(), fix, match) for pattern, fix in _FIXES if (match := re.search(pattern, words))]
    if not found:
        return None
    _, fix, match = min(found, key=lambda one: one[0])
    return fix(Pasting(text, problem), " ".join(match.groups()))
