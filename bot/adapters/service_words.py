"""What a service or the system says of a failure, fit to be stored and shown: short, on one line, without secrets."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

from bot.core.text import clean

LIMIT = 200
"""Characters of foreign words that are kept."""
_HIDDEN = "(secret)"
_TELLING = 4
"""Characters of a secret's beginning that may not stand at the end of a text that was cut."""


def quoted(text: str | bytes) -> str:
    """A service's words on one line."""
    return clean(text if isinstance(text, str) else text.decode("utf-8", "replace"), LIMIT)


def words_of(error: BaseException) -> str:
    """The system's words for an error, or else its kind; never its other arguments, which may hold an address."""
    text = error.strerror if isinstance(error, OSError) and isinstance(error.strerror, str) else ""
    if isinstance(error, TimeoutError):
        text = "no answer came in time"
    return quoted(text or type(error).__name__)


def scrub(text: str, *secrets: str) -> str:
    """The text without any of the secrets, encoded or not; of one that the text's end cuts off, without its beginning.

    Empty secrets are passed over. Services repeat what they were sent, also as it came over the wire.
    """
    every = {form for secret in filter(None, secrets) for form in _forms(secret)}
    for form in sorted(every, key=len, reverse=True):
        text = text.replace(form, _HIDDEN)
    cut = text.removesuffix("…")
    if cut != text:
        lengths = (
            size for form in every for size in range(len(form) - 1, _TELLING - 1, -1) if cut.endswith(form[:size])
        )
        longest = max(lengths, default=0)
        text = f"{cut[:-longest]}{_HIDDEN}…" if longest else text
    return text


def _forms(secret: str) -> set[str]:
    """How a secret reads as it is, on one line, in an address, in JSON, and in a login."""
    coded = base64.b64encode(secret.encode("utf-8", "replace")).decode("ascii").rstrip("=")
    return {secret, " ".join(secret.split()), quote(secret), quote_plus(secret), json.dumps(secret)[1:-1], coded} - {""}
