"""News in sentences: who does what, from which rank to which, with few numbers and no causes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from bot.core import text, wording
from bot.core.event import Event, Kind
from bot.core.view import View, absent


def name(event: Event) -> str:
    """The item's name, as a message shows it."""
    return text.clean(event.name)


def head(event: Event) -> str:
    """Who does what: "Sable enters the top 10", "Foundry Agent takes #1"."""
    return f"{name(event)} {verb(event)}"


def because(event: Event) -> str:
    """Why a move was passive: " after Harrier left the board"; empty where the item moved by itself."""
    if not event.passive:
        return ""
    left = [text.clean(gone) for gone in event.evidence.get("left_board") or ()]
    return f" after {wording.listing(left, 2)} left the board" if left else " as others came or went"


def verb(event: Event) -> str:
    """What it does, without its name, for headlines: "enters the top 10"."""
    if event.kind is Kind.NEW_LEADER:
        return "takes #1"
    if event.kind is Kind.SPIKE:
        return f"grows to {_multiple(event)}"
    if event.kind is Kind.TRENDING:
        return "enters the trending list"
    return _leaves(event) if event.kind is Kind.LEFT_TOP else _enters(event)


def detail(event: Event, view: View) -> str:
    """The figures, in one or two sentences: "#14 → #10, 455B (+61%). First time."."""
    if event.kind is Kind.SPIKE:
        return _grown(event)
    return _DETAILS[event.kind](event, view)


def also(event: Event, title: str) -> str:
    """The event beside a stronger one of the same item. ``title`` names its board if that is another, else is empty."""
    within = f" in {title}" if title else ""
    n = event.rule.get("n")
    if event.kind is Kind.NEW_LEADER:
        return f"new #1{within}"
    if event.kind is Kind.ENTERED_TOP:
        return f"#{event.rank}{within}, new in its top {n}" if title else f"new in the top {n}"
    if event.kind is Kind.LEFT_TOP:
        return f"out of the top {n}{within}"
    if event.kind is Kind.TRENDING:
        return f"#{event.evidence.get('twin_rank')} of those trending{within}"
    if title:
        return f"#{event.rank}{within}, {_multiple(event)}"
    return f"{_multiple(event)} of {wording.weeks_before(event.window_days)}"


def amount(event: Event) -> str:
    """Tokens with their change against the window before: "455B (+61%)"; empty where the item is absent."""
    if event.tokens is None:
        return ""
    change = wording.percent(event.tokens, event.compared_tokens)
    return f"{wording.tokens(event.tokens)} ({change})" if change else wording.tokens(event.tokens)


def _enters(event: Event) -> str:
    if event.evidence.get("listed_fewer") and event.previous_rank is None:
        return "is new on the board"
    return f"enters the top {event.rule.get('n')}"


def _leaves(event: Event) -> str:
    if event.evidence.get("listed_fewer") and event.rank is None:
        return "is no longer listed"
    return f"leaves the top {event.rule.get('n')}"


def _multiple(event: Event) -> str:
    times = wording.times(event.evidence.get("ratio"), at_least=bool(event.evidence.get("at_least")))
    return f"{times} its average" if times else f"{wording.tokens(event.tokens or 0)} from an average of 0"


def _led(event: Event, view: View) -> str:
    """Such as "6.02T (+23%), Harrier 5.97T, a lead of 0.8%. Harrier had led for at least 170 days."."""
    evidence = event.evidence
    second, old = evidence.get("second"), evidence.get("previous_leader")
    first = against(event)
    if not old:
        return f"{first}."
    rank = evidence.get("previous_leader_rank")
    now = absent(view.current) if rank is None else f"#{rank}"
    stands = f", now {now}," if not second or old["id"] != second["id"] else ""
    return f"{first}. {text.clean(old['name'])}{stands} had led for {led_days(evidence)}."


def against(event: Event) -> str:
    """A new leader's tokens and those of #2: "6.02T (+23%), Harrier 5.97T, a lead of 0.8%"."""
    second, lead = event.evidence.get("second"), event.evidence.get("lead_percent")
    if not second:
        return amount(event)
    by = f", a lead of {lead}%" if lead else ""
    return f"{amount(event)}, {text.clean(second['name'])} {wording.tokens(int(second['tokens']))}{by}"


def led_days(evidence: Mapping[str, object]) -> str:
    """How long the previous leader had led: "170 days", "at least 170 days"."""
    days = wording.count(int(str(evidence.get("led_days") or 1)), "day")
    return f"at least {days}" if evidence.get("led_at_least") else days


def _entered(event: Event, view: View) -> str:
    move = f"#{event.previous_rank} → #{event.rank}"
    if event.previous_rank is None:
        base = view.previous if view.previous and view.previous.end_date == event.previous_date else None
        move = f"{absent(base)} before, now #{event.rank}"
    last_in = event.evidence.get("last_in")
    seen = f"Last there {wording.full_day(date.fromisoformat(last_in))}." if last_in else "First time."
    return f"{move}, {amount(event)}. {seen}"


def _left(event: Event, view: View) -> str:
    was = "" if event.previous_rank is None else f"#{event.previous_rank} → "
    if event.rank is None:
        return f"{was}{absent(view.current)}." if was else f"now {absent(view.current)}."
    return f"{was}#{event.rank}, {amount(event)}." if was else f"now #{event.rank}, {amount(event)}."


def _grown(event: Event) -> str:
    mean = int(event.evidence.get("mean") or 0)
    most = "at most " if event.evidence.get("at_least") else ""
    base = f"an average of {most}{wording.tokens(mean)} over {wording.weeks_before(event.window_days)}"
    return f"{wording.tokens(event.tokens or 0)} against {base}. Now #{event.rank}."


def _trending(event: Event, view: View) -> str:
    before = event.evidence.get("twin_previous_rank")
    move = f"now #{event.evidence.get('twin_rank')}, not on it before"
    if before is not None:
        move = f"#{before} → #{event.evidence.get('twin_rank')}"
    by_tokens = absent(view.current) if event.rank is None else f"#{event.rank}"
    figures = f", {amount(event)}" if event.tokens is not None else ""
    return f"{move}; {by_tokens} by tokens{figures}."


_DETAILS: Mapping[Kind, Callable[[Event, View], str]] = {
    Kind.NEW_LEADER: _led,
    Kind.ENTERED_TOP: _entered,
    Kind.TRENDING: _trending,
    Kind.LEFT_TOP: _left,
}
