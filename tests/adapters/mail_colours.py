"""What colours a mail shows its words in, with the light form and the dark, and how well they can be told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

BLACK, WHITE = "#000000", "#ffffff"
_DARK = re.compile(r"@media \(prefers-color-scheme: dark\) \{(.*?\})\s*\}", re.DOTALL)
_VOID = {"br", "meta", "img", "hr", "link"}


@dataclass(frozen=True)
class Shown:
    """Words with their colour on that of their ground."""

    words: str
    colour: str
    ground: str

    @property
    def contrast(self) -> float:
        """From 1 to 21, as WCAG 2 computes it."""
        lighter, darker = sorted((luminance(self.colour), luminance(self.ground)), reverse=True)
        return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of ``#rrggbb`` (WCAG 2)."""
    assert re.fullmatch(r"#[0-9a-f]{6}", colour), colour
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def shown(page: str, *, dark: bool) -> list[Shown]:
    """All words of a page whose styles are inline, as a client shows them that knows the dark form, or does not."""
    reader = _Reader(list(_rules(page)) if dark else [])
    reader.feed(page)
    return reader.shown


def declarations(style: str) -> dict[str, str]:
    """A style attribute's properties."""
    pairs = (part.split(":", 1) for part in style.split(";") if part.strip())
    return {name.strip(): value.strip() for name, value in pairs}


def _rules(page: str) -> Iterator[tuple[int, str, dict[str, str]]]:
    """(specificity, selector, properties) of the dark form; all are !important, and so beat a style attribute."""
    found = _DARK.search(page)
    for selectors, style in re.findall(r"([^{}]+)\{([^{}]*)\}", found[1] if found else ""):
        assert style.count("!important") == style.count(":"), style
        properties = declarations(style.replace("!important", ""))
        for selector in selectors.split(","):
            name = selector.strip()
            assert re.fullmatch(r"[a-z0-9]*(\.[a-z-]+)?", name), name
            yield 10 * ("." in name) + (not name.startswith(".")), name, properties


class _Reader(HTMLParser):
    def __init__(self, rules: list[tuple[int, str, dict[str, str]]]) -> None:
        super().__init__()
        self.shown: list[Shown] = []
        self._rules = sorted(rules, key=lambda rule: rule[0])
        self._open: list[tuple[str, str, str]] = [("", BLACK, WHITE)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        styles = declarations(given.get("style", ""))
        classes = given.get("class", "").split()
        for _, selector, properties in self._rules:
            name, _, needed = selector.partition(".")
            if name in ("", tag) and (not needed or needed in classes):
                styles.update(properties)
        _, colour, ground = self._open[-1]
        ground = styles.get("background-color") or styles.get("background") or given.get("bgcolor") or ground
        if tag not in _VOID:
            self._open.append((tag, styles.get("color", colour), ground))

    def handle_endtag(self, tag: str) -> None:
        while len(self._open) > 1 and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tag, colour, ground = self._open[-1]
        if data.strip() and tag not in ("style", "title"):
            self.shown.append(Shown(" ".join(data.split()), colour, ground))
