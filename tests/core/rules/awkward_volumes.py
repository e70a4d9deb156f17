"""The rules about volumes, lists and names in awkward situations: what detection.md has them tell, done by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

from bot.core.rules import Milestone, Renamed, Share, Spike, Trending
from tests.builders import MODELS
from tests.core.rules.awkward import EARLY, MOST, Cell, Recorded, Seen, week

SPIKE, TREND, HUNDRED, SHARE, RENAME = Spike(Fraction(2), 100, 3), Trending(2), Milestone((100,)), Share(), Renamed()
NO_WINDOW = "spikes need the window to {}, which is missing"
CUT_SHORT = "spikes need 3 full windows before, and the data begins on 2025-01-01"
NO_LIST = "the trending list of {} is missing"
NO_BASE = "it compares with the window to 2026-11-03, which is missing"


def weeks(now: str, *before: str, eve: str | None = None) -> dict[int, str]:
    """A board today, and those one, two and three weeks before; yesterday's is like last week's unless it is given."""
    one, two, three = before if len(before) == 3 else before * 3
    return {21: three, 14: two, 7: one, 1: one if eve is None else eve, 0: now}


def daily(*boards: str, base: str) -> dict[int, str]:
    """Boards of one day after another to today, of which each has the same one at all its three windows before."""
    made = dict.fromkeys((back + 7 * step for back in range(len(boards)) for step in (1, 2, 3)), base)
    return made | dict(enumerate(reversed(boards)))


def models(boards: Mapping[int, str], told: Sequence[str] = (), **more: object) -> Seen:
    """What ``share`` tells of boards of models."""
    return Seen(SHARE, boards, told, board=MODELS, **more)  # type: ignore[arg-type]


def trending(twin: Mapping[int, str], told: Sequence[str] = (), **more: object) -> Seen:
    """What ``trending`` tells of a trending list while the board itself stands still, C third."""
    usual: dict[str, object] = {"boards": dict.fromkeys(twin, "abc"), **more}
    return Seen(TREND, told=told, twin=twin, **usual)  # type: ignore[arg-type]


SPIKES: Mapping[str, Cell] = {
    "ties": (
        Seen(SPIKE, weeks("a=300 b=300 x=300 y=300", "a=300 b=300 x=100 y=100"), ["spike x 3<3 300"]),
        Seen(SPIKE, weeks("x=300 y=300", "x=100 y=100"), ["spike x 1<1 300", "spike y 2<2 300"]),
    ),
    "edges": (
        Seen(SPIKE, weeks("a=900 x=300 c=9 d=9", "a=900 c=9 d=9 x=9"), ["spike x 2<4 300"]),
        Seen(SPIKE, weeks("a=900 b=800 x=300", "a=900 b=800 x=100"), ["spike x 3<3 300"]),
        Seen(SPIKE, weeks("a=900 b=800 c=700 x=300", "a=900 b=800 c=700 x=100")),
        Seen(SPIKE, weeks("x=200", "x=100"), ["spike x 1<1 200"], evidence={"ratio": "2.00", "excess": "100"}),
        Seen(SPIKE, weeks("x=199", "x=100")),
        Seen(SPIKE, weeks("x=202", "x=100", "x=100", "x=103"), ["spike x 1<1 202"]),
        Seen(SPIKE, weeks("x=201", "x=100", "x=100", "x=103")),
        Seen(SPIKE, weeks("x=149", "x=50")),
        Seen(SPIKE, weeks("x=150", "x=50"), ["spike x 1<1 150"]),
    ),
    "margin": "within, ratio and min_growth are plain thresholds; there is no margin",
    "absent": (
        Seen(
            SPIKE,
            weeks("x=400 f=10", "x=100 f=10", "x=100 f=10", "f=10"),
            ["spike x 1<1 400"],
            evidence={"mean": "70", "at_least": True},
        ),
        Seen(SPIKE, weeks("x=400 f=10", "f=10")),
        Seen(SPIKE, weeks("x=400 f=10", "f=10", "f=10", "x=201 f=10")),
        Seen(SPIKE, weeks("x=400 f=10", "f=10", "f=10", "x=200 f=10"), ["spike x 1<- 400"]),
        Seen(SPIKE, weeks("f=10", "x=100 f=10")),
    ),
    "exhaustive": (
        Seen(SPIKE, weeks("x=400|", "x=100|", "f=20|", "f=20|"), ["spike x 1<1 400"], evidence={"mean": "47"}),
        Seen(SPIKE, weeks("x=400|", "|")),
        Seen(SPIKE, weeks("|", "x=100|")),
    ),
    "full": (
        Seen(SPIKE, weeks("x=400 f=90", "x=100 f=90", "a=95 f=90", "a=95 f=90"), ["spike x 1<1 400"]),
        Seen(SPIKE, weeks("x=400 f=210", "x=100 f=90", "a=300 f=250", "a=300 f=251")),
    ),
    "first": (Seen(SPIKE, {0: "x=400"}, unjudged=[NO_WINDOW.format("2026-11-03")]),),
    "gaps": (
        Seen(SPIKE, {21: "x=9", 7: "x=9", 1: "x=9", 0: "x=400"}, unjudged=[NO_WINDOW.format("2026-10-27")]),
        Seen(SPIKE, {14: "x=9", 7: "x=9", 1: "x=9", 0: "x=400"}, unjudged=[NO_WINDOW.format("2026-10-20")]),
        Seen(SPIKE, {21: "x=9", 14: "x=9", 7: "x=9", 0: "x=400"}, ["spike x 1<1 400 after 7 days"]),
        Seen(SPIKE, daily("x=300", "x=300", base="x=100") | {8: "x=300"}, ["spike x 1<1 300"]),
        Seen(SPIKE, daily("x=300", "x=300", base="x=100")),
        Seen(SPIKE, {b: t for b, t in daily("x=300", "x=100", "x=300", base="x=100").items() if b != 8}),
    ),
    "clamped": (
        Seen(SPIKE, weeks("x=400", "x=9"), ["spike x 1<1 400"], on=date(2025, 1, 28)),
        Seen(SPIKE, weeks("x=400", "x=9"), unjudged=[CUT_SHORT], on=date(2025, 1, 27)),
        Seen(SPIKE, {1: "x=9", 0: "x=400"}, unjudged=[CUT_SHORT], on=EARLY),
    ),
    "zero": (
        Seen(SPIKE, weeks("x=100", "x=0"), ["spike x 1<1 100"], evidence={"ratio": None, "mean": "0"}),
        Seen(SPIKE, weeks("x=99", "x=0")),
        Seen(SPIKE, weeks("x=0", "x=0")),
        Seen(SPIKE, weeks("x=400 f=0", "f=0")),
    ),
    "huge": (
        Seen(SPIKE, weeks(f"x={2**63 - 2}", f"x={2**62 - 1}"), [f"spike x 1<1 {2**63 - 2}"]),
        Seen(SPIKE, weeks(f"x={2**63 - 3}", f"x={2**62 - 1}")),
        Seen(SPIKE, weeks(f"x={MOST}", f"x={2**62}")),
    ),
    "renamed": (Seen(SPIKE, weeks("x:New=400", "x:Old=100"), ["spike x 1<1 400"]),),
    "namesakes": (Seen(SPIKE, weeks("p:Pi=400 q:Pi=200", "q:Pi=200 p:Pi=100"), ["spike p 1<2 400"]),),
    "passive": (
        Seen(SPIKE, weeks("x=100 f=10", "a=900 x=100 f=10")),
        Seen(SPIKE, weeks("x=400 f=10", "a=900 x=100 f=10"), ["spike x 1<2 400 passive"]),
    ),
    "recorded": Recorded(SPIKE, unjudged=[NO_WINDOW.format("2026-06-22")]),
    "slide": (
        Seen(SPIKE, daily("x=150", "x=175", "x=200", "x=225", base="x=100"), ["D-1 spike x 1<1 200"], judged=4),
        Seen(
            SPIKE,
            daily(
                "a=900 b=800 c=700 x=300",
                "a=900 b=800 x=300 c=300",
                "a=900 x=800 b=800 c=300",
                base="a=900 b=800 c=700 x=100",
            ),
            ["D-1 spike x 3<4 300"],
            judged=3,
        ),
        Seen(
            SPIKE,
            daily("x=200", "x=199", "x=200", base="x=100"),
            ["D-2 spike x 1<1 200 after 5 days", "spike x 1<1 200 cooldown"],
            judged=3,
        ),
    ),
}

TRENDING: Mapping[str, Cell] = {
    "ties": (
        trending({1: "a=9 b=9 c=9", 0: "c=9 a=9 b=9"}, ["trending c 3<3 998"]),
        trending({1: "a=9 b=9 c=8", 0: "a=9 b=9 c=9"}),
    ),
    "edges": (
        trending({1: "abc", 0: "acb"}, ["trending c 3<3 998"], evidence={"twin_rank": 2, "twin_previous_rank": 3}),
        trending({1: "abc", 0: "cab"}, ["trending c 3<3 998"]),
        trending({1: "abdc", 0: "abcd"}),
        trending({1: "acb", 0: "cab"}),
    ),
    "margin": (
        trending(
            {3: "abc", 2: "acb", 1: "abc", 0: "acb"},
            ["D-2 trending c 3<3 998", "D-1 trending b 2<2 999", "trending c 3<3 998 cooldown"],
            judged=3,
        ),
    ),
    "absent": (
        trending({1: "ab", 0: "ca"}, ["trending c 3<3 998"], evidence={"twin_previous_rank": None}),
        trending({1: "abc", 0: "ab"}),
        trending({1: "ab", 0: "ax"}, ["trending x -<- 999"]),
    ),
    "exhaustive": (
        trending({1: "|", 0: "c|"}, ["trending c 3<3 998"]),
        trending({1: "abc|", 0: "|"}),
    ),
    "full": (trending({1: "ab", 0: "ac"}, ["trending c 3<3 998"]), trending({1: "ab", 0: "abc"})),
    "first": (trending({0: "abc"}, unjudged=[NO_LIST.format("2026-11-09")]),),
    "gaps": (
        trending({2: "abc", 0: "acb"}, ["trending c 3<3 998 after 2 days"]),
        trending({0: "acb"}, boards={1: "abc", 0: "abc"}, unjudged=[NO_LIST.format("2026-11-09")]),
        trending({1: "abc"}, boards={1: "abc", 0: "abc"}, unjudged=[NO_LIST.format("2026-11-10")]),
        trending({0: "acb"}, boards={3: "abc", 0: "abc"}, unjudged=[NO_LIST.format("2026-11-07")]),
    ),
    "clamped": (trending({1: "abc", 0: "acb"}, ["trending c 3<3 998"], on=EARLY),),
    "zero": (trending({1: "a=5 b=0 c=0", 0: "a=5 c=0 b=0"}, ["trending c 3<3 998"]),),
    "huge": (trending({1: "ab", 0: f"a={MOST} x={MOST}"}, [f"trending x -<- {MOST}"]),),
    "renamed": (
        trending({1: "a b:Old c", 0: "b:New a c"}),
        trending({1: "a b c:Old", 0: "a c:New b"}, ["trending c 3<3 998"]),
    ),
    "namesakes": (trending({1: "p:Pi a q:Pi", 0: "q:Pi p:Pi a"}, ["trending q -<- 1000"]),),
    "passive": (
        trending({1: "abc", 0: "bcd"}, ["trending c 3<3 998"], evidence={"twin_rank": 2, "twin_previous_rank": 3}),
        trending({1: "bc", 0: "bc"}, boards={1: "abc", 0: "bcd"}),
    ),
    "recorded": Recorded(TREND, unjudged=[NO_LIST.format("2026-07-22")]),
    "slide": (
        trending({4: "abdec", 3: "abdce", 2: "abcde", 1: "acbde", 0: "cabde"}, ["D-1 trending c 3<3 998"], judged=4),
    ),
}

MILESTONE: Mapping[str, Cell] = {
    "ties": (
        Seen(HUNDRED, {1: "a=99 b=99", 0: "a=100 b=100"}, ["milestone:100 a 1<1 100", "milestone:100 b 2<2 100"]),
    ),
    "edges": (
        Seen(HUNDRED, {1: "x=98", 0: "x=99"}),
        Seen(HUNDRED, {1: "x=99", 0: "x=100"}, ["milestone:100 x 1<1 100"]),
        Seen(HUNDRED, {1: "x=99", 0: "x=101"}, ["milestone:100 x 1<1 101"]),
        Seen(HUNDRED, {1: "x=100", 0: "x=101"}),
        Seen(HUNDRED, {1: "x=101", 0: "x=99"}),
        Seen(Milestone((50, 100)), {1: "x=49", 0: "x=100"}, ["milestone:100 x 1<1 100", "milestone:50 x 1<1 100"]),
    ),
    "margin": (
        Seen(
            HUNDRED,
            {3: "x=99", 2: "x=100", 1: "x=99", 0: "x=100"},
            ["D-2 milestone:100 x 1<1 100", "milestone:100 x 1<1 100 cooldown"],
            judged=3,
        ),
    ),
    "absent": (Seen(HUNDRED, {1: "a=50", 0: "x=100"}), Seen(HUNDRED, {1: "x=99", 0: "a=50"})),
    "exhaustive": (Seen(HUNDRED, {1: "a=50|", 0: "x=100 a=50|"}), Seen(HUNDRED, {1: "x=99|", 0: "|"})),
    "full": (Seen(HUNDRED, {1: "a=50 b=40", 0: "x=100 a=50"}),),
    "first": (Seen(HUNDRED, {0: "x=100"}),),
    "gaps": (
        Seen(HUNDRED, {3: "x=99", 0: "x=100"}, ["milestone:100 x 1<1 100 after 3 days"]),
        Seen(HUNDRED, {90: "x=99", 0: "x=100"}, ["milestone:100 x 1<1 100 after 90 days"]),
    ),
    "clamped": (Seen(HUNDRED, {1: "x=99", 0: "x=100"}, ["milestone:100 x 1<1 100"], on=EARLY),),
    "zero": (Seen(HUNDRED, {1: "x=0", 0: "x=100"}, ["milestone:100 x 1<1 100"]), Seen(HUNDRED, {1: "x=0", 0: "x=0"})),
    "huge": (
        Seen(Milestone((MOST,)), {1: f"x={MOST - 1}", 0: f"x={MOST}"}, [f"milestone:{MOST} x 1<1 {MOST}"]),
        Seen(Milestone((MOST,)), {1: f"x={MOST - 2}", 0: f"x={MOST - 1}"}),
    ),
    "renamed": (Seen(HUNDRED, {1: "x:Old=99", 0: "x:New=100"}, ["milestone:100 x 1<1 100"]),),
    "namesakes": (Seen(HUNDRED, {1: "p:Pi=99 q:Pi=98", 0: "p:Pi=100 q:Pi=99"}, ["milestone:100 p 1<1 100"]),),
    "passive": (
        Seen(HUNDRED, {1: "a=900 x=99", 0: "x=99"}),
        Seen(HUNDRED, {1: "a=900 x=99", 0: "x=100"}, ["milestone:100 x 1<2 100 passive"]),
    ),
    "recorded": Recorded(Milestone((100_000_000_000, 300_000_000_000, 1_000_000_000_000))),
    "slide": (
        Seen(
            HUNDRED,
            {4: "x=97", 3: "x=98", 2: "x=99", 1: "x=100", 0: "x=101"},
            ["D-1 milestone:100 x 1<1 100"],
            judged=4,
        ),
        Seen(HUNDRED, {3: "a=900 b=800 x=99", 2: "a=900 x=99 b=9", 1: "x=99 a=90 b=9", 0: "x=99 a=9 b=9"}, judged=3),
    ),
}

SHARES: Mapping[str, Cell] = {
    "ties": (
        models(week("x=1000 y=1000 +8000", "x=1200 y=1200 +7600"), ["share:up x 1<1 1200", "share:up y 2<2 1200"]),
    ),
    "edges": (
        models(week("x=1000 +9000", "x=1199 +8801")),
        models(week("x=1000 +9000", "x=1200 +8800"), ["share:up x 1<1 1200"], evidence={"points": "2.0000"}),
        models(week("x=1000 +9000", "x=1201 +8799"), ["share:up x 1<1 1201"]),
        models(week("x=1200 +8800", "x=1001 +8999")),
        models(week("x=1200 +8800", "x=1000 +9000"), ["share:down x 1<1 1000"]),
        models({8: "x=10 +90", 7: "x=30 +70", 1: "x=20 +80", 0: "x=20 +80"}, ["share:down x 1<1 20"]),
    ),
    "margin": (
        models(week("x=1000 +9000", "x=1250 +8750") | {1: "x=1200 +8800"}),
        models(
            {10: "x=10 +90", 9: "x=10 +90", 8: "x=10 +90", 7: "x=10 +90", 2: "x=12 +88", 1: "x=11 +89", 0: "x=12 +88"},
            ["D-2 share:up x 1<1 12 after 5 days", "share:up x 1<1 12 cooldown"],
            judged=3,
        ),
    ),
    "absent": (
        models(week("y=50 +50", "x=50 +50")),
        models(week("x=50 +50", "y=50 +50")),
    ),
    "exhaustive": (
        models(week("x=50 y=50|", "x=60 y=40|"), ["share:up x 1<1 60", "share:down y 2<2 40"]),
        models(week("x=50|", "|")),
        models(week("|", "x=50|")),
    ),
    "full": (models(week("x=100 +100", "x=100 +200"), ["share:down x 1<1 100"], evidence={"share": "33.3333"}),),
    "first": (models({0: "x=50 +50"}, unjudged=[NO_BASE]),),
    "gaps": (
        models({8: "x=10 +90", 7: "x=10 +90", 0: "x=20 +80"}, ["share:up x 1<1 20 after 7 days"]),
        models({7: "x=10 +90", 1: "x=20 +80", 0: "x=20 +80"}, ["share:up x 1<1 20"]),
        models({8: "x=10 +90", 1: "x=10 +90", 0: "x=20 +80"}, unjudged=[NO_BASE]),
    ),
    "clamped": (models(week("x=10 +90", "x=20 +80"), ["share:up x 1<1 20"], on=date(2025, 1, 10)),),
    "zero": (
        models(week("y=10 x=0", "x=10 y=10"), ["share:up x 1<2 10", "share:down y 2<1 10"]),
        models(week("x=0", "x=5")),
        models(week("x=5", "x=0")),
    ),
    "huge": (
        models(week(f"x={MOST - 1} y={MOST} +{MOST}", f"x={MOST} y={MOST} +{MOST}")),
        models(
            week(f"x=1 +{MOST}", f"x={MOST} +{MOST}"),
            [f"share:up x 1<1 {MOST}"],
            evidence={"total_tokens": str(2 * MOST)},
        ),
    ),
    "renamed": (models(week("x:Old=10 +90", "x:New=20 +80"), ["share:up x 1<1 20"]),),
    "namesakes": (models(week("p:Pi=20 q:Pi=10 +70", "p:Pi=20 q:Pi=15 +65"), ["share:up q 2<2 15"]),),
    "passive": (
        models(week("a=50 x=10 +40", "x=10 +40"), ["share:up x 1<2 10 passive"]),
        models(week("a=50 x=10 +40", "x=10 +90")),
    ),
    "recorded": "the recorded window is one of apps, and only models have shares",
    "slide": (
        models(
            {back: f"x={10_00 + 50 * max(0, 6 - back)} +{90_00 - 50 * max(0, 6 - back)}" for back in range(14)},
            ["D-2 share:up x 1<1 1200"],
            judged=6,
        ),
    ),
}

RENAMED: Mapping[str, Cell] = {
    "ties": "names are compared, never tokens; the order of equals is nothing to it",
    "edges": (
        Seen(RENAME, {1: "x:Old", 0: "x:New"}),
        Seen(RENAME, {2: "x:Old", 1: "x:New", 0: "x:New"}, ["renamed x 1<1 1000"]),
        Seen(RENAME, {3: "x:Old", 2: "x:New", 1: "x:New", 0: "x:New"}, ["D-1 renamed x 1<1 1000"], judged=3),
    ),
    "margin": "a name is the same or another, to the letter; there is nothing in between",
    "absent": (
        Seen(RENAME, {2: "x:Old", 1: "x:New", 0: "a"}),
        Seen(RENAME, {3: "x:Old", 2: "a", 1: "a x:New", 0: "x:New a"}, ["renamed x 1<2 1000"]),
        Seen(RENAME, {2: "a", 1: "x:New a", 0: "x:New a"}),
        Seen(RENAME, {3: "x:Old a", 2: "x:New a", 1: "a b", 0: "x:New a"}),
    ),
    "exhaustive": (
        Seen(RENAME, {3: "x:Old|", 2: "|", 1: "x:New|", 0: "x:New|"}, ["renamed x 1<1 1000"]),
        Seen(RENAME, {2: "x:Old|", 1: "x:New|", 0: "|"}),
    ),
    "full": (Seen(RENAME, {2: "a x:Old", 1: "a b", 0: "a x:New"}),),
    "first": (Seen(RENAME, {0: "x:New"}),),
    "gaps": (
        Seen(RENAME, {4: "x:Old", 2: "x:New", 0: "x:New"}, ["renamed x 1<1 1000 after 2 days"]),
        Seen(RENAME, {3: "x:Old", 0: "x:New"}),
    ),
    "clamped": (Seen(RENAME, {2: "x:Old", 1: "x:New", 0: "x:New"}, ["renamed x 1<1 1000"], on=EARLY),),
    "zero": "names are compared, never tokens",
    "huge": "names are compared, never tokens",
    "renamed": (
        Seen(RENAME, {4: "x:A", 3: "x:B", 2: "x:A", 1: "x:B", 0: "x:B"}),
        Seen(RENAME, {3: "x:pi", 2: "x:pi", 1: "x:Pi", 0: "x:Pi"}, ["renamed x 1<1 1000"]),
    ),
    "namesakes": (
        Seen(RENAME, {2: "p:Pi q:Old", 1: "p:Pi q:Pi", 0: "p:Pi q:Pi"}, ["renamed q 2<2 999"]),
        Seen(RENAME, {2: "p:Pi q:Po", 1: "q:Pi p:Po", 0: "q:Pi p:Po"}, ["renamed q 1<1 1000", "renamed p 2<2 999"]),
    ),
    "passive": (
        Seen(RENAME, {2: "a x:Old", 1: "a x:New", 0: "x:New b"}, ["renamed x 1<2 1000 passive"]),
        Seen(RENAME, {2: "a x:Old", 1: "a x:Old", 0: "x:Old b"}),
    ),
    "recorded": Recorded(Renamed(1), ["renamed Sahasra ICP Classifier 31<32 passive"]),
    "slide": (
        Seen(RENAME, {3: "x:A a b c", 2: "a x:A b c", 1: "a b x:A c", 0: "a b c x:A"}, judged=3),
        Seen(RENAME, {3: "x:A", 2: "x:B", 1: "x:C", 0: "x:D"}, judged=3),
    ),
}
