"""Names as a stranger would register them to do harm, made from a seed: what is active in some form, and its pieces."""

from __future__ import annotations

import random
from collections.abc import Iterator

MENTIONS = ("<!channel>", "<!here|here>", "<@U012AB3CD>", "<#C012AB3CD|general>", "<!subteam^S1|@ops>", "@channel")
DATES = ("<!date^1392734382^{date_num}^https://evil.example|x>", "@everyone @here")
LINKS = (
    "https://evil.example/?q=<b>",
    "<https://evil.example|click here>",
    "[click](https://evil.example)",
    "javascript:alert(1)",
    "\x02label\x1fhttps://evil.example\x03",
    "\x0ebold\x0f",
    "<mailto:evil@evil.example|mail>",
)
MARKUP = (
    "<script>alert(1)</script>",
    "</body></html><b>bold</b>",
    "</title><img src=x onerror=alert(1)>",
    "</style><style>*{display:none}",
    '" onmouseover="alert(1)" x="',
    "' style='position:fixed' '",
    "<!-- comment",
    "-->",
    "<![CDATA[",
    "<?php",
    "&lt;script&gt;",
    "&#60;b&#62;",
    "&amp;amp;",
    "&nbsp;&bogus;&",
    "<a href=//evil.example>",
    "<td></table><p>",
)
TEMPLATES = ("{{ 7 * 7 }}", "{% raw %}", "{# note", "%s %(name)s {0} {name}", "${HOME} $(id) `id`")
FORMATTING = ("*bold*", "_italic_", "~struck~", "`code`", "```\nblock\n```", ":tada:", "> quoted", "\u2022 bullet")
STRUCTURE = ("# header", "~ small", "| cell\tcell", "* bullet", "a\n# b\n~ c", "---", "1. one")
CONTROLS = (
    "\x00",
    "\x07\x08\x7f",
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x1b[2J\x1b[H",
    "\x9b31m\x85\x90\x9d",
    "\r\noverwritten",
    "\b\b\bgone",
)
ORDERING = ("\u202eevil\u202c", "\u2066x\u2069", "\u200f\u200e\u061c", "\u2067\u2068", "\u202a\u202b\u202d")
INVISIBLE = ("\u200b", "\ufeff", "\u00ad", "\u2060\u2061", "\u3164", "\u2800", "\U000e0041\U000e007f", "\u180e")
LINES = ("\n", "\r", "\u2028", "\u2029", "\x0b\x0c", "\x1c\x1d\x1e", "\u0085")
HEADERS = (
    "=?utf-8?q?a=0D=0ABcc:_evil=40evil.example?=",
    "=?utf-8?b?DQpCY2M6IGV2aWxAZXZpbC5leGFtcGxl?=",
    "=\u200b?utf-8?q?x?=",
    "x\r\nBcc: evil@evil.example",
    "x\nContent-Type: text/html\n\n<b>",
    "--=_boundary--",
    ".\r\nMAIL FROM:<evil@evil.example>",
)
FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    '=HYPERLINK("https://evil.example")',
    "\uff1d1",
    "=cmd|' /C calc'!A0",
)
LONG = (
    "W" * 5000,
    "\u65e5" * 5000,
    "<" * 5000,
    "&" * 5000,
    '"' * 5000,
    "\U0001f469\u200d\U0001f4bb" * 2000,
    "a " * 2500,
)
ODD = (
    "",
    " ",
    "a" + "\u0301" * 300,
    "\ud800",
    "x\udfff",
    "\ufffe\uffff",
    "\ue000",
    "\U0001f1e9\U0001f1ea\U0001f44d\U0001f3fd",
    "\u0645\u0631\u062d\u0628\u0627",
    "#1",
    "1.5T",
    "(no name)",
    "\u2026",
)
_FAMILIES = (
    MENTIONS,
    DATES,
    LINKS,
    MARKUP,
    TEMPLATES,
    FORMATTING,
    STRUCTURE,
    CONTROLS,
    ORDERING,
    INVISIBLE,
    LINES,
    HEADERS,
    FORMULAS,
    ODD,
)
_PIECES = tuple(piece for family in _FAMILIES for piece in family)
_ALL = (*_PIECES, *LONG)


def hostile_names(count: int, seed: int) -> Iterator[str]:
    """So many names: every piece by itself and every long one, then pieces together, and any characters at all."""
    chance = random.Random(seed)  # noqa: S311  (a test's choice)
    first = list(_ALL)
    chance.shuffle(first)
    yield from first[:count]
    for number in range(count - len(first)):
        yield _one(chance) if number % 50 else chance.choice(LONG)[: chance.randrange(1, 5001)] + _one(chance)


def _one(chance: random.Random) -> str:
    parts = [chance.choice(_PIECES) if chance.random() < 0.8 else _any(chance) for _ in range(chance.randrange(1, 5))]
    return chance.choice(("", " ", "x")).join(parts)


def _any(chance: random.Random) -> str:
    """Characters of any kind, most of them of the planes in use."""
    return "".join(
        chr(chance.choice((chance.randrange(0x250), chance.randrange(0x3000), chance.randrange(0x110000))))
        for _ in range(8)
    )
