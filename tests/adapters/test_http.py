"""The bounded GET: what is sent, what bounds the answer, and which addresses and environments are accepted."""

from __future__ import annotations

import logging
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from bot.adapters.http import EXCERPT_BYTES, Answer, HttpClient, check_base_url
from bot.errors import FeedMalformedError, FeedPermanentError, FeedTransientError
from tests.adapters.raw_server import Behaviour, dribble, raw_server, read_request, send, send_and_hold

if TYPE_CHECKING:
    import socket

BODY = b'{"data": []}'
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nX-Thing: Yes\r\n\r\n" + BODY


def _get(base_url: str, *, seconds: float = 5, max_bytes: int = 1000) -> Answer:
    client = HttpClient(base_url, timeout_seconds=seconds, max_bytes=max_bytes)
    try:
        return client.get("/thing", params={"a": 1}, headers={"Authorization": "Bearer k"}, what="the thing")
    finally:
        client.close()


def _ask(behave: Behaviour, *, seconds: float = 5, max_bytes: int = 1000) -> Answer:
    with raw_server(behave) as where:
        return _get(f"http://{where}", seconds=seconds, max_bytes=max_bytes)


def test_an_answer_comes_with_status_headers_and_body() -> None:
    answer = _ask(send(GOOD))
    assert (answer.status, answer.headers["x-thing"], answer.body) == (200, "Yes", BODY)


def test_a_body_that_ends_with_the_connection_is_whole() -> None:
    assert _ask(send(b"HTTP/1.1 200 OK\r\n\r\n" + BODY)).body == BODY


def test_what_is_sent() -> None:
    """Path, parameters and headers as given; nothing compressed is asked for; no cookie comes back."""
    heads: list[bytes] = []

    def behave(stream: socket.socket, _done: threading.Event) -> None:
        stream.sendall(b"HTTP/1.1 200 OK\r\nSet-Cookie: session=1\r\n\r\n" + BODY)

    def remember(stream: socket.socket, done: threading.Event) -> None:
        heads.append(read_request(stream))
        behave(stream, done)

    with raw_server(remember, read_head=False) as where:
        client = HttpClient(f"http://{where}/api/v1/", timeout_seconds=5)
        for _ in range(2):
            client.get("/x", params={"limit": 5}, headers={"Authorization": "Bearer k"}, what="x")
        client.close()
    lines = heads[0].decode().split("\r\n")
    assert lines[0] == "GET /api/v1/x?limit=5 HTTP/1.1"
    assert {"Authorization: Bearer k", "Accept-Encoding: identity", "Accept: application/json"} <= set(lines)
    assert any(line.startswith("User-Agent: openrouter-rankbot/") for line in lines)
    assert heads[1] == heads[0]


# ── bounds ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
    ],
    ids=["before the head", "within the head", "within the body", "within a body without a length"],
)
@pytest.mark.parametrize("behaviour", [dribble, send_and_hold])
def test_the_deadline_is_over_the_whole_answer(behaviour: Callable[[bytes], Behaviour], head: bytes) -> None:
    """Each piece comes within the timeout, or none does: either way the whole answer is late."""
    with pytest.raises(
        FeedTransientError, match=r"^the thing: no complete answer came within 0.15 s\. It is asked again"
    ):
        _ask(behaviour(head), seconds=0.15)


def test_the_deadline_is_looked_at_after_each_piece() -> None:
    """With a clock of the test's own: two seconds a piece, five allowed."""
    now = [100.0]

    def pieces() -> Iterator[bytes]:
        for number in range(9):
            now[0] += 2
            yield str(number).encode()
            assert number < 3, "read on after the deadline"

    client = HttpClient(
        "https://feed.example",
        timeout_seconds=5,
        transport=httpx.MockTransport(lambda _: httpx.Response(200, content=pieces())),
        monotonic=lambda: now[0],
    )
    with pytest.raises(FeedTransientError, match="no complete answer came within 5 s"):
        client.get("/", params={}, headers={}, what="x")
    client.close()


def test_an_answer_of_the_longest_length_is_read_and_a_longer_one_is_not() -> None:
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    assert len(_ask(send(head + b" " * 1000)).body) == 1000
    with pytest.raises(FeedMalformedError, match="the thing: the answer is longer than 1000 bytes"):
        _ask(send(head + b" " * 1001))


def test_an_endless_answer_is_cut_short() -> None:
    def behave(stream: socket.socket, done: threading.Event) -> None:
        stream.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not done.is_set():
            stream.sendall(b" " * 65536)

    with pytest.raises(FeedMalformedError, match="longer than 1000 bytes"):
        _ask(behave)


@pytest.mark.parametrize("encoding", ["gzip", "br", "Deflate"])
def test_a_compressed_answer_is_not_unpacked(encoding: str) -> None:
    """A few bytes can unpack to gigabytes; nothing compressed was asked for."""
    with pytest.raises(FeedMalformedError, match="the thing: the answer came compressed"):
        _ask(send(b"HTTP/1.1 200 OK\r\nContent-Encoding: " + encoding.encode() + b"\r\n\r\n\x1f\x8b"))


def test_identity_is_no_compression() -> None:
    assert _ask(send(b"HTTP/1.1 200 OK\r\nContent-Encoding: Identity\r\n\r\n" + BODY)).body == BODY


# ── refusals: the status is what counts ──────────────────────────────────────────────────────────────────────────


def test_of_a_refusal_only_the_beginning_is_read() -> None:
    answer = _ask(send(b"HTTP/1.1 403 No\r\n\r\n" + b"x" * 10 * EXCERPT_BYTES))
    assert (answer.status, answer.body) == (403, b"x" * EXCERPT_BYTES)


def test_a_refusal_whose_body_breaks_off_is_still_a_refusal() -> None:
    answer = _ask(send(b"HTTP/1.1 401 No\r\nContent-Length: 100\r\n\r\nsome"))
    assert (answer.status, answer.body) == (401, b"some")


def test_a_refusal_that_never_ends_is_cut_at_the_deadline() -> None:
    assert _ask(dribble(b"HTTP/1.1 503 No\r\n\r\n"), seconds=0.15).status == 503


def test_a_redirect_is_not_followed() -> None:
    assert _ask(send(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")).status == 302


# ── TLS ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_untrusted_certificate_is_permanent(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("there is no openssl command to make a certificate with")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    options = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([openssl, "req", "-x509", *options, *files], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    with raw_server(send(GOOD), tls=tls) as where, pytest.raises(FeedPermanentError) as caught:
        _get(f"https://{where}")
    assert caught.value.message == "the thing: the server's certificate is not trusted (self-signed certificate)."
    assert "SSL_CERT_FILE" in caught.value.hint


def test_a_server_that_does_not_speak_tls_is_transient() -> None:
    with (
        raw_server(send(b"HTTP/1.1 400 Bad Request\r\n\r\n"), read_head=False) as where,
        pytest.raises(FeedTransientError, match=r"the thing: the encrypted connection to 127\.0\.0\.1:[0-9]+ failed"),
    ):
        _get(f"https://{where}")


def test_a_handshake_that_dribbles_is_late() -> None:
    record = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc"  # announces a server hello of 16 kB
    with (
        raw_server(dribble(record), read_head=False) as where,
        pytest.raises(
            FeedTransientError, match=r"no complete answer came within 0\.15 s|no connection to .+ came about in time"
        ),
    ):
        _get(f"https://{where}", seconds=0.15)


# ── addresses and the environment ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("base_url", "local"),
    [
        ("https://openrouter.ai/api/v1", False),
        ("https://127.0.0.1:8443", True),
        ("http://localhost:8765/api/v1", True),
        ("http://127.8.9.10", True),
        ("http://[::1]:8765/api/v1/", True),
    ],
)
def test_https_anywhere_and_http_on_this_machine_are_accepted(base_url: str, local: bool) -> None:
    assert check_base_url(base_url) is local


@pytest.mark.parametrize(
    ("base_url", "fragment"),
    [
        ("http://openrouter.ai/api/v1", "would send the API key unencrypted. Use https."),
        ("http://127.0.0.1.example.com", "unencrypted"),
        ("http://0177.0.0.1", "not an address"),
        ("http://10.0.0.1", "unencrypted"),
        ("http://[fe80::1]", "unencrypted"),
        ("ftp://openrouter.ai", "not an https address"),
        ("openrouter.ai/api/v1", "not an https address"),
        ("https://", "not an https address"),
        ("", "not an https address"),
        ("https://openrouter.ai:99999", "not an https address"),
        ("https://open\x00router.ai", "not an address"),
        ("https://" + "a" * 64 + ".ai", "not an address"),
        ("https://open..router.ai", "not an address"),
        ("https://openrouter.ai/api?x=1", "has a user, a query or a fragment"),
        ("https://openrouter.ai/api#x", "has a user, a query or a fragment"),
        ("https://me:hunter2@openrouter.ai", "has a user, a query or a fragment"),
    ],
)
def test_any_other_address_is_refused_without_repeating_a_password(base_url: str, fragment: str) -> None:
    with pytest.raises(FeedPermanentError) as caught:
        HttpClient(base_url, timeout_seconds=5)
    assert fragment in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALL_PROXY", "socks5://me:hunter2@proxy.example:1080"),
        ("HTTPS_PROXY", "odd://me:hunter2@proxy.example"),
        ("HTTPS_PROXY", "http://me:hunter2@proxy.example:port"),
        ("SSL_CERT_FILE", "no-such-file.pem"),
    ],
)
def test_an_environment_that_cannot_be_used_is_said(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(FeedPermanentError, match=r"network settings can't be used\. Check HTTPS_PROXY") as caught:
        HttpClient("https://openrouter.ai", timeout_seconds=5)
    assert "hunter2" not in f"{caught.value}{caught.value.__cause__}"


def test_the_proxy_of_the_environment_is_used_for_other_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server(send(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy}")
        with pytest.raises(FeedTransientError, match="the thing: the proxy did not let the request through"):
            _get("https://feed.example")


def test_this_machine_is_asked_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the key would travel unencrypted to the proxy."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert _ask(send(GOOD)).body == BODY


def test_addresses_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    _ask(send(GOOD))
    assert [record for record in caplog.records if record.name.startswith(("httpx", "httpcore"))] == []


def test_no_thread_is_left_behind() -> None:
    before = threading.active_count()
    _ask(send(GOOD))
    assert threading.active_count() == before
