"""A store's history answers as MemoryHistory does, whatever is stored: apps and models, gaps and revisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app.ports import Store
from bot.core.history import History, MemoryHistory
from bot.core.ranking import FIRST_DAY, MODEL_DAY, Board, By, Dataset, Snapshot, sum_days
from tests.builders import CLI_AGENTS, fetched_at, snapshot

NewStore = Callable[[], Store]

ITEMS = ("a/one", "b/two", "b/two:free", "c/three")
AUTHORS = ("a", "b", "c")
LENGTHS = (1, 2, 3, 7)
SPAN = 12
DAYS = [FIRST_DAY + timedelta(days=place) for place in range(SPAN)]
BOARDS = (
    CLI_AGENTS,
    CLI_AGENTS.twin,
    *(Board(Dataset.MODELS, length) for length in LENGTHS),
    *(Board(Dataset.MODELS, length, by=By.AUTHOR) for length in LENGTHS),
)

figures = st.dictionaries(st.sampled_from(ITEMS), st.integers(0, 3), max_size=len(ITEMS))
windows = st.dictionaries(
    st.tuples(st.sampled_from([CLI_AGENTS, CLI_AGENTS.twin, MODEL_DAY, MODEL_DAY]), st.sampled_from(DAYS)),
    st.lists(figures, min_size=1, max_size=2),
    max_size=2 * SPAN,
)
seamless = st.fixed_dictionaries({(MODEL_DAY, day): st.lists(figures, min_size=1, max_size=2) for day in DAYS})


class HistoryContract:
    """One property, and what it can't see."""

    @pytest.mark.slow
    def test_it_is_what_a_history_in_memory_is(self, new_store: NewStore) -> None:
        @settings(max_examples=30, deadline=None)
        @given(stored=windows | seamless)
        def holds(stored: dict[tuple[Board, date], list[dict[str, int]]]) -> None:
            _same_as_in_memory(new_store(), stored)

        holds()

    @pytest.mark.slow
    def test_names_up_to_many_days_are_those_up_to_each(self, new_store: NewStore) -> None:
        board, hour = (
            st.sampled_from([CLI_AGENTS, CLI_AGENTS.twin]),
            st.integers(1, 2).map(lambda one: timedelta(hours=one)),
        )
        line = st.tuples(st.sampled_from(["1", "2"]), st.sampled_from(["Ada", "Bea", "Cid"]))

        @settings(max_examples=30, deadline=None)
        @given(stored=st.lists(st.tuples(board, st.sampled_from(DAYS[:6]), hour, line), max_size=12))
        def holds(stored: list[tuple[Board, date, timedelta, tuple[str, str]]]) -> None:
            store = new_store()
            for place, (board, day, later, line) in enumerate(stored):
                fetched = fetched_at(day) + later
                store.save([snapshot(board, day, [(*line, 9 + place)], fetched_at=fetched)])
            naming = store.naming()
            for day in (*DAYS[:6], *DAYS[:3]):
                assert naming(["1", "2", "3"], day) == store.names(["1", "2", "3"], until=day)

        holds()

    def test_what_is_saved_after_it_was_made_takes_no_part(self, new_store: NewStore) -> None:
        store = new_store()
        day = DAYS[3]
        store.save([_ranked((CLI_AGENTS, day), {"a/one": 2})])
        before = store.history()
        store.save([_ranked((CLI_AGENTS, day), {"b/two": 3}), _ranked((CLI_AGENTS, DAYS[4]), {"b/two": 3})])
        assert before.days(CLI_AGENTS, DAYS[0], DAYS[-1]) == [day]
        assert before.last_in(CLI_AGENTS, "b/two", None, DAYS[9]) is None
        assert list(before.leaders(CLI_AGENTS, DAYS[9])) == [(day, "a/one")]
        assert list(store.history().leaders(CLI_AGENTS, DAYS[9])) == [(DAYS[4], "b/two"), (day, "b/two")]

    def test_names_that_were_borne_are_those_of_the_newest_revisions_before_a_day(self, new_store: NewStore) -> None:
        store = new_store()
        for place, (day, name) in enumerate(zip(DAYS[:2] + DAYS[1:3], ("Ada", "Bea", "Cid", "Dee"), strict=True)):
            store.save([snapshot(CLI_AGENTS, day, [("1", name, 5 + place), ("2", "Another", 4)])])
        store.save([snapshot(CLI_AGENTS.twin, DAYS[0], [("1", "Elsewhere", 5)])])
        history = store.history()
        assert history.borne(CLI_AGENTS, "1", DAYS[0]) == set()
        assert history.borne(CLI_AGENTS, "1", DAYS[2]) == {"Ada", "Cid"}
        assert history.borne(CLI_AGENTS, "1", DAYS[9]) == {"Ada", "Cid", "Dee"}
        assert history.listed(CLI_AGENTS, DAYS[0], DAYS[9])["1"] == {"Ada", "Cid", "Dee"}
        seen = history.sightings(CLI_AGENTS, {"1"}, DAYS[0], DAYS[9])
        assert {item: sorted(lines) for item, lines in seen.items()} == {
            "1": [(DAYS[0], "Ada"), (DAYS[1], "Cid"), (DAYS[2], "Dee")]
        }

    def test_only_the_first_50_of_a_model_window_are_ranked(self, new_store: NewStore) -> None:
        store = new_store()
        days = [
            snapshot(MODEL_DAY, DAYS[0], [(f"x/{place:02}", "", 100 - place) for place in range(50)]),
            snapshot(MODEL_DAY, DAYS[1], [(f"y/{place:02}", "", 100 - place) for place in range(50)]),
        ]
        store.save(days)
        board, history = Board(Dataset.MODELS, 2), store.history()
        assert history.last_in(board, "x/24", None, DAYS[9]) == DAYS[1]
        assert history.last_in(board, "x/25", None, DAYS[9]) is None
        assert history.borne(board, "x/24", DAYS[9]) == {""}
        assert history.borne(board, "x/25", DAYS[9]) == set()
        assert history.at(board, DAYS[1]) == sum_days(board, days)

    def test_authors_are_ranked_by_the_sum_of_their_models_before_any_cut(self, new_store: NewStore) -> None:
        """B leads by three models that are none of them first, each of which leaves the window on its own day."""
        store = new_store()
        days = [
            snapshot(MODEL_DAY, DAYS[0], [("a/1", "", 5), ("b/1", "", 4), ("b/2", "", 4)], other_tokens=90),
            snapshot(MODEL_DAY, DAYS[1], [("a/1", "", 5), ("b/1", "", 4), ("b/3", "", 4), ("c/1", "", 1)]),
            snapshot(MODEL_DAY, DAYS[2], [("a/1", "", 5), ("a/2", "", 2), ("b/1", "", 4)]),
            snapshot(MODEL_DAY, DAYS[3], [("a/1", "", 5)]),
        ]
        store.save(days)
        board, history = Board(Dataset.MODELS, 2, by=By.AUTHOR), store.history()
        assert list(history.leaders(board, DAYS[9])) == [(DAYS[3], "a"), (DAYS[2], "a"), (DAYS[1], "b")]
        assert history.days(board, DAYS[0], DAYS[9]) == DAYS[1:4]
        assert [history.last_in(board, author, 2, DAYS[9]) for author in "abc"] == [DAYS[3], DAYS[3], None]
        assert history.last_in(board, "c", None, DAYS[9]) == DAYS[2]
        for place in (1, 2, 3):
            assert history.at(board, DAYS[place]) == sum_days(board, days[place - 1 : place + 1])

    def test_only_the_first_50_authors_are_ranked(self, new_store: NewStore) -> None:
        store = new_store()
        days = [
            snapshot(MODEL_DAY, day, [(f"{letter}{place:02}/m", "", 100 - place) for place in range(50)])
            for letter, day in zip("xy", DAYS, strict=False)
        ]
        store.save(days)
        board, history = Board(Dataset.MODELS, 2, by=By.AUTHOR), store.history()
        assert history.last_in(board, "y24", None, DAYS[9]) == DAYS[1]
        assert history.last_in(board, "y25", None, DAYS[9]) is None


def _same_as_in_memory(store: Store, stored: dict[tuple[Board, date], list[dict[str, int]]]) -> None:
    for place in range(2):
        store.save(_ranked(window, rows[place]) for window, rows in stored.items() if place < len(rows))
    newest = [found for board, day in stored if (found := store.snapshot(board, day))]
    _same(store.history(), MemoryHistory([*newest, *_computed(newest)]))


def _same(history: History, memory: History) -> None:
    for board in BOARDS:
        for day in DAYS:
            assert history.at(board, day) == memory.at(board, day)
        for day in (DAYS[0] - timedelta(days=1), *DAYS[1::4]):
            assert list(history.leaders(board, day)) == list(memory.leaders(board, day))
        for start, end in ((DAYS[0], DAYS[-1]), (DAYS[4], DAYS[8]), (DAYS[8], DAYS[4])):
            assert list(history.days(board, start, end)) == list(memory.days(board, start, end))
        for item in (*ITEMS, *AUTHORS):
            for n in (1, 2, None):
                for before in DAYS[::4]:
                    assert history.last_in(board, item, n, before) == memory.last_in(board, item, n, before)
            _same_names(history, memory, board, item)


def _same_names(history: History, memory: History, board: Board, item: str) -> None:
    for before in DAYS[::4]:
        assert history.borne(board, item, before) == memory.borne(board, item, before)
    for first, last in ((DAYS[0], DAYS[-1]), (DAYS[2], DAYS[5])):
        assert history.listed(board, first, last) == memory.listed(board, first, last)
        for items in (set(ITEMS[:2]), set(AUTHORS), set[str]()):
            seen = [one.sightings(board, items, first, last) for one in (history, memory)]
            assert _sorted(seen[0]) == _sorted(seen[1])
        lines = [sorted(one.lines(board, first, last)) for one in (history, memory)]
        assert lines[0] == lines[1]


def _sorted(seen: Mapping[str, Sequence[tuple[date, str]]]) -> dict[str, list[tuple[date, str]]]:
    return {item: sorted(lines) for item, lines in seen.items()}


def _ranked(window: tuple[Board, date], tokens: dict[str, int]) -> Snapshot:
    rows = sorted(tokens.items(), key=lambda pair: (-pair[1], pair[0]))
    return snapshot(*window, [(item, item.title(), count) for item, count in rows], other_tokens=len(rows))


def _computed(newest: Sequence[Snapshot]) -> list[Snapshot]:
    """Every model window of which each day is stored."""
    days = {stored.end_date: stored for stored in newest if stored.board == MODEL_DAY}
    found = []
    for board in BOARDS[3:]:
        for end in DAYS:
            wanted = [days.get(end - timedelta(days=back)) for back in reversed(range(board.window_days))]
            present = [day for day in wanted if day]
            if len(present) == len(wanted):
                found.append(sum_days(board, present))
    return found
