"""Histories in memory: the newest revision counts, and a shallow one shows each snapshot to its depth."""

from __future__ import annotations

from dataclasses import replace

from bot.core.history import MemoryHistory, ShallowHistory
from tests.builders import CLI_AGENTS, DAY
from tests.core.rules.days import ago, column


def test_the_newest_revision_counts_whatever_the_order() -> None:
    first, second = column(DAY, "ab"), replace(column(DAY, "ba"), revision=2)
    for order in ([first, second], [second, first]):
        assert MemoryHistory(order).at(CLI_AGENTS, DAY) == second


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
    assert list(shallow.leaders(CLI_AGENTS, DAY)) == [(DAY, "a"), (ago(1), "b")]
    assert shallow.borne(CLI_AGENTS, "c", DAY) == {"C"}
