from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters import render
from bot.adapters.render import HTML_LIMIT, JinjaRenderer
from bot.app.ports import Message
from bot.core.digest import CAVEAT, SAMPLE, SCOPE, Digest
from bot.core.specimens import specimens
from bot.core.text import width
from bot.core.watchlist import Watchlist
from bot.errors import TemplateError
from tests.builders import CLI_AGENTS, DAY, MODELS, B, snapshot
from tests.scenes import (
    CLI,
    NOW,
    THEN,
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

BUNDLED = Path(__file__).resolve().parents[2] / "templates"
GOLDEN = Path(__file__).parent / "golden"
NOW_AT = datetime(2026, 11, 11, 8, 0, tzinfo=UTC)


def rendered(told: Digest, user: Path | None = None, warnings: Callable[[str], None] | None = None) -> Message:
    return JinjaRenderer(BUNDLED, user, warnings=warnings).render(told, key="team/2026-11-11", now=NOW_AT)


def models() -> Digest:
    """Two datasets in one digest."""
    board = ide(
        watchlist=Watchlist("models", "Models", MODELS, ()),
        current=snapshot(MODELS, DAY, NOW, as_of="2026-11-11T02:20:00.000Z"),
    )
    return digest(cli(events=(entry(),)), board)


def scenes() -> dict[str, Digest]:
    coding = ide(watchlist=WHOLE, events=(entry(id="c0de", watchlist="coding", rank=3),))
    return {
        "ordinary": digest(cli(events=(entry(), spike())), ide()),
        "new-leader": digest(calm(events=(leader(),))),
        "first": digest(ide(new=True, current=snapshot(ide().watchlist.board, DAY, NOW))),
        "quiet": digest(calm(last_news=date(2026, 11, 3)), ide()),
        "two-watchlists": digest(coding, cli(events=(leader(), entry()))),
    }


TAGS = {"html", "head", "meta", "title", "style", "body", "table", "tbody", "tr", "td", "th"}
TAGS |= {"p", "h1", "h2", "h3", "a", "span", "strong", "br"}
"""What a page is made of; whatever else there is, a name made."""


class _Words(HTMLParser):
    """What a reader sees of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._hidden = tag in ("style", "title")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            self.words.append(" ".join(data.split()))


def words(page: str) -> str:
    parser = _Words()
    parser.feed(page)
    return " ".join(parser.words)


def plain(markup: str) -> str:
    """A Slack part without its marks and addresses."""
    return re.sub("\x1f[^\x03]*\x03|[\x02\x0e\x0f]", "", markup)


def forms(message: Message) -> list[str]:
    """Each part and form, as it is read, on one line."""
    every = [message.text, words(message.html), *(plain(part.markup).replace("\n~ ", " ") for part in message.slack)]
    return [" ".join(form.split()) for form in every]


@pytest.mark.parametrize("name", ["ordinary", "new-leader", "first", "quiet", "two-watchlists"])
def test_messages_read_as_reviewed(name: str) -> None:
    """The golden texts are prose that was read; a change to one is a change to what people get."""
    message = rendered(scenes()[name])
    slack = "\n\n".join(plain(part.markup) for part in message.slack)
    assert message.text == (GOLDEN / f"{name}.txt").read_text()
    assert f"{slack}\n" == (GOLDEN / f"{name}.slack.txt").read_text()


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
    assert top.markup.count("\n| ") == 1 + len(NOW) + 10  # heading, all that is followed, the top 10
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
        "spikes need the window to 2026-10-20, which is missing" in form
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


def test_the_message_keeps_key_day_and_time() -> None:
    message = rendered(scenes()["quiet"])
    assert (message.key, message.day, message.created_at) == ("team/2026-11-11", DAY, NOW_AT)
    assert message.subject == scenes()["quiet"].headline


# ── strangers' names ─────────────────────────────────────────────────────────────────────────────────────────

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


def assert_inert(message: Message) -> None:
    text = message.text + message.subject
    assert not any(char in text for char in "\x00\x1b\x02\x03\x0e\x0f\x1f\u202e\u200b\u2028\r")
    assert "\n" not in message.subject
    parser = _Words()
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
        assert all(line == "" or line[:2] in ("# ", "~ ", "| ", "* ") for line in lines)
        assert sum(line.startswith("# ") for line in lines) == 1
        assert not any(char in part.markup for char in "\x00\x1b\u202e\u200b\u2028\r")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_inert_in_every_form(name: str) -> None:
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


# ── users' templates ─────────────────────────────────────────────────────────────────────────────────────────


def user_template(folder: Path, name: str, source: str) -> Path:
    (folder / name).write_text(source)
    return folder


def test_a_users_template_comes_before_the_bundled_one_file_by_file(tmp_path: Path) -> None:
    user = user_template(tmp_path, render.TEXT, "Mine: {{ digest.headline }}")
    message = rendered(scenes()["quiet"], user)
    assert message.text.startswith("Mine: Nothing new")
    assert message.slack == rendered(scenes()["quiet"]).slack


@pytest.mark.parametrize("name", [render.TEXT, render.HTML, render.SLACK_PARENT, render.SLACK_TOP, render.SLACK_WHY])
@pytest.mark.parametrize("source", ["", "Nothing.", "<!-- ", "<textarea>", "<body>", "</body></body>"])
def test_a_users_template_cannot_drop_the_source(tmp_path: Path, name: str, source: str) -> None:
    told = scenes()["ordinary"]
    for form in forms(rendered(told, user_template(tmp_path, name, source))):
        assert told.provenance.citations[0].text in form
        assert CAVEAT in form
        assert SCOPE in form


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("line\n{{ digest.nothing }}", f"{render.TEXT}:2: UndefinedError"),
        ("{% if %}", f"{render.TEXT}:1: "),
        ("\n\n{{ 1 // 0 }}", f"{render.TEXT}:3: ZeroDivisionError"),
        ("{{ digest.__class__.__mro__ }}", f"{render.TEXT}:1: SecurityError"),
        ('{{ "\\ud800" }}', "UnicodeEncodeError"),
        ("{{ digest.sections.append(1) }}", f"{render.TEXT}:1: SecurityError"),
        ("{% include 'nothing.j2' %}", f"{render.TEXT}:1: TemplateNotFound"),
        ("{% for a in range(90000) %}{{ digest.lead }}{% endfor %}", "it yields more than 1000000 characters"),
        ("\n{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "RecursionError"),
    ],
)
def test_where_a_users_template_fails_the_bundled_one_is_sent_and_it_is_said(
    tmp_path: Path, source: str, said: str
) -> None:
    warnings: list[str] = []
    user = user_template(tmp_path, render.TEXT, source)
    message = rendered(scenes()["quiet"], user, warnings.append)
    assert message == rendered(scenes()["quiet"])
    (warning,) = warnings
    assert said in warning
    assert warning.endswith("The bundled template was used instead.")
    assert rendered(scenes()["quiet"], user) == message


def test_a_failing_page_or_one_that_is_too_large_is_replaced(tmp_path: Path) -> None:
    warnings: list[str] = []
    for source in ("{{ nothing }}", "<p>" + "x" * HTML_LIMIT):
        message = rendered(scenes()["quiet"], user_template(tmp_path, render.HTML, source), warnings.append)
        assert message == rendered(scenes()["quiet"])
    assert "UndefinedError" in warnings[0]
    assert f"{render.HTML}: it yields more than {HTML_LIMIT} bytes" in warnings[1]


def test_styles_that_cannot_be_inlined_are_the_templates_fault(tmp_path: Path) -> None:
    warnings: list[str] = []
    user = user_template(tmp_path, render.HTML, '<style>p { color: red }</style><p style="a:b;{">x</p>')
    message = rendered(scenes()["quiet"], user, warnings.append)
    assert message == rendered(scenes()["quiet"])
    assert f"{render.HTML}: its styles can't be inlined" in warnings[0]


def test_without_bundled_templates_nothing_is_sent(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="TemplateNotFound"):
        JinjaRenderer(tmp_path).render(scenes()["quiet"], key="k", now=NOW_AT)


def test_check_names_what_fails_on_any_specimen_once(tmp_path: Path) -> None:
    """This template fails only where there are no sections, or names are odd: an ordinary digest would not show it."""
    user = user_template(tmp_path, render.TEXT, "{{ digest.sections[0].news[0].text }}")
    (found,) = JinjaRenderer(BUNDLED, user).check()
    assert f"{render.TEXT}:1: UndefinedError" in str(found)


def test_the_bundled_templates_pass_the_check() -> None:
    assert JinjaRenderer(BUNDLED).check() == ()


def test_a_very_long_digest_loses_its_tables_then_its_form() -> None:
    """But never its source, and the text part has everything."""
    many = calm(events=tuple(entry(item=f"i{number}", id=f"e{number}") for number in range(100)))
    message = rendered(digest(many))
    assert "The tables and proofs are in the text part of this mail." in words(message.html)
    most = calm(events=tuple(entry(item=f"i{number}", id=f"e{number}", name="&" * 60) for number in range(400)))
    huge = rendered(digest(most))
    assert "(all of it: the text part of this mail)" in words(huge.html)
    rows = tuple(replace(row, name="x") for row in digest(calm()).sections[0].standing * 150)
    short = digest(calm())
    plain_page = rendered(replace(short, sections=(replace(short.sections[0], standing=rows),)))
    for page in (message.html, huge.html, plain_page.html):
        assert len(page.encode()) <= HTML_LIMIT
        assert CAVEAT in words(page)
    assert all(f"[e{number}]" in huge.text for number in range(400))
