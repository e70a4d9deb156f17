"""Moves and overtakes of what is always shown: the line that shows an item's rank tells them, and no other does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core import proofs, sentences, standing, ways, wording
from bot.core.digest import Proof, Standing
from bot.core.event import Event, Kind
from bot.core.first_place import rivals
from bot.core.view import View, handle_of

_SHOWN = (Kind.MOVED, Kind.OVERTOOK)
NAMED = 2
"""Whom a line names at most of those that its item passed."""


def shown(view: View, events: Sequence[Event]) -> tuple[Event, ...]:
    """Those of the events that the view's standing tells, which has both ranks of each item."""
    if not any(event.kind in _SHOWN for event in events):
        return ()
    items = {line.item for line in standing.standings(view)}
    return tuple(event for event in events if event.kind in _SHOWN and event.item in items)


def told(lines: Sequence[Standing], events: Sequence[Event], *, news: Sequence[Event] = ()) -> tuple[Standing, ...]:
    """The lines with the events that they tell: whom an item passed is said, and each event is proved.

    ``news`` are the view's other events: who took #1 from whom is said there, and not here as well.
    """
    dethroned = {rivals(event) for event in news if event.kind is Kind.NEW_LEADER}
    return tuple(_told(line, [event for event in events if event.item == line.item], dethroned) for line in lines)


def _told(line: Standing, events: Sequence[Event], dethroned: set[frozenset[str | None]]) -> Standing:
    if not events:
        return line
    overtakes = [event for event in events if event.kind is Kind.OVERTOOK]
    passed = [
        ways.passed(event)
        for event in overtakes
        if frozenset((event.item, event.evidence["passed"]["id"])) not in dethroned
    ]
    unsaid = [name for name in passed if f"ahead of {name}, " not in f"{line.gap}, "]
    said = f"passes {wording.listing(unsaid, NAMED)}" if unsaid else ""
    return replace(
        line,
        gap=", ".join(part for part in (said, line.gap) if part),
        proof="" if overtakes else line.proof,
        moves=tuple(Proof(handle_of(event), proofs.why(event), sentences.head(event)) for event in events),
    )
