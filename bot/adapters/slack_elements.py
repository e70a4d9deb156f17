"""The parts of which Block Kit blocks are made, as plain dicts, and what they count against Slack's limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bot.adapters.slack_limits import BLOCK_BUDGET
from bot.adapters.slack_markup import Line, Span, divide, units

Block = dict[str, Any]

_COUNTED = frozenset({"text", "url", "title", "name", "label", "x_label", "y_label"})


def weight(value: object) -> int:
    """The characters of blocks that count: all texts, addresses and labels within."""
    return sum(map(units, _texts(value)))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, str):
                yield from (item,) if key in _COUNTED else ()
            else:
                yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from (item,) if isinstance(item, str) else _texts(item)


def elements(spans: Iterable[Span]) -> list[Block]:
    """Inline elements of rich text. Slack parses none of their words."""
    made: list[Block] = []
    for span in spans:
        element: Block = {"type": "link" if span.url else "text", "text": span.text}
        if span.url:
            element["url"] = span.url
        if span.bold:
            element["style"] = {"bold": True}
        made.append(element)
    return made


def section(line: Line) -> Block:
    """A line of rich text."""
    return {"type": "rich_text_section", "elements": elements(line)}


def divided(lines: Iterable[Line]) -> list[list[Line]]:
    """Lines, and pieces of those that are too long, in groups that fit into one block of text each."""
    return grouped(piece for line in lines for piece in divide(line, BLOCK_BUDGET) or [line])


def grouped(lines: Iterable[Line]) -> list[list[Line]]:
    """Lines in groups that fit into one block of text each."""
    groups: list[list[Line]] = []
    left = 0
    for line in lines:
        size = sum(span.size for span in line) + 1
        if not groups or size > left:
            groups.append([])
            left = BLOCK_BUDGET + 1
        groups[-1].append(line)
        left -= size
    return groups


def preformatted(lines: Sequence[Line]) -> Block:
    """Lines in a monospaced font, as one block. Bold is no use there."""
    spans: list[Span] = []
    for number, line in enumerate(lines):
        for span in (Span("\n"), *line) if number else line:
            if spans and not span.url and not spans[-1].url:
                spans[-1] = Span(spans[-1].text + span.text)
            else:
                spans.append(span)
    return {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": elements(spans)}]}
