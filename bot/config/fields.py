"""The kinds of values that keys hold, each with its check. A check raises Wrong, with the rule in a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time
from decimal import Decimal
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from bot.config.secret import Origin, Secret, StoreUrl, Surroundings
from bot.config.wrong import Wrong, did_you_mean, nearest
from bot.core.text import clean

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The days of the week as the configuration names them; their indices are those of ``date.weekday``."""
NAME = re.compile(r"[a-z0-9][a-z0-9_-]*\Z", re.IGNORECASE)
"""The name of a channel, and the id of a watchlist: it stands in event keys and file names."""
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_ADDRESS = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"
_MAILBOX = re.compile(rf"(?:{_ADDRESS}|[^<>]*<{_ADDRESS}>)\Z")
_HOST = re.compile(r"[A-Za-z0-9_.:\[\]-]+\Z")
_SLACK_ID = re.compile(r"[A-Z][A-Z0-9]{7,}\Z")
_SLACK_NAME = re.compile(r"#[^\s#,<>]{1,80}\Z")

_SECRET_ADVICE = {"api_key": "Any OpenRouter key will do; reading rankings spends no tokens."}
_SECRET_FILES = {"api_key": "openrouter", "webhook_url": "slack-webhook", "token": "slack-token", "url": "channel-url"}


def shown(value: str) -> str:
    """A value as an error cites it: on one line, short, in backticks."""
    return f"`{clean(value)}`"


def _text(value: Any, wants: str) -> str:
    """The value, if it is text; ``wants`` is the rule otherwise."""
    if not isinstance(value, str):
        raise Wrong(wants)
    return value


# ── choices, numbers, plain text ─────────────────────────────────────────────────────────────────────────────


def one_of(*choices: str) -> BeforeValidator:
    """One of a few words."""
    listed = ", ".join(f'"{choice}"' for choice in choices)

    def check(value: Any, info: ValidationInfo) -> str:
        if not isinstance(value, str):
            raise Wrong(f"`{info.field_name}` wants one of {listed}")
        if value not in choices:
            near = did_you_mean(value, choices)
            raise Wrong(f"{shown(value)} is not a `{info.field_name}`", under=near or f"it is one of {listed}")
        return value

    return BeforeValidator(check)


def whole(low: int, high: int) -> AfterValidator:
    """The limits of a whole number, both included."""

    def check(value: int, info: ValidationInfo) -> int:
        if not low <= value <= high:
            raise Wrong(f"`{info.field_name}` goes from {low:,} to {high:,}")
        return value

    return AfterValidator(check)


def _seconds(value: Any) -> float:
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool) and Decimal(value).is_finite()
    if not is_number or not Decimal("0.1") <= value <= 600:
        raise Wrong("`timeout_seconds` wants a number from 0.1 to 600")
    return float(value)


def times(seconds: tuple[int, ...]) -> tuple[int, ...]:
    """When to look for a message: at least once, or it would be sent again unseen."""
    if not seconds:
        raise Wrong("`look_seconds` wants at least one time", under="such as [5, 15, 40]")
    return seconds


def _line(value: str) -> str:
    if _CONTROL.search(value):
        raise Wrong("this text must stand on one line, without control characters")
    return value


def _filled(value: str) -> str:
    if not value.strip():
        raise Wrong("this must not be empty")
    return value


Seconds = Annotated[float, BeforeValidator(_seconds)]
Line = Annotated[str, AfterValidator(_line)]
Filled = Annotated[Line, AfterValidator(_filled)]


# ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _zone(value: Any) -> ZoneInfo:
    name = _text(value, '`timezone` wants the name of a time zone, such as "Europe/Berlin"')
    zones = available_timezones()
    if name in zones:
        return ZoneInfo(name)
    cities = {zone.rpartition("/")[2]: zone for zone in sorted(zones, reverse=True)}
    city = nearest(name.rpartition("/")[2].replace(" ", "_"), cities, cutoff=0.8)
    near = nearest(name, zones, cutoff=0.8) or (cities[city] if city else None)
    under = f'did you mean "{near}"?' if near else 'it wants a name such as "Europe/Berlin" or "UTC"'
    raise Wrong(f"{shown(name)} is not a time zone", under=under)


def _time(value: Any) -> time:
    found = _TIME.match(value) if isinstance(value, str) else None
    if found is None:
        raise Wrong('`at` wants a time such as "09:00"')
    return time(int(found[1]), int(found[2]))


def _days(value: Any) -> frozenset[int]:
    if value == "daily":
        return frozenset(range(7))
    if value == "weekdays":
        return frozenset(range(5))
    if not isinstance(value, tuple) or not value:
        near = _one_day(value)
        raise Wrong(
            '`days` wants "daily", "weekdays", or a list such as ["mon", "thu"]',
            under=f'did you mean ["{near}"]?' if near else "",
        )
    return frozenset(_weekday(day, index) for index, day in enumerate(value))


def _weekday(day: Any, index: int) -> int:
    if isinstance(day, str) and day in DAYS:
        return DAYS.index(day)
    near = _one_day(day)
    cited = shown(day) if isinstance(day, str) else "this"
    under = f'did you mean "{near}"?' if near else ", ".join(DAYS)
    raise Wrong(f"{cited} is not a day of the week", under=under, inside=(index,))


def _one_day(value: Any) -> str | None:
    return next((day for day in DAYS if isinstance(value, str) and value.casefold().startswith(day)), None)


Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
At = Annotated[time, BeforeValidator(_time)]
Days = Annotated[frozenset[int], BeforeValidator(_days)]


# ── addresses ────────────────────────────────────────────────────────────────────────────────────────────────


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself, as far as its name tells."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name, not a number
        return False


def check_url(url: str, what: str = "this") -> str:
    """An https address, http on this machine only, without user name or password.

    The error does not cite it, for it may be a secret: it names it as ``what``.
    """
    rule = "it wants an https:// address (http:// on this machine only)"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise Wrong(f"{what} is not an address of the web", under=rule) from error
    if not host or parts.scheme not in ("https", "http") or re.search(r"\s", url):
        raise Wrong(f"{what} is not an address of the web", under=rule)
    if parts.scheme == "http" and not is_loopback(host):
        raise Wrong(f"{what} is an address without encryption", under=rule)
    if "@" in parts.netloc:
        raise Wrong(f"{what} must not hold a user name or a password")
    return url


def _url(value: str) -> str:
    return check_url(value)


def _mailbox(value: str) -> str:
    if not _MAILBOX.match(_line(value)) or ".." in value.rpartition("@")[2]:
        raise Wrong("this is not a mail address", under='it wants "name@example.com" or "Name <name@example.com>"')
    return value


def _host(value: str) -> str:
    if not _HOST.match(value):
        raise Wrong("`host` wants the name of a mail server alone", under='such as "smtp.example.com"')
    return value


def _slack_channel(value: str) -> str:
    if _SLACK_ID.match(value) or _SLACK_NAME.match(value):
        return value
    under = f'did you mean "#{value}"?' if _SLACK_NAME.match(f"#{value}") else 'such as "C0123456789" or "#name"'
    raise Wrong("`channel` wants the id of a Slack channel, or its name with a #", under=under)


Url = Annotated[str, AfterValidator(_url), AfterValidator(lambda url: url.rstrip("/"))]
"""An address without a slash at its end."""
SlashedUrl = Annotated[Url, AfterValidator(lambda url: f"{url}/")]
"""An address with one, as slack_sdk wants it."""
Mailbox = Annotated[str, AfterValidator(_mailbox)]
Reply = Annotated[str, AfterValidator(lambda value: value and _mailbox(value))]
Host = Annotated[str, AfterValidator(_host)]
SlackChannelName = Annotated[str, AfterValidator(_slack_channel)]


# ── secrets and paths ────────────────────────────────────────────────────────────────────────────────────────


def _surroundings(info: ValidationInfo) -> Surroundings:
    if not isinstance(info.context, Surroundings):
        raise TypeError("a configuration is validated within its surroundings")
    return info.context


def _secret(kind: type[Secret]) -> Callable[[Any, ValidationInfo], Secret]:
    """Reads a reference, and looks whether its target is there, where the command needs it."""

    def check(value: Any, info: ValidationInfo) -> Secret:
        field, where = info.field_name or "", _surroundings(info)
        secret = kind(_text(value, f'`{field}` wants "env:NAME" or "file:PATH"'), where)
        literal = secret.origin is Origin.LITERAL
        if not (where.check_secrets or literal or kind is StoreUrl):
            return secret
        try:
            text = secret.look()
        except Wrong as error:
            raise Wrong(error.message, under=error.under, advice=_advice(field, secret, error)) from error
        if field in ("webhook_url", "ping_url"):
            check_url(text, "this" if literal else secret.place)
        return secret

    return check


def _advice(field: str, secret: Secret, error: Wrong) -> str:
    """What to do about a secret that can't be read."""
    if error.under:
        return error.advice
    file = "database-url" if isinstance(secret, StoreUrl) else _SECRET_FILES.get(field, field.replace("_", "-"))
    instead = f'Set the variable, or use "file:/run/secrets/{file}".' if secret.origin is Origin.VARIABLE else ""
    return " ".join(part for part in (_SECRET_ADVICE.get(field, ""), instead, error.advice) if part)


def _path(value: str, info: ValidationInfo) -> Path:
    return _surroundings(info).resolve(value)


def _folder(path: Path) -> Path:
    if not path.is_dir():
        raise Wrong(f"there is no folder {path}")
    return path


SecretText = Annotated[Secret, BeforeValidator(_secret(Secret))]
StoreAddress = Annotated[StoreUrl, BeforeValidator(_secret(StoreUrl))]


def _folder_path(value: Any, info: ValidationInfo) -> Path:
    return _path(_filled(_line(_text(value, f"`{info.field_name}` wants the path of a folder"))), info)


FolderPath = Annotated[Path, BeforeValidator(_folder_path)]
ExistingFolder = Annotated[FolderPath, AfterValidator(_folder)]
