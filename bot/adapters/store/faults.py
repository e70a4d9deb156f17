"""Database errors in the operator's words: what failed, on which store, and what to do. Never a password."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError

from bot.adapters.service_words import scrub
from bot.errors import StoreBusyError, StoreError

_SQLITE = {
    "SQLITE_FULL": ("has no room left on its disk.", "Free some space; nothing of the failed step was stored."),
    "SQLITE_READONLY": ("can't be written.", "Give the file and its folder to the user that runs rankbot."),
    "SQLITE_PERM": ("may not be opened.", "Give the file and its folder to the user that runs rankbot."),
    "SQLITE_CANTOPEN": ("can't be opened.", "Give the file and its folder to the user that runs rankbot."),
    "SQLITE_CORRUPT": ("is damaged.", "Put it aside and restore a backup."),
    "SQLITE_NOTADB": ("is not an SQLite database.", "Look at [store] url: is it the right file?"),
    "SQLITE_IOERR": ("can't be read or written: the disk reports an error.", "Look at the disk; keep a backup."),
}
"""SQLite's primary result codes (sqlite.org/rescode.html), and what they mean to an operator."""

_POSTGRES = {
    "28": ("refused the user or the password.", "Look at the user and password in [store] url."),
    "3D": ("has no such database.", "Make it: createdb NAME."),
    "42501": ("denies a right.", "The user needs CREATE, and USAGE, on the schema."),
    "25": ("can't be written.", "Is it a read-only replica? Name the primary in [store] url."),
    "53100": ("has no room left on its disk.", "Free some space; nothing of the failed step was stored."),
    "XX": ("reports damaged data.", "Look at the server's log; restore a backup."),
}
"""SQLSTATE classes or codes (PostgreSQL manual, appendix A), and what they mean to an operator."""

_POSTGRES_BUGS = ("22", "23", "42")
"""What our own statements did wrong: bad values, broken constraints, bad SQL (but 42501 is a missing right)."""

_POSTGRES_BUSY = ("40001", "40P01", "53300", "55P03", "57014", "57P01", "57P02", "57P03", "57P05")
"""Lock timeouts, deadlocks, no connection left, shutting down or starting up: all pass."""

_POSTGRES_AWAY = "08"
"""The class of failed connections."""

_BUSY = re.compile(r"the database system is|too many clients|connection slots|terminating connection")
"""What a server that lets nobody in for now says to a new connection, without a code."""

_AWAY = (
    (re.compile(r"connection refused|no such file", re.IGNORECASE), "the server refused the connection"),
    (re.compile(r"timeout|timed out", re.IGNORECASE), "the server did not answer in time"),
    (
        re.compile(r"resolve|translate host|name or service|name resolution"),
        "the host's address could not be looked up",
    ),
    (re.compile(r"no route|unreachable|host is down", re.IGNORECASE), "there is no way to the host"),
    (re.compile(r"closed|reset by peer|broken pipe|is lost", re.IGNORECASE), "the server closed the connection"),
)
"""What the driver and the system say of a server that is away, and the same in plain words: a restart, or a network."""

_SAID = re.compile(r"(?:FATAL|failed|bad):\s+(?!connection to|FATAL)(\S[^\n]*)")
"""The heart of a driver's sentence, which names host and port before, and asks questions after it."""

_NEXT = "The next run tries again."


@contextmanager
def translated(where: str, *, secret: str = "") -> Iterator[None]:
    """Raises StoreBusyError or StoreError for what the database reports within; ``where`` names the store.

    ``secret``, the store's password, is taken out of what a server says, should it repeat it.
    What our own statements do wrong (a constraint, a syntax error) is a bug and goes through as it is.
    """
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        fault = _fault(error, where)
        if fault is None:
            raise
        raise type(fault)(scrub(fault.message, secret), hint=fault.hint) from error


def _fault(error: DBAPIError | sqlite3.Error, where: str) -> StoreError | None:
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return _sqlite_fault(cause, where)
    state = getattr(cause, "sqlstate", None)
    if state is not None:
        return _postgres_fault(state, str(cause), where)
    if isinstance(error, OperationalError):
        return _connection_fault(str(cause), where)
    if isinstance(error, DBAPIError) and error.statement is None:  # the driver can't make out what the address asks for
        return _refused(where, _said(str(cause)))
    return None


def _sqlite_fault(error: sqlite3.Error, where: str) -> StoreError | None:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreBusyError(f"The store {where} is held by another process.", hint=_NEXT)
    for code, (what, hint) in _SQLITE.items():
        if name.startswith(code):
            return StoreError(f"The store {where} {what}", hint=hint)
    if isinstance(error, sqlite3.OperationalError):
        return StoreError(f"The store {where} reports: {error}.")
    return None


def _postgres_fault(state: str, message: str, where: str) -> StoreError | None:
    if state.startswith(_POSTGRES_BUSY):
        return StoreBusyError(f"The store {where} is busy: {_said(message)}.", hint=_NEXT)
    if state.startswith(_POSTGRES_AWAY):
        return _away(where, "the server closed the connection")
    for code, (what, hint) in _POSTGRES.items():
        if state.startswith(code):
            return StoreError(f"The store {where} {what}", hint=hint)
    if state.startswith(_POSTGRES_BUGS):
        return None
    return StoreError(f"The store {where} reports: {_said(message)}.")


def _connection_fault(message: str, where: str) -> StoreError:
    """A failed connection has no code, only words; they hold the user's name, never the password.

    A server that is away may be back for the next run; one that answered, and refused, wants something put right.
    """
    hearts = _SAID.findall(message)
    said = _said(hearts[-1] if hearts else message)
    if _BUSY.search(message):
        return StoreBusyError(f"The store {where} is busy: {said}.", hint=_NEXT)
    away = next((words for pattern, words in _AWAY if pattern.search(message)), "")
    if away and "FATAL" not in message:
        return _away(where, away)
    return _refused(where, said)


def _refused(where: str, said: str) -> StoreError:
    hint = "Are user, password and database in [store] url right, and is it a PostgreSQL server?"
    return StoreError(f"The store {where} lets nobody in: {said}.", hint=hint)


def _away(where: str, words: str) -> StoreBusyError:
    hint = f"{_NEXT} If it lasts: is the server running, and are host and port in [store] url right?"
    return StoreBusyError(f"The store {where} can't be reached: {words}.", hint=hint)


def _said(message: str) -> str:
    """The database's own words on one line."""
    return " ".join(message.split()).rstrip(".?")
