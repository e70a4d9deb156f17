"""What digests and their proofs say of who was absent: no more than how deep the boards were read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.digest import News
from bot.core.due import Cadence, WhenQuiet
from bot.core.ranking import Board
from bot.core.rules import EnteredTop
from bot.core.watchlist import Watchlist
from tests.app.doubles import MORNING, Figures
from tests.app.world import World
from tests.builders import ALL_APPS, DAY

COMES = DAY + timedelta(days=8)
"""The Wednesday on which #141 becomes #10, or whom the board did not have comes in there."""
DAILY, WEEKLY = frozenset(range(7)), frozenset({0})
APPS = Watchlist("apps", "Apps", ALL_APPS, (EnteredTop(n=50),), channels=("team",))


def deep(_board: Board, day: date) -> Sequence[tuple[str, int]]:
    """A board of 150, of which a watchlist asks for 100."""
    items = [f"item{place:03}" for place in range(150)]
    if day >= COMES:
        items.insert(9, items.pop(140))
    return [(item, 10_000 - place) for place, item in enumerate(items)]


def ending(_board: Board, day: date) -> Sequence[tuple[str, int]]:
    """A board of 60, to which one more comes."""
    items = [f"item{place:03}" for place in range(60)]
    if day >= COMES:
        items.insert(9, "item140")
    return [(item, 10_000 - place) for place, item in enumerate(items)]


def living(world: World, *, days: int) -> list[News]:
    """The news of all digests in so many days."""
    told = []
    for passed in range(days):
        world.clock.now = MORNING + timedelta(days=passed)
        digests = [composed.digest for composed in world.cycle().run().composed]
        told += [news for digest in digests for section in digest.sections for news in section.news]
    return told


def world_of(figures: Figures, weekdays: frozenset[int]) -> World:
    cadence = Cadence(ZoneInfo("UTC"), weekdays=weekdays, when_quiet=WhenQuiet.NOTHING)
    return World(figures, cadence=cadence, watchlists=(APPS,))


@pytest.mark.parametrize(
    ("figures", "absent"), [(deep, "outside the top 100"), (ending, "not listed")], ids=["cut", "ended"]
)
@pytest.mark.parametrize("weekdays", [DAILY, WEEKLY], ids=["daily", "weekly"])
def test_digests_of_any_length_and_their_proofs_say_the_same_of_a_board(
    figures: Figures, absent: str, weekdays: frozenset[int]
) -> None:
    """A digest of a week holds ranks against another board than the one of the day before the entry."""
    (news,) = living(world_of(figures, weekdays), days=15)
    assert f": {absent} before, " in news.text
    assert f" Tue 17 Nov: {absent}. " in news.why


def test_news_that_was_stored_without_depths_claims_neither() -> None:
    world = world_of(deep, WEEKLY)
    assert not living(world, days=10)
    (stored,) = world.store.events()
    world.store.change_events([replace(stored, evidence={"last_in": None})])
    world.clock.now = MORNING + timedelta(days=14)
    (composed,) = world.cycle().run().composed
    (news,) = composed.digest.sections[0].news
    assert ": not among the ranks read before, " in news.text
    assert " Tue 17 Nov: not among the ranks read. " in news.why
