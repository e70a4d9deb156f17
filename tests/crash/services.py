"""Slack and a mail server that note which life sent what, and whether it had an answer; by a seed they misbehave."""

from __future__ import annotations

import asyncio
import json
import random
import smtplib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection
from threading import Condition, local
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers.slack import Act, FakeSlack, Fault, Post, _Handler, _Server, error
from tests.servers.smtp import FakeSmtp

DELAY = 0.05
"""Seconds, at most, that a request or its answer is held up."""
LAGS = (0.0, 0.0, 4.0, 18.0, 50.0)
"""Seconds, by the bot's clock, until the history shows a post. The bot looks for it for a minute."""
MOST_FAULTS = 6
"""In one trial: enough to meet each other, and few enough that the outbox is empty by the evening."""


@dataclass(slots=True)
class Item:
    """A message that a service took. ``life`` is the address that it came from; ``lost``: its answer was dropped."""

    kind: str
    life: str
    name: str
    content: Any
    lost: bool = False


@dataclass(slots=True)
class Weather:
    """What goes wrong, drawn by ``chance`` at each request: 0 is fair weather. ``counts`` says what did.

    ``gone``: the webhook was removed, and refuses everything for good.
    """

    chance: float
    random: random.Random
    gone: bool = False
    counts: dict[str, int] = field(default_factory=dict)

    def draw(self, *kinds: str) -> str:
        """What happens to a request; mostly nothing, which is empty."""
        if sum(self.counts.values()) >= MOST_FAULTS or self.random.random() >= self.chance:
            return ""
        kind = self.random.choice(kinds)
        self.counts[kind] = self.counts.get(kind, 0) + 1
        return kind

    def delay(self) -> float:
        """Seconds to hold something up."""
        return self.random.uniform(0, DELAY) if self.chance else 0.0

    def lag(self) -> float:
        """Seconds until a post is seen."""
        return self.random.choice(LAGS) if self.chance else 0.0


@dataclass(slots=True)
class Journal:
    """What both services took in a trial, in that order, its weather, and the bot's clock."""

    weather: Weather
    now: Callable[[], datetime]
    items: list[Item] = field(default_factory=list)


class _Traffic:
    """The connections that are open."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._open = 0

    def add(self, count: int) -> None:
        with self._changed:
            self._open += count
            self._changed.notify_all()

    def wait_for_end(self) -> None:
        """Returns when none is open any more."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._open == 0, timeout=30):
                raise RuntimeError("a connection to a loopback server does not end")


# ── Slack ────────────────────────────────────────────────────────────────────────────────────────────────────

_FAULTS: Mapping[str, Callable[[str], Fault]] = {
    "Slack: taken, connection closed": lambda method: Fault(Act.DROP, method, kept=True),
    "Slack: taken, connection reset": lambda method: Fault(Act.RESET, method, kept=True),
    "Slack: taken, HTTP 500": lambda method: Fault(Act.ANSWER, method, kept=True, status=500, body="oops"),
    "Slack: taken, internal_error": lambda method: Fault(
        Act.ANSWER, method, kept=True, body=json.dumps({"ok": False, "error": "internal_error"})
    ),
    "Slack: not taken, connection closed": lambda method: Fault(Act.DROP, method),
    "Slack: not taken, HTTP 503": lambda method: Fault(Act.ANSWER, method, status=503, body="later"),
    "Slack: ratelimited": lambda method: Fault(
        Act.ANSWER, method, status=429, body='{"ok": false, "error": "ratelimited"}', headers={"Retry-After": "1"}
    ),
    "Slack: refused for now": lambda method: error("team_added_to_org", method=method),
}
_WEBHOOK_FAULTS = tuple(kind for kind in _FAULTS if "internal_error" not in kind and "for now" not in kind)
_READ_FAULTS = tuple(kind for kind in _FAULTS if "not taken" in kind or "ratelimited" in kind)


class CrashSlack(FakeSlack):
    """A workspace whose faults are drawn, whose history lags by the bot's clock, and which keeps a journal."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self.journal = journal
        self.caller = local()
        self.traffic = _Traffic()
        self._seen_at: dict[str, float] = {}
        self._server.RequestHandlerClass = _NotingHandler
        self._server.process_request = self._connected  # type: ignore[method-assign, assignment]

    def reset(self, journal: Journal) -> None:
        """An empty workspace, for another trial."""
        self.settle()
        self.journal = journal
        self.posts.clear()
        self.requests.clear()
        self._seen_at.clear()

    def next_fault(self, method: str) -> Fault | None:
        """The weather's fault for a request."""
        known = {"webhook": _WEBHOOK_FAULTS, "chat.postMessage": tuple(_FAULTS)}.get(method, _READ_FAULTS)
        self.requests.append(method)
        if method == "webhook" and self.journal.weather.gone:
            return Fault(Act.ANSWER, method, status=404, body="no_service")
        kind = self.journal.weather.draw(*known)
        fault = _FAULTS[kind](method) if kind else None
        self.caller.lost = bool(fault and fault.kept)
        return fault

    def take(self, body: Mapping[str, Any]) -> Post:
        """Puts a message into the channel, and into the journal."""
        with self._lock:
            now = self.journal.now().timestamp()
            post = Post("C0123456789", f"{now:.0f}.{len(self.posts):06}", dict(body))
            self.posts.append(post)
            self._seen_at[post.ts] = now + self.journal.weather.lag()
            marker = body.get("metadata", {}).get("event_payload")
            kind, name = ("slack", json.dumps(marker, sort_keys=True)) if marker else ("webhook", str(body["text"]))
            self.journal.items.append(Item(kind, self.caller.address, name, dict(body), lost=self.caller.lost))
            return post

    def _read(self, method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        with self._lock:
            everything, now = self.posts, self.journal.now().timestamp()
            shown = [post for post in everything if self._seen_at[post.ts] <= now]
        other = FakeSlack.__new__(FakeSlack)  # the same workspace as somebody sees it whom the news has not reached
        other.__dict__.update(self.__dict__, posts=shown)
        return FakeSlack._read(other, method, arguments)

    def settle(self) -> None:
        """Returns when nothing is under way: connections are taken in turn, so all are known after one of our own."""
        own = HTTPConnection("127.0.0.1", self._server.server_address[1], timeout=10)
        with suppress(OSError):
            own.request("POST", "/nothing")
            own.getresponse().read()
        own.close()
        self.traffic.wait_for_end()

    def _connected(self, request: Any, address: Any) -> None:
        self.traffic.add(1)
        _Server.process_request(self._server, request, address)


class _NotingHandler(_Handler):
    """Knows who asks, and holds up requests and answers."""

    def do_POST(self) -> None:  # noqa: N802  (the library's name)
        slack = cast("CrashSlack", cast("_Server", self.server).slack)
        slack.caller.address, slack.caller.lost = self.client_address[0], False
        slack.closing.wait(slack.journal.weather.delay())
        super().do_POST()

    def _reply(self, status: int, body: str, headers: Mapping[str, str]) -> None:
        slack = cast("CrashSlack", cast("_Server", self.server).slack)
        slack.closing.wait(slack.journal.weather.delay())
        with suppress(ConnectionError):  # whoever asked may be dead
            super()._reply(status, body, headers)

    def handle(self) -> None:
        """One connection, whose client may die at any time."""
        with suppress(ConnectionError):
            super().handle()

    def finish(self) -> None:
        try:
            with suppress(ConnectionError):
                super().finish()
        finally:
            cast("CrashSlack", cast("_Server", self.server).slack).traffic.add(-1)


# ── mail ─────────────────────────────────────────────────────────────────────────────────────────────────────


class CrashSmtp(FakeSmtp):
    """A mail server whose faults are drawn, and which keeps a journal."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self.journal = journal
        self.traffic = _Traffic()

    def reset(self, journal: Journal) -> None:
        """An empty mailbox, for another trial."""
        self.settle()
        self.journal = journal
        self.mails.clear()
        self.commands.clear()

    def _session(self) -> SMTP:
        return _Tracked(self, hostname="mail.invalid", loop=self._loop)

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        trouble = await self._trouble(server, "mail: sender put off (451)", "mail: connection closed at MAIL")
        return trouble or await super().handle_MAIL(server, session, envelope, address, options)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        trouble = await self._trouble(server, "mail: recipient greylisted (451)")
        return trouble or await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        trouble = await self._trouble(server, "mail: text put off (451)", "mail: not taken, connection closed")
        if trouble:
            return trouble
        answer = await super().handle_DATA(server, session, envelope)
        mail = self.mails[-1]
        assert session.peer
        item = Item("mail", str(session.peer[0]), " ".join(mail.recipients), mail.content)
        self.journal.items.append(item)
        if self.journal.weather.draw("mail: taken, connection closed"):
            item.lost = True
            await _hang_up(server)
        await asyncio.sleep(self.journal.weather.delay())
        return answer

    async def _trouble(self, server: SMTP, *kinds: str) -> str:
        """Holds a command up, and may put it off or hang up."""
        await asyncio.sleep(self.journal.weather.delay())
        kind = self.journal.weather.draw(*kinds)
        if "closed" in kind:
            await _hang_up(server)
        return "451 4.3.0 try again later" if kind else ""

    def settle(self) -> None:
        """Returns when no session is open; as Slack's."""
        with suppress(OSError, smtplib.SMTPException), smtplib.SMTP("127.0.0.1", self.port, timeout=10) as own:
            own.noop()
        self.traffic.wait_for_end()


class _Tracked(SMTP):
    """A session that counts while it lasts."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("CrashSmtp", self.event_handler).traffic.add(1)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        cast("CrashSmtp", self.event_handler).traffic.add(-1)


async def _hang_up(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()
    raise asyncio.CancelledError
