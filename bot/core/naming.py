"""What an item is called: its id is its identity, and of the names that it bears the one that lasts is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from bot.core.event import Event
from bot.core.history import KEPT, History, HistoryView
from bot.core.kept import kept
from bot.core.ranking import Board, Snapshot
from bot.core.text import clean
from bot.core.view import View

LOOK_BACK = timedelta(days=31)
"""How far back sightings count: older ones no longer say what an item is called."""
APART = 28
"""Characters of a name that bears its id: as many as a headline has for a name."""

Sightings = Mapping[str, Sequence[tuple[date, str]]]
"""(end date of a window, name that it gave) by item."""


def shown(sightings: Iterable[tuple[date, str]]) -> str:
    """The newest name that the item bore on two days running, of those on which it was seen.

    Where none has held that long, it is the first that was seen: a name that flips does not make the shown one flip.
    Of several names on both days (boards are fetched minutes apart) the oldest counts. There is at least one sighting.
    """
    seen = sorted(sightings, reverse=True)
    later: set[str] = set()
    for _, lines in groupby(seen, key=itemgetter(0)):
        names = {name for _, name in lines}
        held = names & later
        if held:
            return min(held, key=lambda name: (min(day for day, other in seen if other == name), name))
        later = names
    return seen[-1][1]


def names(at_hand: Mapping[str, str], sightings: Sightings) -> dict[str, str]:
    """What each item is called; by the name at hand, where no sightings tell otherwise."""
    return {item: shown(sightings[item]) if sightings.get(item) else name for item, name in at_hand.items()}


def told_apart(called: Mapping[str, str]) -> dict[str, str]:
    """The same names, but those that would read alike bear their ids: "pi (id 2853275)"."""
    bearers: dict[str, list[str]] = {}
    for item, name in called.items():
        bearers.setdefault(clean(name).casefold(), []).append(item)
    shared = {item for items in bearers.values() if len(items) > 1 for item in items}
    return {item: _with_id(item, name) if item in shared else name for item, name in called.items()}


def _with_id(item: str, name: str) -> str:
    identity = f" (id {clean(item)})"
    return f"{clean(name, max(APART - len(identity), 1))}{identity}"


def renamed(snapshot: Snapshot, called: Mapping[str, str]) -> Snapshot:
    """The snapshot with these names in place of its own."""
    if all(called.get(entry.item, entry.name) == entry.name for entry in snapshot.entries):
        return snapshot
    entries = (
        replace(entry, name=name) if (name := called.get(entry.item, entry.name)) != entry.name else entry
        for entry in snapshot.entries
    )
    return replace(snapshot, entries=tuple(entries))


class Renaming(HistoryView):
    """A History whose snapshots can be had by other names, each made once for as long as its items are called alike.

    From one day to the next, and from one board to another, few items are called otherwise.
    """

    def __init__(self, history: History) -> None:
        super().__init__(history)
        self._made = kept(self._make, KEPT)

    def called(self, board: Board, end_date: date, called: Mapping[str, str]) -> Snapshot | None:
        """The snapshot with its items called like that."""
        snapshot = self.at(board, end_date)
        if snapshot is None or not called:
            return snapshot
        came = snapshot.by_item
        other = tuple((item, name) for item, name in called.items() if item in came and came[item].name != name)
        return self._made(board, end_date, other) if other else snapshot

    def _make(self, board: Board, end_date: date, called: tuple[tuple[str, str], ...]) -> Snapshot | None:
        snapshot = self.at(board, end_date)
        return renamed(snapshot, dict(called)) if snapshot else None


class NamedHistory(HistoryView):
    """A History whose snapshots call the items as ``called`` says.

    `borne`, `listed`, `sightings` and `lines` have the names that came, not these.
    """

    def __init__(self, history: Renaming, called: Mapping[str, str]) -> None:
        super().__init__(history)
        self._renaming = history
        self._called = called
        self._seen: dict[tuple[Board, date], Snapshot | None] = {}

    def at(self, board: Board, end_date: date) -> Snapshot | None:
        """See History."""
        try:  # the first look is rare
            return self._seen[board, end_date]
        except KeyError:
            found = self._seen[board, end_date] = self._renaming.called(board, end_date, self._called)
            return found


def named(views: Sequence[View], sightings: Sightings) -> list[View]:
    """The views of one digest, in all of which an item has one name, and no two on their boards the same.

    Models are called as in the catalogue, where that knows them.
    """
    at_hand: dict[str, str] = {}
    for view in views:
        for snapshot in reversed(view.snapshots):
            at_hand.update((entry.item, entry.name) for entry in snapshot.entries)
        for event in view.events:
            at_hand.setdefault(event.item, event.name)
    called = names(at_hand, sightings)
    catalogue = next((view.catalogue for view in views if view.catalogue), None)
    called.update(catalogue.names(called) if catalogue else {})
    listed = {item for view in views for item in _shown_items(view)}
    called.update(told_apart({item: name for item, name in called.items() if item in listed}))
    return [_named(view, called) for view in views]


def _shown_items(view: View) -> Iterator[str]:
    """The items that a digest may name: those of the board now and before, and those with events."""
    for snapshot in (view.current, view.previous):
        yield from snapshot.by_item if snapshot else ()
    yield from (event.item for event in view.events)


def _named(view: View, called: Mapping[str, str]) -> View:
    boards = [
        renamed(board, called) if board else None for board in (view.current, view.previous, view.compared, view.twin)
    ]
    return replace(
        view,
        current=boards[0],
        previous=boards[1],
        compared=boards[2],
        twin=boards[3],
        events=tuple(renamed_event(event, called) for event in view.events),
        names={item: (called.get(item, borne[0]), *borne) for item, borne in view.names.items()},
    )


def renamed_event(event: Event, called: Mapping[str, str]) -> Event:
    """The event with the names that these items have here, the others of its evidence too."""
    evidence = {key: _renamed_value(value, called) for key, value in event.evidence.items()}
    revised = {key: _renamed_value(value, called) for key, value in (event.revised or {}).items()}
    return replace(event, name=called.get(event.item, event.name), evidence=evidence, revised=revised or None)


def mentioned(event: Event) -> Iterator[str]:
    """The items that the event is about, or that it names beside its own."""
    yield event.item
    for value in (*event.evidence.values(), *(event.revised or {}).values()):
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict) and "name" in one and "id" in one:
                yield one["id"]


def _renamed_value(value: Any, called: Mapping[str, str]) -> Any:
    """Other items in evidence, ``{"id": …, "name": …}``, alone or listed, by the names that they have here."""
    if isinstance(value, list):
        return [_renamed_value(one, called) for one in value]
    if isinstance(value, dict) and "name" in value and value.get("id") in called:
        return {**value, "name": called[value["id"]]}
    return value
