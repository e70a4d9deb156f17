"""The rules about first places and tops in awkward situations: what detection.md has them tell, done by hand."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.rules import EnteredTop, LeftTop, NewLeader
from tests.core.rules.awkward import EARLY, HIDDEN, MOST, Cell, Recorded, Seen, x

LEADER, ENTER, LEAVE = NewLeader(), EnteredTop(5, 2), LeftTop(5, 2)

NEW_LEADER: Mapping[str, Cell] = {
    "ties": (
        Seen(LEADER, {1: "a=9 b=9", 0: "b=9 a=9"}, ["new_leader b 1<2 9"], evidence={"lead_percent": "0.0"}),
        Seen(LEADER, {1: "a=9 b=8", 0: "a=9 b=9"}),
    ),
    "edges": (
        Seen(LEADER, {1: "abc", 0: "acb"}),
        Seen(LEADER, {1: "abc", 0: "bac"}, ["new_leader b 1<2 1000"]),
        Seen(LEADER, {1: "abc", 0: "cab"}, ["new_leader c 1<3 1000"]),
        Seen(NewLeader(2), {3: "ab", 2: "ba", 1: "ab", 0: "ba"}, judged=3),
        Seen(NewLeader(2), {3: "ab", 2: "ba", 1: "ba", 0: "ba"}, ["D-1 new_leader b 1<1 1000"], judged=3),
    ),
    "margin": "the first place has no margin; confirm_days is what keeps a flapping #1 quiet",
    "absent": (
        Seen(LEADER, {1: "abc", 0: "xab"}, ["new_leader x 1<- 1000"], evidence={"previous_leader_rank": 2}),
        Seen(LEADER, {1: "abc", 0: "cbd"}, ["new_leader c 1<3 1000"], evidence={"previous_leader_rank": None}),
    ),
    "exhaustive": (
        Seen(LEADER, {1: "abc|", 0: "bca|"}, ["new_leader b 1<2 1000"]),
        Seen(LEADER, {2: "ab|", 1: "|", 0: "ab|"}, judged=2),
        Seen(LEADER, {2: "ab|", 1: "|", 0: "ba|"}, ["new_leader b 1<- 1000"], judged=2),
    ),
    "full": (Seen(LEADER, {1: "ab", 0: "xa"}, ["new_leader x 1<- 1000"], evidence={"previous_leader_rank": 2}),),
    "first": (Seen(LEADER, {0: "ba"}),),
    "gaps": (
        Seen(LEADER, {3: "ab", 0: "ba"}, ["new_leader b 1<2 1000 after 3 days"], evidence={"led_at_least": True}),
        Seen(LEADER, {90: "ab", 0: "ba"}, ["new_leader b 1<2 1000 after 90 days"]),
        Seen(NewLeader(2), {4: "ab", 3: "ba", 0: "ba"}, ["new_leader b 1<1 1000 after 3 days"]),
    ),
    "clamped": (Seen(LEADER, {1: "ab", 0: "ba"}, ["new_leader b 1<2 1000"], on=EARLY),),
    "zero": (
        Seen(LEADER, {1: "a=9 b=0", 0: "b=5 a=0"}, ["new_leader b 1<2 5"], evidence={"lead_percent": None}),
        Seen(LEADER, {1: "a=0 b=0", 0: "b=0 a=0"}, ["new_leader b 1<2 0"]),
    ),
    "huge": (
        Seen(LEADER, {1: f"a={MOST} b={MOST - 1}", 0: f"b={MOST} a={MOST - 1}"}, [f"new_leader b 1<2 {MOST}"]),
        Seen(LEADER, {1: f"a={MOST - 1} b={MOST - 2}", 0: f"a={MOST - 1} b={MOST - 1}"}),
    ),
    "renamed": (
        Seen(LEADER, {1: "a:Old b", 0: "a:New b"}),
        Seen(LEADER, {1: "a b:Old", 0: "b:New a"}, ["new_leader b 1<2 1000"]),
    ),
    "namesakes": (
        Seen(
            LEADER,
            {1: "a:Pi b:Pi", 0: "b:Pi a:Pi"},
            ["new_leader b 1<2 1000"],
            evidence={"previous_leader": {"id": "a", "name": "Pi"}},
        ),
    ),
    "passive": (
        Seen(LEADER, {1: "abcd", 0: "bcde"}, ["new_leader b 1<2 1000 passive"], evidence={"left_board": ["A"]}),
        Seen(LEADER, {1: "abcd", 0: "acde"}),
    ),
    "recorded": Recorded(LEADER),
    "slide": (
        Seen(LEADER, {4: "xabc", 3: "axbc", 2: "abxc", 1: "abcx", 0: "abcx"}, ["D-3 new_leader a 1<2 1000"], judged=4),
        Seen(LEADER, {4: "abcx", 3: "abxc", 2: "axbc", 1: "xabc", 0: "xabc"}, ["D-1 new_leader x 1<2 1000"], judged=4),
    ),
}

ENTERED_TOP: Mapping[str, Cell] = {
    "ties": (
        Seen(ENTER, {1: x(8, 8), 0: "a=9 b=9 c=9 d=9 x=5 e=5 f=5 g=5"}, ["entered_top:5 x 5<8 5"]),
        Seen(ENTER, {1: x(8, 8), 0: "a=9 b=9 c=9 d=9 e=5 x=5 f=5 g=5"}),
    ),
    "edges": (
        Seen(ENTER, {1: x(8), 0: x(4)}, ["entered_top:5 x 4<8 997"]),
        Seen(ENTER, {1: x(8), 0: x(5)}, ["entered_top:5 x 5<8 996"]),
        Seen(ENTER, {1: x(8), 0: x(6)}),
    ),
    "margin": (
        Seen(ENTER, {1: x(7), 0: x(5)}),
        Seen(ENTER, {2: x(8), 1: x(7), 0: x(5)}, ["entered_top:5 x 5<7 996"], judged=2),
        Seen(ENTER, {3: x(8), 2: x(5), 1: x(7), 0: x(5)}, ["D-2 entered_top:5 x 5<8 996"], judged=3),
        Seen(
            ENTER,
            {3: x(8), 2: x(5), 1: x(8), 0: x(5)},
            ["D-2 entered_top:5 x 5<8 996", "entered_top:5 x 5<8 996 cooldown"],
            judged=3,
        ),
    ),
    "absent": (
        Seen(ENTER, {1: x(None), 0: x(5)}, ["entered_top:5 x 5<- 996"], evidence={"first_seen": True}),
        Seen(ENTER, {1: x(None), 0: x(6)}),
        Seen(ENTER, {1: x(5), 0: x(None)}),
    ),
    "exhaustive": (
        Seen(ENTER, {3: f"{x(5)}|", 2: f"{x(None)}|", 1: f"{x(None)}|", 0: f"{x(5)}|"}, judged=3),
        Seen(
            ENTER,
            {4: f"{x(5)}|", 3: f"{x(None)}|", 2: f"{x(None)}|", 1: f"{x(None)}|", 0: f"{x(5)}|"},
            ["entered_top:5 x 5<- 996"],
            evidence={"first_seen": False, "last_in": "2026-11-06"},
            judged=4,
        ),
        Seen(ENTER, {1: "ab|", 0: "abx|"}, ["entered_top:5 x 3<- 998"], evidence={"listed_fewer": True}),
        Seen(ENTER, {1: "|", 0: "x|"}, ["entered_top:5 x 1<- 1000"]),
    ),
    "full": (
        Seen(ENTER, {1: x(6, 6), 0: x(5, 6)}),
        Seen(ENTER, {1: x(None, 6), 0: x(5, 6)}, ["entered_top:5 x 5<- 996"], evidence={"listed_fewer": False}),
    ),
    "first": (Seen(ENTER, {0: x(1)}),),
    "gaps": (
        Seen(ENTER, {3: x(8), 0: x(5)}, ["entered_top:5 x 5<8 996 after 3 days"]),
        Seen(ENTER, {90: x(8), 0: x(5)}, ["entered_top:5 x 5<8 996 after 90 days"]),
        Seen(ENTER, {6: x(8), 5: x(5), 2: x(7), 0: x(5)}, ["D-5 entered_top:5 x 5<8 996"], judged=6),
        Seen(EnteredTop(5, 2, 2), {4: x(8), 3: x(5), 0: x(5)}, ["entered_top:5 x 5<5 996 after 3 days"], judged=4),
    ),
    "clamped": (Seen(ENTER, {1: x(8), 0: x(5)}, ["entered_top:5 x 5<8 996"], on=EARLY),),
    "zero": (
        Seen(EnteredTop(2, 0), {1: "a=0 b=0 x=0", 0: "a=0 x=0 b=0"}, ["entered_top:2 x 2<3 0"]),
        Seen(EnteredTop(2, 0), {1: "a=0 b=0 x=0", 0: "a=0 b=0 x=0"}),
    ),
    "huge": (
        Seen(EnteredTop(1, 0), {1: f"a={MOST} x={MOST - 1}", 0: f"x={MOST} a={MOST}"}, [f"entered_top:1 x 1<2 {MOST}"]),
    ),
    "renamed": (
        Seen(EnteredTop(1, 0), {2: "a x:Old", 1: "x:Old a", 0: "x:New a"}, ["D-1 entered_top:1 x 1<2 1000"], judged=2),
        Seen(EnteredTop(1, 0), {1: "a x:Old", 0: "x:New a"}, ["entered_top:1 x 1<2 1000"]),
    ),
    "namesakes": (
        Seen(EnteredTop(2, 0), {1: "p:Pi a q:Pi", 0: "p:Pi q:Pi a"}, ["entered_top:2 q 2<3 999"]),
        Seen(EnteredTop(1, 0), {1: "p:Pi q:Pi", 0: "q:Pi p:Pi"}, ["entered_top:1 q 1<2 1000"]),
    ),
    "passive": (
        Seen(
            ENTER,
            {1: "abcdefgx", 0: "abcdxhij"},
            ["entered_top:5 x 5<8 996 passive"],
            evidence={"left_board": ["E", "F", "G"]},
        ),
        Seen(ENTER, {1: "abcdefgx", 0: "abcdexhi"}),
        Seen(ENTER, {1: "abcdefgx", 0: "abcxdefh"}, ["entered_top:5 x 4<8 997"], evidence={"left_board": ["G"]}),
    ),
    "recorded": Recorded(EnteredTop(24, 0), ["entered_top:24 HackerAI 24<25 passive"]),
    "slide": (
        Seen(
            ENTER,
            {6 - day: x(9 - day) for day in range(7)},
            ["D-2 entered_top:5 x 5<6 996"],
            judged=6,
            evidence={"first_seen": False, "last_in": None},
        ),
        Seen(ENTER, {6 - day: x(3 + day) for day in range(7)}, judged=6),
    ),
}

LEFT_TOP: Mapping[str, Cell] = {
    "ties": (
        Seen(LEAVE, {1: x(5, 8), 0: "a=9 b=9 c=9 d=9 e=9 f=5 g=5 x=5"}, ["left_top:5 x 8<5 5"]),
        Seen(LEAVE, {1: x(5, 8), 0: "a=9 b=9 c=9 d=9 e=9 f=5 x=5 g=5"}),
    ),
    "edges": (
        Seen(LEAVE, {1: x(4), 0: x(5)}),
        Seen(LEAVE, {1: x(5), 0: x(6)}),
        Seen(LeftTop(5, 0), {1: x(5), 0: x(6)}, ["left_top:5 x 6<5 995"]),
    ),
    "margin": (
        Seen(LEAVE, {1: x(5), 0: x(7)}),
        Seen(LEAVE, {1: x(5), 0: x(8)}, ["left_top:5 x 8<5 993"]),
        Seen(LEAVE, {1: x(7), 0: x(8)}, ["left_top:5 x 8<7 993"]),
        Seen(LEAVE, {2: x(8), 1: x(7), 0: x(8)}),
        Seen(LEAVE, {3: x(5), 2: x(8), 1: x(7), 0: x(8)}, ["D-2 left_top:5 x 8<5 993"], judged=3),
    ),
    "absent": (
        Seen(LEAVE, {1: x(5), 0: x(None)}, ["left_top:5 x -<5 -"], evidence={"absent": True}),
        Seen(LEAVE, {1: x(7), 0: x(None)}, ["left_top:5 x -<7 -"]),
        Seen(LEAVE, {1: x(8), 0: x(None)}),
        Seen(LEAVE, {1: x(None), 0: x(8)}),
    ),
    "exhaustive": (
        Seen(LEAVE, {2: f"{x(5)}|", 1: f"{x(None)}|", 0: f"{x(None)}|"}, judged=2),
        Seen(
            LEAVE,
            {3: f"{x(5)}|", 2: f"{x(None)}|", 1: f"{x(None)}|", 0: f"{x(None)}|"},
            ["left_top:5 x -<- -"],
            evidence={"absent": True, "last_in": "2026-11-07", "listed_fewer": False},
            judged=3,
        ),
        Seen(LEAVE, {4: f"{x(5)}|", 3: f"{x(None)}|", 2: f"{x(7)}|", 1: f"{x(None)}|", 0: f"{x(None)}|"}, judged=4),
        Seen(LEAVE, {1: f"{x(5)}|", 0: f"{x(8)}|"}, ["left_top:5 x 8<5 993"]),
        Seen(LEAVE, {3: "x|", 2: "|", 1: "|", 0: "|"}, ["left_top:5 x -<- -"], evidence={"listed_fewer": True}),
    ),
    "full": (
        Seen(LEAVE, {1: x(5, 6), 0: x(6, 6)}),
        Seen(LEAVE, {1: x(6, 6), 0: x(None, 6)}, ["left_top:5 x -<6 -"], evidence={"listed_fewer": False}),
    ),
    "first": (Seen(LEAVE, {0: x(8)}),),
    "gaps": (
        Seen(LEAVE, {3: x(5), 0: x(8)}, ["left_top:5 x 8<5 993 after 3 days"]),
        Seen(LEAVE, {90: x(5), 0: x(8)}, ["left_top:5 x 8<5 993 after 90 days"]),
        Seen(LEAVE, {5: f"{x(5)}|", 4: f"{x(None)}|", 0: f"{x(None)}|"}, judged=5),
        Seen(LeftTop(5, 2, 2), {4: x(5), 3: x(8), 0: x(8)}, ["left_top:5 x 8<8 993 after 3 days"], judged=4),
    ),
    "clamped": (Seen(LEAVE, {1: x(5), 0: x(8)}, ["left_top:5 x 8<5 993"], on=EARLY),),
    "zero": (Seen(LeftTop(2, 0), {1: "a=0 x=0 b=0", 0: "a=0 b=0 x=0"}, ["left_top:2 x 3<2 0"]),),
    "huge": (
        Seen(LeftTop(1, 0), {1: f"x={MOST} a={MOST}", 0: f"a={MOST} x={MOST - 1}"}, [f"left_top:1 x 2<1 {MOST - 1}"]),
    ),
    "renamed": (
        Seen(LeftTop(1, 0), {1: "x:Old a", 0: "a x:New"}, ["left_top:1 x 2<1 999"]),
        Seen(LeftTop(1, 0), {1: "x:Old a", 0: "x:New a"}),
    ),
    "namesakes": (
        Seen(LeftTop(2, 0), {1: "p:Pi q:Pi a", 0: "p:Pi a q:Pi"}, ["left_top:2 q 3<2 998"]),
        Seen(LeftTop(1, 0), {1: "p:Pi q:Pi", 0: "q:Pi"}, ["left_top:1 p -<1 -"]),
    ),
    "passive": (
        Seen(
            LEAVE,
            {1: "abcdxefg", 0: "hijabcdxefg"},
            ["left_top:5 x 8<5 993 passive", "left_top:5 e 9<6 992 passive", "left_top:5 f 10<7 991 passive"],
        ),
        Seen(LEAVE, {1: "abcdexfg", 0: "bcdexfgh"}, ["left_top:5 a -<1 -"]),
    ),
    "recorded": Recorded(LeftTop(24, 0), [f"left_top:24 {HIDDEN} -<24"]),
    "slide": (
        Seen(LEAVE, {6 - day: x(3 + day) for day in range(7)}, ["D-1 left_top:5 x 8<7 993"], judged=6),
        Seen(LEAVE, {6 - day: x(9 - day) for day in range(7)}, ["D-4 left_top:5 g 8<7 993"], judged=6),
    ),
}
