"""A service that takes JSON on loopback, as Apprise's ``json://`` sends it, with what may go wrong."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, Self

USER, PASSWORD, PATH = "rankbot", "s3cret-word", "s3cret-path"


class JsonService:
    """Keeps what it takes in ``messages``. ``replies`` are statuses, used up in turn, then ``always`` counts.

    ``drops`` says of the next requests whether they are kept before the connection breaks without an answer.
    """

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.replies: list[int] = []
        self.always = 200
        self.drops: list[bool] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if service.drops:
                    service.messages += [body] if service.drops.pop(0) else []
                    return
                status = service.replies.pop(0) if service.replies else service.always
                service.messages += [body] if status < 300 else []
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class's name)
                """Silent."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Its address as Apprise takes it, full of secrets."""
        return f"json://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{PATH}"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
