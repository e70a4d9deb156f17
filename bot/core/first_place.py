"""The story of a board's #1: who is back there, and two that keep changing places, which no longer take the headline.

It is told from the changes of #1 that are stored, and changes nothing about what is detected: whoever leads is always
told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.core import text, wording
from bot.core.event import Event, Kind
from bot.core.view import View

CHANGES = 3
"""From how many changes of #1 on, within SPAN days, it is said how many; between the same two the board then flaps."""
SPAN = 7
"""Days within which changes of #1 are counted, that of the last one included."""
STEADY = 3
"""Days running that somebody has to lead before a change between the two is a headline again."""
BACK = 30
"""Days before a change within which the new leader must have led to be called back."""

_ORDINALS = ("", "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh")


def is_back(event: Event, view: View) -> bool:
    """Whether it is a change of #1 by which an item leads again that had led within BACK days before."""
    return event.kind is Kind.NEW_LEADER and any(_former(change) == event.item for change in _changes(event, view)[:-1])


def is_line(event: Event, view: View) -> bool:
    """Whether it is a change of #1 that is a line of the news and not the headline.

    So are the changes between two that flap, from the one on after that which began it, until somebody has led for
    STEADY days. What began within this very digest was never announced, so that its last change takes the headline.
    """
    if event.kind is not Kind.NEW_LEADER or _is_settled(event, view):
        return False
    began = _beginning(_changes(event, view))
    return began is not None and began.key not in {one.key for one in view.events}


def story(event: Event, view: View) -> str:
    """Which change of #1 it is where there are many, each sentence after a space; empty where there are few.

    Such as " Third change in 4 days; the two are within 1%. Until one leads for 3 days running, changes between them
    appear here as a line, not as the headline.".
    """
    changes = _changes(event, view)
    recent = _within_span(changes)
    if len(recent) < CHANGES:
        return ""
    days = (event.date - recent[0].date).days + 1
    close = "; the two are within 1%" if _is_close(event) else ""
    told = f" {_ordinal(len(recent))} change in {days} days{close}."
    if _beginning(changes) is None or _is_settled(event, view):
        return told
    if is_line(event, view):
        return f"{told} No headline until one leads for {STEADY} days running."
    return (
        f"{told} Until one leads for {STEADY} days running, changes between them appear here as a line, "
        "not as the headline."
    )


def elsewhere(event: Event, view: View, views: Sequence[View]) -> str:
    """On which other boards of the digest the one that lost #1 still leads, each sentence after a space.

    Boards whose own #1 has changed tell that themselves: who has it there on the day may not be who is said to lead.
    """
    former = _former(event)
    boards = [one for one in views if one is not view and one.watchlist.board.noun == view.watchlist.board.noun]
    boards = [one for one in boards if not any(change.kind is Kind.NEW_LEADER for change in one.events)]
    kept = [(one.title, one.current.leader) for one in boards if one.current and one.current.leader]
    said = [f" {title}: {text.clean(first.name)} still leads." for title, first in kept if first.item == former]
    return "".join(said)


def days_led(event: Event, view: View) -> str:
    """For how many of the last stored days each of the two led, after a space; empty where few are stored."""
    boards = [board.leader for board in view.recent if board.leader and board.end_date <= event.date]
    if len(boards) < STEADY:
        return ""
    second = event.evidence.get("previous_leader") or {}
    pair = ((second.get("id"), second.get("name")), (event.item, event.name))
    counted = [(text.clean(str(name)), sum(one.item == item for one in boards)) for item, name in pair if item]
    days = wording.listing([f"{name} {number}" for name, number in counted])
    return f" Days at #1 of the last {len(boards)} stored: {days}."


def rivals(event: Event) -> frozenset[str | None]:
    """The two that a change of #1 is between."""
    return frozenset((event.item, _former(event)))


def _changes(event: Event, view: View) -> Sequence[Event]:
    """The changes of #1 from BACK days before the event on, which is the last of them."""
    known = {one.key: one for one in (*view.leaders, *view.events) if one.kind is Kind.NEW_LEADER}
    before = [one for one in known.values() if one.date < event.date and (event.date - one.date).days <= BACK]
    return [*sorted(before, key=lambda one: one.date), event]


def _within_span(changes: Sequence[Event]) -> Sequence[Event]:
    """Those of the changes that are within SPAN days of the last one."""
    return [one for one in changes if (changes[-1].date - one.date).days < SPAN]


def _beginning(changes: Sequence[Event]) -> Event | None:
    """The change with which the flapping began that the last one is part of, itself perhaps; None without any."""
    pair, began = rivals(changes[-1]), None
    for number, (change, reign) in enumerate(zip(changes, _reigns(changes), strict=True), start=1):
        if reign >= STEADY:
            began = None
        between = [one for one in _within_span(changes[:number]) if rivals(one) == pair]
        if began is None and change in between and len(between) >= CHANGES:
            began = change
    return began


def _reigns(changes: Sequence[Event]) -> Iterator[int]:
    """For how many days somebody had led that each change ended; of the first it is not known, and counts as long."""
    yield STEADY
    for before, change in pairwise(changes):
        yield (change.date - before.date).days


def _is_settled(event: Event, view: View) -> bool:
    """Whether the new leader has led for long enough by the day that the digest shows."""
    return view.current is not None and (view.current.end_date - event.date).days + 1 >= STEADY


def _is_close(event: Event) -> bool:
    """Whether the one that lost #1 is right behind, by one per cent of its tokens at most."""
    second = event.evidence.get("second")
    if not second or second["id"] != _former(event):
        return False
    tokens = int(second["tokens"])
    return 100 * ((event.tokens or 0) - tokens) <= tokens


def _former(event: Event) -> str | None:
    """Who led before; None where the event does not say."""
    old = event.evidence.get("previous_leader")
    return str(old["id"]) if old else None


def _ordinal(number: int) -> str:
    return _ORDINALS[number] if number < len(_ORDINALS) else f"{number}th"
