"""Events: changes that a watchlist's rules call worth telling, with the evidence that proves them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

HANDLE_LENGTH = 5
"""Characters of an event's handle; the store lengthens it where two events would share one."""

ALSO_ENTERED = "also_entered"
"""In the evidence of an entry: the larger tops that the item came into by it, and that have no event of their own."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Base 32 as Crockford has it: no i, l, o or u, so that a handle can be read aloud."""


class Kind(StrEnum):
    """What happened, strongest first: where several kinds fire for one item, a digest leads with the first."""

    NEW_LEADER = "new_leader"
    ENTERED_TOP = "entered_top"
    SPIKE = "spike"
    TRENDING = "trending"
    OVERTOOK = "overtook"
    MILESTONE = "milestone"
    CLIMBED = "climbed"
    DROPPED = "dropped"
    LEFT_TOP = "left_top"
    SHARE = "share"
    MOVED = "moved"
    RENAMED = "renamed"

    @property
    def strength(self) -> int:
        """Its place among the kinds, 0 the strongest."""
        return _STRENGTHS[self]


_STRENGTHS = {kind: place for place, kind in enumerate(Kind)}


class HeldBack(StrEnum):
    """Why an event is stored but not told."""

    EXCLUDED = "excluded"
    COOLDOWN = "cooldown"


class EventStatus(StrEnum):
    """Whether any channel's digest has stated the event, or a restatement has taken it back."""

    NEW = "new"
    TOLD = "told"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True)
class Event:
    """One change worth telling. ``id`` is its handle, empty until the store gives it one.

    ``rule`` holds the parameters that the rule had. Absent ranks and tokens are None. ``previous_*`` is of
    ``previous_date``, ``compared_tokens`` of the window before (D - step). ``evidence`` holds the kind's own numbers,
    all of them JSON values, tokens as decimal strings. ``late``: it was found when its day had been judged before.
    ``revised`` is the other side of a restatement (``bot.core.revise``): of a retracted event what holds instead, of a
    late one what held before.
    """

    key: str
    date: dt.date
    previous_date: dt.date
    window_days: int
    watchlist: str
    board: str
    kind: Kind
    rule: Mapping[str, Any]
    item: str
    name: str
    rank: int | None
    previous_rank: int | None
    tokens: int | None
    previous_tokens: int | None
    compared_tokens: int | None
    as_of: str
    passive: bool = False
    held_back: HeldBack | None = None
    status: EventStatus = EventStatus.NEW
    evidence: Mapping[str, Any] = field(default_factory=dict)
    late: bool = False
    revised: Mapping[str, Any] | None = None
    id: str = ""

    @property
    def threshold(self) -> str:
        """The n, threshold, pair or way that tells events of one kind apart, as the key has it; empty if there is none.

        Slugs of models have slashes and colons of their own, so the key is not split: what is known is taken off.
        """
        before, after = f"{self.watchlist}/{self.board}/{self.kind.value}", f"/{self.item}/{self.date}"
        return self.key.removeprefix(before).removesuffix(after).removeprefix(":")

    @property
    def order(self) -> tuple[int, bool, int, str]:
        """By what the events of a day are ordered: the strongest kind first, then by rank, without one last."""
        return self.kind.strength, self.rank is None, self.rank or 0, self.key

    def to_json(self) -> dict[str, Any]:
        """The event as ``events --json`` prints it (fixed field names; tokens as strings, for they exceed a float)."""
        return {
            "id": self.id,
            "key": self.key,
            "date": self.date.isoformat(),
            "previous_date": self.previous_date.isoformat(),
            "window_days": self.window_days,
            "watchlist": self.watchlist,
            "board": self.board,
            "kind": self.kind.value,
            "rule": dict(self.rule),
            "item": {"id": self.item, "name": self.name},
            "rank": self.rank,
            "previous_rank": self.previous_rank,
            "tokens": _text(self.tokens),
            "previous_tokens": _text(self.previous_tokens),
            "compared_tokens": _text(self.compared_tokens),
            "passive": self.passive,
            "held_back": self.held_back.value if self.held_back else None,
            "status": self.status.value,
            "as_of": self.as_of,
            "evidence": dict(self.evidence),
            "late": self.late,
            "revised": dict(self.revised) if self.revised else None,
        }


def handle(key: str, length: int = HANDLE_LENGTH) -> str:
    """A short name for an event that one can type: the first ``length`` base-32 digits of its key's SHA-256."""
    number = int.from_bytes(hashlib.sha256(key.encode()).digest(), "big")
    return "".join(_ALPHABET[(number >> (256 - 5 * place)) & 31] for place in range(1, length + 1))


def _text(tokens: int | None) -> str | None:
    return None if tokens is None else str(tokens)
