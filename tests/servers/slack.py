"""A stand-in for Slack on 127.0.0.1: the Web API methods that the bot uses, a webhook, and scripted faults."""

from __future__ import annotations

import json
import socket
import struct
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import parse_qs

from tests.servers.block_kit import refusal

TOKEN = "xoxb-invented-0123456789"
BOT_ID = "B0RANKBOT"
CHANNEL = "C0123456789"
WEBHOOK_PATH = "/services/T0INVENTED/B0INVENTED/invented-secret"


class Act(StrEnum):
    """What a fault does: close, reset or keep the connection waiting, or answer; before or after taking the post."""

    DROP = "drop"
    RESET = "reset"
    HANG = "hang"
    DRIBBLE = "dribble"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Fault:
    """One scripted answer to a request for ``method`` (``webhook`` for the webhook).

    ``kept``: the post is taken all the same. ``body`` is the answer of an ANSWER.
    """

    act: Act
    method: str = "chat.postMessage"
    kept: bool = False
    status: int = 200
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def error(code: str, *, method: str = "chat.postMessage", status: int = 200, **details: Any) -> Fault:
    """Slack's refusal with that code."""
    return Fault(Act.ANSWER, method, status=status, body=json.dumps({"ok": False, "error": code, **details}))


@dataclass(frozen=True, slots=True)
class Post:
    """A message that the workspace holds. A webhook's has no ``ts`` that anybody learns."""

    channel: str
    ts: str
    body: Mapping[str, Any]
    bot_id: str = BOT_ID

    @property
    def thread_ts(self) -> str:
        """The parent's ts; empty outside a thread."""
        return str(self.body.get("thread_ts", ""))


class FakeSlack:
    """A workspace with one channel (``CHANNEL``, also "#rankings"), into which ``TOKEN`` may post.

    ``posts`` is what it holds, ``requests`` the methods that were called. ``lag`` reads do not see any post yet.
    ``unknown_blocks`` are kinds of blocks that it refuses, as a workspace does that does not have them yet.
    ``scopes`` may be taken from; ``clock`` is the Unix time that posts get.
    """

    def __init__(self, *, clock: float = 1_793_000_000.0, page: int = 100) -> None:
        self.posts: list[Post] = []
        self.requests: list[str] = []
        self.scopes = {"chat:write", "channels:history", "metadata.message:read"}
        self.unknown_blocks: set[str] = set()
        self.lag = 0
        self.clock = clock
        self.page = page
        self.closing = Event()
        self._faults: deque[Fault] = deque()
        self._lock = Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.slack = self

    @property
    def origin(self) -> str:
        """``http://127.0.0.1:PORT``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def api_url(self) -> str:
        """What ``api_url`` is to be."""
        return f"{self.origin}/api/"

    @property
    def webhook_url(self) -> str:
        """What ``webhook_url`` is to be."""
        return f"{self.origin}{WEBHOOK_PATH}"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def script(self, *faults: Fault) -> None:
        """What happens to the next requests, each fault to the next one of its method."""
        with self._lock:
            self._faults.extend(faults)

    def next_fault(self, method: str) -> Fault | None:
        """Takes the fault that is due for a method."""
        with self._lock:
            self.requests.append(method)
            found = next((fault for fault in self._faults if fault.method == method), None)
            if found:
                self._faults.remove(found)
            return found

    def answer(self, method: str, token: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """What a method of the Web API answers."""
        if token != TOKEN:
            return _refused("invalid_auth")
        if method == "auth.test":
            return {"ok": True, "team": "Invented", "user": "rank-watch", "bot_id": BOT_ID, "team_id": "T0INVENTED"}
        if method == "conversations.list":
            return self._channels(arguments)
        if arguments.get("channel") not in (CHANNEL, "#rankings"):
            return _refused("channel_not_found")
        if method == "chat.postMessage":
            return self._posted(arguments)
        reads = method in ("conversations.history", "conversations.replies")
        return self._read(method, arguments) if reads else _refused("unknown_method")

    def take(self, body: Mapping[str, Any]) -> Post:
        """Puts a message into the channel."""
        with self._lock:
            post = Post(CHANNEL, f"{self.clock + len(self.posts):.6f}", dict(body))
            self.posts.append(post)
            return post

    def _channels(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The workspace's public channels, one on a page."""
        if "channels:read" not in self.scopes:
            return {**_refused("missing_scope"), "needed": "channels:read", "provided": ",".join(sorted(self.scopes))}
        channels = [{"id": "C0000000001", "name": "general"}, {"id": CHANNEL, "name": "rankings"}]
        at = int(arguments.get("cursor") or 0)
        cursor = str(at + 1) if at + 1 < len(channels) else ""
        return {"ok": True, "channels": channels[at : at + 1], "response_metadata": {"next_cursor": cursor}}

    def _posted(self, body: Mapping[str, Any]) -> dict[str, Any]:
        code, found = refusal(body, unknown=self.unknown_blocks)
        if code:
            return {**_refused(code), "errors": found}
        if body.get("thread_ts") and body["thread_ts"] not in {post.ts for post in self.posts}:
            return _refused("thread_not_found")
        post = self.take(body)
        return {"ok": True, "channel": post.channel, "ts": post.ts, "message": {"text": body["text"]}}

    def _read(self, method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        if "channels:history" not in self.scopes:
            provided = ",".join(sorted(self.scopes))
            return {**_refused("missing_scope"), "needed": "channels:history", "provided": provided}
        if arguments["channel"] != CHANNEL:  # reading takes no names
            return _refused("channel_not_found")
        with self._lock:
            seen = [] if self.lag else list(self.posts)
            self.lag = max(0, self.lag - 1)
        thread = str(arguments.get("ts", ""))
        oldest = float(arguments.get("oldest", 0))
        replies = method == "conversations.replies"
        chosen = [
            post
            for post in (seen if replies else reversed(seen))
            if float(post.ts) >= oldest and (thread in (post.ts, post.thread_ts) if replies else not post.thread_ts)
        ]
        start = int(arguments.get("cursor") or 0)
        size = min(int(arguments.get("limit", 100)), self.page)
        full = arguments.get("include_all_metadata") == "1" and "metadata.message:read" in self.scopes
        cursor = str(start + size) if start + size < len(chosen) else ""
        listed = [_listed(post, with_metadata=full) for post in chosen[start : start + size]]
        return {"ok": True, "messages": listed, "has_more": bool(cursor), "response_metadata": {"next_cursor": cursor}}


def _refused(code: str) -> dict[str, Any]:
    return {"ok": False, "error": code}


def _listed(post: Post, *, with_metadata: bool) -> dict[str, Any]:
    """A message as reading gives it."""
    metadata = post.body.get("metadata")
    listed = {"type": "message", "ts": post.ts, "text": post.body.get("text", ""), "bot_id": post.bot_id}
    if post.thread_ts:
        listed["thread_ts"] = post.thread_ts
    return {**listed, "metadata": metadata} if with_metadata and metadata else listed


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    slack: FakeSlack


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the library's name for it)
        """Nothing: tests read what is recorded."""

    def do_POST(self) -> None:
        """Any request: Slack's methods and webhooks are all POSTed."""
        slack = cast("_Server", self.server).slack
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        arguments = self._arguments(raw)
        webhook = self.path == WEBHOOK_PATH
        method = "webhook" if webhook else self.path.removeprefix("/api/")
        fault = slack.next_fault(method)
        if fault and fault.kept:
            slack.take(arguments)
        if fault:
            self._fail(fault, slack.closing)
        elif webhook:
            self._webhook(slack, arguments)
        elif self.path.startswith("/api/"):
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            self._reply(200, json.dumps(slack.answer(method, token, arguments)), {"Content-Type": "application/json"})
        else:
            self._reply(404, "no_service", {})

    def _arguments(self, raw: bytes) -> dict[str, Any]:
        if "json" in self.headers.get("Content-Type", ""):
            return cast("dict[str, Any]", json.loads(raw or b"{}"))
        return {key: values[-1] for key, values in parse_qs(raw.decode()).items()}

    def _webhook(self, slack: FakeSlack, body: Mapping[str, Any]) -> None:
        if not body.get("text"):
            self._reply(400, "no_text", {})
        elif code := refusal(body, unknown=slack.unknown_blocks)[0]:
            self._reply(400, code, {})
        else:
            slack.take(body)
            self._reply(200, "ok", {})

    def _fail(self, fault: Fault, closing: Event) -> None:
        self.close_connection = True
        if fault.act is Act.ANSWER:
            self._reply(fault.status, fault.body, fault.headers)
        elif fault.act is Act.RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif fault.act is Act.HANG:
            closing.wait(30)
        elif fault.act is Act.DRIBBLE:
            self._dribble(closing)

    def _dribble(self, closing: Event) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        while not closing.wait(0.02):
            try:
                self.wfile.write(b" ")
            except ConnectionError:
                return

    def _reply(self, status: int, body: str, headers: Mapping[str, str]) -> None:
        raw = body.encode()
        self.send_response(status)
        for name, value in {"Content-Type": "text/html", **headers, "Content-Length": str(len(raw))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)
