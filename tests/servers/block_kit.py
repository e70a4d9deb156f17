"""Block Kit's documented limits, as Slack would check them: written apart from the code that obeys them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]


def length(text: str) -> int:
    """UTF-16 units, the larger of the ways in which Slack may count."""
    return len(text.encode("utf-16-le")) // 2


def problems(body: Json) -> list[str]:
    """What Slack would refuse about a message's blocks."""
    blocks = body.get("blocks")
    if blocks is None:
        return [] if body.get("text") else ["no_text"]
    if not isinstance(blocks, list):
        return ["blocks: not a list"]
    found = [] if 1 <= len(blocks) <= 50 else [f"blocks: {len(blocks)} of them"]
    if not 1 <= length(str(body.get("text", ""))) <= 4_000:
        found.append("text: must have 1 to 4,000 characters")
    total = sum(length(text) for block in blocks for text in _texts(block))
    if total > 12_000:
        found.append(f"msg_blocks_too_long: {total}")
    if sum(block.get("type") == "header" for block in blocks) > 1:
        found.append("more than one header")
    return found + [f"/blocks/{number}{problem}" for number, block in enumerate(blocks) for problem in _block(block)]


def mrkdwn_texts(body: Json) -> list[str]:
    """Every text that Slack would parse."""
    found = [element for block in body.get("blocks") or [] for element in block.get("elements", [])]
    return [str(element["text"]) for element in found if element.get("type") == "mrkdwn"]


def all_text(body: Json) -> str:
    """Every word of the blocks, run together."""
    return "\n".join(text for block in body.get("blocks") or [] for text in _texts(block))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key in ("text", "url") and isinstance(item, str):
                yield item
            else:
                yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _block(block: Json) -> Iterator[str]:
    kind = str(block.get("type"))
    yield from _keys(block, {"type", *_CONTENT.get(kind, ())})
    if kind == "header":
        yield from _plain(block["text"], 150)
    elif kind == "context":
        yield from _context(block["elements"])
    elif kind == "rich_text":
        if not block["elements"]:
            yield "/elements: empty"
        for element in block["elements"]:
            yield from _rich_element(element)
    elif kind != "divider":
        yield f": unsupported type {kind!r}"


_CONTENT = {"header": ("text",), "context": ("elements",), "rich_text": ("elements",)}


def _context(elements: Sequence[Json]) -> Iterator[str]:
    if not 1 <= len(elements) <= 10:
        yield f"/elements: {len(elements)} of them"
    for element in elements:
        yield from _text_object(element)


def _text_object(element: Json) -> Iterator[str]:
    if element.get("type") == "plain_text":
        yield from _plain(element, 3_000)
        return
    yield from _keys(element, {"type", "text", "verbatim"})
    if element.get("type") != "mrkdwn" or element.get("verbatim") is not True:
        yield ": neither plain_text nor verbatim mrkdwn"
    if not 1 <= length(element["text"]) <= 3_000:
        yield f": {length(element['text'])} characters"


def _plain(element: Json, limit: int) -> Iterator[str]:
    yield from _keys(element, {"type", "text", "emoji"})
    if element.get("type") != "plain_text" or element.get("emoji") is not False:
        yield ": not plain_text without emoji"
    if not 1 <= length(element["text"]) <= limit:
        yield f": {length(element['text'])} characters"


def _rich_element(element: Json) -> Iterator[str]:
    kind = element.get("type")
    yield from _keys(element, {"type", "elements", "style"} if kind == "rich_text_list" else {"type", "elements"})
    if not element["elements"]:
        yield f": empty {kind}"
    if kind == "rich_text_list":
        for item in element["elements"]:
            yield from _rich_element(item) if item.get("type") == "rich_text_section" else [": not a section in a list"]
        return
    if kind not in ("rich_text_section", "rich_text_preformatted"):
        yield f": unsupported {kind!r}"
    for item in element["elements"]:
        yield from _inline(item)


def _inline(item: Json) -> Iterator[str]:
    keys = {"text": {"type", "text"}, "link": {"type", "text", "url"}}.get(str(item.get("type")))
    if keys is None:
        yield f": unsupported {item.get('type')!r}"
        return
    if set(item) - {"style"} != keys or item.get("style", {"bold": True}) != {"bold": True}:
        yield f": keys {sorted(item)}"
    if not item["text"] or not str(item.get("url", "https://x")).startswith("https://"):
        yield ": empty text, or no https address"


def _keys(value: Json, wanted: set[str]) -> Iterator[str]:
    if set(value) != wanted:
        yield f": keys {sorted(value)}, not {sorted(wanted)}"
