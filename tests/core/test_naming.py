"""Names change and repeat; identities do not: which name is shown, and how equal ones are told apart."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.history import MemoryHistory
from bot.core.naming import (
    NamedHistory,
    Renaming,
    mentioned,
    named,
    names,
    renamed,
    renamed_event,
    shown,
    told_apart,
)
from tests.builders import CLI_AGENTS, CODING, DAY, event, snapshot
from tests.core.rules.days import ago
from tests.scenes import cli, entry, leader, whole


def days(text: str) -> list[tuple[date, str]]:
    """Sightings of one day after another, a letter each; a dot is a day without, brackets hold one day's letters."""
    sightings, day = [], date(2026, 11, 1)
    for word in text.split():
        sightings += [(day, letter) for letter in word if letter != "."]
        day = day.replace(day=day.day + 1)
    return sightings


@pytest.mark.parametrize(
    ("seen", "name"),
    [
        ("A", "A"),
        ("A A", "A"),
        ("A A B", "A"),
        ("A A B B", "B"),
        ("A A B B A", "B"),
        ("A A B . B", "B"),
        ("A B", "A"),
        ("A B A B", "A"),
        ("A B C", "A"),
        ("A A B C", "A"),
        ("A A AB AB", "A"),
        ("A B AB AB", "A"),
        ("A AB B B", "B"),
        ("AB AB", "A"),
        ("BA", "A"),
        ("B A", "B"),
        ("B A AB AB", "B"),
    ],
)
def test_the_newest_name_that_held_for_two_days_is_shown(seen: str, name: str) -> None:
    assert shown(days(seen)) == name
    assert shown(reversed(days(seen))) == name


@given(st.lists(st.tuples(st.integers(1, 6), st.sampled_from("ABC")), min_size=1))
def test_the_name_shown_is_that_of_the_definition(seen: list[tuple[int, str]]) -> None:
    """Of the newest pair of days running with a name in common the oldest such name; else the oldest name of all."""
    sightings = [(date(2026, 11, day), name) for day, name in seen]
    first = {name: min(day for day, other in sightings if other == name) for _, name in sightings}
    on = {day: {name for other, name in sightings if other == day} for day, _ in sightings}
    held = [on[earlier] & on[later] for earlier, later in pairwise(sorted(on))]
    candidates = next((names for names in reversed(held) if names), set(first))
    assert shown(sightings) == min(candidates, key=lambda name: (first[name], name))


def test_without_sightings_the_name_at_hand_is_shown() -> None:
    assert names({"1": "A", "2": "B", "3": "C"}, {"1": days("X X"), "2": ()}) == {"1": "X", "2": "B", "3": "C"}


def test_names_that_read_alike_bear_their_ids() -> None:
    called = {"1": "pi", "2": "Pi\u200b", "3": "pie", "a/pi": "a/pi"}
    assert told_apart(called) == {"1": "pi (id 1)", "2": "Pi (id 2)", "3": "pie", "a/pi": "a/pi"}


def test_an_id_is_never_cut_off() -> None:
    assert told_apart({"2853275": "x" * 99, "1": "x" * 99})["2853275"] == "x" * 14 + "… (id 2853275)"
    long = told_apart({"7" * 50: "same", "1": "same"})["7" * 50]
    assert long == f"… (id {'7' * 50})"


def test_a_snapshot_is_called_by_other_names_in_which_it_is_the_same() -> None:
    board = snapshot(CLI_AGENTS, DAY, [("1", "A", 5), ("2", "B", 4)])
    assert renamed(board, {"3": "C", "1": "A"}) is board
    changed = renamed(board, {"1": "Z"})
    assert [(line.item, line.name, line.tokens) for line in changed.entries] == [("1", "Z", 5), ("2", "B", 4)]


def test_a_history_under_other_names_answers_as_before() -> None:
    history = MemoryHistory(snapshot(CLI_AGENTS, day, [("1", "A", 5)]) for day in (ago(1), DAY))
    under = NamedHistory(Renaming(history), {"1": "Z"})
    found = under.at(CLI_AGENTS, DAY)
    assert found is not None
    assert found.entries[0].name == "Z"
    assert under.at(CLI_AGENTS, ago(9)) is None
    assert NamedHistory(Renaming(history), {}).at(CLI_AGENTS, DAY) is history.at(CLI_AGENTS, DAY)
    assert under.days(CLI_AGENTS, ago(9), DAY) == [ago(1), DAY]
    assert under.last_in(CLI_AGENTS, "1", 1, DAY) == ago(1)
    assert under.last_in(CLI_AGENTS, "1", 0, DAY) is None
    assert list(under.leaders(CLI_AGENTS, DAY)) == [(DAY, "1"), (ago(1), "1")]
    assert under.borne(CLI_AGENTS, "1", DAY) == {"A"}


def test_a_board_is_renamed_once_for_as_long_as_its_items_are_called_alike() -> None:
    renaming = Renaming(MemoryHistory(snapshot(CLI_AGENTS, day, [("1", "A", 5)]) for day in (ago(1), DAY)))
    named_so = renaming.called(CLI_AGENTS, DAY, {"1": "Z"})
    assert renaming.called(CLI_AGENTS, DAY, {"1": "Z", "2": "elsewhere"}) is named_so
    assert NamedHistory(renaming, {"1": "Z"}).at(CLI_AGENTS, DAY) is named_so
    assert renaming.called(CLI_AGENTS, DAY, {"1": "Y"}) != named_so
    assert renaming.called(CLI_AGENTS, DAY, {"1": "A"}) is renaming.at(CLI_AGENTS, DAY)
    assert renaming.called(CLI_AGENTS, ago(9), {"1": "Z"}) is None


class TestADigest:
    """In one digest an item has one name, and no two that it may show have the same."""

    def test_on_every_board_and_in_every_event(self) -> None:
        told = entry(name="Sable Labs")
        first, second = named([cli(events=(told,)), whole()], {"sable": [(ago(1), "Sable X"), (DAY, "Sable X")]})
        for board in (first.current, first.previous, first.compared, second.current):
            assert board is not None
            line = board.entry("sable")
            assert line is not None
            assert line.name == "Sable X"
        assert [event.name for event in first.events] == ["Sable X"]

    def test_of_an_item_that_no_board_lists_any_more_as_its_event_says(self) -> None:
        (view,) = named([cli(events=(entry(item="gone", name="Gone"),))], {})
        assert [event.name for event in view.events] == ["Gone"]
        (view,) = named([cli(events=(entry(item="gone", name="Gone"),))], {"gone": [(ago(1), "Went"), (DAY, "Went")]})
        assert [event.name for event in view.events] == ["Went"]

    def test_each_board_stays_the_one_that_it_is(self) -> None:
        seen = cli(twin=snapshot(CLI_AGENTS.twin, DAY, [("sable", "Sable", 5)]))
        (view,) = named([seen], {"sable": [(ago(1), "Sable X"), (DAY, "Sable X")]})
        assert view.twin is not None
        assert view.twin.entries[0].name == "Sable X"
        for before, after in zip(seen.snapshots, view.snapshots, strict=True):
            assert (after.board, after.end_date) == (before.board, before.end_date)
            assert [line.item for line in after.entries] == [line.item for line in before.entries]

    def test_equal_ones_are_told_apart_also_between_watchlists_and_in_evidence(self) -> None:
        other = snapshot(CODING, DAY, [("99", "Harrier", 5), ("98", "Quiet", 4)])
        first, second = named([cli(events=(leader(),)), whole(current=other, previous=None, compared=None)], {})
        assert first.current is not None
        assert second.current is not None
        assert first.current.entries[0].name == "Harrier (id harrier)"
        assert [line.name for line in second.current.entries] == ["Harrier (id 99)", "Quiet"]
        (event,) = first.events
        assert event.evidence["previous_leader"] == {"id": "harrier", "name": "Harrier (id harrier)"}
        assert event.evidence["led_days"] == 170

    def test_one_that_was_listed_a_week_ago_only_makes_no_difference(self) -> None:
        before = snapshot(CLI_AGENTS, ago(7), [("99", "Harrier", 5)])
        (view,) = named([cli(compared=before)], {})
        assert view.current is not None
        assert view.current.entries[0].name == "Harrier"

    def test_borne_names_stay_known_the_shown_one_first(self) -> None:
        (view,) = named([cli(names={"marlin": ("Marlin 2", "Marlin")})], {"marlin": [(DAY, "Marlin")]})
        assert view.names["marlin"] == ("Marlin", "Marlin 2", "Marlin")
        (view,) = named([cli(names={"elsewhere": ("New", "Old")})], {})
        assert view.names["elsewhere"] == ("New", "New", "Old")


def test_an_event_bears_the_names_of_today_and_so_do_those_that_it_mentions() -> None:
    """A correction is made of the event as it was stored, where a model is called by its slug."""
    told = event(
        item="lab/swift",
        name="lab/swift",
        evidence={"second": {"id": "lab/gale", "name": "lab/gale"}, "first_seen": True, "left_board": ["x"]},
        revised={"leader": None, "came": [{"id": "lab/aria", "name": "lab/aria", "tokens": "5"}], "rank": 3},
    )
    assert set(mentioned(told)) == {"lab/swift", "lab/gale", "lab/aria"}
    shown_as = renamed_event(told, {"lab/swift": "Swift", "lab/gale": "Gale", "lab/aria": "Aria"})
    assert shown_as.name == "Swift"
    assert shown_as.evidence["second"] == {"id": "lab/gale", "name": "Gale"}
    assert shown_as.revised == {
        "leader": None,
        "came": [{"id": "lab/aria", "name": "Aria", "tokens": "5"}],
        "rank": 3,
    }
    unknown = renamed_event(event(revised=None), {})
    assert (unknown.name, unknown.revised) == ("Sable", None)
