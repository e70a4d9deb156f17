"""The feed client: what it asks, and what it makes of the answers. What goes wrong is in test_openrouter_faults.py."""

from __future__ import annotations

import json
import traceback
from datetime import date
from pathlib import Path

import httpx
import pytest

from bot.adapters.openrouter import OpenRouterFeed
from bot.app.ports import Feed
from bot.core.gate import check
from bot.core.ranking import FIRST_DAY, MODEL_DAY, Board, Dataset, Entry, Sort
from bot.errors import (
    BudgetExhaustedError,
    ConfigError,
    FeedMalformedError,
    FeedPermanentError,
    FeedRefusedError,
    Problem,
)
from tests.adapters.feed_answers import (
    APPS,
    AS_OF,
    CLI,
    END,
    KEY,
    META,
    NOW,
    START,
    Mock,
    app_row,
    apps_body,
    feed_over,
    model_row,
)

RECORDINGS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "app_rankings_envelopes"


# ── what is asked ────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_app_board_is_asked_for_with_both_dates() -> None:
    mock = Mock(apps_body(1, 3))
    with feed_over(mock) as feed:
        feed.app_ranking(CLI, END, 100)
    assert mock.asked[0].url.copy_with(query=None) == httpx.URL("https://openrouter.ai/api/v1/datasets/app-rankings")
    assert mock.params == [
        {
            "category": "coding",
            "subcategory": "cli-agent",
            "sort": "popular",
            "start_date": "2026-11-04",
            "end_date": "2026-11-10",
            "limit": "100",
            "offset": "0",
        }
    ]
    assert mock.asked[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_board_of_the_whole_marketplace_names_no_category() -> None:
    mock = Mock(apps_body(1, 3))
    with feed_over(mock) as feed:
        feed.app_ranking(APPS.twin, END, 20)
    assert {"category", "subcategory"}.isdisjoint(mock.params[0])
    assert (mock.params[0]["sort"], mock.params[0]["limit"]) == ("trending", "20")


def test_model_days_are_asked_for_with_both_dates() -> None:
    mock = Mock(json.dumps({"data": [], "meta": META}).encode())
    with feed_over(mock) as feed:
        assert feed.model_days(START, END) == []
    assert mock.asked[0].url.path == "/api/v1/datasets/rankings-daily"
    assert mock.params == [{"start_date": "2026-11-04", "end_date": "2026-11-10"}]


def test_the_client_is_a_feed() -> None:
    with feed_over(Mock()) as feed:
        port: Feed = feed
        assert port.requests == 0


# ── paging ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("depth", "first", "pages"),
    [
        (100, 100, [("100", "0")]),
        (200, 99, [("100", "0")]),
        (200, 100, [("100", "0"), ("100", "100")]),
        (150, 100, [("100", "0"), ("50", "100")]),
        (500, 100, [("100", "0"), ("100", "100")]),
        (10, 10, [("10", "0")]),
    ],
)
def test_page_two_is_asked_for_only_if_page_one_is_full(depth: int, first: int, pages: list[tuple[str, str]]) -> None:
    mock = Mock(apps_body(1, first), apps_body(101, 120))
    with feed_over(mock) as feed:
        ranking = feed.app_ranking(APPS, END, depth)
        assert feed.requests == len(pages)
    assert [(params["limit"], params["offset"]) for params in mock.params] == pages
    assert [entry.rank for entry in ranking.entries] == list(range(1, 121 if len(pages) == 2 else first + 1))
    assert ranking.depth == min(depth, 200)


def test_two_pages_make_one_ranking_that_passes_the_gate() -> None:
    """Each page has an as_of of its own: the earlier one counts, by time and not by spelling."""
    early = "2026-11-11T03:30:00.5+02:00"
    times = iter([NOW, NOW.replace(hour=2)])
    mock = Mock(apps_body(1, 100), apps_body(101, 200, as_of=early))
    with feed_over(mock, clock=lambda: next(times)) as feed:
        ranking = feed.app_ranking(APPS, END, 200)
    assert len(ranking.entries) == 200
    assert ranking.as_of == early
    assert ranking.fetched_at == NOW.replace(hour=2)
    assert check(ranking, asked_start=START, asked_end=END) is None


def test_pages_that_overlap_come_as_they_are_for_the_gate_to_refuse() -> None:
    with feed_over(Mock(apps_body(1, 100), apps_body(100, 120))) as feed:
        ranking = feed.app_ranking(APPS, END, 200)
    assert str(check(ranking, asked_start=START, asked_end=END)) == "Rank 100 stands where rank 101 belongs."


def test_both_pages_must_be_about_the_window() -> None:
    with (
        feed_over(Mock(apps_body(1, 100), apps_body(101, 120, end_date="2026-11-09"))) as feed,
        pytest.raises(
            FeedMalformedError,
            match=r"\(popular, 2026-11-04 to 2026-11-10, ranks 101 to 200\): the answer is about another window",
        ),
    ):
        feed.app_ranking(APPS, END, 200)


# ── what comes back ──────────────────────────────────────────────────────────────────────────────────────────────


def test_an_app_ranking_is_what_the_feed_said() -> None:
    """Tokens to the digit, beyond what a double holds; the id as text; unknown fields do no harm."""
    rows = [
        app_row(1, app_id=3067167, app_name="a,\u202e<b>'", total_tokens=str(2**63 - 1), icon={"url": None}),
        app_row(2, app_id=0, app_name="", total_tokens=str(2**53 + 1), total_requests=0),
        app_row(3, app_id=2**40, app_name="nul\0", total_tokens="0"),
    ]
    body = json.dumps({"data": rows, "meta": {**META, "page": 1}, "links": []}).encode()
    with feed_over(Mock(body)) as feed:
        ranking = feed.app_ranking(CLI, END, 100)
    assert ranking.entries == (
        Entry(1, "3067167", "a,\u202e<b>'", 9223372036854775807, 7),
        Entry(2, "0", "", 9007199254740993, 0),
        Entry(3, str(2**40), "nul\N{REPLACEMENT CHARACTER}", 0, 7),
    )
    assert (ranking.board, ranking.start_date, ranking.end_date) == (CLI, START, END)
    assert (ranking.as_of, ranking.fetched_at, ranking.depth, ranking.sample) == (AS_OF, NOW, 100, False)


def test_a_stand_in_marks_its_figures_as_a_sample() -> None:
    with feed_over(Mock(apps_body(1, 2), headers={"X-Rankbot-Sample": ""})) as feed:
        assert feed.app_ranking(APPS, END, 100).sample
    models = json.dumps({"data": [model_row()], "meta": META}).encode()
    with feed_over(Mock(models, headers={"x-rankbot-sample": "1"})) as feed:
        assert feed.model_days(START, END)[0].sample


def test_a_clamped_start_is_accepted() -> None:
    end = date(2025, 1, 3)
    body = apps_body(1, 2, start_date="2025-01-01", end_date="2025-01-03")
    with feed_over(Mock(body)) as feed:
        ranking = feed.app_ranking(APPS, end, 100)
    assert ranking.start_date == FIRST_DAY
    assert ranking.clamped


def test_model_days_are_one_ranking_a_day_with_the_rest_apart() -> None:
    rows = [
        model_row("2026-11-09", "a/x:free", "9223372036854775807"),
        model_row("2026-11-09", "b/y", "9007199254740993"),
        model_row("2026-11-09", "other", "11"),
        model_row("2026-11-10", "b/y", "8"),
        model_row("2026-11-10", "a/x", "8"),
    ]
    with feed_over(Mock(json.dumps({"data": rows, "meta": META}).encode())) as feed:
        first, second = feed.model_days(START, END)
        assert feed.requests == 1
    assert first.entries == (
        Entry(1, "a/x:free", "a/x:free", 9223372036854775807),
        Entry(2, "b/y", "b/y", 9007199254740993),
    )
    assert (first.board, first.start_date, first.end_date) == (MODEL_DAY, date(2026, 11, 9), date(2026, 11, 9))
    assert (first.other_tokens, first.depth, first.as_of, first.fetched_at) == (11, 50, AS_OF, NOW)
    assert [entry.item for entry in second.entries] == ["b/y", "a/x"]
    assert (second.other_tokens, second.end_date) == (0, END)


def test_models_out_of_order_come_as_they_are_for_the_gate_to_refuse() -> None:
    rows = [model_row(slug="a/x", tokens="1"), model_row(slug="b/y", tokens="2")]
    with feed_over(Mock(json.dumps({"data": rows, "meta": META}).encode())) as feed:
        ranking = feed.model_days(START, END)[0]
    assert check(ranking, asked_start=END, asked_end=END) is not None


def test_a_model_window_before_the_first_day_is_accepted_clamped() -> None:
    meta = {**META, "start_date": "2025-01-01", "end_date": "2025-01-02"}
    body = json.dumps({"data": [model_row("2025-01-01")], "meta": meta}).encode()
    with feed_over(Mock(body)) as feed:
        assert [day.end_date for day in feed.model_days(date(2024, 12, 1), date(2025, 1, 2))] == [FIRST_DAY]


@pytest.mark.parametrize(
    "name", ["popular_cli-agent_end-2026-09-27", "popular_end-2026-09-30", "trending_end-2026-09-30"]
)
def test_recorded_answers_are_read_and_pass_the_gate(name: str) -> None:
    path = RECORDINGS / f"app-rankings_7d_{name}.json"
    if not path.exists():
        pytest.skip("the recordings are not here")
    end = date.fromisoformat(name[-10:])
    board = Board(Dataset.APPS, sort=Sort(name.partition("_")[0]))
    with feed_over(Mock(path.read_bytes())) as feed:
        ranking = feed.app_ranking(board, end, 100)
    assert len(ranking.entries) in {10, 78}
    assert check(ranking, asked_start=board.start(end), asked_end=end) is None


# ── before a request ─────────────────────────────────────────────────────────────────────────────────────────────


def test_budget_and_pacing_come_before_each_request() -> None:
    order: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        order.append(request.url.params["offset"])
        return httpx.Response(200, content=iter([apps_body(1, 100) if len(order) == 2 else apps_body(101, 110)]))

    with feed_over(handler, before_request=lambda: order.append("wait")) as feed:
        feed.app_ranking(APPS, END, 200)
    assert order == ["wait", "0", "wait", "100"]


def test_when_the_budget_is_used_up_nothing_is_sent() -> None:
    def refuse() -> None:
        raise BudgetExhaustedError("no more today")

    mock = Mock()
    with feed_over(mock, before_request=refuse) as feed:
        with pytest.raises(BudgetExhaustedError):
            feed.app_ranking(APPS, END, 100)
        assert feed.requests == 0
    assert mock.asked == []


def test_the_key_is_read_anew() -> None:
    keys = iter(["first-key", "second-key\n"])
    mock = Mock(apps_body(1, 2), apps_body(1, 2))
    with feed_over(mock, api_key=lambda: next(keys)) as feed:
        feed.app_ranking(APPS, END, 100)
        feed.app_ranking(APPS, END, 100)
    assert [request.headers["authorization"] for request in mock.asked] == ["Bearer first-key", "Bearer second-key"]


@pytest.mark.parametrize("key", ["", " ", "sk-secret\nX-Evil: 1", "sk-secret…", "sk secret", "sk-secret\x7f"])
def test_a_key_that_no_header_can_carry_is_not_sent_and_not_shown(key: str) -> None:
    spent: list[str] = []
    with (
        feed_over(Mock(), api_key=lambda: key, before_request=lambda: spent.append("one")) as feed,
        pytest.raises(FeedPermanentError, match=r"The API key is empty, or holds a character") as caught,
    ):
        feed.app_ranking(APPS, END, 100)
    assert "secret" not in "".join(traceback.format_exception(caught.value))
    assert spent == []


def test_a_key_that_cannot_be_read_any_more_is_said_and_nothing_is_sent() -> None:
    """The file was taken away while the service ran: the next cycle says so, and goes on with what it has."""

    def gone() -> str:
        raise ConfigError([Problem("config.toml", 2, 11, "the file /run/secrets/openrouter is not there")])

    spent: list[int] = []
    feed = OpenRouterFeed(
        base_url="http://127.0.0.1:9/api/v1",
        api_key=gone,
        clock=lambda: NOW,
        before_request=lambda: spent.append(1),
        timeout_seconds=1,
    )
    with pytest.raises(FeedRefusedError, match=r"The API key can't be read: config\.toml:2:11"):
        feed.model_days(START, END)
    assert not spent
