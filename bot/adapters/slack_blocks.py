"""Slack messages from line markup (``bot.adapters.slack_markup``): Block Kit as plain dicts, within Slack's limits.

Nothing from strangers becomes active: names stand in rich_text, raw_text and plain_text, which Slack does not parse.
Small print with a link has to be mrkdwn; there everything but our own link is escaped, and a line that holds a
character which mrkdwn would format is split into plain_text and link elements instead.

A table becomes Slack's own block once in a message, which is all that Slack takes; further ones are monospaced.

The SDK's own models check half of the limits and drop newer blocks, hence the table in ``slack_limits``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.adapters.slack_chart import chart_block
from bot.adapters.slack_elements import Block, divided, grouped, section, weight
from bot.adapters.slack_limits import (
    BLOCK_BUDGET,
    BLOCKS_LIMIT,
    CHARTS_LIMIT,
    CONTEXT_LIMIT,
    HEADER_LIMIT,
    MESSAGE_BUDGET,
    TABLES_LIMIT,
)
from bot.adapters.slack_markup import Line, Part, Run, RunKind, Span, clip, divide, escape, parse, plain, units
from bot.adapters.slack_table import spread, table_blocks
from bot.core.text import clean

MORE = "More in the mail or with: rankbot preview"
_PROVENANCE_BLOCKS = 2
"""Blocks of small print that are repeated under every message of a part; a real one takes one."""
_CLOCK_TIME = re.compile(r"\d\d:\d\d:\d\d")
_FORMATTING = re.compile(r"[*_~`]|:[^\s:]+:|^>")
"""What mrkdwn formats in text whose &, < and > are escaped: styles, emoji, and a quotation at a line's beginning."""


@dataclass(frozen=True, slots=True)
class SlackMessage:
    """One post: ``text`` for notifications and screen readers (escaped), and the blocks."""

    text: str
    blocks: tuple[Block, ...]

    def as_dict(self) -> dict[str, Any]:
        """The two arguments as Slack names them."""
        return {"text": self.text, "blocks": list(self.blocks)}

    def payload(self) -> str:
        """Canonical JSON: the same message is always the same text."""
        return json.dumps(self.as_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def messages(markup: str, *, charts: bool = True) -> tuple[SlackMessage, ...]:
    """The posts that one part takes: usually one, several where it exceeds a limit, none where it is empty.

    It is divided between blocks, the blocks between lines; each post bears the provenance. ``charts``: whether it may
    show any.
    """
    part = parse(markup) if charts else _without_charts(parse(markup))
    body, provenance = _laid_out(part)
    head = _header(part.headline)
    if not (head or body or provenance):
        return ()
    packs = _packed(body, _Room.beside([*head, *provenance])) or [[]]
    headline = _headline(part)
    texts = [headline] + [f"{headline} ({number}/{len(packs)})" for number in range(2, len(packs) + 1)]
    return tuple(
        SlackMessage(escape(text), (*(head if not number else ()), *_counted(pack), *provenance))
        for number, (text, pack) in enumerate(zip(texts, packs, strict=True))
    )


def thread_posts(markups: Iterable[str], subject: str) -> tuple[SlackMessage, ...]:
    """All parts as posted with a token: the parent, then the replies of its thread. Never empty: else the subject.

    Charts are in the thread only.
    """
    posts = tuple(post for number, markup in enumerate(markups) for post in messages(markup, charts=number > 0))
    return posts or messages(f"# {clean(subject, HEADER_LIMIT)}")


def condensed(markups: Iterable[str], subject: str) -> SlackMessage:
    """All parts in one post, as far as they fit: the first, then the others below dividers, then the provenance once.

    What does not fit is left out, and a line says where it is; so are charts, for which the channel has no room. Where
    there is nothing at all, the subject is posted.
    """
    read = [_without_charts(parse(markup)) for markup in markups]
    parts = [part for part in read if part.headline or part.body or part.provenance]
    if not parts:
        return thread_posts((), subject)[0]
    first, *others = parts
    lines = tuple(dict.fromkeys(line for part in parts for line in part.provenance))
    body, provenance = _laid_out(Part(first.headline, first.body, lines))
    head = _header(first.headline)
    more = _context([(Span(MORE),)])
    room = _Room.beside([*head, *provenance, *more])
    groups = [[block] for block in body] + [_below_divider(part) for part in others]
    shown: list[Block] = []
    for group in groups:
        if not room.has(group):
            shown += more
            break
        room.fill(group)
        shown += group
    return SlackMessage(escape(_headline(first)), (*head, *_counted(shown), *provenance))


# ── runs to blocks ───────────────────────────────────────────────────────────────────────────────────────────


def _laid_out(part: Part) -> tuple[list[Block], list[Block]]:
    """The blocks of a part's body and of its provenance. Small print beyond all measure is put into the body."""
    small = _context(part.provenance)
    body = [block for run in part.body for block in _run_blocks(run)]
    return body + small[:-_PROVENANCE_BLOCKS], small[-_PROVENANCE_BLOCKS:]


def _without_charts(part: Part) -> Part:
    return replace(part, body=tuple(run for run in part.body if run.kind is not RunKind.CHART))


def _run_blocks(run: Run) -> list[Block]:
    if run.kind is RunKind.SMALL:
        return _context(run.lines)
    if run.kind is RunKind.TABLE:
        return table_blocks(run.rows)
    if run.kind is RunKind.CHART:
        chart = chart_block(run.rows)
        return [chart] if chart else []
    build = _bullets if run.kind is RunKind.BULLETS else _paragraphs
    return [build(group) for group in divided(run.lines)]


def _paragraphs(lines: Sequence[Line]) -> Block:
    return {"type": "rich_text", "elements": [section(line) for line in lines]}


def _bullets(lines: Sequence[Line]) -> Block:
    items = [section(line) for line in lines]
    return {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "elements": items}]}


def _header(headline: str) -> list[Block]:
    text = clip(headline, HEADER_LIMIT)
    return [{"type": "header", "text": _plain_object(text)}] if text else []


def _headline(part: Part) -> str:
    """What a notification says: the headline, else the first line, else a chart's title."""
    lines = [line for run in _without_charts(part).body for line in run.lines] + list(part.provenance)
    lines += [cell for run in part.body if run.kind is RunKind.CHART for cell in run.rows[0][1:]]
    first = next((" ".join(words) for words in (plain(line).split() for line in lines) if words), "")
    return clip(part.headline or first, HEADER_LIMIT)


def _below_divider(part: Part) -> list[Block]:
    """A further part within a message, which has one header only: its headline is a bold line."""
    title = [_paragraphs([(Span(clip(part.headline, HEADER_LIMIT), bold=True),)])] if part.headline else []
    blocks = [*title, *(block for run in part.body for block in _run_blocks(run))]
    return [{"type": "divider"}, *blocks] if blocks else []


# ── small print ──────────────────────────────────────────────────────────────────────────────────────────────


def _context(lines: Iterable[Line]) -> list[Block]:
    """Context blocks of lines that follow one another."""
    blocks: list[Block] = []
    for element in _context_elements([piece for line in lines for piece in divide(line, BLOCK_BUDGET)]):
        fits = blocks and len(blocks[-1]["elements"]) < CONTEXT_LIMIT
        if fits and weight(blocks[-1]) + weight(element) <= BLOCK_BUDGET:
            blocks[-1]["elements"].append(element)
        else:
            blocks.append({"type": "context", "elements": [element]})
    return blocks


def _context_elements(lines: Sequence[Line]) -> list[Block]:
    """One text object for all lines where that is safe, for Slack sets separate ones side by side; else one a line."""
    if not any(span.url for line in lines for span in line):
        return [_plain_object("\n".join(plain(line) for line in group)) for group in grouped(lines)]
    whole = "\n".join(_mrkdwn(line) for line in lines)
    if all(map(_is_inert, lines)) and units(whole) <= BLOCK_BUDGET:
        return [_mrkdwn_object(whole)]
    return [element for line in lines for element in _line_elements(line)]


def _line_elements(line: Line) -> list[Block]:
    text = _mrkdwn(line)
    if any(span.url for span in line) and _is_inert(line) and units(text) <= BLOCK_BUDGET:
        return [_mrkdwn_object(text)]
    return [
        _mrkdwn_object(_mrkdwn((span,))) if span.url and _is_inert((span,)) else _plain_object(span.text)
        for span in line
        if span.text.strip()
    ]


def _is_inert(line: Line) -> bool:
    """Whether mrkdwn would show the line's words as they are. The colons of a time of day make no emoji."""
    return not _FORMATTING.search(_CLOCK_TIME.sub("", plain(line)))


def _mrkdwn(line: Line) -> str:
    return "".join(f"<{escape(span.url)}|{escape(span.text)}>" if span.url else escape(span.text) for span in line)


def _mrkdwn_object(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _plain_object(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


# ── blocks to messages ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Room:
    """What a message can still take."""

    blocks: int
    characters: int

    @classmethod
    def beside(cls, fixed: Sequence[Block]) -> _Room:
        return cls(BLOCKS_LIMIT - len(fixed), MESSAGE_BUDGET - weight(fixed))

    def has(self, group: Sequence[Block]) -> bool:
        blocks, characters = _cost(group)
        return blocks <= self.blocks and characters <= self.characters

    def fill(self, group: Sequence[Block]) -> None:
        blocks, characters = _cost(group)
        self.blocks -= blocks
        self.characters -= characters


def _cost(group: Sequence[Block]) -> tuple[int, int]:
    """Blocks and characters of a group in whichever form of its tables takes more: either may be the one posted."""
    forms = [(block, spread(block) if block["type"] == "table" else [block]) for block in group]
    blocks = sum(max(1, len(form)) for _, form in forms)
    return blocks, sum(max(weight(block), weight(form)) for block, form in forms)


def _packed(body: Sequence[Block], room: _Room) -> list[list[Block]]:
    """The blocks in as few messages as their order allows. Any single block fits: budgets are set so."""
    packs: list[list[Block]] = []
    left = _Room(0, 0)
    for block in body:
        if not left.has([block]):
            packs.append([])
            left = _Room(room.blocks, room.characters)
        packs[-1].append(block)
        left.fill([block])
    return packs


def _counted(pack: Sequence[Block]) -> list[Block]:
    """A message's blocks with as many tables and charts as Slack takes: further tables are monospaced."""
    shown: list[Block] = []
    for block in pack:
        before = sum(one["type"] == block["type"] for one in shown)
        if block["type"] == "table" and before >= TABLES_LIMIT:
            shown += spread(block)
        elif block["type"] != "data_visualization" or before < CHARTS_LIMIT:
            shown.append(block)
    return shown
