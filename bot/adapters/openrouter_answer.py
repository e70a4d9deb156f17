"""What the Data API's answers look like: the documented shapes, read strictly, and each refusal sorted.

Unknown fields are accepted; a missing field, another type or another version is not. Messages say where, in words of
the documentation, and show nothing of the body but the feed's own error message.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from bot.adapters.http import Answer
from bot.core.gate import as_of_time
from bot.core.ranking import MAX_TOKENS
from bot.core.text import clean
from bot.errors import (
    FeedError,
    FeedMalformedError,
    FeedPermanentError,
    FeedRateLimitError,
    FeedRefusedError,
    FeedTransientError,
)

VERSION = "v1"
"""The dataset version whose fields and grain are read here."""
MAX_RETRY_AFTER = 86_400.0
"""Seconds. Whoever names a longer wait is asked once a day all the same."""
_SAID_LIMIT = 200
_SURROGATE = re.compile(
    rb"""\\\\
    | \\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}
    | (?P<lone>\\u[dD][89a-fA-F][0-9a-fA-F]{2})""",
    re.VERBOSE,
)
"""Half of a letter beyond U+FFFF as JSON escapes it. What comes before it here is none: a backslash, or both halves."""
_AGAIN = "It is asked again in the next cycle."
_ODD = "It is not stored, and asked again in the next cycle. If it lasts, look for a newer rankbot."
_BETWEEN = "It is asked again in the next cycle. If it lasts, check [openrouter] base_url and the proxy."
_LIMITS = (
    "Nothing more is asked for in this cycle. The feed allows 30 requests a minute and 500 a day, "
    "shared by everything that uses the account."
)
_ADDRESS = "Check [openrouter] base_url, for example https://openrouter.ai/api/v1."
_KEY = (
    "Put a key that works where [openrouter] api_key points to (any OpenRouter key will do), "
    "then: rankbot check --online"
)
_REFUSALS: dict[int, tuple[str, str]] = {
    400: ("the feed calls the request wrong", "Asking again will not help. Look for a newer rankbot."),
    401: ("the feed does not accept the API key", _KEY),
    402: ("the feed asks for payment", "Look at the balance and the limits of the API key's account."),
    403: (
        "the feed does not let the API key in",
        "Check [openrouter] api_key, and that no firewall or proxy answers in the feed's stead.",
    ),
    404: ("there is no such address", _ADDRESS),
    405: ("the address does not take this kind of request", _ADDRESS),
}
_ACCOUNT_STATUSES = frozenset({401, 402, 403})
"""What is about the key or its account, so that every further request would be refused as well."""
_TRANSIENT_STATUSES = frozenset({408, 425})


def _tokens(text: str) -> str:
    if int(text) > MAX_TOKENS:
        raise ValueError("is greater than 2^63 - 1")
    return text


def _day(value: object) -> date:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("is not a date such as 2026-05-11")
    return date.fromisoformat(value)


def _as_of(text: str) -> str:
    if as_of_time(text) is None:
        raise ValueError("is not a time with a zone")
    return text


def _storable(text: str) -> str:
    """The text without NUL, which PostgreSQL does not hold; halves of letters are gone since it was parsed."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


Tokens = Annotated[str, Field(pattern=r"^[0-9]{1,19}$"), AfterValidator(_tokens)]
"""A whole decimal string: JSON numbers lose digits beyond 2^53."""
Day = Annotated[date, BeforeValidator(_day)]


class _Shape(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, hide_input_in_errors=True)


class Meta(_Shape):
    """What the feed says of an answer as a whole."""

    as_of: Annotated[str, Field(max_length=64), AfterValidator(_as_of)]
    start_date: Day
    end_date: Day
    version: str


class AppRow(_Shape):
    """A line of an app board."""

    rank: int
    app_id: int
    app_name: Annotated[str, AfterValidator(_storable)]
    total_tokens: Tokens
    total_requests: Annotated[int, Field(ge=0, le=MAX_TOKENS)]


class ModelRow(_Shape):
    """A line of a model day."""

    date: Day
    model_permaslug: Annotated[str, Field(pattern=r"^[^\x00-\x20\x7f]{1,500}$")]
    total_tokens: Tokens


class _Headed(_Shape):
    meta: Meta


class AppAnswer(_Headed):
    """A page of an app board."""

    data: list[AppRow]


class ModelAnswer(_Headed):
    """Model days, 51 lines each at most."""

    data: list[ModelRow]


_S = TypeVar("_S", bound=_Shape)
_B = TypeVar("_B", bound=BaseModel)


def read(shape: type[_S], body: bytes, *, what: str) -> _S:
    """The body of a 200, parsed; raises FeedMalformedError, which says what is wrong with it and where."""
    document = _document(body, what)
    version = _fit(_Headed, document, what).meta.version
    if version != VERSION:
        raise FeedMalformedError(
            f"{what}: the answer is of version {clean(version, 20)}; this rankbot reads {VERSION}.",
            hint="Look for a newer rankbot.",
        )
    return _fit(shape, document, what)


def read_bare(shape: type[_B], body: bytes, *, what: str) -> _B:
    """The body of a 200 that has no ``meta``, and so no version; raises FeedMalformedError as ``read`` does."""
    return _fit(shape, _document(body, what), what)


def _document(body: bytes, what: str) -> dict[str, object]:
    text = body.strip()
    if not text:
        raise FeedMalformedError(f"{what}: the answer is empty.", hint=_AGAIN)
    if text.startswith(b"<"):
        raise FeedMalformedError(f"{what}: the answer is HTML, not JSON.", hint=_BETWEEN)
    try:
        document = _parsed(text)
    except ValueError as error:
        raise FeedMalformedError(f"{what}: the answer is not JSON ({error}).", hint=_AGAIN) from error
    if not isinstance(document, dict):
        raise FeedMalformedError(f"{what}: the answer is JSON, but not an object.", hint=_ODD)
    if "error" in document and "data" not in document:
        raise FeedMalformedError(f"{what}: the answer is an error, though its status is 200.", hint=_AGAIN)
    return document


def _parsed(text: bytes) -> object:
    """The JSON; raises ValueError. Half a letter, as a name has that was cut amid an emoji, is read as U+FFFD.

    JSON can spell one, and JavaScript does; the parser refuses the whole for it, and a board is more than one name.
    """
    try:
        return from_json(text, allow_inf_nan=False)
    except ValueError:
        mended = _SURROGATE.sub(lambda found: rb"\ufffd" if found["lone"] else found[0], text)
        if mended == text:
            raise
        return from_json(mended, allow_inf_nan=False)


def _fit(shape: type[_B], document: dict[str, object], what: str) -> _B:
    try:
        return shape.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
        raise FeedMalformedError(
            f"{what}: `{where}` is not as documented ({first['msg'].removeprefix('Value error, ')}).", hint=_ODD
        ) from error


def refusal(answer: Answer, *, what: str, key: str, now: datetime) -> FeedError:
    """Our error for an answer whose status is not 200.

    ``key`` is struck out of what the feed says, for some servers repeat it.
    """
    kind, finding, hint = _verdict(answer.status)
    said = _said(answer.body, key)
    about = f"{finding} ({answer.status}){f': “{said}”' if said else ''}."
    if issubclass(kind, FeedRefusedError):  # that is about the key or the account, whatever was asked for
        return kind(f"{about[:1].upper()}{about[1:]}", hint=hint)
    message = f"{what}: {about}"
    if issubclass(kind, FeedTransientError):
        return kind(message, hint=hint, retry_after=retry_after(answer.headers.get("retry-after", ""), now))
    return kind(message, hint=hint)


def _verdict(status: int) -> tuple[type[FeedError], str, str]:
    """What a status other than 200 means: the kind of error, the finding and what to do."""
    if status < 300:
        return FeedMalformedError, "the answer is not the documented one", _ODD
    if status < 400:
        return FeedPermanentError, "the feed redirects, which is not followed", _ADDRESS
    if status == 429:
        return FeedRateLimitError, "the feed asks for fewer requests", _LIMITS
    if status >= 500 or status in _TRANSIENT_STATUSES:
        return FeedTransientError, "the feed, or what stands before it, is out of order", _AGAIN
    finding, hint = _REFUSALS.get(status, ("the feed refuses the request", "Look for a newer rankbot."))
    return (FeedRefusedError if status in _ACCOUNT_STATUSES else FeedPermanentError), finding, hint


def _said(body: bytes, key: str) -> str:
    """The feed's own error message on one short line; empty where the body is not the documented one."""
    try:
        document = _parsed(body)
    except ValueError:  # what refuses may be a proxy that knows no JSON: the status has to do
        return ""
    error = document.get("error") if isinstance(document, dict) else None
    message = error.get("message") if isinstance(error, dict) else None
    return (
        clean(message.replace(key, "…"), _SAID_LIMIT).rstrip(".")
        if isinstance(message, str) and message.strip()
        else ""
    )


def retry_after(text: str, now: datetime) -> float | None:
    """Seconds to wait as a Retry-After header names them: a number, or a date held against ``now``.

    Never negative, never more than MAX_RETRY_AFTER; None where the text is neither.
    """
    text = text.strip()
    if re.fullmatch(r"[+-]?[0-9]{1,15}(\.[0-9]{1,9})?", text):
        return min(max(float(text), 0.0), MAX_RETRY_AFTER)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # not a date
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max((at - now).total_seconds(), 0.0), MAX_RETRY_AFTER)
