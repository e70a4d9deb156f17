"""The dead man's switch: a request to an address that raises the alarm when it stops coming."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from bot.adapters.http import HttpClient
from bot.errors import RankbotError

TIMEOUT_SECONDS = 10
_OK = 200
_REDIRECT = 300


def ping(url: Callable[[], str]) -> str | None:
    """Asks for the address once; None if it answered, else why not, without the address: it is a secret."""
    try:
        parts = urlsplit(url().strip())
        client = HttpClient(f"{parts.scheme}://{parts.netloc}", timeout_seconds=TIMEOUT_SECONDS)
        try:
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            answer = client.get(parts.path, params=query, headers={}, what="The ping")
        finally:
            client.close()
    except RankbotError as error:  # the feed's own kinds of failure, and an address that can't be read
        return f"{error.message} Check [operator] ping_url."
    if _OK <= answer.status < _REDIRECT:
        return None
    return f"The ping was answered with HTTP {answer.status}. Check [operator] ping_url."
