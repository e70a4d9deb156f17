"""GET /models: what is asked, and what is made of true, odd and hostile answers."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.core.catalogue import Catalogue, Listing, Spell, context_length, price, rankable
from bot.errors import FeedMalformedError
from tests.adapters.feed_answers import Mock, feed_over
from tests.listings import listing

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def row(**changes: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "id": "oriole/swift-4",
        "canonical_slug": "oriole/swift-4-20260801",
        "name": "Oriole: Swift 4",
        "created": 1785576600,
        "context_length": 262144,
        "pricing": {"prompt": "0.0000001", "completion": "0.0000004", "web_search": "0.0025"},
        "expiration_date": None,
    }
    return {**usual, **changes}


def read(*rows: Any) -> list[Listing]:
    with feed_over(Mock(json.dumps({"data": rows}).encode())) as feed:
        return list(feed.catalogue())


def test_one_request_for_models_of_every_kind() -> None:
    mock = Mock(json.dumps({"data": [row()]}).encode())
    with feed_over(mock) as feed:
        assert list(feed.catalogue()) == [listing()]
        assert feed.requests == 1
    assert mock.asked[0].url.path == "/api/v1/models"
    assert mock.params == [{"output_modalities": "all"}]


@pytest.mark.parametrize(
    ("pricing", "expected"),
    [
        ({"prompt": "-1", "completion": "-1"}, (None, None)),
        ({"prompt": "0", "completion": "0"}, (Decimal(0), Decimal(0))),
        ({"prompt": 0.1, "completion": "1e400"}, (None, None)),
        ({"prompt": "9" * 4000, "completion": "NaN"}, (None, None)),
        ({"prompt": "<!channel>", "completion": ["0.1"]}, (None, None)),
    ],
)
def test_a_price_that_is_none_is_no_price(pricing: dict[str, Any], expected: tuple[Any, Any]) -> None:
    (found,) = read(row(pricing=pricing))
    assert (found.input_price, found.output_price) == expected


@pytest.mark.parametrize("length", [None, 0, -5, 10**30, "8192", True, 0.5, {"a": 1}])
def test_a_context_length_that_is_none_is_left_out(length: object) -> None:
    (found,) = read(row(context_length=length))
    assert found.context_length is None


@pytest.mark.parametrize("created", [0, -1, 10**15, 1e300])
def test_a_time_that_is_none_is_left_out(created: float) -> None:
    (found,) = read(row(created=created))
    assert found.created is None


def test_a_name_of_any_length_is_cut() -> None:
    (found,) = read(row(name="W" * 100_000))
    assert len(found.name) == 500


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"id": 5}, "data[0].id"),
        ({"id": "a b"}, "data[0].id"),
        ({"id": "x" * 501}, "data[0].id"),
        ({"canonical_slug": None}, "data[0].canonical_slug"),
        ({"name": ""}, "data[0].name"),
        ({"created": "now"}, "data[0].created"),
        ({"pricing": None}, "data[0].pricing"),
        ({"pricing": {"prompt": "0"}}, "data[0].pricing.completion"),
    ],
)
def test_another_shape_is_an_answer_that_can_not_be_used(changes: dict[str, Any], where: str) -> None:
    with pytest.raises(FeedMalformedError, match="models: ") as caught:
        read(row(**changes))
    assert f"`{where}`" in caught.value.message


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"data": {}}', b'{"error": {"message": "no"}}', b'{"data'])
def test_whatever_else_comes_is_said(body: bytes) -> None:
    with feed_over(Mock(body)) as feed, pytest.raises(FeedMalformedError, match="models: "):
        feed.catalogue()


# ── what was recorded ────────────────────────────────────────────────────────────────────────────────────────────

recorded = pytest.mark.skipif(not DATA.is_dir(), reason="the recorded answers (../shared/data) are not there")


def rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def history() -> dict[date, list[Listing]]:
    """The recorded lists by day."""
    days: dict[date, list[Listing]] = {}
    for line in rows("models_history.csv"):
        length = line["context_length"]
        one = Listing(
            line["id"],
            line["canonical_slug"],
            line["name"],
            None,
            context_length(int(length) if length else None),
            price(line["prompt"]),
            price(line["completion"]),
        )
        days.setdefault(date.fromisoformat(line["snapshot_date"]), []).append(one)
    return days


def ranked() -> dict[date, list[str]]:
    """The recorded models by day."""
    days: dict[date, list[str]] = {}
    for line in rows("rankings_daily.csv"):
        if line["model_permaslug"] != "other":
            days.setdefault(date.fromisoformat(line["date"]), []).append(line["model_permaslug"])
    return days


@recorded
def test_the_recorded_list_is_read_whole() -> None:
    with feed_over(Mock((DATA / "models.json").read_bytes())) as feed:
        listings = feed.catalogue()
    assert len(listings) == 400
    unpriced = {one.id for one in rankable(listings) if one.input_price is None}
    assert unpriced
    assert all("auto" in name or "router" in name or "bodybuilder" in name for name in unpriced), unpriced


@recorded
def test_nearly_all_ranked_models_join_a_list_of_their_day() -> None:
    models = ranked()
    joined = [
        Catalogue(day, [Spell(one, day, day) for one in rankable(listings)]).find(item) is not None
        for day, listings in history().items()
        for item in models[day]
    ]
    assert (sum(joined), len(joined)) == (973, 1000)


@recorded
def test_fewer_join_a_list_that_is_two_weeks_old() -> None:
    days, models = history(), ranked()
    first = min(days)
    catalogue = Catalogue(first, [Spell(one, first, first) for one in rankable(days[first])])
    known = [item for item in models[first + timedelta(days=14)] if catalogue.find(item)]
    assert len(known) == 42
