"""What a digest opens with, whichever form it has: its headline, and the sentence beside that in an inbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.core import first_place, headline, week_lines, wording
from bot.core.correction import Correction
from bot.core.days import ONE_DAY
from bot.core.event import Kind
from bot.core.headline import Told
from bot.core.view import View, handle_of
from bot.core.week import Week


@dataclass(frozen=True, slots=True)
class Span:
    """What a digest is about: ``days`` up to ``day``; ``since`` is the last day told before, ``late`` a clause."""

    day: date
    days: Sequence[date]
    since: date
    late: str

    @property
    def length(self) -> int:
        """How many days there are after the last one told."""
        return (self.day - self.since).days

    @property
    def is_late(self) -> bool:
        """Whether several days are told late: then what is true now comes first, and a diary after it."""
        return bool(self.late) and len(self.days) > 1


@dataclass(frozen=True, slots=True)
class Opening:
    """``change`` is the id of the new #1 that the headline tells first, or empty."""

    headline: str
    lead: str
    change: str


def opening(
    told: Sequence[Told], views: Sequence[View], span: Span, *, corrections: Sequence[Correction], week: Week | None
) -> Opening:
    """The headline; of a briefing whose share moved most, unless a new #1 or a correction comes before that."""
    changed = _is_change(told, views, corrections)
    corrected = headline.heading(corrections, told, views) is not None
    moved = week_lines.headline(views) if week and not changed and not corrected else ""
    headed = moved or headline.headline(told, views, day=span.day, corrections=corrections, since=span.since)
    if week and moved:
        lead = week_lines.lead(views, week, headed, late=span.late)
    else:
        lead = headline.lead(headed, told, views, day=span.day, late=span.late, corrections=corrections)
    return Opening(_dated(headed, span), lead, handle_of(told[0].event) if changed else "")


def whole(late: str, views: Sequence[View], *, complete: bool = True) -> str:
    """The clause about what is late, and that nothing is missing, where no day, rule or watchlist is."""
    if not late or not complete or any(view.not_evaluated for view in views):
        return late
    return f"{late.removesuffix('.')}. Nothing is missing."


def _is_change(told: Sequence[Told], views: Sequence[View], corrections: Sequence[Correction]) -> bool:
    """Whether the headline begins with a new #1."""
    first = next(iter(told), None)
    if first is None or first.event.kind is not Kind.NEW_LEADER or first_place.is_line(first.event, first.view):
        return False
    return headline.heading(corrections, told, views) is None


def _dated(headed: str, span: Span) -> str:
    """The headline of a late digest with the days that it is about: "… · 3 more · 11 to 16 Nov, late".

    What it counts by kind gives way to one number; where there is no room even so, it is left as it is.
    """
    if not span.is_late:
        return headed
    tail = f" · {wording.short_days(min(span.since + ONE_DAY, span.days[0]), span.day)}, late"
    said, counted = headed.split(" · "), 0
    while len(said) > 1 and len(" · ".join(said)) + len(_more(counted)) + len(tail) > headline.LIMIT:
        number = said[-1].partition(" ")[0]
        if not number.isdecimal():
            break
        counted += int(number)
        said.pop()
    line = f"{' · '.join(said)}{_more(counted)}{tail}"
    return line if len(line) <= headline.LIMIT else headed


def _more(number: int) -> str:
    return f" · {number} more" if number else ""
