"""Tables and charts in the line markup: Slack's own blocks, how many a message has, and what they become otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.slack_blocks import condensed, messages, thread_posts
from bot.adapters.slack_chart import chart_block
from bot.adapters.slack_elements import Block
from bot.adapters.slack_limits import CHART_SERIES, MESSAGE_BUDGET, TABLE_COLUMNS, TABLE_ROWS
from bot.adapters.slack_markup import parse
from bot.adapters.slack_plain import forms, plain_text
from bot.adapters.slack_table import aligned, spread, table_blocks
from tests.adapters.test_slack_blocks import CITATION, HOSTILE, SOURCE, URL, unhurried
from tests.servers.block_kit import all_text, problems, words

TABLE = "| #\tApp\tTokens\n| 1\tHarrier\t7.21T\n| 10\tMarlin\t980B"
BARS = "@ bar\tTokens of the top 2\tTokens\n@ App\tTokens\n@ Harrier\t7.21T\n@ Marlin\t980B"
VALUES = ["7.21T", "980B", "0", "−12.5M", "1,234", "3K", "not listed", "", "8%"]


def kinds(blocks: Any) -> list[str]:
    return [block["type"] for block in blocks]


def table(markup: str) -> Block:
    (run,) = parse(markup).body
    (block,) = table_blocks(run.rows)
    return block


def chart(markup: str) -> Block | None:
    (run,) = parse(markup).body
    return chart_block(run.rows)


def monospaced(markup: str) -> str:
    """A table in the other form."""
    (block,) = spread(table(markup))
    (element,) = block["elements"]
    assert element["type"] == "rich_text_preformatted"
    return "".join(part["text"] for part in element["elements"])


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_bold_words_and_links_make_a_rich_text_cell() -> None:
    rows = table(f"| \x0eKestrel\x0f\t\x02Marlin\x1f{URL}\x03\tplain")["rows"]
    assert [cell["type"] for cell in rows[0]] == ["rich_text", "rich_text", "raw_text"]
    bold, link, _ = rows[0]
    assert bold["elements"][0]["elements"] == [{"type": "text", "text": "Kestrel", "style": {"bold": True}}]
    assert link["elements"][0]["elements"] == [{"type": "link", "text": "Marlin", "url": URL}]


@pytest.mark.parametrize("styled", [False, True])
def test_a_long_cell_is_shortened_and_its_column_wrapped(*, styled: bool) -> None:
    long = "x" * 500
    block = table(f"| \x0e{long}\x0f\ty" if styled else f"| {long}\ty")
    assert words(block["rows"]) == ["x" * 79 + "…", "y"]
    assert block["rows"][0][0]["type"] == ("rich_text" if styled else "raw_text")
    assert [one["is_wrapped"] for one in block["column_settings"]] == [True, False]


def test_numbers_stand_to_the_right_with_what_stands_in_for_them() -> None:
    block = table("| App\tChange\t$ in / out\tContext\n| 4\t+6%\t0.10 / 0.40\t262k\n| Ibex\tno base\tfree\t1M")
    assert [setting["align"] for setting in block["column_settings"]] == ["left", "right", "right", "right"]


def test_a_column_with_nothing_below_its_heading_is_left_out() -> None:
    markup = "| #\tChange\tApp\n| 1\t\tHarrier\n| 2\t\tRoost"
    assert [words(row) for row in table(markup)["rows"]] == [["#", "App"], ["1", "Harrier"], ["2", "Roost"]]
    assert monospaced(markup) == "#  App\n1  Harrier\n2  Roost"
    assert [words(row) for row in table("| #\tApp\n| \t")["rows"]] == [["#", "App"], ["–", "–"]]


def test_the_other_form_is_aligned_and_as_empty_as_the_markup() -> None:
    assert monospaced("| \tRank\tApp\tTokens\n| ▲\t5 → 4\tKestrel 漢字\t1.84T\n| ▼\t9 → 11\tTern CLI\t50B") == (
        "   Rank    App           Tokens\n▲  5 → 4   Kestrel 漢字   1.84T\n▼  9 → 11  Tern CLI         50B"
    )


def test_a_link_stays_one_in_the_other_form_and_bold_is_left_out() -> None:
    (block,) = spread(table(f"| \x0e1\x0f\t\x02Marlin\x1f{URL}\x03\t5B\n| 10\tIbex\t40B"))
    assert block["elements"][0]["elements"] == [
        {"type": "text", "text": " 1  "},
        {"type": "link", "text": "Marlin", "url": URL},
        {"type": "text", "text": "   5B\n10  Ibex    40B"},
    ]


def test_the_other_form_is_that_of_the_markup() -> None:
    (run,) = parse(TABLE).body
    assert monospaced(TABLE) == "\n".join("".join(span.text for span in line) for line in aligned(run.rows))


@pytest.mark.parametrize(
    "rows",
    [
        [["x"]] * (TABLE_ROWS + 1),
        [["x"] * (TABLE_COLUMNS + 1)],
        [["x" * 79] * 10] * 10,
        [["x" * 79] * 2, *[["x"] * 2] * 90],
    ],
    ids=["rows", "columns", "characters", "characters when aligned"],
)
def test_what_a_table_block_does_not_hold_is_monospaced(rows: list[list[str]]) -> None:
    markup = "\n".join("| " + "\t".join(row) for row in rows)
    posts = messages(f"# Head\n{markup}\n\n{SOURCE}")
    found = [block for post in posts for block in post.blocks]
    assert "table" not in kinds(found)
    assert any(block["type"] == "rich_text" for block in found)
    assert [problems(post.as_dict()) for post in posts] == [[]] * len(posts)


def test_a_message_has_one_table_and_further_ones_are_monospaced() -> None:
    (post,) = messages(f"# Head\n{TABLE}\n\nbetween\n{TABLE}")
    assert kinds(post.blocks) == ["header", "table", "rich_text", "rich_text"]
    assert post.blocks[3]["elements"][0]["type"] == "rich_text_preformatted"
    assert problems(post.as_dict()) == []


def test_each_reply_has_its_table_and_a_webhooks_one_post_has_the_first() -> None:
    parts = [f"# One\n{TABLE}\n\n{SOURCE}", f"# Two\n{TABLE}\n\n{SOURCE}"]
    assert [kinds(post.blocks) for post in thread_posts(parts, "Subject")] == [["header", "table", "context"]] * 2
    assert kinds(condensed(parts, "Subject").blocks) == [
        "header", "table", "divider", "rich_text", "rich_text", "context",
    ]  # fmt: skip


def test_a_message_without_a_header_is_told_by_its_table() -> None:
    assert [post.text for post in messages(TABLE)] == ["# App Tokens"]


# ── charts ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_chart_is_slacks_own_block_in_the_unit_of_its_largest_value() -> None:
    assert chart(BARS) == {
        "type": "data_visualization",
        "title": "Tokens of the top 2",
        "chart": {
            "type": "bar",
            "series": [
                {
                    "name": "Tokens",
                    "data": [{"label": "Harrier", "value": 7.21}, {"label": "Marlin", "value": 0.98}],
                }
            ],
            "axis_config": {
                "categories": ["Harrier", "Marlin"],
                "x_label": "App",
                "y_label": "Tokens (trillions)",
            },
        },
    }


def test_a_chart_has_a_series_for_each_further_column() -> None:
    block = chart("@ line\tRanks\n@ Day\tKestrel\tMarlin\n@ 9 Nov\t5\t4\n@ 10 Nov\t4\t5")
    assert block
    assert block["chart"]["type"] == "line"
    assert {one["name"]: [point["value"] for point in one["data"]] for one in block["chart"]["series"]} == {
        "Kestrel": [5, 4],
        "Marlin": [4, 5],
    }
    assert block["chart"]["axis_config"] == {"categories": ["9 Nov", "10 Nov"], "x_label": "Day"}


def test_a_category_without_a_number_is_left_out() -> None:
    block = chart(f"{BARS}\n@ Quill\tnot listed\n@ Ibex\t1")
    assert block
    assert block["chart"]["axis_config"]["categories"] == ["Harrier", "Marlin", "Ibex"]


@pytest.mark.parametrize(
    "markup",
    [
        "@ bar\tTitle\n@ App\tTokens",
        "@ bar\tTitle\n@ App\tTokens\n@ a\t1",
        "@ pie\tTitle\n@ App\tTokens\n@ a\t1\n@ b\t2",
        "@ bar\tTitle\n@ App\tTokens\n@ a\tmany\n@ b\tmore",
        "@ bar\t\n@ App\tTokens\n@ a\t1\n@ b\t2",
        "@ bar\tTitle\n@ App\n@ a\t1\n@ b\t2",
    ],
)
def test_what_makes_no_chart_is_left_out(markup: str) -> None:
    assert chart(markup) is None
    assert messages(f"* news\n{markup}")[0].blocks[0]["type"] == "rich_text"
    assert len(messages(f"* news\n{markup}")[0].blocks) == 1


def test_names_that_are_the_same_when_cut_are_numbered() -> None:
    long = "A name beyond twenty characters"
    block = chart(f"@ bar\tTitle\n@ App\tTokens\n@ {long} a\t1\n@ {long} b\t2\n@ {long} c\t2")
    assert block
    assert block["chart"]["axis_config"]["categories"] == ["A name beyond…", "A name beyond… 2", "A name beyond… 3"]


def test_a_chart_keeps_to_its_series_and_points() -> None:
    heading = "\t".join(f"s{number}" for number in range(CHART_SERIES + 3))
    row = "\t".join("1" for _ in range(CHART_SERIES + 3))
    markup = "\n".join(["@ area\tTitle\tTokens", f"@ Day\t{heading}", *(f"@ d{day}\t{row}" for day in range(40))])
    (post,) = messages(markup)
    assert problems(post.as_dict()) == []
    assert len(post.blocks[0]["chart"]["series"]) == CHART_SERIES


@unhurried
@given(
    st.lists(st.tuples(HOSTILE | st.text(max_size=30), st.lists(st.sampled_from(VALUES), max_size=8)), max_size=25),
    HOSTILE | st.text(max_size=60),
    st.sampled_from(["bar", "line", "area", "pie"]),
)
def test_any_chart_is_within_slacks_limits(rows: list[tuple[str, list[str]]], title: str, kind: str) -> None:
    body = "\n".join("@ " + "\t".join([name.replace("\n", " "), *values]) for name, values in rows)
    title = title.replace("\n", " ")
    for post in messages(f"# Head\n@ {kind}\t{title}\t{title}\n@ App\tTokens\t{title}\n{body}\n\n{SOURCE}"):
        assert problems(post.as_dict()) == []


def test_charts_are_in_the_thread_only_and_at_most_two_in_a_message() -> None:
    part = f"# Head\n{TABLE}\n{BARS}\n\n{BARS}\n\n{BARS}\n\n{SOURCE}"
    parent, reply = thread_posts([part, part], "Subject")
    assert "data_visualization" not in kinds(parent.blocks)
    assert kinds(reply.blocks).count("data_visualization") == 2
    assert "data_visualization" not in kinds(condensed([part, part], "Subject").blocks)
    assert problems(reply.as_dict()) == []


def test_a_chart_is_a_headline_only_where_there_are_no_words() -> None:
    assert [post.text for post in messages(f"{BARS}\n\n{SOURCE}")] == [CITATION.split("\x1f")[0][1:]]
    assert [post.text for post in messages(BARS)] == ["Tokens of the top 2"]


# ── simpler forms ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_message_gets_simpler_a_kind_of_block_at_a_time() -> None:
    (post,) = messages(f"# Head\n{TABLE}\n{BARS}\n\n{SOURCE}")
    shown = list(forms(post.text, post.blocks))
    assert [kinds(form.get("blocks", [])) for form in shown] == [
        ["header", "table", "data_visualization", "context"],
        ["header", "table", "context"],
        ["header", "rich_text", "context"],
        [],
    ]
    assert [form["text"] for form in shown[:-1]] == ["Head"] * 3
    assert shown[-1]["text"] == plain_text(post.blocks)


def test_a_message_without_charts_and_tables_has_two_forms() -> None:
    (post,) = messages(f"# Head\n* news\n\n{SOURCE}")
    assert len(list(forms(post.text, post.blocks))) == 2


@unhurried
@given(
    st.lists(st.lists(HOSTILE | st.text(max_size=90), min_size=1, max_size=22), min_size=1, max_size=110),
    st.integers(min_value=0, max_value=3),
)
def test_every_form_of_any_table_is_within_slacks_limits(rows: list[list[str]], more: int) -> None:
    body = "\n".join("| " + "\t".join(cell.replace("\n", " ") for cell in row) for row in rows)
    for post in messages("# Head\n" + "\n\n".join([body] * (more + 1)) + f"\n\n{SOURCE}"):
        for form in forms(post.text, post.blocks):
            assert problems(form) == []
            assert sum(map(len, words(form.get("blocks")))) <= MESSAGE_BUDGET
            assert "Source: OpenRouter" in (all_text(form) or form["text"])
