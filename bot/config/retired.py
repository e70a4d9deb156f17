"""Keys that configurations used to have: warned about for a release, and left out; after that they are unknown keys.

Whoever removes a key adds its line to ``RETIRED``, and takes the line away in the release after the one that warned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.config.positions import Path
from bot.config.report import Report, label

ANY = "*"
"""In the path of a retired key: every name, as in ``("channel", ANY, "colour")``."""


@dataclass(frozen=True, slots=True)
class Retired:
    """A key that is gone. ``since``: the version without it; ``instead``: what to do, as a sentence."""

    since: str
    instead: str


RetiredKeys = Mapping[tuple[str, ...], Retired]
"""Retired keys by their paths: table, key, or with a name in between."""

RETIRED: RetiredKeys = {}


def without_retired(data: Mapping[str, Any], retired: RetiredKeys, report: Report) -> tuple[dict[str, Any], list[str]]:
    """The configuration without its retired keys, each of which is noted; and the same warnings as sentences."""
    left: dict[str, Any] = dict(data)
    warnings: list[str] = []
    for pattern, gone in retired.items():
        for path in list(_matches(left, pattern)):
            left = _without(left, path)
            message = f"`{path[-1]}` in {label(path[:-1])} is no longer read, since rankbot {gone.since}"
            report.note(
                path, message, under="it is left out; in a later version it is an error", advice=gone.instead, key=True
            )
            warnings.append(f"{message}. {gone.instead}")
    return left, warnings


def _matches(table: Any, pattern: tuple[str, ...], before: Path = ()) -> Iterator[Path]:
    """The paths in the table that a pattern means."""
    if not isinstance(table, Mapping):
        return
    first, *rest = pattern
    for name in list(table) if first == ANY else [first] if first in table else []:
        if rest:
            yield from _matches(table[name], tuple(rest), (*before, name))
        else:
            yield (*before, name)


def _without(table: Mapping[str, Any], path: Path) -> dict[str, Any]:
    first, *rest = path
    if not rest:
        return {name: value for name, value in table.items() if name != first}
    return {name: _without(value, tuple(rest)) if name == first else value for name, value in table.items()}
