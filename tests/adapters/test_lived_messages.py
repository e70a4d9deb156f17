"""What holds of the messages about any boards and events: cited, within all limits, the same numbers in every form.

The events are those that the rules find in generated worlds (``tests.app.worlds``), of boards of apps and of models in
one digest, over one day or several, some of them revised.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.email_message import Envelope, address, written
from bot.adapters.render import HTML_LIMIT
from bot.adapters.slack_blocks import condensed, thread_posts
from bot.adapters.slack_plain import forms
from bot.app.compose import News, digest_of
from bot.app.records import Message
from bot.app.standpoint import Footing, Standpoint
from bot.app.subscription import Subscription
from bot.core.correction import Correction, Turn
from bot.core.digest import Digest, moment
from bot.core.due import Cadence
from bot.core.event import Event, EventStatus
from bot.core.headline import LIMIT
from bot.core.ranking import Board, Dataset
from bot.core.text import width
from bot.core.watchlist import Watchlist
from tests.adapters.rendered import plain, rendered
from tests.app.doubles import FakeChannel
from tests.app.worlds import APPS, TWO_MODEL_DAYS, World, cycle, watchlists
from tests.builders import DAY
from tests.fakes import FakeStore
from tests.servers.block_kit import all_text, mrkdwn_texts, problems

ONE_DAY = timedelta(days=1)
MAIL_LIMIT = 90_000
TITLES = st.sampled_from(["CLI agents", "R&D <tools>", "&" * 60, "<https://evil.example|x>" * 2, "W" * 60])
ENVELOPE = Envelope(address("Rankings <r@example.com>"), (address("team@example.com"),), None, "team")
NUMBER = re.compile(
    r"\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?"  # a day, or the time of a citation
    r"|(?<![\w/.…-])[#+−]?\d+(?:[.,]\d+)*[KMBTQ%×]?(?![\w/-])"  # any other that is not part of a name
)
COUNTED = re.compile(r"\b\d+ (?:more|others?)\b")
"""What Slack's short form counts of what is in its thread: only it leaves anything out."""


@dataclass(frozen=True, repr=False)
class Said:
    """A digest, the boards that it is made from, and its message. Hypothesis would print megabytes of it."""

    store: FakeStore
    lists: Sequence[Watchlist]
    events: Sequence[Event]
    digest: Digest
    message: Message


@st.composite
def said(draw: st.DrawFn) -> Said:
    """The digest of some days of one or two generated worlds, rendered with the bundled templates."""
    store = FakeStore()
    boards: list[Board] = draw(st.sampled_from([[APPS], [TWO_MODEL_DAYS], [APPS, TWO_MODEL_DAYS]]))
    lists = [replace(draw(watchlists(board)), id=f"w{at}", title=draw(TITLES)) for at, board in enumerate(boards)]
    worlds = [World(draw(st.integers(0, 10_000)), one.board, restated=draw(st.booleans())) for one in lists]
    for mornings in zip(*(world.mornings() for world in worlds), strict=True):
        for watchlist, (day, windows) in zip(lists, mornings, strict=True):
            store.save(windows)
            cycle(store, watchlist, day, day)
    covered = draw(st.integers(1, 9))
    events = [event for one in lists for event in store.events(watchlist=one.id, start=DAY - (covered - 1) * ONE_DAY)]
    gone = [event for event in events if event.status is EventStatus.RETRACTED]
    news = News(
        tuple(lists),
        frozenset(one.id for one in lists if draw(st.integers(0, 4)) == 0),
        [event for event in events if event not in gone],
        corrections=[Correction(event, Turn.RETRACTED, headed=draw(st.booleans())) for event in gone],
    )
    channel = Subscription(FakeChannel(), Cadence(ZoneInfo("UTC")), tuple(lists))
    base = DAY - covered * ONE_DAY
    late = draw(st.sampled_from(["", "3 days were not reported in time"]))
    now = datetime.combine(DAY + ONE_DAY, time(8), UTC)
    footings = {
        one.id: Footing.after(base, DAY, marks, base=base)
        for one in lists
        for marks in [store.ledgers([one.id], base).get(one.id, ())]
    }
    spoken_from = Standpoint(footings, base, late)
    digest = digest_of(store, channel, DAY, news, history=store.history(), spoken_from=spoken_from, now=now)
    return Said(store, lists, news.events, digest, rendered(digest))


class _Sections(HTMLParser):
    """The words of a page below each of its headings; the first are above all of them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[str]]] = [("", [])]
        self._hidden = self._heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden |= tag in ("style", "title")
        if tag == "h2":
            self._heading = True
            self.found.append(("", []))

    def handle_endtag(self, tag: str) -> None:
        self._hidden &= tag not in ("style", "title")
        self._heading &= tag != "h2"

    def handle_data(self, data: str) -> None:
        if self._heading:
            self.found[-1] = (self.found[-1][0] + data, self.found[-1][1])
        elif not self._hidden:
            self.found[-1][1].append(data)


def html_sections(page: str) -> Iterator[tuple[str, str]]:
    """(heading, words) of a page."""
    parser = _Sections()
    parser.feed(page)
    for heading, words in parser.found:
        yield " ".join(heading.split()), " ".join(" ".join(words).split())


def text_sections(text: str, headings: Sequence[str]) -> Iterator[str]:
    """What stands in the text above the first heading, and below each of them, which come in this order.

    A heading begins a line after an empty one, as it is or in capitals, and may be wrapped.
    """
    rest = text
    for heading in headings:
        words = r"\s+".join(map(re.escape, heading.split()))
        begins = re.search(rf"\n\n(?:{words}|(?-i:{words.upper()}))\n", rest, re.IGNORECASE)
        assert begins, f"the text has no {heading!r}"
        yield rest[: begins.start()]
        rest = rest[begins.end() :]
    yield rest


def numbers(words: str) -> Counter[str]:
    return Counter(NUMBER.findall(words))


def assert_same_numbers(one: Said) -> None:
    """In every section text and HTML say the same numbers as often; Slack says none that the text does not.

    Where the page would grow too large it leaves tables and proofs out, and says so; none of these does. Slack repeats
    the windows of its boards and its sources in each part, and leaves lines out, so that only which numbers it says is
    compared; without its line charts, whose days are nowhere else, as those of a mail's pictures. A rank is "#4" in a
    sentence and "4" in a table.
    """
    sections = list(html_sections(one.message.html))
    texts = text_sections(one.message.text, [heading for heading, _ in sections[1:]])
    for (heading, words), text in zip(sections, texts, strict=True):
        assert numbers(words.replace("per 1M", "")) == numbers(text), heading
    known = {number.removeprefix("#") for number in numbers(one.message.text)}
    for part in one.message.slack:
        body = "\n".join(line for line in _without_lines(part.markup))
        said = numbers(COUNTED.sub("", plain(body)).replace("\t", "  "))
        assert {number.removeprefix("#") for number in said} <= known


def _without_lines(markup: str) -> Iterator[str]:
    kind = ""
    for line in markup.split("\n"):
        kind = line.split("\t")[0] if line.startswith("@ ") and not kind else kind if line.startswith("@ ") else ""
        if kind != "@ line":
            yield line


def assert_cited(one: Said) -> None:
    """Each dataset of which there is a board in the digest has one citation, in every part and form.

    Its time is that of one of the stored rankings, and no board that is shown, nor event that is told, is older.
    """
    cited = {citation.url: citation.text for citation in one.digest.provenance.citations}
    assert len(cited) == len(one.digest.provenance.citations)
    history = one.store.history()
    for watchlist in one.lists:
        current = history.at(watchlist.board, DAY)
        page = (
            "https://openrouter.ai/apps"
            if watchlist.board.dataset is Dataset.APPS
            else "https://openrouter.ai/rankings"
        )
        as_ofs = [
            event.as_of for event in one.events if event.watchlist == watchlist.id and event.id in one.digest.stated
        ]
        as_ofs += [current.as_of] if current else []
        if as_ofs:
            (time_cited,) = re.findall(r"as of (\S+)\.$", cited[page])
            assert all(moment(time_cited) <= moment(as_of) for as_of in as_ofs)
    markups = [part.markup for part in one.message.slack]
    whole = [one.message.text, " ".join(words for _, words in html_sections(one.message.html)), *map(plain, markups)]
    posts = (*thread_posts(markups, one.message.subject), condensed(markups, one.message.subject))
    whole += [all_text(form) or form["text"] for post in posts for form in forms(post.text, post.blocks)]
    for form in whole:
        assert all(" ".join(text.split()) in " ".join(form.split()) for text in cited.values())


def assert_limits(one: Said) -> None:
    """Slack's limits in every form, 78 columns, 90 kB of a mail's page, and a subject that an inbox shows whole."""
    message = one.message
    assert len(one.digest.headline) <= LIMIT
    assert max(map(width, message.text.split("\n"))) <= 78
    assert len(message.html.encode()) <= HTML_LIMIT
    mail = written(message, ENVELOPE)
    assert max(map(len, mail.split("\r\n"))) <= 998
    markups = [part.markup for part in message.slack]
    for post in (*thread_posts(markups, message.subject), condensed(markups, message.subject)):
        for form in forms(post.text, post.blocks):
            assert problems(form) == []
            for text in (form["text"], *mrkdwn_texts(form)):
                assert_whole(text)


def assert_whole(escaped: str) -> None:
    """Nothing is cut within a link or an entity: each < opens a link of ours that ends, each & begins an entity."""
    rest = re.sub(r"<https://openrouter\.ai[^<>|]*\|[^<>|]+>", "", escaped)
    assert not set("<>") & set(rest), escaped
    assert not re.search(r"&(?!amp;|lt;|gt;)", escaped), escaped


@given(said())
def assert_all(one: Said) -> None:
    assert_same_numbers(one)
    assert_cited(one)
    assert_limits(one)


def test_it_holds_of_some_lives() -> None:
    settings(max_examples=15)(assert_all)()


@pytest.mark.slow
def test_it_holds_of_many_lives() -> None:
    settings(max_examples=200)(assert_all)()
