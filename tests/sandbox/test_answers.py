"""Parameters, defaults, refusals and the documented shapes, without a socket."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.core.taxonomy import CATEGORY_OF
from bot.sandbox.answers import Request, compose, endpoint
from bot.sandbox.source import last_completed_day, timestamp
from bot.sandbox.world import World

APPS, MODELS = "/api/v1/datasets/app-rankings", "/api/v1/datasets/rankings-daily"


def ask(world: World, now: datetime, path: str, **query: str) -> tuple[int, dict[str, Any]]:
    answer = compose(Request("GET", path, query), world, now)
    return answer.status, json.loads(answer.body)


@pytest.mark.parametrize("path", [APPS, MODELS])
def test_without_parameters_the_window_is_thirty_days_to_the_last_completed_day(
    world: World, now: datetime, path: str
) -> None:
    status, body = ask(world, now, path)
    assert status == 200
    assert body["meta"] == {
        "as_of": "2026-11-20T04:30:15.208Z",
        "version": "v1",
        "start_date": "2026-10-21",
        "end_date": "2026-11-19",
    }


def test_a_start_is_counted_back_from_the_end_that_is_asked_for(world: World, now: datetime) -> None:
    _, body = ask(world, now, APPS, end_date="2026-05-11")
    assert (body["meta"]["start_date"], body["meta"]["end_date"]) == ("2026-04-12", "2026-05-11")


def test_fifty_apps_come_by_default_with_ranks_from_one(world: World, now: datetime) -> None:
    _, body = ask(world, now, APPS)
    assert [row["rank"] for row in body["data"]] == list(range(1, 51))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"category": "coding", "subcategory": "roleplay"}, "does not belong"),
        ({"category": "cooking"}, "category must be one of"),
        ({"category": ""}, "category must be one of"),
        ({"subcategory": "coding"}, "subcategory must be one of"),
        ({"sort": "newest"}, "sort must be one of"),
        ({"start_date": "2026-02-30"}, "not a day of the calendar"),
        ({"end_date": "2026-02-30"}, "not a day of the calendar"),
        ({"end_date": "20261101"}, "must be a date"),
        ({"end_date": "2026-11-1"}, "must be a date"),
        ({"end_date": "٢٠٢٦-11-01"}, "must be a date"),
        ({"end_date": ""}, "must be a date"),
        ({"start_date": "2026-11-11", "end_date": "2026-11-10"}, "must not be after"),
        ({"start_date": "2025-11-18", "end_date": "2026-11-19"}, "366 days"),
        ({"end_date": "2024-12-31"}, "on or after 2025-01-01"),
        ({"start_date": "2026-11-20", "end_date": "2026-11-20"}, "last completed"),
        ({"start_date": "2026-11-20"}, "last completed"),
        ({"limit": "0"}, "from 1 to 100"),
        ({"limit": "101"}, "from 1 to 100"),
        ({"limit": "-1"}, "from 1 to 100"),
        ({"limit": "1.5"}, "from 1 to 100"),
        ({"limit": "ten"}, "from 1 to 100"),
        ({"limit": ""}, "from 1 to 100"),
        ({"offset": "101"}, "from 0 to 100"),
        ({"offset": "-1"}, "from 0 to 100"),
        ({"offset": "x"}, "from 0 to 100"),
    ],
)
def test_what_the_feed_refuses_is_refused_with_400_and_a_reason(
    world: World, now: datetime, query: dict[str, str], words: str
) -> None:
    status, body = ask(world, now, APPS, **query)
    assert status == 400
    assert body["error"]["code"] == 400
    assert words in body["error"]["message"]


@pytest.mark.parametrize(
    "query",
    [
        {"start_date": "2026-02-30"},
        {"end_date": "2024-12-31"},
        {"start_date": "2026-11-11", "end_date": "2026-11-10"},
        {"start_date": "2025-11-18", "end_date": "2026-11-19"},
    ],
)
def test_windows_of_models_are_refused_for_the_same_reasons(world: World, now: datetime, query: dict[str, str]) -> None:
    assert ask(world, now, MODELS, **query)[0] == 400


def test_the_longest_window_is_answered(world: World, now: datetime) -> None:
    status, body = ask(world, now, APPS, start_date="2025-11-19", end_date="2026-11-19")
    assert status == 200
    assert body["meta"]["start_date"] == "2025-11-19"


def test_a_start_before_the_dataset_is_clamped_and_echoed(world: World, now: datetime) -> None:
    status, body = ask(world, now, APPS, start_date="2020-01-01", end_date="2025-01-07")
    assert status == 200
    assert body["meta"]["start_date"] == "2025-01-01"


@pytest.mark.parametrize("end", ["2026-11-20", "2026-12-24"])
def test_an_end_that_is_not_over_becomes_the_last_completed_day(world: World, now: datetime, end: str) -> None:
    status, body = ask(world, now, APPS, start_date="2026-11-13", end_date=end)
    assert status == 200
    assert body["meta"]["end_date"] == "2026-11-19"


@pytest.mark.parametrize("category", ["coding", None])
def test_a_subcategory_alone_filters_like_one_with_its_category(
    world: World, now: datetime, category: str | None
) -> None:
    query = {"subcategory": "cli-agent", "limit": "100"}
    _, alone = ask(world, now, APPS, **query)
    _, paired = ask(world, now, APPS, **query, **({"category": category} if category else {}))
    assert alone == paired
    assert alone["data"][0]["rank"] == 1


@pytest.mark.parametrize("subcategory", sorted(CATEGORY_OF))
def test_every_subcategory_has_apps_and_is_part_of_its_group(world: World, now: datetime, subcategory: str) -> None:
    _, part = ask(world, now, APPS, subcategory=subcategory, limit="100")
    group = ask(world, now, APPS, category=CATEGORY_OF[subcategory], limit="100")[1]["data"]
    group += ask(world, now, APPS, category=CATEGORY_OF[subcategory], limit="100", offset="100")[1]["data"]
    assert part["data"]
    assert {row["app_id"] for row in part["data"]} <= {row["app_id"] for row in group}


@pytest.mark.parametrize("sort", ["popular", "trending"])
def test_pages_continue_each_other(world: World, now: datetime, sort: str) -> None:
    window = {"start_date": "2026-11-13", "end_date": "2026-11-19", "sort": sort}
    first = ask(world, now, APPS, **window, limit="100")[1]["data"]
    second = ask(world, now, APPS, **window, limit="100", offset="100")[1]["data"]
    middle = ask(world, now, APPS, **window, limit="100", offset="50")[1]["data"]
    assert middle == (first + second)[50:150]
    assert [row["rank"] for row in first + second] == list(range(1, len(first + second) + 1))
    assert len({row["app_id"] for row in first + second}) == len(first + second)


def test_app_rows_have_exactly_the_documented_fields(world: World, now: datetime) -> None:
    _, body = ask(world, now, APPS, limit="100")
    assert set(body) == {"data", "meta"}
    for row in body["data"]:
        assert set(row) == {"rank", "app_id", "app_name", "total_tokens", "total_requests"}
        assert isinstance(row["total_tokens"], str)
        assert row["total_tokens"].isdecimal()
        assert all(isinstance(row[name], int) for name in ("rank", "app_id", "total_requests"))
        assert row["app_name"]


def test_model_rows_have_exactly_the_documented_fields_and_order(world: World, now: datetime) -> None:
    _, body = ask(world, now, MODELS, start_date="2026-11-10", end_date="2026-11-19")
    rows = body["data"]
    assert [row["date"] for row in rows] == sorted(row["date"] for row in rows)
    for step in range(10):
        day = (date(2026, 11, 10) + timedelta(days=step)).isoformat()
        of_day = [row for row in rows if row["date"] == day]
        assert len(of_day) == 51
        assert of_day[-1]["model_permaslug"] == "other"
        tokens = [(-int(row["total_tokens"]), row["model_permaslug"]) for row in of_day[:-1]]
        assert tokens == sorted(tokens)
        assert all(set(row) == {"date", "model_permaslug", "total_tokens"} for row in of_day)


def test_a_key_is_read_from_a_bearer_header_only() -> None:
    def key(value: str) -> str:
        return Request("GET", APPS, headers={"authorization": value}).key

    assert key("Bearer sk-or-1") == "sk-or-1"
    assert [key("Bearer "), key("Basic sk-or-1"), key("")] == ["", "", ""]
    assert "sk-or-1" not in repr(Request("GET", APPS, headers={"authorization": "Bearer sk-or-1"}))


def test_paths_outside_the_api_are_no_endpoints() -> None:
    assert endpoint("/api/v1/models") == "models"
    assert endpoint("/models") == ""


def test_times_are_written_as_the_feed_writes_them() -> None:
    moment = datetime(2026, 9, 29, 0, 53, 21, 675_999, tzinfo=UTC)
    assert timestamp(moment) == "2026-09-29T00:53:21.675Z"
    assert last_completed_day(moment) == date(2026, 9, 28)
