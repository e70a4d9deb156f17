"""What OpenRouter revised, as it is read: in a digest, and as a reply in the thread of what it corrects."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters import render
from bot.adapters.render import HTML_LIMIT, JinjaRenderer
from bot.adapters.slack_blocks import messages, thread_posts
from bot.app.records import Message
from bot.core import caps
from bot.core.correction import Correction, Turn, revisions, subject
from bot.core.digest import CAVEAT, SAMPLE, SCOPE, Provenance, cite
from bot.core.ranking import Dataset
from tests.adapters.rendered import BUNDLED, NOW_AT, TAGS, Page, forms, plain, rendered, revised, scenes, words
from tests.builders import DAY, B
from tests.scenes import calm, cli, correction, digest, entry, ide, leader, other_side, trending
from tests.servers.block_kit import all_text, mrkdwn_texts, problems

GOLDEN = Path(__file__).parent / "golden"
SOURCE = Provenance((cite(Dataset.APPS, "2026-11-19T02:16:03.551Z"),), "19 Nov 2026")


def reply(
    corrections: Sequence[Correction], user: Path | None = None, *, source: Provenance = SOURCE, **options: Any
) -> Message:
    found = revisions(corrections, {"cli-agents": "CLI agents"})
    renderer = JinjaRenderer(BUNDLED, user, **options)
    return renderer.correction(found, subject(corrections[0]), source, key="team/t5w9", now=NOW_AT)


def many(number: int, *, headed: bool = False, name: str = "Sable") -> list[Correction]:
    return [correction(item=f"i{place}", id=f"r{place}", name=name, headed=headed) for place in range(number)]


class TestDigest:
    def test_the_section_is_after_the_news_in_every_form(self) -> None:
        message = rendered(scenes()["revised"])
        headings = ["NEWS", "REVISED BY OPENROUTER", "Top 10, CLI agents", "WHY"]
        assert sorted(headings, key=message.text.index) == headings
        page = words(message.html)
        assert page.index("News") < page.index("Revised by OpenRouter") < page.index("Top 10, CLI agents")
        parent = plain(message.slack[0].markup)
        assert parent.index("* Loomwright") < parent.index("\nRevised by OpenRouter\n") < parent.index("\n~ 2 more")

    def test_it_is_on_top_where_one_was_in_a_headline(self) -> None:
        message = rendered(scenes()["revised-headline"])
        assert message.subject == "Revised: Sable was #11 on 9 November, not #10 · 1 entry · 2 more revisions"
        assert message.text.index("REVISED BY OPENROUTER") < message.text.index("YOURS AND FOLLOWED")
        page = words(message.html)
        assert page.startswith("OpenRouter changed its figures for that day. What follows is today's briefing.")
        assert page.index("Revised by OpenRouter") < page.index("Yours and followed")
        parent = plain(message.slack[0].markup)
        assert parent.index("\nRevised by OpenRouter\n* For Mon 9 Nov we told: Sable") < parent.index("\n| ")

    def test_nothing_is_said_where_nothing_was_revised(self) -> None:
        assert not any("revised" in form.lower() for form in forms(rendered(scenes()["ordinary"])))

    def test_both_values_and_times_are_in_mail_and_thread_with_their_handle(self) -> None:
        figures = (
            "Before: #10, 455B, as of 2026-11-10T02:15:41.208Z. "
            "Now: #11, 455B (unchanged), as of 2026-11-11T02:16:03.551Z."
        )
        text, page, *slack = forms(rendered(scenes()["revised"]))
        assert figures in text
        assert figures in page
        assert f"0ld1 For Mon 9 Nov we told: Sable enters the top 10. {figures}" in slack[-1]
        assert figures not in slack[0]
        assert "rankbot events --from 2026-11-08 --to 2026-11-10" in slack[-1]

    def test_what_is_told_late_has_its_proof(self) -> None:
        text, page, *slack = forms(rendered(scenes()["revised"]))
        for form in (text, page, slack[-1]):
            assert form.count("(Rule: new in its top 10.)") == 1

    @pytest.mark.parametrize("headed", [True, False])
    def test_the_parent_has_ten_lines_at_most(self, headed: bool) -> None:
        told = digest(
            cli(events=(leader(), entry(), trending())), ide(), late="2 days", corrections=many(10, headed=headed)
        )
        parent, *_, why = rendered(told).slack
        body = parent.markup.split("\n\n")[0]
        assert len(body.split("\n")) <= 10
        assert "more revised in the thread" in body
        assert all(f"* r{place}  " in plain(why.markup) for place in range(10))

    def test_a_new_board_that_the_parent_shows_in_part_is_in_the_thread(self) -> None:
        whole = rendered(digest(ide(new=True)))
        part = rendered(digest(ide(new=True), corrections=many(10)))
        assert len(whole.slack) == 1
        assert [plain(one.markup).split("\n")[0] for one in part.slack][1:] == [
            "# Top 5, IDE extensions, 7 days to Tue 10 Nov",
            "# Why",
        ]

    def test_very_many_leave_the_page_within_its_limit_and_are_pointed_to(self) -> None:
        message = rendered(digest(calm(), corrections=many(400, name="&" * 60)))
        assert len(message.html.encode()) <= HTML_LIMIT
        assert len(re.findall(r"\[r\d+\]", " ".join(message.text.split()))) == caps.REVISIONS
        assert "and 380 more: rankbot events --date 2026-11-09" in message.text

    @pytest.mark.parametrize("name", [render.TEXT, render.HTML, render.SLACK_PARENT, render.SLACK_WHY])
    def test_a_users_template_that_knows_nothing_of_it_still_works(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_text("Mine: {{ digest.headline }}")
        assert JinjaRenderer(BUNDLED, tmp_path).check() == ()

    def test_slack_takes_it(self) -> None:
        for told in (scenes()["revised"], scenes()["revised-headline"], digest(calm(), corrections=many(60))):
            for post in thread_posts([part.markup for part in rendered(told).slack], told.headline):
                assert problems(post.as_dict()) == []


class TestReply:
    def test_it_reads_as_reviewed(self) -> None:
        """B5, with its names and numbers."""
        side = {"rank": 11, "tokens": str(462 * B), "as_of": "2026-11-19T02:16:03.551Z", "leader": None}
        side |= {"came": [{"name": "Quarry", "tokens": str(533 * B)}], "gone": [], "depth": None, "own_depth": None}
        told = DAY.replace(day=17)
        one = correction(
            id="t5w9", date=told, tokens=462 * B, as_of="2026-11-18T02:15:40.102Z", revised=side, headed=True
        )
        message = reply([one])
        (part,) = message.slack
        assert f"{message.text}\n────\n\n{plain(part.markup)}\n" == (GOLDEN / "reply.txt").read_text()
        assert (message.key, message.day, message.created_at) == ("team/t5w9", told, NOW_AT)
        assert message.subject == "Revised: Sable was #11 on 17 November, not #10"

    def test_several_are_one_part(self) -> None:
        (part,) = reply(revised(headed=True)).slack
        shown = plain(part.markup)
        assert [handle in shown for handle in ("  0ld1\n", "  w1w1\n", "  r3st\n")] == [True] * 3
        (post,) = messages(part.markup)
        assert post.blocks[0]["text"]["text"] == post.text
        assert post.text == "Revised by OpenRouter: Sable was #11 on 9 November, not #10"
        assert problems(post.as_dict()) == []

    def test_what_is_told_late_keeps_its_headline(self) -> None:
        (part,) = reply([correction(Turn.LATE)]).slack
        assert part.markup.startswith("# Late news of 9 November: Sable enters the top 10\n")
        again = reply([correction(Turn.RESTORED)]).slack[0].markup
        assert again.startswith("# Revised by OpenRouter again for 9 November, so after all: Sable enters the top 10\n")

    def test_every_form_carries_its_source(self) -> None:
        for form in forms(reply(revised(headed=False))):
            for said in (SOURCE.citations[0].text, CAVEAT, SCOPE, "Checked 19 Nov 2026."):
                assert said in form

    def test_invented_figures_are_marked(self) -> None:
        message = reply([correction()], source=Provenance(SOURCE.citations, "19 Nov 2026", sample=True))
        assert message.subject == "SAMPLE: Revised: Sable was #11 on 9 November, not #10"
        assert all(form.count(SAMPLE) == 2 for form in forms(message))

    @pytest.mark.parametrize("name", ["<!channel>", "</body><script>", "*_`~:tada:", "# x\n# y", "W" * 5000, "{{ 7 }}"])
    def test_a_hostile_name_is_inert(self, name: str) -> None:
        assert_inert(name)

    @settings(max_examples=25, deadline=None)
    @given(st.text(max_size=80))
    def test_any_name_is_inert(self, name: str) -> None:
        assert_inert(name)

    def test_a_users_template_comes_first_and_cannot_drop_the_source(self, tmp_path: Path) -> None:
        (tmp_path / render.SLACK_REVISED).write_text("# Mine: {{ subject }}{{ revisions[0].id }}")
        (part,) = reply([correction()], tmp_path).slack
        assert part.markup.startswith("# Mine: Revised: Sable was #11 on 9 November, not #10q83d\n")
        assert SOURCE.citations[0].text in part.markup

    def test_where_a_users_template_fails_the_bundled_one_is_used_and_check_says_so(self, tmp_path: Path) -> None:
        (tmp_path / render.SLACK_REVISED).write_text("{{ digest.headline }}")
        warnings: list[str] = []
        assert reply([correction()], tmp_path, warnings=warnings.append) == reply([correction()])
        (warning,) = warnings
        assert "'digest' is undefined" in warning
        (found,) = JinjaRenderer(BUNDLED, tmp_path).check()
        assert f"{render.SLACK_REVISED}:1: UndefinedError" in str(found)


def assert_inert(name: str) -> None:
    """A name in every place of a reply and of a digest with revisions."""
    side = other_side(
        came=[{"name": name, "tokens": "5"}], gone=[{"name": name}] * 2, leader={"name": name, "tokens": "5"}
    )
    led = leader(name=name, revised={**side, "rank": 2})
    corrections = [correction(name=name, revised=side, headed=True), Correction(led, Turn.RETRACTED)]
    for message in (reply(corrections), rendered(digest(calm(), corrections=corrections))):
        assert not any(char in message.text + message.subject for char in "\x00\x1b\x02\x03\x0e\x1f\u202e\u2028\r")
        page = Page()
        page.feed(message.html)
        assert page.tags <= TAGS | {"pre"}
        assert message.html.count("</body>") == 1
        for part in message.slack:
            assert sum(line.startswith("# ") for line in part.markup.split("\n")) == 1
            for post in messages(part.markup):
                assert problems(post.as_dict()) == []
                assert not any("<!" in text or "<@" in text for text in mrkdwn_texts(post.as_dict()))
                assert "Source: OpenRouter" in all_text(post.as_dict())
