"""Who came into a board's top within a week and stayed, who came and went: read from the stored days, day by day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from bot.core import text, wording
from bot.core.days import ONE_DAY, WEEK_DAYS
from bot.core.ranking import MODEL_DEPTH, Snapshot
from bot.core.rules.top import EnteredTop
from bot.core.view import View
from bot.core.week import Arrivals

STAYED = 3
"""Days in the top, of those of the week, from which on somebody stayed."""
NAMED = 12
"""Of those that stayed, how many are named."""


def arrivals(view: View, day: date) -> Arrivals | None:
    """The newcomers of the week that ends on ``day``; None without figures for it, or where nobody came."""
    if view.current is None:
        return None
    tops, n = _tops(view), _depth(view)
    title, lists = view.title, "daily lists" if view.watchlist.board.of_models else f"boards of {_span(view)}"
    rule = f"in the top {n} of the {lists} on at least {STAYED} of the {WEEK_DAYS} days, and on none of the week before"
    week, before = _days(day), _days(day - WEEK_DAYS * ONE_DAY)
    missing = [one for one in (*before, *week) if one not in tops]
    if missing:
        days = wording.count(len(missing), "day")
        return Arrivals(title, rule, (), f"Not known: {days} of the two weeks {_is(missing)} not stored.")
    old = {item for one in before for item in _first(tops[one], n)}
    came: dict[str, list[date]] = {}
    for one in week:
        for item in _first(tops[one], n):
            if item not in old:
                came.setdefault(item, []).append(one)
    if not came:
        return None
    stayed = [item for item, days in came.items() if len(days) >= STAYED]
    stayed.sort(key=lambda item: (view.current.rank(item) if view.current else None) or 10**6)
    named = [_stayed(view, tops, item, came[item], day) for item in stayed[:NAMED]]
    if len(stayed) > NAMED:
        named.append(wording.count(len(stayed) - NAMED, "other"))
    return Arrivals(title, rule, tuple(named), _others(view, tops, came, day), len(stayed))


def _tops(view: View) -> Mapping[date, Snapshot]:
    """The lists by day: of models the daily ones that their windows are summed from, of apps the boards of each day."""
    boards = [board for board in (*view.recent, view.previous, view.compared, view.current) if board]
    if not view.watchlist.board.of_models:
        return {board.end_date: board for board in boards}
    return {one.end_date: one for board in boards for one in board.days}


def _depth(view: View) -> int:
    """The n of the top that is meant: the largest that the watchlist tells entries into, else that of its kind."""
    told = [rule.n for rule in view.watchlist.rules if isinstance(rule, EnteredTop)]
    usual = 10 if view.watchlist.board.subcategory else MODEL_DEPTH
    return min(max(told, default=usual), MODEL_DEPTH if view.watchlist.board.of_models else view.watchlist.depth)


def _days(last: date) -> list[date]:
    return [last - back * ONE_DAY for back in reversed(range(WEEK_DAYS))]


def _first(snapshot: Snapshot, n: int) -> Iterator[str]:
    return (entry.item for entry in snapshot.entries[:n])


def _span(view: View) -> str:
    return wording.count(view.watchlist.board.window_days, "day")


def _is(days: list[date]) -> str:
    return "is" if len(days) == 1 else "are"


def _name(view: View, tops: Mapping[date, Snapshot], item: str, last: date) -> str:
    """The item's name on the board shown, else as it is called elsewhere in the digest, else as it came."""
    entry = view.current.entry(item) if view.current else None
    borne = view.names.get(item)
    listed = entry or tops[last].entry(item)
    return text.clean(borne[0] if borne and not entry else listed.name if listed else item)


def _stayed(view: View, tops: Mapping[date, Snapshot], item: str, days: list[date], day: date) -> str:
    """Such as "Swift 4 mini #14"; of one that is gone by the last day, when it was there last."""
    name = _name(view, tops, item, days[-1])
    rank = view.current.rank(item) if view.current else None
    left = "" if days[-1] == day else f", last there on {wording.day(days[-1])}"
    return f"{name} #{rank}{left}" if rank is not None else f"{name}{left}"


def _others(view: View, tops: Mapping[date, Snapshot], came: Mapping[str, list[date]], day: date) -> str:
    """Those that were there on fewer days: who is there still, by name, and how many are gone."""
    fewer = {item: days for item, days in came.items() if len(days) < STAYED}
    here = [
        f"{_name(view, tops, item, day)} (since {wording.day(days[0])})"
        for item, days in fewer.items()
        if days[-1] == day
    ]
    gone = sum(days[-1] != day for days in fewer.values())
    parts = [f"Too new to tell: {wording.listing(here, 3)}."] if here else []
    return " ".join([*parts, *([f"Came and went: {wording.count(gone, 'other')}."] if gone else [])])
