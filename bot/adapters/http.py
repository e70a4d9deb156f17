"""A bounded GET, for the feed and the ping; the only module that imports httpx.

Bounded in time (a deadline over the whole, from the server's name to the last byte), in size, and in trust: no
redirects, no compression, no cookies. What breaks comes back as a NoAnswerError, which says what it was and not whose:
the feed and the ping have words of their own for that. Nothing is tried twice here.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import httpx

from bot import __version__
from bot.adapters.deadline import Wire, within
from bot.adapters.network_words import place_of

Transport = httpx.BaseTransport
"""What an answer comes through; given in place of the network by tests."""

MAX_BYTES = 16 * 2**20
"""The longest answer that is read. A year of model days, the feed's longest, is about 2 MB."""
EXCERPT_BYTES = 16 * 2**10
"""How much of a refusal's body is read: enough for the feed's own message."""

_NO_CONNECTION = "no connection to {place} came about in time"
_FINDINGS: tuple[tuple[type[BaseException], str], ...] = (
    (socket.gaierror, "the address of {place} could not be looked up"),
    (ConnectionRefusedError, "{place} refused the connection"),
    (ssl.SSLError, "the encrypted connection to {place} failed"),
    (httpx.ConnectTimeout, _NO_CONNECTION),
    (httpx.TimeoutException, "no complete answer came in time"),
    (httpx.ProxyError, "the proxy did not let the request through"),
    (httpx.RemoteProtocolError, "the answer broke off, or was not HTTP"),
    (httpx.ConnectError, "{place} could not be reached"),
)
"""What a network failure is called, by the first type that it, or what caused it, is an instance of."""


class Fault(Enum):
    """What a NoAnswerError is about, and so whether it passes and what to do."""

    NETWORK = auto()
    """No answer came, or not in time, or not all of it: it may pass."""
    CERTIFICATE = auto()
    """Nobody vouches for the server."""
    COMPRESSED = auto()
    """A 200 came in a form that was not asked for."""
    TOO_LONG = auto()
    """A 200 came that does not end."""
    ADDRESS = auto()
    """Nothing may be asked for there."""
    ENVIRONMENT = auto()
    """The proxies or the certificate authorities that the environment names can't be used."""


class NoAnswerError(Exception):
    """Why there is no answer. ``finding`` is a clause without its full stop; of an ADDRESS it is the predicate."""

    def __init__(self, fault: Fault, finding: str) -> None:
        super().__init__(finding)
        self.fault = fault
        self.finding = finding


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

    Raises NoAnswerError where ``base_url`` (ADDRESS) or the ENVIRONMENT can't be used.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout_seconds: float,
        max_bytes: int = MAX_BYTES,
        transport: Transport | None = None,
    ) -> None:
        local = check_base_url(base_url)
        self._base_url = base_url.rstrip("/")
        self._local = local
        self._timeout = timeout_seconds
        self._max_bytes = max_bytes
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
            raise NoAnswerError(Fault.ENVIRONMENT, "the environment's network settings can't be used") from error

    def get(self, path: str, *, params: Mapping[str, str | int], headers: Mapping[str, str]) -> Answer:
        """The answer to a GET, whatever its status.

        Raises NoAnswerError: NETWORK where it failed or time ran out, CERTIFICATE, of a 200 COMPRESSED or TOO_LONG.
        """
        with Wire() as wire:
            try:
                answer = within(self._timeout, lambda: self._asked(path, params, headers, wire), wire=wire)
            except TimeoutError as error:
                finding = self._late if wire.came_about else _NO_CONNECTION.format(place=self._place())
                raise NoAnswerError(Fault.NETWORK, finding) from error
            except httpx.InvalidURL as error:
                raise NoAnswerError(Fault.ADDRESS, "is not an address") from error
            except (*_BROKEN, OSError) as error:
                if wire.came_about and isinstance(error, httpx.TimeoutException):
                    raise NoAnswerError(Fault.NETWORK, self._late) from error
                raise _no_answer(error, self._place()) from error
            finally:
                self._client.cookies.clear()
            if wire.was_cut and answer.status == 200:  # a connection that was cut may look like the answer's end
                raise NoAnswerError(Fault.NETWORK, self._late)
            return answer

    def close(self) -> None:
        """Gives back what the client holds."""
        self._client.close()

    def _place(self) -> str:
        """Whom a request connects to: host and port of the server, or of a proxy. The rest may be a secret."""
        return place_of(self._base_url, {}) if self._local else place_of(self._base_url)

    @property
    def _late(self) -> str:
        return f"no complete answer came within {self._timeout:g} s"

    def _asked(self, path: str, params: Mapping[str, str | int], headers: Mapping[str, str], wire: Wire) -> Answer:
        with self._client.stream(
            "GET",
            f"{self._base_url}{path}",
            params=dict(params),
            headers={**headers, "Accept": "application/json", "Accept-Encoding": "identity"},
            extensions={"trace": _holding(wire)},
        ) as response:
            body = self._body(response) if response.status_code == 200 else _excerpt(response)
            return Answer(response.status_code, dict(response.headers), body)

    def _body(self, response: httpx.Response) -> bytes:
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("identity", ""):
            raise NoAnswerError(Fault.COMPRESSED, "the answer came compressed, though that was not asked for")
        body = bytearray()
        for chunk in response.iter_raw():  # without a chunk size: with one it waits until that much is there
            body += chunk
            if len(body) > self._max_bytes:
                raise NoAnswerError(Fault.TOO_LONG, f"the answer is longer than {self._max_bytes} bytes")
        return bytes(body)


def _certificates(base_url: str) -> ssl.SSLContext | bool:
    """The certificate authorities that are trusted: the usual, and none for plain http: reading them takes time."""
    return base_url[:6].lower() == "https:" or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def check_base_url(base_url: str) -> bool:
    """Whether the server is on this machine; raises NoAnswerError (ADDRESS) unless a secret may be sent there.

    That is https to anywhere and http to a loopback address, with neither a user nor a query or fragment.
    """
    try:
        url = httpx.URL(base_url)
        url.raw_host.decode("ascii").encode("idna")  # as the resolver will: it knows limits that httpx does not
    except (httpx.InvalidURL, UnicodeError) as error:
        raise NoAnswerError(Fault.ADDRESS, "is not an address") from error
    if url.scheme not in ("http", "https") or not url.host or (url.port or 0) > 65_535:
        raise NoAnswerError(Fault.ADDRESS, "is not an https address")
    shown = f"{url.scheme}://{url.host}"
    if url.userinfo or url.query or url.fragment:
        raise NoAnswerError(Fault.ADDRESS, f"({shown}) has a user, a query or a fragment")
    local = _is_loopback(url.host)
    if url.scheme == "http" and not local:
        raise NoAnswerError(Fault.ADDRESS, f"({shown}) would send a secret unencrypted: use https")
    return local


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _holding(wire: Wire) -> Callable[[str, Mapping[str, Any]], None]:
    """Told by httpx what goes on (its "trace" extension): gives the wire the connection, before TLS and the request."""

    def watch(event: str, info: Mapping[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            wire.hold(info["return_value"].get_extra_info("socket"))

    return watch


def _excerpt(response: httpx.Response) -> bytes:
    """The beginning of a refusal's body. Its status alone sorts it, so a body that breaks off is taken as it is."""
    body = bytearray()
    with contextlib.suppress(httpx.TransportError):
        for chunk in response.iter_raw():
            body += chunk
            if len(body) >= EXCERPT_BYTES:
                break
    return bytes(body[:EXCERPT_BYTES])


_BROKEN = (httpx.TimeoutException, httpx.NetworkError, httpx.ProxyError, httpx.RemoteProtocolError)
"""What httpx raises where the network fails; its other errors are of our making."""


def _no_answer(error: httpx.TransportError | OSError, place: str) -> NoAnswerError:
    """A network failure by the table above. An OSError is this machine's own: httpx wraps those of the network."""
    if isinstance(error, OSError):
        return NoAnswerError(Fault.NETWORK, f"this machine could not open a connection ({error.strerror})")
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__  # httpcore breaks the chain of causes on its way up
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            finding = f"the server's certificate is not trusted ({cause.verify_message})"
            return NoAnswerError(Fault.CERTIFICATE, finding)
    for kind, finding in _FINDINGS:
        if any(isinstance(cause, kind) for cause in causes):
            return NoAnswerError(Fault.NETWORK, finding.format(place=place))
    return NoAnswerError(Fault.NETWORK, f"the connection to {place} broke")
