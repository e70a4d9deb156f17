"""One request to Slack: the secret read, and no answer taken for granted.

slack_sdk's own retries are off: by default it posts twice when a connection drops.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http.client import HTTPException
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.error import URLError
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web.slack_response import SlackResponse

from bot.adapters import slack_errors
from bot.adapters.deadline import Wire, within
from bot.adapters.network_words import place_of
from bot.adapters.service_words import scrub
from bot.adapters.slack_http import WireClient, WireWebhook
from bot.core.delivery import Failed, Unknown
from bot.errors import RankbotError

T = TypeVar("T")

_PRINTABLE = re.compile(r"[!-~]+")
_LOST = (OSError, HTTPException, ValueError, LookupError, AttributeError, TypeError)
"""What the SDK raises without an answer, or with one that it does not expect (a JSON list, an unknown charset)."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that brought no answer to use. ``code`` is Slack's own, where it gave one."""

    outcome: Failed | Unknown
    code: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """``timeout``: seconds for a connection and for each piece of an answer; ``deadline``: for a whole request.

    Four requests, for as many forms of a message whose blocks are refused, and the waits between them stay within the
    outbox's lease (at least 110 seconds).
    """

    timeout: int = 15
    deadline: float = 25.0


def ask(
    request: Callable[[WebClient], SlackResponse], *, token: Callable[[], str], api_url: str, limits: Limits
) -> dict[str, Any] | Refusal:
    """The Web API's answer to a request, if it says ``ok``."""
    secret = _read(token)
    if isinstance(secret, Refusal):
        return secret
    if not _PRINTABLE.fullmatch(secret):
        return _unusable("The token is empty, or holds characters that no token has.")
    if not _is_safe(api_url):
        return _unusable("`api_url` is no https address.")
    with Wire() as wire:
        client = WireClient(secret, base_url=api_url, timeout=limits.timeout, wire=wire)
        return _answer(lambda: _bounded(limits.deadline, lambda: request(client), wire), secret, api_url)


def _answer(call: Callable[[], SlackResponse], secret: str, api_url: str) -> dict[str, Any] | Refusal:
    try:
        answer = call()
    except SlackApiError as error:
        answer = error.response
    except _LOST as error:
        return _refusal(slack_errors.of_exception(error, place_of(api_url)), secret=secret)
    if isinstance(answer.data, dict) and answer.data.get("ok") is True and answer.status_code == 200:
        return answer.data
    outcome = slack_errors.of_answer(answer.status_code, answer.headers, answer.data)
    return _refusal(outcome, code=slack_errors.code_of(answer.data), secret=secret)


def post_to_webhook(
    body: Mapping[str, Any], *, url: Callable[[], str], limits: Limits, pace: Callable[[], None]
) -> Refusal | None:
    """Posts to an incoming webhook; None if it has the message.

    The SDK raises nothing for an error of Slack's, so that the answer is checked here: 200 and "ok", or it is refused.
    """
    secret = _read(url)
    if isinstance(secret, Refusal):
        return secret
    if not _PRINTABLE.fullmatch(secret) or not _is_safe(secret):
        return _unusable("The webhook's address is no https address.")
    pace()
    try:
        with Wire() as wire:
            client = WireWebhook(secret, timeout=limits.timeout, wire=wire)
            answer = _bounded(limits.deadline, lambda: client.send_dict(dict(body)), wire)
    except _LOST as error:
        return _refusal(slack_errors.of_exception(error, place_of(secret)), secret=secret)
    if answer.status_code == 200 and answer.body == "ok":
        return None
    outcome = slack_errors.of_webhook(answer.status_code, answer.headers, answer.body)
    return _refusal(outcome, code=slack_errors.word(answer.body), secret=secret)


def _bounded(seconds: float, call: Callable[[], T], wire: Wire) -> T:
    """What ``within`` does; where there was no connection yet, nothing was sent: a URLError, as of one that failed."""
    try:
        return within(seconds, call, wire=wire)
    except OSError as error:
        if wire.came_about or isinstance(error, URLError):
            raise
        raise URLError(error) from error


def next_cursor(page: Mapping[str, Any]) -> str:
    """Where the page after this one begins; empty after the last one."""
    metadata = page.get("response_metadata")
    return str(metadata.get("next_cursor") or "") if isinstance(metadata, dict) else ""


def _read(secret: Callable[[], str]) -> str | Refusal:
    """A secret's present value. One that can't be read now may be there later."""
    try:
        return secret().strip()
    except RankbotError as error:
        return Refusal(Failed(error.message, permanent=False, hint=error.hint))


def _is_safe(url: str) -> bool:
    """Whether a secret may go to that address: by https, or on this very machine."""
    try:
        parts = urlsplit(url)
        if parts.scheme == "https":
            return bool(parts.hostname)
        return parts.scheme == "http" and (
            parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback
        )
    except ValueError:
        return False


def _unusable(problem: str) -> Refusal:
    return Refusal(Failed(problem, permanent=True, hint="Correct it where config.toml takes it from, then retry."))


def _refusal(outcome: Failed | Unknown, *, code: str = "", secret: str) -> Refusal:
    words = scrub(outcome.reason, secret, secret.partition("://")[2].partition("/")[2])
    return Refusal(replace(outcome, reason=words), code)
