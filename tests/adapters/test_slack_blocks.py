"""Line markup to Block Kit: what each line becomes, and that no text at all breaks a limit or becomes active."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.slack_blocks import MORE, SlackMessage, condensed, messages, thread_posts
from bot.adapters.slack_markup import divide, escape, parse, plain, spans, take, units
from bot.adapters.slack_plain import plain_text
from tests.servers.block_kit import all_text, length, mrkdwn_texts, problems

URL = "https://openrouter.ai/apps"
CITATION = f"\x02Source: OpenRouter (openrouter.ai/apps), as of 2026-11-11T02:15:41.208Z.\x1f{URL}\x03"
SOURCE = f"~ {CITATION}\n~ Providers count tokens with their own tokenizers."

HOSTILE = st.sampled_from(
    [
        "<!channel>",
        "<@U123>",
        "<https://evil.example|x>",
        "*bold*",
        "_it_",
        "~s~",
        "`code`",
        ":tada:",
        "&lt;",
        "&",
        "<",
        ">",
        "> quote",
        "\x02a\x1fjavascript:alert(1)\x03",
        "\x02a\x1fhttps://x.example/<!here>\x03",
        "\x02*l* :tada:\x1fhttps://x.example/?a=1&b=2\x03",
        f"\x02label\x1f{URL}\x03",
        "\x02",
        "\x1f",
        "\x03",
        "\x0eb\x0f",
        "\x0e",
        "\t",
        "bar\tTokens\tTokens",
        "a\t1.84T",
        "b\t980B\t5",
        "\u202e",
        "\u2028",
        "\x00",
        "\x85",
        "漢字",
        "😀",
        "é",
        "x" * 3_100,
        "😀" * 1_600,
        "word " * 900,
        "&" * 700,
    ]
)
PREFIX = st.sampled_from(["# ", "~ ", "| ", "@ ", "* ", "", "", " "])
LINE = st.tuples(PREFIX, st.lists(HOSTILE | st.text(max_size=30), max_size=4)).map(
    lambda pair: pair[0] + "".join(pair[1])
)
MARKUP = st.lists(LINE, max_size=12).map("\n".join)

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The machine may be busy; how fast a property is shown does not matter."""


def body(post: SlackMessage) -> dict[str, Any]:
    return post.as_dict()


def only(markup: str) -> list[dict[str, Any]]:
    """The blocks of a part that takes one post."""
    (post,) = messages(markup)
    return list(post.blocks)


def rich(markup: str) -> list[dict[str, Any]]:
    """The inline elements of a part that is a single line."""
    (block,) = only(markup)
    elements: list[dict[str, Any]] = block["elements"][0]["elements"]
    return elements


# ── properties ───────────────────────────────────────────────────────────────────────────────────────────────


@unhurried
@given(MARKUP)
def test_every_post_is_within_slacks_limits(markup: str) -> None:
    for post in thread_posts([markup], "Subject"):
        assert problems(body(post)) == []


@unhurried
@given(st.lists(MARKUP, max_size=4))
def test_a_webhooks_one_post_is_within_slacks_limits(markups: list[str]) -> None:
    assert problems(body(condensed(markups, "Subject"))) == []


@unhurried
@given(MARKUP)
def test_nothing_but_our_own_links_is_active(markup: str) -> None:
    for post in messages(markup):
        for text in mrkdwn_texts(body(post)):
            words = re.sub(r"<https://[^<>|]+\|([^<>|]+)>", r"\1", text)
            assert "<" not in words
            assert ">" not in words
            assert not re.search(r"&(?!amp;|lt;|gt;)", words)
            assert not re.search(r"[*_~`]|:[^\s:]+:", re.sub(r"\d\d:\d\d:\d\d", "", words))
        assert "<" not in post.text


@unhurried
@given(MARKUP)
def test_the_plain_form_is_escaped_and_short_enough(markup: str) -> None:
    for post in messages(markup):
        text = plain_text(post.blocks)
        assert 0 < length(text) <= 4_000
        assert "<" not in text


@unhurried
@given(MARKUP)
def test_the_same_markup_gives_the_same_payload(markup: str) -> None:
    assert [post.payload() for post in messages(markup)] == [post.payload() for post in messages(markup)]


@unhurried
@given(st.lists(LINE.filter(lambda line: "\n" not in line), max_size=60).map("\n".join))
def test_each_post_of_a_part_bears_its_source(markup: str) -> None:
    for post in messages(f"{markup}\n\n{SOURCE}"):
        assert "Source: OpenRouter (openrouter.ai/apps), as of 2026-11-11T02:15:41.208Z." in all_text(body(post))
        assert "Source: OpenRouter (openrouter.ai/apps), as of 2026-11-11T02:15:41.208Z." in plain_text(post.blocks)


@unhurried
@given(LINE, st.integers(min_value=500, max_value=3_000))
def test_a_divided_line_keeps_its_words_and_its_links(line: str, room: int) -> None:
    whole = spans(line)
    pieces = divide(whole, room)
    assert [span.url for piece in pieces for span in piece if span.url] == [span.url for span in whole if span.url]
    assert "".join(map(plain, pieces)).replace(" ", "") == plain(whole).replace(" ", "")
    for piece in pieces:
        assert sum(span.size for span in piece) <= room or len(piece) == 1


@unhurried
@given(st.text(max_size=50), st.integers(min_value=2, max_value=60))
def test_what_is_taken_fits(text: str, room: int) -> None:
    head, tail = take(text, room)
    assert units(head) <= room
    assert (head + tail).replace(" ", "") == text.replace(" ", "")


def test_a_link_goes_whole_to_the_next_piece() -> None:
    line = spans(f"{'x' * 90} \x02label\x1f{URL}\x03 end")
    first, second = divide(line, 100)
    assert (plain(first), plain(second)) == ("x" * 90 + " ", "label end")


def test_a_link_longer_than_the_room_stands_alone() -> None:
    assert [plain(piece) for piece in divide(spans(f"a \x02label\x1f{URL}\x03 b"), 10)] == ["a ", "label", "b"]


# ── what each line becomes ───────────────────────────────────────────────────────────────────────────────────


def test_the_first_line_is_the_header_and_the_text() -> None:
    (post,) = messages("# Kestrel & <Marlin>\n* news")
    assert post.blocks[0] == {
        "type": "header",
        "text": {"type": "plain_text", "text": "Kestrel & <Marlin>", "emoji": False},
    }
    assert post.text == "Kestrel &amp; &lt;Marlin&gt;"


def test_a_later_headline_is_a_bold_line() -> None:
    assert only("# One\n# Two")[1]["elements"][0]["elements"] == [
        {"type": "text", "text": "Two", "style": {"bold": True}}
    ]


def test_without_a_header_the_text_is_the_first_line() -> None:
    (post,) = messages("\n* Sable enters\n* Ibex leaves")
    assert post.text == "Sable enters"


def test_rows_are_slacks_own_table() -> None:
    (block,) = only("| \tRank\tApp\tTokens\n| ▲\t5 → 4\tKestrel 漢字\t1.84T\n| ▼\t9 → 11\tTern CLI\t50B")
    assert block["type"] == "table"
    assert [[cell["text"] for cell in row] for row in block["rows"]] == [
        ["–", "Rank", "App", "Tokens"],
        ["▲", "5 → 4", "Kestrel 漢字", "1.84T"],
        ["▼", "9 → 11", "Tern CLI", "50B"],
    ]
    assert {cell["type"] for row in block["rows"] for cell in row} == {"raw_text"}
    assert [one["align"] for one in block["column_settings"]] == ["left", "left", "left", "right"]
    assert not any(one["is_wrapped"] for one in block["column_settings"])


def test_rows_of_nothing_are_nothing() -> None:
    assert messages("| \t \n| ") == ()


def test_bullets_are_one_list() -> None:
    (block,) = only("* one\n* \x0etwo\x0f")
    (bullets,) = block["elements"]
    assert (bullets["type"], bullets["style"]) == ("rich_text_list", "bullet")
    assert [item["elements"][0]["text"] for item in bullets["elements"]] == ["one", "two"]


def test_an_empty_line_parts_runs() -> None:
    assert len(only("one\ntwo\n\nthree")) == 2


def test_links_and_bold_in_a_paragraph() -> None:
    assert rich(f"see \x0ebold \x02here\x1f{URL}\x03\x0f now") == [
        {"type": "text", "text": "see "},
        {"type": "text", "text": "bold ", "style": {"bold": True}},
        {"type": "link", "text": "here", "url": URL, "style": {"bold": True}},
        {"type": "text", "text": " now"},
    ]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "http://x.example", "https://x y", "https://a|b", "https://a>", ""]
)
def test_an_address_that_may_not_be_shown_is_only_its_label(url: str) -> None:
    assert rich(f"\x02label\x1f{url}\x03") == [{"type": "text", "text": "label"}]


def test_a_link_without_a_label_shows_its_address() -> None:
    assert rich(f"\x02 \x1f{URL}\x03") == [{"type": "link", "text": URL, "url": URL}]


def test_small_print_is_one_text_object_where_that_is_safe() -> None:
    (block,) = only(SOURCE)
    (element,) = block["elements"]
    assert element == {
        "type": "mrkdwn",
        "text": (
            f"<{URL}|Source: OpenRouter (openrouter.ai/apps), as of 2026-11-11T02:15:41.208Z.>\n"
            "Providers count tokens with their own tokenizers."
        ),
        "verbatim": True,
    }


def test_small_print_without_a_link_is_never_parsed() -> None:
    assert only("~ *a* <!channel>\n~ b")[0]["elements"] == [
        {"type": "plain_text", "text": "*a* <!channel>\nb", "emoji": False}
    ]


@pytest.mark.parametrize("hostile", ["*x*", "_x_", "~x~", "`x`", ":tada:", "> x"])
def test_small_print_that_mrkdwn_would_format_is_split(hostile: str) -> None:
    (block,) = only(f"~ {hostile} \x02page\x1f{URL}\x03")
    assert block["elements"] == [
        {"type": "plain_text", "text": f"{hostile} ", "emoji": False},
        {"type": "mrkdwn", "text": f"<{URL}|page>", "verbatim": True},
    ]


def test_a_harmless_line_beside_a_hostile_one_stays_whole() -> None:
    (block,) = only(f"~ \x02page\x1f{URL}\x03 & more\n~ *x*")
    assert block["elements"] == [
        {"type": "mrkdwn", "text": f"<{URL}|page> &amp; more", "verbatim": True},
        {"type": "plain_text", "text": "*x*", "emoji": False},
    ]


def test_a_label_that_mrkdwn_would_format_is_no_link_in_small_print() -> None:
    (block,) = only(f"~ see \x02*x*\x1f{URL}\x03")
    assert [element["type"] for element in block["elements"]] == ["plain_text", "plain_text"]


# ── dividing and joining ─────────────────────────────────────────────────────────────────────────────────────


def test_a_long_part_becomes_several_posts_that_each_bear_the_source() -> None:
    rows = "\n".join(f"* line {number} {'x' * 70}" for number in range(400))
    posts = messages(f"# Headline\n{rows}\n\n{SOURCE}")
    assert len(posts) > 2
    assert [post.text for post in posts[:2]] == ["Headline", f"Headline (2/{len(posts)})"]
    assert all(post.blocks[-1]["type"] == "context" for post in posts)
    words = "".join(all_text(body(post)) for post in posts)
    assert [number for number in range(400) if f"line {number} " not in words] == []
    assert [post.blocks[0]["type"] for post in posts].count("header") == 1


def test_more_blocks_than_slack_takes_become_several_posts() -> None:
    assert [len(post.blocks) for post in messages("\n\n".join(f"p{number}" for number in range(60)))] == [50, 10]


def test_small_print_beyond_all_measure_is_not_repeated() -> None:
    posts = messages("\n\n".join(["x" * 2_900] * 6) + "\n\n" + "\n".join(f"~ {'s' * 2_000}" for _ in range(5)))
    assert all(problems(body(post)) == [] for post in posts)
    assert "".join(all_text(body(post)) for post in posts).count("s" * 2_000) == 3 + 2 * len(posts)


def test_a_webhook_gets_all_parts_below_dividers_and_the_sources_once() -> None:
    other = "~ \x02Source: OpenRouter (openrouter.ai/rankings), as of 2026-11-11T02:15:09.114Z.\x1f" + URL + "\x03"
    post = condensed([f"# One\n* a\n\n{SOURCE}", f"# Two\n* b\n\n{other}\n{SOURCE}"], "Subject")
    assert [block["type"] for block in post.blocks] == [
        "header",
        "rich_text",
        "divider",
        "rich_text",
        "rich_text",
        "context",
    ]
    words = all_text(body(post))
    assert words.count("openrouter.ai/apps)") == 1
    assert words.count("openrouter.ai/rankings)") == 1
    assert words.count("Providers count tokens") == 1
    assert MORE not in words


def test_a_webhooks_post_says_where_the_rest_is() -> None:
    long = "# Two\n" + "\n".join(f"* {'x' * 90}" for _ in range(200))
    post = condensed([f"# One\n* a\n\n{SOURCE}", long, "# Three\n* c"], "Subject")
    words = all_text(body(post))
    assert MORE in words
    assert "Three" not in words
    assert "Providers count tokens" in words


def test_nothing_to_say_is_the_subject() -> None:
    assert thread_posts(["", "\n"], "Subject")[0].text == "Subject"
    assert condensed([], "Sub & ject").text == "Sub &amp; ject"


def test_the_plain_form_reads_as_the_blocks_do() -> None:
    (post,) = messages(f"# Head\n~ \x02board\x1f{URL}\x03 · scope\n| 1\tMarlin\n\n* a & b\npara\n\n{SOURCE}")
    assert plain_text(post.blocks) == (
        f"Head\n\nboard ({URL}) · scope\n\n1  Marlin\n\n• a &amp; b\n\npara\n\n"
        f"Source: OpenRouter (openrouter.ai/apps), as of 2026-11-11T02:15:41.208Z. ({URL})\n"
        "Providers count tokens with their own tokenizers."
    )


def test_a_label_that_is_the_address_is_not_doubled_in_the_plain_form() -> None:
    (post,) = messages(f"Source: OpenRouter (\x02openrouter.ai/apps\x1f{URL}\x03), as of now.")
    assert plain_text(post.blocks) == "Source: OpenRouter (openrouter.ai/apps), as of now."


def test_a_plain_form_that_is_too_long_ends_with_an_ellipsis_and_the_source() -> None:
    post = messages("\n".join(f"* {'&' * 90}" for _ in range(100)) + f"\n\n{SOURCE}")[0]
    text = plain_text(post.blocks)
    assert len(text) <= 4_000
    assert "…\n\nSource: OpenRouter" in text


def test_escaping_touches_the_three_characters_only() -> None:
    assert escape("<a & 'b'>") == "&lt;a &amp; 'b'&gt;"


def test_control_and_bidi_characters_are_dropped() -> None:
    part = parse("# a\x00\u202eb\u2028c\x85d")
    assert part.headline == "ab cd"
