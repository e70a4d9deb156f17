"""A failed connection in plain words: which host and port, and never the rest of an address."""

from __future__ import annotations

import socket
import ssl
from http.client import IncompleteRead

import pytest

from bot.adapters.network_words import EndlessError, host_and_port, network_words, place_of

SECRET = "https://user:s3cret@hooks.example.com/services/T0/B0/s3cret?key=s3cret"


def untrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate"
    return error


def no_tls() -> ssl.SSLError:
    error = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)")
    error.reason = "WRONG_VERSION_NUMBER"
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "db:5432 refused the connection"),
        (socket.gaierror(-2, "Name or service not known"), "the address of db:5432 could not be looked up"),
        (TimeoutError("timed out"), "db:5432 did not answer in time"),
        (ConnectionResetError(104, "Connection reset by peer"), "db:5432 closed the connection"),
        (BrokenPipeError(32, "Broken pipe"), "db:5432 closed the connection"),
        (OSError(113, "No route to host"), "db:5432 could not be reached: No route to host"),
        (OSError("Tunnel connection failed: 403 s3cret"), "db:5432 could not be reached"),
        (untrusted(), "the certificate of db:5432 was not accepted: self-signed certificate"),
        (no_tls(), "the encrypted connection to db:5432 failed: wrong version number"),
        (ssl.SSLError(1, "s3cret"), "the encrypted connection to db:5432 failed"),
        (IncompleteRead(b"s3cret"), "db:5432 broke off its answer"),
        (EndlessError("100 lines"), "db:5432 gave an answer of more than 100 lines"),
        (ValueError("s3cret"), "an answer came that can't be read"),
    ],
)
def test_a_failure_names_the_place_and_no_class(error: Exception, words: str) -> None:
    assert network_words(error, "db:5432") == words


@pytest.mark.parametrize(
    ("host", "port", "shown"),
    [("smtp.example.com", 587, "smtp.example.com:587"), ("::1", 25, "[::1]:25"), ("db", None, "db")],
)
def test_host_and_port_are_written_as_usual(host: str, port: int | None, shown: str) -> None:
    assert host_and_port(host, port) == shown


@pytest.mark.parametrize(
    ("url", "proxies", "place"),
    [
        (SECRET, {}, "hooks.example.com"),
        ("https://hooks.example.com:8443/s3cret", {}, "hooks.example.com:8443"),
        ("http://[::1]:8765/api/v1", {}, "[::1]:8765"),
        ("https://hooks.example.com:s3cret/", {}, "hooks.example.com"),
        (SECRET, {"https": "http://me:s3cret@proxy.example.com:3128/s3cret"}, "the proxy proxy.example.com:3128"),
        (SECRET, {"all": "proxy.example.com:3128"}, "the proxy proxy.example.com:3128"),
        (SECRET, {"http": "http://proxy.example.com:3128"}, "hooks.example.com"),
        (SECRET, {"https": "http://[s3cret"}, "the proxy"),
    ],
)
def test_of_an_address_only_host_and_port_are_named(url: str, proxies: dict[str, str], place: str) -> None:
    assert place_of(url, proxies) == place


def test_the_environments_proxy_is_named_unless_the_host_is_spared_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example.com:3128")
    monkeypatch.delenv("no_proxy", raising=False)
    assert place_of(SECRET) == "the proxy proxy.example.com:3128"
    monkeypatch.setenv("no_proxy", "hooks.example.com")
    assert place_of(SECRET) == "hooks.example.com"
