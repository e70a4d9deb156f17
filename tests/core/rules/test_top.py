"""Entries into and exits from the top n: told once each, however an item oscillates."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.history import HistoryView
from bot.core.ranking import Board, Snapshot
from bot.core.rules import Change, EnteredTop, LeftTop
from bot.core.rules.top import Ask, Membership
from tests.builders import CLI_AGENTS, DAY
from tests.core.rules.days import ago, column, columns, found, the_day

FILLER = string.ascii_lowercase


def placed(rank: int | None, length: int = 12) -> str:
    """A board of ``length`` letters with X at ``rank``, or without it."""
    others = FILLER[: length - (rank is not None)]
    return others if rank is None else others[: rank - 1] + "X" + others[rank - 1 :]


def ranks(*newest_first: int | None, length: int = 12, depth: int | None = None) -> list[Snapshot]:
    """X at those ranks on DAY, the day before, and so on; a full board of twelve."""
    return columns(*(placed(rank, length) for rank in newest_first), depth=depth)


def entered(snapshots: list[Snapshot], rule: EnteredTop | None = None) -> bool:
    return "X" in found(rule or EnteredTop(n=5, margin=2), the_day(snapshots))


def left(snapshots: list[Snapshot], rule: LeftTop | None = None) -> bool:
    return "X" in found(rule or LeftTop(n=5, margin=2), the_day(snapshots))


class TestEnteredTop:
    """The state changes from out to in at rank ≤ n."""

    @pytest.mark.parametrize(
        ("now", "before", "expected"),
        [(5, 8, True), (6, 8, False), (5, 7, False), (5, 6, False), (5, None, True), (1, 12, True), (5, 5, False)],
    )
    def test_it_takes_rank_n_from_beyond_the_margin(self, now: int, before: int | None, expected: bool) -> None:
        assert entered(ranks(now, before)) is expected

    @pytest.mark.parametrize(("days", "expected"), [(2, False), (3, True), (4, False)])
    def test_three_days_that_are_asked_for_are_three(self, days: int, expected: bool) -> None:
        rule = EnteredTop(n=5, margin=2, confirm_days=3)
        assert entered(ranks(*[3] * days, *[9] * 3), rule) is expected

    def test_a_slow_climb_through_the_margin_is_an_entry(self) -> None:
        assert entered(ranks(5, 6, 7, 8))

    def test_an_oscillation_within_the_margin_is_told_once(self) -> None:
        walk = [8, *[5, 6, 7, 5, 7, 6] * 5]
        told = [entered(ranks(*reversed(walk[: last + 1]))) for last in range(1, len(walk))]
        assert told == [True] + [False] * 29

    def test_the_first_stored_day_tells_nothing(self) -> None:
        assert not entered(ranks(1))

    def test_a_gap_leaves_the_state_as_it_was(self) -> None:
        assert not entered(columns(placed(5), None, placed(6), placed(5), placed(9)))

    def test_older_snapshots_than_the_walk_take_no_part(self) -> None:
        """On the day before the first one X was at 6: within the margin, so it begins in, whatever was before."""
        day = the_day(ranks(5, 6, 12, 12), base=ago(1))
        assert "X" not in found(EnteredTop(n=5, margin=2), day)

    def test_the_margin_ends_with_the_board(self) -> None:
        assert entered(ranks(5, None, length=6), EnteredTop(n=5, margin=50))
        assert not entered(ranks(5, 6, length=6), EnteredTop(n=5, margin=50))

    def test_a_margin_of_zero_is_a_plain_comparison(self) -> None:
        assert entered(ranks(5, 6), EnteredTop(n=5, margin=0))

    def test_it_tells_whether_the_board_ever_held_the_item(self) -> None:
        first = found(EnteredTop(n=5, margin=2), the_day(ranks(3, None, None)))["X"]
        again = found(EnteredTop(n=5, margin=2), the_day(ranks(3, 9, 4, 9)))["X"]
        low = found(EnteredTop(n=5, margin=2), the_day(ranks(3, 9, 9)))["X"]
        assert (first["first_seen"], first["last_in"]) == (True, None)
        assert (again["first_seen"], again["last_in"]) == (False, "2026-11-08")
        assert (low["first_seen"], low["last_in"]) == (False, None)

    def test_of_a_first_time_it_tells_how_long_the_record_is(self) -> None:
        """In days running before the entry; who was there before has none, nor has one right after a gap."""
        rule = EnteredTop(n=5, margin=2)
        assert found(rule, the_day(ranks(3, 9, 9, None)))["X"]["record_days"] == 3
        assert found(rule, the_day(columns("abXde", "abcdefghX", None, "abcdefghX")))["X"]["record_days"] == 1
        assert found(rule, the_day(columns("abXde", None, "abcdefghX")))["X"]["record_days"] == 0
        assert "record_days" not in found(rule, the_day(ranks(3, 9, 4, 9)))["X"]
        confirmed = EnteredTop(n=5, margin=2, confirm_days=2)
        assert found(confirmed, the_day(ranks(3, 4, 9, 9)))["X"]["record_days"] == 2

    def test_it_names_who_left_from_above(self) -> None:
        snapshots = columns("abcdX", "abcdefgX")
        assert found(EnteredTop(n=5, margin=2), the_day(snapshots))["X"]["left_board"] == ["E", "F", "G"]

    def test_a_board_shorter_than_n_says_so(self) -> None:
        short = found(EnteredTop(n=50), the_day(columns("aX", "a", "a", "a", depth=100)))["X"]
        full = found(EnteredTop(n=2, margin=0), the_day(columns("aX", "aX"[::-1] + "b", depth=None)))
        assert short["listed_fewer"] is True
        assert not full
        for now, n in (("aX", 2), ("aXb", 2)):
            enough = found(EnteredTop(n=n, margin=0), the_day(columns(now, "a", "a", "a", depth=100)))["X"]
            assert enough["listed_fewer"] is False


class TestLeftTop:
    """The state changes from in to out beyond n + margin, or by absence."""

    def test_it_bears_the_items_name_and_n(self) -> None:
        for now in (9, None):
            (change,) = (one for one in LeftTop(n=5, margin=2).find(the_day(ranks(now, 5))) if one)
            assert isinstance(change, Change)
            assert (change.item, change.name, change.variant) == ("X", "X", "5")

    @pytest.mark.parametrize(
        ("now", "before", "expected"),
        [(8, 5, True), (7, 5, False), (6, 5, False), (None, 5, True), (None, 7, True), (12, 8, False)],
    )
    def test_it_takes_a_rank_beyond_the_margin(self, now: int | None, before: int, expected: bool) -> None:
        assert left(ranks(now, before)) is expected

    def test_a_slow_slide_through_the_margin_is_an_exit(self) -> None:
        assert left(ranks(8, 7, 6, 5))

    def test_an_exit_is_told_once(self) -> None:
        assert not left(ranks(None, None, 4))

    def test_the_first_stored_day_tells_nothing(self) -> None:
        assert not left(ranks(8))

    def test_absence_is_said(self) -> None:
        gone = found(LeftTop(n=5, margin=2), the_day(ranks(None, 5)))["X"]
        below = found(LeftTop(n=5, margin=2), the_day(ranks(9, 5)))["X"]
        assert (gone["absent"], below["absent"]) == (True, False)


class TestExhaustiveBoards:
    """On a board that ends at the feed's floor, absence asks for out from its third day running."""

    def test_one_or_two_days_of_absence_are_no_exit(self) -> None:
        assert not left(ranks(None, 5, 5, depth=100))
        assert not left(ranks(None, None, 5, depth=100))

    def test_the_third_day_is(self) -> None:
        assert left(ranks(None, None, None, 5, depth=100))

    def test_a_return_begins_the_count_again(self) -> None:
        assert not left(ranks(None, None, 5, None, 5, depth=100))

    def test_a_return_after_a_short_absence_is_no_entry(self) -> None:
        assert not entered(ranks(5, None, None, 5, depth=100))

    def test_absent_days_of_one_is_at_once(self) -> None:
        assert left(ranks(None, 5, depth=100), LeftTop(n=5, margin=2, absent_days=1))

    def test_the_days_before_the_walk_do_not_count_as_absent(self) -> None:
        """The walk begins with X out (absent); its entry on the first day and absence after it are its own."""
        day = the_day(ranks(None, None, 5, None, None, depth=100), base=ago(3))
        assert "X" not in found(LeftTop(n=5, margin=2), day)


class TestConfirmDays:
    """With confirm_days = c the state changes after c days running that ask for it."""

    def test_an_entry_waits_for_its_second_day(self) -> None:
        rule = EnteredTop(n=5, margin=2, confirm_days=2)
        assert not entered(ranks(5, 8, 8), rule)
        assert entered(ranks(5, 4, 8, 8), rule)
        assert not entered(ranks(5, 4, 3, 8), rule)

    def test_the_days_that_confirm_an_entry_are_not_those_before_it(self) -> None:
        rule = EnteredTop(n=5, margin=2, confirm_days=2)
        first = found(rule, the_day(ranks(4, 5, None, None)))["X"]
        again = found(rule, the_day(ranks(4, 5, 9, 3, 9)))["X"]
        assert (first["first_seen"], first["last_in"]) == (True, None)
        assert (again["first_seen"], again["last_in"]) == (False, "2026-11-07")

    def test_a_day_in_the_margin_ends_the_run(self) -> None:
        assert not entered(ranks(5, 6, 5, 8, 8), EnteredTop(n=5, margin=2, confirm_days=2))

    def test_an_exit_waits_for_its_second_day(self) -> None:
        rule = LeftTop(n=5, margin=2, confirm_days=2)
        assert not left(ranks(8, 5), rule)
        assert left(ranks(8, None, 5), rule)

    def test_whoever_was_seen_in_the_top_long_ago_may_still_leave(self) -> None:
        """Out and absent in turns never confirm; the last two days do, and X was in the top nine days before."""
        turns = [8, 8, *[None, 8] * 4, 5, 5]
        assert left(ranks(*turns, depth=100), LeftTop(n=5, margin=2, confirm_days=2))


def test_several_items_come_by_rank() -> None:
    changes = found(EnteredTop(n=4, margin=0), the_day(columns("pqrsab", "abcdef")))
    assert list(changes) == ["p", "q", "r", "s"]
    assert list(found(LeftTop(n=4, margin=0), the_day(columns("pqrsab", "abcdef")))) == ["a", "b", "c", "d"]


walks = st.lists(st.one_of(st.none(), st.integers(1, 9)), min_size=2, max_size=8)
rules = st.builds(
    EnteredTop, st.integers(1, 6), st.integers(0, 2), confirm_days=st.integers(1, 3), absent_days=st.integers(1, 3)
)


@given(walks, rules, st.sampled_from([9, 20]))
def test_the_state_turns_only_on_a_day_that_completes_a_run(
    walk: list[int | None], rule: EnteredTop, depth: int
) -> None:
    """Whoever asks only on such days finds every turn, and no other: on all boards, full or not."""
    day = the_day(ranks(*walk, length=9, depth=depth))
    walked = Membership.of(rule, day.walk)
    before, now = walked.state("X", ago(1)), walked.state("X", DAY)
    assert (walked.may_turn("X", DAY, Ask.IN) and not before) is (now and not before)
    assert (walked.may_turn("X", DAY, Ask.OUT) and before) is (before and not now)


boards = st.permutations(FILLER[:7]).flatmap(lambda items: st.integers(0, 7).map(lambda length: items[:length]))
lives = st.lists(st.one_of(st.none(), boards, boards, boards), min_size=1, max_size=16)
exits = st.builds(
    LeftTop, st.integers(1, 5), st.integers(0, 2), confirm_days=st.integers(1, 4), absent_days=st.integers(1, 4)
)


@given(boards, lives, exits, st.sampled_from([7, 20]))
def test_the_last_days_have_everybody_who_may_leave(
    now: list[str], before: list[list[str] | None], rule: LeftTop, depth: int
) -> None:
    """Whoever the whole walk says was in and is out has left, on full boards and on those that end at a floor."""
    day = the_day(columns(now, *before, depth=depth))
    walked = Membership.of(rule, day.walk)
    earlier = day.previous.end_date if day.previous else DAY
    turned = {item for item in FILLER[:7] if walked.state(item, earlier) and not walked.state(item, DAY)}
    assert set(found(rule, day)) == turned


@given(walks, exits, st.sampled_from([9, 20]))
def test_who_has_left_is_who_is_not_in(walk: list[int | None], rule: LeftTop, depth: int) -> None:
    """Both rules walk one state."""
    day = the_day(ranks(*walk, length=9, depth=depth))
    entered = EnteredTop(rule.n, rule.margin, rule.confirm_days, rule.absent_days)
    for back in range(len(walk) + 1):
        assert entered.states(day.walk)("X", ago(back)) is not rule.states(day.walk)("X", ago(back))


class Counted(HistoryView):
    """A history that counts how many boards are looked at."""

    looks = 0

    def at(self, board: Board, end_date: date) -> Snapshot | None:
        self.looks += 1
        return super().at(board, end_date)


@pytest.mark.parametrize(("confirm_days", "looks"), [(1, 5), (2, 6), (4, 8)])
def test_who_may_leave_is_looked_for_on_the_last_days_only(confirm_days: int, looks: int) -> None:
    """However long ago the watchlist began; at two of them it looks again, when it asks whether the state may turn."""
    for length in (30, 300):
        day = the_day(ranks(*[3] * length))
        counted = Counted(day.history)
        assert not found(LeftTop(n=5, margin=2, confirm_days=confirm_days), replace(day, history=counted))
        assert counted.looks == looks


def test_a_snapshot_that_vanishes_is_a_bug_and_not_silence() -> None:
    """A History that lists a day and then has no snapshot of it contradicts itself."""
    day = the_day([column(DAY, "ab"), column(ago(1), "ab")])
    walk = Membership(5, 2, 1, 3, CLI_AGENTS, day.history, [ago(5)])
    with pytest.raises(LookupError, match="lost its snapshot of 2026-11-05"):
        walk.state("a", DAY)
