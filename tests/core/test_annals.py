"""Annals answer as the history that they keep at hand, whatever is asked: within their span and beyond."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.annals import Annals
from bot.core.history import HistoryView, MemoryHistory
from bot.core.ranking import Board, Snapshot
from tests.builders import CLI_AGENTS, CODING, DAY, snapshot
from tests.core.rules.days import ago

ITEMS = ("a", "b", "c")
DAYS = [ago(back) for back in range(9, -1, -1)]
line = st.tuples(st.sampled_from(ITEMS), st.sampled_from(["Ada", "Bea"]))
boards = st.dictionaries(st.sampled_from(DAYS), st.lists(line, max_size=3, unique_by=lambda one: one[0]))
ends = st.sampled_from([DAYS[0] - timedelta(days=3), *DAYS, DAY + timedelta(days=3)])
spans = st.tuples(ends, ends).map(sorted)


def stored(days: Mapping[date, Sequence[tuple[str, str]]], board: Board = CLI_AGENTS) -> list[Snapshot]:
    """A board of those (item, name), on each day."""
    return [snapshot(board, day, [(item, name, 5) for item, name in lines]) for day, lines in days.items()]


@given(boards, spans, spans)
def test_names_are_those_of_the_history(
    days: dict[date, list[tuple[str, str]]], kept: list[date], asked: list[date]
) -> None:
    history = MemoryHistory(stored(days))
    annals = Annals(history, *kept)
    assert annals.listed(CLI_AGENTS, *asked) == history.listed(CLI_AGENTS, *asked)
    for items in (set(ITEMS), {"a"}, set[str]()):
        seen = annals.sightings(CLI_AGENTS, items, *asked)
        expected = history.sightings(CLI_AGENTS, items, *asked)
        assert {item: sorted(lines) for item, lines in seen.items()} == {
            item: sorted(lines) for item, lines in expected.items()
        }
    for item in ITEMS:
        assert annals.borne(CLI_AGENTS, item, asked[0]) == history.borne(CLI_AGENTS, item, asked[0])


@given(boards, spans, spans)
def test_days_are_those_of_the_history(
    days: dict[date, list[tuple[str, str]]], kept: list[date], asked: list[date]
) -> None:
    history = MemoryHistory(stored(days))
    annals = Annals(history, *kept)
    for start, end in (asked, asked[::-1]):
        assert list(annals.days(CLI_AGENTS, start, end)) == list(history.days(CLI_AGENTS, start, end))


@given(boards, spans, ends)
def test_where_an_item_was_last_is_what_the_history_says(
    days: dict[date, list[tuple[str, str]]], kept: list[date], before: date
) -> None:
    history = MemoryHistory(stored(days))
    annals = Annals(history, *kept)
    for item in ITEMS:
        for n in (1, 2, None):
            assert annals.last_in(CLI_AGENTS, item, n, before) == history.last_in(CLI_AGENTS, item, n, before)


def test_boards_are_told_apart() -> None:
    days = {DAY: [("a", "Ada")]}
    annals = Annals(MemoryHistory([*stored(days), *stored({DAY: [("b", "Bea")]}, CODING)]), ago(1), DAY)
    assert annals.listed(CLI_AGENTS, DAY, DAY) == {"a": {"Ada"}}
    assert annals.listed(CODING, DAY, DAY) == {"b": {"Bea"}}
    assert annals.at(CODING, DAY) is not None


def test_what_lies_within_the_span_is_read_once() -> None:
    """However many days ask, of a board all lines are read together, and the days before once for an item."""

    class Counted(HistoryView):
        asked: list[str]

        def lines(self, board: Board, start: date, end: date) -> list[tuple[str, date, str, int]]:
            self.asked.append("lines")
            return list(super().lines(board, start, end))

        def last_in(self, board: Board, item: str, n: int | None, before: date) -> date | None:
            self.asked.append("last_in")
            return super().last_in(board, item, n, before)

    history = Counted(MemoryHistory(stored({day: [("a", "Ada")] for day in DAYS})))
    history.asked = []
    annals = Annals(history, ago(5), DAY)
    for day in DAYS[4:]:
        annals.listed(CLI_AGENTS, ago(5), day)
        annals.last_in(CLI_AGENTS, "a", 1, day)
        annals.last_in(CLI_AGENTS, "b", 1, day)
    assert history.asked == ["lines", "last_in", "last_in"]
