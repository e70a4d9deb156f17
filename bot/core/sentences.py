"""News in sentences: who does what, from which rank to which, with few numbers and no causes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.core import absence, first_place, parts, text, ways, wording
from bot.core.event import Event, Kind
from bot.core.parts import amount, label, name
from bot.core.view import View

__all__ = [
    "WORDS",
    "Words",
    "against",
    "also",
    "amount",
    "because",
    "detail",
    "head",
    "label",
    "led_days",
    "name",
    "tally",
    "verb",
]

_OF_PLACE = (Kind.NEW_LEADER, Kind.ENTERED_TOP, Kind.LEFT_TOP)
"""The kinds that fire at a passive move too, and say why."""


LONG_RECORD = 14
"""Stored days running from which on an entry is called the first: in a new store nearly every one would be."""


@dataclass(frozen=True, slots=True)
class Words:
    """How a kind is told. ``verb``: what the item does; ``detail``: the figures, in one or two sentences.

    ``also``: the event beside a stronger one of the same item, given the title of its board if that is another, else
    an empty one. ``counted``: the noun and its plural by which a headline counts what it does not say in words.
    """

    verb: Callable[[Event], str]
    detail: Callable[[Event, View], str]
    also: Callable[[Event, View, str], str]
    counted: tuple[str, str]


def head(event: Event, view: View | None = None) -> str:
    """Who does what: "Sable enters the top 10", "Foundry Agent takes #1"; with a view "Harrier is back at #1", too."""
    return f"{name(event)} {verb(event, view)}"


def because(event: Event) -> str:
    """Why a place was won or lost passively: " after Harrier left the board"; empty where the item moved by itself."""
    if not event.passive or event.kind not in _OF_PLACE:
        return ""
    left = [text.clean(gone) for gone in event.evidence.get("left_board") or ()]
    return f" after {wording.listing(left, 2)} {absence.now(event).left}" if left else " as others came or went"


def verb(event: Event, view: View | None = None) -> str:
    """What it does, without its name, for headlines: "enters the top 10". The view knows who led before."""
    if view and first_place.is_back(event, view):
        return "is back at #1"
    words = WORDS.get(event.kind)
    return words.verb(event) if words else f"meets the rule {label(event.kind)}"


def detail(event: Event, view: View) -> str:
    """The figures, in one or two sentences: "#14 → #10, 455B (+61%). First time in 40 stored days."."""
    words = WORDS.get(event.kind)
    return words.detail(event, view) if words else parts.figures(event, view)


def also(event: Event, view: View, title: str) -> str:
    """The event beside a stronger one of the same item. ``title`` names its board if that is another, else is empty."""
    words = WORDS.get(event.kind)
    return words.also(event, view, title) if words else f"{label(event.kind)}{parts.within(title)}"


def tally(number: int, kind: Kind) -> str:
    """Events of a kind in a headline: "2 entries", "1 spike"."""
    words = WORDS.get(kind)
    return wording.count(number, *(words.counted if words else (label(kind), label(kind))))


def against(event: Event, view: View | None = None) -> str:
    """A new leader's tokens and those of #2: "6.02T (+23%), Harrier 5.97T (−17%), a lead of 0.8%".

    By how much #2 changed is read from the view's boards, where the event is of their day.
    """
    second, ahead = event.evidence.get("second"), event.evidence.get("lead_percent")
    if not second:
        return amount(event)
    by = f", a lead of {ahead}%" if ahead else ""
    tokens = int(second["tokens"])
    base = view.compared.tokens(second["id"]) if view and view.compared and parts.of_the_day(event, view) else None
    change = wording.percent(tokens, base)
    return (
        f"{amount(event)}, {text.clean(second['name'])} {wording.tokens(tokens)}{f' ({change})' if change else ''}{by}"
    )


def led_days(evidence: Mapping[str, object]) -> str:
    """How long the previous leader had led: "170 days", "at least 170 days"."""
    days = wording.count(int(str(evidence.get("led_days") or 1)), "day")
    return f"at least {days}" if evidence.get("led_at_least") else days


def _trends(event: Event, view: View) -> int | None:
    """The rank on the trending list of the digest's day, where that is known."""
    if view.twin:
        return view.twin.rank(event.item)
    return event.evidence.get("twin_rank") if parts.of_the_day(event, view) else None


# ── each kind ────────────────────────────────────────────────────────────────────────────────────────────────


def _takes(_event: Event) -> str:
    return "takes #1"


def _led(event: Event, view: View) -> str:
    """Such as "6.02T (+23%), Harrier 5.97T, a lead of 0.8%. Harrier had led for at least 170 days."; then the story."""
    old, second = event.evidence.get("previous_leader"), event.evidence.get("second")
    first, story = against(event, view), f"{parts.since(event, view)}{first_place.story(event, view)}"
    if not old:
        return f"{first}.{story}"
    now = parts.stands(old["id"], view)
    said = second and old["id"] == second["id"] and (now == "#2" or parts.of_the_day(event, view))
    stands = f", now {now}," if now and not said else ""
    return f"{first}. {text.clean(old['name'])}{stands} had led for {led_days(event.evidence)}.{story}"


def _also_leads(event: Event, view: View, title: str) -> str:
    return f"{'back at' if first_place.is_back(event, view) else 'new'} #1{parts.within(title)}"


def _enters(event: Event) -> str:
    if event.evidence.get("listed_fewer") and event.previous_rank is None and absence.before(event).ended:
        return "is new on the board"
    return f"enters the top {event.rule.get('n')}"


def _entered(event: Event, view: View) -> str:
    move = parts.move(event)
    if event.previous_rank is None:
        move = f"{absence.before(event).absent} before, {parts.then(event, view)} #{event.rank}"
    return f"{move}, {amount(event)}.{_seen(event)}{parts.since(event, view)}"


def _seen(event: Event) -> str:
    """When it was there last, after a space; that it never was only with how long that is known, if that is long."""
    last_in, days = event.evidence.get("last_in"), int(event.evidence.get("record_days") or 0)
    if last_in:
        return f" Last there {wording.full_day(date.fromisoformat(last_in))}."
    return f" First time in {days} stored days." if days >= LONG_RECORD else ""


def _also_entered(event: Event, view: View, title: str) -> str:
    n = event.rule.get("n")
    rank = view.current.rank(event.item) if view.current else None
    if title and rank is not None:
        return f"#{rank} in {title}, new in its top {n}"
    return f"new in the top {n}{parts.within(title)}"


def _leaves(event: Event) -> str:
    if event.evidence.get("listed_fewer") and event.rank is None:
        return f"is {absence.ENDED.gone}"
    return f"leaves the top {event.rule.get('n')}"


def _also_left(event: Event, _view: View, title: str) -> str:
    return f"out of the top {event.rule.get('n')}{parts.within(title)}"


def _multiple(event: Event) -> str:
    times = wording.times(event.evidence.get("ratio"), at_least=bool(event.evidence.get("at_least")))
    return f"{times} its average" if times else f"{wording.tokens(event.tokens or 0)} from an average of 0"


def _grows(event: Event) -> str:
    return f"grows to {_multiple(event)}"


def _grown(event: Event, view: View) -> str:
    mean = int(event.evidence.get("mean") or 0)
    most = "at most " if event.evidence.get("at_least") else ""
    base = f"an average of {most}{wording.tokens(mean)} over {wording.weeks_before(event.window_days)}"
    now = parts.stands(event.item, view)
    return f"{wording.tokens(event.tokens or 0)} against {base}.{f' Now {now}.' if now else ''}"


def _also_grown(event: Event, view: View, title: str) -> str:
    if not title:
        return f"{_multiple(event)} of {wording.weeks_before(event.window_days)}"
    rank = view.current.rank(event.item) if view.current else None
    return (
        f"{_multiple(event)}{parts.within(title)}"
        if rank is None
        else f"#{rank}{parts.within(title)}, {_multiple(event)}"
    )


def _enters_list(_event: Event) -> str:
    return "enters the trending list"


def _trending(event: Event, view: View) -> str:
    before, rank, now = event.evidence.get("twin_previous_rank"), event.evidence.get("twin_rank"), _trends(event, view)
    introduced = "now" if now == rank and parts.of_the_day(event, view) else "then"
    was = absence.Reading.kept(event.evidence, absence.TWIN_PREVIOUS_DEPTH).off("it")
    move = f"{was} before, {introduced} #{rank}" if before is None else f"#{before} → #{rank}"
    by_tokens = absence.now(event).absent if event.rank is None else f"#{event.rank}"
    figures = f", {amount(event)}" if event.tokens is not None else ""
    since = f" Now #{now} on it." if now not in (None, rank) else ""
    return f"{move}; {by_tokens} by tokens{figures}.{since}"


def _also_trending(event: Event, view: View, title: str) -> str:
    rank = _trends(event, view)
    return f"{'new among' if rank is None else f'#{rank} of'} those trending{parts.within(title)}"


WORDS: Mapping[Kind, Words] = {
    Kind.NEW_LEADER: Words(_takes, _led, _also_leads, ("new #1", "new #1s")),
    Kind.ENTERED_TOP: Words(_enters, _entered, _also_entered, ("entry", "entries")),
    Kind.SPIKE: Words(_grows, _grown, _also_grown, ("spike", "spikes")),
    Kind.TRENDING: Words(_enters_list, _trending, _also_trending, ("trending", "trending")),
    Kind.OVERTOOK: Words(ways.passes, ways.overtook, ways.also_overtook, ("overtake", "overtakes")),
    Kind.MILESTONE: Words(ways.reaches, ways.reached, ways.also_reached, ("milestone", "milestones")),
    Kind.CLIMBED: Words(ways.climbs, ways.climbed, ways.also_climbed, ("climb", "climbs")),
    Kind.DROPPED: Words(ways.drops, ways.climbed, ways.also_climbed, ("drop", "drops")),
    Kind.LEFT_TOP: Words(_leaves, parts.figures, _also_left, ("exit", "exits")),
    Kind.SHARE: Words(ways.gains, ways.share, ways.also_share, ("change of share", "changes of share")),
    Kind.MOVED: Words(ways.moves, parts.figures, ways.also_moved, ("move", "moves")),
    Kind.RENAMED: Words(ways.is_called, ways.renamed, ways.also_renamed, ("new name", "new names")),
}
"""The words of each kind. One that is missing here is told by its rule's name, with both ranks and the tokens."""
