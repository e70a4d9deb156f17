"""Block Kit's documented limits, as Slack would check them: written apart from the code that obeys them.

What is checked of tables and charts is what the documentation and older copies of it agree on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]

ONE_TABLE = "only_one_table_allowed"
TOO_LONG = "msg_blocks_too_long"


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
        found.append(f"{TOO_LONG}: {total}")
    most = {"header": 1, "table": 1, "data_visualization": 2}
    for kind, limit in most.items():
        if sum(block.get("type") == kind for block in blocks) > limit:
            found.append(ONE_TABLE if kind == "table" else f"more than {limit} {kind}")
    return found + [f"/blocks/{number}{problem}" for number, block in enumerate(blocks) for problem in _block(block)]


def refusal(body: Json, *, unknown: Collection[str] = ()) -> tuple[str, list[str]]:
    """Slack's code for what it would refuse, and the particulars; empty if it takes the message.

    ``unknown``: kinds of blocks that the workspace does not have yet.
    """
    blocks = body.get("blocks") or []
    found = [f"unsupported block: {block['type']}" for block in blocks if block.get("type") in unknown]
    found += problems(body)
    if not found:
        return "", []
    if ONE_TABLE in found:
        return "invalid_attachments", found
    return ("msg_blocks_too_long" if found[0].startswith(TOO_LONG) else "invalid_blocks"), found


def mrkdwn_texts(body: Json) -> list[str]:
    """Every text that Slack would parse."""
    found = [element for block in body.get("blocks") or [] for element in block.get("elements", [])]
    return [str(element["text"]) for element in found if element.get("type") == "mrkdwn"]


def all_text(body: Json) -> str:
    """Every word of the blocks, run together."""
    return "\n".join(text for block in body.get("blocks") or [] for text in _texts(block))


def words(blocks: object) -> list[str]:
    """Every word of blocks, those of charts included."""
    return list(_texts(blocks))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if isinstance(item, str):
                yield from (item,) if key in _SHOWN else ()
            else:
                yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from (item,) if isinstance(item, str) else _texts(item)


_SHOWN = ("text", "url", "title", "name", "label", "x_label", "y_label")


def _block(block: Json) -> Iterator[str]:
    kind = str(block.get("type"))
    yield from _keys(block, {"type", *_CONTENT.get(kind, ())})
    checks: dict[str, Callable[[Json], Iterable[str]]] = {
        "header": lambda found: _plain(found["text"], 150),
        "context": lambda found: _context(found["elements"]),
        "rich_text": _rich,
        "table": _table,
        "data_visualization": _chart,
        "divider": lambda _: (),
    }
    yield from checks[kind](block) if kind in checks else [f": unsupported type {kind!r}"]


def _rich(block: Json) -> Iterator[str]:
    if not block["elements"]:
        yield "/elements: empty"
    for element in block["elements"]:
        yield from _rich_element(element)


_CONTENT = {
    "header": ("text",),
    "context": ("elements",),
    "rich_text": ("elements",),
    "table": ("rows", "column_settings"),
    "data_visualization": ("title", "chart"),
}


def _table(block: Json) -> Iterator[str]:
    rows, settings = block["rows"], block["column_settings"]
    if not 1 <= len(rows) <= 100 or not all(1 <= len(row) <= 20 for row in rows) or len(settings) > 20:
        yield f"/rows: {len(rows)} of them, the longest of {max(map(len, rows), default=0)} cells"
    if sum(length(text) for text in _texts(rows)) > 10_000:
        yield "/rows: more than 10,000 characters"
    for setting in settings:
        yield from _keys(setting, {"align", "is_wrapped"})
        if setting["align"] not in ("left", "center", "right") or not isinstance(setting["is_wrapped"], bool):
            yield f"/column_settings: {setting}"
    for cell in (cell for row in rows for cell in row):
        if cell.get("type") == "rich_text":
            yield from _block(cell)
        elif set(cell) != {"type", "text"} or cell["type"] != "raw_text" or not cell["text"].strip():
            yield f"/rows: cell {cell}"


def _chart(block: Json) -> Iterator[str]:
    chart = block["chart"]
    yield from _keys(chart, {"type", "series", "axis_config"})
    axes = chart["axis_config"]
    if chart["type"] not in ("bar", "line", "area") or not set(axes) <= {"categories", "x_label", "y_label"}:
        yield f"/chart: type {chart['type']}, axes {sorted(axes)}"
    titles = [block["title"], *(text for key, text in axes.items() if key != "categories")]
    if not all(1 <= length(text) <= 50 for text in titles):
        yield "/chart: a title or the label of an axis is empty or beyond 50 characters"
    names = [one["name"] for one in chart["series"]]
    yield from _names("series", names, 6)
    yield from _names("categories", axes["categories"], 20)
    for one in chart["series"]:
        yield from _series(one, axes["categories"])


def _names(what: str, names: Sequence[str], most: int) -> Iterator[str]:
    if not 1 <= len(names) <= most or len(set(names)) < len(names):
        yield f"/chart: {len(names)} {what}, or names that are the same"
    if not all(1 <= length(name) <= 20 for name in names):
        yield f"/chart: a name of {what} is empty or beyond 20 characters"


def _series(series: Json, categories: Sequence[str]) -> Iterator[str]:
    yield from _keys(series, {"name", "data"})
    if [point["label"] for point in series["data"]] != categories:
        yield "/chart: a series does not have a value for each category"
    if not all(isinstance(point["value"], int | float) and math.isfinite(point["value"]) for point in series["data"]):
        yield "/chart: a value that is no number"


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
