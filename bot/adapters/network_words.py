"""What it means that a service could not be reached, or broke off: in plain words, and which host and port it was.

Of an address only host and port are ever named: the rest of it may be a secret.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from http.client import HTTPException
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from bot.adapters.service_words import quoted, words_of


class EndlessError(OSError):
    """Somebody answers with more than is read of an answer: with more than ``limit``, say "100 lines"."""

    def __init__(self, limit: str) -> None:
        super().__init__(f"more than {limit}")
        self.limit = limit


_UNREADABLE = "an answer came that can't be read"
_KINDS: tuple[tuple[type[BaseException], str], ...] = (
    (socket.gaierror, "the address of {place} could not be looked up"),
    (ConnectionRefusedError, "{place} refused the connection"),
    (TimeoutError, "{place} did not answer in time"),
    (ConnectionError, "{place} closed the connection"),
    (HTTPException, "{place} broke off its answer"),
)
"""What a failure is called, by the first type that it is an instance of."""


def network_words(error: BaseException, place: str) -> str:
    """A failed connection to ``place`` as a sentence without its period: "db:5432 refused the connection"."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate of {place} was not accepted: {quoted(error.verify_message)}"
    if isinstance(error, ssl.SSLError):
        reason = getattr(error, "reason", None)  # an instance has one only where OpenSSL gave it
        why = f": {quoted(reason.replace('_', ' ').lower())}" if isinstance(reason, str) else ""
        return f"the encrypted connection to {place} failed{why}"
    if isinstance(error, EndlessError):
        return f"{place} gave an answer of more than {error.limit}"
    words = next((words for kind, words in _KINDS if isinstance(error, kind)), "")
    if words:
        return words.format(place=place)
    if not isinstance(error, OSError):
        return _UNREADABLE
    return f"{place} could not be reached" + (f": {words_of(error)}" if error.strerror else "")


def host_and_port(host: str, port: int | None = None) -> str:
    """As one writes them: ``smtp.example.com:587``, ``[::1]:25``, or the host alone."""
    shown = f"[{host}]" if ":" in host else host
    return quoted(f"{shown}:{port}" if port else shown)


def place_of(url: str, proxies: Mapping[str, str] | None = None) -> str:
    """Which server a request to this address connects to: its host, or the proxy that the environment names.

    ``proxies`` by scheme, from the environment by default. Nothing else of either address is repeated.
    """
    parts = urlsplit(url)
    known = getproxies() if proxies is None else proxies
    proxy = known.get(parts.scheme) or known.get("all")
    if proxy and not proxy_bypass(parts.hostname or ""):
        return f"the proxy {_server(proxy if '://' in proxy else f'http://{proxy}')}".rstrip()
    return _server(url)


def _server(url: str) -> str:
    """Host and port of an address; empty where it is none, as it may be in an environment."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return host_and_port(parts.hostname or "", _port(parts.netloc))


def _port(netloc: str) -> int | None:
    """The port that an address names; none where it is left out, or is no number."""
    number = netloc.rpartition("@")[2].rpartition("]")[2].rpartition(":")[2]
    return int(number) if number.isdecimal() and ":" in netloc else None
