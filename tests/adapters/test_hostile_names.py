"""Ten thousand hostile names through every form of a message: none is active, and none breaks a limit."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from itertools import islice
from typing import Any

import pytest

from bot.adapters.email_message import Envelope, address, written
from bot.adapters.file import slack_json
from bot.adapters.render import HTML_LIMIT, JinjaRenderer
from bot.adapters.slack_blocks import condensed, thread_posts
from bot.adapters.slack_limits import TEXT_LIMIT
from bot.adapters.slack_plain import plain_text
from bot.app.records import Message
from bot.core.catalogue import Catalogue
from bot.core.correction import Correction, Turn
from bot.core.digest import Digest
from bot.core.event import Event, Kind
from bot.core.ranking import MODEL_DAY, sum_days
from bot.core.text import width
from bot.core.view import View
from bot.core.watchlist import Watchlist
from tests.adapters.rendered import BUNDLED, NOW_AT
from tests.adapters.test_render_labs import LABS
from tests.builders import CLI_AGENTS, DAY, B, event, snapshot
from tests.core.rules.days import ago
from tests.core.test_pricing import CHECKED, spell
from tests.core.test_pricing import view as models_view
from tests.hostile import hostile_names
from tests.scenes import (
    CLI,
    NOW,
    QUARRY,
    THEN,
    YESTERDAY,
    cli,
    digest,
    entry,
    leader,
    left,
    other_side,
    patterns,
    spike,
    trending,
)
from tests.servers.block_kit import all_text, length, mrkdwn_texts, problems
from tests.ways import climbed, milestone, overtook, renamed

BATCH = 80
"""Names in one digest."""
COUNT = 10_000
SEED = 20_261_121
OWN = re.compile(r"https://openrouter\.ai(/[a-z0-9/?=&;_.-]*)?")
"""Where links of ours lead."""
ENTITY = re.compile(r"&(?!amp;|lt;|gt;)")
FORMATTING = re.compile(r"[*_~`]|:[^\s:]+:|^>", re.MULTILINE)
CLOCK_TIME = re.compile(r"\d\d:\d\d:\d\d")
ENVELOPE = Envelope(address("Rankings <r@example.com>"), (address("team@example.com"),), None, "team")
HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "List-Id",
    "List-Unsubscribe",
    "Auto-Submitted",
    "Precedence",
    "X-Auto-Response-Suppress",
    "MIME-Version",
    "Content-Type",
]


Named = Callable[[], str]
"""Gives one name after another."""
Elements = set[tuple[str, tuple[tuple[str, str | None], ...]]]
"""Elements of a page, each with its attributes."""


# ── digests in which a name stands in every place ────────────────────────────────────────────────────────────


def batches(count: int) -> Iterator[list[str]]:
    """The names, a digest's worth at a time."""
    names = hostile_names(count, SEED)
    while batch := list(islice(names, BATCH)):
        yield batch


def digests(names: Sequence[str]) -> tuple[Digest, Digest]:
    """All of the names in two digests: apps with their events, then models and labs, with what was revised."""
    given = iter(names)

    def name() -> str:
        return next(given, "Spare")

    apps = digest(_apps(name), corrections=_revised(name))
    models = digest(_models(name), _labs(name), replace(_apps(name), new=True, events=()))
    assert next(given, None) is None, "a name was not used"
    return apps, models


def _apps(name: Named) -> View:
    mine = [(f"m{number}", name(), (9000 - number) * B) for number in range(6)]
    before = [(item, name(), tokens + 100 * B) for item, _, tokens in reversed(mine)]
    follow = patterns("id:m2", "id:gone", name() or "x")
    return cli(
        watchlist=replace(CLI, title=name() or "x", mine=patterns("id:m1"), follow=follow),
        current=snapshot(CLI_AGENTS, DAY, [*mine, *NOW]),
        previous=snapshot(CLI_AGENTS, YESTERDAY, [*before, *THEN]),
        events=tuple(_events(name)),
        names={"gone": (name(), name())},
    )


def _events(name: Named) -> Iterator[Event]:
    """Of each kind one, with a name wherever its evidence has one."""
    first, second = {"id": "x", "name": name()}, {**QUARRY, "id": "y", "name": name()}
    others = {"left_board": [name()], "previous_leader": first, "second": second}
    yield leader(item="m0", name=name(), evidence={**leader().evidence, **others}, passive=True)
    passed = {**overtook().evidence["passed"], "name": name()}
    yield overtook(item="m2", name=name(), evidence={"passed": passed})
    yield renamed(item="m3", name=name(), evidence={**renamed().evidence, "old_name": name(), "new_name": name()})
    yield left(item="m4", name=name(), evidence={**left().evidence, "left_board": [name(), name()]})
    for number, made in enumerate((entry, spike, trending, climbed, milestone)):
        yield made(item=f"e{number}", name=name())


def _revised(name: Named) -> tuple[Correction, ...]:
    other = other_side(came=[{**QUARRY, "name": name()}], gone=[{"name": name()}])
    return (
        Correction(entry(date=YESTERDAY, name=name(), revised=other), Turn.RETRACTED, headed=True),
        Correction(spike(date=YESTERDAY, name=name(), revised=None), Turn.RESTORED),
        Correction(trending(date=YESTERDAY, name=name(), revised=other_side(rank=None, tokens=None)), Turn.LATE),
    )


def _models(name: Named) -> View:
    listed = Catalogue(CHECKED, [spell(number, name=(name() or "-")[:500]) for number in range(4)])
    return models_view(listed, follow="lab/m1")


def _labs(name: Named) -> View:
    slugs = [f"{_slug(name())}/1" for _ in range(6)]
    rows = [(slug, "", (60 - number) * B) for number, slug in enumerate(dict.fromkeys(slugs))]
    windows = [sum_days(LABS, [snapshot(MODEL_DAY, ago(back), rows, other_tokens=6 * B)]) for back in (0, 1, 7)]
    watched = Watchlist("labs", name() or "Labs", LABS, (), follow=patterns("*"))
    news = event(
        kind=Kind.ENTERED_TOP, watchlist="labs", board=LABS.key, item=slugs[0][:-2], name=slugs[0][:-2], rank=1
    )
    current, previous, compared = windows
    return cli(watchlist=watched, current=current, previous=previous, compared=compared, events=(news,))


def _slug(name: str) -> str:
    """The name as the feed's own check lets a model's slug pass."""
    return re.sub(r"[\x00-\x20\x7f/\ud800-\udfff]", "", name)[:400] or "lab"


# ── what must hold of each form ──────────────────────────────────────────────────────────────────────────────


def assert_only_shown(text: str, *, lines: bool = True) -> None:
    """Nothing in it controls a terminal or a client, hides or reorders text, or can't be encoded."""
    for char in set(text) - {"\n" if lines else ""}:
        category = unicodedata.category(char)
        assert char == "\u200d" or category not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"), repr(char)


OURS = "[if mso]><style>table, td, th, p, h1, h2, h3 { font-family: 'Segoe UI', Arial, sans-serif; }</style><![endif]"
"""The one comment of the template's own, which only Outlook reads."""


class Page(HTMLParser):
    """What a page is made of: elements with their attributes, whether all are closed, and anything that is neither."""

    void = frozenset({"meta", "br"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: Elements = set()
        self.counts: Counter[str] = Counter()
        self.odd: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        self.odd += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add((tag, tuple(attrs)))
        self.counts[tag] += 1
        if tag not in self.void:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.odd.append(f"</{tag}>")

    def handle_comment(self, data: str) -> None:
        if data != OURS:
            self.odd.append(data)

    def handle_pi(self, data: str) -> None:
        self.odd.append(data)

    def unknown_decl(self, data: str) -> None:
        self.odd.append(data)


def tame(renderer: JinjaRenderer) -> Elements:
    """Every element, with its attributes, of the same digests with harmless names."""
    harmless = [f"Name {number}" for number in range(BATCH)]
    return set().union(*(Page(_rendered(renderer, told).html).elements for told in digests(harmless)))


def _rendered(renderer: JinjaRenderer, told: Digest) -> Message:
    return renderer.render(told, key="team/2026-11-11", now=NOW_AT)


def assert_page(page: str, usual: Elements) -> None:
    found = Page(page)
    assert found.elements <= usual, found.elements - usual
    assert not found.odd
    assert (found.counts["html"], found.counts["body"], found.counts["title"]) == (1, 1, 1)
    assert len(page.encode()) <= HTML_LIMIT
    assert_only_shown(page)


def assert_text(text: str) -> None:
    assert_only_shown(text)
    assert max(map(width, text.split("\n"))) <= 78


def assert_slack(message: Message) -> None:
    markups = [part.markup for part in message.slack]
    posts = [*thread_posts(markups, message.subject), condensed(markups, message.subject)]
    for post in posts:
        body = json.loads(post.payload())
        assert problems(body) == []
        plain = plain_text(post.blocks)
        assert 0 < length(plain) <= TEXT_LIMIT
        for escaped in (post.text, plain):
            assert not set("<>") & set(escaped)
            assert not ENTITY.search(escaped)
        for text in mrkdwn_texts(body):
            assert all(OWN.fullmatch(link.partition("|")[0]) for link in re.findall(r"<([^>]*)>", text)), text
            bare = re.sub(r"<[^>|]*\|([^>]*)>", r"\1", text)
            assert not set("<>") & set(bare)
            assert not ENTITY.search(bare)
            assert not FORMATTING.search(CLOCK_TIME.sub("", bare)), bare
        assert all(OWN.fullmatch(url) for url in _urls(body["blocks"]))
        assert_only_shown(all_text(body) + post.text + plain)
    assert_only_shown(slack_json(message))


def _urls(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (text for key, text in value.items() if key == "url")
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _urls(item)


def mail_of(message: Message) -> EmailMessage:
    """The mail as a client reads it: no header more than ours, none of them odd."""
    raw = written(message, ENVELOPE)
    assert raw.isascii()
    assert all(len(line) <= 998 for line in raw.split("\r\n"))
    assert not {"\r", "\n"} & set(raw.replace("\r\n", ""))
    mail = message_from_bytes(raw.encode(), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert sorted(name for name in mail if name != "Content-Transfer-Encoding") == sorted(HEADERS)
    assert not mail.defects
    subject = mail["Subject"]
    assert not subject.defects
    assert 0 < len(subject) <= 160
    assert_only_shown(subject, lines=False)
    assert (mail["To"], mail["From"]) == ("team@example.com", "Rankings <r@example.com>")
    return mail


def assert_mail(message: Message) -> None:
    mail = mail_of(message)
    assert [part.get_content_type() for part in mail.walk()] == [
        *(["multipart/mixed"] if message.sheet else []),
        "multipart/alternative",
        "text/plain",
        "text/html",
        *(["text/csv"] if message.sheet else []),
    ]
    plain = mail.get_body(("plain",))
    assert plain
    assert plain.get_content().replace("\r\n", "\n").startswith(message.text.rstrip())


def assert_subject(name: str) -> None:
    """A name that is all of a subject."""
    mail_of(Message("key", DAY, NOW_AT, name, "text", "", ()))


def assert_inert(count: int, *, subjects: int) -> None:
    """So many names, and every so manyth of them as a subject as well."""
    renderer = JinjaRenderer(BUNDLED)
    usual = tame(renderer)
    for names in batches(count):
        for told in digests(names):
            message = _rendered(renderer, told)
            assert_text(message.text)
            assert_only_shown(message.subject, lines=False)
            assert_page(message.html, usual)
            assert_slack(message)
            assert_mail(message)
        for name in names[::subjects]:
            assert_subject(name)


def test_hostile_names_are_inert_in_every_form() -> None:
    """Every piece that is active somewhere, by itself, and some together."""
    assert_inert(160, subjects=1)


@pytest.mark.slow
def test_ten_thousand_hostile_names_are_inert_in_every_form() -> None:
    assert_inert(COUNT, subjects=4)
