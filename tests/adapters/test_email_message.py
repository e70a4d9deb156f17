"""The bytes of a mail: the same each time, and nothing in them that a stranger chose."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.email_message import Envelope, address, header_text, message_id, written
from bot.app.records import Sheet
from bot.errors import UsageError
from tests.contracts.channel_contract import message

ENVELOPE = Envelope(address("Rank Watch <rankings@example.com>"), (address("team@example.com"),), None, "mail")
SMUGGLED = "=?utf-8?q?a=0D=0ABcc:_evil=40example.net?="

GOLDEN = """\
From: Rank Watch <rankings@example.com>\r
To: team@example.com\r
Subject: Kestrel Code passes Marlin for #4\r
Date: Wed, 11 Nov 2026 08:00:00 +0000\r
Message-ID: <ID@example.com>\r
List-Id: <mail.rankbot.example.com>\r
List-Unsubscribe: <mailto:rankings@example.com?subject=unsubscribe>\r
Auto-Submitted: auto-generated\r
Precedence: bulk\r
X-Auto-Response-Suppress: All\r
MIME-Version: 1.0\r
Content-Type: multipart/alternative;\r
 boundary="=_0_ID"\r
\r
--=_0_ID\r
Content-Type: text/plain; charset="utf-8"\r
Content-Transfer-Encoding: quoted-printable\r
\r
=E2=96=B2 Kestrel Code passes Marlin for #4.\r
\r
You get this because you are on the list "mail". To leave it, write to\r
rankings@example.com.\r
\r
--=_0_ID\r
Content-Type: text/html; charset="utf-8"\r
Content-Transfer-Encoding: quoted-printable\r
MIME-Version: 1.0\r
\r
<p>Kestrel Code passes Marlin for #4.</p><table role=3D"presentation" width=\r
=3D"100%"><tbody><tr><td align=3D"center" style=3D"padding:18px 0 6px"><table=\r
 role=3D"presentation" width=3D"640" style=3D"width:100%;max-width:640px"><tb=\r
ody><tr><td class=3D"foot-in" style=3D"padding:0 36px"><p class=3D"foot" styl=\r
e=3D"margin:0 0 6px;font-family:-apple-system,BlinkMacSystemFont,&#39;Segoe U=\r
I&#39;,Roboto,Helvetica,Arial,sans-serif;font-size:12px;line-height:18px;word=\r
-break:break-word;color:#5a6472">You get this because you are on the list &#3=\r
4;mail&#34;. To leave it, write to rankings@example.com.</p></td></tr></tbody=\r
></table></td></tr></tbody></table>\r
\r
--=_0_ID--\r
"""


def parsed(payload: str) -> EmailMessage:
    return email.message_from_bytes(payload.encode("ascii"), policy=email.policy.default)


def test_a_mail_as_it_goes_over_the_wire() -> None:
    payload = written(message(text="▲ Kestrel Code passes Marlin for #4.\n"), ENVELOPE)
    identity = message_id(payload).strip("<>").partition("@")[0]
    assert len(identity) == 32
    assert payload == GOLDEN.replace("ID@", f"{identity}@").replace("_ID", f"_{identity}")


def test_two_builds_are_the_same_bytes() -> None:
    assert written(message(), ENVELOPE) == written(message(), ENVELOPE)


def test_the_message_id_belongs_to_delivery_and_recipient() -> None:
    other = Envelope(ENVELOPE.sender, (address("lou@example.com"),), None, "mail")
    ids = {
        message_id(written(message(), ENVELOPE)),
        message_id(written(message(), other)),
        message_id(written(message(key="another"), ENVELOPE)),
    }
    assert len(ids) == 3
    assert message_id(written(message(subject="changed"), ENVELOPE)) in ids


@pytest.mark.parametrize(
    "subject",
    [
        SMUGGLED,
        f"News {SMUGGLED} more",
        "a\r\nBcc: evil@example.net",
        "a\nBcc: evil@example.net",
        "a\u2028Bcc: evil@example.net",
        "a\x00\x1b[31m",
        "=" + SMUGGLED,
        "=?=?utf-8?q?x?=",
    ],
)
def test_a_subject_never_becomes_a_header(subject: str) -> None:
    payload = written(message(subject=subject), ENVELOPE)
    head = payload.partition("\r\n\r\n")[0]
    names = {line.partition(":")[0] for line in head.split("\r\n") if not line.startswith(" ")}
    assert names == {line.partition(":")[0] for line in GOLDEN.partition("\r\n\r\n")[0].split("\r\n") if line[0] != " "}
    assert parsed(payload)["Bcc"] is None
    assert "\n" not in parsed(payload)["Subject"]


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_subject_and_text_can_be_written(text: str) -> None:
    payload = written(message(subject=text, text=header_text(text) + "\n"), ENVELOPE)
    assert payload.isascii()
    assert parsed(payload)["Bcc"] is None


@pytest.mark.parametrize(
    "subject",
    [
        "CLI agents: Harrier leads, Foundry Agent and Roost follow · 1 more board",
        "New #1 in CLI agents: Foundry Agent, after at least 64 days of Harrier",
        "Kestrel Code passes Marlin for #4 in CLI agents · Sable enters the top 10 · 1 spike",
    ],
)
def test_a_subject_that_is_folded_has_no_blank_more_and_begins_on_its_line(subject: str) -> None:
    payload = written(message(subject=subject), ENVELOPE)
    assert parsed(payload)["Subject"] == subject
    assert "Subject: \r\n" not in payload
    assert "Subject:\r\n" not in payload


def test_the_subject_is_read_back_as_it_was_meant() -> None:
    subject = "▲ Kestrel Code überholt Marlin, 漢字 " + "sehr lang " * 9
    assert parsed(written(message(subject=subject), ENVELOPE))["Subject"] == subject.strip()


def test_reply_to_is_where_one_unsubscribes() -> None:
    envelope = Envelope(ENVELOPE.sender, ENVELOPE.to, address("ops@example.com"), "Team, Berlin")
    mail = parsed(written(message(), envelope))
    assert mail["Reply-To"] == "ops@example.com"
    assert mail["List-Unsubscribe"] == "<mailto:ops@example.com?subject=unsubscribe>"
    assert mail["List-Id"] == "<team-berlin.rankbot.example.com>"


def test_long_addresses_stay_whole() -> None:
    long = f"a-very-long-name@{'sub.' * 14}example.com"
    envelope = Envelope(address(long), ENVELOPE.to, None, "mail")
    assert f"\r\nList-Unsubscribe: <mailto:{long}?subject=unsubscribe>\r\n" in written(message(), envelope)


def text_of(mail: EmailMessage, kind: str) -> str:
    """What is read of the plain part, or of the html one."""
    part = mail.get_body((kind,))
    assert part
    return " ".join(str(part.get_content()).replace("&#34;", '"').split())


def test_a_digests_tables_are_attached_and_both_forms_say_so() -> None:
    table = "\ufeffrank,name\r\n4,\u6f22\u5b57\r\n"
    digest = message(sheet=Sheet("Full tables", table), source="Source: …")
    payload = written(digest, ENVELOPE)
    mail = parsed(payload)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/csv",
    ]
    assert payload == written(digest, ENVELOPE)
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "openrouter-rankings-2026-11-10.csv"
    assert attached.get_payload(decode=True) == table.encode()
    for kind in ("plain", "html"):
        assert "Full tables: openrouter-rankings-2026-11-10.csv (attached)." in text_of(mail, kind)


def test_no_boundary_begins_with_another() -> None:
    mail = parsed(written(message(sheet=Sheet("Full tables", "a\r\n")), ENVELOPE))
    boundaries = [part.get_boundary() or "" for part in mail.walk() if part.is_multipart()]
    assert len(boundaries) == 2
    assert not [one for one in boundaries for other in boundaries if one is not other and one.startswith(other)]


@pytest.mark.parametrize("kind", ["plain", "html"])
@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("Source: …", 'You get this on weekdays at 09:00 (Europe/Berlin) because you are on the list "team". '),
        ("", 'You get this because you are on the list "team". '),  # a notice, which comes at any time
    ],
)
def test_the_last_lines_say_why_it_came_and_how_to_leave(kind: str, source: str, said: str) -> None:
    rhythm = "on weekdays at 09:00 (Europe/Berlin)"
    envelope = Envelope(ENVELOPE.sender, ENVELOPE.to, address("Ops <ops@example.com>"), "team", rhythm)
    read = text_of(parsed(written(message(source=source), envelope)), kind)
    assert f"{said}To leave it, write to ops@example.com." in read
    assert "(attached)" not in read


def test_a_message_without_html_is_text_only() -> None:
    mail = parsed(written(message(html=""), ENVELOPE))
    assert mail.get_content_type() == "text/plain"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jo@example.com", "jo@example.com"),
        ("Jo <jo@example.com>", "Jo <jo@example.com>"),
        ('"Jo, of Bücher" <jo@bücher.example>', '"Jo, of Bücher" <jo@xn--bcher-kva.example>'),
        (f'"{SMUGGLED}" <jo@example.com>', None),
    ],
)
def test_addresses(text: str, expected: str | None) -> None:
    found = address(text)
    assert "=?" not in found.display_name
    assert expected is None or str(found) == expected


@pytest.mark.parametrize("name", ["Acme, Inc.", "Ops: team", "Foo @ Bar", "Foo (bar", '"Foo', "Foo\\", "Bücher; Söhne"])
def test_a_sender_of_any_name_comes_over_the_wire(name: str) -> None:
    envelope = Envelope(address(f"{name} <ops@example.com>"), ENVELOPE.to, None, "mail")
    (found,) = parsed(written(message(), envelope))["From"].addresses
    assert (found.display_name, found.addr_spec) == (name, "ops@example.com")


@pytest.mark.parametrize(
    "text", ["", "jo", "jo@", "@example.com", "jürgen@example.com", "a b@example.com", "a@b..example", "a@b\r\nc: d"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="mail can't go"):
        address(text)


def test_the_date_is_the_digests() -> None:
    at = datetime(2026, 3, 1, 23, 59, 58, tzinfo=UTC)
    assert parsed(written(message(created_at=at), ENVELOPE))["Date"] == "Sun, 01 Mar 2026 23:59:58 +0000"
