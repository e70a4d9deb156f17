"""Detection as a whole: events with their numbers and reasons, held back where they should be, in any order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.detect import Evaluation, evaluate, needs, sources
from bot.core.event import Event, EventStatus, HeldBack, Kind
from bot.core.history import MemoryHistory
from bot.core.ranking import APP_DEPTH, MODEL_DAY, Board, Dataset, Snapshot
from bot.core.rules import (
    Climbed,
    EnteredTop,
    LeftTop,
    Milestone,
    Moved,
    NewLeader,
    Overtook,
    Renamed,
    Rule,
    Share,
    Spike,
    Trending,
)
from bot.core.watchlist import Pattern, Watchlist
from tests.builders import ALL_APPS, CLI_AGENTS, DAY, MODELS, as_of, event, snapshot
from tests.core.rules.days import ago, column, columns

RULES: tuple[Rule, ...] = (NewLeader(), EnteredTop(n=2, margin=0), LeftTop(n=2, margin=0))


def watch(*rules: Rule, **changes: object) -> Watchlist:
    """A watchlist of the CLI agents by those rules."""
    return replace(Watchlist("cli-agents", "CLI agents", CLI_AGENTS, rules or RULES), **changes)  # type: ignore[arg-type]


def judge(watchlist: Watchlist, snapshots: list[Snapshot], told: tuple[Event, ...] = (), day: date = DAY) -> Evaluation:
    """The evaluation of DAY, on which the watchlist began the day after the oldest snapshot."""
    since = min(snapshot.end_date for snapshot in snapshots) + timedelta(days=1)
    return evaluate(watchlist, day, history=MemoryHistory(snapshots), since=since, told=told, names={})


def told(evaluation: Evaluation) -> list[tuple[str, str]]:
    return [(event.kind.value, event.item) for event in evaluation.events]


class TestEvents:
    """An event carries all its numbers."""

    def test_strongest_first_then_by_rank(self) -> None:
        assert told(judge(watch(), columns("dcab", "abcd"))) == [
            ("new_leader", "d"),
            ("entered_top", "d"),
            ("entered_top", "c"),
            ("left_top", "a"),
            ("left_top", "b"),
        ]

    def test_who_is_not_ranked_comes_after_all_that_are(self) -> None:
        many = [f"i{number:02}" for number in range(80)]
        evaluation = judge(watch(LeftTop(n=60, margin=0)), [column(ago(1), many), column(DAY, [*many[2:], many[1]])])
        assert told(evaluation) == [("left_top", "i01"), ("left_top", "i00")]
        assert (evaluation.watchlist, evaluation.date) == ("cli-agents", DAY)

    def test_of_two_that_enter_a_top_one_may_enter_a_smaller_one_too(self) -> None:
        evaluation = judge(watch(EnteredTop(n=3, margin=0), EnteredTop(n=1, margin=0)), columns("xyabc", "abcxy"))
        assert [(one.item, one.threshold) for one in evaluation.events] == [("x", "1"), ("y", "3")]

    def test_the_rank_before_is_of_the_last_stored_board_however_far_back(self) -> None:
        """Nothing between is known, so that the change is since then."""
        (found,) = judge(watch(Climbed(over_days=60)), [column(DAY, "xabc"), column(ago(60), "abcx")]).events
        assert (found.item, found.rank, found.previous_rank, found.previous_tokens) == ("x", 1, 4, 997)
        assert (found.previous_date, found.passive) == (ago(60), False)
        assert [one["end_date"] for one in found.evidence["snapshots"]] == ["2026-11-10", "2026-09-11"]

    def test_every_number_is_there(self) -> None:
        snapshots = [*columns("bac", "abc"), column(ago(7), "cb")]
        found = judge(watch(NewLeader()), snapshots).events[0]
        assert found.key == "cli-agents/apps:coding:cli-agent:popular:7d/new_leader/b/2026-11-10"
        assert (found.date, found.previous_date, found.window_days, found.as_of) == (DAY, ago(1), 7, as_of(DAY))
        assert (found.rank, found.previous_rank) == (1, 2)
        assert (found.tokens, found.previous_tokens, found.compared_tokens) == (1000, 999, 999)
        assert (found.item, found.name, found.passive, found.held_back) == ("b", "B", False, None)
        assert found.rule == {"confirm_days": 1}
        assert found.evidence["snapshots"] == [
            {"board": CLI_AGENTS.key, "end_date": "2026-11-10", "revision": 1, "as_of": "2026-11-11T02:15:41.208Z"},
            {"board": CLI_AGENTS.key, "end_date": "2026-11-09", "revision": 1, "as_of": "2026-11-10T02:15:41.208Z"},
        ]

    def test_an_item_that_is_gone_has_no_rank_and_no_tokens(self) -> None:
        found = judge(watch(LeftTop(n=2, margin=0)), columns("acd", "abc")).events[0]
        assert (found.item, found.rank, found.tokens, found.previous_rank, found.previous_tokens) == (
            "b", None, None, 2, 999,
        )  # fmt: skip

    def test_a_rise_because_others_left_is_passive(self) -> None:
        found = judge(watch(EnteredTop(n=2, margin=0)), columns("acd", "abcd")).events[0]
        assert (found.item, found.passive, found.evidence["left_board"]) == ("c", True, ["B"])

    def test_the_key_bears_n(self) -> None:
        found = judge(watch(EnteredTop(n=2, margin=0)), columns("cab", "abc")).events[0]
        assert found.key.split("/")[2] == "entered_top:2"
        assert found.threshold == "2"

    def test_an_item_that_enters_several_tops_is_told_for_the_smallest(self) -> None:
        rules = (EnteredTop(n=3, margin=0), EnteredTop(n=1, margin=0), EnteredTop(n=2, margin=0))
        assert [found.rule["n"] for found in judge(watch(*rules), columns("xabc", "abcx")).events] == [1]
        assert [found.rule["n"] for found in judge(watch(*rules), columns("axbc", "abcx")).events] == [2]

    def test_that_event_names_the_larger_tops_that_it_enters_too(self) -> None:
        rules = (EnteredTop(n=3, margin=0), EnteredTop(n=1, margin=0), EnteredTop(n=2, margin=0))
        (first,) = judge(watch(*rules), columns("xabc", "abcx")).events
        (third,) = judge(watch(*rules), columns("abxc", "abcx")).events
        (inside,) = judge(watch(*rules), columns("xabc", "abxc")).events
        assert first.evidence["also_entered"] == [2, 3]
        assert "also_entered" not in third.evidence
        assert inside.evidence["also_entered"] == [2]

    def test_a_trending_app_below_the_board_still_has_its_tokens(self) -> None:
        twin = CLI_AGENTS.twin
        rows = [snapshot(twin, DAY, [("x", "X", 77)]), snapshot(twin, ago(1), [])]
        found = judge(watch(Trending()), [*columns("ab", "ab"), *rows]).events[0]
        assert (found.board, found.rank, found.tokens) == (CLI_AGENTS.key, None, 77)
        assert [used["board"] for used in found.evidence["snapshots"]] == [CLI_AGENTS.key] * 2 + [twin.key] * 2

    def test_what_is_missing_is_said(self) -> None:
        missing = judge(watch(Spike(), Trending()), columns("ab", "ab")).not_evaluated
        assert [finding.kind for finding in missing] == [Kind.SPIKE, Kind.TRENDING]

    def test_a_day_without_a_snapshot_cannot_be_judged(self) -> None:
        with pytest.raises(LookupError, match="has no snapshot of 2026-11-11"):
            judge(watch(), columns("ab"), day=DAY + timedelta(days=1))

    def test_after_a_gap_the_previous_date_is_the_last_before_it(self) -> None:
        found = judge(watch(NewLeader()), columns("ba", None, "ab")).events[0]
        assert found.previous_date == ago(2)

    def test_a_gap_at_the_beginning_is_bridged_too(self) -> None:
        history = MemoryHistory(columns("ba", None, "ab"))
        found = evaluate(watch(), DAY, history=history, since=DAY, told=(), names={})
        assert ("new_leader", "b") in told(found)

    def test_the_first_stored_day_tells_nothing(self) -> None:
        history = MemoryHistory(columns("ba"))
        assert not evaluate(watch(), DAY, history=history, since=DAY, told=(), names={}).events


class TestHeldBack:
    """What is not told is stored with its reason."""

    def test_an_excluded_item(self) -> None:
        events = judge(watch(NewLeader(), exclude=(Pattern("B"),)), columns("ba", "ab")).events
        assert [found.held_back for found in events] == [HeldBack.EXCLUDED]

    def test_an_item_that_is_excluded_by_a_name_that_it_bore(self) -> None:
        history = MemoryHistory(columns("ba", "ab"))
        watchlist = watch(NewLeader(), exclude=(Pattern("Old B"),))
        for names, reason in (({"b": ("B", "Old B")}, HeldBack.EXCLUDED), ({"a": ("A", "Old B")}, None)):
            (found,) = evaluate(watchlist, DAY, history=history, since=DAY, told=(), names=names).events
            assert found.held_back is reason

    def test_only_followed_leaves_all_others_out(self) -> None:
        followed = watch(EnteredTop(n=2, margin=0), only_followed=True, follow=(Pattern("id:c"),))
        events = judge(followed, columns("dcab", "abcd")).events
        assert [(found.item, found.held_back) for found in events] == [("d", HeldBack.EXCLUDED), ("c", None)]

    def repeated(self, days: int, **changes: object) -> HeldBack | None:
        """Whether an entry is held back after one that many days before."""
        earlier = event(item="c", date=ago(days), rule={"n": 2}, **changes)
        return judge(watch(EnteredTop(n=2, margin=0)), columns("acb", "abc"), told=(earlier,)).events[0].held_back

    def test_the_same_within_the_cooldown(self) -> None:
        assert self.repeated(6) is HeldBack.COOLDOWN

    def test_a_week_later_it_is_told_again(self) -> None:
        assert self.repeated(7) is None

    @pytest.mark.parametrize(
        "changes",
        [
            {"status": EventStatus.RETRACTED},
            {"held_back": HeldBack.COOLDOWN},
            {"watchlist": "another"},
            {"kind": Kind.LEFT_TOP},
        ],
    )
    def test_only_what_was_told_of_the_same_counts(self, changes: dict[str, object]) -> None:
        assert self.repeated(3, **changes) is None

    def test_another_threshold_is_another_rule(self) -> None:
        earlier = event(item="c", date=ago(3), rule={"n": 50})
        found = judge(watch(EnteredTop(n=2, margin=0)), columns("acb", "abc"), told=(earlier,)).events[0]
        assert found.held_back is None

    def test_a_reversing_event_ends_the_cooldown(self) -> None:
        """Entered, left, entered again: a reader who was told of the exit must be told of the return."""
        entered = event(item="c", date=ago(5), rule={"n": 2})
        left = event(item="c", date=ago(3), rule={"n": 2}, kind=Kind.LEFT_TOP)
        found = judge(watch(EnteredTop(n=2, margin=0)), columns("acb", "abc"), told=(entered, left)).events[0]
        assert found.held_back is None

    def test_mine_and_followed_are_always_told(self) -> None:
        earlier = event(item="c", date=ago(3), rule={"n": 2})
        mine = watch(EnteredTop(n=2, margin=0), mine=(Pattern("C"),))
        assert judge(mine, columns("acb", "abc"), told=(earlier,)).events[0].held_back is None

    def test_a_leader_is_always_told(self) -> None:
        earlier = event(item="b", date=ago(3), rule={"confirm_days": 1}, kind=Kind.NEW_LEADER)
        assert judge(watch(NewLeader()), columns("ba", "ab"), told=(earlier,)).events[0].held_back is None


class TestReversals:
    """What was told of an item is told again within the cooldown only where it was undone in between."""

    def climb(self, *told: Event) -> HeldBack | None:
        boards = columns("xabcd", "abcdx") + [column(ago(back), "abcdx") for back in (7, 8)]
        return judge(watch(Climbed()), boards, told=told).events[0].held_back

    def test_a_climb_within_a_week_of_the_last_is_held_back_unless_it_dropped_since(self) -> None:
        climbed = event(kind=Kind.CLIMBED, item="x", date=ago(5), rule={"over_days": 7})
        dropped = event(kind=Kind.DROPPED, item="x", date=ago(3), rule={"over_days": 7})
        assert self.climb() is None
        assert self.climb(climbed) is HeldBack.COOLDOWN
        assert self.climb(climbed, dropped) is None
        assert self.climb(dropped) is None
        assert self.climb(replace(dropped, date=ago(6)), climbed) is HeldBack.COOLDOWN

    def share(self, *told: Event) -> HeldBack | None:
        boards = [
            snapshot(MODELS, day, [("x/y", "x/y", tokens)], other_tokens=100 - tokens)
            for day, tokens in ((DAY, 20), (ago(1), 10), (ago(7), 10), (ago(8), 10))
        ]
        models = watch(Share(), board=MODELS)
        return judge(models, boards, told=told).events[0].held_back

    def test_a_share_is_undone_by_a_move_the_other_way(self) -> None:
        usual: dict[str, Any] = {"kind": Kind.SHARE, "item": "x/y", "board": MODELS.key, "rule": {"points": 2}}
        up = event(date=ago(5), evidence={"direction": "up"}, **usual)
        down = event(date=ago(3), evidence={"direction": "down"}, **usual)
        assert self.share(up) is HeldBack.COOLDOWN
        assert self.share(up, down) is None
        assert self.share(down) is None

    def test_a_share_that_turns_round_is_another_event(self) -> None:
        def key(now: int, then: int) -> str:
            boards = [
                snapshot(MODELS, day, [("x/y", "x/y", tokens)], other_tokens=100 - tokens)
                for day, tokens in ((DAY, now), (ago(1), 10), (ago(7), then), (ago(8), 10))
            ]
            return judge(watch(Share(), board=MODELS), boards).events[0].key

        assert key(20, 10) == f"cli-agents/{MODELS.key}/share:up/x/y/{DAY}"
        assert key(20, 30) == f"cli-agents/{MODELS.key}/share:down/x/y/{DAY}"

    def test_each_milestone_has_its_own_cooldown(self) -> None:
        def reached(threshold: int) -> Event:
            key = f"cli-agents/{CLI_AGENTS.key}/milestone:{threshold}/a/{ago(2)}"
            return event(kind=Kind.MILESTONE, item="a", date=ago(2), rule={}, key=key)

        boards = [snapshot(CLI_AGENTS, day, [("a", "A", tokens)]) for day, tokens in ((DAY, 9), (ago(1), 1))]
        rule = watch(Milestone(tokens=(5, 7)))
        events = judge(rule, boards, told=(reached(5),)).events
        assert [(found.threshold, found.held_back) for found in events] == [("5", HeldBack.COOLDOWN), ("7", None)]

    def test_moves_and_overtakes_are_always_told(self) -> None:
        told = tuple(event(kind=kind, item="b", date=ago(1), rule={}) for kind in (Kind.MOVED, Kind.OVERTOOK))
        rule = watch(Moved(), Overtook(pairs=(("id:b", "id:a"),)), follow=(Pattern("B"),))
        events = judge(rule, columns("ba", "ab"), told=told).events
        assert [(found.kind, found.held_back) for found in events] == [(Kind.OVERTOOK, None), (Kind.MOVED, None)]


class TestFollowed:
    """The rules about what is followed know it by every name that it has borne."""

    def moved(self, watchlist: Watchlist, names: dict[str, tuple[str, ...]]) -> list[str]:
        history = MemoryHistory(columns("bac", "abc"))
        evaluation = evaluate(watchlist, DAY, history=history, since=DAY, told=(), names=names)
        return [found.item for found in evaluation.events]

    def test_mine_and_follow_count_by_the_name_at_hand_or_a_former_one(self) -> None:
        assert self.moved(watch(Moved(), mine=(Pattern("b"),)), {}) == ["b"]
        assert self.moved(watch(Moved(), follow=(Pattern("Old Ada"),)), {"a": ("A", "Old Ada")}) == ["a"]
        assert self.moved(watch(Moved()), {}) == []

    def test_what_left_the_board_is_still_followed(self) -> None:
        events = judge(watch(Moved(), mine=(Pattern("c"),)), columns("ab", "abc", depth=9)).events
        assert [(found.item, found.rank, found.previous_rank) for found in events] == [("c", None, 3)]

    def test_a_move_out_of_sight_of_the_excluded_is_held_back(self) -> None:
        both = watch(Moved(), mine=(Pattern("b"),), exclude=(Pattern("b"),))
        assert [found.held_back for found in judge(both, columns("ba", "ab")).events] == [HeldBack.EXCLUDED]


def test_the_key_of_an_overtake_bears_the_pair_whatever_its_slugs_hold() -> None:
    rows = (("ada/x:free", 9), ("bea/y", 8))
    boards = [
        snapshot(MODELS, day, [(item, item, tokens) for item, tokens in order])
        for day, order in ((DAY, rows), (ago(1), rows[::-1]))
    ]
    (found,) = judge(watch(Overtook(pairs=(("ada/*", "*"),)), board=MODELS), boards).events
    assert found.key == "cli-agents/models:7d/overtook:ada/x:free>bea/y/ada/x:free/2026-11-10"
    assert found.threshold == "ada/x:free>bea/y"
    assert found.rule == {"pairs": [["ada/*", "*"]]}


def test_names_are_those_that_items_are_called_but_a_rename_sees_what_came() -> None:
    boards = [
        snapshot(
            CLI_AGENTS, ago(back), [("b", name, 9), ("a", "A", 8)] if back < 2 else [("a", "A", 9), ("b", name, 8)]
        )
        for back, name in enumerate(["New", "New", "Old"])
    ]
    history = MemoryHistory(boards)
    rules = watch(NewLeader(), Renamed())
    found = evaluate(rules, DAY, history=history, since=ago(1), told=(), names={}, called={"b": "Shown"}).events
    assert [(one.kind, one.name) for one in found] == [(Kind.RENAMED, "Shown")]
    assert (found[0].evidence["old_name"], found[0].evidence["new_name"]) == ("Old", "New")
    lead = evaluate(rules, ago(1), history=history, since=ago(1), told=(), names={}, called={"b": "Shown"}).events
    assert [(one.kind, one.name) for one in lead] == [(Kind.NEW_LEADER, "Shown")]


class TestNeeds:
    """Which windows judging a day takes."""

    def test_the_day_the_one_before_and_the_base_of_tokens(self) -> None:
        wanted = needs(watch(NewLeader()), DAY)
        assert [(need.end_date, need.waits) for need in wanted] == [(DAY, True), (ago(1), True), (ago(7), False)]

    def test_a_spike_takes_both_days_baselines(self) -> None:
        wanted = {need.end_date for need in needs(watch(Spike()), DAY)}
        assert wanted == {ago(back) for back in (0, 1, 7, 8, 14, 15, 21, 22)}
        assert all(need.waits for need in needs(watch(Spike()), DAY))

    def test_nothing_before_the_dataset_begins(self) -> None:
        wanted = needs(watch(Spike()), date(2025, 1, 10))
        assert min(need.end_date for need in wanted) == date(2025, 1, 2)
        assert [need.end_date.day for need in needs(watch(NewLeader()), date(2025, 1, 2))] == [2, 1]

    def test_a_model_window_is_made_from_its_days(self) -> None:
        need = needs(replace(watch(NewLeader()), board=MODELS), DAY)[0]
        assert list(sources(need)) == [(MODEL_DAY, ago(back)) for back in range(7)]
        early = needs(replace(watch(NewLeader()), board=MODELS), date(2025, 1, 3))[0]
        assert [day for _, day in sources(early)] == [date(2025, 1, 3), date(2025, 1, 2), date(2025, 1, 1)]

    def test_an_app_window_is_stored_as_it_is(self) -> None:
        assert list(sources(needs(watch(), DAY)[0])) == [(CLI_AGENTS, DAY)]


class TestDepth:
    """How many ranks a watchlist asks for."""

    @pytest.mark.parametrize(
        ("rules", "changes", "depth"),
        [
            ((EnteredTop(n=95, margin=5),), {}, 100),
            ((EnteredTop(n=96, margin=5),), {}, 200),
            ((), {}, 100),
            ((EnteredTop(n=10),), {"mine": (Pattern("x"),)}, 200),
            ((EnteredTop(n=10),), {"follow": (Pattern("x"),)}, 200),
            ((EnteredTop(n=50),), {"board": MODELS}, 50),
            ((Climbed(),), {}, 100),
            ((Climbed(bands=((95, 10),)),), {}, 200),
            ((Milestone(tokens=(5,)), Renamed(), Moved(), Overtook()), {}, 100),
        ],
    )
    def test_depth(self, rules: tuple[Rule, ...], changes: dict[str, object], depth: int) -> None:
        plain = Watchlist("w", "W", ALL_APPS, rules)
        assert replace(plain, **changes).depth == depth  # type: ignore[arg-type]

    def test_a_deeper_snapshot_is_cut_to_what_the_watchlist_sees(self) -> None:
        """X is at 101 of a board that someone else reads to 200: for this watchlist it is absent."""
        others = [f"a{place:03}" for place in range(150)]
        before = [*others[:100], "x", *others[100:]]
        now = ["x", *others]
        rows = [
            snapshot(ALL_APPS, day, [(item, item, 500 - place) for place, item in enumerate(items)], depth=APP_DEPTH)
            for day, items in ((DAY, now), (ago(1), before))
        ]
        events = judge(Watchlist("w", "W", ALL_APPS, (EnteredTop(n=50),)), rows).events
        assert [(found.item, found.previous_rank) for found in events] == [("x", None)]


boards = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=8, unique=True)


class TestProperties:
    """What holds for any history."""

    @given(st.lists(boards, min_size=2, max_size=8))
    def test_detection_is_deterministic_and_knows_no_order(self, days: list[list[str]]) -> None:
        snapshots = columns(*days)
        straight = judge(watch(), snapshots)
        assert judge(watch(*reversed(RULES)), list(reversed(snapshots))) == straight

    @given(boards)
    def test_nothing_fires_on_two_equal_snapshots(self, items: list[str]) -> None:
        assert not judge(watch(), columns(items, items)).events

    @given(st.lists(boards, min_size=2, max_size=10), st.integers(1, 3), st.integers(0, 2), st.integers(1, 3))
    def test_entries_and_exits_alternate(self, days: list[list[str]], n: int, margin: int, confirm: int) -> None:
        rules = (EnteredTop(n, margin, confirm, 2), LeftTop(n, margin, confirm, 2))
        snapshots = columns(*days, depth=8)
        last: dict[str, Kind] = {}
        for back in range(len(days) - 2, -1, -1):
            for found in judge(watch(*rules), snapshots[back:], day=ago(back)).events:
                assert last.get(found.item) is not found.kind
                last[found.item] = found.kind


@pytest.mark.parametrize("key", ["apps:all:all:popular:7d", "apps:coding:cli-agent:trending:30d", "models:1d"])
def test_a_boards_key_reads_back(key: str) -> None:
    assert Board.parse(key).key == key
    assert Board.parse("models:7d") == Board(Dataset.MODELS, 7)
