"""A new #1 is told, with who led before and for how long."""

from __future__ import annotations

import pytest

from bot.core.rules import NewLeader
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


@pytest.mark.parametrize("rows", [[("b", "B", 5)], [("b", "B", 5), ("a", "A", 0)]])
def test_there_is_no_lead_over_nothing(rows: list[tuple[str, str, int]]) -> None:
    evidence = found(NewLeader(), the_day([snapshot(CLI_AGENTS, DAY, rows), column(ago(1), "ab")]))["b"]
    assert evidence["lead_percent"] is None


def test_after_a_gap_the_last_snapshot_before_it_counts() -> None:
    assert list(found(NewLeader(), the_day(columns("ba", None, None, "ab")))) == ["b"]


class TestConfirmDays:
    """With confirm_days = c the same new item must lead for c days running."""

    def test_a_first_day_at_the_top_is_not_confirmed(self) -> None:
        assert not found(NewLeader(2), the_day(columns("ba", "ab", "ab")))

    def test_the_second_day_confirms(self) -> None:
        evidence = found(NewLeader(2), the_day(columns("ba", "ba", "ab", "ab")))["b"]
        assert evidence["previous_leader"] == {"id": "a", "name": "A"}
        assert evidence["led_days"] == 2

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
