"""What was probably meant by a value that is of another kind than its key wants: text to paste in its place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import time
from decimal import Decimal

_WHOLE = re.compile(r"[+-]?[0-9][0-9_,]{0,20}\Z")
_WORDS = {True: ("true", "yes", "on", "1", "y"), False: ("false", "no", "off", "0", "n")}
_CLOCK = re.compile(r"([01]?[0-9]|2[0-4])(?:[:.h]([0-5][0-9])?(?::[0-5][0-9])?)? ?(am|pm)?\Z", re.IGNORECASE)
_LARGE = 10**15
"""From here on a number is no slip of the pen: 1e999999 as a whole one would fill the memory."""
_LONGEST = 60
"""Characters of a value that a suggestion repeats; what is longer is seen better in its own line."""


def as_toml(value: object) -> str:
    """A text, number, truth or list of these, as the file would have it; empty for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, tuple | list):
        parts = [as_toml(part) for part in value]
        return f"[{', '.join(parts)}]" if all(parts) else ""
    return ""


def instead(kind: str, value: object, default: object = None) -> str:
    """What stands beside the caret under a value of the wrong kind: what was meant, or else the default.

    ``kind`` is pydantic's name of the error. Empty where there is neither.
    """
    meant = _MEANT[kind](value) if kind in _MEANT else None
    if meant is not None and len(meant) <= _LONGEST:
        return f"did you mean {meant}?"
    return such_as(default)


def such_as(default: object) -> str:
    """``such as 30``, or nothing where the default is nothing that could be pasted."""
    pasted = as_toml(default)
    return f"such as {pasted}" if pasted not in ("", '""', "[]") else ""


def _whole(value: object) -> str | None:
    if isinstance(value, str) and _WHOLE.match(value):
        return str(int(re.sub(r"[_,]", "", value)))
    if isinstance(value, Decimal) and value.is_finite() and abs(value) < _LARGE and value == int(value):
        return str(int(value))
    return None


def _truth(value: object) -> str | None:
    word = str(value).strip().casefold() if isinstance(value, str | int) else ""
    return next((as_toml(truth) for truth, words in _WORDS.items() if word in words), None)


def _text(value: object) -> str | None:
    return as_toml(str(value)) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def _list(value: object) -> str | None:
    return f"[{as_toml(value)}]" if isinstance(value, str | int | Decimal) and as_toml(value) else None


_MEANT: Mapping[str, Callable[[object], str | None]] = {
    "int_type": _whole,
    "int_from_float": _whole,
    "bool_type": _truth,
    "string_type": _text,
    "tuple_type": _list,
}


def truth_meant(value: object) -> str:
    """``did you mean true?``, or nothing."""
    meant = _truth(value)
    return f"did you mean {meant}?" if meant else ""


def time_meant(value: object) -> str:
    """The local time that a number, a time of TOML's, or another way of writing it stands for, as the file wants it."""
    if isinstance(value, time):
        return f"{value:%H:%M}"
    found = _CLOCK.match(str(value).strip()) if isinstance(value, str | int) and not isinstance(value, bool) else None
    if found is None:
        return ""
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").casefold()
    if half and not 1 <= hour <= 12:
        return ""
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return f"{hour % 24:02}:{minute:02}"
