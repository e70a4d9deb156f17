"""The short form of a digest: what the parent of a thread shows, in ten lines at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core import caps
from bot.core.digest import Digest, News, Revision, Section, Standing
from bot.core.event import Kind
from bot.core.table_line import TableLine
from bot.core.wording import count, listing

LINES = 10
"""Lines of a short form, its headline and the heading of its table counted."""
OPENING = 5
"""Lines of the board that a new watchlist without standing shows."""
TITLES = 3
"""Titles that a line names."""
WEEK_LINES = 3
"""Lines of a briefing, where nothing else takes their room."""
FEW = 2
"""Lines of what was revised where not all is shown and there is room for ROOMY lines; else it is one."""
ROOMY = 6
_SCOPES = 2
"""Lines of windows and bases, where there is room for them."""
_SOME_OF_EACH = 5
"""Lines that show a row, news and something revised under its heading, and say what is left out."""
ELSEWHERE = "windows and bases in the thread"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which boards, as (title, address), share a window and bases, said once for all of them."""

    boards: tuple[tuple[str, str], ...]
    others: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A standing with its board, which is empty where there is only one."""

    standing: Standing
    board: str


@dataclass(frozen=True, slots=True)
class Bullet:
    """News with its board, which is empty where there is only one."""

    news: News
    board: str


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The short form. ``opening`` is a new watchlist's board; ``more`` says what was left out, or is empty.

    ``revised_first``: what OpenRouter revised is above the rest, for it was in a headline. ``week`` are the lines of a
    briefing; ``change``, of one or none, is the news about a new #1 that comes first and is not among ``news``.
    ``now``: the news are what is true now, for a diary of several days follows in the thread.
    """

    scopes: tuple[Scope, ...]
    rows: tuple[Row, ...]
    opening: tuple[TableLine, ...]
    news: tuple[Bullet, ...]
    quiet: str
    more: str
    rows_left_out: bool
    revisions: tuple[Revision, ...] = ()
    revised_first: bool = False
    week: tuple[str, ...] = ()
    change: tuple[Bullet, ...] = ()
    now: bool = False


def excerpt(digest: Digest, *, lines: int = LINES) -> Excerpt:
    """Scopes, the reader's own, news (strongest first), what was revised, what is quiet in one line: some of each."""
    spoken = [section for section in digest.sections if section.standing or section.news or section.new]
    several = len(spoken) > 1
    rows = _rows(digest, several=several)
    news = [Bullet(item, section.title if several else "") for section in digest.sections for item in section.news]
    news.sort(key=lambda bullet: Kind(bullet.news.kind).strength)
    change = tuple(bullet for bullet in news if bullet.news.id == digest.change)
    news = [bullet for bullet in news if bullet not in change]
    week = _week(digest, len(change))
    opening = () if rows else _opening(digest.sections)
    quiet = _quiet(digest)
    free = lines - 1 - bool(quiet) - bool(digest.late) - bool(rows or opening) - len(week) - len(change)
    now = bool(digest.diary and news) and not (week or digest.revisions)
    tight = bool(change) and bool(digest.late or digest.revisions)
    free -= now
    scopes = scopes_of(spoken or digest.sections, limit=_SCOPES if free - _SCOPES >= _SOME_OF_EACH else 1)
    room = free - len(scopes)
    shown = _share(len(rows) or len(opening), 0 if tight else len(news), len(digest.revisions), room)
    rows_left_out = max(len(rows) - shown.rows, 0)
    return Excerpt(
        scopes=scopes,
        rows=tuple(rows[: shown.rows]),
        opening=opening[: shown.rows],
        news=tuple(news[: shown.news]),
        quiet=quiet,
        more=_more(rows_left_out, len(news) - shown.news, len(digest.revisions) - shown.revisions),
        rows_left_out=rows_left_out > 0,
        revisions=digest.revisions[: shown.revisions],
        revised_first=any(revision.headed for revision in digest.revisions),
        week=week,
        change=change,
        now=now,
    )


def _rows(digest: Digest, *, several: bool) -> list[Row]:
    """What is the reader's own or followed, with its board where there are several; a quiet digest has a sentence."""
    sections = () if digest.is_quiet else digest.sections
    return [Row(row, section.title if several else "") for section in sections for row in section.standing]


def _week(digest: Digest, change: int) -> tuple[str, ...]:
    """The lines of a briefing; what comes besides on a day of troubles takes the place of the last of them."""
    besides = bool(digest.late) + 2 * bool(digest.revisions) + change
    return digest.week.lines[: max(WEEK_LINES - besides, 0)] if digest.week else ()


def _quiet(digest: Digest) -> str:
    """What is quiet, what came and went, and when a quiet channel hears again."""
    said = [part for section in digest.sections for part in (section.quiet, section.passed) if part]
    return " ".join([*said, *([digest.next_word] if digest.next_word else [])])


@dataclass(frozen=True, slots=True)
class _Share:
    """How many lines of each are shown."""

    rows: int
    news: int
    revisions: int


def _share(rows: int, news: int, revisions: int, room: int) -> _Share:
    """All if they fit, with the heading of what was revised; else each its part, and a line says what is missing."""
    if rows + news + revisions + bool(revisions) <= room:
        return _Share(rows, news, revisions)
    least = 1 + bool(news)
    free = max(room - 1, least)
    if revisions:
        few = FEW if free >= ROOMY else 1
        shown = min(revisions, max(free - 1 - rows - news, few))
        free = max(free - 1 - shown, least)
    else:
        shown = 0
    shown_rows = min(rows, max(free - news, free // 2))
    return _Share(shown_rows, min(news, max(free - shown_rows, 1)), shown)


def scopes_of(sections: Sequence[Section], *, limit: int = 0) -> tuple[Scope, ...]:
    """The sections by what their scope says. With a ``limit`` (0: none) of lines, the last one is for all others."""
    groups: dict[str, list[Section]] = {}
    for section in sections:
        groups.setdefault(section.scope, []).append(section)
    ordered = list(groups.items())
    if limit and len(ordered) > limit:
        rest = [section for _, group in ordered[limit - 1 :] for section in group]
        ordered = [*ordered[: limit - 1], (ELSEWHERE, rest)]
    return tuple(_scope(text, group, TITLES if limit else len(group)) for text, group in ordered)


def _scope(text: str, group: Sequence[Section], limit: int) -> Scope:
    boards = tuple((section.title, section.url) for section in group[:limit])
    others = f"and {count(len(group) - limit, 'other')}" if len(group) > limit else ""
    return Scope(boards, others, text)


def _opening(sections: Sequence[Section]) -> tuple[TableLine, ...]:
    new = next((section for section in sections if section.new), None)
    return new.top[:OPENING] if new else ()


def _more(rows: int, news: int, revisions: int) -> str:
    counted = ((rows, "more followed"), (news, "more news"), (revisions, "more revised"))
    parts = [f"{number} {what}" for number, what in counted if number]
    held = rows <= caps.STANDING and news <= caps.PROOFS
    return f"{listing(parts)}{' in' if held else ': the most important are in'} the thread." if parts else ""
