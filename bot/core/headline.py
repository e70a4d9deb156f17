"""The headline, as one would say it aloud, and the sentence that a mail shows beside it in the inbox."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.core import first_place, quiet, standing, text, wording
from bot.core.correction import JUDGED_AGAIN, Correction, Turn, subject
from bot.core.digest import Standing
from bot.core.event import Event, Kind
from bot.core.parts import of_the_day
from bot.core.sentences import against, led_days, tally, verb
from bot.core.view import View
from bot.core.ways import passes

LIMIT = 90
"""Characters of a headline."""
NAME = 28
"""Characters of a name within one."""
TITLE = 32
"""Characters of a board's title within one."""
PHRASES = 3
"""What a headline says in words at most; the rest is counted."""
DEEPEST = 10**6
"""A rank below every other."""
LED_DAYS = 2
"""From how many days on a headline says how long the previous leader had led."""

_IN_WORDS = (Kind.NEW_LEADER, Kind.OVERTOOK, Kind.ENTERED_TOP, Kind.LEFT_TOP)


@dataclass(frozen=True, slots=True)
class Told:
    """An item's strongest event, and the view that tells it."""

    event: Event
    view: View


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something that a headline can say: ``what`` happens, on which board; an event's ``kind`` if it can be counted."""

    what: str
    title: str
    kind: Kind | None = None

    def words(self, before: str) -> str:
        """The phrase, with its board unless the phrase ``before`` named the same."""
        return self.what if self.title == before else f"{self.what} in {self.title}"


def headline(
    told: Sequence[Told],
    views: Sequence[View],
    *,
    day: date,
    corrections: Sequence[Correction] = (),
    since: date | None = None,
) -> str:
    """What happened, in at most 90 characters, the most important first, with counts of what it does not name.

    ``since`` is the last day told before, from which a quiet digest speaks.
    """
    corrected = heading(corrections, told, views)
    if corrected:
        return _corrected(corrected, len(corrections) - 1, told, fresh=_number_fresh(views))
    phrases, counted = _phrases(told, views)
    fresh = _number_fresh(views)
    if phrases:
        return next(_candidates(told, phrases, counted, fresh=fresh))
    if fresh:
        return _first([_opening(view) for view in views if view.new])
    return quiet.headline(views, day, since=since or day, other=bool(told))


def heading(corrections: Sequence[Correction], told: Sequence[Told], views: Sequence[View]) -> Correction | None:
    """The correction that takes the headline: one of what was in a headline, or the first where nothing else is told.

    ``corrections`` are in order, so that what was in a headline comes first.
    """
    first = next(iter(corrections), None)
    if first is None or first.heads:
        return first
    return None if _phrases(told, views)[0] or _number_fresh(views) else first


def lead(
    headed: str,
    told: Sequence[Told],
    views: Sequence[View],
    *,
    day: date,
    late: str,
    corrections: Sequence[Correction] = (),
) -> str:
    """A mail's first visible line, beside the headline ``headed``."""
    correction = heading(corrections, told, views)
    return _corrected_lead(correction, late) if correction else _lead(headed, told, views, day=day, late=late)


def _corrected_lead(correction: Correction, late: str) -> str:
    """Where the headline is a correction: what it is, and what comes after it."""
    known = correction.turn is not Turn.LATE or (correction.event.revised or {}).get("as_of")
    what = "OpenRouter changed its figures for that day." if known else JUDGED_AGAIN
    return " ".join([*_lateness(late), what, "What follows is today's briefing."])


def _lead(headed: str, told: Sequence[Told], views: Sequence[View], *, day: date, late: str) -> str:
    """What the headline only counted, where the reader's own stand, and about when."""
    facts = [clause.removesuffix(".") for clause in _lateness(late)]
    unnamed = [one for one in told if _name(one.event.name) not in headed]
    unsaid = [f"{_name(one.event.name)} {verb(one.event, one.view)}" for one in unnamed]
    if unsaid:
        facts.append("; ".join(unsaid[:2]))
    elif told and told[0].event.kind is Kind.NEW_LEADER and told[0].event.date == day:
        facts.append(against(told[0].event, told[0].view))
    own = next((line for view in views for line in standing.standings(view) if line.mine), None)
    if own and own.tokens and (len(unsaid) < 2 or own.name not in headed):
        facts.append(_own(own))
    if not facts:
        facts.extend(_leaders(views))
    titles = wording.listing([_title(view) for view in views], 3)
    facts.append(f"{titles} on OpenRouter, {views[0].window(day)} {day.year}" if views else f"{wording.full_day(day)}")
    return f"{'. '.join(facts)}."


def _lateness(late: str) -> list[str]:
    """The clause as a sentence, if there is one."""
    return [f"{late[:1].upper()}{late[1:].removesuffix('.')}."] if late else []


def _number_fresh(views: Sequence[View]) -> int:
    """New watchlists: with or without news, each is new to the reader."""
    return sum(view.new for view in views)


def _corrected(correction: Correction, more: int, told: Sequence[Told], *, fresh: int) -> str:
    """The correction, with counts of the news beside it and of the other corrections, or where they don't fit one."""
    line = subject(correction)
    revised = [wording.count(more, "more revision")] if more else []
    counted = " · ".join([line, *_counts([one.event.kind for one in told]), *_fresh(fresh), *revised])
    if len(counted) <= LIMIT:
        return counted
    tail = f" · {len(told) + fresh + more} more"
    return text.shorten(line, LIMIT - len(tail)) + tail


def _phrases(told: Sequence[Told], views: Sequence[View]) -> tuple[list[Phrase], list[Kind]]:
    """(what can be said in words, kinds that are only counted). New leaders first, then what the reader's own did.

    Then come the followed, and whoever else last. Moves, which the lines of what is followed show anyhow, are said and
    counted only where there is nothing else, but for changes of places (`_moves`). Of two that flap, a change of #1 is
    only counted, and their moves are left to their lines.
    """
    lines = [one for one in told if first_place.is_line(one.event, one.view)]
    pairs = {item for one in lines for item in first_place.rivals(one.event) if item}
    told = [one for one in told if one not in lines and not (one.event.kind is Kind.MOVED and one.event.item in pairs)]
    telling = [one for one in told if one.event.kind is not Kind.MOVED]
    said = [one for one in telling if one.event.kind in _IN_WORDS]
    rest = [one for one in telling if one.event.kind not in _IN_WORDS]
    leaders = [one for one in said if one.event.kind is Kind.NEW_LEADER]
    own = [one for one in said if one.event.kind is Kind.OVERTOOK and _is_about_own(one)]
    others = sorted((one for one in said if one not in leaders and one not in own), key=_is_of_a_stranger)
    phrases = [
        *[_phrase(one) for one in (*leaders, *own)],
        *_moves(views, pairs | {item for one in telling for item, _ in _items(one.event)}, telling),
        *[_phrase(one) for one in others],
    ]
    if not phrases:
        rest = rest or sorted(told, key=lambda one: not _is_about_own(one))
        phrases, rest = [_phrase(one) for one in rest[:1]], rest[1:]
    return phrases, [one.event.kind for one in (*lines, *rest)]


def _items(event: Event) -> Iterator[tuple[str, str]]:
    """(item, name) of those that an event is about: its own, and the one that it passed."""
    yield event.item, event.name
    if event.kind is Kind.OVERTOOK:
        yield event.evidence["passed"]["id"], event.evidence["passed"]["name"]


def _is_about_own(one: Told) -> bool:
    view = one.view
    return any(view.watchlist.is_mine(item, view.names_of(item, name)) for item, name in _items(one.event))


def _is_of_a_stranger(one: Told) -> bool:
    """Whether neither the item nor the one that it passed is the reader's own or followed."""
    return not any(one.view.is_followed(item, name) for item, name in _items(one.event))


def _phrase(one: Told) -> Phrase:
    does = passes(one.event, NAME) if one.event.kind is Kind.OVERTOOK else verb(one.event)
    if first_place.is_back(one.event, one.view):
        does = "back at #1"
    return Phrase(f"{_name(one.event.name)} {does}", _title(one.view), one.event.kind)


def _moves(views: Sequence[View], told: set[str], telling: Sequence[Told]) -> list[Phrase]:
    """The first change of places of one of the reader's own, unless an event tells of it anyhow.

    Else that of a followed item, where it is higher up than every stranger of whom something is told: what the reader
    follows is not behind someone at #49.
    """
    strangers = [one.event.rank or DEEPEST for one in telling if _is_of_a_stranger(one)]
    for mine, limit in ((True, DEEPEST), (False, min(strangers, default=0))):
        for view in views:
            passed = None if view.new else standing.passing(view, mine=mine)
            if passed and not {passed[0].item, passed[1].item} & told:
                one, other, rose = passed
                first, second = (one, other) if rose else (other, one)
                if first.rank <= limit:
                    return [Phrase(f"{_name(first.name)} passes {_name(second.name)} for #{first.rank}", _title(view))]
    return []


def _candidates(
    told: Sequence[Told], phrases: Sequence[Phrase], counted: Sequence[Kind], *, fresh: int
) -> Iterator[str]:
    """Headlines that fit, the one that says most first; the last always fits."""
    if len(told) == 1 and told[0].event.kind is Kind.NEW_LEADER and len(phrases) == 1 and not fresh:
        long = _reign(told[0])
        if long and len(long) <= LIMIT:
            yield long
    for number in range(min(PHRASES, len(phrases)), 0, -1):
        kinds = [phrase.kind for phrase in phrases[number:] if phrase.kind]
        line = " · ".join([*_joined(phrases[:number]), *_counts([*kinds, *counted]), *_fresh(fresh)])
        if len(line) <= LIMIT:
            yield line
    others = len(phrases) - 1 + len(counted) + fresh
    more = f"{others} more" if fresh else wording.count(others, "more change")
    tail = f" · {more}" if others else ""
    yield text.shorten(phrases[0].words(""), LIMIT - len(tail)) + tail


def _reign(one: Told) -> str:
    """Such as "New #1 in CLI agents: Foundry Agent, after 170 days of Harrier"; empty after a short reign.

    Of one that had led before: "Harrier back at #1 in CLI agents, 0.3% ahead of Foundry Agent", where that holds still.
    """
    evidence = one.event.evidence
    if first_place.is_back(one.event, one.view):
        second, ahead = evidence.get("second"), evidence.get("lead_percent")
        known = second and ahead not in (None, "0.0") and of_the_day(one.event, one.view)
        return f"{_phrase(one).words('')}, {ahead}% ahead of {_name(second['name'])}" if second and known else ""
    old = evidence.get("previous_leader")
    if not old or int(evidence.get("led_days") or 0) < LED_DAYS:
        return ""
    return f"New #1 in {_title(one.view)}: {_name(one.event.name)}, after {led_days(evidence)} of {_name(old['name'])}"


def _joined(phrases: Sequence[Phrase]) -> Iterator[str]:
    before = ""
    for phrase in phrases:
        yield phrase.words(before)
        before = phrase.title


def _counts(kinds: Sequence[Kind]) -> list[str]:
    """Such as "2 entries", "1 spike", in the order of their strength."""
    return [tally(kinds.count(kind), kind) for kind in Kind if kind in kinds]


def _fresh(number: int) -> list[str]:
    return [wording.count(number, "new watchlist")] if number else []


def _opening(view: View) -> str:
    """A new watchlist's headline: "CLI agents: Harrier leads, Foundry Agent and Roost follow"."""
    entries = view.current.entries[:3] if view.current else ()
    if not entries:
        return f"{_title(view)}: nothing listed yet"
    names = [_name(entry.name) for entry in entries]
    after = f", {wording.listing(names[1:])} follow{'s' if len(names) == 2 else ''}" if names[1:] else ""
    return f"{_title(view)}: {names[0]} leads{after}"


def _first(openings: Sequence[str]) -> str:
    """As many of the sentences as fit, the others counted."""
    for number in range(len(openings), 0, -1):
        left = len(openings) - number
        line = " · ".join([*openings[:number], *([wording.count(left, "more board")] if left else [])])
        if len(line) <= LIMIT:
            return line
    return text.shorten(openings[0], LIMIT)


def _own(line: Standing) -> str:
    rank = line.rank.rpartition(" ")[2]
    figures = [line.tokens, *([line.change] if line.change not in ("", standing.NO_BASE) else [])]
    gap = f", {line.gap}" if line.gap else ""
    return f"{line.name} #{rank} ({', '.join(figures)}){gap}"


def _leaders(views: Sequence[View]) -> Iterator[str]:
    for view in views:
        if view.current and view.current.entries:
            figures = [f"{_name(entry.name)} {wording.tokens(entry.tokens)}" for entry in view.current.entries[:3]]
            yield ", ".join(figures)
            return


def _name(name: str) -> str:
    return text.clean(name, NAME)


def _title(view: View) -> str:
    return text.clean(view.watchlist.title, TITLE)
