"""The whole error tree of rankbot, on one page.

Every message is written for the operator: what failed, on which thing. ``hint`` says what to do about it.
No message ever carries a secret. A failure that is none of these is a bug, and keeps its traceback.
"""

from __future__ import annotations

from dataclasses import dataclass


class RankbotError(Exception):
    """Something failed that an operator can understand.

    ``message`` says what failed and on which thing; ``hint``, if any, what to do.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


# ── the configuration ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about a configuration file.

    ``line`` and ``column`` count from 1 and are 0 where there is no place in the file to point at. ``excerpt`` is the
    guilty line with a caret under the guilty token, ready to print. ``note`` marks what is valid, but surely not meant.
    """

    file: str
    line: int
    column: int
    message: str
    excerpt: str = ""
    note: bool = False

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        head = f"{where}  {'note: ' if self.note else ''}{self.message}"
        return f"{head}\n{self.excerpt}" if self.excerpt else head


class ConfigError(RankbotError):
    """The configuration can't be used; ``problems`` holds every error of the file, in file order."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class UsageError(RankbotError):
    """A command was called with something that does not exist or does not fit."""


# ── the feed ─────────────────────────────────────────────────────────────────────────────────────────────────


class FeedError(RankbotError):
    """The feed did not give a usable answer."""


class FeedTransientError(FeedError):
    """Asking again later may help. ``retry_after`` is in seconds where the feed named a time."""

    def __init__(self, message: str, *, hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class FeedRateLimitError(FeedTransientError):
    """The feed said 429, or wants to be left alone since: nothing more is asked for in this cycle."""


class BudgetExhaustedError(FeedTransientError):
    """Today's requests are used up; nothing was sent."""


class FeedPermanentError(FeedError):
    """Asking again will not help: the key, the address or the request is wrong."""


class FeedRefusedError(FeedPermanentError):
    """The feed refuses the key or the account (401, 402, 403): nothing more is asked for in this cycle."""


class FeedMalformedError(FeedError):
    """An answer came, but it is not what is documented. It is quarantined, never stored."""


# ── the store ────────────────────────────────────────────────────────────────────────────────────────────────


class StoreError(RankbotError):
    """The database can't be used as it is."""


class StoreBusyError(StoreError):
    """The database is held by another process, or away for now; the next run tries again."""


class StoreTooNewError(StoreError):
    """The database was written by a newer rankbot."""


# ── messages ─────────────────────────────────────────────────────────────────────────────────────────────────


class TemplateError(RankbotError):
    """A template can't be rendered."""
