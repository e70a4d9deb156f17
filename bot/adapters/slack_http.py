"""How slack_sdk's clients reach Slack here: one request to one server, an answer of bounded length, and a wire to cut.

By itself the SDK uses urllib as it comes: that follows a redirect with the token, to any host, and as a GET without the
message; and it reads an answer to its end, however long. Of each client the one method is replaced that asks. Its log
is off, for at DEBUG it writes webhook addresses, and what it would say of errors is in the outcome.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection, IncompleteRead
from typing import Any
from urllib.request import AbstractHTTPHandler, OpenerDirector, ProxyHandler, Request

from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient, WebhookResponse

from bot.adapters.deadline import Wire
from bot.adapters.network_words import EndlessError

MAX_BYTES = 16 * 2**20
"""The longest answer that is read: Slack gives 200 messages a page, of up to some 50 kB each."""


class WireClient(WebClient):
    """The Web API's client, for one request. ``wire`` gets its connection."""

    def __init__(self, token: str, *, base_url: str, timeout: int, wire: Wire) -> None:
        super().__init__(token, base_url=base_url, timeout=timeout, retry_handlers=[], logger=_silent())
        self.proxy = None  # the standard library reads the environment itself, NO_PROXY included
        self._wire = wire

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:  # noqa: ARG002  (the SDK's)
        answer = _ask(req, self.timeout, self._wire)
        return {"status": answer.status, "headers": answer.headers, "body": answer.body}


class WireWebhook(WebhookClient):
    """An incoming webhook's client, for one request. ``wire`` gets its connection."""

    def __init__(self, url: str, *, timeout: int, wire: Wire) -> None:
        super().__init__(url, timeout=timeout, retry_handlers=[], logger=_silent())
        self.proxy = None  # as above
        self._wire = wire

    def _perform_http_request_internal(self, url: str, req: Request) -> WebhookResponse:
        answer = _ask(req, self.timeout, self._wire)
        return WebhookResponse(url=url, status_code=answer.status, body=answer.body, headers=dict(answer.headers))


def _silent() -> logging.Logger:
    """A logger that stands apart from all others and writes nothing."""
    return logging.Logger("slack_sdk", logging.CRITICAL + 1)  # noqa: LOG001  (not one that others can configure)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: str


def _ask(request: Request, timeout: int, wire: Wire) -> _Answer:
    """The answer to a request, whatever its status.

    Raises URLError as urllib does, where the request was not written as a whole. An answer that breaks off, does not
    end or can't be read raises OSError, HTTPException, or what decoding raises.
    """
    opener = OpenerDirector()
    opener.add_handler(ProxyHandler())
    opener.add_handler(_OneRequest(wire))  # and none that would act upon a status
    with opener.open(request, timeout=timeout) as response:
        body = _body(response)
        charset = response.headers.get_content_charset() or "utf-8"
        return _Answer(response.status, dict(response.headers.items()), body.decode(charset))


def _body(response: HTTPResponse) -> bytes:
    body = response.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise EndlessError(f"{MAX_BYTES} bytes")
    if response.length:  # what was announced and did not come; reading with a limit does not say so
        raise IncompleteRead(body, response.length)
    return body


class _Connection(HTTPConnection):
    """A connection that a wire has hold of before TLS begins and anything of Slack's is sent."""

    wire: Wire

    def connect(self) -> None:
        super().connect()
        self.wire.hold(self.sock)


class _SecureConnection(HTTPSConnection, _Connection):
    """The same by https, which begins its handshake where a _Connection has connected."""


class _OneRequest(AbstractHTTPHandler):
    """Opens addresses as urllib does, by connections that the wire gets."""

    http_request = https_request = AbstractHTTPHandler.do_request_

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self._wire = wire

    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(partial(self._connection, _Connection), req)

    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(partial(self._connection, _SecureConnection), req)

    def _connection(self, kind: type[_Connection], /, host: str, **named: Any) -> _Connection:
        connection = kind(host, **named)
        connection.wire = self._wire
        return connection
