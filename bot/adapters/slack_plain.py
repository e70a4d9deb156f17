"""Simpler forms of a Slack message, for where Slack refuses its blocks and has posted nothing.

Charts and tables are young: workspaces that do not have them yet refuse a message that does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from bot.adapters.slack_elements import Block
from bot.adapters.slack_limits import TEXT_LIMIT
from bot.adapters.slack_markup import escape, units
from bot.adapters.slack_table import spread

_MRKDWN_LINK = re.compile(r"<([^|>]+)\|([^>]+)>")


def forms(text: str, blocks: Sequence[Block]) -> Iterator[dict[str, Any]]:
    """A message's arguments, whole and then ever simpler: without charts, with monospaced tables, as plain text."""
    shown = list(blocks)
    yield {"text": text, "blocks": shown}
    for kind in ("data_visualization", "table"):
        simpler = [form for block in shown for form in (_simpler(block) if block["type"] == kind else [block])]
        if simpler != shown:
            shown = simpler
            yield {"text": text, "blocks": shown}
    yield {"text": plain_text(shown)}


def _simpler(block: Block) -> list[Block]:
    return spread(block) if block["type"] == "table" else []


def plain_text(blocks: Sequence[Block]) -> str:
    """The same message as one escaped text, without charts. The last block is kept whole."""
    texts = plain_blocks(blocks)
    last = _fitting(texts.pop(), TEXT_LIMIT // 2) if len(texts) > 1 else ""
    body = _fitting("\n\n".join(texts), TEXT_LIMIT - len(last) - 2)
    return f"{body}\n\n{last}" if last else body


def plain_blocks(blocks: Sequence[Block]) -> list[str]:
    """The words of each block that has some, unescaped and at any length."""
    return [_plain_block(block) for block in blocks if block["type"] not in ("divider", "data_visualization")]


def _plain_block(block: Block) -> str:
    """A block's words, unescaped, with addresses written out."""
    if block["type"] == "header":
        return str(block["text"]["text"])
    if block["type"] == "context":
        return " ".join(_plain_object_text(element) for element in block["elements"])
    if block["type"] == "table":
        return "\n".join(_plain_block(form) for form in spread(block))
    return "\n".join(_plain_element(element) for element in block["elements"])


def _plain_element(element: Block) -> str:
    if element["type"] == "rich_text_list":
        return "\n".join(f"• {_plain_element(item)}" for item in element["elements"])
    return "".join(
        _written_link(item["text"], item["url"]) if item["type"] == "link" else item["text"]
        for item in element["elements"]
    )


def _plain_object_text(element: Block) -> str:
    text = str(element["text"])
    if element["type"] == "plain_text":
        return text
    written = _MRKDWN_LINK.sub(lambda found: _written_link(found[2], found[1]), text)
    return written.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _written_link(label: str, url: str) -> str:
    """The label with its address; a label that is the address already stays as it is, as the citation must."""
    return label if url.removeprefix("https://") in (label, f"{label}/") else f"{label} ({url})"


def _fitting(text: str, room: int) -> str:
    """The text escaped, or as many of its lines as fit and an ellipsis."""
    kept: list[str] = []
    left = room - 2
    for line in text.split("\n"):
        escaped = escape(line)
        if units(escaped) + 1 > left:
            kept.append("…")
            break
        kept.append(escaped)
        left -= units(escaped) + 1
    return "\n".join(kept)
