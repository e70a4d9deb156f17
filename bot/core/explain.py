"""Explaining: why an event is what it is, and why nothing was told, from stored rows alone. No clock, no I/O.

A verdict is recomputed, never remembered. What is told of a rule's own numbers comes from the rule
(``bot.core.rules.conditions``) and from the event's evidence, so that a new rule is explained without a line here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.core import parts, text, wording
from bot.core.absence import DEPTH, PREVIOUS_DEPTH, TWIN_PREVIOUS_DEPTH
from bot.core.detect import Evaluation, cooled_by
from bot.core.event import ALSO_ENTERED, Event, HeldBack
from bot.core.rules import Day, Rule, parameters
from bot.core.rules.conditions import Apart, Condition, Measured
from bot.core.view import handle_of
from bot.core.watchlist import Watchlist

NAME = 40
"""Characters of a name that a table shows."""
_NOT_THE_VERDICT = frozenset({"id", "status", "late", "revised", "held_back"})
"""Fields of an event that say what became of it, not what it claims."""
_LISTS_OF_NAMES = frozenset({"left_board"})
"""Evidence that says by name only who it is; how many they are is a claim."""
_LABELS = {
    ALSO_ENTERED: "enters the top, too",
    "left_board": "gone from above",
    "base_date": "compared with",
    "base_rank": "rank then",
    "base_tokens": "tokens then",
    "base_share": "share then, in %",
    "base_total_tokens": "total tokens then",
    "share": "share, in %",
    "points": "points moved",
    "places_among_both": "places among those on both",
    "places_asked": "places asked for",
    "place_among_both": "place among those on both",
    "previous_place_among_both": "place among them before",
    DEPTH: "ranks seen",
    PREVIOUS_DEPTH: "ranks seen before",
    TWIN_PREVIOUS_DEPTH: "ranks of it seen before",
    "old_name": "name before",
    "old_name_last": "last borne",
    "new_name": "name now",
    "days": "borne now on",
}
"""What evidence is called in a table where its own name does not say it."""
_LITERAL = frozenset({"old_name", "new_name"})
"""Evidence that is shown to the letter: a name of digits is no number."""
_NO_LIMIT = frozenset({DEPTH, PREVIOUS_DEPTH, TWIN_PREVIOUS_DEPTH})
"""Depths, of which none means the whole board. Events that were stored before they were kept have none to compare."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule made of one item on a day: its event, or why there is none, in words and by its conditions."""

    rule: Rule
    event: Event | None
    reason: str
    conditions: tuple[Condition, ...] = ()

    @property
    def title(self) -> str:
        """The rule with its threshold, as it is configured: "entered_top 10"; else of an event with what it says."""
        n = getattr(self.rule, "n", None)
        if n is None and self.event:
            return parts.claim(self.event)
        return f"{self.rule.kind.value} {n or ''}".rstrip()


def findings(
    watchlist: Watchlist,
    day: Day,
    evaluation: Evaluation,
    item: str,
    *,
    told: Sequence[Event],
    names: tuple[str, ...],
) -> tuple[Finding, ...]:
    """What every rule of the watchlist made of the item on an evaluated day, in the order of the rules.

    ``told`` are the events that the day was judged with, ``names`` all that the item had borne.
    """
    return tuple(
        finding
        for rule in watchlist.rules
        for finding in _of_rule(watchlist, day, evaluation, item, rule, told=told, names=names)
    )


def _of_rule(
    watchlist: Watchlist,
    day: Day,
    evaluation: Evaluation,
    item: str,
    rule: Rule,
    *,
    told: Sequence[Event],
    names: tuple[str, ...],
) -> Iterator[Finding]:
    fired = [event for event in evaluation.events if event.item == item and is_by(event, rule)]
    conditions = tuple(rule.conditions(day, item)) if isinstance(rule, Measured) else ()
    for event in fired:
        met = tuple(rule.conditions_of(day, item, event.threshold)) if isinstance(rule, Apart) else conditions
        yield Finding(rule, event, held_back_words(watchlist, event, told=told, names=names), met)
    if not fired:
        missing = [one.reason for one in evaluation.not_evaluated if one.kind is rule.kind]
        reason = f"not evaluated: {missing[0]}" if missing else _unmet(rule, conditions)
        yield Finding(rule, None, reason, conditions)


def is_by(event: Event, rule: Rule) -> bool:
    """Whether this rule, with these parameters, found the event."""
    return event.kind is rule.kind and dict(event.rule) == parameters(rule)


def _unmet(rule: Rule, conditions: Sequence[Condition]) -> str:
    if not conditions:
        return f"does not hold. Its formula: {rule.formula}"
    unmet = [f"{one.what}: {one.found} (wanted: {one.wanted})" for one in conditions if not one.met]
    return "; ".join(unmet) or "it holds, and the smallest top that the item enters that day tells it"


def held_back_words(watchlist: Watchlist, event: Event, *, told: Sequence[Event], names: tuple[str, ...]) -> str:
    """What holds an event back, and by what: a pattern, or an event told before; empty of one that is to be told."""
    if event.held_back is HeldBack.EXCLUDED:
        known = (event.name, *names)
        pattern = next((one for one in watchlist.exclude if one.matches(event.item, known)), None)
        if pattern is None:
            return "held back: only what is followed is told (only_followed), and this is not"
        return f'held back: excluded by "{text.clean(pattern.text)}"'
    if event.held_back is HeldBack.COOLDOWN:
        days = wording.count(watchlist.cooldown_days, "day")
        other = cooled_by(watchlist, event, told)
        by = f": {handle_of(other)} told the same on {wording.day(other.date)}" if other else ""
        return f"held back by the cooldown of {days}{by}"
    return ""


# ── an event recomputed ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Difference:
    """A number on which a stored event and its recomputation disagree."""

    what: str
    stored: str
    recomputed: str


def differences(stored: Event, found: Event | None) -> tuple[Difference, ...]:
    """Where a stored event is not what judging its rows again gives.

    What items are called is no part of a verdict; nor is how deep boards were read, where that was not kept yet.
    """
    if found is None:
        return (Difference("the event itself", "is stored", "does not come about"),)
    before, now = _claims(stored), _claims(found)
    return tuple(
        Difference(key.replace("_", " "), json.dumps(before.get(key)), json.dumps(now.get(key)))
        for key in dict.fromkeys((*before, *now))
        if before.get(key) != now.get(key) and (key in before or key not in _NO_LIMIT)
    )


def _claims(event: Event) -> dict[str, Any]:
    whole = json.loads(json.dumps(event.to_json()))
    evidence = whole.pop("evidence")
    claims = {key: value for key, value in {**whole, **evidence}.items() if key not in _NOT_THE_VERDICT}
    return {key: len(value) if key in _LISTS_OF_NAMES else _nameless(value) for key, value in claims.items()}


def _nameless(value: Any) -> Any:
    """A value without the names in it: later windows may show that an item was called otherwise."""
    if isinstance(value, Mapping):
        return {key: _nameless(part) for key, part in value.items() if key != "name"}
    return [_nameless(part) for part in value] if isinstance(value, list) else value


# ── evidence in words ────────────────────────────────────────────────────────────────────────────────────────


def evidence(event: Event) -> list[tuple[str, str]]:
    """The kind's own numbers, a labelled line each; a list of figures takes a line for each of them."""
    rows: list[tuple[str, str]] = []
    for key, value in event.evidence.items():
        label = _LABELS.get(key, key.replace("_", " "))
        if key in _LITERAL:
            rows.append((label, f'"{text.clean(str(value))}"'))
        elif key in _NO_LIMIT and value is None:
            rows.append((label, "all that there are"))
        elif key != "snapshots":
            rows.extend(_rows(label, value))
    return rows


def _rows(label: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, list) and value and all(isinstance(part, Mapping) for part in value):
        yield from ((label if not place else "", _words(part)) for place, part in enumerate(value))
    else:
        yield label, _words(value)


def _words(value: Any) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case int():
            return wording.exact(value)
        case list():
            return wording.listing([_words(part) for part in value]) or "none"
        case Mapping():
            return _figures(value)
    written = str(value)
    return wording.exact(int(written)) if written.isdecimal() else text.clean(written)


def _figures(value: Mapping[str, Any]) -> str:
    """An item, or a window, with its figures: "Harrier (id 812), tokens 5,970,000,000,000"."""
    named = [f"{text.clean(str(value['name']), NAME)} (id {text.clean(str(value['id']))})"] if "id" in value else []
    rest = [f"{key.replace('_', ' ')} {_words(part)}" for key, part in value.items() if key not in ("id", "name")]
    return ", ".join([*named, *rest])


def snapshots(events: Iterable[Event]) -> list[Mapping[str, Any]]:
    """The stored windows that the events were judged by, each once: board, end_date, revision and as_of."""
    used = {(row["board"], row["end_date"], row["revision"]): row for event in events for row in _used(event)}
    return list(used.values())


def _used(event: Event) -> Sequence[Mapping[str, Any]]:
    rows: Sequence[Mapping[str, Any]] = event.evidence.get("snapshots") or ()
    return rows
