"""A mail can be read: in any light, and in Outlook, which knows the least of styles."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import cache
from html import unescape

import pytest

from bot.adapters.email_message import Envelope, address, written
from bot.adapters.render import JinjaRenderer
from bot.app.records import Message
from bot.core.digest import SAMPLE, Digest
from bot.core.specimens import specimens
from tests.adapters.mail_colours import declarations, shown
from tests.adapters.rendered import BUNDLED, models, rendered, scenes, words
from tests.adapters.test_render_caps import worst
from tests.adapters.test_render_labs import labs

READABLE = 4.5
"""The least contrast of text that WCAG 2 accepts (1.4.3, level AA)."""
CLIPPED = 90_000
ENVELOPE = Envelope(
    address("Rank Watch <rankings@example.com>"),
    (address("team@example.com"),),
    address(f"{'o' * 60}@{'sub.' * 14}example.com"),
    "a-list-with-a-name-that-is-quite-long",
    "on Mondays, Tuesdays, Wednesdays, Thursdays and Saturdays at 09:00 (America/Argentina/ComodRivadavia)",
)


def digests() -> dict[str, Digest]:
    extremes = {f"specimen-{number}": told for number, told in enumerate(specimens())}
    return {**scenes(), **extremes, "models": models(), "labs": labs(), "worst": worst()}


@cache
def messages() -> dict[str, Message]:
    """Each situation, and the messages that no template makes."""
    now = datetime(2026, 11, 11, 8, tzinfo=UTC)
    renderer = JinjaRenderer(BUNDLED)
    told = scenes()["revised"]
    reply = renderer.correction(told.revisions, "Revised: Sable", told.provenance, key="k", now=now)
    notice = renderer.notice("The feed refuses the API key", ["It says: 401."], key="k", now=now)
    return {**{name: rendered(told) for name, told in digests().items()}, "reply": reply, "notice": notice}


@cache
def page(name: str) -> str:
    """The HTML as it is mailed."""
    mail = email.message_from_bytes(written(messages()[name], ENVELOPE).encode("ascii"), policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    html = mail.get_body(("html",))
    assert html
    return str(html.get_content())


def tags(page: str) -> Iterator[tuple[str, str]]:
    """(tag, style) of every element that has a style of its own."""
    for tag, style in re.findall(r'<([a-z0-9]+)\b[^>]*\bstyle="([^"]*)"', page):
        yield tag, unescape(style)


NAMES = sorted(messages())


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_all_words_stand_out_from_their_ground(name: str, dark: bool) -> None:
    found = shown(page(name), dark=dark)
    assert len(found) > 2
    assert [one for one in found if one.contrast < READABLE] == []


def test_the_dark_form_is_dark() -> None:
    """Its ground, that is, wherever there are words on it, but for the banner of sample data."""
    light, dark = (shown(page("ordinary"), dark=dark) for dark in (False, True))
    assert {one.ground for one in light} == {"#ffffff", "#eef0f2"}
    assert {one.ground for one in dark} == {"#171a1f", "#0d0f12"}


@pytest.mark.parametrize("name", NAMES)
def test_outlook_for_windows_is_asked_for_nothing_that_it_ignores(name: str) -> None:
    """Padding and borders of cells only; no !important in a style attribute; no unit but px."""
    for tag, style in tags(page(name)):
        given = declarations(style)
        assert "!important" not in style
        assert not re.search(r"\d(rem|em|vw|ch)\b", style)
        if tag not in ("td", "th", "body") and SAMPLE not in page(name):
            assert not [prop for prop in given if prop.startswith(("padding", "border-bottom"))], (tag, style)


@pytest.mark.parametrize("name", NAMES)
def test_no_client_cuts_it_off(name: str) -> None:
    assert len(page(name).encode()) < CLIPPED


@pytest.mark.parametrize("name", NAMES)
def test_forwarded_it_does_nothing_for_its_owner(name: str) -> None:
    """No link but to OpenRouter's pages, nothing that is loaded, no form; how to leave is said, not linked."""
    links = re.findall(r'\b(?:href|src|action)="([^"]*)"', page(name))
    assert all(link.startswith("https://openrouter.ai/") for link in links)
    assert "To leave it, write to " in words(page(name))
    assert not re.search(r"<(form|img|script|link|iframe|object)\b|url\(|@import", page(name))


@pytest.mark.parametrize("name", sorted(scenes()))
def test_its_first_words_are_those_an_inbox_shows_beside_the_subject(name: str) -> None:
    assert words(page(name)).startswith(scenes()[name].lead)
