"""Several days in one digest: what still holds is told, what came and went is one line (detection: Several days)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bot.core import absence, ways, wording
from bot.core.diff import passive_items
from bot.core.event import ALSO_ENTERED, Event, Kind
from bot.core.first_place import CHANGES
from bot.core.ranking import Snapshot
from bot.core.sentences import label, name
from bot.core.view import Truth, View

PASSED_LIMIT = 5
"""Items that the line about what came and went names."""


@dataclass(frozen=True, slots=True)
class Net:
    """``kept`` are the events that are told; ``passed`` says of what happened besides, or is empty."""

    kept: tuple[Event, ...]
    passed: str


def net(view: View) -> Net:
    """The net of the view's events: of each item, kind and threshold one at most."""
    kept: dict[str, Event] = {}
    passed: dict[str, Sequence[Event]] = {}
    groups = _groups(view.events)
    for subject, events in groups.items():
        own = [event for event in events if _is_of(event, subject)]
        if not own:  # an entry tells of the smallest top into which it led; by itself it is no news of another
            continue
        news = _news(own, events, view)
        if news:
            kept[news.key] = news
        else:
            passed.setdefault(events[0].key, events)
    told = sorted(passed.values(), key=lambda events: events[0].kind is Kind.MOVED)  # what everybody does comes last
    told = [events for events in told if not any(event.key in kept for event in events)]  # of these all is said
    words = [_in_short(events, groups, view) for events in told]
    return Net(tuple(kept.values()), f"Came and went: {wording.listing(words, PASSED_LIMIT)}." if words else "")


_Groups = Mapping[tuple[str, ...], Sequence[Event]]


def _groups(events: Iterable[Event]) -> _Groups:
    """Events that undo or repeat one another, oldest first: of one leadership, of one item in one top, of one kind."""
    groups: dict[tuple[str, ...], list[Event]] = {}
    for event in sorted(events, key=lambda event: event.date):
        for key in _subjects(event):
            groups.setdefault(key, []).append(event)
    return groups


def _subjects(event: Event) -> Iterable[tuple[str, ...]]:
    """What an event is about: of an entry every top that the item came into by it."""
    if event.kind is Kind.NEW_LEADER:
        return [("leader",)]
    if event.kind in (Kind.ENTERED_TOP, Kind.LEFT_TOP):
        return [_top(n, event) for n in (event.threshold, *event.evidence.get(ALSO_ENTERED, ()))]
    if event.kind is Kind.OVERTOOK:
        return [(event.kind, *sorted((event.item, event.evidence["passed"]["id"])))]
    if event.kind is Kind.MOVED:
        return [(event.kind, event.item)]
    return [(event.kind, event.threshold, event.item)]


def _top(n: str | int, event: Event) -> tuple[str, ...]:
    return "top", str(n), event.item


def _is_of(event: Event, subject: tuple[str, ...]) -> bool:
    """Whether it is the event's first subject, which it tells of."""
    return next(iter(_subjects(event))) == subject


def _still_in(entry: Event, groups: _Groups, view: View) -> int | None:
    """The smallest larger top into which the entry led too and where the item still is, if no other event says so."""
    truth = view.truths.get(entry.key)
    for n in truth.within if truth else entry.evidence.get(ALSO_ENTERED, ()):
        last = groups[_top(n, entry)][-1]
        if last.kind is Kind.ENTERED_TOP and last.threshold != str(n):
            return int(n)
    return None


def _news(own: Sequence[Event], events: Sequence[Event], view: View) -> Event | None:
    """The one that is told of a subject's ``own`` events; None if none is. ``events`` are all that bear on it."""
    if own[0].kind in _TURNS:
        return next((event for event in reversed(own) if _is_turned(_truth(event, events, view))), None)
    last = _peak(own) if own[0].kind is Kind.SPIKE else own[-1]
    return last if _holds(last, view) else None


def _is_turned(truth: Truth) -> bool:
    return truth.now and not truth.then


def _truth(event: Event, events: Sequence[Event], view: View) -> Truth:
    """What the view knows of it; else by the events alone: each undoes the one before it, and the last one holds."""
    first, last = events[0], events[-1]
    if event.key in view.truths:
        return view.truths[event.key]
    if event.kind is Kind.NEW_LEADER:
        old = first.evidence.get("previous_leader") or {}
        return Truth(event is not first and old.get("id") == event.item, last.item == event.item)
    return Truth(first.kind is not event.kind, last.kind is event.kind)


def _peak(events: Sequence[Event]) -> Event:
    def height(event: Event) -> tuple[bool, Fraction]:
        ratio = event.evidence.get("ratio")
        return ratio is None, Fraction(ratio or 0)

    return max(events, key=height)


def _holds(event: Event, view: View) -> bool:
    """Whether the event is still true on the digest's day, as far as the boards tell."""
    current = view.current
    if current is None:
        return True
    if event.kind in _COMPARED:
        return _COMPARED[event.kind](event, current, view.previous)
    if event.date >= current.end_date or event.kind not in _LASTING:
        return True
    return _LASTING[event.kind](event, view, current)


def _trends(event: Event, view: View, _current: Snapshot) -> bool:
    if view.twin is None:
        return True
    rank = view.twin.rank(event.item)
    return rank is not None and rank <= event.rule["n"]


def _is_up(event: Event, _view: View, current: Snapshot) -> bool:
    """Whether it still stands as many places better than where it came from as its band asked for."""
    rank = current.rank(event.item)
    return rank is not None and event.evidence["base_rank"] - rank >= event.evidence["places_asked"]


def _is_down(event: Event, _view: View, current: Snapshot) -> bool:
    rank = current.rank(event.item)
    return rank is None or rank - event.evidence["base_rank"] >= event.evidence["places_asked"]


def _is_beyond(event: Event, _view: View, current: Snapshot) -> bool:
    tokens = current.tokens(event.item)
    return tokens is not None and tokens >= int(event.evidence["threshold"])


def _has_share(event: Event, _view: View, current: Snapshot) -> bool:
    """Whether the share is still as far from where it came from, the same way."""
    evidence, share = event.evidence, current.share(event.item)
    if share is None:
        return False
    points = 100 * (share - Fraction(int(evidence["base_tokens"]), int(evidence["base_total_tokens"])))
    asked = Fraction(str(event.rule["points"]))
    return points >= asked if evidence["direction"] == "up" else points <= -asked


def _bears_name(event: Event, view: View, _current: Snapshot) -> bool:
    """Whether the new name is the one shown, or the newest that came; both stand first among the item's names."""
    names = view.names.get(event.item)
    return not names or event.evidence["new_name"] in names[:2]


def _has_moved(event: Event, current: Snapshot, previous: Snapshot | None) -> bool:
    """Whether it stands elsewhere than on the last day told, and not only because others came or went."""
    if previous is None:
        return True
    return current.rank(event.item) != previous.rank(event.item) and event.item not in passive_items(current, previous)


def _has_passed(event: Event, current: Snapshot, previous: Snapshot | None) -> bool:
    """Whether it is ahead now, and on the last day told was behind whom it passed, or not ranked."""
    other = event.evidence["passed"]["id"]
    now, behind = current.rank(event.item), current.rank(other)
    if now is None or behind is None or now > behind:
        return False
    before, ahead = (previous.rank(event.item), previous.rank(other)) if previous else (None, 1)
    return ahead is not None and (before is None or before > ahead)


_TURNS = frozenset({Kind.NEW_LEADER, Kind.ENTERED_TOP, Kind.LEFT_TOP})
"""The kinds that say that a state has changed: told where it is another than on the last day told."""

_COMPARED: Mapping[Kind, Callable[[Event, Snapshot, Snapshot | None], bool]] = {
    Kind.MOVED: _has_moved,
    Kind.OVERTOOK: _has_passed,
}
"""The kinds that compare the digest's day with the last day told, whatever happened in between."""

_LASTING: Mapping[Kind, Callable[[Event, View, Snapshot], bool]] = {
    Kind.TRENDING: _trends,
    Kind.CLIMBED: _is_up,
    Kind.DROPPED: _is_down,
    Kind.MILESTONE: _is_beyond,
    Kind.SHARE: _has_share,
    Kind.RENAMED: _bears_name,
}
"""When an event of an earlier day is still true. A kind that is missing here is told whatever came after it."""

_PLACES: Mapping[Kind, str] = {
    Kind.NEW_LEADER: "at #1",
    Kind.ENTERED_TOP: "in the top {n}",
    Kind.TRENDING: "on the trending list",
    Kind.OVERTOOK: "ahead of {passed}",
    Kind.MILESTONE: "at {tokens} tokens",
    Kind.CLIMBED: "up at #{rank}",
    Kind.DROPPED: "down at #{rank}",
    Kind.LEFT_TOP: "out of the top {n}",
    Kind.SHARE: "at {share} of all tokens",
    Kind.MOVED: "at #{rank}",
    Kind.RENAMED: "under another name",
}


def _in_short(events: Sequence[Event], groups: _Groups, view: View) -> str:
    """Such as "Ibex in the top 10 (Fri 13 Nov)", of the first of ``events`` that undid one another."""
    event, number = events[0], len(events)
    evidence, still_in = event.evidence, _still_in(event, groups, view)
    place = _PLACES.get(event.kind, label(event.kind)).format(
        n=event.rule.get("n"),
        rank=event.rank,
        passed=ways.passed(event),
        tokens=wording.limit(int(evidence.get("threshold") or 0)),
        share=wording.share(Fraction(evidence.get("share") or 0) / 100),
    )
    if event.kind is Kind.MOVED and event.rank is None:
        place = absence.now(event).absent
    again = " again" if event.kind in _TURNS and _truth(event, events, view).then else ""
    many = f", the first of {number} changes" if event.kind is Kind.NEW_LEADER and number >= CHANGES else ""
    still = f"; still in the top {still_in}" if still_in else ""
    return f"{name(event)} {place}{again} ({wording.day(event.date)}{many}{still})"
