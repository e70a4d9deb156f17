"""A connection to a mail server that a wire has hold of, and on which no reply is endless."""

from __future__ import annotations

import smtplib
import socket
import ssl
from io import BufferedReader

from bot.adapters.deadline import Wire
from bot.adapters.network_words import EndlessError

MOST_LINES = 100
"""Lines of a reply that are read; a greeting or a list of what a server can do has some twenty."""


class _Bounded(smtplib.SMTP):
    """What the two kinds have in common. SMTP_SSL begins its handshake with what ``_get_socket`` returns here."""

    _wire: Wire

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self._wire.hold(connection)
        return connection

    def getreply(self) -> tuple[int, bytes]:
        """See smtplib.SMTP; a reply of more than MOST_LINES counts as a connection that was lost."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("the server closed the connection")
        if self.file is None:  # at first, and after STARTTLS
            self.file = _Replies(self.sock.makefile("rb"))
        self.file.begin()
        return super().getreply()


class Connection(_Bounded):
    """Without TLS, as far as STARTTLS is not asked for. ``timeout``: seconds for an address and for each piece."""

    def __init__(self, host: str, port: int, *, timeout: float, wire: Wire) -> None:
        self._wire = wire  # first: to be made is to be connected
        super().__init__(host, port, timeout=timeout)


class SecureConnection(smtplib.SMTP_SSL, _Bounded):
    """By TLS from the start."""

    def __init__(self, host: str, port: int, *, timeout: float, context: ssl.SSLContext, wire: Wire) -> None:
        self._wire = wire  # as above
        super().__init__(host, port, timeout=timeout, context=context)


class _Replies:
    """What smtplib reads replies from."""

    def __init__(self, stream: BufferedReader) -> None:
        self._stream = stream
        self._left = 0

    def begin(self) -> None:
        """A reply comes next."""
        self._left = MOST_LINES

    def readline(self, size: int) -> bytes:
        """See BufferedReader; raises where the reply does not end."""
        self._left -= 1
        if self._left < 0:
            raise EndlessError(f"{MOST_LINES} lines")
        return self._stream.readline(size)

    def close(self) -> None:
        """See BufferedReader."""
        self._stream.close()
