"""Composes a digest: from boards and events to what one message says. No clock, no I/O, no medium."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date
from fractions import Fraction
from itertools import takewhile

from bot.core import (
    bases,
    charting,
    diary,
    first_place,
    moves,
    notes,
    opening,
    pricing,
    proofs,
    quiet,
    sentences,
    standing,
    tables,
    week_boards,
    week_lines,
    wording,
)
from bot.core.correction import Correction, as_ofs, ordered, revisions
from bot.core.days import ONE_DAY
from bot.core.digest import Digest, News, Proof, Provenance, Section, cite, moment
from bot.core.event import Event, Kind
from bot.core.headline import Told
from bot.core.netting import Net, net
from bot.core.opening import Span
from bot.core.ranking import Dataset
from bot.core.view import View, handle_of
from bot.core.week import BRIEFING_DAYS, Week

__all__ = ["View", "compose"]

TOP = 10
"""Lines of a board's top."""
TOP_NEW = 5
"""Lines of it in a watchlist's first digest (detection: Missed days)."""
UNMATCHED = 10
"""Names that match nothing, of which a first digest says each."""
_NO_LIMIT = 10**9
"""The multiple of a spike from an average of 0: greater than any other."""


@dataclass(frozen=True, slots=True)
class _Line:
    """All that one item has to tell: the strongest event, and the others."""

    lead: Told
    others: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all sections share. ``dated``: news says of which day it is; ``weekly``: tops have shares."""

    views: Sequence[View]
    day: date
    dated: bool
    weekly: bool

    def welcomed(self, view: View) -> bool:
        """Whether a view before that one is new, too, and says what that means."""
        before = takewhile(lambda one: one is not view, self.views)
        return any(one.new and one.current and not one.events for one in before)


def compose(
    channel: str,
    *,
    day: date,
    days: tuple[date, ...],
    views: Sequence[View],
    late: str,
    complete: bool = True,
    checked: date,
    corrections: Sequence[Correction] = (),
    since: date | None = None,
    weekly: bool = False,
    next_word: str = "",
) -> Digest:
    """The digest of ``days`` (ascending; ``day`` is the last) for one channel, a section each view.

    ``late`` is one clause, or empty; ``complete``: no watchlist of the channel is missing, or told only in part.
    ``checked`` is the day on which it is composed. One item is one line over all
    views; events of ``days`` that no longer hold are netted out (``Digest.stated`` names those that are told).
    ``corrections`` are what restatements changed for the channel, of any day; their events are in no view. A quiet
    digest draws nothing. ``since`` is the last day told before (the day before, if None); ``weekly`` says that the
    channel's digests are about so many days that one is a briefing; ``next_word`` is for a quiet one.
    """
    span = Span(day, days, since or day - ONE_DAY, opening.whole(late, views, complete=complete))
    week = week_lines.week(views, day) if weekly and span.length >= BRIEFING_DAYS else None
    digest = _digest(channel, views, span, ordered(corrections), week=week, checked=checked)
    if digest.is_quiet:
        return replace(digest, next_word=next_word, sections=_calm(digest.sections, views))
    return replace(digest, charts=charting.charts(views, digest.sections))


def _digest(
    channel: str,
    views: Sequence[View],
    span: Span,
    corrections: Sequence[Correction],
    *,
    week: Week | None,
    checked: date,
) -> Digest:
    nets = [net(view) for view in views]
    kept = [netted.kept for netted in nets]
    shown = [moves.shown(view, events) for view, events in zip(views, kept, strict=True)]
    lines = _lines(views, _unseen(kept, shown))
    told = [line.lead for line in _lines(views, kept)]
    opened = opening.opening(told, views, span, corrections=corrections, week=week)
    frame = _Frame(views, span.day, dated=len(span.days) > 1, weekly=week is not None)
    return Digest(
        channel=channel,
        day=span.day,
        days=tuple(span.days),
        headline=opened.headline,
        lead=opened.lead,
        late=span.late,
        sections=tuple(
            _section(view, net.passed, lines, moved, frame) for view, net, moved in zip(views, nets, shown, strict=True)
        ),
        provenance=_provenance(views, nets, checked, corrections),
        revisions=revisions(corrections, {view.watchlist.id: view.title for view in views}),
        prices=pricing.note(views),
        tables=tables.tables(views),
        change=opened.change,
        week=week,
        diary=diary.diary(views) if span.is_late else (),
    )


def _calm(sections: Sequence[Section], views: Sequence[View]) -> tuple[Section, ...]:
    """The sections of a quiet digest, with where the reader's own stands and who is close to a change."""
    return tuple(
        replace(section, calm=quiet.own(view), closest=quiet.closest(view, view.title if len(views) > 1 else ""))
        for section, view in zip(sections, views, strict=True)
    )


def _unseen(kept: Sequence[Sequence[Event]], shown: Sequence[Sequence[Event]]) -> list[list[Event]]:
    """What no line of yours and followed has told."""
    seen = {event.key for events in shown for event in events}
    return [[event for event in events if event.key not in seen] for events in kept]


def _lines(views: Sequence[View], kept: Sequence[Sequence[Event]]) -> list[_Line]:
    """One line an item, the strongest first; among equals the reader's own and followed, then by size and rank."""
    items: dict[tuple[str, str], list[Told]] = {}
    for view, events in zip(views, kept, strict=True):
        for event in events:
            items.setdefault((view.watchlist.board.noun, event.item), []).append(Told(event, view))
    lines = []
    for told in items.values():
        first, *others = sorted(told, key=_rank_among_own)
        lines.append(_Line(first, tuple(others)))
    return sorted(lines, key=lambda line: _weight(line.lead))


def _rank_among_own(one: Told) -> tuple[int, bool, int]:
    """The order of one item's events: by kind; what may be a headline; smallest top, highest milestone."""
    event = one.event
    passed = event.evidence.get("passed", {}).get("rank")
    within = int(event.rule.get("n") or passed or -int(event.evidence.get("threshold") or 0))
    return event.kind.strength, first_place.is_line(event, one.view), within


def _weight(one: Told) -> tuple[int, bool, Fraction, tuple[int, bool, int, str]]:
    event = one.event
    stranger = not one.view.is_followed(event.item, event.name)
    return event.kind.strength, stranger, -_size(event), event.order


def _size(event: Event) -> Fraction:
    """By how much it grew or its share moved: ranks of different boards say little about which of two is greater."""
    if event.kind is Kind.SPIKE:
        return Fraction(event.evidence.get("ratio") or _NO_LIMIT)
    return abs(Fraction(event.evidence.get("points") or 0)) if event.kind is Kind.SHARE else Fraction(0)


def _section(view: View, passed: str, lines: Sequence[_Line], moved: Sequence[Event], frame: _Frame) -> Section:
    day = frame.day
    news = tuple(_news(line, frame) for line in lines if line.lead.view is view)
    elsewhere = next((line for line in lines if any(one.view is view for one in line.others)), None)
    top = standing.top(view, TOP_NEW if view.new else TOP)
    top = week_boards.with_shares(view, top) if frame.weekly else top
    standings = standing.standings(view)
    told = {line.item for line in news}
    own = [one.event for line in lines for one in (line.lead, *line.others) if one.view is view]
    shown = [item for item in (*(row.item for row in standings), *(line.item for line in top)) if item not in told]
    return Section(
        watchlist=view.watchlist.id,
        title=view.title,
        url=view.watchlist.board.url,
        scope=bases.scope(view, day),
        new=view.new,
        standing=moves.told(standings, moved, news=own),
        news=news,
        quiet="" if news else _quiet(view, elsewhere, frame, other=bool(passed or moved or frame.weekly)),
        top_title=f"Top {len(top)}, {view.title}, {view.window(day)}" if top else "",
        top=top,
        not_evaluated=(*_unmatched(view), *notes.merged(view.not_evaluated, day)),
        passed=passed,
        noun=view.watchlist.board.noun,
        price_changes=pricing.changes(view, shown),
    )


def _unmatched(view: View) -> tuple[str, ...]:
    """In a watchlist's first digest, what of ``mine`` and ``follow`` means nothing; of very many the first ones."""
    said = view.unmatched() if view.new else ()
    more = wording.count(len(said) - UNMATCHED, "more name matches", "more names match")
    return said if len(said) <= UNMATCHED else (*said[:UNMATCHED], f"{more} nothing yet: rankbot status")


def _news(line: _Line, frame: _Frame) -> News:
    event, view = line.lead.event, line.lead.view
    when = f" ({wording.day(event.date)})" if frame.dated else ""
    head = f"{sentences.head(event, view)}{sentences.because(event)}{when}"
    beside = [_beside(one, line.lead) for one in line.others]
    detail = sentences.detail(event, view) + (
        f" Also {wording.listing(list(dict.fromkeys(beside)))}." if beside else ""
    )
    detail += pricing.remark(event, view)
    why = proofs.why(event)
    if event.kind is Kind.NEW_LEADER:
        detail += first_place.elsewhere(event, view, frame.views)
        why += first_place.days_led(event, view)
    return News(
        id=handle_of(event),
        kind=event.kind.value,
        item=event.item,
        date=event.date,
        text=f"{head}: {detail}",
        why=why,
        name=sentences.name(event),
        head=head,
        detail=detail,
        also=tuple(
            Proof(handle_of(one.event), proofs.why(one.event), f"{sentences.name(event)} also {words}")
            for one, words in zip(line.others, beside, strict=True)
        ),
    )


def _beside(one: Told, lead: Told) -> str:
    """An event beside the strongest of its item, with its board and its day where they are others."""
    words = sentences.also(one.event, one.view, "" if one.view is lead.view else one.view.title)
    return words if one.event.date == lead.event.date else f"{words} ({wording.day(one.event.date)})"


def _quiet(view: View, elsewhere: _Line | None, frame: _Frame, *, other: bool) -> str:
    """A sentence for a section without news. ``other``: it tells something all the same."""
    if view.current is None:
        return f"{view.title}: no figures for {wording.day(frame.day)}."
    if view.new:
        return f"{view.title} is new here{', too' if frame.welcomed(view) else ': from now on you read what changes'}."
    if elsewhere:
        return f"{view.title}: {sentences.name(elsewhere.lead.event)} is told under {elsewhere.lead.view.title}."
    if other or standing.passing(view):
        return f"{view.title}: nothing else new."
    since = f" since {wording.day(view.last_news)}" if view.last_news else ""
    return f"{view.title}: nothing new{since}."


# ── where it comes from ──────────────────────────────────────────────────────────────────────────────────────


def _provenance(
    views: Sequence[View], nets: Sequence[Net], checked: date, corrections: Sequence[Correction]
) -> Provenance:
    """One citation a dataset, with the earliest ``as_of`` of the boards, events and revised figures shown.

    They were checked on the day of composing, or, in the digest of a past day, on the later one on which they were
    fetched: never before the time that is cited.
    """
    citations = []
    for dataset in Dataset:
        shown = list(
            _as_ofs((view, netted.kept) for view, netted in zip(views, nets, strict=True) if view.dataset is dataset)
        )
        shown += as_ofs(corrections, dataset)
        if shown:
            citations.append(cite(dataset, min(shown, key=moment)))
    stored = [snapshot for view in views for snapshot in view.snapshots]
    newest = max([checked, *(snapshot.fetched_at.astimezone(UTC).date() for snapshot in stored)])
    return Provenance(tuple(citations), wording.full_day(newest), sample=any(snapshot.sample for snapshot in stored))


def _as_ofs(shown: Iterable[tuple[View, Sequence[Event]]]) -> Iterator[str]:
    """The times of the boards shown and of the events told; where there are neither, of the bases."""
    for view, events in shown:
        twin = view.twin if any(event.kind is Kind.TRENDING for event in events) else None
        found = [*(board.as_of for board in (view.current, twin) if board), *(event.as_of for event in events)]
        yield from found or [snapshot.as_of for snapshot in view.snapshots]
