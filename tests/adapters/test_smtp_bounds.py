"""What a mail server can't do: hold a mail up for longer than its delivery is claimed, or break us by its words."""

from __future__ import annotations

import hmac
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest

from bot.adapters.smtp import Patience, Security, Server, probe, transmit
from bot.adapters.smtp_connection import MOST_LINES
from bot.adapters.smtp_login import Login
from bot.config.tables import LONGEST_REQUEST
from bot.core.delivery import Failed, Outcome, Sent, Unknown
from tests.adapters.raw_server import raw_server

UNHURRIED = Patience(command=30, opening=30, acceptance=30, parting=30)
BRIEF = replace(UNHURRIED, opening=0.4)
HANDSHAKE = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc"
"""Announces a server hello of 16 kB."""


@dataclass
class Dull:
    """A mail server that says yes to everything.

    At ``slow`` (GREETING, a command, or TEXT) its reply dribbles: a letter every 20 ms, four seconds long unless the
    client hangs up. ``hung_up`` says that it did, without a QUIT. At ``wordy`` the reply has ``lines``. ``challenge``
    answers a login.
    """

    slow: str = ""
    wordy: str = ""
    lines: int = 1
    challenge: bytes = b""
    mails: int = 0
    hung_up: threading.Event = field(default_factory=threading.Event)

    def __call__(self, stream: socket.socket, done: threading.Event) -> None:
        try:
            self._serve(stream, done)
        except OSError:
            self.hung_up.set()

    def _serve(self, stream: socket.socket, done: threading.Event) -> None:
        with stream.makefile("rb") as said:
            self._reply(stream, done, "GREETING", 220)
            command = ""
            while command != "QUIT":
                line = said.readline()
                if not line:
                    raise ConnectionResetError
                command = line.split()[0].decode().upper()
                if command == "AUTH":
                    stream.sendall(self.challenge)
                    continue
                self._reply(stream, done, command, {"DATA": 354, "STARTTLS": 220}.get(command, 250))
                if command == "DATA":
                    while said.readline() not in (b".\r\n", b""):
                        pass
                    self.mails += 1
                    self._reply(stream, done, "TEXT", 250)
                if command == "STARTTLS":
                    self._dribble(stream, done, HANDSHAKE)

    def _reply(self, stream: socket.socket, done: threading.Event, where: str, code: int) -> None:
        if where == self.slow:
            self._dribble(stream, done, b"%d-" % code)
            stream.sendall(b"\r\n")
        offers = b"250-mail.invalid\r\n250-AUTH CRAM-MD5 XOAUTH2\r\n250-STARTTLS\r\n" if where == "EHLO" else b""
        more = b"%d-and so on\r\n" % code * (self.lines - 1) if where == self.wordy else b""
        stream.sendall(offers + more + b"%d yes\r\n" % code)

    def _dribble(self, stream: socket.socket, done: threading.Event, begin: bytes) -> None:
        stream.sendall(begin)
        for _ in range(200):
            if done.wait(0.02):
                return
            stream.sendall(b"a")


@contextmanager
def server(behaviour: Dull, security: Security = Security.NONE, patience: Patience = BRIEF) -> Iterator[Server]:
    with raw_server(behaviour, read_head=False) as where:
        host, _, port = where.partition(":")
        yield Server(host, int(port), security, patience)


def sent(to: Server, login: Login | None = None) -> Outcome:
    return transmit(to, login, sender="a@example.com", recipients=["jo@example.com"], data=b"Subject: x\r\n\r\nx\r\n")


def passing(outcome: Outcome) -> Failed:
    assert isinstance(outcome, Failed), outcome
    assert not outcome.permanent
    return outcome


@pytest.mark.parametrize("where", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA"])
def test_a_reply_that_dribbles_before_the_text_is_transient(where: str) -> None:
    """Each letter comes within the patience for a piece: the whole is what counts."""
    with server(dull := Dull(slow=where)) as to:
        passing(sent(to))
        assert dull.hung_up.wait(10)
    assert dull.mails == 0


def test_a_dribbling_answer_to_the_text_is_unknown() -> None:
    """Waited for to its end, it outlasts the claim, and others send the mail again, and again."""
    with server(dull := Dull(slow="TEXT"), patience=replace(UNHURRIED, acceptance=0.2)) as to:
        assert isinstance(sent(to), Unknown)
        assert dull.hung_up.wait(10)
    assert dull.mails == 1


def test_a_good_bye_that_dribbles_changes_nothing() -> None:
    with server(dull := Dull(slow="QUIT"), patience=replace(UNHURRIED, parting=0.2)) as to:
        assert sent(to) == Sent()
        assert dull.hung_up.wait(10)


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_handshake_that_dribbles_is_transient(security: Security) -> None:
    class Handshake(Dull):
        def _serve(self, stream: socket.socket, done: threading.Event) -> None:
            self._dribble(stream, done, HANDSHAKE)

    with server(dull := Dull() if security is Security.STARTTLS else Handshake(), security) as to:
        passing(sent(to))
        assert dull.hung_up.wait(10)


def test_a_probe_is_bounded_as_well() -> None:
    with server(dull := Dull(slow="MAIL")) as to:
        passing(probe(to, None, sender="a@example.com"))
        assert dull.hung_up.wait(10)


def test_the_looking_up_of_the_servers_name_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def silent(*_asked: object, **_named: object) -> list[object]:
        answered.wait()
        return []

    to = Server("mail.example.com", 25, Security.NONE, BRIEF, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    monkeypatch.setattr(socket, "getaddrinfo", silent)
    outcome = sent(to)
    answered.set()
    passing(outcome)


def test_a_mail_takes_no_longer_than_it_is_claimed_for() -> None:
    usual = Patience()
    assert usual.opening + usual.acceptance + usual.parting <= LONGEST_REQUEST


# ── replies ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("where", ["GREETING", "RCPT", "TEXT"])
def test_a_reply_may_have_many_lines(where: str) -> None:
    with server(Dull(wordy=where, lines=MOST_LINES), patience=UNHURRIED) as to:
        assert sent(to) == Sent()


@pytest.mark.parametrize("where", ["GREETING", "EHLO", "RCPT"])
def test_a_reply_of_too_many_lines_is_a_connection_lost(where: str) -> None:
    with server(Dull(wordy=where, lines=MOST_LINES + 1), patience=UNHURRIED) as to:
        assert passing(sent(to)).reason.endswith(f" gave an answer of more than {MOST_LINES} lines")


def test_an_answer_to_the_text_of_too_many_lines_is_unknown() -> None:
    with server(Dull(wordy="TEXT", lines=MOST_LINES + 1), patience=UNHURRIED) as to:
        assert isinstance(sent(to), Unknown)


def test_a_machine_without_md5_says_that_it_cannot_log_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """CRAM-MD5 is what smtplib takes first."""

    def switched_off(*_given: object) -> None:
        raise ValueError("[digital envelope routines] unsupported")

    monkeypatch.setattr(hmac, "HMAC", switched_off)
    with server(Dull(challenge=b"334 PDEyMz4=\r\n"), patience=UNHURRIED) as to:
        outcome = passing(sent(to, Login("invented-user", "invented-password")))
    assert outcome.reason == "this machine can't compute the login that the server offers first"


@pytest.mark.parametrize("challenge", [b"334 abc\r\n", b"334 PDEyMz4\r\n"])
@pytest.mark.parametrize("bearer", [False, True], ids=["password", "token"])
def test_a_login_that_the_server_garbles_is_transient(challenge: bytes, *, bearer: bool) -> None:
    """What base64 says of it is none of smtplib's errors."""
    with server(Dull(challenge=challenge), patience=UNHURRIED) as to:
        outcome = passing(sent(to, Login("invented-user", "invented-password", bearer)))
    assert outcome.reason == "the server's part of the login is not base64"
