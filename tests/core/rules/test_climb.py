"""Climbs and drops: by the band of the better rank, among those that both boards hold too, on the rising edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.event import Kind
from bot.core.history import MemoryHistory
from bot.core.ranking import Snapshot
from bot.core.rules import Climbed, Day, Dropped
from tests.builders import CLI_AGENTS, DAY, snapshot
from tests.core.rules.days import ago, column, found, the_day, unevaluated

OTHERS = [f"o{place:02}" for place in range(70)]
WEEK = 7


def with_x(rank: int | None, length: int = 70) -> list[str]:
    """A full board on which X has that rank, the others in their order."""
    items = list(OTHERS[:length])
    if rank is not None:
        items.insert(rank - 1, "x")
    return items[:length]


def days(now: int | None, week_ago: int | None, eve: int | None = None, eve_week_ago: int | None = None) -> Day:
    """DAY on which X has a rank now and a week ago, and on the day before and a week before that."""
    ranks = {DAY: now, ago(7): week_ago, ago(1): eve or week_ago, ago(8): eve_week_ago or week_ago}
    return the_day([column(day, with_x(rank)) for day, rank in ranks.items()])


@pytest.mark.parametrize(
    ("now", "before", "fires"),
    [
        (1, 4, True),
        (2, 4, False),
        (10, 13, True),
        (10, 12, False),
        (11, 16, True),
        (11, 15, False),
        (20, 25, True),
        (20, 24, False),
        (21, 31, True),
        (21, 30, False),
        (50, 60, True),
        (50, 59, False),
        (51, 61, False),
        (51, 70, False),
    ],
)
def test_the_places_asked_for_are_those_of_the_better_ranks_band(now: int, before: int, fires: bool) -> None:
    assert ("x" in found(Climbed(), days(now, before))) is fires
    assert ("x" in found(Dropped(), days(before, now))) is fires


def test_a_band_may_be_ones_own() -> None:
    rule = Climbed(bands=((60, 2),))
    assert "x" in found(rule, days(60, 62))
    assert "x" not in found(rule, days(61, 66))
    assert "x" in found(Climbed(bands=((20, 5), (10, 3))), days(10, 13))


def test_whoever_is_merely_pushed_up_or_down_does_not_climb() -> None:
    """Three apps above were hidden: everybody below is three places better, with the same neighbours."""
    before = with_x(10)
    now = [item for item in before if item not in OTHERS[:3]]
    boards = [column(day, items) for day, items in ((DAY, now), (ago(7), before), (ago(1), before), (ago(8), before))]
    assert not found(Climbed(), the_day(boards))
    back = [column(day, items) for day, items in ((DAY, before), (ago(7), now), (ago(1), now), (ago(8), now))]
    assert not found(Dropped(), the_day(back))


def test_places_won_by_oneself_and_by_others_leaving_are_not_added_up() -> None:
    """X passes two, and one above it is hidden: three ranks, two places."""
    before, now = with_x(10), with_x(8)
    now.remove(OTHERS[0])
    boards = [column(day, items) for day, items in ((DAY, now), (ago(7), before), (ago(1), before), (ago(8), before))]
    assert the_day(boards).current.rank("x") == 7
    assert not found(Climbed(), the_day(boards))


@pytest.mark.parametrize(("now", "before"), [(5, None), (None, 5)])
def test_an_item_that_is_absent_on_either_day_neither_climbs_nor_drops(now: int | None, before: int | None) -> None:
    ranks = {DAY: now, ago(7): before, ago(1): 60, ago(8): 60}
    day = the_day([column(when, with_x(rank)) for when, rank in ranks.items()])
    assert "x" not in found(Climbed(), day)
    assert "x" not in found(Dropped(), day)


class TestRisingEdge:
    """What held on the day before is no news."""

    def test_what_held_yesterday_is_not_told_again(self) -> None:
        assert "x" not in found(Climbed(), days(5, 12, eve=6, eve_week_ago=12))

    def test_what_did_not_hold_yesterday_is(self) -> None:
        assert "x" in found(Climbed(), days(9, 12, eve=10, eve_week_ago=12))

    def test_yesterday_is_held_against_its_own_week(self) -> None:
        assert "x" in found(Climbed(), days(5, 12, eve=6, eve_week_ago=6))

    @pytest.mark.parametrize("gone", [ago(1), ago(8)])
    def test_where_yesterday_cannot_be_compared_it_counts_as_not_held(self, gone: date) -> None:
        ranks = {DAY: 5, ago(7): 12, ago(1): 5, ago(8): 12}
        boards = [column(day, with_x(rank)) for day, rank in ranks.items() if day != gone]
        assert "x" in found(Climbed(), the_day(boards))

    def test_an_item_that_was_absent_yesterday_did_not_hold(self) -> None:
        ranks = {DAY: 5, ago(7): 12, ago(1): None, ago(8): 12}
        assert "x" in found(Climbed(), the_day([column(day, with_x(rank)) for day, rank in ranks.items()]))

    def slide(self, rule: Climbed | Dropped, first: int, step: int) -> list[int]:
        """The days, counted from 0, on which the rule tells of X, which moves by one rank each day for four weeks."""
        begin = date(2026, 9, 1)
        boards = [
            column(begin + timedelta(days=place), with_x(first + step * max(0, place - WEEK))) for place in range(36)
        ]
        history, told = MemoryHistory(boards), []
        for place in range(WEEK, 36):
            when = begin + timedelta(days=place)
            day = Day(CLI_AGENTS, when, boards[place], boards[place - 1], history, begin, history)
            if "x" in found(rule, day):
                told.append(place - WEEK)
        return told

    def test_a_slow_slide_is_told_when_it_has_come_far_enough_and_not_each_day(self) -> None:
        """From #1, one place a day: three places after three days. It holds until the band asks for ten in a week."""
        assert self.slide(Dropped(), 1, 1) == [3]

    def test_a_slow_climb_is_told_once_in_each_band_that_it_satisfies(self) -> None:
        """From #38 a week wins seven places: too few for ten, enough for five from #20 on; it holds from then on."""
        assert self.slide(Climbed(), 38, -1) == [18]


class TestNotEvaluated:
    """Without D − over_days nothing is claimed."""

    def test_a_missing_base_is_said(self) -> None:
        day = the_day([column(DAY, with_x(1)), column(ago(1), with_x(9))])
        for rule in (Climbed(), Dropped()):
            assert not found(rule, day)
            assert unevaluated(rule, day) == ["it compares with the window to 2026-11-03, which is missing"]

    def test_nothing_lies_before_the_data(self) -> None:
        early = replace(the_day([column(DAY, "ab")]), date=date(2025, 1, 5))
        assert unevaluated(Climbed(over_days=5), early) == [
            "it compares with the window to 2024-12-31, and the data begins on 2025-01-01"
        ]

    def test_the_first_stored_days(self) -> None:
        assert unevaluated(Climbed(), the_day([column(DAY, "ab")]))


def test_a_clamped_window_still_has_ranks() -> None:
    boards = [column(DAY, with_x(1)), replace(column(ago(7), with_x(9)), start_date=ago(9))]
    assert boards[1].clamped
    assert "x" in found(Climbed(), the_day(boards))


def test_on_a_board_that_ends_below_all_that_is_asked_for_it_is_the_same() -> None:
    boards = [column(DAY, with_x(1, 20), depth=100), column(ago(7), with_x(9, 20), depth=100)]
    assert "x" in found(Climbed(), the_day(boards))


def test_equal_tokens_keep_the_feeds_order() -> None:
    rows = [[(item, item, 2**63 - 1) for item in items] for items in ("xabc", "abcx")]
    boards = [snapshot(CLI_AGENTS, day, row) for day, row in zip((DAY, ago(7)), rows, strict=True)]
    assert list(found(Climbed(), the_day(boards))) == ["x"]


def test_over_days_is_ones_own_and_both_days_bases_are_needed() -> None:
    rule = Climbed(over_days=3)
    assert [(need.board, need.end_date) for need in rule.needs(CLI_AGENTS, DAY)] == [
        (CLI_AGENTS, ago(3)),
        (CLI_AGENTS, ago(4)),
    ]
    assert all(need.waits for need in rule.needs(CLI_AGENTS, DAY))
    assert "x" in found(rule, the_day([column(DAY, with_x(1)), column(ago(3), with_x(9))]))


def test_it_reaches_as_deep_as_one_may_come_from() -> None:
    assert Climbed().reach == 60
    assert Climbed(bands=((100, 10),)).reach == 110


def test_the_evidence_holds_every_number() -> None:
    before, now = with_x(40), with_x(12)
    now.remove(OTHERS[0])
    boards = [column(day, items) for day, items in ((DAY, now), (ago(7), before), (ago(1), before), (ago(8), before))]
    assert found(Climbed(), the_day(boards))["x"] == {
        "base_date": "2026-11-03",
        "base_rank": 40,
        "base_tokens": "961",
        "places": 29,
        "places_among_both": 28,
        "places_asked": 5,
    }


def test_the_kinds() -> None:
    assert (Climbed.kind, Dropped.kind) == (Kind.CLIMBED, Kind.DROPPED)


# ── the words of the specification, taken literally ──────────────────────────────────────────────────────────

BANDS = ((2, 1), (4, 2), (6, 3))
boards = st.lists(st.sampled_from("abcdefghij"), max_size=10, unique=True)


def places(rank: int) -> int | None:
    """Up to rank 2 one place, up to rank 4 two, up to rank 6 three."""
    return 1 if rank <= 2 else 2 if rank <= 4 else 3 if rank <= 6 else None


def has_climbed(item: str, now: Sequence[str], then: Sequence[str]) -> bool:
    """The rank is better by at least the places of its band, and so is the place among the items of both."""
    if item not in now or item not in then:
        return False
    both = set(now) & set(then)
    asked = places(min(now.index(item), then.index(item)) + 1)
    won = then.index(item) - now.index(item)
    among = [other for other in then if other in both].index(item) - [other for other in now if other in both].index(
        item
    )
    return asked is not None and won >= asked and among >= asked


@given(st.tuples(*[st.none() | boards] * 2), boards, boards)
def test_it_is_what_the_specification_says(
    eve: tuple[list[str] | None, list[str] | None], now: list[str], then: list[str]
) -> None:
    columns: dict[date, list[str] | None] = {DAY: now, ago(7): then, ago(1): eve[0], ago(8): eve[1]}
    stored: list[Snapshot] = [column(day, items) for day, items in columns.items() if items is not None]
    day = the_day(stored)
    for rule, better in ((Climbed(bands=BANDS), True), (Dropped(bands=BANDS), False)):
        expected = []
        for item in now:
            pair = (now, then) if better else (then, now)
            held = None not in eve and has_climbed(
                item, *((eve[0] or [], eve[1] or []) if better else (eve[1] or [], eve[0] or []))
            )
            if has_climbed(item, *pair) and not held:
                expected.append(item)
        assert list(found(rule, day)) == expected
