"""The proof of each event, in a sentence: both days, exact figures, and the rule that they meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from bot.core import absence, text, wording
from bot.core.event import Event, Kind
from bot.core.ranking import APP_DEPTH, MODEL_DEPTH, Board, Dataset
from bot.core.sentences import label, led_days


def why(event: Event) -> str:
    """What proves the event, from its evidence alone."""
    return _PROOFS.get(event.kind, _told_by_rule)(event)


def _now(event: Event) -> str:
    return _place(event.date, event.rank, event.tokens, absence.now(event))


def _before(event: Event) -> str:
    return _place(event.previous_date, event.previous_rank, event.previous_tokens, absence.before(event))


def _place(day: date, rank: int | None, tokens: int | None, read: absence.Reading = absence.UNKNOWN) -> str:
    if rank is None:
        return f"{wording.day(day)}: {read.absent}"
    return f"{wording.day(day)}: #{rank} with {wording.exact(tokens or 0)} tokens"


def _both_days(event: Event) -> str:
    kept = " Its place among those listed on both days is the same." if event.passive else ""
    return f"{_now(event)}. {_before(event)}.{kept}"


def _leads(event: Event) -> str:
    evidence = event.evidence
    second, old = evidence.get("second"), evidence.get("previous_leader")
    parts = [_both_days(event)]
    if second:
        figure = wording.exact(int(second["tokens"]))
        parts.append(f"#2 on {wording.day(event.date)} is {text.clean(second['name'])} with {figure}.")
    if old:
        since = evidence.get("led_since")
        begin = f" since {wording.full_day(_date(since))}" if since else ""
        bound = ", the oldest day of the unbroken record" if evidence.get("led_at_least") and since else ""
        parts.append(f"{text.clean(old['name'])} had led{begin}{bound}: {led_days(evidence)}.")
    running = int(event.rule.get("confirm_days", 1))
    if running > 1:
        parts.append(f"(Rule: at #1 on {running} days running.)")
    return " ".join(parts)


def _in_or_out(event: Event) -> str:
    evidence, rule = event.evidence, event.rule
    n = rule.get("n")
    last_in = evidence.get("last_in")
    if event.kind is Kind.LEFT_TOP:
        last = f" Last in it on {wording.day(_date(last_in))}." if last_in else ""
        return f"{_both_days(event)}{last} {_rule(event)}"
    if last_in:
        seen = f"Last in the top {n} on {wording.full_day(_date(last_in))}."
    else:
        unseen = "No stored window before lists it"
        days = evidence.get("record_days")
        known = f" ({wording.count(days, 'day')} without a gap)" if days else ""
        seen = f"{unseen if evidence.get('first_seen') else f'In the top {n} on no stored day before'}{known}."
    return f"{_both_days(event)} {seen} {_rule(event)}"


def _rule(event: Event) -> str:
    n, days = int(event.rule.get("n") or 0), int(event.rule.get("confirm_days", 1))
    running = "" if days == 1 else f", on {days} days running"
    deepest = MODEL_DEPTH if Board.parse(event.board).dataset is Dataset.MODELS else APP_DEPTH
    edge = min(n + int(event.rule.get("margin", 0)), deepest)
    return f"(Rule: in from #{n}, out beyond #{edge}{running}.)"


def _grows(event: Event) -> str:
    evidence, rule = event.evidence, event.rule
    windows = [_baseline(window) for window in evidence.get("baseline") or ()]
    ends = f"; {', '.join(windows)}" if windows else ""
    times = wording.times(evidence.get("ratio"), at_least=bool(evidence.get("at_least"))) or "without limit"
    mean = wording.exact(int(evidence.get("mean") or 0))
    growth = wording.tokens(int(evidence.get("excess") or 0))
    span = wording.window(event.window_days, event.date)
    limits = f"{rule.get('ratio')}×, {wording.limit(int(rule.get('min_growth') or 0))}"
    return (
        f"{span}: {wording.exact(event.tokens or 0)} tokens{ends}. Mean {mean}, ratio {times}, growth {growth}. "
        f"(Rule: {limits}.)"
    )


def _baseline(window: Mapping[str, str | bool]) -> str:
    most = "at most " if window.get("bounded") else ""
    end = wording.day(date.fromisoformat(str(window["end_date"])))
    return f"to {end} {most}{wording.exact(int(window['tokens']))}"


def _trends(event: Event) -> str:
    evidence = event.evidence
    before = evidence.get("twin_previous_rank")
    was = absence.Reading.kept(evidence, absence.TWIN_PREVIOUS_DEPTH)
    then = was.off("it") if before is None else f"#{before}"
    return (
        f"OpenRouter's trending list {evidence.get('twin')}: {wording.day(event.date)} #{evidence.get('twin_rank')}, "
        f"{wording.day(event.previous_date)} {then}. (Rule: new in its top {event.rule.get('n')}.)"
    )


def _goes(event: Event) -> str:
    evidence = event.evidence
    base = _place(_date(evidence["base_date"]), evidence["base_rank"], int(evidence["base_tokens"]))
    among = f"Among those listed on both days {wording.count(abs(evidence['places_among_both']), 'place')}."
    asked = wording.count(evidence["places_asked"], "place")
    rule = f"(Rule: {asked} at this rank, within {wording.count(event.rule['over_days'], 'day')}.)"
    return f"{_now(event)}. {base}. {among} {rule}"


def _passes(event: Event) -> str:
    other = event.evidence["passed"]
    name = text.clean(other["name"])
    figures = [
        f"{name} #{other[rank]} with {wording.exact(int(other[tokens]))}"
        for rank, tokens in (("rank", "tokens"), ("previous_rank", "previous_tokens"))
    ]
    return f"{_now(event)}, {figures[0]}. {_before(event)}, {figures[1]}."


def _reaches(event: Event) -> str:
    threshold = wording.exact(int(event.evidence["threshold"]))
    return f"{_both_days(event)} (Rule: from below {threshold} tokens to it, or beyond.)"


def _shares(event: Event) -> str:
    evidence, rule = event.evidence, event.rule
    now = _part(event.date, evidence["share"], event.tokens or 0, evidence["total_tokens"])
    base = _part(
        _date(evidence["base_date"]), evidence["base_share"], evidence["base_tokens"], evidence["base_total_tokens"]
    )
    days, points = wording.count(rule["over_days"], "day"), evidence["points"].replace("-", wording.MINUS)
    return f"{now}. {base}. Moved by {points} points. (Rule: {rule['points']} points within {days}.)"


def _part(day: date, share: str, tokens: int | str, total: str) -> str:
    return f"{wording.day(day)}: {share}%, {wording.exact(int(tokens))} of {wording.exact(int(total))} tokens"


def _moves(event: Event) -> str:
    return f"{_both_days(event)} (Rule: a move of what is followed.)"


def _renames(event: Event) -> str:
    evidence = event.evidence
    old, new = (f'"{text.clean(evidence[name])}"' for name in ("old_name", "new_name"))
    until = wording.full_day(_date(evidence["old_name_last"]))
    days = wording.listing([wording.day(_date(day)) for day in evidence["days"]])
    return f"{old} until {until}, {new} on {days}. (Rule: a name never borne before, on so many days running.)"


def _date(value: str) -> date:
    return date.fromisoformat(value)


def _told_by_rule(event: Event) -> str:
    """The proof of a kind that has none of its own: both days, and the rule with its parameters."""
    limits = [f"{parameter} {text.clean(str(value))}" for parameter, value in event.rule.items()]
    return f"{_both_days(event)} (Rule: {', '.join([label(event.kind), *limits])}.)"


_PROOFS: Mapping[Kind, Callable[[Event], str]] = {
    Kind.NEW_LEADER: _leads,
    Kind.ENTERED_TOP: _in_or_out,
    Kind.SPIKE: _grows,
    Kind.TRENDING: _trends,
    Kind.OVERTOOK: _passes,
    Kind.MILESTONE: _reaches,
    Kind.CLIMBED: _goes,
    Kind.DROPPED: _goes,
    Kind.LEFT_TOP: _in_or_out,
    Kind.SHARE: _shares,
    Kind.MOVED: _moves,
    Kind.RENAMED: _renames,
}
