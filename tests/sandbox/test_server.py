"""The sandbox over real HTTP: keys, limits, unknown paths and methods, connections."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from bot.errors import UsageError
from bot.sandbox import Answer, Request, Sandbox, World

KEY = {"Authorization": "Bearer sk-or-test"}


@contextmanager
def connected(sandbox: Sandbox) -> Iterator[http.client.HTTPConnection]:
    address = urlsplit(sandbox.url)
    assert address.hostname == "127.0.0.1"
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    try:
        yield connection
    finally:
        connection.close()


def ask(
    connection: http.client.HTTPConnection,
    path: str,
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    body: str | None = None,
) -> tuple[int, http.client.HTTPMessage, dict[str, Any]]:
    connection.request(method, f"/api/v1{path}", body=body, headers=KEY if headers is None else headers)
    response = connection.getresponse()
    return response.status, response.headers, json.loads(response.read() or b"{}")


def test_every_answer_says_that_its_figures_are_generated(sandbox: Sandbox) -> None:
    with connected(sandbox) as connection:
        for path in ("/datasets/app-rankings", "/datasets/rankings-daily?end_date=x", "/models", "/nothing"):
            _, headers, _ = ask(connection, path)
            assert headers["X-Rankbot-Sample"] == "generated"
            assert headers["Content-Type"] == "application/json"


def test_one_connection_serves_many_requests_and_all_are_counted(sandbox: Sandbox) -> None:
    with connected(sandbox) as connection:
        ask(connection, "/models")
        kept = connection.sock
        for _ in range(5):
            assert ask(connection, "/datasets/app-rankings?limit=1")[0] == 200
        assert connection.sock is kept
    assert sandbox.requests_count == 6


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer "}, {"Authorization": "Basic abc"}])
@pytest.mark.parametrize("path", ["/datasets/app-rankings", "/datasets/rankings-daily", "/models"])
def test_without_a_bearer_key_there_is_no_answer(sandbox: Sandbox, path: str, headers: dict[str, str]) -> None:
    with connected(sandbox) as connection:
        status, _, body = ask(connection, path, headers=headers)
    assert status == 401
    assert body == {"error": {"code": 401, "message": "Missing Authentication header"}}


def test_other_paths_are_not_found(sandbox: Sandbox) -> None:
    with connected(sandbox) as connection:
        status, _, body = ask(connection, "/datasets/session-cost")
    assert (status, body["error"]["code"]) == (404, 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_other_methods_are_not_allowed(sandbox: Sandbox, method: str) -> None:
    with connected(sandbox) as connection:
        status, headers, _ = ask(connection, "/models", method=method, body="{}" if method == "POST" else None)
        assert (status, headers["Allow"]) == (405, "GET")
        assert ask(connection, "/models")[0] == 200


def test_the_thirty_first_request_of_a_minute_is_refused_with_the_seconds_to_wait(world: World, now: datetime) -> None:
    clock = [now]
    with Sandbox(world, now=lambda: clock[0]) as sandbox, connected(sandbox) as connection:
        for _ in range(30):
            assert ask(connection, "/datasets/app-rankings?limit=1")[0] == 200
        clock[0] = now + timedelta(seconds=20)
        status, headers, body = ask(connection, "/datasets/rankings-daily")
        assert (status, headers["Retry-After"], body["error"]["code"]) == (429, "40", 429)
        assert ask(connection, "/models", headers={"Authorization": "Bearer another"})[0] == 200
        clock[0] = now + timedelta(seconds=60)
        assert ask(connection, "/datasets/rankings-daily?start_date=2026-11-19")[0] == 200


def test_what_answers_can_be_replaced_while_it_serves(sandbox: Sandbox) -> None:
    usual = sandbox.answer

    def moody(request: Request) -> Answer:
        return Answer(503, {"Retry-After": "7"}, b"{}") if "models" in request.path else usual(request)

    sandbox.answer = moody
    with connected(sandbox) as connection:
        status, headers, _ = ask(connection, "/models")
        assert (status, headers["Retry-After"]) == (503, "7")
        assert ask(connection, "/datasets/app-rankings")[0] == 200


def test_an_answer_can_end_in_the_middle(sandbox: Sandbox) -> None:
    usual = sandbox.answer
    sandbox.answer = lambda request: replace(usual(request), truncate_after=10)
    with connected(sandbox) as connection:
        connection.request("GET", "/api/v1/models", headers=KEY)
        with pytest.raises(http.client.IncompleteRead) as caught:
            connection.getresponse().read()
    assert len(caught.value.partial) == 10


def test_stopping_ends_connections_that_are_kept_open(world: World, now: datetime) -> None:
    sandbox = Sandbox(world, now=lambda: now)
    sandbox.start()
    with connected(sandbox) as connection:
        ask(connection, "/models")
        sandbox.stop()
        with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
            ask(connection, "/models")
    sandbox.stop()
    with pytest.raises(UsageError, match="not running"):
        _ = sandbox.url


def test_a_port_that_is_taken_is_said_in_words(sandbox: Sandbox, world: World, now: datetime) -> None:
    port = urlsplit(sandbox.url).port
    assert port
    with pytest.raises(UsageError, match=f"Port {port}"):
        Sandbox(world, now=lambda: now, port=port).start()


def test_a_failure_of_what_answers_shows_itself_and_ends_the_connection(
    sandbox: Sandbox, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(_request: Request) -> Answer:
        raise ZeroDivisionError

    sandbox.answer = broken
    with connected(sandbox) as connection, pytest.raises(http.client.RemoteDisconnected):
        ask(connection, "/models")
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_serving_writes_nothing_to_standard_error(sandbox: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    with connected(sandbox) as connection:
        ask(connection, "/models")
        ask(connection, "/nothing")
    assert capfd.readouterr().err == ""
