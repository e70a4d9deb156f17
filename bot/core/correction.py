"""What OpenRouter's restatements made of what was told, in words: what was said, what holds, and both figures.

It is told as revised data, never as an error of ours, and without a cause beyond the figures themselves. Every kind of
event is told by the words that news has for it, so none is missing here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.core import proofs, sides, text, wording
from bot.core.digest import Provenance, Revision, cite, moment
from bot.core.event import Event, Kind
from bot.core.ranking import Board, Dataset
from bot.core.sentences import head, verb
from bot.core.view import handle_of

LIMIT = 90
"""Characters of a subject."""
NAME = 28
"""Characters of a name within one."""
JUDGED_AGAIN = "It was found when that day was judged again."
_NO_LONGER = "By OpenRouter's new figures that is not so."


class Turn(StrEnum):
    """What became of an event after its day was judged."""

    RETRACTED = "retracted"
    """It was told, and does not hold."""
    RESTORED = "restored"
    """Its retraction was told, and it holds after all."""
    LATE = "late"
    """It holds, and was not told with its day."""


@dataclass(frozen=True, slots=True)
class Correction:
    """An event that a restatement changed for a channel. ``headed``: the headline that told it named it."""

    event: Event
    turn: Turn
    headed: bool = False

    @property
    def heads(self) -> bool:
        """Whether it takes the headline, as what it corrects did; what was never told headed nothing."""
        return self.headed and self.turn is not Turn.LATE

    @property
    def as_of(self) -> str:
        """The time of the figures that hold now, to the letter; the event's own where that is not known."""
        own = self.event.as_of
        return str((self.event.revised or {}).get("as_of") or own) if self.turn is Turn.RETRACTED else own


def ordered(corrections: Sequence[Correction]) -> list[Correction]:
    """What was in a headline first, then by date and strength."""
    return sorted(corrections, key=_weight)


def revisions(corrections: Sequence[Correction], titles: Mapping[str, str]) -> tuple[Revision, ...]:
    """A line for each correction, in order. ``titles`` are the shown ones by watchlist; of several, each is named."""
    return tuple(_revision(one, _title(one.event, titles)) for one in ordered(corrections))


def subject(correction: Correction) -> str:
    """The correction as a headline, at most 90 characters: "Revised: Sable was #11 on 17 November, not #10"."""
    event, day = correction.event, wording.month_day(correction.event.date)
    news = f"{text.clean(event.name, NAME)} {verb(event)}"
    if correction.turn is Turn.LATE:
        line = f"Late news of {day}: {news}"
    elif correction.turn is Turn.RESTORED:
        line = f"Revised again for {day}, so after all: {news}"
    else:
        holds = _in_short(event, day)
        line = f"Revised: {holds}" if holds else f"Revised for {day}, no longer so: {news}"
    return text.shorten(line, LIMIT)


def provenance(corrections: Sequence[Correction], checked: date, *, sample: bool) -> Provenance:
    """Where the figures come from that hold now; those that they replace bear their own time beside them.

    A citation a dataset, with the earliest time.
    """
    found = [(dataset, as_ofs(corrections, dataset)) for dataset in Dataset]
    citations = tuple(cite(dataset, min(shown, key=moment)) for dataset, shown in found if shown)
    return Provenance(citations, wording.full_day(checked), sample=sample)


def as_ofs(corrections: Sequence[Correction], dataset: Dataset) -> list[str]:
    """The times of the dataset's figures that hold now, to the letter."""
    return [one.as_of for one in corrections if Board.parse(one.event.board).dataset is dataset]


def _weight(one: Correction) -> tuple[bool, date, tuple[int, bool, int, str]]:
    return not one.heads, one.event.date, one.event.order


def _title(event: Event, titles: Mapping[str, str]) -> str:
    """The watchlist's title, or its id where none is given; empty where the channel has no other."""
    if list(titles) == [event.watchlist]:
        return ""
    return text.clean(titles.get(event.watchlist, event.watchlist))


def _revision(one: Correction, title: str) -> Revision:
    event, when = one.event, wording.day(one.event.date)
    news = head(event) + (f" in {title}" if title else "")
    before, now = _sides(one)
    if one.turn is Turn.LATE:
        said, holds = f"Late, for {when}: {news} ({_place(event)}).", _was(event, before)
    elif one.turn is Turn.RESTORED:
        said = f"For {when} we told, then took back: {news}."
        holds = f"It holds after all: {_place(event)}."
    else:
        said, holds = f"For {when} we told: {news}.", _is(event, now)
    return Revision(
        id=handle_of(event),
        date=event.date,
        text=f"{said} {holds}",
        said=said,
        holds=holds,
        figures=sides.figures(event, before, now),
        headed=one.heads,
        late=one.turn is Turn.LATE,
        why=proofs.why(event) if one.turn is Turn.LATE else "",
    )


def _sides(one: Correction) -> tuple[sides.Side | None, sides.Side | None]:
    """(before, now), as far as each is known."""
    own = sides.told(one.event)
    if one.turn is Turn.RETRACTED:
        return own, sides.other(one.event)
    return (sides.other(one.event) if one.turn is Turn.LATE else None), own


def _place(event: Event) -> str:
    """Rank and tokens of the event's own side: "#10, 455B"."""
    told = sides.told(event)
    rank = sides.place(event, told)
    return rank if told.tokens is None else f"{rank}, {wording.tokens(told.tokens)}"


# ── what holds ───────────────────────────────────────────────────────────────────────────────────────────────


def _is(event: Event, now: sides.Side | None) -> str:
    """What holds instead: "It was #11, not #10: Quarry is now listed for that day."."""
    told = sides.told(event)
    if now is None or not now.is_known:
        return _NO_LONGER
    where = sides.place(event, now)
    if told.rank == now.rank:
        return _tokens(event, told, now) or f"It still was {where}, but the figures it is judged by were changed."
    if now.rank is None:
        return f"It was {where}{_leader(event)}."
    was = f"It was listed, at {where}" if told.rank is None else f"It was {where}, not #{told.rank}"
    return f"{was}{_leader(event)}{_because(event, told, now)}."


def _was(event: Event, before: sides.Side | None) -> str:
    """What held before: "Before the revision it was #11: Quarry is no longer listed for that day."."""
    told = sides.told(event)
    if before is None or not before.is_known:
        return JUDGED_AGAIN
    where = sides.place(event, before)
    if told.rank == before.rank:
        return _tokens(event, before, told) or f"It was {where} before, too: other figures it is judged by changed."
    return f"Before the revision it was {where}{_leader(event)}{_because(event, before, told)}."


def _tokens(event: Event, before: sides.Side, now: sides.Side) -> str:
    """How the tokens changed where they are what is judged and the place is the same; empty where they did not."""
    if _about_rank(event) or not sides.differ(before.tokens, now.tokens):
        return ""
    old, new = sides.amounts(before.tokens, now.tokens)
    return f"Its tokens are now {new}, not {old}."


def _because(event: Event, before: sides.Side, now: sides.Side) -> str:
    """The changes of figures that moved the item, after a colon; empty where none is known."""
    clauses = list(_listed(event, before, now))
    if clauses:
        clauses[0] += " for that day"
    if sides.differ(before.tokens, now.tokens):
        old, new = sides.amounts(before.tokens, now.tokens)
        clauses.append(f"its tokens are now {new}, not {old}")
    return f": {wording.listing(clauses)}" if clauses else ""


def _listed(event: Event, before: sides.Side, now: sides.Side) -> Iterator[str]:
    """Who is listed above the item again, and who above it is no longer; on a board that goes on, in what was read."""
    revised = event.revised or {}
    came = [text.clean(str(one["name"])) for one in revised.get("came") or ()]
    gone = [text.clean(str(one["name"])) for one in revised.get("gone") or ()]
    for names, what in ((came, before.read.come), (gone, now.read.gone)):
        if names:
            yield f"{wording.listing(names, sides.NAMED)} {'is' if len(names) == 1 else 'are'} {what}"


def _leader(event: Event) -> str:
    """Who led on the other side, for an event that is about who leads: ", behind Harrier (6.05T)"."""
    revised = event.revised or {}
    found = revised.get("leader") if event.kind is Kind.NEW_LEADER else None
    if not found:
        return ""
    name, led = text.clean(str(found["name"])), wording.tokens(int(found["tokens"]))
    return f"; {name} led with {led}" if revised.get("rank") is None else f", behind {name} ({led})"


def _in_short(event: Event, day: str) -> str:
    """What holds instead, for a headline: who led, the other place or tokens; empty where none differs."""
    told, now = sides.told(event), sides.other(event)
    if now is None or not now.is_known:
        return ""
    name = text.clean(event.name, NAME)
    leader = (event.revised or {}).get("leader") if event.kind is Kind.NEW_LEADER and now.rank != 1 else None
    if leader:
        return f"{text.clean(str(leader['name']), NAME)} led on {day}, not {name}"
    old, new = (wording.tokens(side.tokens or 0) for side in (told, now))
    if not _about_rank(event) and sides.differ(told.tokens, now.tokens) and old != new:
        return f"{name} had {new} tokens on {day}, not {old}"
    return "" if told.rank == now.rank else _placed(event, told, now, day)


def _placed(event: Event, told: sides.Side, now: sides.Side, day: str) -> str:
    """The item's other place, for a headline."""
    name, trending = text.clean(event.name, NAME), event.kind is Kind.TRENDING
    if now.rank is None:
        return f"{name} was {sides.place(event, now)} on {day}"
    if told.rank is None:
        return f"{name} was still listed on {day}, at #{now.rank}"
    return f"{name} {'trended at' if trending else 'was'} #{now.rank} on {day}, not #{told.rank}"


def _about_rank(event: Event) -> bool:
    """Whether the rule asks for a place; the others ask for tokens."""
    return event.kind is Kind.NEW_LEADER or "n" in event.rule
