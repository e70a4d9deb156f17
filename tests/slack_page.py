"""Slack messages drawn as a web page, near enough to Slack's own to look at them: ``python -m tests.slack_page FILE``.

FILE is a ``.slack.json`` (of ``rankbot demo``, a file channel or the golden ones), the page is written beside it, and
where Chromium is installed a picture of it, too. It draws the blocks that rankbot posts and no others, and nothing that
is not in them: a block that it does not know is an error.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from html import escape, unescape
from pathlib import Path
from re import sub
from typing import Any

Json = Mapping[str, Any]

WIDE, PHONE = 760, 480
"""Widths of the picture. Headless Chromium draws none narrower than about 480 pixels."""
_COLOURS = ("#1d9bd1", "#e8912d", "#2bac76", "#6b4fbb", "#cd2553", "#616061")
_STYLE = """
body{margin:0;background:#fff;color:#1d1c1d;font:15px/22px Lato,Arial,sans-serif}
.post{padding:8px 20px 8px 64px;position:relative}.reply{margin-left:36px;border-left:2px solid #e8e8e8}
.face{position:absolute;left:20px;top:12px;width:36px;height:36px;border-radius:6px;background:#4a154b}
.who{font-weight:900}.who small{font-weight:400;color:#616061;background:#e8e8e8;border-radius:3px;padding:0 4px}
.notice{color:#616061;font-size:12px;font-style:italic}.header{font-size:18px;font-weight:900;margin:8px 0}
.context{color:#616061;font-size:13px;line-height:18px;display:flex;flex-wrap:wrap;gap:4px 8px;margin:4px 0}
.context span{white-space:pre-line}a{color:#1264a3;text-decoration:none}p{margin:0}ul{margin:2px 0;padding-left:24px}
pre{border:1px solid #ddd;border-radius:4px;background:#f8f8f8;font:12px/18px monospace;padding:8px;overflow-x:auto}
.scroll{overflow-x:auto}table{border-collapse:separate;border-spacing:0;border:1px solid #ddd;border-radius:8px}
table{margin:8px 0}
td{border-top:1px solid #ddd;border-left:1px solid #ddd;padding:5px 10px;font-size:14px;max-width:260px}
td:first-child{border-left:0}tr:first-child td{border-top:0;font-weight:700;background:#f8f8f8}
.chart{border:1px solid #ddd;border-radius:8px;padding:10px;margin:8px 0}hr{border:0;border-top:1px solid #ddd}
"""


def page(posts: Sequence[Json]) -> str:
    """The posts as a page: the first in the channel, the others as replies."""
    drawn = "".join(
        f'<div class="post{" reply" if number else ""}"><div class="face"></div><div class="who">rank-watch '
        f'<small>APP</small></div><div class="notice">notification: {escape(unescape(post["text"]))}</div>'
        f"{''.join(map(_block, post['blocks']))}</div>"
        for number, post in enumerate(posts)
    )
    return f'<!doctype html><meta charset="utf-8"><title>Slack</title><style>{_STYLE}</style>{drawn}\n'


def chromium() -> str | None:
    """Chromium's command, where it is installed."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def picture(html: Path, png: Path, *, width: int = WIDE, height: int = 2_000) -> None:
    """Draws a page into a picture."""
    browser = chromium()
    if not browser:
        raise FileNotFoundError("Chromium is not installed")
    switches = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={png}.profile"]
    target = [f"--window-size={width},{height}", f"--screenshot={png}", html.resolve().as_uri()]
    try:
        subprocess.run([browser, *switches, *target], check=True, capture_output=True, timeout=120)
    finally:
        shutil.rmtree(f"{png}.profile", ignore_errors=True)


def _block(block: Json) -> str:
    draw: dict[str, Callable[[], str]] = {
        "header": lambda: f'<div class="header">{escape(block["text"]["text"])}</div>',
        "context": lambda: f'<div class="context">{"".join(map(_small, block["elements"]))}</div>',
        "rich_text": lambda: "".join(map(_rich, block["elements"])),
        "table": lambda: _table(block),
        "data_visualization": lambda: _chart(block),
        "divider": lambda: "<hr>",
    }
    return draw[block["type"]]()


def _small(element: Json) -> str:
    text = str(element["text"])
    if element["type"] == "plain_text":
        return f"<span>{escape(text)}</span>"
    linked = sub(r"<(https://[^|>]+)\|([^>]+)>", r'<a href="\1">\2</a>', text)
    return f"<span>{linked}</span>"


def _rich(element: Json) -> str:
    tag = {"rich_text_list": "ul", "rich_text_section": "p", "rich_text_preformatted": "pre"}[element["type"]]
    if tag == "ul":
        return f"<ul>{''.join(f'<li>{_inline(item)}</li>' for item in element['elements'])}</ul>"
    return f"<{tag}>{_inline(element)}</{tag}>"


def _inline(section: Json) -> str:
    drawn = []
    for element in section["elements"]:
        words = escape(element["text"])
        words = f"<b>{words}</b>" if element.get("style", {}).get("bold") else words
        drawn.append(f'<a href="{escape(element["url"])}">{words}</a>' if element["type"] == "link" else words)
    return "".join(drawn)


def _table(block: Json) -> str:
    styles = [
        f"text-align:{setting['align']};white-space:{'normal' if setting['is_wrapped'] else 'nowrap'}"
        for setting in block["column_settings"]
    ]
    rows = (
        "".join(f'<td style="{style}">{_cell(cell)}</td>' for cell, style in zip(row, styles, strict=True))
        for row in block["rows"]
    )
    return f'<div class="scroll"><table>{"".join(f"<tr>{row}</tr>" for row in rows)}</table></div>'


def _cell(cell: Json) -> str:
    return escape(cell["text"]) if cell["type"] == "raw_text" else "".join(map(_inline, cell["elements"]))


# ── charts ───────────────────────────────────────────────────────────────────────────────────────────────────

_W, _H, _BASE = 600, 300, 210


def _chart(block: Json) -> str:
    chart, axes = block["chart"], block["chart"]["axis_config"]
    categories = axes["categories"]
    most = max((point["value"] for one in chart["series"] for point in one["data"]), default=0) or 1
    slot = (_W - 60) / len(categories)
    marks = [
        f'<text x="{60 + slot * (place + 0.5):.0f}" y="{_BASE + 14}" text-anchor="end" '
        f'transform="rotate(-35 {60 + slot * (place + 0.5):.0f} {_BASE + 14})">{escape(label)}</text>'
        for place, label in enumerate(categories)
    ]
    marks += [
        f'<text x="50" y="{_BASE - 180 * part + 4:.0f}" text-anchor="end">{most * part:.3g}</text>'
        f'<line x1="58" x2="{_W}" y1="{_BASE - 180 * part:.0f}" y2="{_BASE - 180 * part:.0f}" stroke="#e8e8e8"/>'
        for part in (0, 0.5, 1)
    ]
    for number, one in enumerate(chart["series"]):
        marks += _series(chart["type"], one["data"], number, len(chart["series"]), most=most, slot=slot)
    names = " · ".join(
        f'<b style="color:{_COLOURS[number % len(_COLOURS)]}">{escape(one["name"])}</b>'
        for number, one in enumerate(chart["series"])
    )
    labels = " / ".join(escape(axes[key]) for key in ("x_label", "y_label") if key in axes)
    return (
        f'<div class="chart"><b>{escape(block["title"])}</b><svg width="100%" viewBox="0 0 {_W} {_H}" font-size="12" '
        f'fill="#616061">{"".join(marks)}</svg><p class="notice">{names} ({labels})</p></div>'
    )


def _series(kind: str, data: Sequence[Json], number: int, count: int, *, most: float, slot: float) -> list[str]:
    colour = _COLOURS[number % len(_COLOURS)]
    heights = [180 * point["value"] / most for point in data]
    if kind == "bar":
        width = slot * 0.7 / count
        return [
            f'<rect x="{60 + slot * (place + 0.15) + width * number:.1f}" y="{_BASE - height:.1f}" width="{width:.1f}" '
            f'height="{height:.1f}" fill="{colour}"/>'
            for place, height in enumerate(heights)
        ]
    points = " ".join(f"{60 + slot * (place + 0.5):.1f},{_BASE - height:.1f}" for place, height in enumerate(heights))
    return [f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>']


def main(arguments: Sequence[str]) -> int:
    """Draws each file given."""
    for name in arguments:
        source = Path(name)
        html = source.with_suffix(".html")
        html.write_text(page(json.loads(source.read_text())))
        sys.stdout.write(f"{html}\n")
        if chromium():
            picture(html, source.with_suffix(".png"))
            sys.stdout.write(f"{source.with_suffix('.png')}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
