"""Made-up digests on which templates are tried: an ordinary one, a quiet one, and the extremes of what may come."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.core.charts import Chart, Column, Course, RankChart, Role, SpikeChart, TokenChart
from bot.core.digest import Citation, Digest, News, Proof, Provenance, Revision, Section, Standing
from bot.core.table_line import TableLine
from bot.core.week import Arrivals, DiaryDay, DiaryLine, Week, WeekBoard

_DAY = date(2026, 11, 10)
_LONG = "W" * 60
_HOSTILE = "<b>&amp; {{ name }} <!channel> *_`|~ \u4e2d\u6587"


def specimens() -> tuple[Digest, ...]:
    """An ordinary digest, a quiet one, one with nothing at all, ones of which something was revised, and extremes."""
    ordinary = _digest("Kestrel Code", sections=1, lines=3)
    section = replace(ordinary.sections[0], standing=(), news=(), quiet="CLI agents: nothing new since Thu 5 Nov.")
    return (
        ordinary,
        replace(ordinary, headline="Nothing new in CLI agents", sections=(section,)),
        replace(ordinary, sections=(), late="2 days were not reported in time", days=(date(2026, 11, 9), _DAY)),
        replace(ordinary, revisions=(_revision("Sable", 1), _revision("Tern CLI", 2))),
        replace(ordinary, sections=(), revisions=(replace(_revision("Sable", 0), figures="", headed=True),)),
        replace(ordinary, week=_week("Swift 4"), change=ordinary.sections[0].news[0].id),
        replace(
            ordinary, diary=_diary("Sable"), late="Two days were not reported in time", days=(date(2026, 11, 9), _DAY)
        ),
        replace(ordinary, sections=(replace(section, calm="Sable #4.", closest="Closest to changing: none."),)),
        replace(_digest(_LONG, sections=3, lines=3), week=_week(_LONG), diary=_diary(_HOSTILE), next_word=_LONG),
        _digest(_LONG, sections=3, lines=12),
        _digest(_LONG, sections=1, lines=24, revisions=24),
        _digest(_HOSTILE, sections=2, lines=5, revisions=3),
    )


def _digest(name: str, *, sections: int, lines: int, revisions: int = 0) -> Digest:
    source = Citation(
        "Source: OpenRouter (openrouter.ai/apps), as of 2026-11-11T02:15:41.208Z.", "https://openrouter.ai/apps"
    )
    return Digest(
        channel="team",
        day=_DAY,
        days=(_DAY,),
        headline=f"{name[:40]} passes Marlin for #4",
        lead=f"Sable enters the top 10. {name[:40]} on OpenRouter, 7 days to Tue 10 Nov 2026.",
        late="",
        sections=tuple(_section(name, number, lines) for number in range(sections)),
        provenance=Provenance((source,), "11 Nov 2026", sample=True),
        revisions=tuple(_revision(name, place) for place in range(revisions)),
        charts=_charts(name, source.text),
    )


def _week(name: str) -> Week:
    """Labs beside their models, apps, arrivals known and not known."""
    line = TableLine(
        2,
        "▲",
        "5",
        name,
        name,
        "6.50T",
        "+77%",
        True,
        price="0.09 / 0.36",
        context="256k",
        share="9.1%",
        points="+3.8 pt",
    )
    new = replace(line, rank=3, glyph="", was="", points="not listed", price="", context="", followed=False)
    app = replace(new, share="", points="", change="not listed")
    return Week(
        span="9 to 15 November 2026, against the week before",
        lines=(
            f"{name} 9.6% → 14.0% of all tokens.",
            f"{name} keeps #1 with {name}: 12.2% (+0.4 pt).",
            f"Apps: {name}.",
        ),
        boards=(
            WeekBoard("", "Labs", "Lab", (line, new), "Models outside the daily top 50: 6.3%.", beside=True),
            WeekBoard("list-0", name[:60], "Model", (line, new) * 5, ""),
            WeekBoard("list-1", "Apps", "App", (app,) * 10, f"Climbed {name} #22 → #12."),
        ),
        arrivals=(
            Arrivals(
                name, "in the top 50 on at least 3 of the 7 days", (f"{name} #14",) * 6, "Came and went: 11 others."
            ),
            Arrivals("Apps", "in the top 50", (), "Not known: 2 days of the two weeks are not stored."),
        ),
        how="OpenRouter is one router, not the market.",
    )


def _diary(name: str) -> tuple[DiaryDay, ...]:
    lines = (DiaryLine("7k2f0", f"{name} enters the top 10, #8 with 512B"), DiaryLine("q83d0", f"{name} leaves"))
    return (DiaryDay(date(2026, 11, 9), "Mon 9 Nov", lines, ""), DiaryDay(_DAY, "Tue 10 Nov", lines, "and 3 more"))


def _charts(name: str, source: str) -> tuple[Chart, ...]:
    """Courses with gaps, one that never ends, and a spike over windows that are bounded or not known."""
    days = tuple(date(2026, 11, number) for number in range(1, 11))
    courses = (
        Course("kestrel", name, Role.MINE, (None, 9, 9, None, 7, 7, 6, 5, 5, 4)),
        Course("tern", "Tern CLI", Role.FOLLOWED, (3, None, 120, None, None, None, None, None, None, None)),
        Course("harrier", name, Role.TOP, (1,) * 10),
    )
    alt = f"Ranks in CLI agents: {name} #9 → #4."
    columns = (Column("Tue 20 Oct", None), Column("Tue 27 Oct", 10**9, bounded=True), Column("Tue 10 Nov", 10**12))
    base = "mean of the 3 before: at most 333M"
    return (
        RankChart(name, "Ranks by tokens of 7 days", days, courses, source, alt, sample=True),
        SpikeChart(name, "Tokens, 7 days to each date", "7", columns, 333 * 10**6, base, source, f"{name}: 1T."),
        TokenChart("list-0", name, (name, name), ("9 Nov", "10 Nov"), ((10**12, 0), (5, 10**9)), "2026-11-10T02:15Z"),
    )


def _section(name: str, number: int, lines: int) -> Section:
    standing = Standing(
        name, name, True, "▲", "5 → 4", "1.84T", "+6%", f"50B ahead of {name}", "Figures of both days.", spark="▁▂·▅▆▇█"
    )
    gone = Standing("gone", name, False, "", "not listed", "", "", "was #9")
    top = TableLine(4, "▲", "5", name, name, "1.84T", "+6%", True, "0.10 / 0.40", "256k")
    return Section(
        watchlist=f"list-{number}",
        title=name[:60],
        url="https://openrouter.ai/apps",
        scope=f"7 days to Tue 10 Nov · bases {number}",
        new=number == 1,
        standing=(standing, gone) * lines,
        news=tuple(_news(name, place) for place in range(lines)),
        quiet="",
        top_title=f"Top 10, {name[:60]}",
        top=(top, *(replace(top, rank=rank, glyph="", was="not listed", followed=False) for rank in range(5, 11))),
        not_evaluated=("spikes need the window to 2026-10-20, which is missing",),
        passed="Came and went: Ibex in the top 10 (Mon 9 Nov).",
    )


def _news(name: str, place: int) -> News:
    return News(
        id=f"7k2f{place}",
        kind="entered_top",
        item=name,
        date=_DAY,
        text=f"{name} enters the top 10: #14 → #10, 455B (+61%). First time in 40 stored days.",
        why="Tue 10 Nov: #10 with 455,000,000,000 tokens.",
        name=name,
        head=f"{name} enters the top 10",
        detail="#14 → #10, 455B (+61%). First time in 40 stored days.",
        also=(Proof("q83d0", "Tue 10 Nov: 148,100,000,000 tokens."),),
    )


def _revision(name: str, place: int) -> Revision:
    """The first is one that headed a digest, every third one is told late."""
    said, holds = f"For Mon 9 Nov we told: {name} enters the top 10.", "It was #11, not #10: Quarry is listed again."
    late = place % 3 == 2
    return Revision(
        id=f"t5w9{place}",
        date=date(2026, 11, 9),
        text=f"{said} {holds}",
        said=said,
        holds=holds,
        figures="Before: #10, 455B, as of 2026-11-10T02:15:40.102Z. Now: #11, 455B, as of 2026-11-11T02:15Z.",
        headed=place == 0,
        late=late,
        why="Mon 9 Nov: #10 with 455,000,000,000 tokens." if late else "",
    )
