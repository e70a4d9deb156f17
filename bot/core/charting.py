"""What a digest draws, before anybody draws it: courses of ranks, and a spike against its baseline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import date

from bot.core import text, wording
from bot.core.absence import absent
from bot.core.charts import Chart, Column, Course, RankChart, Role, SpikeChart
from bot.core.courses import courses
from bot.core.days import ONE_DAY
from bot.core.digest import Section, cite, moment
from bot.core.event import Event, Kind
from bot.core.ranking import Snapshot
from bot.core.view import View, handle_of

COURSE_DAYS = 30
"""Days that a course covers at most."""
FEWEST = 3
"""Stored days that make a course: fewer are a table's business."""
OWN = 5
"""Courses of the reader's own and followed, at most."""
TOP = 5
"""First ranks of the board whose courses are drawn besides, where they are not among those."""
RANKED = 2
"""Boards whose courses a digest draws; beside them it draws one spike."""


def charts(views: Sequence[View], sections: Sequence[Section]) -> tuple[Chart, ...]:
    """What the digest of these views draws, each view with its section: courses of ranks, the first spike, tokens.

    Courses are drawn of the boards on which the reader's own or followed stand, then of those with a new #1.
    """
    told = [(view, section) for view, section in zip(views, sections, strict=True) if _has_courses(section)]
    told.sort(key=lambda pair: not pair[1].standing)
    ranked = [chart for view, section in told if (chart := ranks(view, section))]
    tokens = [drawn for view, section in told if (drawn := courses(view, section))]
    return (*ranked[:RANKED], *_spikes(views, sections), *tokens)


def _has_courses(section: Section) -> bool:
    return bool(section.standing) or any(news.kind == Kind.NEW_LEADER for news in section.news)


def ranks(view: View, section: Section) -> RankChart | None:
    """The courses of the section's items and of the top; None where too few days are stored for one.

    Fewer than half of the days from the first to the last are too few: what is left of a course are scattered dashes.
    """
    boards = {snapshot.end_date: snapshot for snapshot in view.recent}
    if view.current is None or len(boards) < FEWEST:
        return None
    first, last = min(boards), view.current.end_date
    if 2 * len(boards) < (last - first).days + 1:
        return None
    days = tuple(first + ONE_DAY * passed for passed in range((last - first).days + 1))
    heads = _heads(view, section)
    drawn = _courses(view.current, section, [boards.get(day) for day in days], heads)
    if not drawn:
        return None
    span = f"{wording.month_day(first)} to {wording.month_day(last)} {last.year}"
    window = view.watchlist.board.window_days
    told = " ".join(_course_in_words(course, view.current) for course in drawn)
    return RankChart(
        title=view.title,
        subtitle=f"Ranks by tokens of {wording.count(window, 'day')}, {span}",
        days=days,
        courses=drawn,
        source=_source(view, [snapshot.as_of for snapshot in view.recent]),
        alt=f"Ranks in {view.title}, {span}. {told}",
        sample=_is_sample(view),
    )


def _heads(view: View, section: Section) -> AbstractSet[str]:
    """Who has taken #1 from whom, where the digest tells it."""
    told = {news.id for news in section.news if news.kind == Kind.NEW_LEADER}
    changes = [event for event in view.events if event.kind is Kind.NEW_LEADER and handle_of(event) in told]
    old = [event.evidence.get("previous_leader") for event in changes]
    return {event.item for event in changes} | {leader["id"] for leader in old if leader}


def _courses(
    current: Snapshot, section: Section, boards: Sequence[Snapshot | None], heads: AbstractSet[str]
) -> tuple[Course, ...]:
    """Those of the reader's own, of the followed, and of the top, of the items that were ever listed.

    The ``heads`` are drawn as if they were followed, and among as many: a change of #1 is about both.
    """
    own = [
        Course(row.item, row.name, Role.MINE if row.mine else Role.FOLLOWED, _ranks(row.item, boards))
        for row in sorted(section.standing, key=lambda row: not row.mine)
    ]
    others = heads - {course.item for course in own}
    own = [course for course in own if any(course.ranks)][: OWN - len(others)]
    shown = {course.item for course in own}
    top = [
        Course(
            entry.item,
            text.clean(entry.name),
            Role.FOLLOWED if entry.item in heads else Role.TOP,
            _ranks(entry.item, boards),
        )
        for entry in current.entries[:TOP]
        if entry.item not in shown
    ]
    return (*own, *(course for course in top if any(course.ranks)))


def _ranks(item: str, boards: Sequence[Snapshot | None]) -> tuple[int | None, ...]:
    return tuple(board.rank(item) if board else None for board in boards)


def _course_in_words(course: Course, current: Snapshot) -> str:
    """Such as "Kestrel Code #7 → #4 (best #3, worst #9)."; in the numbers that the picture shows."""
    listed = [rank for rank in course.ranks if rank is not None]
    now = f"#{course.ranks[-1]}" if course.ranks[-1] else absent(current)
    if len(set(listed)) == 1 and course.ranks[-1]:
        return f"{course.name} {now} throughout."
    if listed[0] == course.ranks[-1]:
        return f"{course.name} {now} then and now (best #{min(listed)}, worst #{max(listed)})."
    return f"{course.name} #{listed[0]} → {now} (best #{min(listed)}, worst #{max(listed)})."


# ── spikes ───────────────────────────────────────────────────────────────────────────────────────────────────


def _spikes(views: Sequence[View], sections: Sequence[Section]) -> Iterator[SpikeChart]:
    """The first spike that the digest's news lead with, if any."""
    for view, section in zip(views, sections, strict=True):
        led = {news.id for news in section.news if news.kind == Kind.SPIKE}
        for event in view.events:
            if event.kind is Kind.SPIKE and handle_of(event) in led and event.evidence.get("baseline"):
                yield spike(event, view)
                return


def spike(event: Event, view: View) -> SpikeChart:
    """The event's window beside those of its baseline, oldest first, all by the figures that it was told with."""
    before = [
        Column(
            label=wording.day(date.fromisoformat(one["end_date"])),
            tokens=int(one["tokens"]) if one.get("held", True) or one["bounded"] else None,
            bounded=one["bounded"],
        )
        for one in reversed(event.evidence["baseline"])
    ]
    columns = (*before, Column(wording.day(event.date), event.tokens or 0))
    least = "at most " if event.evidence.get("at_least") else ""
    mean = f"{least}{wording.tokens(int(event.evidence['mean']))}"
    name = text.clean(event.name)
    window = "one day each" if event.window_days == 1 else f"{event.window_days} days to each date"
    base = wording.weeks_before(event.window_days)
    figures = wording.listing([_in_words(column) for column in before])
    return SpikeChart(
        title=name,
        subtitle=f"Tokens in {view.title}, {window}",
        item=event.item,
        columns=columns,
        mean=int(event.evidence["mean"]),
        base=f"mean of the {len(before)} before: {mean}",
        source=_source(view, [event.as_of]),
        alt=f"{name}: {_in_words(columns[-1])}, against a mean of {mean} over {base}: {figures}.",
        sample=_is_sample(view),
    )


def _in_words(column: Column) -> str:
    if column.tokens is None:
        return f"not listed on {column.label}"
    return f"{'at most ' if column.bounded else ''}{wording.tokens(column.tokens)} on {column.label}"


def _source(view: View, as_ofs: Sequence[str]) -> str:
    """The citation, with the earliest of the times: all figures are at least that fresh."""
    return cite(view.dataset, min(as_ofs, key=moment)).text


def _is_sample(view: View) -> bool:
    return any(snapshot.sample for snapshot in (*view.snapshots, *view.recent))
