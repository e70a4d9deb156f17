"""The parts that sentences about events are made of: names, ranks, amounts, and what holds on the digest's day.

An event's figures are of its own day. What is "now" is read from the board that the digest shows, and from nowhere
else: in a digest over several days that is another day.
"""

from __future__ import annotations

from bot.core import absence, text, wording
from bot.core.event import Event, Kind
from bot.core.view import View


def name(event: Event) -> str:
    """The item's name, as a message shows it."""
    return text.clean(event.name)


def label(kind: Kind) -> str:
    """What a rule is called where it has no words of its own: its name, as in the configuration."""
    return kind.value.replace("_", " ")


def claim(event: Event) -> str:
    """The rule with what tells its events of an item apart: "entered_top 10", "milestone 1T", "overtook Marlin"."""
    said = event.threshold
    if event.kind is Kind.MILESTONE:
        said = wording.limit(int(event.evidence["threshold"]))
    elif event.kind is Kind.OVERTOOK:
        said = text.clean(event.evidence["passed"]["name"])
    return f"{event.kind.value} {said}".rstrip()


def amount(event: Event) -> str:
    """Tokens with their change against the window before: "455B (+61%)"; empty where the item is absent."""
    if event.tokens is None:
        return ""
    change = wording.percent(event.tokens, event.compared_tokens)
    return f"{wording.tokens(event.tokens)} ({change})" if change else wording.tokens(event.tokens)


def within(title: str) -> str:
    """On which other board: " in Coding"; empty for none."""
    return f" in {title}" if title else ""


def of_the_day(event: Event, view: View) -> bool:
    """Whether the event is of the day whose board is shown."""
    return view.current is not None and event.date == view.current.end_date


def stands(item: str, view: View) -> str:
    """Where the item stands on the board shown: "#12", "outside the top 100"; empty without a board."""
    if view.current is None:
        return ""
    rank = view.current.rank(item)
    return absence.absent(view.current) if rank is None else f"#{rank}"


def then(event: Event, view: View) -> str:
    """How the event's own rank is introduced: "now" where it is that of the board shown."""
    same = view.current is not None and view.current.rank(event.item) == event.rank
    return "now" if same and of_the_day(event, view) else "then"


def since(event: Event, view: View) -> str:
    """A closing sentence where the item stands elsewhere now than on the event's day: " Now #12."; else empty."""
    if view.current is None or of_the_day(event, view) or view.current.rank(event.item) == event.rank:
        return ""
    return f" Now {stands(event.item, view)}."


def move(event: Event) -> str:
    """The event's ranks, from old to new: "#14 → #10", "#10 as before"."""
    if event.previous_rank == event.rank:
        return f"#{event.rank} as before"
    return f"#{event.previous_rank} → #{event.rank}"


def figures(event: Event, view: View) -> str:
    """Such as "#9 → #11, 402B (−8%).", "#9 → outside the top 100."."""
    if event.rank is None:
        was = f"{then(event, view)} " if event.previous_rank is None else f"#{event.previous_rank} → "
        return f"{was}{absence.now(event).absent}.{since(event, view)}"
    way = move(event) if event.previous_rank else f"{then(event, view)} #{event.rank}"
    return f"{way}, {amount(event)}.{since(event, view)}"
