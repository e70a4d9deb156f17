"""What a chart of tokens over days shows: the courses of the reader's own and followed, and of the leaders.

It is for Slack's chart block, which takes 20 points and 6 series at most, and wants a value for each series at each
point; so days are passed over evenly, and an item that is not listed on one of them is not drawn. Its axis cannot be
turned round, so it shows tokens: with ranks, #1 would be at the bottom.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.core import text, wording
from bot.core.charts import TokenChart
from bot.core.digest import Section, moment
from bot.core.event import Kind
from bot.core.ranking import Entry, Snapshot
from bot.core.view import View

POINTS = 20
"""Days of a course, at most; of 30 days it is every other one."""
FEWEST = 3
"""Days that make a course."""
ENOUGH = 5
"""Days on which the reader's own has to be listed to be drawn: all are drawn from the first of them on."""
OWN = 4
"""Courses of the reader's own and followed, at most."""
LEADERS = 2
"""Courses of the first of the board besides."""
FLATTENING = 3
"""How many times as large as the largest of the reader's own leaders may be: beside larger ones it is a flat line.

A new #1 is what the chart is about, and drawn with the one behind it however large they are.
"""
LONGEST_STEP = 7
"""Days from one point to the next, at most."""
AS_OF = 40
"""Characters of a time that a label has room for. Those of the feed have 24."""


def courses(view: View, section: Section) -> TokenChart | None:
    """The courses of a board up to the digest's day; None where too few days are stored, or nobody's own is listed."""
    current = view.current
    if current is None:
        return None
    boards = _passed_over([board for board in view.recent if board.end_date <= current.end_date], current)
    led = any(news.kind == Kind.NEW_LEADER for news in section.news)
    own = [entry for entry in _own(current, section) if len(_unbroken(entry, boards)) >= min(ENOUGH, len(boards))]
    if len(boards) < FEWEST or not (own or led):
        return None
    mine = {row.item for row in section.standing if row.mine}
    shown = min((_unbroken(entry, boards) for entry in own if entry.item in mine), key=len, default=boards)
    drawn = [entry for entry in (*own, *_leaders(current, own, led=led)) if len(_unbroken(entry, shown)) == len(shown)]
    as_of = min((board.as_of for board in shown), key=moment)
    if not drawn or len(as_of) > AS_OF:
        return None
    days = view.watchlist.board.window_days
    return TokenChart(
        watchlist=view.watchlist.id,
        title=f"Tokens{'' if days == 1 else f', {days} days to each date'}: {view.title}",
        names=tuple(text.clean(entry.name) for entry in drawn),
        days=tuple(" ".join(wording.day(board.end_date).split()[1:]) for board in shown),
        tokens=tuple(tuple(board.tokens(entry.item) or 0 for board in shown) for entry in drawn),
        as_of=text.clean(as_of),
    )


def _passed_over(boards: Sequence[Snapshot], current: Snapshot) -> Sequence[Snapshot]:
    """The boards of every day, or every other, up to every week, POINTS at most; the newest is always one.

    A bot that is new has few days besides those of a week ago and so on, that rules compare with: it is the first step
    at which none is missing, unless that leaves less than half of the days. Then those that are missing are left out.
    """
    ages = {(current.end_date - board.end_date).days: board for board in boards}
    oldest = max(ages, default=0)
    least = oldest // POINTS + 1
    first = [age for age in ages if age % least == 0]
    for step in range(least, LONGEST_STEP + 1):
        wanted = range(oldest // step * step, -1, -step)
        if 2 * len(wanted) >= len(first) and ages.keys() >= set(wanted):
            return [ages[age] for age in wanted]
    return [ages[age] for age in first]


def _own(current: Snapshot, section: Section) -> Sequence[Entry]:
    """The reader's own, then the followed, as far as they are listed and there is room."""
    items = [row.item for row in sorted(section.standing, key=lambda row: not row.mine)]
    return [current.by_item[item] for item in items if item in current.by_item][:OWN]


def _leaders(current: Snapshot, own: Sequence[Entry], *, led: bool) -> Sequence[Entry]:
    """The first of the board that are not among the reader's own; none where they would flatten them."""
    shown = {entry.item for entry in own}
    first = [entry for entry in current.entries if entry.item not in shown][:LEADERS]
    most = FLATTENING * max((entry.tokens for entry in own), default=0)
    return first if led or all(entry.tokens <= most for entry in first) else ()


def _unbroken(entry: Entry, boards: Sequence[Snapshot]) -> Sequence[Snapshot]:
    """The newest boards, as far back as all of them list the item."""
    count = 0
    for board in reversed(boards):
        if board.tokens(entry.item) is None:
            break
        count += 1
    return boards[len(boards) - count :]
