"""Names are strangers' text: whatever they hold, no form of a message does anything but show it."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.render import HTML_LIMIT
from bot.app.records import Message
from bot.core.digest import Digest
from tests.adapters.rendered import TAGS, Page, rendered, words
from tests.builders import CLI_AGENTS, DAY, B, snapshot
from tests.scenes import (
    CLI,
    NOW,
    THEN,
    WHOLE,
    YESTERDAY,
    cli,
    digest,
    entry,
    ide,
    leader,
    left,
    patterns,
    spike,
    trending,
)

HOSTILE = [
    "<!channel>",
    "<b>bold</b>",
    "=?utf-8?q?x?=\r\nBcc: x",
    "# header\n# header",
    "\x02label\x1fhttps://evil.example\x03",
    "\u202eevil\u202c\u200b",
    "W" * 5000,
    "{{ 7 * 7 }}{% raw %}",
    "&lt;script&gt;",
    "<script>alert(1)</script></body>",
    "\x1b[31mred",
]


def with_name(name: str) -> Digest:
    """A digest in which the name stands in every place."""
    rows = [("evil", name, 9000 * B), *NOW]
    before = [NOW[0], ("evil", name, 7000 * B), *THEN[1:]]
    watched = replace(CLI, title=name, mine=patterns("id:evil"), follow=patterns("Harrier", name))
    evidence = {**leader().evidence, "left_board": [name], "previous_leader": {"id": "x", "name": name}}
    evidence["second"] = {"id": "y", "name": name, "tokens": "5"}
    view = cli(
        watchlist=watched,
        current=snapshot(CLI_AGENTS, DAY, rows),
        previous=snapshot(CLI_AGENTS, YESTERDAY, before),
        events=(
            leader(item="evil", name=name, evidence=evidence, passive=True),
            *(made(item=f"e{number}", name=name) for number, made in enumerate((entry, spike, trending, left))),
        ),
    )
    return digest(view, ide(watchlist=replace(WHOLE, title=name)))


def quiet_with_name(name: str) -> Digest:
    """A quiet digest of one whose own item has the name."""
    board = snapshot(CLI_AGENTS, DAY, [("evil", name, 9000 * B), *NOW])
    watched = replace(CLI, title=name, mine=patterns("id:evil"), follow=())
    return digest(cli(watchlist=watched, current=board, previous=board))


def week_with_name(name: str) -> Digest:
    """A late briefing in which the name climbs, arrives and has news."""
    rows = [("evil", name, 9000 * B), *NOW]
    boards = [snapshot(CLI_AGENTS, DAY - timedelta(days=back), rows if back < 5 else NOW) for back in range(14)]
    watched = replace(CLI, title=name, mine=patterns("id:evil"), follow=())
    events = (entry(item="evil", name=name, date=YESTERDAY), spike(item="evil", name=name))
    view = cli(watchlist=watched, current=boards[0], previous=boards[7], recent=tuple(boards), events=events)
    week_ago = DAY - timedelta(days=7)
    return digest(view, days=(YESTERDAY, DAY), late="A day was late", since=week_ago, weekly=True)


def assert_inert(message: Message) -> None:
    text = message.text + message.subject
    assert not any(char in text for char in "\x00\x1b\x02\x03\x0e\x0f\x1f\u202e\u200b\u2028\r")
    assert "\n" not in message.subject
    parser = Page()
    parser.feed(message.html)
    assert parser.tags <= TAGS
    assert message.html.count("</body>") == 1
    for part in message.slack:
        assert set(re.findall("\x1f([^\x03]*)\x03", part.markup)) <= {
            "https://openrouter.ai/apps",
            "https://openrouter.ai/apps/category/coding/cli-agent",
            "https://openrouter.ai/apps/category/coding",
        }
        lines = part.markup.split("\n")
        assert all(line == "" or line[0] == "\x0e" or line[:2] in ("# ", "~ ", "| ", "@ ", "* ") for line in lines)
        assert sum(line.startswith("# ") for line in lines) == 1
        assert not any(char in part.markup for char in "\x00\x1b\u202e\u200b\u2028\r")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_inert_in_every_form(name: str) -> None:
    assert_inert(rendered(quiet_with_name(name)))
    assert_inert(rendered(week_with_name(name)))
    message = rendered(with_name(name))
    assert_inert(message)
    assert len(message.html.encode()) < HTML_LIMIT


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=80))
def test_any_name_is_inert_in_every_form(name: str) -> None:
    assert_inert(rendered(with_name(name)))


def test_markup_in_a_name_is_shown_as_it_is() -> None:
    assert "<b>bold</b>" in words(rendered(with_name("<b>bold</b>")).html)
    assert html.escape("<!channel>") in rendered(with_name("<!channel>")).html
