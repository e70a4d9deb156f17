"""New names: the same id carries one on some days running that it never bore before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.history import MemoryHistory, ShallowHistory
from bot.core.naming import NamedHistory, Renaming
from bot.core.ranking import APP_PAGE, Board, Dataset, Snapshot
from bot.core.rules import Day, Renamed
from tests.builders import CLI_AGENTS, DAY, snapshot
from tests.core.rules.days import ago, found, the_day


def boards(*newest_first: str | None) -> list[Snapshot]:
    """X by its name on DAY, the day before, and so on; "-": it is not listed; None: no snapshot."""
    return [
        snapshot(CLI_AGENTS, ago(back), [("y", "Other", 9), *([("x", name, 5)] if name != "-" else [])])
        for back, name in enumerate(newest_first)
        if name is not None
    ]


def renamed(*newest_first: str | None, confirm_days: int = 2) -> bool:
    return bool(found(Renamed(confirm_days), the_day(boards(*newest_first))))


@pytest.mark.parametrize(
    ("names", "fires"),
    [
        ("BBA", True),
        ("BBBA", False),
        ("BAA", False),
        ("BB", False),
        ("BBAB", False),
        ("BBA-", True),
        ("BB-A", True),
        ("BB--A", True),
        ("BB--", False),
        ("B-BA", False),
        ("BABA", False),
        ("BBABA", False),
        ("BCA", False),
        ("CCBA", True),
        ("-BA", False),
        ("AAA", False),
        ("A", False),
    ],
)
def test_a_name_must_hold_for_two_days_and_be_new(names: str, fires: bool) -> None:
    assert renamed(*names) is fires


def test_other_days_to_confirm() -> None:
    assert renamed("B", "A", confirm_days=1)
    assert not renamed("B", "B", "A", confirm_days=1)
    assert renamed("B", "B", "B", "A", confirm_days=3)
    assert not renamed("B", "B", "A", confirm_days=3)
    assert not renamed("B", "C", "B", "A", confirm_days=3)


def test_a_day_without_a_snapshot_neither_confirms_nor_ends_a_run() -> None:
    assert renamed("B", None, "B", "A")
    assert not renamed("B", None, "A")
    assert renamed("B", "B", None, "A")


def test_names_compare_to_the_letter() -> None:
    assert renamed("Pi", "Pi", "pi")


def test_another_item_of_the_same_name_is_another_item() -> None:
    assert renamed("Other", "Other", "A")


def test_the_evidence_holds_both_names_and_their_days() -> None:
    assert found(Renamed(), the_day(boards("B", "B", "-", "A", "C")))["x"] == {
        "old_name": "A",
        "old_name_last": "2026-11-07",
        "new_name": "B",
        "days": ["2026-11-09", "2026-11-10"],
    }


def seen(snapshots: list[Snapshot], called: str, depth: int) -> Day:
    """DAY as a watchlist sees it that looks ``depth`` ranks deep and calls X otherwise."""
    plain = the_day(snapshots)
    history = NamedHistory(Renaming(ShallowHistory(plain.history, depth)), {"x": called})
    current = history.at(CLI_AGENTS, DAY)
    assert current
    return Day(CLI_AGENTS, DAY, current, plain.previous, history, plain.base, plain.stored)


def test_names_are_compared_as_they_came_whatever_the_item_is_called() -> None:
    """A name that flips is shown as one that does not; the rule sees what was stored."""
    (change,) = Renamed().find(seen(boards("B", "B", "A"), "A", 100))
    assert (getattr(change, "name", ""), getattr(change, "evidence", {})["new_name"]) == ("A", "B")
    assert not found(Renamed(), seen(boards("A", "A", "A"), "B", 100))


def test_a_name_that_stays_costs_no_look_at_all_that_is_stored() -> None:
    """Most names stay as they are: what was stored long ago is looked at for the others only."""
    looks: list[str] = []

    class Counted(MemoryHistory):
        def last_in(self, board: Board, item: str, n: int | None, before: date) -> date | None:
            looks.append(item)
            return super().last_in(board, item, n, before)

    plain = the_day(boards("B", "B", "A"))
    assert list(found(Renamed(), replace(plain, stored=Counted(boards("B", "B", "A"))))) == ["x"]
    assert looks == ["x"]


def test_an_item_below_what_the_watchlist_sees_is_not_told() -> None:
    assert not found(Renamed(), seen(boards("B", "B", "A"), "B", 1))


def test_it_is_about_apps_and_needs_nothing_beside_the_two_days() -> None:
    assert Renamed.datasets == {Dataset.APPS}
    assert not list(Renamed().needs(CLI_AGENTS, DAY))
    assert Renamed().reach == APP_PAGE


@given(st.lists(st.sampled_from(["A", "B", "C", "-", None]), max_size=7), st.sampled_from("ABC-"), st.integers(1, 3))
def test_it_is_what_the_specification_says(earlier: Sequence[str | None], now: str, confirm: int) -> None:
    """Another name on confirm_days days running, a name it has not had before (in the stored snapshots)."""
    days = [name for name in (now, *earlier) if name is not None]
    run, before = days[:confirm], [name for name in days[confirm:] if name != "-"]
    expected = len(run) == confirm and set(run) == {now} and now != "-" and bool(before) and now not in before
    assert renamed(now, *earlier, confirm_days=confirm) is expected
