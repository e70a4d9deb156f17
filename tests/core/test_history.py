"""Histories in memory: the newest revision counts, and a shallow one shows each snapshot to its depth."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.core.history import MemoryHistory, ShallowHistory, days_running, newest_first
from tests.builders import CLI_AGENTS, CODING, DAY
from tests.core.rules.days import ago, column


def test_the_newest_revision_counts_whatever_the_order() -> None:
    first, second = column(DAY, "ab"), replace(column(DAY, "ba"), revision=2)
    for order in ([first, second], [second, first]):
        assert MemoryHistory(order).at(CLI_AGENTS, DAY) == second


def test_of_a_board_that_was_never_stored_there_is_nothing() -> None:
    history = MemoryHistory([column(DAY, "ab")])
    assert history.at(CODING, DAY) is None
    assert history.days(CODING, ago(9), DAY) == []
    assert history.last_in(CODING, "a", None, DAY) is None
    assert list(history.leaders(CODING, DAY)) == []
    assert history.borne(CODING, "a", DAY) == set()
    assert history.listed(CODING, ago(9), DAY) == {}
    assert history.sightings(CODING, {"a"}, ago(9), DAY) == {}
    assert list(history.lines(CODING, ago(9), DAY)) == []


def test_only_what_ends_before_a_day_was_before_it() -> None:
    history = MemoryHistory([column(ago(2), "ab"), column(ago(1), ""), column(DAY, "ba")])
    assert history.last_in(CLI_AGENTS, "a", 1, DAY) == ago(2)
    assert history.last_in(CLI_AGENTS, "b", 1, DAY) is None
    assert history.last_in(CLI_AGENTS, "a", None, ago(-1)) == DAY
    assert history.last_in(CLI_AGENTS, "b", 2, DAY) == ago(2)
    assert history.last_in(CLI_AGENTS, "x", None, DAY) is None
    assert history.last_in(CLI_AGENTS, "a", None, ago(2)) is None
    assert list(history.leaders(CLI_AGENTS, DAY)) == [(DAY, "b"), (ago(2), "a")]
    assert list(history.leaders(CLI_AGENTS, ago(1))) == [(ago(2), "a")]
    assert history.days(CLI_AGENTS, ago(1), ago(1)) == [ago(1)]
    assert history.borne(CLI_AGENTS, "a", ago(2)) == set()
    assert history.borne(CLI_AGENTS, "a", ago(1)) == {"A"}
    assert history.listed(CLI_AGENTS, ago(1), ago(1)) == {}
    assert history.listed(CLI_AGENTS, ago(2), ago(1)) == {"a": {"A"}, "b": {"B"}}
    assert history.sightings(CLI_AGENTS, {"a"}, ago(9), ago(1)) == {"a": [(ago(2), "A")]}
    assert list(history.lines(CLI_AGENTS, ago(9), ago(1))) == [("a", ago(2), "A", 1), ("b", ago(2), "B", 2)]


def test_a_shallow_history_cuts_and_passes_the_rest_on() -> None:
    history = MemoryHistory([column(DAY, "abc"), column(ago(1), "bac")])
    shallow = ShallowHistory(history, 2)
    seen = shallow.at(CLI_AGENTS, DAY)
    assert seen is not None
    assert [entry.item for entry in seen.entries] == ["a", "b"]
    assert shallow.at(CLI_AGENTS, DAY) is seen
    assert shallow.at(CLI_AGENTS, ago(5)) is None
    assert shallow.days(CLI_AGENTS, ago(9), DAY) == [ago(1), DAY]
    assert shallow.last_in(CLI_AGENTS, "c", None, DAY) == ago(1)
    assert shallow.last_in(CLI_AGENTS, "b", 1, DAY) == ago(1)
    assert shallow.last_in(CLI_AGENTS, "a", 1, DAY) is None
    assert list(shallow.leaders(CLI_AGENTS, DAY)) == [(DAY, "a"), (ago(1), "b")]
    assert shallow.borne(CLI_AGENTS, "c", DAY) == {"C"}
    assert shallow.listed(CLI_AGENTS, DAY, DAY).keys() == {"a", "b", "c"}
    assert shallow.sightings(CLI_AGENTS, {"c"}, DAY, DAY) == {"c": [(DAY, "C")]}
    assert [item for item, *_ in shallow.lines(CLI_AGENTS, DAY, DAY)] == ["a", "b", "c"]


def test_the_newest_days_come_first_however_many_years_there_are() -> None:
    days = [DAY, ago(1), ago(119), ago(120), ago(121), ago(122), ago(400), ago(1000)]
    history = MemoryHistory([column(day, "ab") for day in days])
    assert list(newest_first(history, CLI_AGENTS, date.min, DAY)) == days
    assert list(newest_first(history, CLI_AGENTS, ago(400), ago(1))) == days[1:-1]
    assert list(newest_first(history, CLI_AGENTS, ago(120), DAY)) == days[:4]
    assert list(newest_first(history, CLI_AGENTS, DAY, ago(1))) == []
    assert list(newest_first(history, CLI_AGENTS, date.min, date.min)) == []


def test_what_is_at_hand_need_not_be_fetched() -> None:
    history = MemoryHistory([column(DAY, "ab")])
    ShallowHistory(history, 1).fetch([(CLI_AGENTS, DAY), (CODING, DAY)])
    assert history.days(CODING, ago(9), DAY) == []


def test_days_running_end_at_the_first_gap() -> None:
    history = MemoryHistory([column(ago(back), "ab") for back in (0, 1, 2, 4, *range(10, 300))])
    counted = [days_running(history, CLI_AGENTS, ago(back)) for back in (0, 2, 3, 4, 10)]
    assert counted == [3, 1, 0, 1, 290]
    assert days_running(history, CODING, DAY) == 0
