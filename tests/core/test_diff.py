"""Who moved among those that stayed, and who left from above."""

from __future__ import annotations

import pytest

from bot.core.diff import left_above, passive_items, places
from tests.builders import DAY
from tests.core.rules.days import ago, column


def test_places_are_counted_among_those_on_both_boards() -> None:
    assert places(column(DAY, "xbadc"), column(ago(1), "zabcd")) == {"b": (1, 2), "a": (2, 1), "d": (3, 4), "c": (4, 3)}
    assert list(places(column(DAY, "ba"), column(ago(1), "ab"))) == ["b", "a"]
    assert places(column(DAY, ""), column(ago(1), "ab")) == {}


def test_who_keeps_its_place_among_them_has_not_moved() -> None:
    assert passive_items(column(DAY, "xabdc"), column(ago(1), "zzabcd")) == {"a", "b"}


@pytest.mark.parametrize(("rank", "left"), [(1, ""), (2, "a"), (3, "a"), (4, "ac")])
def test_who_left_from_above_a_rank(rank: int, left: str) -> None:
    assert "".join(one.item for one in left_above(rank, column(DAY, "bdx"), column(ago(1), "abcd"))) == left
