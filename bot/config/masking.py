"""Which parts of a configuration must never be shown, not even in the excerpt of a line that has an error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.adapters.channels import PLUGS
from bot.config.positions import Path, Place, Span
from bot.config.tables import LABELS, SECTIONS

MASK = "********"
_SECRET_KEYS = frozenset({"api_key", "webhook_url", "token", "username", "password", "ping_url"})
_OF_CHANNELS = frozenset(name for plug in PLUGS.values() for name in plug.secrets)
"""Keys that are secrets under a channel, whatever they are elsewhere."""
_KNOWN_KEYS = frozenset(key for table in LABELS.values() for key in table.key_names()) | {
    *SECTIONS,
    "channel",
    "watchlist",
}
_TELLING = re.compile(r"key|token|secret|pass|pwd|auth|cred|hook|url|dsn|user|login", re.IGNORECASE)
_REFERENCE = re.compile(r"(env:[ \t]*(?:[A-Za-z_][A-Za-z0-9_]*)?|file:.*)\Z", re.IGNORECASE)
_OPAQUE = re.compile(r"(?=\S*[0-9])(?=\S*[A-Za-z])\S{20,}\Z")
_TOKENS = re.compile(
    r"(?:\bxox[a-z]-|\bxapp-|\bsk-)[^\s\"'`]+"  # Slack's and OpenRouter's
    r"|(?<=hooks\.slack\.com/)[^\s\"'`]+"
    r"|(?<=://)[^\s\"'`]+(?=@)"  # a user and a password in an address
)
_BROKEN_LINE = re.compile(
    rf"^[^\n]*?(?:{_TELLING.pattern})\w*+[\"']?+[ \t]*+[=:]*+[ \t]*+(?P<value>(?![\"'](?:env|file):)\S.*)$",
    re.IGNORECASE | re.MULTILINE,
)


def hidden(text: str, data: Mapping[str, Any], places: Mapping[Path, Place]) -> list[Span]:
    """The stretches of a valid text that must not be shown, in order, none touching another."""
    values = (place.value for path, place in places.items() if place.value and _is_secret(path, data))
    return _merged([*values, *_token_like(text)])


def hidden_in_broken(text: str) -> list[Span]:
    """The same for a text that is no TOML, where only words can tell."""
    lines = (Span(*found.span("value")) for found in _BROKEN_LINE.finditer(text))
    return _merged([*lines, *_token_like(text)])


def redacted(text: str) -> str:
    """A sentence about a configuration, without what looks like a secret that it may have cited."""
    return _TOKENS.sub(MASK, text)


def _is_secret(path: Path, data: Mapping[str, Any]) -> bool:
    value = _at(path, data)
    if isinstance(value, dict | list) or (isinstance(value, str) and _REFERENCE.match(value)):
        return False
    names = [part for part in path if isinstance(part, str)]
    if names[0] == "watchlist" and "rules" in names[2:]:
        return False
    if names[0] in ("channel", "watchlist"):
        del names[1:2]
    if any(name in _SECRET_KEYS for name in names) or (names[0] == "channel" and names[-1] in _OF_CHANNELS):
        return True
    if names == ["store", "url"]:  # a password may stand in many places of a database's address, and of what is none
        return not str(value).startswith("sqlite:")
    unknown = [name for name in names if name not in _KNOWN_KEYS]
    if any(_TELLING.search(name) for name in unknown):
        return True
    return bool(unknown) and isinstance(value, str) and ("://" in value or _OPAQUE.match(value) is not None)


def _at(path: Path, data: Any) -> Any:
    for part in path:
        data = data[part]
    return data


def _token_like(text: str) -> Iterator[Span]:
    return (Span(*found.span()) for found in _TOKENS.finditer(text))


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(span.end, merged[-1].end))
        else:
            merged.append(span)
    return merged
