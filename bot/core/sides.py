"""The two sides of a restatement: where an item stood before it and stands now, and both in figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core import absence, text, wording
from bot.core.event import Event, Kind

NAMED = 3
"""Items above another that are named. No restatement keeps more, so none is counted."""


@dataclass(frozen=True, slots=True)
class Side:
    """Where the item stood, before a restatement or after it; nothing is known where that day was not stored.

    ``read``: how much of the list was, where that was kept.
    """

    rank: int | None
    tokens: int | None
    as_of: str
    read: absence.Reading = absence.UNKNOWN

    @property
    def is_known(self) -> bool:
        """Whether anything is."""
        return bool(self.as_of) or self.rank is not None or self.tokens is not None


def told(event: Event) -> Side:
    """The event's own side; of a trending event its place on the trending list, which is not ranked by tokens."""
    revised = event.revised or {}
    read = absence.Reading.kept(revised, absence.OWN_DEPTH) if absence.OWN_DEPTH in revised else absence.now(event)
    if event.kind is Kind.TRENDING:
        return Side(event.evidence.get("twin_rank"), None, event.as_of, read)
    return Side(event.rank, event.tokens, event.as_of, read)


def other(event: Event) -> Side | None:
    """The other side, as far as the restatement kept it; None where there is none."""
    if event.revised is None:
        return None
    rank = event.revised.get("rank")
    tokens = None if event.kind is Kind.TRENDING else event.revised.get("tokens")
    whole = None if tokens is None else int(tokens)
    as_of, read = str(event.revised.get("as_of") or ""), absence.Reading.kept(event.revised, absence.DEPTH)
    return Side(None if rank is None else int(rank), whole, as_of, read)


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
    return ", ".join(part for part in (place(event, side), tokens, as_of) if part)


def _above(event: Event) -> Iterator[str]:
    """The tokens of those that are listed above the item again; nothing of the trending list (see ``told``)."""
    came = () if event.kind is Kind.TRENDING else (event.revised or {}).get("came") or ()
    if came:
        words = [f"{text.clean(str(one['name']))} {wording.tokens(int(one['tokens']))}" for one in came]
        yield f"Above it now: {wording.listing(words, NAMED)}."


def place(event: Event, side: Side) -> str:
    """A place on the list that the event is about: "#10", "outside the top 100", "#3 on the trending list"."""
    if event.kind is Kind.TRENDING:
        return side.read.off("the trending list") if side.rank is None else f"#{side.rank} on the trending list"
    return side.read.absent if side.rank is None else f"#{side.rank}"


def differ(first: int | None, second: int | None) -> bool:
    """Whether both numbers are known and are different ones."""
    return first is not None and second is not None and first != second


def amounts(first: int | None, second: int | None) -> tuple[str, str]:
    """Tokens to three digits; to the last digit where different ones would read the same; empty where unknown."""
    words = ["" if number is None else wording.tokens(number) for number in (first, second)]
    if differ(first, second) and words[0] == words[1]:
        words = [wording.exact(number or 0) for number in (first, second)]
    return words[0], words[1]
