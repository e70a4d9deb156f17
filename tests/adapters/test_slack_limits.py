"""Any digest, however extreme, as Slack gets it: within every limit in every form, and with its source."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.slack_blocks import SlackMessage, condensed, thread_posts
from bot.adapters.slack_plain import forms
from bot.core.digest import Digest, Section
from bot.core.excerpt import LINES
from bot.core.specimens import specimens
from bot.core.text import clean
from tests.adapters.rendered import rendered
from tests.servers.block_kit import all_text, length, problems, refusal

NAMES = st.text(min_size=1, max_size=60).map(clean) | st.sampled_from(
    ["<!channel>", "*_`~", ":tada:", "&amp;" * 12, "漢" * 60, "😀" * 30, "W" * 60, "| \t# ", "@ bar"]
)
AMOUNTS = st.sampled_from(["1.84T", "980B", "0", "", "at least 3M"])


@st.composite
def digests(draw: st.DrawFn) -> Digest:
    """Sections, lines and revisions in any number, with any names, of which nobody would want to be told."""
    base = specimens()[3]
    sections = tuple(draw(sections_like(base.sections[0], number)) for number in range(draw(st.integers(0, 4))))
    revisions = base.revisions * draw(st.sampled_from([0, 1, 40]))
    headline = draw(NAMES) or "Sable"
    return replace(
        base, headline=headline, sections=sections, revisions=revisions, late=draw(st.sampled_from(["", "late"]))
    )


@st.composite
def sections_like(draw: st.DrawFn, base: Section, number: int) -> Section:
    name, amount = draw(NAMES), draw(AMOUNTS)
    many = st.sampled_from([0, 1, 3, 120])
    standing = replace(base.standing[0], name=name, tokens=amount, gap=f"50B ahead of {draw(NAMES)}")
    news = replace(base.news[0], head=name, detail=draw(NAMES) * 20)
    top = replace(base.top[0], name=name, tokens=amount)
    return replace(
        base,
        watchlist=f"list-{number}",
        title=name,
        new=draw(st.booleans()),
        standing=(standing,) * draw(many),
        news=(news,) * draw(many),
        top=(top,) * draw(st.sampled_from([0, 1, 10, 130])),
        quiet=draw(st.sampled_from(["", "Nothing new."])),
        not_evaluated=("no data came",) * draw(many),
    )


@settings(max_examples=25, deadline=None)
@given(digests())
def test_any_digest_is_within_slacks_limits_in_every_form(told: Digest) -> None:
    message = rendered(told)
    markups = [part.markup for part in message.slack]
    posts = thread_posts(markups, message.subject)
    assert posts[0].text == headline_of(posts[0])
    assert len(markups[0].split("\n\n")[0].split("\n")) <= LINES + told.provenance.sample
    for post in (*posts, condensed(markups, message.subject)):
        for form in forms(post.text, post.blocks):
            assert problems(form) == []
            assert refusal(form) == ("", [])
            assert 0 < length(form["text"]) <= 4_000
            shown = all_text(form) or form["text"]
            assert all(citation.text in shown for citation in told.provenance.citations)


def headline_of(post: SlackMessage) -> str:
    """The header, escaped as the text is."""
    header = str(post.blocks[0]["text"]["text"])
    return header.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
