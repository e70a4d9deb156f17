"""What a sandbox answers from: the shape that the generated world and a folder of recordings share.

All tokens are exact whole numbers, all dates UTC dates, all times aware UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from bot.core.ranking import Sort


@dataclass(frozen=True, slots=True)
class AppView:
    """Which ranking of apps is asked for: an inclusive window, a filter and a sort.

    Where ``subcategory`` is set, it alone filters: the pair was found consistent before.
    """

    start: date
    end: date
    category: str | None = None
    subcategory: str | None = None
    sort: Sort = Sort.POPULAR

    @property
    def days(self) -> int:
        """The window's length."""
        return (self.end - self.start).days + 1


@dataclass(frozen=True, slots=True)
class AppRow:
    """One app of a ranking, in rank order; its rank is its place in the list."""

    app_id: int
    name: str
    tokens: int
    requests: int


@dataclass(frozen=True, slots=True)
class AppTable:
    """Every rank of the view that is known. ``as_of`` is text to be repeated to the letter."""

    rows: Sequence[AppRow]
    as_of: str


@dataclass(frozen=True, slots=True)
class ModelTable:
    """The rows of some days as they go into the answer: (date, permaslug, tokens), ``other`` last within its date."""

    rows: Sequence[tuple[date, str, int]]
    as_of: str


@dataclass(frozen=True, slots=True)
class Missing:
    """There is nothing to answer with; ``message`` says what there is instead."""

    message: str


class Source(Protocol):
    """Where the figures come from. ``now`` is the moment of the request."""

    kind: str
    """``generated`` or ``recorded``: what the sample header says."""

    def apps(self, view: AppView, now: datetime) -> AppTable | Missing:
        """All ranks of a view."""
        ...

    def models(self, start: date, end: date, now: datetime) -> ModelTable:
        """The model days from ``start`` to ``end`` that there are, if any."""
        ...

    def catalogue(self, now: datetime) -> Sequence[dict[str, Any]] | Missing:
        """The models that can be called, in the shape of GET /models."""
        ...


def last_completed_day(now: datetime) -> date:
    """The UTC day that ended last."""
    return now.astimezone(UTC).date() - timedelta(days=1)


def timestamp(moment: datetime) -> str:
    """A time as the feed writes it: ``2026-09-29T00:53:21.675Z``."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
