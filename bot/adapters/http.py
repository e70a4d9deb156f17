"""A bounded GET for the feed; the only module that imports httpx.

Bounded in time (a deadline over the whole answer, not only each read), in size, and in trust: no redirects, no
compression, no cookies, and what breaks comes back as one of our errors. Nothing is tried twice here.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx

from bot import __version__
from bot.adapters.network_words import place_of
from bot.errors import FeedError, FeedMalformedError, FeedPermanentError, FeedTransientError

Transport = httpx.BaseTransport
"""What an answer comes through; given in place of the network by tests."""

MAX_BYTES = 16 * 2**20
"""The longest answer that is read. A year of model days, the feed's longest, is about 2 MB."""
EXCERPT_BYTES = 16 * 2**10
"""How much of a refusal's body is read: enough for the feed's own message."""

_LASTING = "It is asked again in the next cycle. If it lasts, check the network and [openrouter] base_url."
_SET_BASE_URL = "Set [openrouter] base_url, for example to https://openrouter.ai/api/v1."
_FINDINGS: tuple[tuple[type[BaseException], str], ...] = (
    (socket.gaierror, "the address of {place} could not be looked up"),
    (ConnectionRefusedError, "{place} refused the connection"),
    (ssl.SSLError, "the encrypted connection to {place} failed"),
    (httpx.ConnectTimeout, "no connection to {place} came about in time"),
    (httpx.TimeoutException, "no complete answer came in time"),
    (httpx.ProxyError, "the proxy did not let the request through"),
    (httpx.RemoteProtocolError, "the answer broke off, or was not HTTP"),
    (httpx.ConnectError, "{place} could not be reached"),
)
"""What a network failure is called, by the first type that it, or what caused it, is an instance of."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are in lower case. With any status but 200, ``body`` is its beginning only."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpClient:
    """Asks one server. ``close`` it.

    Proxies and certificate authorities come from the environment as usual (HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE), for
    there are networks with no other way out; a server on this machine is asked directly, since plain http is allowed
    there only because it does not leave it.

    ``monotonic`` is a clock in seconds. Raises FeedPermanentError where ``base_url`` or the environment can't be used.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout_seconds: float,
        max_bytes: int = MAX_BYTES,
        transport: Transport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        local = check_base_url(base_url)
        self._base_url = base_url.rstrip("/")
        self._local = local
        self._timeout = timeout_seconds
        self._max_bytes = max_bytes
        self._monotonic = monotonic
        for name in ("httpx", "httpcore"):  # they log every address, and at DEBUG every header
            logging.getLogger(name).setLevel(logging.WARNING)
        try:
            self._client = httpx.Client(
                timeout=timeout_seconds,
                transport=transport,
                trust_env=not local,
                verify=_certificates(base_url),
                follow_redirects=False,
                # The feed is asked every hour or so: a kept connection would only be found dead.
                limits=httpx.Limits(max_keepalive_connections=0),
                headers={"User-Agent": f"openrouter-rankbot/{__version__}"},
            )
        except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
            raise FeedPermanentError(
                "The environment's network settings can't be used.",
                hint="Check HTTPS_PROXY, ALL_PROXY and NO_PROXY (no SOCKS proxies), SSL_CERT_FILE and SSL_CERT_DIR.",
            ) from error

    def get(self, path: str, *, params: Mapping[str, str | int], headers: Mapping[str, str], what: str) -> Answer:
        """The answer to a GET, whatever its status; ``what`` begins the message of each error.

        Raises FeedTransientError where the network failed or time ran out, FeedPermanentError where the server's
        certificate is not trusted, FeedMalformedError where a 200 is too long or compressed.
        """
        deadline = _Deadline(self._timeout, self._monotonic)
        try:
            with (
                deadline,
                self._client.stream(
                    "GET",
                    f"{self._base_url}{path}",
                    params=dict(params),
                    headers={**headers, "Accept": "application/json", "Accept-Encoding": "identity"},
                    extensions={"trace": deadline.watch},
                ) as response,
            ):
                body = (
                    self._body(response, deadline, what)
                    if response.status_code == 200
                    else _excerpt(response, deadline)
                )
                return Answer(response.status_code, dict(response.headers), body)
        except (httpx.TimeoutException, httpx.NetworkError, httpx.ProxyError, httpx.RemoteProtocolError) as error:
            if deadline.passed and not isinstance(error, httpx.ConnectTimeout):  # that says more
                raise self._late(what) from error
            raise _sorted(error, what, self._place()) from error
        finally:
            self._client.cookies.clear()

    def close(self) -> None:
        """Gives back what the client holds."""
        self._client.close()

    def _place(self) -> str:
        """Whom a request connects to: host and port of the server, or of a proxy. The rest may be a secret."""
        return place_of(self._base_url, {}) if self._local else place_of(self._base_url)

    def _body(self, response: httpx.Response, deadline: _Deadline, what: str) -> bytes:
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("identity", ""):
            raise FeedMalformedError(
                f"{what}: the answer came compressed, though that was not asked for.",
                hint="What stands between here and the feed changes its answers: check the proxy.",
            )
        body = bytearray()
        for chunk in response.iter_raw():  # without a chunk size: with one it waits until that much is there
            body += chunk
            if len(body) > self._max_bytes:
                raise FeedMalformedError(f"{what}: the answer is longer than {self._max_bytes} bytes.")
            if deadline.passed:
                break
        if deadline.passed:  # also after the loop: a connection that was shut down may look like the answer's end
            raise self._late(what)
        return bytes(body)

    def _late(self, what: str) -> FeedTransientError:
        return FeedTransientError(f"{what}: no complete answer came within {self._timeout:g} s.", hint=_LASTING)


def _certificates(base_url: str) -> ssl.SSLContext | bool:
    """The certificate authorities that are trusted: the usual, and none for plain http: reading them takes time."""
    return base_url[:6].lower() == "https:" or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def check_base_url(base_url: str) -> bool:
    """Whether the server is on this machine; raises FeedPermanentError unless the key may be sent to that address.

    That is https to anywhere and http to a loopback address, with neither a user nor a query or fragment.
    """
    try:
        url = httpx.URL(base_url)
        url.raw_host.decode("ascii").encode("idna")  # as the resolver will: it knows limits that httpx does not
    except (httpx.InvalidURL, UnicodeError) as error:
        raise FeedPermanentError("base_url is not an address.", hint=_SET_BASE_URL) from error
    shown = f"{url.scheme}://{url.host}"
    if url.scheme not in ("http", "https") or not url.host or (url.port or 0) > 65_535:
        raise FeedPermanentError("base_url is not an https address.", hint=_SET_BASE_URL)
    if url.userinfo or url.query or url.fragment:
        raise FeedPermanentError(f"base_url ({shown}) has a user, a query or a fragment.", hint=_SET_BASE_URL)
    local = _is_loopback(url.host)
    if url.scheme == "http" and not local:
        raise FeedPermanentError(f"base_url ({shown}) would send the API key unencrypted.", hint="Use https.")
    return local


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Deadline:
    """The time that a whole answer may take.

    httpx bounds each operation only, so a server that dribbles could go on for days. Here a timer shuts the connection
    down, even while the head of the answer dribbles in; and ``passed`` is looked at after each piece of the body.
    Not covered is the resolution of the server's name, which nothing can interrupt.
    """

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._end = monotonic() + seconds
        self._timer: threading.Timer | None = None
        self._connection: socket.socket | None = None
        self._cut = False

    @property
    def passed(self) -> bool:
        return self._cut or self._monotonic() >= self._end

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer.join()
        if self._connection:
            self._connection.close()

    def watch(self, event: str, info: Mapping[str, Any]) -> None:
        """Told by httpx what goes on (its "trace" extension); takes hold of the connection once there is one.

        It holds a duplicate, for TLS takes the original over; shutting that down ends the connection all the same.
        """
        if event == "connection.connect_tcp.complete" and not self._connection:
            self._connection = info["return_value"].get_extra_info("socket").dup()
            left = max(0.0, self._end - self._monotonic())
            self._timer = threading.Timer(left, self._shut_down, [self._connection])
            self._timer.daemon = True
            self._timer.start()

    def _shut_down(self, connection: socket.socket) -> None:
        self._cut = True
        with contextlib.suppress(OSError):  # the other side was quicker
            connection.shutdown(socket.SHUT_RDWR)


def _excerpt(response: httpx.Response, deadline: _Deadline) -> bytes:
    """The beginning of a refusal's body. Its status alone sorts it, so a body that breaks off is taken as it is."""
    body = bytearray()
    with contextlib.suppress(httpx.TransportError):
        for chunk in response.iter_raw():
            body += chunk
            if len(body) >= EXCERPT_BYTES or deadline.passed:
                break
    return bytes(body[:EXCERPT_BYTES])


def _sorted(error: httpx.TransportError, what: str, place: str) -> FeedError:
    """Our error for a network failure, by the table above; ``what`` begins its message."""
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__  # httpcore breaks the chain of causes on its way up
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return FeedPermanentError(
                f"{what}: the server's certificate is not trusted ({cause.verify_message}).",
                hint="Check [openrouter] base_url and this machine's clock; "
                "where a proxy has a certificate of its own, name its authority in SSL_CERT_FILE.",
            )
    for kind, finding in _FINDINGS:
        if any(isinstance(cause, kind) for cause in causes):
            return FeedTransientError(f"{what}: {finding.format(place=place)}.", hint=_LASTING)
    return FeedTransientError(f"{what}: the connection to {place} broke.", hint=_LASTING)
