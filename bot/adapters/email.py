"""E-mail as a channel: by SMTP, one mail a recipient, with the standard library."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.adapters.email_message import Envelope, address, message_id, written
from bot.adapters.smtp import Patience, Security, Server, probe, transmit
from bot.adapters.smtp_login import Login
from bot.app.records import Message
from bot.core.delivery import Delivery, Failed, IfUnsure, Outcome, Sent, Step, Unknown
from bot.errors import RankbotError

_BETWEEN = ", "
_WAITS = 5
"""Tries at which a mail to all waits for those who are refused for the time being: with the outbox's doubling waits
15 to 31 minutes. Greylisting is over by then; a mailbox that is full would hold up the others for days."""


class EmailChannel:
    """Mail through an SMTP server.

    Each recipient gets a mail of its own, unless ``together``. The username and password are asked anew for each mail;
    with ``bearer`` the password is an access token. ``sender``, ``to`` and ``reply_to`` read ``a@example.com`` or
    ``Name <a@example.com>``; an address that can't be used raises UsageError. ``rhythm`` says when digests come
    (bot.core.due). ``now`` dates the message of ``test``.
    """

    kind = "email"
    can_be_asked = False
    has_threads = False
    shows_pictures = True

    def __init__(
        self,
        name: str,
        *,
        host: str,
        port: int,
        security: str,
        sender: str,
        to: Sequence[str],
        now: Callable[[], datetime],
        username: Callable[[], str] | None = None,
        password: Callable[[], str] | None = None,
        bearer: bool = False,
        reply_to: str = "",
        rhythm: str = "",
        together: bool = False,
        if_unsure: IfUnsure = IfUnsure.RESEND,
        patience: Patience | None = None,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        self.name = name
        self.if_unsure = if_unsure
        self._server = Server(host, port, Security(security), patience or Patience(), tls_context, f"[channel.{name}]")
        self._username = username
        self._password = password
        self._bearer = bearer
        self._together = together
        self._now = now
        everybody = tuple(address(text) for text in to)
        self._envelope = Envelope(address(sender), everybody, address(reply_to) if reply_to else None, name, rhythm)

    def steps(self, message: Message) -> tuple[Step, ...]:
        """A mail for each recipient, or one for all of them."""
        everybody = self._envelope.to
        groups = [everybody] if self._together else [(recipient,) for recipient in everybody]
        return tuple(
            Step(
                number,
                _BETWEEN.join(recipient.addr_spec for recipient in group),
                written(message, replace(self._envelope, to=group)),
            )
            for number, group in enumerate(groups)
        )

    def send(self, delivery: Delivery, step: Step, thread: str) -> Outcome:  # noqa: ARG002  (the port's signature)
        """Hands the mail to the server. The receipt is its Message-ID, with those who were refused.

        One mail to all is not sent yet while somebody is refused for the time being, at the first tries: a retry
        would reach the others twice.
        """
        return self._transmit(step, wait_for_all=delivery.attempts < _WAITS)

    def find(self, delivery: Delivery, step: Step, thread: str) -> Outcome:  # noqa: ARG002  (the port's signature)
        """A mail server can't be asked."""
        return Unknown("a mail server cannot be asked whether a mail arrived")

    def test(self) -> Outcome:
        """Sends a mail marked TEST to every recipient, as a digest would go."""
        now = self._now()
        text = f"Nothing has happened; somebody ran: rankbot test-channel {self.name}\n"
        subject = "TEST: rankbot can send mail here"
        key = f"test/{self.name}/{now.isoformat()}"
        receipts = []
        steps = self.steps(Message(key, now.date(), now, subject, text, html="", slack=()))
        for step in steps:
            outcome = self._transmit(step)
            if not isinstance(outcome, Sent):
                whom = f"{step.target}: " if len(steps) > 1 else ""  # a single one is named by `describe`
                return replace(outcome, reason=f"{whom}{outcome.reason}")
            receipts.append(f"{step.target}: accepted as {outcome.receipt}")
        return Sent("; ".join(receipts))

    def probe(self) -> Outcome:
        """Connects and logs in, and has the sender accepted; sends nothing."""
        login = self._login()
        if isinstance(login, Failed):
            return login
        return probe(self._server, login, sender=self._envelope.sender.addr_spec)

    def describe(self) -> str:
        """The recipient, or how many there are."""
        everybody = self._envelope.to
        return f"mail to {everybody[0].addr_spec if len(everybody) == 1 else len(everybody)}"

    def _transmit(self, step: Step, *, wait_for_all: bool = False) -> Outcome:
        login = self._login()
        if isinstance(login, Failed):
            return login
        outcome = transmit(
            self._server,
            login,
            sender=self._envelope.sender.addr_spec,
            recipients=step.target.split(_BETWEEN),
            data=step.payload.encode("ascii"),
            wait_for_all=wait_for_all,
        )
        if isinstance(outcome, Sent):
            receipt = "; ".join(filter(None, (message_id(step.payload), outcome.refused)))
            return Sent(receipt, outcome.refused)
        return outcome

    def _login(self) -> Login | Failed | None:
        """The present username and password. What can't be read now may be there later."""
        try:
            username = self._username().strip() if self._username else ""
            password = self._password().rstrip("\r\n") if self._password else ""
        except RankbotError as error:
            return Failed(error.message, permanent=False, hint=error.hint)
        return Login(username, password, self._bearer) if username else None
