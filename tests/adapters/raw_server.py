"""A server on loopback that is not bound to speak HTTP well: for what breaks on the way."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator

Behaviour = Callable[[socket.socket, threading.Event], None]
"""What the server does with a connection, once a request's head was read; the event is set when the test is over."""


@contextlib.contextmanager
def raw_server(behave: Behaviour, *, read_head: bool = True, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serves connections one by one and yields the server's ``host:port``."""
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.02)

        def serve() -> None:
            while not done.is_set():
                with contextlib.suppress(OSError):  # nobody came yet, or the client hung up: both are meant
                    connection, _ = listener.accept()
                    connection.settimeout(5)
                    with tls.wrap_socket(connection, server_side=True) if tls else connection as stream:
                        if read_head:
                            read_request(stream)
                        behave(stream, done)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            done.set()
            thread.join()


def read_request(stream: socket.socket) -> bytes:
    """The head of one request."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = stream.recv(4096)
        if not piece:
            break
        head += piece
    return head


def send(data: bytes) -> Behaviour:
    """Sends the bytes and hangs up."""
    return lambda stream, _done: stream.sendall(data)


def send_and_reset(data: bytes) -> Behaviour:
    """Sends the bytes and drops the connection with a reset."""

    def behave(stream: socket.socket, _done: threading.Event) -> None:
        stream.sendall(data)
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return behave


def send_and_hold(data: bytes) -> Behaviour:
    """Sends the bytes and then nothing more."""

    def behave(stream: socket.socket, done: threading.Event) -> None:
        stream.sendall(data)
        done.wait()

    return behave


def dribble(data: bytes) -> Behaviour:
    """Sends the bytes and then a letter every 20 ms, for as long as the client listens."""

    def behave(stream: socket.socket, done: threading.Event) -> None:
        stream.sendall(data)
        while not done.wait(0.02):
            stream.sendall(b"a")

    return behave
