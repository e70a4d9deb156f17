"""Column types that keep what is put into them, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import re

from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """The text with what no database takes made visible: NUL and lone surrogates become U+FFFD.

    Names come from strangers, and JSON can spell both. The feed's adapter lets neither through; whatever else is
    stored (a configuration's words, a service's) passes here: PostgreSQL refuses NUL, and neither database encodes a
    surrogate.
    """
    if text.isascii() and "\0" not in text:  # nearly always: an entry has two texts, and a day has thousands
        return text
    return _UNSTORABLE.sub(REPLACEMENT, text)


class StorableText(TypeDecorator[str]):
    """Text of any origin, made storable on its way in."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's hook
        """See TypeDecorator."""
        return None if value is None else storable(value)


class WholeNumber(TypeDecorator[int]):
    """An int of any size, as decimal text: a sum of 64-bit tokens exceeds what either database counts in."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's hook
        """See TypeDecorator."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's hook
        """See TypeDecorator."""
        return None if value is None else int(value)
