"""Answers of the Data API as it documents them, to be changed by a test, and a feed client that gets them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

import httpx

from bot.adapters.openrouter import OpenRouterFeed
from bot.core.ranking import Board, Dataset

KEY = "sk-or-v1-0123456789abcdef"
NOW = datetime(2026, 11, 11, 3, 0, tzinfo=UTC)
START, END = date(2026, 11, 4), date(2026, 11, 10)
APPS = Board(Dataset.APPS)
CLI = Board(Dataset.APPS, 7, "coding", "cli-agent")
AS_OF = "2026-11-11T02:00:00.123Z"
META: dict[str, Any] = {"as_of": AS_OF, "version": "v1", "start_date": str(START), "end_date": str(END)}


def app_row(place: int, /, **changes: Any) -> dict[str, Any]:
    row = {"rank": place, "app_id": 1000 + place, "app_name": f"App {place}", "total_requests": 7}
    return {**row, "total_tokens": str(10**12 - place), **changes}


def apps_body(first: int, last: int, **meta: Any) -> bytes:
    """A page with the ranks ``first`` to ``last``."""
    rows = [app_row(rank) for rank in range(first, last + 1)]
    return json.dumps({"data": rows, "meta": {**META, **meta}}).encode()


class Mock:
    """An HTTP server in memory: answers one after another, and what it was asked."""

    def __init__(self, *bodies: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.asked: list[httpx.Request] = []
        self._bodies = list(bodies)
        self._headers = headers or {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return httpx.Response(200, headers=self._headers, content=iter([self._bodies.pop(0)]))

    @property
    def params(self) -> list[dict[str, str]]:
        return [dict(request.url.params) for request in self.asked]


@contextlib.contextmanager
def feed_over(
    handler: Callable[[httpx.Request], httpx.Response] | None = None, **options: Any
) -> Iterator[OpenRouterFeed]:
    settings: dict[str, Any] = {
        "base_url": "https://openrouter.ai/api/v1",
        "api_key": lambda: KEY,
        "clock": lambda: NOW,
        "before_request": lambda: None,
        "timeout_seconds": 5,
        "transport": httpx.MockTransport(handler) if handler else None,
    }
    feed = OpenRouterFeed(**{**settings, **options})
    try:
        yield feed
    finally:
        feed.close()


def model_row(day: str = "2026-11-10", slug: str = "a/x", tokens: str = "5") -> dict[str, Any]:
    return {"date": day, "model_permaslug": slug, "total_tokens": tokens}
