"""One SMTP transaction, command by command, so that it is known at each failure whether the server has the mail.

Until the final dot is written it does not; after that, an answer that gets lost leaves it open.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address

from bot.adapters.deadline import Wire, within
from bot.adapters.network_words import host_and_port
from bot.adapters.service_words import scrub
from bot.adapters.smtp_connection import Connection, SecureConnection
from bot.adapters.smtp_errors import not_sent, refused_words, said, words_of_failure
from bot.adapters.smtp_login import Login, log_in
from bot.core.delivery import Failed, Outcome, Sent, Unknown

_DOTS = re.compile(rb"(?m)^\.")


class Security(StrEnum):
    """How the connection is protected: TLS after STARTTLS, TLS from the start, or not at all."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: ``opening`` from the server's name to the mail's last byte, then for the last answer, and a good-bye.

    They bound the whole of each, whatever comes meanwhile: their sum is the longest that a mail takes, and stays within
    the outbox's lease (at least 110 seconds). RFC 5321 would have the last answer waited for longer; the longer that
    is, the rarer an unknown end. Within the opening, ``command`` is for each address and for each piece of an answer.
    """

    command: float = 20.0
    opening: float = 45.0
    acceptance: float = 60.0
    parting: float = 5.0


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
    secrets = login.secrets if login else ()
    with Wire() as wire:
        session = _Session(server, wire)
        try:
            refused = session.hand_over(login, sender, recipients, data, wait_for_all=wait_for_all)
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
    with Wire() as wire:
        session = _Session(server, wire)
        try:
            session.introduce(login, sender)
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
    """A connection, from its greeting to the answer to one mail. What takes too long raises TimeoutError."""

    def __init__(self, server: Server, wire: Wire) -> None:
        self._server = server
        self._wire = wire
        self._connection: smtplib.SMTP | None = None
        self._in_text = False

    def hand_over(
        self, login: Login | None, sender: str, recipients: Sequence[str], data: bytes, *, wait_for_all: bool
    ) -> dict[str, tuple[int, bytes]]:
        """All up to the final dot; returns the refused. An error means that not all of the text went out."""

        def opening() -> dict[str, tuple[int, bytes]]:
            self._open(login)
            refused = self._address(sender, recipients, wait_for_all=wait_for_all)
            self._write(data)
            return refused

        return within(self._server.patience.opening, opening, wire=self._wire)

    def introduce(self, login: Login | None, sender: str) -> None:
        """Logs in and names the sender. Raises if the server won't have it."""

        def opening() -> None:
            self._open(login)
            self._name(sender)

        within(self._server.patience.opening, opening, wire=self._wire)

    def accepted(self, refused: Mapping[str, tuple[int, bytes]], secrets: Sequence[str]) -> Outcome:
        """The answer to the text."""
        code, words = within(self._server.patience.acceptance, self._answer, wire=self._wire)
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
                within(self._server.patience.parting, self._connection.quit, wire=self._wire)
        self._connection.close()

    def _ready(self) -> smtplib.SMTP:
        """The connection, unless the server closed it."""
        if self._connection is None or self._connection.sock is None:
            raise smtplib.SMTPServerDisconnected("the server closed the connection")
        return self._connection

    def _open(self, login: Login | None) -> None:
        """Connects, protects the connection if that is asked for, and only then logs in."""
        server = self._server
        context = server.tls_context or ssl.create_default_context()
        timeout = server.patience.command
        if server.security is Security.TLS:
            self._connection = SecureConnection(
                server.host, server.port, timeout=timeout, context=context, wire=self._wire
            )
        else:
            self._connection = Connection(server.host, server.port, timeout=timeout, wire=self._wire)
        self._ready().ehlo_or_helo_if_needed()
        if server.security is Security.STARTTLS:
            self._ready().starttls(context=context)
            self._ready().ehlo_or_helo_if_needed()
        if login:
            log_in(self._ready(), login)

    def _name(self, sender: str) -> None:
        """Names the sender. Raises if the server won't have it."""
        code, words = self._ready().mail(sender)
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, words, sender)

    def _address(
        self, sender: str, recipients: Sequence[str], *, wait_for_all: bool = False
    ) -> dict[str, tuple[int, bytes]]:
        """Names sender and recipients, and begins the mail's text; returns the refused.

        Raises if none is left, or if somebody who is to be waited for is refused for the time being.
        """
        self._name(sender)
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

    def _write(self, data: bytes) -> None:
        """Writes the text and the final dot. An error means that not all of it went out."""
        text = data if data.endswith(b"\r\n") else data + b"\r\n"
        self._ready().send(_DOTS.sub(b"..", text) + b".\r\n")

    def _answer(self) -> tuple[int, bytes]:
        connection = self._ready()
        if connection.sock:  # it may be silent for all of the time that there is
            connection.sock.settimeout(None)
        return connection.getreply()
