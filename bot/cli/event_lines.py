"""Events as rows: a line each, or below their day where a terminal is too narrow for that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from bot.cli.explained import NETTED
from bot.cli.tables import fits, table
from bot.core import wording
from bot.core.text import clean

if TYPE_CHECKING:
    from bot.core.event import Event
    from bot.wiring import House


def event_lines(house: House, events: Sequence[Event]) -> None:
    """Prints stored events: ID, day, watchlist, rule, who, ranks, what became of it; if restated, both figures."""
    called, netted = _called(house, events), house.store.netted()
    _lines(
        [
            (
                event.date,
                [
                    event.id,
                    event.watchlist,
                    *_said(event, called),
                    _held(event) or (NETTED if event.id in netted else event.status.value),
                ],
            )
            for event in events
        ],
        fold=3,
        below={number: _restated(event) for number, event in enumerate(events) if event.revised is not None},
    )


def tested_lines(house: House, events: Sequence[Event]) -> None:
    """Prints the events of a backtest of one watchlist: the same less the watchlist; what holds one back, if that."""
    called = _called(house, events)
    _lines([(event.date, [event.id, *_said(event, called), _held(event)]) for event in events], fold=2)


def _lines(dated: Sequence[tuple[date, list[str]]], *, fold: int, below: Mapping[int, str] | None = None) -> None:
    """Rows with their days: ``fold`` is the column of the rows that is folded where they are too long even so."""
    whole = [[row[0], day.isoformat(), *row[1:]] for day, row in dated]
    if fits(whole):
        table(whole, fold=fold + 1, below=below)
        return
    days = [day for day, _ in dated]
    heads = {n: f"  {wording.day(day)} {day.year}" for n, day in enumerate(days) if not n or day != days[n - 1]}
    table([row for _, row in dated], fold=fold, indent=4, heads=heads, below=below)


def called_now(house: House, names: Mapping[str, str]) -> dict[str, str]:
    """The items' names, of models as in the newest catalogue, the others as they are given; no two of them alike."""
    from bot.core.naming import told_apart

    catalogue = house.store.catalogue(date.max)
    return told_apart({**names, **(catalogue.names(names) if catalogue else {})})


def _called(house: House, events: Sequence[Event]) -> dict[str, str]:
    """What the items of events are called, those that were passed included."""
    names = {event.item: event.name for event in events}
    for event in events:
        if "passed" in event.evidence:
            names.setdefault(event.evidence["passed"]["id"], event.evidence["passed"]["name"])
    return called_now(house, names)


def _said(event: Event, called: Mapping[str, str]) -> list[str]:
    """The rule, who it is about, and their ranks on the day before and on the day."""
    from bot.core.parts import claim

    name = clean(called[event.item])
    ranks = f"{_rank(event.previous_rank)} → {_rank(event.rank)}"
    if "passed" in event.evidence:
        return [event.kind.value, f"{name} > {clean(called[event.evidence['passed']['id']])}", ranks]
    return [claim(event), name, ranks]


def _restated(event: Event) -> str:
    """What was told and what holds of an event whose day was restated, in their figures."""
    from bot.core import sides
    from bot.core.event import EventStatus

    own, other = sides.told(event), sides.other(event)
    before, now = (own, other) if event.status is EventStatus.RETRACTED else (other, own)
    return sides.figures(event, before, now)


def _held(event: Event) -> str:
    return event.held_back.value if event.held_back else ""


def _rank(rank: int | None) -> str:
    return f"#{rank}" if rank else "–"
