"""Pictures of a message: made for its HTML, sent with a mail, put into a file; never in the way of the digest."""

from __future__ import annotations

import email
import email.policy
from base64 import b64decode
from dataclasses import replace
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.adapters import charts
from bot.adapters.email_message import Envelope, address, written
from bot.adapters.pictures import PICTURE_LIMIT, drawn, self_contained, shown
from bot.adapters.render import JinjaRenderer
from bot.app.records import Attachment, Message
from bot.core.charts import Chart, TokenChart
from bot.core.digest import Digest
from bot.core.specimens import specimens
from tests.adapters.rendered import BUNDLED, NOW_AT
from tests.contracts.channel_contract import message

ORDINARY = specimens()[0]
ENVELOPE = Envelope(address("Rank Watch <rankings@example.com>"), (address("team@example.com"),), None, "mail")


def render(told: Digest = ORDINARY, *, user: Path | None = None, warnings: list[str] | None = None) -> Message:
    warn = warnings.append if warnings is not None else None
    return JinjaRenderer(BUNDLED, user, warnings=warn, draw=charts.draw).render(told, key="team/2026-11-11", now=NOW_AT)


@pytest.fixture(scope="module")
def made() -> Message:
    """The ordinary digest with its pictures."""
    return render()


def broken(_chart: Chart) -> bytes:
    raise ZeroDivisionError("a bug")


def test_each_chart_is_a_picture_of_the_html_with_its_words(made: Message) -> None:
    assert [attachment.name for attachment in made.attachments] == ["chart-1.png", "chart-2.png"]
    pictures = [chart for chart in ORDINARY.charts if not isinstance(chart, TokenChart)]
    for chart, attachment in zip(pictures, made.attachments, strict=True):
        assert Image.open(BytesIO(attachment.content)).format == attachment.media_type.rpartition("/")[2].upper()
        assert f'src="cid:{attachment.cid}"' in made.html
        assert f'alt="{chart.alt}"' in made.html


def test_the_same_digest_has_the_same_pictures_another_has_other_names(made: Message) -> None:
    assert render() == made
    other = JinjaRenderer(BUNDLED, draw=charts.draw).render(ORDINARY, key="team/2026-11-12", now=NOW_AT)
    assert not {one.cid for one in other.attachments} & {one.cid for one in made.attachments}


def test_without_the_extra_the_digest_is_whole(made: Message) -> None:
    plain = JinjaRenderer(BUNDLED).render(ORDINARY, key="team/2026-11-11", now=NOW_AT)
    assert plain.attachments == ()
    assert "<img" not in plain.html
    assert plain.text == made.text


def test_a_chart_that_fails_is_left_out_and_said() -> None:
    said: list[str] = []
    made = JinjaRenderer(BUNDLED, warnings=said.append, draw=broken).render(ORDINARY, key="k", now=NOW_AT)
    assert made.attachments == ()
    assert "<img" not in made.html
    assert said == ["A chart could not be drawn and was left out: ZeroDivisionError: a bug."] * 2
    assert list(drawn(ORDINARY.charts, broken, key="k")) == []


def test_a_picture_beyond_the_limit_is_left_out_and_said() -> None:
    said: list[str] = []
    assert list(drawn(ORDINARY.charts[:1], lambda _chart: b"x" * (PICTURE_LIMIT + 1), key="k", warn=said.append)) == []
    assert said == [f"A chart could not be drawn and was left out: it has more than {PICTURE_LIMIT} bytes."]


def test_pictures_that_a_template_leaves_out_are_not_sent(tmp_path: Path) -> None:
    (tmp_path / "digest.html.j2").write_text(
        "<html><body>{% for picture in pictures[:1] %}<img src='{{ picture.src }}' alt='{{ picture.title }}, "
        "{{ picture.kind }}'>{% endfor %}</body></html>"
    )
    made = render(user=tmp_path)
    assert [attachment.name for attachment in made.attachments] == ["chart-1.png"]
    assert "Kestrel Code, ranks" in made.html


def test_a_template_that_misuses_a_picture_is_found_by_the_check(tmp_path: Path) -> None:
    (tmp_path / "digest.html.j2").write_text("<html><body>{{ pictures[0].size }}</body></html>")
    (error,) = JinjaRenderer(BUNDLED, tmp_path).check()[:1]
    assert "size" in str(error)


def test_a_mail_carries_its_pictures_beside_the_html_and_is_the_same_bytes_each_time(made: Message) -> None:
    payload = written(made, ENVELOPE)
    assert payload == written(made, ENVELOPE)
    mail = email.message_from_bytes(payload.encode("ascii"), policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    plain, related = mail.iter_parts()
    assert mail.get_content_type() == "multipart/alternative"
    assert (plain.get_content_type(), related.get_content_type()) == ("text/plain", "multipart/related")
    page, *pictures = related.iter_parts()
    assert page.get_content_type() == "text/html"
    assert [part["Content-ID"] for part in pictures] == [f"<{one.cid}>" for one in made.attachments]
    assert [part.get_content() for part in pictures] == [one.content for one in made.attachments]
    assert {part.get_content_disposition() for part in pictures} == {"inline"}
    boundaries = [part.get_boundary() or "" for part in mail.walk() if part.is_multipart()]
    assert len(boundaries) == 2
    assert not boundaries[1].startswith(boundaries[0])


def test_a_file_holds_its_pictures_itself(made: Message) -> None:
    page = self_contained(made)
    assert "cid:" not in page
    encoded = [piece.partition('"')[0] for piece in page.split("data:image/png;base64,")[1:]]
    assert [b64decode(piece) for piece in encoded] == [one.content for one in made.attachments]


def test_what_is_no_picture_of_the_html_stays_out_of_it() -> None:
    table = Attachment("table.csv", "text/csv", b"rank\n")
    plain = replace(message(), attachments=(table,))
    assert self_contained(plain) == plain.html
    assert written(plain, ENVELOPE) == written(message(), ENVELOPE)
    assert shown([Attachment("a.png", "image/png", b"", "a")], "no picture") == ()


def test_a_mail_without_html_has_no_pictures() -> None:
    bare = replace(message(), html="", attachments=(Attachment("a.png", "image/png", b"x", "a"),))
    assert "image/png" not in written(bare, ENVELOPE)
