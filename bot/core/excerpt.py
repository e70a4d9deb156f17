"""The short form of a digest: what the parent of a thread shows, in ten lines at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.digest import Digest, News, Section, Standing, TableLine
from bot.core.event import Kind
from bot.core.wording import count, listing

LINES = 10
"""Lines of a short form, its headline counted."""
OPENING = 5
"""Lines of the board that a new watchlist without standing shows."""
TITLES = 3
"""Titles that a line names."""
_STRENGTH = {kind.value: place for place, kind in enumerate(Kind)}
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
    """The short form. ``opening`` is a new watchlist's board; ``more`` says what was left out, or is empty."""

    scopes: tuple[Scope, ...]
    rows: tuple[Row, ...]
    opening: tuple[TableLine, ...]
    news: tuple[Bullet, ...]
    quiet: str
    more: str
    rows_left_out: bool


def excerpt(digest: Digest, *, lines: int = LINES) -> Excerpt:
    """Scopes, the reader's own, news (strongest first), what is quiet in one line. Something of each is shown."""
    spoken = [section for section in digest.sections if section.standing or section.news or section.new]
    several = len(spoken) > 1
    scopes = scopes_of(spoken or digest.sections, limit=2)
    rows = [Row(row, section.title if several else "") for section in digest.sections for row in section.standing]
    news = [Bullet(item, section.title if several else "") for section in digest.sections for item in section.news]
    news.sort(key=lambda bullet: _STRENGTH[bullet.news.kind])
    opening = () if rows else _opening(digest.sections)
    quiet = " ".join(part for section in digest.sections for part in (section.quiet, section.passed) if part)
    room = lines - 1 - len(scopes) - bool(quiet) - bool(digest.late) - len(opening)
    shown_rows, shown_news = _share(len(rows), len(news), room)
    more = _more(len(rows) - shown_rows, len(news) - shown_news)
    return Excerpt(
        scopes=scopes,
        rows=tuple(rows[:shown_rows]),
        opening=opening,
        news=tuple(news[:shown_news]),
        quiet=quiet,
        more=more,
        rows_left_out=shown_rows < len(rows),
    )


def _share(rows: int, news: int, room: int) -> tuple[int, int]:
    """How many lines of each are shown: all if they fit; else both get their part, and a line says what is missing."""
    if rows + news <= room:
        return rows, news
    free = max(room - 1, 2)
    shown_rows = min(rows, max(free - news, free // 2))
    return shown_rows, min(news, max(free - shown_rows, 1))


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


def _more(rows: int, news: int) -> str:
    parts = [f"{rows} more followed"] if rows else []
    if news:
        parts.append(f"{news} more news")
    return f"{listing(parts)} in the thread." if parts else ""
