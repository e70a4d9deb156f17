"""Answers that are kept as long as whoever gives them, and no longer."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec, TypeVar, cast
from weakref import WeakMethod

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


def kept(method: Callable[Asked, Answer], at_most: int | None = None) -> Callable[Asked, Answer]:
    """An object's own method, which computes each answer once; of the last ``at_most`` questions, or of all.

    The object holds what this returns, and is not held by it. With ``lru_cache`` alone the two would be a ring: all
    that was kept would stay in memory, though nobody can ask for it, until Python looks for rings. A cycle's history
    has twenty thousand lines.
    """
    whose = WeakMethod(method)

    @lru_cache(maxsize=at_most)
    def answer(*asked: Asked.args, **named: Asked.kwargs) -> Answer:
        own = whose()
        if own is None:
            raise ReferenceError("whoever answers is gone: hold it as long as it is asked")
        return own(*asked, **named)

    return cast("Callable[Asked, Answer]", answer)
