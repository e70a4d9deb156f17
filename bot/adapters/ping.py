"""The dead man's switch: a request to an address that raises the alarm when it stops coming."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from bot.adapters.http import Answer, Fault, HttpClient, NoAnswerError
from bot.errors import RankbotError

TIMEOUT_SECONDS = 10
_OK = 200
_REDIRECT = 300
_CHECK = "Check [operator] ping_url."


def ping(url: Callable[[], str]) -> str | None:
    """Asks for the address once; None if it answered, else why not.

    Of the address that names host and port at most: the rest is a secret.
    """
    try:
        answer = _answer(url().strip())
    except RankbotError as error:  # the address can't be read
        return f"{error.message} {_CHECK}"
    except NoAnswerError as error:
        subject = "The ping's address" if error.fault is Fault.ADDRESS else "The ping:"
        return f"{subject} {error.finding}. {_CHECK}"
    if _OK <= answer.status < _REDIRECT:
        return None
    return f"The ping was answered with HTTP {answer.status}. {_CHECK}"


def _answer(url: str) -> Answer:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise NoAnswerError(Fault.ADDRESS, "is not an address") from error
    client = HttpClient(f"{parts.scheme}://{parts.netloc}", timeout_seconds=TIMEOUT_SECONDS)
    try:
        return client.get(parts.path, params=dict(parse_qsl(parts.query, keep_blank_values=True)), headers={})
    finally:
        client.close()
