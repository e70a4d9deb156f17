"""The kinds of values that keys hold, each with its check. A check raises Wrong, with the rule in a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import (
    AfterValidator,
    BeforeValidator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

from bot.config.meant import time_meant
from bot.config.wrong import Wrong, did_you_mean, nearest
from bot.core.text import clean

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The days of the week as the configuration names them; their indices are those of ``date.weekday``."""
NAME = re.compile(r"[a-z0-9][a-z0-9_-]*\Z", re.IGNORECASE)
"""The name of a channel, and the id of a watchlist: it stands in event keys and file names."""
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])\Z")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""What ends a line, or is no part of one."""


def shown(value: str) -> str:
    """A value as an error cites it: on one line, short, in backticks."""
    return f"`{clean(value)}`"


def text_of(value: Any, wants: str, *, under: str = "") -> str:
    """The value, if it is text; ``wants`` is the rule otherwise."""
    if not isinstance(value, str):
        raise Wrong(wants, under=under)
    return value


# ── choices, numbers, plain text ─────────────────────────────────────────────────────────────────────────────


def one_of(*choices: str) -> BeforeValidator:
    """One of a few words."""
    listed = ", ".join(f'"{choice}"' for choice in choices)

    def check(value: Any, info: ValidationInfo) -> str:
        if not isinstance(value, str):
            raise Wrong(f"`{info.field_name}` wants one of {listed}")
        if value not in choices:
            near = did_you_mean(value, choices)
            raise Wrong(f"{shown(value)} is not a `{info.field_name}`", under=near or f"it is one of {listed}")
        return value

    return BeforeValidator(check)


@dataclass(frozen=True, slots=True)
class _Whole:
    """The limits of a whole number, both included, for errors and for editors."""

    low: int
    high: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "minimum": self.low, "maximum": self.high}

    def _check(self, value: int, info: ValidationInfo) -> int:
        if not self.low <= value <= self.high:
            raise Wrong(f"`{info.field_name}` goes from {self.low:,} to {self.high:,}")
        return value


def whole(low: int, high: int) -> _Whole:
    """The limits of a whole number, both included."""
    return _Whole(low, high)


LONGEST_ANSWER = 120
"""Seconds that one answer of the feed may take: a process beats after each, and counts as dead after five minutes."""


def _seconds(value: Any) -> float:
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool) and Decimal(value).is_finite()
    if not is_number or not Decimal("0.1") <= value <= LONGEST_ANSWER:
        raise Wrong(f"`timeout_seconds` wants a number from 0.1 to {LONGEST_ANSWER}")
    return float(value)


def times(seconds: tuple[int, ...]) -> tuple[int, ...]:
    """When to look for a message: at least once, or it would be sent again unseen."""
    if not seconds:
        raise Wrong("`look_seconds` wants at least one time")
    return seconds


def _line(value: str) -> str:
    if CONTROL.search(value):
        plain = " ".join(CONTROL.sub(" ", value).split())
        under = f'did you mean "{clean(plain)}"?' if plain else "leave it out"
        raise Wrong("this text must stand on one line, without control characters", under=under)
    return value


def check_filled(value: str) -> str:
    """The value, a line of text, if it is not empty."""
    if not _line(value).strip():
        raise Wrong("this must not be empty", under="leave it out")
    return value


LINE = r"^[^\x00-\x1f]*[^\x00-\x1f\s][^\x00-\x1f]*$"
"""A line with something on it, as an editor checks it."""
Seconds = Annotated[
    float, BeforeValidator(_seconds), WithJsonSchema({"type": "number", "minimum": 0.1, "maximum": LONGEST_ANSWER})
]
Filled = Annotated[str, AfterValidator(check_filled), WithJsonSchema({"type": "string", "pattern": LINE})]


# ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────


_A_ZONE = 'such as "Europe/Berlin" or "UTC"'


def _zone(value: Any) -> ZoneInfo:
    name = text_of(value, "`timezone` wants the name of a time zone", under=_A_ZONE)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # no name, or that of a folder, or of a file of another kind
        raise _no_zone(name) from None


def _no_zone(name: str) -> Wrong:
    """The error for what is no zone. To list all of them takes as long as to read all the rest of a configuration."""
    zones = available_timezones()
    cities = {zone.rpartition("/")[2]: zone for zone in sorted(zones, reverse=True)}
    city = nearest(name.rpartition("/")[2].replace(" ", "_"), cities, cutoff=0.8)
    near = nearest(name, zones, cutoff=0.8) or (cities[city] if city else None)
    under = f'did you mean "{near}"?' if near else _A_ZONE
    return Wrong(f"{shown(name)} is not a time zone", under=under)


def _time(value: Any) -> time:
    found = _TIME.match(value) if isinstance(value, str) else None
    if found is None:
        raise _no_time(value)
    return time(int(found[1]), int(found[2]))


def _no_time(value: Any) -> Wrong:
    meant = time_meant(value)
    if meant:
        return Wrong('`at` wants a time such as "09:00"', under=f'did you mean "{meant}"?')
    cited = f"{shown(value)} is not a time of day" if isinstance(value, str) else "`at` wants a time of day"
    return Wrong(cited, under='such as "09:00"')


def _days(value: Any) -> frozenset[int]:
    if value == "daily":
        return frozenset(range(7))
    if value == "weekdays":
        return frozenset(range(5))
    if not isinstance(value, tuple) or not value:
        near = _one_day(value)
        raise Wrong(
            '`days` wants "daily", "weekdays", or a list of days',
            under=f'did you mean ["{near}"]?' if near else 'such as ["mon", "thu"]',
        )
    return frozenset(_weekday(day, index) for index, day in enumerate(value))


def _weekday(day: Any, index: int) -> int:
    if isinstance(day, str) and day in DAYS:
        return DAYS.index(day)
    near = _one_day(day)
    cited = shown(day) if isinstance(day, str) else "this"
    under = f'did you mean "{near}"?' if near else f'such as "mon" ({", ".join(DAYS[1:])})'
    raise Wrong(f"{cited} is not a day of the week", under=under, inside=(index,))


def _one_day(value: Any) -> str | None:
    return next((day for day in DAYS if isinstance(value, str) and value.casefold().startswith(day)), None)


_DAYS_SCHEMA = {
    "anyOf": [
        {"enum": ["daily", "weekdays"]},
        {"type": "array", "items": {"enum": list(DAYS)}, "minItems": 1},
    ]
}
_ZONE_SCHEMA = {"type": "string", "pattern": "^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$", "examples": ["Europe/Berlin"]}
_TIME_SCHEMA = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$", "examples": ["09:00"]}
Zone = Annotated[ZoneInfo, BeforeValidator(_zone), WithJsonSchema(_ZONE_SCHEMA)]
At = Annotated[time, BeforeValidator(_time), WithJsonSchema(_TIME_SCHEMA)]
Days = Annotated[frozenset[int], BeforeValidator(_days), WithJsonSchema(_DAYS_SCHEMA)]
