"""Moves and overtakes of what is always shown: the line that shows an item's rank tells them, and no other does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core import proofs, sentences, standing, ways, wording
from bot.core.digest import Proof, Standing
from bot.core.event import Event, Kind
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


def told(lines: Sequence[Standing], events: Sequence[Event]) -> tuple[Standing, ...]:
    """The lines with the events that they tell: whom an item passed is said, and each event is proved."""
    return tuple(_told(line, [event for event in events if event.item == line.item]) for line in lines)


def _told(line: Standing, events: Sequence[Event]) -> Standing:
    if not events:
        return line
    passed = [ways.passed(event) for event in events if event.kind is Kind.OVERTOOK]
    unsaid = [name for name in passed if f"ahead of {name}" not in line.gap.split(", ")[0]]
    said = f"passes {wording.listing(unsaid, NAMED)}" if unsaid else ""
    return replace(
        line,
        gap=", ".join(part for part in (said, line.gap) if part),
        proof="" if passed else line.proof,
        moves=tuple(Proof(handle_of(event), proofs.why(event), sentences.head(event)) for event in events),
    )
