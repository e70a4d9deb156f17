"""How much of a digest a mail, a text and a thread show: the most important of each, and how many more there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from bot.core.digest import Digest, Proof, Revision, Section, Standing
from bot.core.text import clean

NEWS = 20
"""Lines of news that a section shows."""
STANDING = 30
"""Lines of what is the reader's own or followed that a section shows: ``follow = ["*"]`` may mean a whole board."""
REVISIONS = 20
"""Revisions that a message shows."""
PROOFS = 60
"""Proofs that a message shows."""


def capped(digest: Digest) -> Digest:
    """The digest with no more lines of each sort than a reader looks through, and what says where the others are."""
    kept, more = revised(digest.revisions)
    sections = tuple(_section(section, digest.days or (digest.day,)) for section in digest.sections)
    return replace(digest, sections=sections, revisions=kept, more_revisions=more)


def revised(revisions: Sequence[Revision]) -> tuple[tuple[Revision, ...], str]:
    """The revisions that are shown, and what is said of the others; empty where there are none."""
    left = revisions[REVISIONS:]
    return tuple(revisions[:REVISIONS]), _more(len(left), events_of([one.date for one in left]) if left else "")


def proofs(digest: Digest) -> tuple[tuple[Proof, ...], int]:
    """What proves a digest, in the order of its lines, and how many proofs are left out.

    Those of the news come before those of ranks, which the lines of what is followed show anyhow. A proof says what
    happened: in a thread it is also where the news is that the parent has no room for.
    """
    ranked = [*_proofs(digest)]
    order = sorted(range(len(ranked)), key=lambda place: (ranked[place][0], place))[:PROOFS]
    return tuple(ranked[place][1] for place in sorted(order)), len(ranked) - len(order)


def events_of(days: Sequence[date]) -> str:
    """The command that lists the events of these days."""
    if min(days) == max(days):
        return f"rankbot events --date {min(days)}"
    return f"rankbot events --from {min(days)} --to {max(days)}"


def _section(section: Section, days: Sequence[date]) -> Section:
    standing, news = _standing(section.standing), section.news[:NEWS]
    listed = events_of([*days, *(line.date for line in section.news)])
    return replace(
        section,
        standing=standing,
        news=news,
        more_standing=_more(len(section.standing) - len(standing), f"rankbot top {section.watchlist} -n 200"),
        more_news=_more(len(section.news) - len(news), listed),
    )


def _standing(lines: Sequence[Standing]) -> tuple[Standing, ...]:
    """The lines shown, in their order: the reader's own first of all, then what moved, then the others."""
    order = sorted(range(len(lines)), key=lambda place: (not lines[place].mine, not lines[place].moves, place))
    return tuple(lines[place] for place in sorted(order[:STANDING]))


def _proofs(digest: Digest) -> Iterator[tuple[int, Proof]]:
    """(which come first where not all are shown, proof)."""
    for section in digest.sections:
        for row in section.standing:
            moves = row.moves
            if row.proof:
                yield 0, _passing(row, digest.day)
                moves = moves[1:]
            yield from ((2, move) for move in moves)
        for place, news in enumerate(section.news):
            yield 0 if place < NEWS else 1, Proof(news.id, news.why, news.head)
            yield from ((1, other) for other in news.also)


def _passing(row: Standing, day: date) -> Proof:
    """The figures of a line whose item passed another, under the handle of its move; without one, with what to ask."""
    for move in row.moves[:1]:
        return Proof(move.id, row.proof, move.head)
    return Proof("", f"{row.proof} Check: rankbot explain --item {clean(row.item)} --date {day}")


def _more(number: int, where: str) -> str:
    """Such as "and 14 more: rankbot events --date 2026-11-10"; empty for none."""
    return f"and {number} more: {where}" if number > 0 else ""
