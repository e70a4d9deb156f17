"""Restatements: which judged days are to be judged again, and what became of their events. No clock, no I/O.

The feed restates closed days. A changed window is stored as a further revision; every judged day that looks at it, and
every one after, is judged again, and what differs is told (detection: When a day is final).
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Any

from bot.core import absence
from bot.core.detect import ENGINE, needs, sources
from bot.core.event import Event, EventStatus, Kind
from bot.core.plan import Window
from bot.core.ranking import Entry, Snapshot
from bot.core.rules.base import Need, Rule, parameters
from bot.core.watchlist import Watchlist

NAMED = 3
"""Items that came or went above an event's own, at most, that a correction names."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A day that was judged, and the version of the store that it was judged by."""

    date: date
    seen: int


def policy(watchlist: Watchlist) -> str:
    """A fingerprint of all that decides a verdict beside the data: board, rules, interests, and the engine's version.

    A day that was judged by another policy is never judged again: changed rules tell nothing about the past.
    """
    rules = sorted([rule.kind.value, _written(rule)] for rule in watchlist.rules)
    patterns = [[pattern.text for pattern in part] for part in (watchlist.mine, watchlist.follow, watchlist.exclude)]
    decides = [ENGINE, watchlist.board.key, rules, patterns, watchlist.only_followed, watchlist.cooldown_days]
    return hashlib.sha256(json.dumps(decides).encode()).hexdigest()[:16]


@lru_cache(maxsize=256)
def _written(rule: Rule) -> str:
    """A rule's parameters. Most of a thousand watchlists share theirs, and each is asked for its policy twice a day."""
    return json.dumps(parameters(rule), sort_keys=True)


def first_stale(
    watchlist: Watchlist, days: Sequence[Judged], changed: Mapping[Window, int], *, since: date
) -> date | None:
    """The first of the ``days`` (ascending) that looks at a window that changed after it was judged; None if none does.

    A day looks at what judging it needs, and by the walks of its rules at the watchlist's own board from ``since`` on.
    ``changed``: the version of the store with which each changed window's newest revision came.
    """
    near = _came_late(days, changed.items())
    if near:
        earliest = min((end for day in days[:1] for _, end in _looked_at(watchlist, day.date, since)), default=since)
        near = [(window, came) for window, came in near if window[1] >= earliest]
    for day in days if near else ():
        newer = {window for window, came in near if came > day.seen and window[1] <= day.date}
        if newer and any(source in newer for source in _looked_at(watchlist, day.date, since)):
            return day.date
    return None


def _came_late(days: Sequence[Judged], changed: Iterable[tuple[Window, int]]) -> list[tuple[Window, int]]:
    """Those windows that came after a day was judged that could have looked at them. On most days there are none.

    One look at each window, where going through all of them for each day made up most of a cycle's staleness check.
    """
    dates = [day.date for day in days]
    oldest_view = list(accumulate((day.seen for day in reversed(days)), min))[::-1]  # from each day on
    late = []
    for window, came in changed:
        first = bisect_left(dates, window[1])
        if first < len(dates) and came > oldest_view[first]:
            late.append((window, came))
    return late


def _looked_at(watchlist: Watchlist, day: date, since: date) -> Iterator[Window]:
    walked = (Need(watchlist.board, since + timedelta(days=offset)) for offset in range((day - since).days))
    for need in (*needs(watchlist, day), *walked):
        yield from sources(need)


@dataclass(frozen=True, slots=True)
class Boards:
    """A day's boards before and after a restatement: the watchlist's own, and its trending twin. Any may be missing."""

    before: Snapshot | None
    now: Snapshot | None
    twin_before: Snapshot | None = None
    twin_now: Snapshot | None = None

    def of(self, kind: Kind) -> tuple[Snapshot | None, Snapshot | None]:
        """Those by whose ranks a kind is told."""
        return (self.twin_before, self.twin_now) if kind is Kind.TRENDING else (self.before, self.now)


@dataclass(frozen=True, slots=True)
class Differences:
    """What judging a day again changes: events to be added, and stored ones that stand otherwise now."""

    added: tuple[Event, ...]
    changed: tuple[Event, ...]


def compare(stored: Iterable[Event], found: Sequence[Event], boards: Boards) -> Differences:
    """What becomes of a day's stored events (all of them, by key) when it is judged again and yields ``found``.

    An event that was told keeps what was told of it, and is retracted if it no longer holds; one that nobody was told
    of takes the new figures, or is dropped. What holds now and was not told is late.
    """
    known = {event.key: event for event in stored}
    added: list[Event] = []
    changed: list[Event] = []
    for event in found:
        old = known.pop(event.key, None)
        if old is None:
            added.append(_late(event, boards))
        else:
            after = _again(old, event, boards)
            changed.extend([after] if after != old else [])
    gone = [old for old in known.values() if old.status is not EventStatus.RETRACTED]
    changed.extend(_retracted(old, boards) for old in gone)
    return Differences(tuple(added), tuple(changed))


def _again(old: Event, found: Event, boards: Boards) -> Event:
    """A stored event that is found once more."""
    fresh = replace(found, id=old.id, late=old.late, revised=old.revised)
    if old.status is EventStatus.TOLD:
        return old
    if old.status is EventStatus.RETRACTED and old.revised is not None:  # it was told, and its retraction may be, too
        return replace(old, status=EventStatus.TOLD, revised=None)
    if old.status is EventStatus.RETRACTED or (old.held_back and not found.held_back):
        return replace(_late(found, boards), id=old.id)
    return fresh


def _retracted(old: Event, boards: Boards) -> Event:
    told = old.status is EventStatus.TOLD
    return replace(old, status=EventStatus.RETRACTED, revised=_other_side(old, boards, now=True) if told else None)


def _late(event: Event, boards: Boards) -> Event:
    return replace(event, late=True, revised=_other_side(event, boards, now=False))


def _other_side(event: Event, boards: Boards, *, now: bool) -> dict[str, Any]:
    """What holds of the event's item now (else: what held before), and who came or went above it meanwhile.

    ``rank`` and ``tokens`` are None where the item is absent, ``as_of`` where there was no such board. For a trending
    event they are those of the trending list. Of both boards it is kept how deep they were read.
    """
    before, after = boards.of(event.kind)
    own, other = (before, after) if now else (after, before)
    entry = other.entry(event.item) if other else None
    came, gone = _above(before, after, event.item)
    leader = other.leader if other else None
    return {
        "rank": entry.rank if entry else None,
        "tokens": str(entry.tokens) if entry else None,
        "as_of": other.as_of if other else None,
        "leader": _named(leader) if leader else None,
        "came": [_named(one) for one in came],
        "gone": [{"id": one.item, "name": one.name} for one in gone],
        **({absence.OWN_DEPTH: absence.ranks_read(own)} if own else {}),
        **({absence.DEPTH: absence.ranks_read(other)} if other else {}),
    }


def _above(before: Snapshot | None, after: Snapshot | None, item: str) -> tuple[list[Entry], list[Entry]]:
    """Who stands above the item now and was not listed before, and who stood above it and is not listed now."""
    if before is None or after is None:
        return [], []
    came = [one for one in after.entries[: _end(after, item)] if before.rank(one.item) is None]
    gone = [one for one in before.entries[: _end(before, item)] if after.rank(one.item) is None]
    return came[:NAMED], gone[:NAMED]


def _end(board: Snapshot, item: str) -> int | None:
    rank = board.rank(item)
    return None if rank is None else rank - 1


def _named(entry: Entry) -> dict[str, str]:
    return {"id": entry.item, "name": entry.name, "tokens": str(entry.tokens)}
