"""The dead man's switch: what it asks for, and what is said where it can't."""

from __future__ import annotations

import pytest

from bot.adapters.ping import ping
from bot.errors import UsageError
from tests.adapters.raw_server import raw_server, send

SECRET = "5b0c-secret-id"


@pytest.mark.parametrize(("answer", "trouble"), [(b"200 OK", None), (b"204 None", None), (b"302 Found", "302")])
def test_any_success_is_one_and_a_redirect_is_none(answer: bytes, trouble: str | None) -> None:
    reply = b"HTTP/1.1 " + answer + b"\r\nContent-Length: 0\r\nLocation: https://login.example/\r\n\r\n"
    with raw_server(send(reply)) as where:
        said = ping(lambda: f"http://{where}/{SECRET}?create=1")
    if trouble is None:
        assert said is None
    else:
        assert said == f"The ping was answered with HTTP {trouble}. Check [operator] ping_url."


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"https://[{SECRET}", "The ping's address is not an address."),
        (f"https://hc-ping.example/{SECRET}\x01", "The ping's address is not an address."),
        (f"{SECRET}", "The ping's address is not an https address."),
        (f"http://hc-ping.example/{SECRET}", "The ping's address (http://hc-ping.example) would send a secret"),
        (f"http://127.0.0.1:9/{SECRET}", "The ping: 127.0.0.1:9 refused the connection."),
    ],
)
def test_what_cannot_be_asked_for_is_said_without_the_secret(url: str, said: str) -> None:
    found = ping(lambda: url)
    assert found
    assert found.startswith(said)
    assert found.endswith("Check [operator] ping_url.")
    assert SECRET not in found


def test_an_address_that_cannot_be_read_is_said() -> None:
    def gone() -> str:
        raise UsageError("the file of the secret is not there.")

    assert ping(gone) == "the file of the secret is not there. Check [operator] ping_url."
