"""What a service or the system says of a failure, fit to be stored and shown: short, on one line, without secrets."""

from __future__ import annotations

from bot.core.text import clean

LIMIT = 200
"""Characters of foreign words that are kept."""


def quoted(text: str | bytes) -> str:
    """A service's words on one line."""
    return clean(text if isinstance(text, str) else text.decode("utf-8", "replace"), LIMIT)


def words_of(error: BaseException) -> str:
    """An error's kind and the system's words for it; never its other arguments, which may hold an address."""
    text = error.strerror if isinstance(error, OSError) and isinstance(error.strerror, str) else ""
    return quoted(f"{type(error).__name__}: {text}" if text else type(error).__name__)


def scrub(text: str, *secrets: str) -> str:
    """The text without any of the secrets; empty ones are passed over."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "(secret)")
    return text
