"""A quiet digest in words: that nothing changed, for how long, where the reader's own stands, who is close to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise

from bot.core import parts, standing, text, wording
from bot.core.days import ONE_DAY, WEEK_DAYS
from bot.core.digest import Standing
from bot.core.ranking import Entry, Snapshot
from bot.core.view import View
from bot.core.week import BRIEFING_DAYS

LIMIT = 90
"""Characters of a headline."""
NAME, TITLE = 28, 32
"""Characters of a name, and of a board's title, within one."""
TOP = 10
"""Ranks of which a quiet week says that they are unchanged."""
CLOSE = 2
"""Pairs that are named as closest to changing places."""
NEAR = Fraction(1, 10)
"""How far behind, as a part of its own tokens, somebody may be and still be called close."""


def headline(views: Sequence[View], day: date, *, since: date, other: bool) -> str:
    """Such as "Quiet week in CLI agents: top 10 unchanged"; over fewer days "Nothing new in CLI agents: …".

    ``other``: something is told all the same, in a line.
    """
    titles = wording.listing([text.clean(view.watchlist.title, TITLE) for view in views])
    if not any(view.current for view in views):
        return text.shorten(f"No figures for {wording.day(day)}" + (f": {titles}" if titles else ""), LIMIT)
    week = not other and not any(view.events for view in views) and (day - since).days >= BRIEFING_DAYS
    nothing = "Quiet week" if week else "Nothing else new" if other else "Nothing new"
    tail = ": top 10 unchanged" if week and _unchanged(views) else ": nothing to tell" if week else ""
    if len(f"{nothing} in {titles}{tail}") > LIMIT:
        titles = wording.count(len(views), "watchlist")
    first = f"{nothing} in {titles}"
    if week:
        return f"{first}{tail}"
    own = next((line for view in views for line in standing.standings(view) if line.mine and line.glyph == "="), None)
    line = f"{first}: {text.clean(own.name, NAME)} stays #{own.rank}" if own else first
    return line if len(line) <= LIMIT else first


def _unchanged(views: Sequence[View]) -> bool:
    """Whether on every board the first ten are the same, in the same order, as on the last day told."""
    return all(_first(view.current) == _first(view.previous) for view in views)


def _first(snapshot: Snapshot | None) -> list[str] | None:
    return [entry.item for entry in snapshot.entries[:TOP]] if snapshot else None


def own(view: View) -> str:
    """Where the first of the reader's own stands: "Kestrel Code #4 all week, 1.86T (+1%), 40B ahead of Marlin."."""
    line = next((one for one in standing.standings(view) if one.mine and one.tokens), None)
    return f"{_stands(view, line)}." if line else ""


def _stands(view: View, line: Standing) -> str:
    rank = line.rank.rpartition(" ")[2]
    change = f" ({line.change})" if line.change not in ("", standing.NO_BASE) else ""
    gap = f", {line.gap}" if line.gap else ""
    return f"{line.name} #{rank}{' all week' if _all_week(view, line.item) else ''}, {line.tokens}{change}{gap}"


def _all_week(view: View, item: str) -> bool:
    """Whether the item had the same rank on each of the last seven days, all of which are stored."""
    end = view.current.end_date if view.current else date.min
    ranks = {board.end_date: board.rank(item) for board in view.recent}
    week = [ranks.get(end - back * ONE_DAY) for back in range(WEEK_DAYS)] if ranks else [None]
    return None not in week and len(set(week)) == 1


def closest(view: View, title: str = "") -> str:
    """Such as "Closest to changing: Marlin is 2.2% behind Kestrel Code; Ibex 0.9% behind Copperhead."; or empty.

    The reader's own comes first, then who of the first ten has the least lead over the next. ``title`` names the board
    where there are several.
    """
    pairs = sorted(_pairs(view), key=lambda pair: (not pair[0], pair[1]))[:CLOSE]
    if not pairs:
        return ""
    (_, part, ahead, behind), *others = pairs
    said = [_behind(part, ahead, behind, "is ")]
    said += [_behind(part, ahead, behind, "") for _, part, ahead, behind in others]
    return f"Closest to changing{parts.within(title)}: {'; '.join(said)}."


def _behind(part: Fraction, ahead: Entry, behind: Entry, verb: str) -> str:
    first, second = text.clean(behind.name), text.clean(ahead.name)
    return f"{first} {verb}level with {second}" if not part else f"{first} {verb}{wording.share(part)} behind {second}"


def _pairs(view: View) -> Iterator[tuple[bool, Fraction, Entry, Entry]]:
    """(whether it is about the reader's own, how far behind as a part of the one behind, ahead, behind)."""
    entries = view.current.entries[: TOP + 1] if view.current else ()
    for ahead, behind in pairwise(entries):
        part = Fraction(ahead.tokens - behind.tokens, behind.tokens) if behind.tokens else NEAR
        if part < NEAR:
            mine = any(view.watchlist.is_mine(one.item, view.names_of(one.item, one.name)) for one in (ahead, behind))
            yield mine, part, ahead, behind
