"""What the Data API answers to a request: parameters in, status, headers and JSON out. No socket and no clock.

Parameters, defaults and refusals follow the published OpenAPI document; what it leaves open is said where it is
decided.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from bot.core.ranking import APP_PAGE, FIRST_DAY, MAX_WINDOW_DAYS, Sort
from bot.core.taxonomy import CATEGORIES, CATEGORY_OF
from bot.sandbox.source import AppView, Missing, Source, last_completed_day

ROOT = "/api/v1"
DEFAULT_DAYS = 30
"""A window without a start is this long, both ends included, as in the documented example 04-12 to 05-11."""
DEFAULT_LIMIT = 50
MAX_OFFSET = 100
SAMPLE_HEADER = "X-Rankbot-Sample"


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked. ``headers`` has lower-case names; of a repeated parameter the last value counts."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def key(self) -> str:
        """The bearer key, or an empty text."""
        scheme, _, key = self.headers.get("authorization", "").partition(" ")
        return key.strip() if scheme.lower() == "bearer" else ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back. ``truncate_after`` cuts the connection after so many bytes of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    truncate_after: int | None = None


class _RefusedError(Exception):
    """A parameter that the feed answers with 400; never leaves this module."""


def refusal(status: int, message: str, *, headers: Mapping[str, str] | None = None) -> Answer:
    """An error in the documented shape."""
    return _json(status, {"error": {"code": status, "message": message}}, headers or {})


def compose(request: Request, source: Source, now: datetime) -> Answer:
    """The answer of an endpoint to an authenticated request; every path of ``ENDPOINTS`` is served."""
    answers = {"datasets/app-rankings": _apps, "datasets/rankings-daily": _models, "models": _catalogue}
    try:
        return answers[endpoint(request.path)](request.query, source, now)
    except _RefusedError as error:
        return refusal(400, str(error))


ENDPOINTS = frozenset({"datasets/app-rankings", "datasets/rankings-daily", "models"})


def endpoint(path: str) -> str:
    """The path below the API's root, or an empty text where it is not below it."""
    return path.removeprefix(f"{ROOT}/") if path.startswith(f"{ROOT}/") else ""


# ── the three endpoints ──────────────────────────────────────────────────────────────────────────────────────


def _apps(query: Mapping[str, str], source: Source, now: datetime) -> Answer:
    category, subcategory = _scope(query)
    sort = _choice(query, "sort", [sort.value for sort in Sort]) or Sort.POPULAR
    start, end = _window(query, now)
    limit = _number(query, "limit", default=DEFAULT_LIMIT, low=1, high=APP_PAGE)
    offset = _number(query, "offset", default=0, low=0, high=MAX_OFFSET)
    table = source.apps(AppView(start, end, category, subcategory, Sort(sort)), now)
    if isinstance(table, Missing):
        return refusal(404, table.message)
    page = table.rows[offset : offset + limit]
    data = [
        {
            "rank": rank,
            "app_id": row.app_id,
            "app_name": row.name,
            "total_tokens": str(row.tokens),
            "total_requests": row.requests,
        }
        for rank, row in enumerate(page, start=offset + 1)
    ]
    return _dataset(data, table.as_of, start, end)


def _models(query: Mapping[str, str], source: Source, now: datetime) -> Answer:
    start, end = _window(query, now)
    table = source.models(start, end, now)
    data = [
        {"date": day.isoformat(), "model_permaslug": slug, "total_tokens": str(tokens)}
        for day, slug, tokens in table.rows
    ]
    return _dataset(data, table.as_of, start, end)


def _catalogue(_query: Mapping[str, str], source: Source, now: datetime) -> Answer:
    models = source.catalogue(now)
    return refusal(404, models.message) if isinstance(models, Missing) else _json(200, {"data": list(models)}, {})


def _dataset(data: list[dict[str, Any]], as_of: str, start: date, end: date) -> Answer:
    meta = {"as_of": as_of, "version": "v1", "start_date": start.isoformat(), "end_date": end.isoformat()}
    return _json(200, {"data": data, "meta": meta}, {})


def _json(status: int, body: dict[str, Any], headers: Mapping[str, str]) -> Answer:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Answer(status, {"Content-Type": "application/json", **headers}, text.encode())


# ── the parameters ───────────────────────────────────────────────────────────────────────────────────────────


def _window(query: Mapping[str, str], now: datetime) -> tuple[date, date]:
    """The resolved window.

    Undocumented, decided here: an end that is not over yet becomes the last completed day (observed: asking for
    today gives yesterday, asking for nothing but today is refused); the span is measured after the start was clamped.
    """
    asked_start, asked_end = _day(query, "start_date"), _day(query, "end_date")
    if asked_start and asked_end and asked_start > asked_end:
        raise _RefusedError("start_date must not be after end_date.")
    last = last_completed_day(now)
    end = min(asked_end, last) if asked_end else last
    if end < FIRST_DAY:
        raise _RefusedError(f"end_date must be on or after {FIRST_DAY}.")
    start = max(asked_start or end - timedelta(days=DEFAULT_DAYS - 1), FIRST_DAY)
    if start > end:
        raise _RefusedError(f"start_date must not be after {end}, the last completed UTC day of the window.")
    if (end - start).days + 1 > MAX_WINDOW_DAYS:
        raise _RefusedError(f"The window must not span more than {MAX_WINDOW_DAYS} days.")
    return start, end


def _day(query: Mapping[str, str], name: str) -> date | None:
    text = query.get(name)
    if text is None:
        return None
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise _RefusedError(f"{name} is not a day of the calendar.") from error
    raise _RefusedError(f"{name} must be a date such as 2026-05-11.")


def _number(query: Mapping[str, str], name: str, *, default: int, low: int, high: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if re.fullmatch(r"[0-9]{1,9}", text) and low <= int(text) <= high:
        return int(text)
    raise _RefusedError(f"{name} must be a whole number from {low} to {high}.")


def _choice(query: Mapping[str, str], name: str, values: list[str]) -> str | None:
    value = query.get(name)
    if value is not None and value not in values:
        raise _RefusedError(f"{name} must be one of {', '.join(values)}.")
    return value


def _scope(query: Mapping[str, str]) -> tuple[str | None, str | None]:
    category = _choice(query, "category", list(CATEGORIES))
    subcategory = _choice(query, "subcategory", list(CATEGORY_OF))
    if category and subcategory and CATEGORY_OF[subcategory] != category:
        raise _RefusedError(f"subcategory {subcategory} does not belong to category {category}.")
    return category, subcategory
