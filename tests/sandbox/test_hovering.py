"""Two apps at the edge of the top 10, by turns, whatever the date and the seed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.core.ranking import Sort
from bot.sandbox import Hovering, World
from bot.sandbox.hovering import AWAY, FAR, NEAR
from bot.sandbox.source import AppView

DAY = timedelta(days=1)
QUARRY, IBEX = 4538810, 4102236


def week(end: date, subcategory: str | None = "cli-agent", sort: Sort = Sort.POPULAR) -> AppView:
    return AppView(end - 6 * DAY, end, subcategory=subcategory, sort=sort)


def ranks(source: Hovering, end: date) -> tuple[int, int]:
    """The ranks of who comes, and of who stays, as they are asked for in the morning after."""
    rows = source.apps(week(end), datetime.combine(end + DAY, time(3), UTC)).rows
    places = {row.app_id: place for place, row in enumerate(rows, 1)}
    return places[IBEX], places[QUARRY]


@pytest.mark.parametrize("seed", [7, 1])
@pytest.mark.parametrize("since", [date(2026, 9, 1) + 17 * step * DAY for step in range(12)])
def test_they_take_turns_from_the_day_on(seed: int, since: date) -> None:
    source = Hovering(World(seed, since + 8 * DAY), "cli-agent", QUARRY, IBEX, since)
    course = [ranks(source, since + days * DAY) for days in range(-14, 9)]
    before, turns = course[:14], course[14:]
    assert turns == [(10, 11) if days % 2 == 0 else (11, 10) for days in range(9)]
    assert before == [(FAR if days in AWAY else NEAR, 10) for days in range(-14, 0)]


def test_the_one_that_comes_does_not_double() -> None:
    """Over its three weeks before: or that would be news, too."""
    since = date(2026, 11, 12)
    source = Hovering(World(7, since + 8 * DAY), "cli-agent", QUARRY, IBEX, since)
    for end in (since + days * DAY for days in range(9)):
        now = datetime.combine(end + DAY, time(3), UTC)
        tokens = [
            {row.app_id: row.tokens for row in source.apps(week(end - back * 7 * DAY), now).rows}[IBEX]
            for back in range(4)
        ]
        assert 3 * tokens[0] < 2 * sum(tokens[1:])


class TestElsewhere:
    """All else is the world's own."""

    NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
    END = date(2026, 11, 20)

    @pytest.fixture
    def source(self, world: World) -> Hovering:
        return Hovering(world, "cli-agent", QUARRY, IBEX, self.END - 8 * DAY)

    def test_an_app_has_the_same_tokens_on_every_board(self, source: Hovering) -> None:
        boards = [source.apps(week(self.END, name), self.NOW).rows for name in ("cli-agent", None)]
        figures = [{row.app_id: row.tokens for row in rows} for rows in boards]
        assert [(one[IBEX], one[QUARRY]) for one in figures] == 2 * [(figures[0][IBEX], figures[0][QUARRY])]
        for rows in boards:
            assert list(rows) == sorted(rows, key=lambda row: (-row.tokens, row.app_id))
            assert all(row.requests > 0 for row in rows)

    def test_others_and_other_views_are_as_they_were(self, source: Hovering, world: World) -> None:
        mine, own = source.apps(week(self.END), self.NOW).rows, world.apps(week(self.END), self.NOW).rows
        assert {row for row in mine if row.app_id not in (QUARRY, IBEX)} <= set(own)
        for view in (week(self.END, sort=Sort.TRENDING), AppView(self.END, self.END), week(self.END, "legal")):
            assert source.apps(view, self.NOW) == world.apps(view, self.NOW)
        assert source.models(self.END, self.END, self.NOW) == world.models(self.END, self.END, self.NOW)
        assert source.catalogue(self.NOW) == world.catalogue(self.NOW)

    def test_a_board_that_is_too_short_is_left_alone(self, world: World) -> None:
        source = Hovering(world, "legal", QUARRY, IBEX, self.END)
        assert source.apps(week(self.END), self.NOW) == world.apps(week(self.END), self.NOW)
