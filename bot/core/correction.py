"""What became of events after their days were judged (stand-in for the wording)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.core import wording
from bot.core.digest import Provenance, Revision, cite, moment
from bot.core.event import Event
from bot.core.ranking import Board, Dataset


class Turn(StrEnum):
    """What became of an event after its day was judged."""

    RETRACTED = "retracted"
    RESTORED = "restored"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Correction:
    """An event, and what became of it. ``headed``: the headline that told it named it."""

    event: Event
    turn: Turn
    headed: bool = False


def revisions(corrections: Sequence[Correction], titles: Mapping[str, str]) -> tuple[Revision, ...]:
    """The lines."""
    return tuple(
        Revision(one.event.id, f"{one.turn.value}: {one.event.name}", "", "", "", headed=one.headed)
        for one in corrections
    )


def subject(correction: Correction) -> str:
    """The headline."""
    return f"Revised: {correction.event.name}"


def provenance(corrections: Sequence[Correction], checked: date, *, sample: bool) -> Provenance:
    """Where the figures of these corrections come from: a citation a dataset, with the earliest ``as_of`` shown."""
    shown: dict[Dataset, list[str]] = {}
    for one in corrections:
        quoted = (one.event.as_of, (one.event.revised or {}).get("as_of"))
        shown.setdefault(Board.parse(one.event.board).dataset, []).extend(as_of for as_of in quoted if as_of)
    citations = tuple(cite(dataset, min(as_ofs, key=moment)) for dataset, as_ofs in sorted(shown.items()))
    return Provenance(citations, wording.full_day(checked), sample=sample)
