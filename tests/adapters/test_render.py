from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.render import HTML_LIMIT
from bot.adapters.slack_blocks import thread_posts
from bot.core import caps
from bot.core.digest import CAVEAT, SAMPLE, SCOPE, Digest
from bot.core.specimens import specimens
from bot.core.text import width
from bot.core.view import View
from tests.adapters.rendered import NOW_AT, forms, in_lines, models, plain, rendered, scenes, words
from tests.builders import CLI_AGENTS, DAY, snapshot
from tests.scenes import (
    CLI,
    NOW,
    WHOLE,
    YESTERDAY,
    calm,
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

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", ["flapping", "revised", "two-watchlists"])
def test_messages_read_as_reviewed(name: str) -> None:
    """What tests/situations do not show. The texts were read; a change to one is a change to what people get."""
    message = rendered(scenes()[name])
    posts = thread_posts([part.markup for part in message.slack], message.subject)
    slack = "\n\n".join(plain(part.markup) for part in message.slack)
    assert message.text == (GOLDEN / f"{name}.txt").read_text()
    assert f"{slack}\n" == (GOLDEN / f"{name}.slack.txt").read_text()
    assert in_lines(posts) == (GOLDEN / f"{name}.slack.json").read_text()


@pytest.mark.parametrize("told", [*scenes().values(), models(), *specimens()])
def test_every_part_and_form_carries_citation_caveat_and_scope(told: Digest) -> None:
    for form in forms(rendered(told)):
        for citation in told.provenance.citations:
            assert citation.text in form
        assert CAVEAT in form
        assert SCOPE in form
        assert f"Checked {told.provenance.checked}." in form
        assert form.count(SAMPLE) == (2 if told.provenance.sample else 0)


def test_citations_link_to_the_page_that_they_name() -> None:
    message = rendered(models())
    for page in ("https://openrouter.ai/apps", "https://openrouter.ai/rankings"):
        assert f'href="{page}"' in message.html
        assert page in message.text
        assert all(f"\x1f{page}\x03" in part.markup for part in message.slack)


def test_a_citation_stays_on_one_line_of_the_text() -> None:
    for citation in models().provenance.citations:
        assert citation.text in rendered(models()).text.split("\n")


def test_invented_figures_are_marked_at_the_top_at_the_bottom_and_in_the_subject() -> None:
    told = digest(cli(current=snapshot(CLI_AGENTS, DAY, NOW, sample=True)))
    message = rendered(told)
    assert message.subject == f"SAMPLE: {told.headline}"
    assert message.text.startswith(SAMPLE)
    assert message.text.endswith(f"{SAMPLE}\n")
    for part in message.slack:
        lines = part.markup.split("\n")
        assert lines[0].startswith("# ")
        assert lines[1] == lines[-1] == f"~ {SAMPLE}"


@pytest.mark.parametrize("told", [*scenes().values(), models()])
def test_text_and_html_say_the_same_numbers(told: Digest) -> None:
    """Every figure of the one is in the other; only the text spells addresses out, only HTML marks by weight."""
    message = rendered(told)
    figures = re.compile(r"[#+−]?\d[\d.,]*(?:[KMBTQ%×])?")
    assert set(figures.findall(words(message.html))) == set(figures.findall(message.text))


@pytest.mark.parametrize("told", [*scenes().values(), *specimens()])
def test_lines_of_the_text_are_at_most_78_columns_wide(told: Digest) -> None:
    assert max(width(line) for line in rendered(told).text.split("\n")) <= 78


def test_the_parent_is_short_and_its_details_are_in_the_thread() -> None:
    told = digest(
        cli(watchlist=replace(CLI, follow=patterns("*")), events=(leader(), entry(), spike(), trending(), left())),
        ide(),
    )
    parent, top, why = rendered(told).slack
    body = parent.markup.split("\n\n")[0]
    assert len(body.split("\n")) <= 10
    assert "more followed and" in body
    assert top.markup.count("\n| ") == 1 + 10  # heading and the top 10
    assert top.markup.count("\n* ") == len(NOW)  # all that is followed
    assert top.markup.count("\n@ ") == 2 + 10  # the chart: what it is, heading and the top 10
    assert [line.split()[1] for line in plain(why.markup).split("\n") if line.startswith("* ")] == [
        "Kestrel", "7k2f", "q83d", "m04x", "w1w1", "t5w9",
    ]  # fmt: skip
    assert "rankbot events --date 2026-11-10" in why.markup


def test_many_proofs_are_several_parts() -> None:
    many = tuple(entry(item=f"i{number}", id=f"e{number}") for number in range(45))
    parts = rendered(digest(calm(events=many, not_evaluated=("the trending list is missing",)))).slack
    assert [part.markup.count("\n* ") for part in parts[2:]] == [20, 20, 5]
    assert [part.markup.count("Not evaluated") for part in parts[2:]] == [0, 0, 1]


def test_what_was_not_evaluated_is_said_even_on_a_quiet_day() -> None:
    message = rendered(digest(calm(not_evaluated=("spikes need the window to 2026-10-20, which is missing",))))
    assert all(
        "spikes need the window to Tue 20 Oct, which is missing" in form
        for form in (*forms(message)[:2], forms(message)[-1])
    )


def test_a_quiet_digest_has_no_thread() -> None:
    assert len(rendered(scenes()["quiet"]).slack) == 1


def test_a_new_board_shown_in_the_parent_is_not_repeated() -> None:
    assert len(rendered(scenes()["first"]).slack) == 1
    assert len(rendered(digest(ide(new=True), ide(watchlist=WHOLE, new=True))).slack) == 2
    assert len(rendered(digest(calm(new=True))).slack) == 2


def test_late_is_said_in_every_form() -> None:
    message = rendered(digest(calm(events=(entry(),)), late="6 days were not reported in time"))
    assert all("6 days were not reported in time" in form for form in forms(message)[:3])


def test_several_days_are_checked_by_a_range() -> None:
    told = digest(calm(events=(entry(date=YESTERDAY), leader())), days=(YESTERDAY, DAY))
    assert "rankbot events --from 2026-11-09 --to 2026-11-10" in rendered(told).text


def test_the_mail_begins_with_its_lead_and_loads_nothing() -> None:
    told = scenes()["ordinary"]
    page = rendered(told).html
    assert words(page).startswith(told.lead)
    assert len(page.encode()) < HTML_LIMIT
    assert '<meta name="color-scheme" content="light dark">' in page
    assert "@media (prefers-color-scheme: dark)" in page
    assert "@media (max-width: 520px)" in page
    assert not re.search(r"<(img|svg|link|script|iframe)\b|url\(|@import|@font-face", page)
    assert set(re.findall(r'(?:href|src)="([^"]*)"', page)) == {
        "https://openrouter.ai/apps",
        "https://openrouter.ai/apps/category/coding/cli-agent",
        "https://openrouter.ai/apps/category/coding/ide-extension",
    }


def test_figures_that_follow_a_full_stop_begin_a_sentence() -> None:
    message = rendered(digest(calm(events=(entry(previous_rank=None),))))
    assert "enters the top 10. Not listed before, now #10" in words(message.html)
    assert "enters the top 10: not listed before, now #10" in " ".join(message.text.split())


def test_the_message_keeps_key_day_and_time() -> None:
    message = rendered(scenes()["quiet"])
    assert (message.key, message.day, message.created_at) == ("team/2026-11-11", DAY, NOW_AT)
    assert message.subject == scenes()["quiet"].headline


def entries(place: int, *, name: str) -> View:
    """A board of which a hundred entries are told."""
    events = (
        entry(id=f"{place}e{number}", item=f"{place}i{number:03d}", rank=number + 1, name=name) for number in range(100)
    )
    return calm(watchlist=replace(CLI, id=f"w{place}", title=f"Board {place}"), events=tuple(events))


def test_a_very_long_digest_loses_its_tables_then_its_form() -> None:
    """But never its source, and the text part has all that a form shows of it."""
    message = rendered(digest(*(entries(place, name="Sable") for place in range(4))))
    assert "The tables and proofs are in the text part of this mail." in words(message.html)
    huge = rendered(digest(*(entries(place, name="&" * 60) for place in range(8))))
    assert "(all of it: the text part of this mail)" in words(huge.html)
    rows = tuple(replace(row, name="x") for row in digest(calm()).sections[0].standing * 150)
    short = digest(calm())
    plain_page = rendered(replace(short, sections=(replace(short.sections[0], standing=rows),)))
    for page in (message.html, huge.html, plain_page.html):
        assert len(page.encode()) <= HTML_LIMIT
        assert CAVEAT in words(page)
    assert all(f"[{place}e{number}]" in huge.text for number in range(caps.NEWS) for place in range(8))
    assert huge.text.count("and 80 more: rankbot events --date 2026-11-10") == 8


def test_sparklines_stand_at_the_end_of_their_lines_in_text_and_below_the_name_in_html() -> None:
    recent = tuple(snapshot(CLI_AGENTS, DAY - timedelta(days=back), NOW) for back in range(3))
    message = rendered(digest(cli(recent=recent)))
    drawn = [line for line in message.text.splitlines() if line.endswith("  ····▅▅▅")]
    assert next(line.split()[:3] for line in drawn) == ["▲", "5", "→"]
    assert len(drawn) == 4
    assert max(map(len, message.text.splitlines()[:-4])) <= 78
    assert message.html.count("····▅▅▅") == 4
