"""Charts as PNG pictures, drawn with Matplotlib: the extra ``charts``, which is imported when the first one is drawn.

A picture is 480 pixels wide, at twice that resolution, on a light ground of its own, so that it reads the same in light
and in dark mail. Nobody needs its colours to read it: each course ends in its name, and has its own marker or dashes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from math import log
from typing import TYPE_CHECKING

from bot.core import wording
from bot.core.charts import Column, Course, Picture, RankChart, Role, SpikeChart

if TYPE_CHECKING:
    from bot.adapters.charts_sheet import Dashes, Point, Sheet

PACKAGE = "matplotlib"
"""What the extra ``charts`` installs."""
WIDTH = 480
"""Pixels of a page that a picture is wide; it has twice as many each way."""
BLUE, VERMILION, GREEN, BLACK, PURPLE = "#0072B2", "#D55E00", "#009E73", "#000000", "#CC79A7"
"""Colours that stay apart for the colour-blind (Okabe and Ito), less those that are too light for this ground."""
_OWN = ((BLUE, "o"), (VERMILION, "s"), (GREEN, "^"), (BLACK, "D"), (PURPLE, "v"))
"""Colour and marker of the reader's own and followed, in their order."""
INK, SOFT, FAINT, RULE = "#171B21", "#55606E", "#7B8592", "#DADFE5"
_DASHES: tuple[Dashes, ...] = ((), (6, 2), (2, 1.6), (6, 2, 1.5, 2), (1, 1.6))
"""Of the grey courses of the top, from #1 on."""
_MARGIN = 16
_ROOM = WIDTH - 2 * _MARGIN
_LEFT, _RIGHT, _TOP = 44, 316, 70
"""Where a plot begins and ends, and where it begins below the heading; the names stand at its right."""
_NAMES = _RIGHT + 26
_TICK = 15
"""From one rank that is written to the next, at least."""
_GAP = 18
"""From one name to the next."""
_FOOT = 58
"""The room below a plot, for days and source."""
_RANKS = (1, 2, 3, 5, 10, 20, 50, 100, 200)
_EVEN = 12
"""Down to this rank all are equally far apart; beyond, the more closely the deeper, so that the top stays legible."""
_COLUMN, _BASE = 104, 244
"""The heights between which the columns of a spike stand."""
_KEY = 72
"""The height at which it says what the dashed line is."""


def is_installed() -> bool:
    """Whether charts can be drawn here."""
    return find_spec(PACKAGE) is not None


def draw(chart: Picture) -> bytes:
    """The chart as a PNG: the same bytes for the same chart, with the same release of Matplotlib."""
    from bot.adapters.charts_sheet import Sheet

    bottom = _BASE if isinstance(chart, SpikeChart) else _TOP + max(132, _GAP * len(chart.courses))
    with Sheet(WIDTH, bottom + _FOOT) as sheet:
        _heading(sheet, chart)
        if isinstance(chart, SpikeChart):
            _columns(sheet, chart)
        else:
            _ranks(sheet, chart, bottom)
        return sheet.png()


def _heading(sheet: Sheet, chart: Picture) -> None:
    title = sheet.drawable(chart.title)
    if not title and isinstance(chart, SpikeChart):
        title = _identity(sheet, chart.item)
    badge = 96 if chart.sample else 0
    shown = sheet.fitted(title, _ROOM - badge, size=16, bold=True)
    sheet.write(_MARGIN, 24, shown, size=16, bold=True, colour=INK)
    if chart.sample:
        sheet.column(WIDTH - _MARGIN - badge / 2 + 4, 14, 34, width=badge - 8, colour="#FFD75E")
        words = "SAMPLE DATA"
        sheet.write(WIDTH - _MARGIN - badge / 2 + 4, 24, words, size=10.5, bold=True, colour=INK, align="center")
    subtitle = sheet.fitted(sheet.drawable(chart.subtitle), _ROOM, size=12.5)
    sheet.write(_MARGIN, 45, subtitle, size=12.5, colour=SOFT)
    source = sheet.drawable(chart.source)  # a citation is never cut: a long one is written smaller
    size = min(10.5, 10.5 * _ROOM / max(sheet.measured(source, size=10.5), 1))
    sheet.write(_MARGIN, sheet.height - 15, source, size=size, colour=SOFT)


def _identity(sheet: Sheet, item: str) -> str:
    """What an item is called whose name can't be drawn: by its id, which commands take, too."""
    return f"id {sheet.drawable(item)}"


# ── ranks over time ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Look:
    """How a course is drawn."""

    colour: str
    width: float
    dashes: Dashes
    marker: str


def looks(courses: Sequence[Course]) -> list[Look]:
    """A look for each course: colours and markers for the reader's own and followed, grey dashes for the others."""
    found: list[Look] = []
    own = top = 0
    for course in courses:
        if course.role is Role.TOP:
            found.append(Look(FAINT, 1.4, _DASHES[top % len(_DASHES)], ""))
            top += 1
        else:
            colour, marker = _OWN[own % len(_OWN)]
            found.append(Look(colour, 3 if course.role is Role.MINE else 2, (), marker))
            own += 1
    return found


def height_of(rank: int, deepest: int, *, top: float, bottom: float) -> float:
    """How high a rank stands: #1 at ``top``, the deepest at ``bottom``."""
    part = (rank - 1) / max(deepest - 1, 1) if deepest <= _EVEN else log(rank) / log(deepest)
    return top + (bottom - top) * part


def runs(points: Sequence[tuple[float, float | None]]) -> Iterator[list[Point]]:
    """The stretches between gaps: where a day is missing, or the item was not listed, there is no line."""
    run: list[Point] = []
    for x, y in points:
        if y is not None:
            run.append((x, y))
        elif run:
            yield run
            run = []
    if run:
        yield run


def spread(wanted: Sequence[float], *, gap: float, bottom: float) -> list[float]:
    """Heights as near to those wanted (ascending) as leaves ``gap`` between them, none below ``bottom``."""
    placed: list[float] = []
    for height in wanted:
        placed.append(max(height, placed[-1] + gap) if placed else height)
    lowest = bottom
    for place in reversed(range(len(placed))):
        placed[place] = min(placed[place], lowest)
        lowest = placed[place] - gap
    return placed


def _ranks(sheet: Sheet, chart: RankChart, bottom: float) -> None:
    listed = [rank for course in chart.courses for rank in course.ranks if rank is not None]
    deepest, last = max(listed), len(chart.days) - 1
    across = [_LEFT + (_RIGHT - _LEFT) * place / last for place in range(last + 1)]
    low = bottom - 8

    def height(rank: int) -> float:
        return height_of(rank, deepest, top=_TOP, bottom=low)

    for rank in _marks(deepest, height):
        sheet.line([(_LEFT - 4, height(rank)), (_RIGHT, height(rank))], colour=RULE, width=1)
        sheet.write(_LEFT - 9, height(rank), f"#{rank}", size=11.5, colour=SOFT, align="right")
    for place in range(last, -1, -7 if last > 7 else -2):
        label = " ".join(wording.day(chart.days[place]).split()[1:])
        sheet.line([(across[place], bottom), (across[place], bottom + 4)], colour=FAINT, width=1)
        sheet.write(across[place], bottom + 14, label, size=11.5, colour=SOFT, align="center")
    ends: list[_End] = []
    for course, look in reversed(list(zip(chart.courses, looks(chart.courses), strict=True))):
        points = [(x, None if rank is None else height(rank)) for x, rank in zip(across, course.ranks, strict=True)]
        stretches = list(runs(points))
        for run in stretches:
            single = "o" if len(run) == 1 and not look.marker else look.marker
            marked = range(len(run) - 1, -1, -7)
            sheet.line(run, colour=look.colour, width=look.width, dashes=look.dashes, marker=single, marked=marked)
        ends.append(_End(course, look, *stretches[-1][-1]))
    _write_names(sheet, ends, bottom)


def _marks(deepest: int, height: Callable[[int], float]) -> list[int]:
    """The ranks that are written beside the plot: the deepest, and those that leave room to one another."""
    marks = [1]
    for rank in _RANKS:
        if rank < deepest and height(rank) - height(marks[-1]) >= _TICK <= height(deepest) - height(rank):
            marks.append(rank)
    return [*marks, deepest] if deepest > 1 else marks


@dataclass(frozen=True, slots=True)
class _End:
    """Where a course ends."""

    course: Course
    look: Look
    x: float
    y: float


def _write_names(sheet: Sheet, ends: Sequence[_End], bottom: float) -> None:
    """The rank and name of each course at its end, one below the other."""
    ordered = sorted(ends, key=lambda end: (end.y, end.course.ranks[-1] is None))
    heights = spread([end.y for end in ordered], gap=_GAP, bottom=bottom)
    for end, y in zip(ordered, heights, strict=True):
        course, own = end.course, end.course.role is not Role.TOP
        bold, colour = course.role is Role.MINE, INK if own else SOFT
        sheet.line([(end.x + 5, end.y), (_RIGHT + 6, end.y), (_NAMES - 5, y)], colour=end.look.colour, width=0.9)
        rank = str(course.ranks[-1] or "–")
        sheet.write(_NAMES + 18, y, rank, size=12.5, bold=bold, colour=colour, align="right")
        name = sheet.drawable(course.name) or _identity(sheet, course.item)
        shown = sheet.fitted(name, WIDTH - _MARGIN / 2 - _NAMES - 24, size=12.5, bold=bold)
        sheet.write(_NAMES + 24, y, shown, size=12.5, bold=bold, colour=colour)


# ── spikes ───────────────────────────────────────────────────────────────────────────────────────────────────


def _columns(sheet: Sheet, chart: SpikeChart) -> None:
    """A column a window, their figures above; the mean of those before as a dashed line through all."""
    highest = max(chart.mean, *(column.tokens or 0 for column in chart.columns), 1)
    room = _ROOM / len(chart.columns)

    def height(tokens: int) -> float:
        return _BASE - (_BASE - _COLUMN) * tokens / highest

    *_, newest = chart.columns
    for place, column in enumerate(chart.columns):
        x = _MARGIN + room * (place + 0.5)
        now = column is newest
        if column.tokens is not None:
            top = height(column.tokens)
            colour = BLUE if now else FAINT
            sheet.column(x, top, _BASE, width=room * 0.62, colour=colour, hatched=column.bounded)
        above = height(max(column.tokens or 0, 0 if now else chart.mean))
        sheet.write(x, above - 11, _figure(column), size=13, bold=now, colour=INK, align="center")
        sheet.write(x, _BASE + 14, column.label, size=12, colour=SOFT, align="center")
    sheet.line([(_MARGIN, _BASE), (WIDTH - _MARGIN, _BASE)], colour=FAINT, width=1)
    mean, end = height(chart.mean), _MARGIN + room * (len(chart.columns) - 1)
    sheet.line([(_MARGIN, mean), (end, mean)], colour=VERMILION, width=1.8, dashes=(5, 2.5))
    sheet.line([(_MARGIN, _KEY), (_MARGIN + 24, _KEY)], colour=VERMILION, width=1.8, dashes=(5, 2.5))
    sheet.write(_MARGIN + 31, _KEY, chart.base, size=12.5, colour=INK)


def _figure(column: Column) -> str:
    if column.tokens is None:
        return "not listed"
    return f"{'≤ ' if column.bounded else ''}{wording.tokens(column.tokens)}"
