"""The rules about places gained and lost in awkward situations: what detection.md has them tell, done by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bot.core.rules import Climbed, Dropped, Moved, Overtook
from tests.core.rules.awkward import EARLY, HIDDEN, MOST, Cell, Recorded, Seen, week, x

CLIMB, DROP, MOVE, PASS = Climbed(), Dropped(), Moved(), Overtook()
X, AX = ("id:x",), ("id:a", "id:x")
NO_BASE = "it compares with the window to 2026-11-03, which is missing"
NO_DATA = "it compares with the window to 2024-12-29, and the data begins on 2025-01-01"

CLIMBED: Mapping[str, Cell] = {
    "ties": (
        Seen(CLIMB, week("a=9 b=9 c=9 x=9", "x=9 a=9 b=9 c=9"), ["climbed x 1<4 9"]),
        Seen(CLIMB, week("a=9 b=9 c=9 x=8", "a=9 b=9 c=9 x=9")),
    ),
    "edges": (
        Seen(CLIMB, week(x(12, 20), x(9, 20)), ["climbed x 9<12 992"]),
        Seen(CLIMB, week(x(13, 20), x(10, 20)), ["climbed x 10<13 991"]),
        Seen(CLIMB, week(x(12, 20), x(10, 20))),
        Seen(CLIMB, week(x(16, 20), x(11, 20)), ["climbed x 11<16 990"]),
        Seen(CLIMB, week(x(15, 20), x(11, 20))),
    ),
    "margin": "each band asks for a number of places; there is no margin around it",
    "absent": (
        Seen(CLIMB, week(x(None), x(5))),
        Seen(CLIMB, week(x(5), x(None))),
        Seen(CLIMB, {8: x(12), 7: x(12), 1: x(None), 0: x(5)}, ["climbed x 5<- 996"]),
    ),
    "exhaustive": (
        Seen(CLIMB, week("abcx|", "xabc|"), ["climbed x 1<4 1000"]),
        Seen(CLIMB, week("abcx|", "|")),
        Seen(CLIMB, week("|", "xabc|")),
    ),
    "full": (
        Seen(CLIMB, week("abcd", "xabc")),
        Seen(CLIMB, week("abcx", "xabd")),
        Seen(CLIMB, week("abcdx", "xabce"), ["climbed x 1<5 1000"]),
    ),
    "first": (Seen(CLIMB, {0: "xabc"}, unjudged=[NO_BASE]),),
    "gaps": (
        Seen(CLIMB, {8: x(12), 7: x(12), 0: x(5)}, ["climbed x 5<12 996 after 7 days"]),
        Seen(CLIMB, {7: x(12), 1: x(5), 0: x(5)}, ["climbed x 5<5 996"]),
        Seen(CLIMB, {8: x(12), 1: x(12), 0: x(5)}, unjudged=[NO_BASE]),
    ),
    "clamped": (
        Seen(CLIMB, week("abcx", "xabc"), ["climbed x 1<4 1000"], on=date(2025, 1, 10)),
        Seen(CLIMB, {1: "abcx", 0: "xabc"}, unjudged=[NO_DATA], on=date(2025, 1, 5)),
    ),
    "zero": (Seen(CLIMB, week("a=0 b=0 c=0 x=0", "x=0 a=0 b=0 c=0"), ["climbed x 1<4 0"]),),
    "huge": (
        Seen(
            CLIMB,
            week(f"a={MOST} b={MOST} c={MOST} x={MOST - 1}", f"x={MOST} a={MOST} b={MOST} c={MOST}"),
            [f"climbed x 1<4 {MOST}"],
        ),
    ),
    "renamed": (Seen(CLIMB, week("a b c x:Old", "x:New a b c"), ["climbed x 1<4 1000"]),),
    "namesakes": (Seen(CLIMB, week("p:Pi a b q:Pi", "q:Pi p:Pi a b"), ["climbed q 1<4 1000"]),),
    "passive": (
        Seen(CLIMB, week(x(10, 20), x(10, 20)[3:])),
        Seen(CLIMB, week(x(10, 20), x(8, 20)[1:])),
        Seen(CLIMB, week(x(10, 20), "u" + x(7, 20))),
        Seen(
            CLIMB,
            week(x(10, 20), x(7, 20)[1:]),
            ["climbed x 6<10 995"],
            evidence={"places": 4, "places_among_both": 3, "places_asked": 3},
        ),
    ),
    "recorded": Recorded(Climbed(1, ((50, 1),))),
    "slide": (
        Seen(
            CLIMB,
            {back: x(min(16, 8 + back), 20) for back in range(15)},
            ["D-3 climbed x 11<12 990"],
            judged=8,
        ),
        Seen(CLIMB, {back: x(max(1, 9 - back), 20) for back in range(15)}, judged=8),
    ),
}

DROPPED: Mapping[str, Cell] = {
    "ties": (
        Seen(DROP, week("x=9 a=9 b=9 c=9", "a=9 b=9 c=9 x=9"), ["dropped x 4<1 9"]),
        Seen(DROP, week("x=9 a=8 b=8 c=8", "x=9 a=9 b=9 c=9")),
    ),
    "edges": (
        Seen(DROP, week(x(9, 20), x(12, 20)), ["dropped x 12<9 989"]),
        Seen(DROP, week(x(10, 20), x(13, 20)), ["dropped x 13<10 988"]),
        Seen(DROP, week(x(10, 20), x(12, 20))),
        Seen(DROP, week(x(11, 20), x(16, 20)), ["dropped x 16<11 985"]),
        Seen(DROP, week(x(11, 20), x(15, 20))),
    ),
    "margin": "each band asks for a number of places; there is no margin around it",
    "absent": (
        Seen(DROP, week(x(None), x(12))),
        Seen(DROP, week(x(5), x(None))),
        Seen(DROP, {8: x(5), 7: x(5), 1: x(None), 0: x(12)}, ["dropped x 12<- 989"]),
    ),
    "exhaustive": (
        Seen(DROP, week("xabc|", "abcx|"), ["dropped x 4<1 997"]),
        Seen(DROP, week("xabc|", "abc|")),
        Seen(DROP, week("|", "abcx|")),
    ),
    "full": (
        Seen(DROP, week("xabc", "abcd")),
        Seen(DROP, week("xabd", "abcx")),
        Seen(DROP, week("xabcd", "abcex"), ["dropped x 5<1 996"]),
    ),
    "first": (Seen(DROP, {0: "abcx"}, unjudged=[NO_BASE]),),
    "gaps": (
        Seen(DROP, {8: x(5), 7: x(5), 0: x(12)}, ["dropped x 12<5 989 after 7 days"]),
        Seen(DROP, {7: x(5), 1: x(12), 0: x(12)}, ["dropped x 12<12 989"]),
        Seen(DROP, {8: x(5), 1: x(5), 0: x(12)}, unjudged=[NO_BASE]),
    ),
    "clamped": (
        Seen(DROP, week("xabc", "abcx"), ["dropped x 4<1 997"], on=date(2025, 1, 10)),
        Seen(DROP, {1: "xabc", 0: "abcx"}, unjudged=[NO_DATA], on=date(2025, 1, 5)),
    ),
    "zero": (Seen(DROP, week("x=0 a=0 b=0 c=0", "a=0 b=0 c=0 x=0"), ["dropped x 4<1 0"]),),
    "huge": (
        Seen(
            DROP,
            week(f"x={MOST} a={MOST} b={MOST} c={MOST}", f"a={MOST} b={MOST} c={MOST} x={MOST - 1}"),
            [f"dropped x 4<1 {MOST - 1}"],
        ),
    ),
    "renamed": (Seen(DROP, week("x:Old a b c", "a b c x:New"), ["dropped x 4<1 997"]),),
    "namesakes": (Seen(DROP, week("p:Pi a b q:Pi", "a b q:Pi p:Pi"), ["dropped p 4<1 997"]),),
    "passive": (
        Seen(DROP, week(x(10, 20), "uvw" + x(10, 20))),
        Seen(DROP, week(x(10, 20), "u" + x(12, 20))),
        Seen(DROP, week(x(10, 20), x(13, 20)[1:])),
        Seen(
            DROP,
            week(x(10, 20), "u" + x(13, 20)),
            ["dropped x 14<10 987"],
            evidence={"places": 4, "places_among_both": 3, "places_asked": 3},
        ),
    ),
    "recorded": Recorded(Dropped(1, ((50, 1),))),
    "slide": (
        Seen(DROP, {back: x(max(1, 9 - back), 20) for back in range(15)}, ["D-5 dropped x 4<3 997"], judged=8),
        Seen(DROP, {back: x(min(16, 8 + back), 20) for back in range(15)}, judged=8),
    ),
}

MOVED: Mapping[str, Cell] = {
    "ties": (
        Seen(MOVE, {1: "a=9 x=9", 0: "x=9 a=9"}, ["moved:up x 1<2 9"], follow=X),
        Seen(MOVE, {1: "a=9 x=8", 0: "a=9 x=9"}, follow=X),
    ),
    "edges": (
        Seen(MOVE, {1: "abx", 0: "axb"}, ["moved:up x 2<3 999"], follow=X),
        Seen(MOVE, {1: "axb", 0: "abx"}, ["moved:down x 3<2 998"], follow=X),
        Seen(MOVE, {1: "abx", 0: "bax"}, follow=X),
        Seen(MOVE, {1: "abx", 0: "xba"}),
    ),
    "margin": "any change of rank is told; there is no margin",
    "absent": (
        Seen(MOVE, {1: "abc", 0: "abx"}, ["moved:in x 3<- 998"], follow=X),
        Seen(MOVE, {1: "abx", 0: "abc"}, ["moved:out x -<3 -"], follow=X),
        Seen(MOVE, {1: "abc", 0: "acb"}, follow=X),
    ),
    "exhaustive": (
        Seen(MOVE, {1: "abx|", 0: "ab|"}, ["moved:out x -<3 -"], follow=X, evidence={"depth": None}),
        Seen(MOVE, {1: "|", 0: "x|"}, ["moved:in x 1<- 1000"], follow=X),
        Seen(MOVE, {1: "x|", 0: "|"}, ["moved:out x -<1 -"], follow=X),
    ),
    "full": (
        Seen(MOVE, {1: "abx", 0: "abc"}, ["moved:out x -<3 -"], follow=X, evidence={"depth": 3}),
        Seen(MOVE, {1: "abc", 0: "abcx"}, follow=X),
    ),
    "first": (Seen(MOVE, {0: "xab"}, follow=X),),
    "gaps": (
        Seen(MOVE, {3: "abx", 0: "xab"}, ["moved:up x 1<3 1000 after 3 days"], follow=X),
        Seen(MOVE, {90: "abx", 0: "xab"}, ["moved:up x 1<3 1000 after 90 days"], follow=X),
    ),
    "clamped": (Seen(MOVE, {1: "abx", 0: "xab"}, ["moved:up x 1<3 1000"], follow=X, on=EARLY),),
    "zero": (Seen(MOVE, {1: "a=0 b=0 x=0", 0: "x=0 a=0 b=0"}, ["moved:up x 1<3 0"], follow=X),),
    "huge": (
        Seen(MOVE, {1: f"a={MOST} x={MOST - 1}", 0: f"x={MOST} a={MOST - 1}"}, [f"moved:up x 1<2 {MOST}"], follow=X),
    ),
    "renamed": (
        Seen(MOVE, {1: "a x:Old", 0: "a x:New"}, follow=X),
        Seen(MOVE, {1: "a x:New", 0: "x:New a"}, ["moved:up x 1<2 1000"], follow=("old",), names={"x": ("New", "Old")}),
    ),
    "namesakes": (
        Seen(MOVE, {1: "p:Pi a q:Pi", 0: "p:Pi q:Pi a"}, ["moved:up q 2<3 999"], follow=("Pi",)),
        Seen(MOVE, {1: "p:Pi q:Pi", 0: "q:Pi p:Pi"}, ["moved:up q 1<2 1000", "moved:down p 2<1 999"], follow=("Pi",)),
    ),
    "passive": (
        Seen(MOVE, {1: "abxc", 0: "bxcd"}, follow=X),
        Seen(MOVE, {1: "bxcd", 0: "abxc"}, follow=X),
        Seen(MOVE, {1: "abxc", 0: "xbcd"}, ["moved:up x 1<3 1000"], follow=X),
    ),
    "recorded": Recorded(MOVE, ["moved:in ppq.ai 50<-", f"moved:out {HIDDEN} -<24"], follow=("*",)),
    "slide": (
        Seen(
            MOVE,
            {3: "xabc", 2: "axbc", 1: "abxc", 0: "abcx"},
            ["D-2 moved:down x 2<1 999", "D-1 moved:down x 3<2 998", "moved:down x 4<3 997"],
            follow=X,
            judged=3,
        ),
    ),
}

OVERTOOK: Mapping[str, Cell] = {
    "ties": (
        Seen(PASS, {1: "a=9 x=9", 0: "x=9 a=9"}, ["overtook:x>a x 1<2 9"], follow=AX),
        Seen(PASS, {1: "a=9 x=8", 0: "a=9 x=9"}, follow=AX),
    ),
    "edges": (
        Seen(PASS, {1: "abx", 0: "axb"}, follow=AX),
        Seen(PASS, {1: "bax", 0: "bxa"}, ["overtook:x>a x 2<3 999"], follow=AX),
        Seen(PASS, {1: "axb", 0: "xba"}, ["overtook:x>a x 1<2 1000"], follow=AX),
        Seen(Overtook((("id:x", "id:b"),)), {1: "abx", 0: "xab"}, ["overtook:x>b x 1<3 1000"]),
        Seen(Overtook((("id:x", "id:b"),)), {1: "xb", 0: "bx"}),
    ),
    "margin": "to be ahead by one place is to be ahead; there is no margin",
    "absent": (
        Seen(PASS, {1: "ab", 0: "xa"}, ["overtook:x>a x 1<- 1000"], follow=AX),
        Seen(PASS, {1: "xb", 0: "xa"}, follow=AX),
        Seen(PASS, {1: "ax", 0: "xb"}, follow=AX),
        Seen(PASS, {1: "ax", 0: "ab"}, follow=AX),
        Seen(PASS, {1: "bc", 0: "xa"}, follow=AX),
    ),
    "exhaustive": (
        Seen(PASS, {1: "a|", 0: "xa|"}, ["overtook:x>a x 1<- 1000"], follow=AX),
        Seen(PASS, {1: "|", 0: "xa|"}, follow=AX),
        Seen(PASS, {1: "ax|", 0: "|"}, follow=AX),
    ),
    "full": (Seen(PASS, {1: "abc", 0: "bxa"}, ["overtook:x>a x 2<- 999"], follow=AX),),
    "first": (Seen(PASS, {0: "xa"}, follow=AX),),
    "gaps": (
        Seen(PASS, {3: "ax", 0: "xa"}, ["overtook:x>a x 1<2 1000 after 3 days"], follow=AX),
        Seen(PASS, {90: "ax", 0: "xa"}, ["overtook:x>a x 1<2 1000 after 90 days"], follow=AX),
        Seen(PASS, {4: "xa", 3: "ax", 0: "ax"}, ["D-3 overtook:a>x a 1<2 1000"], follow=AX, judged=4),
    ),
    "clamped": (Seen(PASS, {1: "ax", 0: "xa"}, ["overtook:x>a x 1<2 1000"], follow=AX, on=EARLY),),
    "zero": (Seen(PASS, {1: "a=0 x=0", 0: "x=0 a=0"}, ["overtook:x>a x 1<2 0"], follow=AX),),
    "huge": (
        Seen(
            PASS,
            {1: f"a={MOST} x={MOST - 1}", 0: f"x={MOST} a={MOST - 1}"},
            [f"overtook:x>a x 1<2 {MOST}"],
            follow=AX,
            evidence={
                "passed": {
                    "id": "a",
                    "name": "A",
                    "rank": 2,
                    "tokens": str(MOST - 1),
                    "previous_rank": 1,
                    "previous_tokens": str(MOST),
                }
            },
        ),
    ),
    "renamed": (
        Seen(PASS, {1: "a x:Old", 0: "a x:New"}, follow=AX),
        Seen(
            Overtook((("Old", "A"),)),
            {1: "a x:Old", 0: "x:New a"},
            ["overtook:x>a x 1<2 1000"],
            names={"x": ("New", "Old")},
        ),
    ),
    "namesakes": (
        Seen(Overtook((("Pi", "A"),)), {1: "a p:Pi q:Pi", 0: "p:Pi a q:Pi"}, ["overtook:p>a p 1<2 1000"]),
        Seen(PASS, {1: "p:Pi q:Pi", 0: "q:Pi p:Pi"}, ["overtook:q>p q 1<2 1000"], follow=("Pi",)),
    ),
    "passive": (
        Seen(PASS, {1: "bax", 0: "axc"}, follow=AX),
        Seen(PASS, {1: "bax", 0: "bxc"}, follow=AX),
        Seen(PASS, {1: "bcax", 0: "cxad"}, ["overtook:x>a x 2<4 999"], follow=AX),
    ),
    "recorded": Recorded(Overtook((("*", "*"),))),
    "slide": (
        Seen(
            PASS,
            {3: "xabc", 2: "axbc", 1: "abxc", 0: "abcx"},
            ["D-2 overtook:a>x a 1<2 1000", "overtook:c>x c 3<4 998"],
            follow=("id:a", "id:c", "id:x"),
            judged=3,
        ),
    ),
}
