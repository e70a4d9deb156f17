"""Addresses: of the web, of mail, of a mail server and of a Slack channel, each with its check."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, WithJsonSchema

from bot.config.wrong import Wrong
from bot.core.mailbox import mailbox
from bot.core.text import clean

_ADDRESS = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[^\s@<>,;]+"
"""A mail address as an editor checks it."""
_HOST = re.compile(r"[A-Za-z0-9_.:\[\]-]+\Z")
_WITH_PORT = re.compile(r"[^:]*:[0-9]*\Z")
_SLACK_ID = re.compile(r"[A-Z][A-Z0-9]{7,}\Z")
_SLACK_NAME = re.compile(r"#[^\s#,<>]{1,80}\Z")


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
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise Wrong(f"{what} is not an https:// address", advice=_LOOPBACK) from error
    if not host or parts.scheme not in ("https", "http") or re.search(r"\s", url):
        raise Wrong(f"{what} is not an https:// address", advice=_LOOPBACK)
    if parts.scheme == "http" and not is_loopback(host):
        raise Wrong(f"{what} is an address without encryption", advice=_LOOPBACK)
    if "@" in parts.netloc:
        raise Wrong(f"{what} must not hold a user name or a password")
    return url


_LOOPBACK = "On this machine http:// will do: http://127.0.0.1:8080."


def _url(value: str) -> str:
    """An address that is no secret: what was meant may be cited."""
    try:
        return check_url(value)
    except Wrong as error:
        meant = "https://" + re.sub(r"^http:/*", "", value, flags=re.IGNORECASE)
        usable = "@" not in value and not _is_no_url(meant)
        raise Wrong(error.message, under=f'did you mean "{clean(meant)}"?' if usable else "") from error


def _is_no_url(text: str) -> bool:
    try:
        check_url(text)
    except Wrong:
        return True
    return "." not in text


def _mailbox(value: str) -> str:
    if mailbox(value) is None:
        raise Wrong("this is not a mail address", under='such as "name@example.com" or "Name <name@example.com>"')
    return value


def _host(value: str) -> str:
    if not _HOST.match(value) or _WITH_PORT.match(value):
        name = re.sub(r"^[a-z]+:/*", "", value, flags=re.IGNORECASE).partition("/")[0].partition(":")[0]
        under = f'did you mean "{name}"?' if _HOST.match(name) else 'such as "smtp.example.com"'
        advice = "The port has a key of its own, such as port = 587." if _WITH_PORT.match(value) else ""
        raise Wrong("`host` wants the name of a mail server alone", under=under, advice=advice)
    return value


def _slack_channel(value: str) -> str:
    if _SLACK_ID.match(value) or _SLACK_NAME.match(value):
        return value
    under = f'did you mean "#{value}"?' if _SLACK_NAME.match(f"#{value}") else 'such as "C0123456789" or "#name"'
    raise Wrong("`channel` wants a Slack channel's id, or its name with a #", under=under)


def _schema(pattern: str) -> WithJsonSchema:
    """What an editor checks of an address; the whole rule is more than a pattern."""
    return WithJsonSchema({"type": "string", "pattern": pattern})


_WEB = r"^(https://[^\s@]+|http://(localhost|127\.[0-9.]+|\[::1\])([:/]\S*)?)$"
_MAIL = rf"^({_ADDRESS}|[^<>\x00-\x1f]*<{_ADDRESS}>)$"
Url = Annotated[str, AfterValidator(_url), AfterValidator(lambda url: url.rstrip("/")), _schema(_WEB)]
"""An address without a slash at its end."""
SlashedUrl = Annotated[Url, AfterValidator(lambda url: f"{url}/"), _schema(_WEB)]
"""An address with one, as slack_sdk wants it."""
Mailbox = Annotated[str, AfterValidator(_mailbox), _schema(_MAIL)]
Reply = Annotated[str, AfterValidator(lambda value: value and _mailbox(value)), _schema(rf"^$|{_MAIL}")]
Host = Annotated[
    str, AfterValidator(_host), _schema(r"^([A-Za-z0-9_.-]+|\[?[A-Fa-f0-9:.]*:[A-Fa-f0-9:.]*:[A-Fa-f0-9:.]*\]?)$")
]
SlackChannelName = Annotated[str, AfterValidator(_slack_channel), _schema(r"^([A-Z][A-Z0-9]{7,}|#[^\s#,<>]{1,80})$")]
