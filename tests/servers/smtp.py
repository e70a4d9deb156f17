"""A mail server on 127.0.0.1 (aiosmtpd), with scripted replies, TLS by a certificate of its own, and logins."""

from __future__ import annotations

import asyncio
import base64
import ssl
from dataclasses import dataclass
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USERNAME = "invented-user-91"
PASSWORD = "invented-password-42"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that the server took, as it came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    encrypted: bool
    logged_in: bool


@dataclass(frozen=True, slots=True)
class Certificates:
    """A certificate for a host, and what a client that trusts its issuer verifies it with."""

    server: ssl.SSLContext
    client: ssl.SSLContext


def certificates(*hosts: str) -> Certificates:
    """A fresh authority and a certificate for those hosts, never written to a disk by us."""
    authority = trustme.CA()
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*(hosts or ("127.0.0.1",))).configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return Certificates(server, client)


class FakeSmtp:
    """A mail server: ``mails`` is what it took.

    ``refusals`` gives the reply to an address instead of 250, ``put_off`` the addresses that are greylisted once,
    ``login_reply`` the reply to AUTH, ``sender_reply`` that to MAIL, ``data_reply`` that to the final dot. ``drop_at``
    closes the connection at MAIL, RCPT, or after the final dot: DATA before the mail is taken, KEPT after that.
    ``hang_at`` keeps silent there. ``token`` is the only one that it takes, by XOAUTH2; passwords are not offered then.
    """

    def __init__(
        self,
        *,
        starttls: ssl.SSLContext | None = None,
        tls: ssl.SSLContext | None = None,
        login: bool = False,
        token: str = "",
    ) -> None:
        self.mails: list[Mail] = []
        self.commands: list[str] = []
        self.refusals: dict[str, str] = {}
        self.put_off: set[str] = set()
        self.sender_reply = ""
        self.data_reply = ""
        self.login_reply = ""
        self.drop_at = ""
        self.hang_at = ""
        self.port = 0
        self._starttls = starttls
        self._tls = tls
        self._login = login
        self._token = token
        if token:  # aiosmtpd offers what its handler has a method for
            self.auth_XOAUTH2 = self._bearer
        self._loop = asyncio.new_event_loop()
        self._ready = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(self._loop.create_server(self._session, "127.0.0.1", 0, ssl=self._tls))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.run_until_complete(asyncio.sleep(0))  # transports close in the next turn
        self._loop.close()

    def _session(self) -> SMTP:
        return SMTP(
            self,
            hostname="mail.invalid",
            loop=self._loop,
            tls_context=self._starttls,
            authenticator=self._authenticated if self._login else None,
            auth_exclude_mechanism=["LOGIN", "PLAIN"] if self._token else None,
            auth_require_tls=self._starttls is not None,
        )

    async def _bearer(self, server: SMTP, arguments: list[str]) -> AuthResult:
        """XOAUTH2, as Exchange Online speaks it: a refused token is followed by a challenge, then by 535."""
        expected = f"user={USERNAME}\1auth=Bearer {self._token}\1\1"
        if base64.b64decode(arguments[1]).decode() == expected:
            return AuthResult(success=True)
        reply = await server.challenge_auth('{"status":"401"}')
        self.commands.append(f"AUTH refused, then {reply!r}")
        await server.push("535 5.7.3 Authentication unsuccessful")
        return AuthResult(success=False, handled=True)

    def _authenticated(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        self.commands.append(f"AUTH {'TLS' if session.ssl or self._tls else 'open'}")
        expected = LoginPassword(USERNAME.encode(), PASSWORD.encode())
        if self.login_reply:
            return AuthResult(success=False, handled=False, message=self.login_reply)
        return AuthResult(success=data == expected, handled=False)

    # aiosmtpd looks these up by name
    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.commands.append("MAIL")
        await self._stumble("MAIL", server)
        if not self.sender_reply:
            envelope.mail_from = address
        return self.sender_reply or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.commands.append(f"RCPT {address}")
        await self._stumble("RCPT", server)
        if address in self.put_off:
            self.put_off.remove(address)
            return "451 4.7.1 greylisted, try again later"
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.commands.append("DATA")
        await self._stumble("DATA", server)
        if self.data_reply and not self.data_reply.startswith("2"):
            return self.data_reply
        content = envelope.original_content
        assert isinstance(content, bytes)
        encrypted = bool(session.ssl or self._tls)
        logged_in = bool(session.authenticated)
        mail = Mail(str(envelope.mail_from), tuple(map(str, envelope.rcpt_tos)), content, encrypted, logged_in)
        self.mails.append(mail)
        await self._stumble("KEPT", server)
        return self.data_reply or "250 OK"

    async def _stumble(self, where: str, server: SMTP) -> None:
        if self.drop_at == where:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            raise asyncio.CancelledError
        if self.hang_at == where:
            await asyncio.Event().wait()
