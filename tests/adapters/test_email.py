"""Mail as a channel, against a mail server on loopback."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage

import pytest

from bot.adapters.email import EmailChannel
from bot.adapters.smtp import Patience
from bot.adapters.smtp_login import Login, login_hint
from bot.app.ports import Channel
from bot.core.delivery import Failed, Sent, Step, Unknown
from bot.errors import UsageError
from tests.contracts.channel_contract import CREATED_AT, ChannelContract, ChannelHarness, delivery, message
from tests.servers.smtp import PASSWORD, USERNAME, Certificates, FakeSmtp, certificates

JO, LOU = "jo@example.com", "lou@example.com"


@pytest.fixture(scope="module")
def tls() -> Certificates:
    return certificates("127.0.0.1")


@pytest.fixture
def server() -> Iterator[FakeSmtp]:
    with FakeSmtp() as running:
        yield running


def mail(server: FakeSmtp | int, **changes: object) -> EmailChannel:
    """A channel to that server (or port), without TLS and login."""
    arguments: dict[str, object] = {
        "host": "127.0.0.1",
        "port": server if isinstance(server, int) else server.port,
        "security": "none",
        "sender": "Rank Watch <rankings@example.com>",
        "to": [JO],
        "now": lambda: CREATED_AT,
        **changes,
    }
    return EmailChannel("mail", **arguments)  # type: ignore[arg-type]


def secured(server: FakeSmtp, tls: Certificates, **changes: object) -> EmailChannel:
    """A channel with STARTTLS and a login."""
    arguments: dict[str, object] = {
        "security": "starttls",
        "tls_context": tls.client,
        "username": lambda: USERNAME,
        "password": lambda: PASSWORD,
        **changes,
    }
    return mail(server, **arguments)


def send(channel: Channel, number: int = 0) -> object:
    """The outcome of sending one step."""
    steps = channel.steps(message())
    return channel.send(delivery(steps), steps[number], "")


def failed(outcome: object, *, permanent: bool) -> Failed:
    assert isinstance(outcome, Failed), outcome
    assert outcome.permanent is permanent, outcome
    return outcome


def parsed(payload: str | bytes) -> EmailMessage:
    raw = payload.encode() if isinstance(payload, str) else payload
    return email.message_from_bytes(raw, policy=email.policy.default)


class MailHarness(ChannelHarness):
    secrets = (PASSWORD, USERNAME)
    permanent_hint = False

    def __init__(self, server: FakeSmtp, tls: Certificates) -> None:
        self.server = server
        self.tls = tls
        self.channel: Channel = secured(server, tls)

    def count(self) -> int:
        return len(self.server.mails)

    def refuse(self) -> None:
        self.server.refusals[JO] = f"550 5.1.1 no such user; you are {USERNAME} with {PASSWORD}"

    def put_off(self, seconds: float | None) -> None:
        self.server.put_off.add(JO)

    @contextmanager
    def unreachable(self) -> Iterator[Channel]:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = int(listener.getsockname()[1])
        yield mail(port)

    def lose_answer(self, *, kept: bool) -> None:
        self.server.drop_at = "KEPT" if kept else "DATA"


class TestMailKeepsTheContract(ChannelContract):
    @pytest.fixture
    def harness(self, tls: Certificates) -> Iterator[MailHarness]:
        with FakeSmtp(starttls=tls.server, login=True) as running:
            yield MailHarness(running, tls)

    def newest(self, harness: ChannelHarness) -> str:
        assert isinstance(harness, MailHarness)
        return harness.server.mails[-1].content.decode()


# ── the transaction ──────────────────────────────────────────────────────────────────────────────────────────


def test_each_recipient_gets_a_mail_of_its_own(server: FakeSmtp) -> None:
    channel = mail(server, to=[JO, f"Lou <{LOU}>"])
    steps = channel.steps(message())
    assert [step.target for step in steps] == [JO, LOU]
    for step in steps:
        assert isinstance(channel.send(delivery(steps), step, ""), Sent)
    assert [taken.recipients for taken in server.mails] == [(JO,), (LOU,)]
    assert LOU.encode() not in server.mails[0].content


def test_a_refused_recipient_does_not_hold_the_other(server: FakeSmtp) -> None:
    server.refusals[JO] = "550 5.1.1 no such user"
    channel = mail(server, to=[JO, LOU])
    assert "550 5.1.1 no such user" in failed(send(channel, 0), permanent=True).reason
    assert isinstance(send(channel, 1), Sent)


def test_together_is_one_mail_to_all(server: FakeSmtp) -> None:
    channel = mail(server, to=[JO, LOU], together=True)
    (step,) = channel.steps(message())
    assert isinstance(channel.send(delivery(), step, ""), Sent)
    assert server.mails[0].recipients == (JO, LOU)
    assert parsed(server.mails[0].content)["To"] == f"{JO}, {LOU}"


def test_together_names_those_who_were_refused(server: FakeSmtp) -> None:
    server.refusals[LOU] = "550 5.1.1 no such user"
    outcome = send(mail(server, to=[JO, LOU], together=True))
    assert isinstance(outcome, Sent)
    assert outcome.refused == f"refused: {LOU} (550 5.1.1 no such user)"
    assert outcome.refused in outcome.receipt
    assert server.mails[0].recipients == (JO,)


def test_together_with_all_refused_is_transient_if_one_may_pass(server: FakeSmtp) -> None:
    server.refusals = {JO: "550 no", LOU: "451 later"}
    failed(send(mail(server, to=[JO, LOU], together=True)), permanent=False)


def test_together_waits_for_who_is_refused_for_the_time_being(server: FakeSmtp) -> None:
    """Greylisting ends within minutes, and nobody gets the mail twice."""
    server.refusals = {LOU: "451 4.7.1 greylisted"}
    channel = mail(server, to=[JO, LOU], together=True)
    steps = channel.steps(message())
    outcome = failed(channel.send(delivery(steps), steps[0], ""), permanent=False)
    assert outcome.reason == f"refused: {LOU} (451 4.7.1 greylisted)"
    assert server.mails == []
    server.refusals = {}
    assert isinstance(channel.send(replace(delivery(steps), attempts=1), steps[0], ""), Sent)
    assert [taken.recipients for taken in server.mails] == [(JO, LOU)]


def test_together_waits_no_longer_than_greylisting_lasts(server: FakeSmtp) -> None:
    """A full mailbox does not keep the mail from the others: the sixth try leaves it out, and says so."""
    server.refusals = {LOU: "452 4.2.2 mailbox full"}
    channel = mail(server, to=[JO, LOU], together=True)
    steps = channel.steps(message())
    failed(channel.send(replace(delivery(steps), attempts=4), steps[0], ""), permanent=False)
    outcome = channel.send(replace(delivery(steps), attempts=5), steps[0], "")
    assert isinstance(outcome, Sent)
    assert outcome.refused == f"refused: {LOU} (452 4.2.2 mailbox full)"
    assert [taken.recipients for taken in server.mails] == [(JO,)]


def test_a_421_amid_the_recipients_means_that_nobody_has_it(server: FakeSmtp) -> None:
    server.refusals = {LOU: "421 closing"}
    outcome = failed(send(mail(server, to=[JO, LOU], together=True)), permanent=False)
    assert "421" in outcome.reason
    assert server.mails == []


def test_the_receipt_is_the_message_id(server: FakeSmtp) -> None:
    outcome = send(mail(server))
    assert outcome == Sent(parsed(server.mails[0].content)["Message-ID"])


def test_the_bytes_arrive_as_they_were_written(server: FakeSmtp) -> None:
    channel = mail(server)
    (step,) = channel.steps(message(text=".a line with a dot\n..two\n.\nend\n", html=""))
    channel.send(delivery(), step, "")
    assert server.mails[0].content == step.payload.encode()


@pytest.mark.parametrize(
    ("reply", "permanent"), [("451 try later", False), ("452 full", False), ("552 too big", True), ("554 no", True)]
)
def test_a_refusal_of_the_text_is_definite(server: FakeSmtp, reply: str, *, permanent: bool) -> None:
    server.data_reply = reply
    outcome = failed(send(mail(server)), permanent=permanent)
    assert reply in outcome.reason


@pytest.mark.parametrize(("reply", "permanent"), [("450 later", False), ("530 5.7.0 log in first", True)])
def test_a_refused_sender_is_definite(server: FakeSmtp, reply: str, *, permanent: bool) -> None:
    server.sender_reply = reply
    outcome = failed(send(mail(server)), permanent=permanent)
    assert bool(outcome.hint) is permanent


def test_an_odd_answer_to_the_text_is_unknown(server: FakeSmtp) -> None:
    server.data_reply = "399 perhaps"
    assert isinstance(send(mail(server)), Unknown)


def test_a_login_is_not_shown() -> None:
    assert PASSWORD not in repr(Login(USERNAME, PASSWORD))


@pytest.mark.parametrize("where", ["MAIL", "RCPT"])
def test_a_connection_lost_before_the_text_is_transient(server: FakeSmtp, where: str) -> None:
    server.drop_at = where
    failed(send(mail(server)), permanent=False)
    assert server.mails == []


def test_silence_after_the_text_is_unknown(server: FakeSmtp) -> None:
    server.hang_at = "KEPT"
    assert isinstance(send(mail(server, patience=Patience(acceptance=0.1))), Unknown)
    assert len(server.mails) == 1


def test_silence_before_the_text_is_transient(server: FakeSmtp) -> None:
    server.hang_at = "RCPT"
    failed(send(mail(server, patience=Patience(command=0.1))), permanent=False)


def test_a_server_that_does_not_greet_is_transient() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = int(silent.getsockname()[1])
        outcome = failed(send(mail(port, patience=Patience(command=0.1))), permanent=False)
        assert outcome.reason == f"127.0.0.1:{port} did not answer in time"


def test_a_server_that_is_not_there_is_named_with_what_to_check() -> None:
    outcome = failed(mail(1).test(), permanent=False)
    assert outcome.reason == "127.0.0.1:1 refused the connection"
    assert outcome.hint == "Check `host` and `port` of [channel.mail], and that this machine may reach them."


def test_a_server_that_speaks_no_tls_is_named_with_what_to_check(server: FakeSmtp) -> None:
    outcome = failed(send(mail(server, security="tls")), permanent=False)
    assert outcome.reason.startswith(f"the encrypted connection to 127.0.0.1:{server.port} failed")
    assert "Check `port` and `security` of [channel.mail]" in outcome.hint


def test_a_server_that_hangs_up_is_named(server: FakeSmtp) -> None:
    server.drop_at = "MAIL"
    assert failed(send(mail(server)), permanent=False).reason == f"127.0.0.1:{server.port} closed the connection"


# ── security ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_login_comes_after_starttls(tls: Certificates) -> None:
    with FakeSmtp(starttls=tls.server, login=True) as server:
        assert isinstance(send(secured(server, tls)), Sent)
        assert server.commands[0] == "AUTH TLS"
        assert server.mails[0].encrypted
        assert server.mails[0].logged_in


def test_tls_from_the_start(tls: Certificates) -> None:
    with FakeSmtp(tls=tls.server) as server:
        assert isinstance(send(mail(server, security="tls", tls_context=tls.client)), Sent)
        assert server.mails[0].encrypted


def test_without_starttls_nothing_is_sent(server: FakeSmtp, tls: Certificates) -> None:
    outcome = failed(send(secured(server, tls)), permanent=True)
    assert "STARTTLS" in outcome.hint
    assert server.commands == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(tls: Certificates, security: str) -> None:
    direct = security == "tls"
    with FakeSmtp(tls=tls.server if direct else None, starttls=None if direct else tls.server) as server:
        outcome = failed(send(mail(server, security=security)), permanent=False)
        assert "certificate" in outcome.reason
        assert server.mails == []


def test_a_certificate_for_another_host_is_refused() -> None:
    other = certificates("mail.example.com")
    with FakeSmtp(tls=other.server) as server:
        outcome = failed(send(mail(server, security="tls", tls_context=other.client)), permanent=False)
        assert "certificate" in outcome.reason


def test_a_password_never_goes_over_an_open_line() -> None:
    channel = mail(25, host="mail.example.com", username=lambda: USERNAME, password=lambda: PASSWORD)
    assert "open connection" in failed(send(channel), permanent=True).reason
    assert "open connection" in failed(channel.probe(), permanent=True).reason


def test_on_this_machine_a_password_may_go_without_tls() -> None:
    with FakeSmtp(login=True) as server:
        channel = mail(server, username=lambda: USERNAME, password=lambda: PASSWORD)
        assert isinstance(send(channel), Sent)
        assert server.commands[0] == "AUTH open"


@pytest.mark.parametrize("password", ["wrong-password", "pässword"])
def test_a_refused_login_is_permanent_and_never_shown(tls: Certificates, password: str) -> None:
    with FakeSmtp(starttls=tls.server, login=True) as server:
        outcome = failed(send(secured(server, tls, password=lambda: password)), permanent=True)
        assert outcome.hint
        assert password not in repr(outcome)
        assert server.mails == []


class TestTokens:
    """XOAUTH2: the password is an access token, read anew for each mail."""

    TOKEN = "eyJ0-invented-token-5577"

    def test_a_token_logs_in(self, tls: Certificates) -> None:
        with FakeSmtp(starttls=tls.server, login=True, token=self.TOKEN) as server:
            channel = secured(server, tls, password=lambda: self.TOKEN, bearer=True)
            assert channel.probe() == Sent("STARTTLS ok, login ok, sender accepted")
            (step,) = channel.steps(message())
            assert isinstance(channel.send(delivery(), step, ""), Sent)
            assert server.mails[0].logged_in

    def test_a_token_that_is_refused_or_too_old_is_permanent_and_never_shown(self, tls: Certificates) -> None:
        with FakeSmtp(starttls=tls.server, login=True, token="another") as server:
            found = secured(server, tls, password=lambda: self.TOKEN, bearer=True).probe()
            assert isinstance(found, Failed)
            assert (found.permanent, "535 5.7.3" in found.reason) == (True, True)
            assert server.commands[-1] == "AUTH refused, then b''"
            assert self.TOKEN not in f"{found} {Login(USERNAME, self.TOKEN, bearer=True)!r}"

    def test_a_server_that_takes_no_tokens_is_said(self, tls: Certificates) -> None:
        with FakeSmtp(starttls=tls.server, login=True) as server:
            found = secured(server, tls, bearer=True).probe()
            assert isinstance(found, Failed)
            assert (found.permanent, found.reason) == (True, "the server offers no XOAUTH2")


@pytest.mark.parametrize(
    "reply",
    [
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
        "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
        "550 5.7.30 Basic authentication is not supported for Client Submission.",
    ],
)
def test_where_passwords_have_ended_it_says_what_to_do_instead(tls: Certificates, reply: str) -> None:
    """Whatever the host is called: a company's own name may stand before Microsoft's servers."""
    with FakeSmtp(starttls=tls.server, login=True) as server:
        server.login_reply = reply
        found = secured(server, tls).probe()
    assert isinstance(found, Failed)
    assert (found.permanent, reply[:9] in found.reason) == (True, True)
    for way in ('auth = "xoauth2"', "a relay", "SMTP AUTH"):
        assert way in found.hint


def test_a_server_without_logins_is_permanent(tls: Certificates) -> None:
    with FakeSmtp(starttls=tls.server) as server:
        failed(send(secured(server, tls)), permanent=True)


def test_a_secret_that_cannot_be_read_now_is_transient(server: FakeSmtp) -> None:
    def gone() -> str:
        raise UsageError("the file of the secret is not there.")

    channel = mail(server, username=gone)
    failed(send(channel), permanent=False)
    failed(channel.probe(), permanent=False)


# ── testing and describing ───────────────────────────────────────────────────────────────────────────────────


def test_a_test_goes_to_all_and_reports_each(server: FakeSmtp) -> None:
    outcome = mail(server, to=[JO, LOU]).test()
    assert isinstance(outcome, Sent)
    assert f"{JO}: accepted as <" in outcome.receipt
    assert f"{LOU}: accepted as <" in outcome.receipt
    assert "TEST" in parsed(server.mails[0].content)["Subject"]


def test_a_test_that_fails_names_the_recipient(server: FakeSmtp) -> None:
    server.refusals[LOU] = "550 no"
    assert LOU in failed(mail(server, to=[JO, LOU]).test(), permanent=True).reason


def test_a_probe_sends_nothing(tls: Certificates) -> None:
    with FakeSmtp(starttls=tls.server, login=True) as server:
        assert secured(server, tls).probe() == Sent("STARTTLS ok, login ok, sender accepted")
        assert server.mails == []


def test_a_probe_says_what_is_wrong(server: FakeSmtp) -> None:
    server.sender_reply = "553 not yours"
    assert "553 not yours" in failed(mail(server).probe(), permanent=True).reason


def test_it_describes_itself(server: FakeSmtp) -> None:
    assert mail(server).describe() == f"mail to {JO}"
    assert mail(server, to=[JO, LOU]).describe() == "mail to 2"


def test_finding_is_never_possible(server: FakeSmtp) -> None:
    assert isinstance(mail(server).find(delivery(), Step(0, JO, ""), ""), Unknown)


@pytest.mark.parametrize(("host", "word"), [("smtp.gmail.com", "app password"), ("smtp.office365.com", "relay")])
def test_a_refused_login_at_a_known_service_has_a_fitting_hint(host: str, word: str) -> None:
    assert word in login_hint(host)
