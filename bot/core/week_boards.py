"""The boards of a briefing: tokens, share, change in points and prices of models; of apps who climbed and who fell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from bot.core import text, wording
from bot.core.absence import Reading
from bot.core.diff import places
from bot.core.market import Market
from bot.core.ranking import By, Dataset, Entry, Snapshot
from bot.core.standing import table_line
from bot.core.table_line import TableLine
from bot.core.view import View
from bot.core.week import WeekBoard

TOP = 10
"""Lines of a board."""
MOVERS = 3
"""Climbs, and falls, that are named below a board of apps."""
LEAST = 3
"""Places that make one, among the items that both boards list."""
WITHIN = 50
"""The better of its two ranks, for a climb or a fall to be named."""


def boards(views: Sequence[View], markets: Sequence[Market]) -> tuple[WeekBoard, ...]:
    """The views' boards in their order; labs stand right before their models, whichever of the two is watched."""
    with_labs = {market.models.watchlist.id: market for market in markets}
    paired = {market.labs.watchlist.id for market in markets if not market.derived}
    found: list[WeekBoard] = []
    for view in views:
        market = with_labs.get(view.watchlist.id)
        if view.current is None or not view.current.entries or view.watchlist.id in paired:
            continue
        if market and market.labs.current and market.labs.current.entries:
            found.append(board(market.labs, beside=True))
        found.append(board(view))
    return tuple(found)


def board(view: View, *, beside: bool = False) -> WeekBoard:
    """The top of the view's board."""
    entries = view.current.entries[:TOP] if view.current else ()
    return WeekBoard(
        watchlist=view.watchlist.id,
        title=view.title,
        noun=view.watchlist.board.noun,
        lines=tuple(_line(view, entry) for entry in entries),
        note=_note(view),
        beside=beside,
    )


def _line(view: View, entry: Entry) -> TableLine:
    share, points = shares(view, entry)
    return replace(table_line(view, entry, no_base=_unlisted_before(view)), share=share, points=points)


def _unlisted_before(view: View) -> str:
    """In place of a change: what the window before does not list; empty without that window."""
    return Reading.of(view.compared).narrow if view.compared else ""


def shares(view: View, entry: Entry) -> tuple[str, str]:
    """(share of all tokens, by how many points it changed), written; empty for apps, and what is not known a word."""
    if view.dataset is not Dataset.MODELS or view.current is None:
        return "", ""
    now = view.current.share(entry.item)
    if now is None:
        return "", ""
    before = view.compared.share(entry.item) if view.compared else None
    unknown = _unlisted_before(view)
    return wording.share(now), unknown if before is None else wording.points(100 * (now - before))


def with_shares(view: View, lines: Sequence[TableLine]) -> tuple[TableLine, ...]:
    """The lines of the view's top with their shares, and by how much those changed."""
    found = []
    for line in lines:
        entry = view.current.entry(line.item) if view.current else None
        share, points = shares(view, entry) if entry else ("", "")
        found.append(replace(line, share=share, points=points))
    return tuple(found)


def _note(view: View) -> str:
    if view.dataset is Dataset.MODELS:
        return _unlisted(view)
    way = [
        f"{word} {wording.listing(found)}"
        for word, found in zip(("climbed", "fell"), movers(view), strict=True)
        if found
    ]
    joined = "; ".join(way)
    return f"{joined[:1].upper()}{joined[1:]}." if joined else ""


def _unlisted(view: View) -> str:
    """Which part of all tokens is nobody's, said with the labs: "Models outside the daily top 50: 6.3%."."""
    current = view.current
    if view.watchlist.board.by is not By.AUTHOR or current is None or not current.total_tokens:
        return ""
    rest = sum(day.other_tokens for day in current.days)
    part = wording.share(Fraction(rest, current.total_tokens))
    return f"Models outside the daily top 50: {part}."


def movers(view: View) -> tuple[list[str], list[str]]:
    """(who climbed, who fell) most among those that both boards list, beyond the lines that the board shows."""
    if view.current is None or view.previous is None:
        return [], []
    ways = sorted(_ways(view.current, view.previous), key=lambda way: (-abs(way[0]), way[1]))
    climbed = [words for places_, _, words in ways if places_ >= LEAST]
    fell = [words for places_, _, words in ways if places_ <= -LEAST]
    return climbed[:MOVERS], fell[:MOVERS]


def _ways(current: Snapshot, previous: Snapshot) -> Iterator[tuple[int, int, str]]:
    """(places won among those listed on both days, rank now, words) of whoever stands elsewhere now."""
    for item, (now, before) in places(current, previous).items():
        entry, then = current.entry(item), previous.rank(item)
        if entry and then and min(entry.rank, then) <= WITHIN and entry.rank != then:
            yield before - now, entry.rank, f"{text.clean(entry.name)} #{then} → #{entry.rank}"
