"""One SMTP transaction, command by command, so that it is known at each failure whether the server has the mail.

Until the final dot is written it does not; after that, an answer that gets lost leaves it open.
"""

from __future__ import annotations

import re
import smtplib
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address

from bot.adapters.network_words import host_and_port
from bot.adapters.service_words import scrub
from bot.adapters.smtp_errors import not_sent, refused_words, said, words_of_failure
from bot.adapters.smtp_login import Login, show_token
from bot.core.delivery import Failed, Outcome, Sent, Unknown

_DOTS = re.compile(rb"(?m)^\.")


class Security(StrEnum):
    """How the connection is protected: TLS after STARTTLS, TLS from the start, or not at all."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds for a connection and for each command, for all of them up to the mail's text, and for its last answer.

    The sum stays below the outbox's lease of 120 seconds. RFC 5321 would have the last one longer; the longer it is,
    the rarer an unknown end.
    """

    command: float = 20.0
    opening: float = 45.0
    acceptance: float = 60.0


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server and how to speak with it. ``tls_context`` verifies certificates by the system's list if None.

    ``table`` is where the configuration names it.
    """

    host: str
    port: int
    security: Security
    patience: Patience = Patience()
    tls_context: ssl.SSLContext | None = None
    clock: Callable[[], float] = time.monotonic
    table: str = "config.toml"

    @property
    def place(self) -> str:
        """Host and port, as one writes them."""
        return host_and_port(self.host, self.port)

    @property
    def is_loopback(self) -> bool:
        """Whether it is this very machine."""
        try:
            return self.host == "localhost" or ip_address(self.host).is_loopback
        except ValueError:
            return False


def transmit(
    server: Server,
    login: Login | None,
    *,
    sender: str,
    recipients: Sequence[str],
    data: bytes,
    wait_for_all: bool = False,
) -> Outcome:
    """Hands one mail (bytes with CRLF) to the server for all recipients.

    Sent if any of them was accepted; it then names those who were refused. With ``wait_for_all`` nobody gets it as
    long as somebody is refused for the time being (4yz).
    """
    if _is_open(server, login):
        return _OPEN
    session = _Session(server)
    secrets = login.secrets if login else ()
    try:
        session.open(login)
        refused = session.address(sender, recipients, wait_for_all=wait_for_all)
        session.write(data)
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        session.close()
        return not_sent(error, server, secrets)
    try:
        return session.accepted(refused, secrets)
    except (smtplib.SMTPException, OSError) as error:
        return Unknown(f"the answer to the mail was lost: {scrub(words_of_failure(error, server), *secrets)}")
    finally:
        session.close()


def probe(server: Server, login: Login | None, *, sender: str) -> Outcome:
    """Connects, logs in and names the sender, as for a mail, and hands over none."""
    if _is_open(server, login):
        return _OPEN
    session = _Session(server)
    try:
        session.open(login)
        session.name(sender)
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        return not_sent(error, server, login.secrets if login else ())
    finally:
        session.close()
    protected = {Security.STARTTLS: "STARTTLS ok, ", Security.TLS: "TLS ok, ", Security.NONE: ""}[server.security]
    return Sent(f"{protected}{'login ok, ' if login else ''}sender accepted")


_OPEN = Failed(
    "the password is not sent over an open connection",
    permanent=True,
    hint='Set security = "starttls" or "tls", or leave out `username` and `password`.',
)


def _is_open(server: Server, login: Login | None) -> bool:
    """Whether a password would go over a network in the clear."""
    return login is not None and server.security is Security.NONE and not server.is_loopback


class _Session:
    """A connection, from its greeting to the answer to one mail."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._ends = server.clock() + server.patience.opening
        self._connection: smtplib.SMTP | None = None
        self._in_text = False

    def _ready(self) -> smtplib.SMTP:
        """The connection, given no more time for its next command than is left for all."""
        if self._connection is None or self._connection.sock is None:
            raise smtplib.SMTPServerDisconnected("the server closed the connection")
        left = self._ends - self._server.clock()
        if left <= 0:
            raise TimeoutError
        self._connection.sock.settimeout(min(self._server.patience.command, left))
        return self._connection

    def open(self, login: Login | None) -> None:
        """Connects, protects the connection if that is asked for, and only then logs in."""
        server = self._server
        context = server.tls_context or ssl.create_default_context()
        timeout = server.patience.command
        if server.security is Security.TLS:
            self._connection = smtplib.SMTP_SSL(server.host, server.port, timeout=timeout, context=context)
        else:
            self._connection = smtplib.SMTP(server.host, server.port, timeout=timeout)
        self._ready().ehlo_or_helo_if_needed()
        if server.security is Security.STARTTLS:
            self._ready().starttls(context=context)
            self._ready().ehlo_or_helo_if_needed()
        if login and login.bearer:
            show_token(self._ready(), login)
        elif login:
            self._ready().login(login.username, login.password)

    def name(self, sender: str) -> None:
        """Names the sender. Raises if the server won't have it."""
        code, words = self._ready().mail(sender)
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, words, sender)

    def address(
        self, sender: str, recipients: Sequence[str], *, wait_for_all: bool = False
    ) -> dict[str, tuple[int, bytes]]:
        """Names sender and recipients, and begins the mail's text; returns the refused.

        Raises if none is left, or if somebody who is to be waited for is refused for the time being.
        """
        self.name(sender)
        refused: dict[str, tuple[int, bytes]] = {}
        for recipient in recipients:
            code, words = self._ready().rcpt(recipient)
            if code == 421:  # the server ends the whole session
                raise smtplib.SMTPResponseException(code, words)
            if code not in (250, 251):
                refused[recipient] = (code, words)
        passing = any(400 <= code < 500 for code, _ in refused.values())
        if len(refused) == len(recipients) or (passing and wait_for_all):
            raise smtplib.SMTPRecipientsRefused(refused)
        code, words = self._ready().docmd("DATA")
        if code != 354:
            raise smtplib.SMTPDataError(code, words)
        self._in_text = True
        return refused

    def write(self, data: bytes) -> None:
        """Writes the text and the final dot. An error means that not all of it went out."""
        text = data if data.endswith(b"\r\n") else data + b"\r\n"
        self._ready().send(_DOTS.sub(b"..", text) + b".\r\n")

    def accepted(self, refused: Mapping[str, tuple[int, bytes]], secrets: Sequence[str]) -> Outcome:
        """The answer to the text."""
        connection = self._connection
        if connection is None or connection.sock is None:
            raise smtplib.SMTPServerDisconnected("the server closed the connection")
        connection.sock.settimeout(self._server.patience.acceptance)
        code, words = connection.getreply()
        self._in_text = False
        if 200 <= code < 300:
            return Sent(refused=scrub(refused_words(refused), *secrets))
        if 400 <= code < 600:
            return Failed(scrub(said(code, words), *secrets), permanent=code >= 500)
        return Unknown(scrub(said(code, words), *secrets))

    def close(self) -> None:
        """Ends the connection; how that goes changes nothing about the mail."""
        if self._connection is None:
            return
        if self._connection.sock is not None and not self._in_text:
            with suppress(smtplib.SMTPException, OSError):
                self._connection.sock.settimeout(min(self._server.patience.command, 5))
                self._connection.quit()
        self._connection.close()
