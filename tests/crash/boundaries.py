"""The boundaries at which a process may be told to die.

They lie around each commit of something written, each request, each command to the mail server, and each file that is
put in place. They are set up from outside, on the libraries that the product calls; the product knows nothing of them.
"""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from smtplib import SMTP
from typing import Any

import httpx
from sqlalchemy import Connection, Engine, PoolProxiedConnection, event
from sqlalchemy.engine.default import DefaultDialect

from bot.app.cycle import Cycle
from tests.crash.shared import Shared

STAGES = ("plan", "poll", "evaluate", "compose", "send")
"""The methods of a cycle that are its stages; what comes before and after has none."""


def watch(order: Shared) -> None:
    """Has this process count its boundaries, note its stage, and die as ordered. It can't be undone."""

    def around(owner: Any, name: str, what: str, matters: Callable[..., bool] = lambda *_given: True) -> None:
        real: Callable[..., Any] = getattr(owner, name)

        @functools.wraps(real)
        def passed(*given: Any, **named: Any) -> Any:
            if not matters(*given):
                return real(*given, **named)
            _pass(order, f"before {what}")
            answer = real(*given, **named)
            _pass(order, f"after {what}")
            return answer

        setattr(owner, name, passed)

    event.listen(Engine, "before_cursor_execute", _note_writing)
    around(DefaultDialect, "do_commit", "a commit", _wrote)
    around(httpx.HTTPTransport, "handle_request", "a request to the feed")
    around(HTTPConnection, "request", "a request to Slack is written")
    around(HTTPConnection, "getresponse", "Slack's answer is read")
    around(SMTP, "send", "the mail server is written to")
    around(SMTP, "getreply", "the mail server's answer is read")
    around(os, "replace", "a file is put in place")
    for stage in STAGES:
        _staged(order, stage)


def _note_writing(connection: Connection, *_statement: Any) -> None:
    """Notes that a transaction writes: only the commits of those are boundaries."""
    context = _statement[3]
    connection.info["wrote"] = connection.info.get("wrote") or context.isinsert or context.isupdate or context.isdelete


def _wrote(_dialect: DefaultDialect, connection: PoolProxiedConnection) -> bool:
    return bool(connection.info.pop("wrote", False))


def _staged(order: Shared, stage: str) -> None:
    real: Callable[..., Any] = getattr(Cycle, stage)

    @functools.wraps(real)
    def within(*given: Any, **named: Any) -> Any:
        with _noting(order, stage):
            return real(*given, **named)

    setattr(Cycle, stage, within)


@contextmanager
def _noting(order: Shared, stage: str) -> Iterator[None]:
    before, order.stage = order.stage, stage.encode()
    try:
        yield
    finally:
        order.stage = before


def _pass(order: Shared, what: str) -> None:
    order.boundaries += 1
    if order.boundaries == order.at:
        order.where = what.encode()
        os.kill(os.getpid(), signal.SIGKILL)
