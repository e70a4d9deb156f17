"""A feed in trouble, on demand."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from bot.errors import UsageError
from bot.sandbox import Sandbox, World, last_completed_day
from bot.sandbox.failing import MESSAGES, RETRY_AFTER_SECONDS, Failing

NOW = datetime(2026, 11, 11, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize("status", MESSAGES)
def test_every_request_gets_the_status_and_its_words(status: int) -> None:
    with Sandbox(World(1, last_completed_day(NOW)), now=lambda: NOW) as sandbox:
        sandbox.answer = Failing(status)
        answers = [httpx.get(f"{sandbox.url}/{path}") for path in ("models", "datasets/app-rankings")]
    for answer in answers:
        assert (answer.status_code, answer.json()["error"]["message"]) == (status, MESSAGES[status])
        assert answer.headers["X-Rankbot-Sample"]
        assert answer.headers.get("Retry-After") == (str(RETRY_AFTER_SECONDS) if status == 429 else None)


def test_others_are_refused() -> None:
    with pytest.raises(UsageError) as caught:
        Failing(200)
    assert caught.value.hint == "It plays 401, 403, 429, 500, 502, 503."
