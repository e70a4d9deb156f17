"""A digest as an e-mail: the final bytes, the same each time they are built from the same message."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import policy
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from typing import Any

from bot.adapters.email_footer import footer, in_html, in_text
from bot.app.records import Attachment, Message
from bot.core.mailbox import mailbox
from bot.core.text import clean
from bot.errors import UsageError

_HEADER_LIMIT = 150
_WHOLE = frozenset({"Message-ID", "List-Id", "List-Unsubscribe"})


class _Policy(policy.EmailPolicy):
    """SMTP's line ends; every part in ASCII, so that no server needs to offer 8BITMIME.

    The standard library turns a long word of a header into encoded words; in an address between angle brackets
    that is wrong, so these headers are written as they are. Where it folds a subject before an encoded word it adds a
    blank, and where the subject is a little longer than a line it begins it on the next one; so its subjects are
    written by the older of its two ways.
    """

    def __init__(self, **changes: Any) -> None:
        super().__init__(**{"linesep": "\r\n", "cte_type": "7bit", **changes})

    def fold_binary(self, name: str, value: str) -> bytes:
        if name == "Subject":
            subject = Header(str(value), "us-ascii" if value.isascii() else "utf-8", header_name=name)
            return f"{name}: {subject.encode(linesep=self.linesep)}{self.linesep}".encode("ascii")
        return f"{name}: {value}\r\n".encode("ascii") if name in _WHOLE else super().fold_binary(name, value)


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who writes to whom, and the name of the list. ``reply_to`` may be None.

    ``rhythm`` is when its digests come, within a sentence; it may be empty.
    """

    sender: Address
    to: tuple[Address, ...]
    reply_to: Address | None
    channel: str
    rhythm: str = ""

    @property
    def leave(self) -> str:
        """Where one writes to leave the list."""
        return (self.reply_to or self.sender).addr_spec


def address(text: str) -> Address:
    """An address as in ``Name <a@example.com>``, its domain in ASCII. Raises UsageError where mail can't go there."""
    found = mailbox(text)
    if found is None:
        hint = "An address reads name@example.com or Name <name@example.com>, with ASCII before the @."
        raise UsageError(f"mail can't go to or from {clean(text, 100)!r}.", hint=hint)
    return Address(header_text(found.name) if found.name else "", found.local, found.domain)


def header_text(text: str) -> str:
    """Text that can't end a header or pose as an encoded word, which older Pythons decode into new headers."""
    return clean(text, _HEADER_LIMIT).replace("=?", "= ?")


def written(message: Message, envelope: Envelope) -> str:
    """The mail as it goes over the wire, in ASCII with CRLF: as text and as HTML, with its tables attached as CSV."""
    mail = EmailMessage(policy=_Policy())
    recipients = ", ".join(recipient.addr_spec for recipient in envelope.to)
    identity = sha256(f"{message.key}\n{recipients}".encode()).hexdigest()[:32]
    domain = envelope.sender.domain
    mail["From"] = envelope.sender
    mail["To"] = envelope.to
    if envelope.reply_to:
        mail["Reply-To"] = envelope.reply_to
    mail["Subject"] = header_text(message.subject)
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = f"<{identity}@{domain}>"
    mail["List-Id"] = f"<{_label(envelope.channel)}.rankbot.{domain}>"
    mail["List-Unsubscribe"] = f"<mailto:{envelope.leave}?subject=unsubscribe>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Precedence"] = "bulk"
    mail["X-Auto-Response-Suppress"] = "All"
    _fill(mail, message, envelope)
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{number}_{identity}")  # none is the beginning of another, which some readers confuse
    return mail.as_bytes().decode("ascii")


def _fill(mail: EmailMessage, message: Message, envelope: Envelope) -> None:
    """The parts: what is read in either form, the HTML with its pictures, and beside them the files attached.

    mixed (alternative (text, related (HTML, pictures)), file); what is not there takes its multipart with it.
    """
    sheet, name = message.sheet, f"openrouter-rankings-{message.day}.csv"
    lines = footer(
        envelope.channel,
        rhythm=envelope.rhythm if message.source else "",
        leave=envelope.leave,
        attached=f"{sheet.title}: {name} (attached)." if sheet else "",
    )
    mail.set_content(in_text(message.text, lines))
    if message.html:
        mail.add_alternative(in_html(message.html, lines), subtype="html")
        _add_pictures(mail, message.attachments)
    if sheet:
        mail.add_attachment(sheet.csv, subtype="csv", cte="quoted-printable", filename=name)


def _add_pictures(mail: EmailMessage, attachments: Sequence[Attachment]) -> None:
    """Puts the pictures beside the HTML that shows them."""
    page = mail.get_body(("html",))
    for attachment in attachments:
        if page and attachment.cid:
            main, _, sub = attachment.media_type.partition("/")
            page.add_related(
                attachment.content,
                maintype=main,
                subtype=sub,
                cid=f"<{attachment.cid}>",
                filename=attachment.name,
                disposition="inline",
            )


def message_id(payload: str) -> str:
    """The Message-ID of a written mail."""
    found = re.search(r"(?m)^Message-ID:\s*(<[^<>\r\n]+>)", payload)
    return found[1] if found else ""


def _label(name: str) -> str:
    """A channel's name as a label of a List-Id."""
    return re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-") or "digest"
