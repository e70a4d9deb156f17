"""The standard streams while a command runs: what can't be written is said once, and no character is too much."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast


class OutputError(Exception):
    """The answer can't be written to stdout. No OSError: typer would take it for one of its own, and exit with 1."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error.strerror)
        self.reader_left = isinstance(error, BrokenPipeError)
        self.reason = error.strerror


class _Guarded:
    """A stream whose failures to write are OutputErrors; in all else it is the stream itself."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """As of the stream."""
        try:
            return self._stream.write(text)
        except OSError as error:
            raise OutputError(error) from error

    def flush(self) -> None:
        """As of the stream."""
        try:
            self._stream.flush()
        except OSError as error:
            raise OutputError(error) from error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Closed(io.TextIOBase):
    """Stands for a stdout that was closed before the start (``>&-``): Python has none then, and would say nothing."""

    def write(self, _text: str) -> int:
        """Fails, as it would on the closed descriptor."""
        raise OutputError(OSError(errno.EBADF, "it is closed"))


@contextmanager
def guarded() -> Iterator[None]:
    """Makes OutputErrors of what fails on stdout; what stdout and stderr can't encode, they write as ``?``.

    At the end, what a broken stream still holds is dropped: Python's own flush at exit must not complain of it.
    """
    before, streams = sys.stdout, [stream for stream in (sys.stdout, sys.stderr) if stream]  # either may be closed
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.stdout = cast("TextIO", _Guarded(before) if before else _Closed())
    try:
        yield
    finally:
        sys.stdout = before
        for stream in streams:
            _drop_what_cannot_be_written(stream)


def _drop_what_cannot_be_written(stream: TextIO) -> None:
    try:
        stream.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
