"""The worst of days: hundreds of events on boards that are followed whole. Every form stays within its measure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest

from bot.adapters.render import HTML_LIMIT, JinjaRenderer
from bot.adapters.slack_blocks import condensed, thread_posts
from bot.app.records import Message
from bot.core import caps
from bot.core.correction import Correction
from bot.core.digest import Digest
from bot.core.event import Event, Kind
from bot.core.excerpt import LINES
from bot.core.view import View
from tests.adapters.rendered import BUNDLED, forms, plain, rendered, words
from tests.builders import CLI_AGENTS, DAY, B, Row, snapshot
from tests.scenes import CLI, WHOLE, YESTERDAY, calm, correction, digest, entry, leader, left, patterns, spike
from tests.servers.block_kit import problems
from tests.ways import climbed, milestone, moved

ITEMS = 200
"""Items of a board, all of which are followed and have moved."""
NEWS = 300
"""News besides, of as many other items."""
REVISED = 40
NAME = "An app whose name is as long as a name may be, {:04d} & <co>."
"""Near the 60 characters of a name that are shown."""


def board(watchlist: str) -> View:
    """A board turned upside down, and the news of many that are not on it any more."""
    rows: list[Row] = [(f"a{place}", NAME.format(place), (ITEMS - place) * 10 * B) for place in range(ITEMS)]
    now, then = snapshot(CLI_AGENTS, DAY, rows, depth=200), snapshot(CLI_AGENTS, YESTERDAY, rows[::-1], depth=200)
    moves = [
        moved(id=f"{watchlist}m{place}", item=f"a{place}", name=NAME.format(place), rank=place + 1, previous_rank=200)
        for place in range(ITEMS)
    ]
    return calm(
        watchlist=replace(CLI if watchlist == "c" else WHOLE, mine=patterns("id:a7"), follow=patterns("*")),
        current=now,
        previous=then,
        compared=None,
        events=(*moves, *(one(watchlist, place) for place in range(NEWS))),
    )


def one(watchlist: str, place: int) -> Event:
    kinds = (leader, entry, spike, left, climbed, milestone)
    usual = {"id": f"{watchlist}n{place}", "item": f"{watchlist}{place}", "name": NAME.format(place), "rank": 50}
    made = kinds[place % len(kinds)](**usual)
    return replace(made, key=f"{made.key}#{place}") if made.kind is Kind.NEW_LEADER else made


def revised() -> list[Correction]:
    return [correction(item=f"r{place}", id=f"r{place}", name=NAME.format(place)) for place in range(REVISED)]


@cache
def worst() -> Digest:
    return digest(board("c"), board("w"), corrections=revised())


@cache
def message() -> Message:
    return rendered(worst())


def test_the_text_shows_the_strongest_and_says_where_the_others_are() -> None:
    shown = message().text
    beyond = len(worst().sections[1].news) - caps.NEWS
    assert beyond > 100
    assert f"  and {beyond} more: rankbot events --date 2026-11-10\n" in shown
    assert shown.count("and 170 more: rankbot top") == 2
    assert "    and 20 more: rankbot events --date 2026-11-09\n" in shown
    assert re.search(r"  And \d+ more\. Check any of these yourself:\n  rankbot events --from", shown)
    assert shown.count("\n  * ") == 2 * caps.NEWS + caps.REVISIONS
    assert len(shown.split("\n")) < 1_000


def test_every_event_is_told_for_all_of_them_are_pointed_to() -> None:
    assert len(worst().stated) == len({*worst().stated})
    assert len(worst().stated) > 2 * NEWS


def test_the_page_of_one_such_board_keeps_its_form_and_that_of_two_stays_within_its_limit() -> None:
    one_board = digest(board("c"), corrections=revised())
    page = rendered(one_board).html
    seen = words(page)
    assert "The tables and proofs are in the text part of this mail." in seen
    for said in ("and 170 more: rankbot top", "and 20 more: rankbot events", "more: rankbot events --date 2026-11-10"):
        assert said in seen
    assert "all of it: the text part of this mail" in words(message().html)
    assert max(len(page.encode()), len(message().html.encode())) <= HTML_LIMIT


def test_the_parent_keeps_to_its_lines_and_its_thread_has_what_it_promises() -> None:
    parent, *thread = message().slack
    assert len(parent.markup.split("\n\n")[0].split("\n")) <= LINES
    assert "more followed" in parent.markup
    assert "more news" in parent.markup
    assert ": the most important are in the thread." in parent.markup
    together = "\n".join(plain(part.markup) for part in thread)
    assert together.count("and 170 more: rankbot top") == 2
    assert together.count("\n* ") == 2 * caps.STANDING + caps.PROOFS + caps.REVISIONS
    (last,) = [part.markup for part in thread if re.search(r"And \d+ more\.", part.markup)]
    assert last == thread[-1].markup
    assert "~ Revised by OpenRouter: and 20 more: rankbot events --date 2026-11-09\n" in last


def test_slack_takes_every_post_and_there_are_not_many() -> None:
    markups = [part.markup for part in message().slack]
    posts = thread_posts(markups, worst().headline)
    assert [found for post in posts for found in problems(post.as_dict())] == []
    assert len(posts) <= 15
    assert problems(condensed(markups, worst().headline).as_dict()) == []


@pytest.mark.parametrize("number", [caps.REVISIONS, REVISED])
def test_the_reply_in_a_thread_is_bounded_too(number: int) -> None:
    source, now = worst().provenance, datetime(2026, 11, 11, 8, tzinfo=UTC)
    revisions = [replace(worst().revisions[place % 40], id=f"r{place}") for place in range(number)]
    reply = JinjaRenderer(BUNDLED).correction(revisions, "Revised: Sable", source, key="k", now=now)
    for form in forms(reply):
        assert ("and 20 more: rankbot events --date 2026-11-09" in form) is (number > caps.REVISIONS)
        assert "r19" in form
        assert "r20" not in form
    posts = thread_posts([part.markup for part in reply.slack], "Revised")
    assert [found for post in posts for found in problems(post.as_dict())] == []
