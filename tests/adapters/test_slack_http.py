"""How Slack is reached: no redirect is followed, no answer is endless, and nothing goes on after the deadline."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from bot.adapters.slack_call import Limits
from bot.adapters.slack_http import MAX_BYTES
from bot.app.ports import Channel
from bot.core.delivery import Failed, Outcome, Sent, Unknown
from tests.adapters.raw_server import Behaviour, raw_server, read_request, send
from tests.adapters.slack_channels import Paces, by_token, by_webhook
from tests.contracts.channel_contract import CREATED_AT, delivery, message
from tests.servers.slack import WEBHOOK_PATH, Act, FakeSlack, Fault

Make = Callable[..., Channel]
SOON = Limits(timeout=5, deadline=0.4)


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(clock=CREATED_AT.timestamp()) as server:
        yield server


def sent(channel: Channel) -> Outcome:
    steps = channel.steps(message())
    return channel.send(delivery(steps), steps[0], "")


def at(slack: FakeSlack, make: Make, origin: str, **changes: object) -> Channel:
    """A channel whose Slack is elsewhere."""
    place = {"api_url": f"{origin}/api/"} if make is by_token else {"url": lambda: f"{origin}{WEBHOOK_PATH}"}
    return make(slack, **place, **changes)


def answer(status: int, body: str, **headers: str) -> list[Fault]:
    """The same answer, whichever way is asked."""
    return [
        Fault(Act.ANSWER, way, status=status, body=body, headers=headers) for way in ("chat.postMessage", "webhook")
    ]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(("make", "hint"), [(by_token, "Check `api_url`"), (by_webhook, "Check the webhook's address")])
def test_a_redirect_is_refused_and_tells_nobody_the_token(slack: FakeSlack, make: Make, hint: str, status: int) -> None:
    """Followed, it gave the token to any host, and what that answered counted as Slack's: sent, and posted nowhere."""
    asked: list[bytes] = []

    def elsewhere(stream: socket.socket, _done: threading.Event) -> None:
        asked.append(read_request(stream))
        body = b'{"ok": true, "ts": "1.2"}' if make is by_token else b"ok"
        stream.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + body)

    with raw_server(elsewhere, read_head=False) as where:
        slack.script(*answer(status, "", Location=f"http://{where}/elsewhere"))
        outcome = sent(make(slack))
    assert asked == []
    assert isinstance(outcome, Failed)
    assert outcome.permanent
    assert f"HTTP {status}: a redirect" in outcome.reason
    assert outcome.hint.startswith(hint)


@pytest.mark.parametrize("make", [by_token, by_webhook])
def test_an_answer_is_read_up_to_a_bound(slack: FakeSlack, make: Make) -> None:
    slack.script(*answer(200, " " * (MAX_BYTES + 1)))
    outcome = sent(make(slack))
    assert isinstance(outcome, Unknown)
    assert outcome.reason.endswith(f" gave an answer of more than {MAX_BYTES} bytes")


def test_an_answer_of_the_longest_length_is_read(slack: FakeSlack) -> None:
    body = json.dumps({"ok": True, "ts": "1.2"})
    slack.script(*answer(200, body + " " * (MAX_BYTES - len(body))))
    assert sent(by_token(slack)) == Sent("1.2")


@pytest.mark.parametrize("body", ["", "ok"])
def test_an_answer_that_breaks_off_is_none(slack: FakeSlack, body: str) -> None:
    reply = f"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{body}".encode()
    with raw_server(send(reply)) as where:
        assert isinstance(sent(at(slack, by_webhook, f"http://{where}")), Unknown)


@pytest.mark.parametrize("make", [by_token, by_webhook])
def test_at_the_deadline_the_connection_ends(slack: FakeSlack, make: Make) -> None:
    """Once it was given up, nobody reads on: an endless answer went on filling the memory."""
    hung_up = threading.Event()

    def behave(stream: socket.socket, done: threading.Event) -> None:
        stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n")
        while not done.is_set() and stream.recv(65_536):
            pass
        hung_up.set()

    with raw_server(behave) as where:
        threads = threading.active_count()
        assert isinstance(sent(at(slack, make, f"http://{where}", limits=SOON)), Unknown)
        assert threading.active_count() == threads
        assert hung_up.wait(10)


@pytest.mark.parametrize("make", [by_token, by_webhook])
def test_what_found_no_connection_in_time_was_not_posted(
    slack: FakeSlack, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that keeps silent: nothing was sent, so that nothing need be looked for."""
    answered = threading.Event()

    def silent(*_asked: object, **_named: object) -> list[object]:
        answered.wait()
        return []

    channel = at(slack, make, "https://slack.invalid", limits=SOON)
    monkeypatch.setattr(socket, "getaddrinfo", silent)
    outcome = sent(channel)
    answered.set()
    assert isinstance(outcome, Failed)
    assert not outcome.permanent


def over_tls(reply: bytes) -> Behaviour:
    """Reads a whole post, of which ``raw_server`` has read the head, and answers it."""

    def behave(stream: socket.socket, _done: threading.Event) -> None:
        body = b""
        while not body.rstrip().endswith(b"}") and (piece := stream.recv(65_536)):
            body += piece
        stream.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + reply)

    return behave


def test_slack_is_spoken_with_by_https_and_by_its_certificate(
    slack: FakeSlack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    with raw_server(over_tls(b"ok"), tls=tls) as where:
        channel = at(slack, by_webhook, f"https://{where}")
        untrusted = sent(channel)
        trusted = tmp_path / "authority.pem"
        authority.cert_pem.write_to_path(str(trusted))
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        assert sent(channel) == Sent()
    assert isinstance(untrusted, Failed)
    assert not untrusted.permanent


def test_the_proxy_of_the_environment_is_used(slack: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    def refuse(stream: socket.socket, _done: threading.Event) -> None:
        asked.append(read_request(stream))
        stream.sendall(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")

    with raw_server(refuse, read_head=False) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy}")
        outcome = sent(at(slack, by_token, "https://slack.example", pace=Paces()))
    assert asked[0].startswith(b"CONNECT slack.example:443")
    assert b"xoxb" not in asked[0]
    assert isinstance(outcome, Failed)
    assert not outcome.permanent
