"""A new #1 is told, with who led before and for how long."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.history import History, HistoryView, MemoryHistory
from bot.core.ranking import Board, Snapshot
from bot.core.rules import Change, Day, NewLeader
from tests.builders import CLI_AGENTS, DAY, snapshot
from tests.core.rules.days import ago, column, columns, found, the_day


def test_another_item_at_rank_one_is_a_new_leader() -> None:
    assert list(found(NewLeader(), the_day(columns("bac", "abc")))) == ["b"]


@pytest.mark.parametrize("previous", ["abc", "acb"])
def test_the_same_leader_is_no_news(previous: str) -> None:
    assert not found(NewLeader(), the_day(columns("abc", previous)))


def test_nothing_is_compared_on_the_first_stored_day() -> None:
    assert not found(NewLeader(), the_day(columns("abc")))


@pytest.mark.parametrize(("now", "before"), [("", "abc"), ("abc", "")])
def test_an_empty_board_has_no_leader(now: str, before: str) -> None:
    snapshots = [column(DAY, now, depth=100), column(ago(1), before, depth=100)]
    assert not found(NewLeader(), the_day(snapshots))


def test_the_former_leader_is_named_with_its_rank_and_its_days() -> None:
    evidence = found(NewLeader(), the_day(columns("bca", "abc", "abc", "abc", "cab")))["b"]
    assert evidence["previous_leader"] == {"id": "a", "name": "A"}
    assert evidence["previous_leader_rank"] == 3
    assert evidence["previous_leader_tokens"] == "998"
    assert (evidence["led_days"], evidence["led_since"], evidence["led_at_least"]) == (3, "2026-11-07", False)


def test_a_lead_that_reaches_the_oldest_snapshot_is_at_least_that_long() -> None:
    evidence = found(NewLeader(), the_day(columns("ba", "ab", "ab")))["b"]
    assert (evidence["led_days"], evidence["led_at_least"]) == (2, True)


def test_a_lead_is_counted_back_to_a_gap_only() -> None:
    evidence = found(NewLeader(), the_day(columns("ba", "ab", "ab", None, "ab")))["b"]
    assert (evidence["led_days"], evidence["led_at_least"]) == (2, True)


class Thinned(HistoryView):
    """A history of which some days are no whole boards any more: only who led is known."""

    def __init__(self, history: History, gone: Collection[date]) -> None:
        super().__init__(history)
        self._gone = gone

    def at(self, board: Board, end_date: date) -> Snapshot | None:
        return None if end_date in self._gone else super().at(board, end_date)

    def days(self, board: Board, start: date, end: date) -> Sequence[date]:
        return [day for day in super().days(board, start, end) if day not in self._gone]


def test_who_leads_by_the_rule_is_who_was_confirmed_last() -> None:
    """Not whoever has #1 on the day: that one may have it for a day only."""
    walk = the_day(columns("cab", "bac", "bac", "abc")).walk
    leads = NewLeader(confirm_days=2).states(walk)
    assert [next(item for item in "abc" if leads(item, ago(back))) for back in (0, 1, 2, 3, 9)] == list("bbaaa")


@pytest.mark.parametrize("gone", [{ago(3), ago(4), ago(5)}, {ago(3)}, {ago(4)}])
@pytest.mark.parametrize("confirm_days", [1, 2])
def test_a_lead_is_counted_through_boards_that_were_thinned(gone: set[date], confirm_days: int) -> None:
    boards = columns("bac", "bac" if confirm_days == 2 else "abc", "abc", "abc", "abc", "cab")
    whole = the_day(boards)
    thinned = replace(whole, history=Thinned(whole.history, gone))
    rule = NewLeader(confirm_days=confirm_days)
    assert found(rule, thinned) == found(rule, whole)
    assert found(rule, whole)["b"]["led_at_least"] is False


def test_a_former_leader_that_is_gone_has_no_rank() -> None:
    evidence = found(NewLeader(), the_day(columns("bc", "abc")))["b"]
    assert evidence["previous_leader_rank"] is None
    assert evidence["previous_leader_tokens"] is None
    assert evidence["left_board"] == ["A"]


def test_the_lead_is_in_per_cent_of_the_second() -> None:
    now = snapshot(CLI_AGENTS, DAY, [("b", "B", 6020), ("a", "A", 5970)])
    evidence = found(NewLeader(), the_day([now, column(ago(1), "ab")]))["b"]
    assert evidence["lead_percent"] == "0.8"
    assert evidence["second"] == {"id": "a", "name": "A", "tokens": "5970"}


@pytest.mark.parametrize(
    ("tokens", "lead"), [(10_024, "0.2"), (10_025, "0.3"), (11_230, "12.3"), (20_000, "100.0"), (10_000, "0.0")]
)
def test_the_lead_is_rounded_to_a_tenth_halves_up(tokens: int, lead: str) -> None:
    now = snapshot(CLI_AGENTS, DAY, [("b", "B", tokens), ("a", "A", 10_000)])
    assert found(NewLeader(), the_day([now, column(ago(1), "ab")]))["b"]["lead_percent"] == lead


def test_what_is_stored_of_later_days_takes_no_part() -> None:
    """A day that is judged again lies behind others."""
    later = column(DAY + timedelta(days=1), "cba")
    assert found(NewLeader(), the_day([later, *columns("bc", "abc")])) == found(
        NewLeader(), the_day(columns("bc", "abc"))
    )


@pytest.mark.parametrize("rows", [[("b", "B", 5)], [("b", "B", 5), ("a", "A", 0)]])
def test_there_is_no_lead_over_nothing(rows: list[tuple[str, str, int]]) -> None:
    evidence = found(NewLeader(), the_day([snapshot(CLI_AGENTS, DAY, rows), column(ago(1), "ab")]))["b"]
    assert evidence["lead_percent"] is None


def test_after_a_gap_the_last_snapshot_before_it_counts() -> None:
    assert list(found(NewLeader(), the_day(columns("ba", None, None, "ab")))) == ["b"]


class TestEmptyBoards:
    """On a board that lists nobody nobody leads: what counts is who led before."""

    def test_a_change_across_an_empty_board_is_told_by_who_led_before_it(self) -> None:
        evidence = found(NewLeader(), the_day(with_empty("bca", "", "abc", "abc")))["b"]
        assert evidence["previous_leader"] == {"id": "a", "name": "A"}
        assert (evidence["led_days"], evidence["led_since"]) == (2, "2026-11-07")
        assert evidence["left_board"] == []

    def test_the_same_leader_after_an_empty_board_is_no_news(self) -> None:
        assert not found(NewLeader(), the_day(with_empty("ab", "", "ab")))

    def test_an_empty_board_ends_a_reign_exactly(self) -> None:
        evidence = found(NewLeader(), the_day(with_empty("ba", "ab", "", "ab")))["b"]
        assert (evidence["led_days"], evidence["led_at_least"]) == (1, False)

    def test_an_empty_board_ends_a_run_that_would_confirm(self) -> None:
        assert not found(NewLeader(2), the_day(with_empty("ba", "", "ba", "ab", "ab")))
        assert list(found(NewLeader(2), the_day(with_empty("ba", "ba", "", "ba", "ab", "ab")))) == ["b"]

    def test_a_day_without_a_snapshot_does_not(self) -> None:
        assert list(found(NewLeader(2), the_day(columns("ba", None, "ba", "ab", "ab")))) == ["b"]

    def test_who_led_before_the_walk_began_on_an_empty_board_takes_no_part(self) -> None:
        assert not found(NewLeader(), the_day(with_empty("ba", "", "ab"), base=ago(1)))


def with_empty(*newest_first: str) -> list[Snapshot]:
    """Such columns on a board that is not full, so that it may list nobody."""
    return columns(*newest_first, depth=100)


class TestConfirmDays:
    """With confirm_days = c the same new item must lead for c days running."""

    def test_a_first_day_at_the_top_is_not_confirmed(self) -> None:
        assert not found(NewLeader(2), the_day(columns("ba", "ab", "ab")))

    def test_the_second_day_confirms(self) -> None:
        evidence = found(NewLeader(2), the_day(columns("ba", "ba", "ab", "ab")))["b"]
        assert evidence["previous_leader"] == {"id": "a", "name": "A"}
        assert evidence["led_days"] == 2

    def test_a_former_leader_that_left_while_the_new_one_was_confirmed_is_still_named(self) -> None:
        evidence = found(NewLeader(2), the_day(columns("bc", "bc", "abc", "abc")))["b"]
        assert evidence["previous_leader"] == {"id": "a", "name": "A"}
        assert evidence["previous_leader_rank"] is None
        assert (evidence["led_days"], evidence["led_since"]) == (2, "2026-11-07")
        assert evidence["left_board"] == ["A"]

    def test_the_former_leader_bears_the_name_that_it_had_last(self) -> None:
        renamed = snapshot(CLI_AGENTS, ago(1), [("b", "B", 9), ("a", "Renamed", 8)], depth=2)
        days = the_day([column(DAY, "bc"), renamed, column(ago(2), "ab"), column(ago(3), "ab")])
        assert found(NewLeader(2), days)["b"]["previous_leader"] == {"id": "a", "name": "Renamed"}

    def test_it_is_told_once(self) -> None:
        assert not found(NewLeader(2), the_day(columns("ba", "ba", "ba", "ab")))

    def test_two_different_items_confirm_neither(self) -> None:
        assert not found(NewLeader(2), the_day(columns("cba", "bac", "abc")))

    def test_whoever_led_before_any_confirmation_stays_the_leader(self) -> None:
        assert not found(NewLeader(2), the_day(columns("abc", "abc", "bac", "abc")))

    def test_the_day_before_the_first_one_confirms_nothing(self) -> None:
        assert not found(NewLeader(2), the_day(columns("ba", "ba", "ab"), base=ago(1)))

    def test_where_the_walk_begins_on_an_empty_board_the_first_leader_stands_in(self) -> None:
        empty = column(ago(2), "", depth=100)
        assert not found(NewLeader(2), the_day([column(DAY, "ba"), column(ago(1), "ab"), empty], base=ago(2)))


# ── the definition, once more ────────────────────────────────────────────────────────────────────────────────


def state_machine(boards: Sequence[str | None], confirm_days: int) -> list[tuple[int, str, str]]:
    """(day, new leader, former one) by detection.md's words, forwards over boards oldest first; None is a gap.

    The walk begins with whoever leads on the first board, or first after it. The confirmed leader changes after so
    many days running with the same new item at rank 1; a day without a snapshot leaves everything as it was.
    """
    confirmed = candidate = ""
    running = 0
    changes = []
    for place, board in enumerate(boards):
        if board is None:
            continue
        leader = board[:1]
        if place == 0 or not confirmed:
            confirmed = leader
        if place:
            running = running + 1 if leader == candidate else 1
            candidate = leader
        if leader and leader != confirmed and running >= confirm_days:
            changes.append((place, leader, confirmed))
            confirmed = leader
    return changes


BOARDS = st.lists(st.sampled_from(["abc", "acb", "bac", "bca", "cab", "ab", "bc", "c", "", None]), max_size=12)


@given(st.sampled_from(["abc", "bac", "c", ""]), BOARDS, st.integers(1, 3))
def test_every_history_tells_what_the_definition_says(first: str, later: list[str | None], confirm_days: int) -> None:
    boards: list[str | None] = [first, *later]
    days = [DAY + timedelta(days=place) for place in range(len(boards))]
    stored = [column(day, items, depth=100) for day, items in zip(days, boards, strict=True) if items is not None]
    told = []
    for place, day in enumerate(days):
        for change in NewLeader(confirm_days).find(judged(stored, day)) if boards[place] is not None else ():
            assert isinstance(change, Change)
            old = change.evidence["previous_leader"]["id"]
            told.append((place, change.item, old))
            assert change.evidence["previous_leader_rank"] == ((boards[place] or "").find(old) + 1 or None)
            assert (change.evidence["led_days"], change.evidence["led_at_least"]) == reign(boards[:place], old)
    assert told == state_machine(boards, confirm_days)


def reign(boards: Sequence[str | None], item: str) -> tuple[int, bool]:
    """(days, at least) that the item led running, up to when it last did; a gap or the beginning leaves it open."""
    led = [board and board[:1] == item for board in boards]
    while not led[-1]:
        led.pop()
    days = 0
    while led and led[-1]:
        days += 1
        led.pop()
    return days, not led or boards[len(led) - 1] is None


def judged(stored: Sequence[Snapshot], day: date) -> Day:
    """A day in the midst of a history that begins on DAY."""
    history = MemoryHistory(stored)
    current = history.at(CLI_AGENTS, day)
    assert current is not None
    earlier = [snapshot.end_date for snapshot in stored if snapshot.end_date < day]
    return Day(
        CLI_AGENTS, day, current, history.at(CLI_AGENTS, max(earlier)) if earlier else None, history, DAY, history
    )
