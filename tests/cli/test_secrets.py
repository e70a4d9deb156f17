"""Every adapter made to fail at every stage, by the real command: no secret is said, logged or stored.

The services here are hostile, too: what they are sent, they repeat in their answers.
"""

from __future__ import annotations

import base64
import gc
import json
import logging
import re
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from tests.adapters.raw_server import Behaviour, raw_server, read_request, send, send_and_reset
from tests.cli.bench import Bench, Said
from tests.servers.smtp import certificates

SECRETS = {
    "OPENROUTER_API_KEY": "sk-or-v1-0ne/5ecret+key==",
    "TOKEN": "xoxb-2wo-5ecret-token",
    "SMTP_USER": "thr33-5ecret-user",
    "SMTP_PASSWORD": "f0ur 5ecret:pass&word%",
}
WEBHOOK, PING = "T5ECRET/B5ECRET/f1ve5ecretWebhook", "51x-5ecret-ping-uuid"
DAY = timedelta(days=1)
NAMES = ("team", "hook", "mail")
CHANNELS = """
[operator]
channels = ["ops"]
ping_url = "env:PING"

[log]
level = "debug"
format = "{form}"

[channel.ops]
type = "file"
directory = "ops"

[channel.team]
type = "slack"
token = "env:TOKEN"
channel = "C0123456789"
api_url = "{web}/api/"

[channel.hook]
type = "slack"
webhook_url = "env:WEBHOOK"

[channel.mail]
type = "email"
host = "{host}"
port = {port}
security = "{security}"
username = "env:SMTP_USER"
password = "env:SMTP_PASSWORD"
from = "Rankings <rankings@example.com>"
to = ["team@example.com"]
"""


def forms(secret: str) -> set[str]:
    """How a secret may read where it leaks: as it is, in an address, in JSON, in a login."""
    encoded = {base64.b64encode(text.encode()).decode().rstrip("=") for text in (secret, f"Bearer {secret}")}
    return {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1], *encoded}


def every_form() -> set[str]:
    """Each form of each secret; of addresses also their secret parts, and both halves of a login together."""
    login = f"\0{SECRETS['SMTP_USER']}\0{SECRETS['SMTP_PASSWORD']}"
    parts = (*SECRETS.values(), WEBHOOK, WEBHOOK.rpartition("/")[2], PING, login)
    return set().union(*map(forms, parts))


# ── services that fail ───────────────────────────────────────────────────────────────────────────────────────


def whole_request(stream: socket.socket) -> str:
    """A request's head and body, as a hostile service repeats it."""
    head, _, body = read_request(stream).partition(b"\r\n\r\n")
    length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
    while len(body) < int(length.partition(b":")[2]):
        body += stream.recv(65_536)
    return (head + b"\r\n" + body[:2_000]).decode("utf-8", "replace")


def answering(status: int) -> Behaviour:
    """Answers with that status, and with what it was asked in the shape that the client expects."""

    def behave(stream: socket.socket, _done: threading.Event) -> None:
        request = whole_request(stream)
        path = request.split(" ", 2)[1] if " " in request else ""
        said: object = f"{path} {request}"
        if path.startswith("/api/v1"):
            said = {"error": {"code": status, "message": request[-180:] + request}}
        elif path.startswith("/api/"):
            said = {"ok": False, "error": "missing_scope", "needed": request[-190:], "provided": SECRETS["TOKEN"]}
        body = (said if isinstance(said, str) else json.dumps(said)).encode()
        secret = SECRETS["TOKEN"]
        head = f"HTTP/1.1 {status} {secret}\r\nRetry-After: {secret}\r\nLocation: {path}\r\nConnection: close\r\n"
        stream.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    return behave


def refusing_mail(code: int, verb: bytes) -> Behaviour:
    """A mail server that refuses one command, repeating the login that it was given."""

    def behave(stream: socket.socket, _done: threading.Event) -> None:
        stream.sendall(b"220 mail\r\n")
        heard = b""
        for line in stream.makefile("rb"):
            heard += line
            word = line.split()[0].upper()
            if word == b"QUIT":
                return
            if word == verb:
                login = f"{SECRETS['SMTP_USER']} {SECRETS['SMTP_PASSWORD']} {base64.b64encode(heard).decode()[:40]} "
                stream.sendall(f"{code} 5.7.8 ".encode() + login.encode() + b" ".join(heard.split())[-150:] + b"\r\n")
            else:
                stream.sendall(
                    {b"EHLO": b"250-mail\r\n250 AUTH PLAIN\r\n", b"AUTH": b"235 ok\r\n"}.get(word, b"250 ok\r\n")
                )

    return behave


def hang_up(_stream: socket.socket, _done: threading.Event) -> None:
    """Says nothing."""


@dataclass(frozen=True)
class Stage:
    """At what a request fails: how the web and the mail server behave; without them nobody is there, by that name."""

    web: Behaviour | None = None
    mail: Behaviour | None = None
    secure: bool = False
    vouched: bool = True
    host: str = "127.0.0.1:1"


STAGES = {
    "HTTP 401, 535": Stage(answering(401), refusing_mail(535, b"AUTH")),
    "no such name": Stage(host="nowhere.invalid:1", secure=True),
    "refused": Stage(),
    "no TLS": Stage(send(b"HTTP/1.1 400 No TLS here\r\n\r\n"), send(b"220 no TLS here\r\n"), secure=True),
    "an unknown authority": Stage(hang_up, hang_up, secure=True, vouched=False),
    "dropped": Stage(hang_up, hang_up),
    "reset": Stage(send_and_reset(b"HTT"), send_and_reset(b"220")),
    "garbage": Stage(send(b"\x00\xff garbage\r\n\r\n"), send(b"\x00\xff garbage\r\n")),
    "broken off": Stage(send(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), send(b"220-mail\r\n")),
    "HTTP 200, 550": Stage(answering(200), refusing_mail(550, b"MAIL")),
    "HTTP 302, 554": Stage(answering(302), refusing_mail(554, b"RCPT")),
    "HTTP 403, 454": Stage(answering(403), refusing_mail(454, b"AUTH")),
    "HTTP 404, 451": Stage(answering(404), refusing_mail(451, b"MAIL")),
    "HTTP 429, 421": Stage(answering(429), refusing_mail(421, b"RCPT")),
    "HTTP 500, 500": Stage(answering(500), refusing_mail(500, b"EHLO")),
}
QUICK = ("HTTP 401, 535", "refused")


@contextmanager
def services(stage: Stage) -> Iterator[tuple[str, str]]:
    """Where web and mail are to be had at that stage, as HOST:PORT."""
    with ExitStack() as servers:
        tls = None if stage.vouched else certificates().server

        def at(behave: Behaviour | None, *, read_head: bool) -> str:
            if behave is None:
                return stage.host
            return servers.enter_context(raw_server(behave, read_head=read_head, tls=tls))

        asked = stage.web is hang_up and not stage.secure
        yield at(stage.web, read_head=asked), at(stage.mail, read_head=False)


# ── the bot ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def begun() -> dict[str, Path]:
    """Where the store of a bot that ran well once is kept."""
    return {}


@pytest.fixture
def bot(bench: Bench, begun: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A bot that has run well, with nothing but files as channels."""
    head, _, rest = (bench.folder / "config.toml").read_text(encoding="utf-8").partition("[watchlist.cli-agents]")
    bench.configure(f"{head}[watchlist.models]{rest.partition('[watchlist.models]')[2]}")
    store = bench.folder / "rankbot.db"
    if not begun:
        assert bench("run", "--date", "2026-11-09", "--send").code == 0
        begun["store"] = tmp_path_factory.mktemp("begun") / "rankbot.db"
        shutil.copy(store, begun["store"])
    shutil.copy(begun["store"], store)
    return bench


def everything(bench: Bench, said: list[Said]) -> str:
    """All that anybody could read: what was said and logged, and each byte of the bot's folder."""
    stored = [file.read_bytes().decode("utf-8", "replace") for file in bench.folder.rglob("*") if file.is_file()]
    return "\n".join([*(one.out + one.err for one in said), *stored])


def fails_everywhere(bench: Bench, stage: Stage, form: str, monkeypatch: pytest.MonkeyPatch) -> list[Said]:
    """Has the channels, then the ping, then the feed fail at that stage, and looks at it with every command."""
    for name, value in {**SECRETS, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}.items():
        monkeypatch.setenv(name, value)
    with services(stage) as (web, mail):
        origin = f"{'https' if stage.secure else 'http'}://{web}"
        monkeypatch.setenv("WEBHOOK", f"{origin}/services/{WEBHOOK}")
        monkeypatch.setenv("PING", f"{origin}/{PING}?token={PING}")
        host, _, port = mail.partition(":")
        given = {"web": origin, "host": host, "port": port, "security": "tls" if stage.secure else "none", "form": form}
        good = (bench.folder / "config.toml").read_text(encoding="utf-8")
        channels = CHANNELS.format(**given)
        alone = channels.partition("[channel.team]")[0]
        bench.configure(good + alone)
        said = [bench("run")]
        bench.configure(good + channels)
        said += [bench("run", "--now"), *(bench("test-channel", name) for name in NAMES)]
        url = f'base_url = "{origin}/api/v1"'
        bench.configure(re.sub('base_url = "[^"]*"', url, good) + channels)
        bench.now += DAY
        said += [bench(*command) for command in COMMANDS]
        return said


COMMANDS: tuple[tuple[str, ...], ...] = (
    ("run",),
    ("check",),
    ("check", "--online"),
    ("status",),
    ("status", "--json"),
    ("deliveries",),
    ("deliveries", "--json"),
)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the SDK leaves broken answers open
@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in STAGES]
)
def test_no_secret_is_said_logged_or_stored(bot: Bench, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    form = "json" if list(STAGES).index(name) % 2 else "text"
    said = fails_everywhere(bot, STAGES[name], form, monkeypatch)
    gc.collect()  # what the SDK left open is closed, and complained of, here
    found = everything(bot, said)
    assert [secret for secret in every_form() if secret in found] == []
    assert "Traceback" not in found
    open_ones = {line["channel"]: line for line in bot("deliveries", "--json").lines if line["status"] != "sent"}
    assert {line["last_error"] is not None for line in open_ones.values()} == {True}
    assert open_ones.keys() >= set(NAMES), "some channel did not fail"
    assert logging.getLogger().level == logging.DEBUG


@pytest.mark.parametrize(
    ("behave", "code"),
    [(None, 75), (hang_up, 75), (send(b"\x00\xff garbage\r\n"), 1)],
    ids=["refused", "dropped", "garbage"],
)
def test_the_password_of_a_database_that_fails_is_not_said(
    bench: Bench, behave: Behaviour | None, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is away is for the next run, one that is none is for somebody; each is said in lines that fit."""
    secret = SECRETS["SMTP_PASSWORD"]
    bench.add('[store]\nurl = "env:DATABASE_URL"\n[log]\nlevel = "debug"\n')
    with services(Stage(behave, behave)) as (_, host):
        address = f"postgresql://me:{quote(secret, safe='')}@{host}/rankbot?connect_timeout=2"
        monkeypatch.setenv("DATABASE_URL", address)
        said = [bench(*command) for command in (("run",), ("status",), ("deliveries", "--json"), ("check", "--online"))]
    assert {one.code for one in said} == {code}
    assert all("postgresql://me@127.0.0.1:" in one.err for one in said)
    assert [line for one in said for line in one.err.splitlines() if len(line) > 80] == []
    found = everything(bench, said)
    assert [form for form in forms(secret) if form in found] == []
    assert "Traceback" not in found
