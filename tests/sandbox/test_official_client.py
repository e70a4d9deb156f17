"""The official client of the real API reads the sandbox as it is."""

from __future__ import annotations

from datetime import datetime

import pytest
from openrouter import OpenRouter
from openrouter.errors import BadRequestResponseError, TooManyRequestsResponseError
from openrouter.utils import BackoffStrategy, RetryConfig

from bot.sandbox import Sandbox, World

NO_RETRIES = RetryConfig("none", BackoffStrategy(1, 1, 1, 1), retry_connection_errors=False)


def client(sandbox: Sandbox) -> OpenRouter:
    return OpenRouter(api_key="sk-or-test", server_url=sandbox.url, retry_config=NO_RETRIES)


def test_it_reads_the_apps_page_by_page(sandbox: Sandbox) -> None:
    with client(sandbox) as openrouter:
        answer = openrouter.datasets.get_app_rankings(
            start_date="2026-11-13", end_date="2026-11-19", category="coding", subcategory="cli-agent", limit=20
        )
        assert answer is not None
        assert [row.rank for row in answer.result.data] == list(range(1, 21))
        assert "Kestrel Code" in {row.app_name for row in answer.result.data}
        assert answer.result.meta.start_date == "2026-11-13"
        following = answer.next()
        assert following is not None
        assert following.result.data[0].rank == 21


def test_it_reads_the_days_of_models(sandbox: Sandbox) -> None:
    with client(sandbox) as openrouter:
        answer = openrouter.datasets.get_rankings_daily(start_date="2026-11-18", end_date="2026-11-19")
    assert len(answer.data) == 102
    assert answer.data[-1].model_permaslug == "other"
    assert int(answer.data[0].total_tokens) > 0


def test_it_understands_a_refused_parameter(sandbox: Sandbox) -> None:
    with client(sandbox) as openrouter, pytest.raises(BadRequestResponseError):
        openrouter.datasets.get_app_rankings(category="coding", subcategory="roleplay")


def test_it_understands_the_limit_and_reads_how_long_to_wait(world: World, now: datetime) -> None:
    with Sandbox(world, now=lambda: now) as sandbox, client(sandbox) as openrouter:
        for _ in range(30):
            openrouter.datasets.get_app_rankings(limit=1)
        with pytest.raises(TooManyRequestsResponseError) as caught:
            openrouter.datasets.get_rankings_daily()
    assert caught.value.headers["Retry-After"] == "60"
