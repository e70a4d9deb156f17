"""What happened day by day, for a digest that covers several days late: first what is true now, then the diary."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.core import sentences, wording
from bot.core.event import Event, Kind
from bot.core.view import View, handle_of
from bot.core.week import DiaryDay, DiaryLine

LINES = 8
"""Events of a day that are told; the others are counted."""
DIARY_DAYS = 31
"""Days that a diary tells: as many as are caught up at most (max_catch_up_days)."""


def diary(views: Sequence[View]) -> tuple[DiaryDay, ...]:
    """The days on which something happened, oldest first, what came and went since included."""
    told = [(event, view) for view in views for event in view.events]
    days = sorted({event.date for event, _ in told})[-DIARY_DAYS:]
    return tuple(_day(day, [pair for pair in told if pair[0].date == day], several=len(views) > 1) for day in days)


def _day(day: date, told: Sequence[tuple[Event, View]], *, several: bool) -> DiaryDay:
    ordered = sorted(told, key=lambda pair: pair[0].order)
    left = len(ordered) - LINES
    return DiaryDay(
        day=day,
        title=wording.day(day),
        lines=tuple(
            DiaryLine(handle_of(event), _line(event, view.title if several else "")) for event, view in ordered[:LINES]
        ),
        more=f"and {left} more: rankbot events --date {day}" if left > 0 else "",
    )


def _line(event: Event, title: str) -> str:
    """Such as "Ibex enters the top 10 in CLI agents, #8 with 512B"; the figures are those of its day."""
    where = f" in {title}" if title else ""
    head = f"{sentences.head(event)}{where}{sentences.because(event)}"
    if event.kind is Kind.TRENDING:
        return f"{head}, #{event.evidence.get('twin_rank')} on it"
    figures = [f"#{event.rank}" if event.rank is not None and f"#{event.rank}" not in head else ""]
    figures.append(wording.tokens(event.tokens) if event.tokens is not None else "")
    said = " with ".join(part for part in figures if part)
    return f"{head}, {said}" if said else head
