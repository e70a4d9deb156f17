"""Every fault of network and answer: how it is sorted, what is said, and that the key is nowhere."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import ssl
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx
import pytest

from bot.adapters.openrouter import OpenRouterFeed
from bot.errors import (
    FeedError,
    FeedMalformedError,
    FeedPermanentError,
    FeedRateLimitError,
    FeedRefusedError,
    FeedTransientError,
)
from tests.adapters.feed_answers import (
    CLI,
    END,
    KEY,
    META,
    START,
    Mock,
    app_row,
    apps_body,
    feed_over,
    model_row,
)
from tests.adapters.raw_server import Behaviour, raw_server, send, send_and_hold, send_and_reset

Answering = Callable[[httpx.Request], httpx.Response]


@dataclass(frozen=True)
class Raw:
    """A real server that does this."""

    behave: Behaviour


@dataclass(frozen=True)
class Fault:
    """What goes wrong (in memory, at a real server, or at an address), and what is to be made of it.

    A class of error, words of its message and hint, and how long to wait.
    """

    name: str
    does: Answering | Raw | str
    kind: type[FeedError]
    says: tuple[str, ...]
    retry_after: float | None = None
    options: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def _answer(status: int, body: bytes | str = b"", **headers: str) -> Answering:
    content = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: httpx.Response(status, headers=named, content=iter([content]))


def _error(status: int, message: object, **headers: str) -> Answering:
    return _answer(status, json.dumps({"error": {"code": status, "message": message}}), **headers)


def _body(**changes: Any) -> Answering:
    """A good answer whose top level is changed; None takes a field away."""
    document = {"data": [app_row(1), app_row(2)], "meta": META, **changes}
    return _answer(200, json.dumps({name: value for name, value in document.items() if value is not None}))


def _row(**changes: Any) -> Answering:
    """A good answer whose second row is changed; None takes a field away."""
    row = {name: value for name, value in app_row(2, **changes).items() if value is not None}
    return _body(data=[app_row(1), row])


def _meta(**changes: Any) -> Answering:
    return _body(meta={name: value for name, value in {**META, **changes}.items() if value is not None})


def _raises(error: Exception, cause: Exception | None = None) -> Answering:
    def handler(_: httpx.Request) -> httpx.Response:
        raise error from cause

    return handler


def _rate_limited(retry_after: str) -> Answering:
    return _error(429, "Rate limit exceeded", retry_after=retry_after)


REFUSED, PERMANENT, TRANSIENT, LIMITED, MALFORMED = (
    FeedRefusedError,
    FeedPermanentError,
    FeedTransientError,
    FeedRateLimitError,
    FeedMalformedError,
)
LATER = "asked again in the next cycle"
UNTRUSTED = ssl.SSLCertVerificationError(1, "x")
UNTRUSTED.verify_message = "expired"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n"
ECHO = f"No such key: Bearer {KEY}."

FAULTS = [
    # what the feed refuses
    Fault(
        "400",
        _error(400, "end_date:\x00\n is <too> early."),
        PERMANENT,
        ("(400): “end_date: is <too> early”.", "newer"),
    ),
    Fault("400 long", _error(400, "x" * 5000), PERMANENT, ("x" * 199 + "…”",)),
    Fault("400 HTML", _answer(400, "<html>Bad"), PERMANENT, ("calls the request wrong (400). Asking again",)),
    Fault("400 odd", _error(400, ["x"]), PERMANENT, ("wrong (400). ",)),
    Fault("400 list", _answer(400, "[]"), PERMANENT, ("wrong (400). ",)),
    Fault("400 text", _answer(400, '{"error": "bad"}'), PERMANENT, ("wrong (400). ",)),
    Fault("400 blank", _error(400, "  "), PERMANENT, ("wrong (400). ",)),
    Fault(
        "401",
        _error(401, "User not found."),
        REFUSED,
        ("does not accept the API key (401): “User not found”.", "api_key"),
    ),
    Fault("401 echo", _error(401, ECHO), REFUSED, ("“No such key: Bearer …”",)),
    Fault("402", _error(402, "Insufficient credits"), REFUSED, ("asks for payment (402)", "balance")),
    Fault("403", _answer(403, "<html>"), REFUSED, ("does not let the API key in (403)", "firewall or proxy")),
    Fault("404", _error(404, "Not Found"), PERMANENT, ("no such address (404)", "[openrouter] base_url")),
    Fault("405", _answer(405), PERMANENT, ("(405)", "[openrouter] base_url")),
    Fault("410", _answer(410), PERMANENT, ("refuses the request (410)", "newer rankbot")),
    Fault("301", _answer(301, location="https://x"), PERMANENT, ("redirects, which is not followed (301)", "base_url")),
    Fault("307", _answer(307, location="/login"), PERMANENT, ("redirects, which is not followed (307)",)),
    # what passes
    Fault("408", _answer(408), TRANSIENT, ("out of order (408)", LATER)),
    Fault("500", _error(500, "Internal Server Error"), TRANSIENT, ("out of order (500): “Internal Server Error”",)),
    Fault("502", _answer(502, "<html>"), TRANSIENT, ("(502)", LATER)),
    Fault("503", _answer(503, retry_after="90"), TRANSIENT, ("(503)",), 90.0),
    Fault("522", _answer(522), TRANSIENT, ("the feed, or what stands before it, is out of order (522)",)),
    Fault(
        "429",
        _error(429, "Rate limit exceeded"),
        LIMITED,
        ("fewer requests (429)", "30 requests a minute", "in this cycle"),
    ),
    Fault("429 seconds", _rate_limited("30"), LIMITED, (), 30.0),
    Fault("429 date", _rate_limited("Wed, 11 Nov 2026 03:02:30 GMT"), LIMITED, (), 150.0),
    Fault("429 past", _rate_limited("Wed, 11 Nov 2026 02:00:00 GMT"), LIMITED, (), 0.0),
    Fault("429 negative", _rate_limited("-5"), LIMITED, (), 0.0),
    Fault("429 garbage", _rate_limited("soon"), LIMITED, ()),
    Fault("429 a year", _rate_limited("31536000"), LIMITED, (), 86400.0),
    # the network
    Fault(
        "no such name",
        _raises(httpx.ConnectError("x"), socket.gaierror(-2, "x")),
        TRANSIENT,
        ("the address of ", " could not be looked up"),
    ),
    Fault("no route", _raises(httpx.ConnectError("x"), OSError(113, "x")), TRANSIENT, ("could not be reached", LATER)),
    Fault("refused", "http://127.0.0.1:1", TRANSIENT, ("127.0.0.1:1 refused the connection", "base_url")),
    Fault(
        "certificate",
        _raises(httpx.ConnectError("x"), UNTRUSTED),
        PERMANENT,
        ("not trusted (expired)", "clock"),
    ),
    Fault("TLS", _raises(httpx.ConnectError("x"), ssl.SSLError(1, "x")), TRANSIENT, ("the encrypted connection to ",)),
    Fault(
        "slow to connect", _raises(httpx.ConnectTimeout("x")), TRANSIENT, ("no connection to ", "came about in time")
    ),
    Fault("slow to answer", _raises(httpx.ReadTimeout("x")), TRANSIENT, ("no complete answer came in time",)),
    Fault("proxy", _raises(httpx.ProxyError("x")), TRANSIENT, ("the proxy did not let",)),
    Fault("hangs up", Raw(send(b"")), TRANSIENT, ("broke off, or was not HTTP", LATER)),
    Fault("not HTTP", Raw(send(b"SSH-2.0-OpenSSH_9.2\r\n")), TRANSIENT, ("broke off, or was not HTTP",)),
    Fault("incomplete", Raw(send(HEAD + b'{"data": [')), TRANSIENT, ("broke off, or was not HTTP",)),
    Fault("reset", Raw(send_and_reset(HEAD + b'{"data": [')), TRANSIENT, ("the connection to 127.0.0.1:", " broke.")),
    Fault("stalls", Raw(send_and_hold(HEAD)), TRANSIENT, ("within 0.1 s", LATER), options={"timeout_seconds": 0.1}),
    # what comes, but is not what is documented
    Fault("too long", _body(), MALFORMED, ("longer than 10 bytes",), options={"max_bytes": 10}),
    Fault(
        "compressed", _answer(200, b"\x1f\x8b", content_encoding="gzip"), MALFORMED, ("compressed", "check the proxy")
    ),
    Fault("HTML", _answer(200, "\n<!doctype html><p>Sign in"), MALFORMED, ("HTML, not JSON", "base_url")),
    Fault("empty", _answer(200, " \n"), MALFORMED, ("the answer is empty",)),
    Fault("204", _answer(204), MALFORMED, ("not the documented one (204)",)),
    Fault("truncated", _answer(200, apps_body(1, 3)[:-9]), MALFORMED, ("not JSON (EOF while parsing",)),
    Fault("text", _answer(200, "OK"), MALFORMED, ("not JSON (expected value at line 1 column 1)",)),
    Fault("not UTF-8", _answer(200, b'{"data": "\xff"}'), MALFORMED, ("not JSON",)),
    Fault("half a letter, and broken off", _answer(200, '{"data": "\\ud800'), MALFORMED, ("not JSON",)),
    Fault("deep", _answer(200, "[" * 100_000), MALFORMED, ("recursion limit",)),
    Fault("NaN", _answer(200, '{"data": NaN}'), MALFORMED, ("not JSON",)),
    Fault("list", _answer(200, "[]"), MALFORMED, ("JSON, but not an object",)),
    Fault("null", _answer(200, "null"), MALFORMED, ("JSON, but not an object",)),
    Fault(
        "error in a 200", _answer(200, '{"error": {"code": 500}}'), MALFORMED, ("an error, though its status is 200",)
    ),
    Fault("no meta", _body(meta=None), MALFORMED, ("`meta` is not as documented (Field required)", "newer rankbot")),
    Fault("no data", _body(data=None), MALFORMED, ("`data` is not as documented (Field required)",)),
    Fault("data no list", _body(data={"a": 1}), MALFORMED, ("`data` is not as documented",)),
    Fault("row no object", _body(data=[1]), MALFORMED, ("`data[0]` is not as documented",)),
    Fault("version", _meta(version="v2"), MALFORMED, ("of version v2; this rankbot reads v1", "newer rankbot")),
    Fault("version a number", _meta(version=1), MALFORMED, ("`meta.version`",)),
    Fault("no version", _meta(version=None), MALFORMED, ("`meta.version`",)),
    Fault(
        "as_of", _meta(as_of="yesterday"), MALFORMED, ("`meta.as_of` is not as documented (is not a time with a zone)",)
    ),
    Fault("date", _meta(end_date="2026-02-30"), MALFORMED, ("`meta.end_date` is not as documented",)),
    Fault(
        "date a number", _meta(end_date=20261110), MALFORMED, ("`meta.end_date` is not as documented (is not a date",)
    ),
    Fault("other end", _meta(end_date="2026-11-09"), MALFORMED, ("another window, 2026-11-04 to 2026-11-09",)),
    Fault("other start", _meta(start_date="2026-10-12"), MALFORMED, ("another window, 2026-10-12 to 2026-11-10",)),
    Fault("clamped without need", _meta(start_date="2025-01-01"), MALFORMED, ("another window",)),
    Fault("tokens a number", _row(total_tokens=5), MALFORMED, ("`data[1].total_tokens`",)),
    Fault("tokens signed", _row(total_tokens="-5"), MALFORMED, ("`data[1].total_tokens`",)),
    Fault("tokens with a line end", _row(total_tokens="5\n"), MALFORMED, ("`data[1].total_tokens`",)),
    Fault("tokens in other digits", _row(total_tokens="٥"), MALFORMED, ("`data[1].total_tokens`",)),
    Fault("tokens a fraction", _row(total_tokens="5.0"), MALFORMED, ("`data[1].total_tokens`",)),
    Fault("tokens 2^63", _row(total_tokens=str(2**63)), MALFORMED, ("`data[1].total_tokens`", "greater than 2^63 - 1")),
    Fault(
        "no tokens",
        _row(total_tokens=None),
        MALFORMED,
        ("`data[1].total_tokens` is not as documented (Field required)",),
    ),
    Fault("id as text", _row(app_id="1002"), MALFORMED, ("`data[1].app_id`",)),
    Fault("id a truth", _row(app_id=True), MALFORMED, ("`data[1].app_id`",)),
    Fault("rank a fraction", _row(rank=2.5), MALFORMED, ("`data[1].rank`",)),
    Fault("name a number", _row(app_name=5), MALFORMED, ("`data[1].app_name`",)),
    Fault("requests negative", _row(total_requests=-1), MALFORMED, ("`data[1].total_requests`",)),
    Fault("more than asked for", _answer(200, apps_body(1, 101)), MALFORMED, ("101 rows came; 100 were asked for",)),
]


@contextlib.contextmanager
def _faulty_feed(fault: Fault) -> Iterator[OpenRouterFeed]:
    with contextlib.ExitStack() as stack:
        options = dict(fault.options)
        if isinstance(fault.does, str):
            options["base_url"] = fault.does
        elif isinstance(fault.does, Raw):
            options["base_url"] = "http://" + stack.enter_context(raw_server(fault.does.behave))
        else:
            options["transport"] = httpx.MockTransport(fault.does)
        yield stack.enter_context(feed_over(None, **options))


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_every_fault_is_sorted_and_said_without_the_key(fault: Fault, caplog: pytest.LogCaptureFixture) -> None:
    """The class decides what happens next; the message says on what, what, and what to do. The key is nowhere."""
    caplog.set_level(logging.DEBUG)
    with _faulty_feed(fault) as feed:
        with pytest.raises(FeedError) as caught:
            feed.app_ranking(CLI, END, 100)
        assert feed.requests == 1
        shown = repr(feed)
    error = caught.value
    assert type(error) is fault.kind
    about = (
        "The feed " if fault.kind is REFUSED else "app-rankings for CLI agents (popular, 2026-11-04 to 2026-11-10): "
    )
    assert str(error).startswith(about)
    assert all(words in str(error) for words in fault.says), str(error)
    assert getattr(error, "retry_after", None) == fault.retry_after
    assert "\n" not in str(error)
    assert KEY not in "".join(traceback.format_exception(error)) + repr(error) + shown + caplog.text


def test_a_fault_of_model_days_names_them() -> None:
    with feed_over(_answer(500)) as feed, pytest.raises(FeedTransientError) as caught:
        feed.model_days(START, END)
    assert str(caught.value).startswith("rankings-daily (2026-11-04 to 2026-11-10): the feed, or what stands")


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([model_row(), model_row("2026-11-11")], "`data[1].date` is 2026-11-11, outside the window"),
        ([model_row("2026-11-03")], "`data[0].date` is 2026-11-03, outside the window"),
        ([model_row(slug="other"), model_row(slug="other")], "2026-11-10 has 2 rows `other`"),
        ([model_row("11 Nov")], "`data[0].date` is not as documented"),
        ([model_row(slug="")], "`data[0].model_permaslug`"),
        ([model_row(slug="a/\x00")], "`data[0].model_permaslug`"),
        ([model_row(tokens="1e9")], "`data[0].total_tokens`"),
    ],
)
def test_model_rows_that_are_not_as_documented_are_malformed(rows: list[dict[str, Any]], says: str) -> None:
    body = json.dumps({"data": rows, "meta": META}).encode()
    with feed_over(Mock(body)) as feed, pytest.raises(FeedMalformedError) as caught:
        feed.model_days(START, END)
    assert says in str(caught.value)


def test_an_odd_date_past_the_first_day_is_not_taken_for_a_clamped_one() -> None:
    meta = {**META, "start_date": "2025-01-02"}
    with feed_over(Mock(json.dumps({"data": [], "meta": meta}).encode())) as feed, pytest.raises(FeedMalformedError):
        feed.model_days(date(2024, 12, 1), END)
