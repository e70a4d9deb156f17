"""The bounded GET: what is sent, what bounds the answer, and which addresses and environments are accepted."""

from __future__ import annotations

import contextlib
import logging
import os
import resource
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.http import EXCERPT_BYTES, Answer, Fault, HttpClient, NoAnswerError, check_base_url
from tests.adapters.raw_server import Behaviour, dribble, raw_server, read_request, send, send_and_hold

BODY = b'{"data": []}'
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nX-Thing: Yes\r\n\r\n" + BODY


def _get(base_url: str, *, seconds: float = 5, max_bytes: int = 1000) -> Answer:
    client = HttpClient(base_url, timeout_seconds=seconds, max_bytes=max_bytes)
    try:
        return client.get("/thing", params={"a": 1}, headers={"Authorization": "Bearer k"})
    finally:
        client.close()


@contextmanager
def _fails(fault: Fault, finding: str) -> Iterator[None]:
    """Whatever is asked brings no answer, for that reason."""
    with pytest.raises(NoAnswerError) as caught:
        yield
    assert caught.value.fault is fault
    assert finding in caught.value.finding


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
            client.get("/x", params={"limit": 5}, headers={"Authorization": "Bearer k"})
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
    with _fails(Fault.NETWORK, "no complete answer came within 0.3 s"):
        _ask(behaviour(head), seconds=0.3)


def test_the_deadline_is_over_the_looking_up_of_the_name_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that keeps silent is waited for by the system, for as long as it likes."""
    answered = threading.Event()

    def silent(*_asked: object, **_named: object) -> list[object]:
        answered.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    with _fails(Fault.NETWORK, "no connection to feed.example came about in time"):
        _get("https://feed.example", seconds=0.05)
    answered.set()


def test_the_deadline_is_over_all_of_a_servers_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each address may take the whole time by itself; the one that answers at last is told nothing any more."""
    given_up = threading.Event()
    asked = []
    connect = socket.create_connection

    def one_after_the_other(*given: Any, **named: Any) -> socket.socket:
        given_up.wait()
        return connect(*given, **named)

    def remember(stream: socket.socket, _done: threading.Event) -> None:
        asked.append(stream.recv(1))
        hung_up.set()

    hung_up = threading.Event()
    monkeypatch.setattr(socket, "create_connection", one_after_the_other)
    with raw_server(remember, read_head=False) as where:
        with _fails(Fault.NETWORK, f"no connection to {where} came about in time"):
            _get(f"http://{where}", seconds=0.05)
        given_up.set()
        assert hung_up.wait(10)
    assert asked == [b""]


def test_an_answer_of_the_longest_length_is_read_and_a_longer_one_is_not() -> None:
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    assert len(_ask(send(head + b" " * 1000)).body) == 1000
    with _fails(Fault.TOO_LONG, "the answer is longer than 1000 bytes"):
        _ask(send(head + b" " * 1001))


def test_an_endless_answer_is_cut_short() -> None:
    def behave(stream: socket.socket, done: threading.Event) -> None:
        stream.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not done.is_set():
            stream.sendall(b" " * 65536)

    with _fails(Fault.TOO_LONG, "longer than 1000 bytes"):
        _ask(behave)


@pytest.mark.parametrize("encoding", ["gzip", "br", "Deflate"])
def test_a_compressed_answer_is_not_unpacked(encoding: str) -> None:
    """A few bytes can unpack to gigabytes; nothing compressed was asked for."""
    with _fails(Fault.COMPRESSED, "the answer came compressed"):
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
    assert _ask(dribble(b"HTTP/1.1 503 No\r\n\r\n"), seconds=0.3).status == 503


def test_a_redirect_is_not_followed() -> None:
    assert _ask(send(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")).status == 302


# ── TLS ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_untrusted_certificate_is_a_fault_of_its_own(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("there is no openssl command to make a certificate with")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    options = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([openssl, "req", "-x509", *options, *files], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    with (
        raw_server(send(GOOD), tls=tls) as where,
        _fails(Fault.CERTIFICATE, "the server's certificate is not trusted (self-signed certificate)"),
    ):
        _get(f"https://{where}")


def test_a_server_that_does_not_speak_tls_may_do_so_later() -> None:
    with (
        raw_server(send(b"HTTP/1.1 400 Bad Request\r\n\r\n"), read_head=False) as where,
        _fails(Fault.NETWORK, f"the encrypted connection to {where} failed"),
    ):
        _get(f"https://{where}")


def test_a_handshake_that_dribbles_is_late() -> None:
    record = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc"  # announces a server hello of 16 kB
    with (
        raw_server(dribble(record), read_head=False) as where,
        _fails(Fault.NETWORK, "no complete answer came within 0.3 s"),
    ):
        _get(f"https://{where}", seconds=0.3)


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
        ("http://openrouter.ai/api/v1", "would send a secret unencrypted: use https"),
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
    with pytest.raises(NoAnswerError) as caught:
        HttpClient(base_url, timeout_seconds=5)
    assert caught.value.fault is Fault.ADDRESS
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
    with pytest.raises(NoAnswerError, match="network settings can't be used") as caught:
        HttpClient("https://openrouter.ai", timeout_seconds=5)
    assert caught.value.fault is Fault.ENVIRONMENT
    assert "hunter2" not in f"{caught.value}{caught.value.__cause__}"


def test_the_proxy_of_the_environment_is_used_for_other_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server(send(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy}")
        with _fails(Fault.NETWORK, "the proxy did not let the request through"):
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


# ── this machine ─────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _files_left(number: int) -> Iterator[None]:
    """No more than that many files can be opened."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, len(list(Path("/proc/self/fd").iterdir())) + 20), hard))
    with ExitStack() as held:
        held.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        opened = []
        with contextlib.suppress(OSError):
            while True:
                opened.append(os.open(os.devnull, os.O_RDONLY))
        for one in opened[number:]:
            held.callback(os.close, one)
        for one in opened[:number]:
            os.close(one)
        yield


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are counted as Linux has them")
@pytest.mark.parametrize("left", [0, 1])
def test_a_machine_without_files_to_open_is_said(left: int) -> None:
    """With one left, the connection takes it, and none is left to hold it by."""
    with raw_server(send(GOOD)) as where:
        client = HttpClient(f"http://{where}", timeout_seconds=5)
        with _files_left(left), pytest.raises(NoAnswerError) as caught:
            client.get("/", params={}, headers={})
        assert caught.value.fault is Fault.NETWORK
        assert client.get("/", params={}, headers={}).body == BODY
        client.close()
