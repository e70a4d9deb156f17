"""Several days in one digest: what still holds is told, what came and went is one line (detection: Several days)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bot.core import wording
from bot.core.event import Event, Kind
from bot.core.sentences import label, name
from bot.core.view import View

PASSED_LIMIT = 5
"""Items that the line about what came and went names."""


@dataclass(frozen=True, slots=True)
class Net:
    """``kept`` are the events that hold on the digest's day; ``passed`` says what does not, or is empty."""

    kept: tuple[Event, ...]
    passed: str


def net(view: View) -> Net:
    """The net of the view's events: of each item, kind and threshold one at most."""
    kept: list[Event] = []
    passed: list[Event] = []
    for events in _groups(view.events):
        last = _peak(events) if events[0].kind is Kind.SPIKE else events[-1]
        if _is_net_change(events) and _holds(last, view):
            kept.append(last)
        else:
            passed.append(events[0])
    words = [_in_short(event) for event in passed]
    return Net(tuple(kept), f"Came and went: {wording.listing(words, PASSED_LIMIT)}." if passed else "")


def _groups(events: Iterable[Event]) -> Iterable[Sequence[Event]]:
    """Events that undo or repeat one another, oldest first: of one leadership, of one item in one top, of one kind."""
    groups: dict[tuple[str, ...], list[Event]] = {}
    for event in sorted(events, key=lambda event: event.date):
        if event.kind is Kind.NEW_LEADER:
            key: tuple[str, ...] = ("leader",)
        elif event.kind in (Kind.ENTERED_TOP, Kind.LEFT_TOP):
            key = ("top", event.threshold, event.item)
        else:
            key = (event.kind, event.threshold, event.item)
        groups.setdefault(key, []).append(event)
    return groups.values()


def _peak(events: Sequence[Event]) -> Event:
    def height(event: Event) -> tuple[bool, Fraction]:
        ratio = event.evidence.get("ratio")
        return ratio is None, Fraction(ratio or 0)

    return max(events, key=height)


def _is_net_change(events: Sequence[Event]) -> bool:
    """Whether the last event leads elsewhere than where things stood on the last day told."""
    first, last = events[0], events[-1]
    if last.kind is Kind.NEW_LEADER and len(events) > 1:
        old = first.evidence.get("previous_leader")
        return not old or old["id"] != last.item
    return first.kind is last.kind


def _holds(event: Event, view: View) -> bool:
    """Whether the event is still true on the digest's day, as far as the boards tell."""
    current = view.current
    if current is None or event.date >= current.end_date:
        return True
    rank = current.rank(event.item)
    if event.kind is Kind.NEW_LEADER:
        return rank == 1
    if event.kind is Kind.ENTERED_TOP:
        return rank is not None and rank <= event.rule["n"] + event.rule.get("margin", 0)
    if event.kind is Kind.LEFT_TOP:
        return rank is None or rank > event.rule["n"]
    return event.kind is not Kind.TRENDING or _trends(event, view)


def _trends(event: Event, view: View) -> bool:
    if view.twin is None:
        return True
    rank = view.twin.rank(event.item)
    return rank is not None and rank <= event.rule["n"]


_PLACES: Mapping[Kind, str] = {
    Kind.NEW_LEADER: "at #1",
    Kind.ENTERED_TOP: "in the top {n}",
    Kind.TRENDING: "on the trending list",
    Kind.LEFT_TOP: "out of the top {n}",
}


def _in_short(event: Event) -> str:
    """Such as "Ibex in the top 10 (Fri 13 Nov)"."""
    place = _PLACES.get(event.kind, label(event.kind)).format(n=event.rule.get("n"))
    return f"{name(event)} {place} ({wording.day(event.date)})"
