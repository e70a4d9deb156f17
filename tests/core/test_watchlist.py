"""Whose items are whose: by a name, a former one, a glob or an id."""

from __future__ import annotations

import pytest

from bot.core.rules import NewLeader
from bot.core.watchlist import Pattern, Watchlist
from tests.builders import CLI_AGENTS

OWN = Watchlist(
    "w",
    "W",
    CLI_AGENTS,
    (NewLeader(),),
    mine=(Pattern("Ada"),),
    follow=(Pattern("Be*"), Pattern("id:7")),
    exclude=(Pattern("*bot*"),),
)
ONLY = Watchlist("w", "W", CLI_AGENTS, (NewLeader(),), mine=OWN.mine, follow=OWN.follow, only_followed=True)


@pytest.mark.parametrize(
    ("item", "names", "mine", "followed", "excluded"),
    [
        ("1", ("Ada",), True, True, False),
        ("1", ("Renamed", "ada"), True, True, False),
        ("2", ("Bea",), False, True, False),
        ("7", ("Anybody",), False, True, False),
        ("77", ("Anybody",), False, False, False),
        ("3", ("Somebot",), False, False, True),
        ("3", ("Renamed", "A Bot"), False, False, True),
    ],
)
def test_whose_an_item_is(item: str, names: tuple[str, ...], *, mine: bool, followed: bool, excluded: bool) -> None:
    assert OWN.is_mine(item, names) is mine
    assert OWN.is_followed(item, names) is followed
    assert OWN.is_excluded(item, names) is excluded
    assert ONLY.is_excluded(item, names) is not followed


def test_patterns_that_mean_nobody_are_named_in_their_order() -> None:
    assert OWN.unmatched({"1": ("X", "Ada"), "2": ("Cy",)}) == OWN.follow
    assert OWN.unmatched({"7": ("Bea",)}) == OWN.mine
    assert OWN.unmatched({}) == (*OWN.mine, *OWN.follow)
