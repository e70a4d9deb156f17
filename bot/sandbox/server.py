"""The sandbox as a real HTTP server on the loopback interface."""

from __future__ import annotations

import socket
import socketserver
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl

from bot.errors import UsageError
from bot.sandbox.answers import ENDPOINTS, ROOT, SAMPLE_HEADER, Answer, Request, compose, endpoint, refusal
from bot.sandbox.limits import Limits
from bot.sandbox.source import Source

HOST = "127.0.0.1"

Answering = Callable[[Request], Answer]
"""Anything that answers requests; called from several threads at once."""
_Connection = socket.socket | tuple[bytes, socket.socket]
"""What the base class calls a connection: a stream's socket, or a datagram with its socket (never here)."""


class Sandbox:
    """A stand-in for OpenRouter's Data API under ``/api/v1``, on 127.0.0.1.

    Any bearer key is accepted. ``now`` is the clock that decides which day is the last completed one, what is known
    yet, and how requests count against the limits. ``port`` 0 takes a free one. ``answer`` may be replaced, also
    while it serves, by anything that answers requests, such as a callable that wraps the one before.
    """

    def __init__(self, source: Source, *, now: Callable[[], datetime], port: int = 0, limits: bool = True) -> None:
        self.source = source
        self.answer: Answering = self._answer
        self._now = now
        self._port = port
        self._limits = Limits() if limits else None
        self._count = 0
        self._lock = Lock()
        self._server: _Server | None = None

    def start(self) -> None:
        """Serves from a thread of its own; raises UsageError where the port is taken."""
        try:
            server = _Server((HOST, self._port), _Handler)
        except OSError as error:
            raise UsageError(
                f"Port {self._port} of {HOST} can't be used: {error.strerror}.", hint="Choose another with --port."
            ) from error
        server.answering = self._counted
        self._server = server
        Thread(target=server.serve_forever, args=(0.02,), name="sandbox", daemon=True).start()

    def stop(self) -> None:
        """Closes the port and every connection; does nothing where it does not serve."""
        server, self._server = self._server, None
        if server:
            server.shutdown()
            server.server_close()
            server.close_connections()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The API's base, such as ``http://127.0.0.1:41873/api/v1``; only while it serves."""
        if not self._server:
            raise UsageError("The sandbox is not running.")
        return f"http://{HOST}:{self._server.server_address[1]}{ROOT}"

    @property
    def requests_count(self) -> int:
        """How many requests came so far, refused ones included."""
        return self._count

    def _counted(self, request: Request) -> Answer:
        with self._lock:
            self._count += 1
        return self.answer(request)

    def _answer(self, request: Request) -> Answer:
        now = self._now().astimezone(UTC)
        answer = self._refuse(request, now) or compose(request, self.source, now)
        headers = {**answer.headers, SAMPLE_HEADER: self.source.kind}
        return Answer(answer.status, headers, answer.body)

    def _refuse(self, request: Request, now: datetime) -> Answer | None:
        if endpoint(request.path) not in ENDPOINTS:
            return refusal(404, f"There is no {request.path}.")
        if request.method != "GET":
            return refusal(405, f"{request.path} answers GET only.", headers={"Allow": "GET"})
        if not request.key:
            return refusal(401, "Missing Authentication header")
        wait = self._limits.take(request.key, now) if self._limits else None
        return refusal(429, "Rate limit exceeded", headers={"Retry-After": str(wait)}) if wait else None


class _Server(ThreadingHTTPServer):
    """Knows its connections, so that stopping also ends those that a client keeps open."""

    daemon_threads = True
    answering: Answering

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._connections: set[_Connection] = set()
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """Binds without asking the resolver for the host's name, as the base class does."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, int(self.server_address[1])

    def process_request(self, request: _Connection, client_address: object) -> None:
        """Serves a new connection."""
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: _Connection) -> None:
        """Ends a connection that its client, or an answer, is done with."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """Ends the connections that are open; their threads see the end and close them."""
        for connection in list(self._connections):
            if isinstance(connection, socket.socket):
                with suppress(OSError):  # the client may be faster
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: _Connection, client_address: object) -> None:
        """A client that hangs up is not worth a word; anything else is a bug and shows its traceback."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Speaks HTTP/1.1 with connections kept open; each answer leaves in one write."""

    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024

    def _reply(self) -> None:
        path, _, parameters = self.path.partition("?")
        query = dict(parse_qsl(parameters, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.answering(Request(self.command, path, query, headers))
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        if headers.keys() & {"content-length", "transfer-encoding"}:  # a body follows that nobody reads
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body[: answer.truncate_after])
        if answer.truncate_after is not None:
            self.close_connection = True

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _reply  # noqa: N815  (the base class's names)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class's name)
        """Says nothing: standard error belongs to the program that runs the sandbox."""
