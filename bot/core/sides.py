"""The two sides of a restatement: where an item stood before it and stands now, and both in figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core import text, wording
from bot.core.event import Event, Kind

NAMED = 3
"""Items above another that are named. No restatement keeps more, so none is counted."""


@dataclass(frozen=True, slots=True)
class Side:
    """Where the item stood, before a restatement or after it; nothing is known where that day was not stored."""

    rank: int | None
    tokens: int | None
    as_of: str

    @property
    def is_known(self) -> bool:
        """Whether anything is."""
        return bool(self.as_of) or self.rank is not None or self.tokens is not None


def told(event: Event) -> Side:
    """The event's own side; of a trending event its place on the trending list, which is not ranked by tokens."""
    if event.kind is Kind.TRENDING:
        return Side(event.evidence.get("twin_rank"), None, event.as_of)
    return Side(event.rank, event.tokens, event.as_of)


def other(event: Event) -> Side | None:
    """The other side, as far as the restatement kept it; None where there is none."""
    if event.revised is None:
        return None
    rank = event.revised.get("rank")
    tokens = None if event.kind is Kind.TRENDING else event.revised.get("tokens")
    whole = None if tokens is None else int(tokens)
    return Side(None if rank is None else int(rank), whole, str(event.revised.get("as_of") or ""))


def figures(event: Event, before: Side | None, now: Side | None) -> str:
    """Both values with both times: "Before: #10, 462B, as of …. Now: #11, 462B (unchanged), as of …."."""
    old, new = amounts(before.tokens if before else None, now.tokens if now else None)
    if new and old == new:
        new = f"{new} (unchanged)"
    sides = (("Before", before, old), ("Now", now, new))
    sentences = [f"{when}: {_figure(event, side, amount)}." for when, side, amount in sides if side]
    if before and now and now.rank is not None:
        sentences += _above(event)
    return " ".join(sentences)


def _figure(event: Event, side: Side, tokens: str) -> str:
    if not side.is_known:
        return "not stored"
    as_of = f"as of {text.clean(side.as_of)}" if side.as_of else ""
    return ", ".join(part for part in (place(event, side.rank), tokens, as_of) if part)


def _above(event: Event) -> Iterator[str]:
    """The tokens of those that are listed above the item again; nothing of the trending list (see ``told``)."""
    came = () if event.kind is Kind.TRENDING else (event.revised or {}).get("came") or ()
    if came:
        words = [f"{text.clean(str(one['name']))} {wording.tokens(int(one['tokens']))}" for one in came]
        yield f"Above it now: {wording.listing(words, NAMED)}."


def place(event: Event, rank: int | None) -> str:
    """A rank on the list that the event is about: "#10", "not listed", "#3 on the trending list"."""
    if event.kind is Kind.TRENDING:
        return "not on the trending list" if rank is None else f"#{rank} on the trending list"
    return "not listed" if rank is None else f"#{rank}"


def differ(first: int | None, second: int | None) -> bool:
    """Whether both numbers are known and are different ones."""
    return first is not None and second is not None and first != second


def amounts(first: int | None, second: int | None) -> tuple[str, str]:
    """Tokens to three digits; to the last digit where different ones would read the same; empty where unknown."""
    words = ["" if number is None else wording.tokens(number) for number in (first, second)]
    if differ(first, second) and words[0] == words[1]:
        words = [wording.exact(number or 0) for number in (first, second)]
    return words[0], words[1]
