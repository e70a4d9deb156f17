"""Two bad mornings of the generated world, which end as they should; all else is the world's own."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.core.gate import TOP
from bot.core.ranking import Sort
from bot.sandbox import Troubles, World, steady_day
from bot.sandbox.source import AppView
from bot.sandbox.troubles import LARGEST

DAY = timedelta(days=1)
BEHEADED, OVERCOUNTED = date(2026, 11, 14), date(2026, 11, 16)


def week(end: date, subcategory: str | None = "cli-agent", sort: Sort = Sort.POPULAR) -> AppView:
    return AppView(end - 6 * DAY, end, subcategory=subcategory, sort=sort)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute, tzinfo=UTC))


@pytest.fixture(scope="module")
def troubles(world: World) -> Troubles:
    return Troubles(world, beheaded=BEHEADED, overcounted=OVERCOUNTED, subcategory="cli-agent")


class TestBeheaded:
    """Until the answer is whole, it lacks so many of its largest that it can't be true."""

    @pytest.mark.parametrize("subcategory", ["cli-agent", None])
    def test_apps(self, world: World, troubles: Troubles, subcategory: str | None) -> None:
        whole = world.apps(week(BEHEADED, subcategory), at(BEHEADED + DAY, 2, 15)).rows
        assert list(troubles.apps(week(BEHEADED, subcategory), at(BEHEADED + DAY, 2, 15)).rows) == whole[LARGEST:]
        assert list(troubles.apps(week(BEHEADED, subcategory), at(BEHEADED + DAY, 2, 30)).rows) == whole

    def test_models_of_that_day_alone(self, world: World, troubles: Troubles) -> None:
        asked = (BEHEADED - DAY, BEHEADED, at(BEHEADED + DAY, 2, 15))
        whole, bad = world.models(*asked).rows, troubles.models(*asked).rows
        assert [row for row in bad if row[0] < BEHEADED] == [row for row in whole if row[0] < BEHEADED]
        day = [row for row in whole if row[0] == BEHEADED]
        assert [row for row in bad if row[0] == BEHEADED] == day[LARGEST:]
        assert bad[-1][1] == "other"
        assert troubles.models(BEHEADED, BEHEADED, at(BEHEADED + DAY, 2, 30)).rows == day

    def test_no_other_day_and_never_so_little_that_it_might_be_true(self, world: World, troubles: Troubles) -> None:
        now = at(BEHEADED + DAY, 2, 15)
        assert troubles.apps(week(BEHEADED - DAY), now) == world.apps(week(BEHEADED - DAY), now)
        assert 2 * (TOP - LARGEST) < TOP


class TestOvercounted:
    """Until the day is restated, another leads."""

    def test_the_second_leads_by_a_hundredth(self, world: World, troubles: Troubles) -> None:
        now = at(OVERCOUNTED + DAY, 2, 15)
        first, second, *others = world.apps(week(OVERCOUNTED), now).rows
        told = list(troubles.apps(week(OVERCOUNTED), now).rows)
        assert [row.app_id for row in told] == [second.app_id, first.app_id, *[row.app_id for row in others]]
        assert told[0].tokens == first.tokens + first.tokens // 100
        assert told[1:] == [first, *others]

    def test_it_is_counted_for_that_day_in_every_ranking_that_has_it(self, world: World, troubles: Troubles) -> None:
        now, day = at(OVERCOUNTED + DAY, 2, 15), AppView(OVERCOUNTED, OVERCOUNTED)
        more = set()
        for view in (day, week(OVERCOUNTED, None), week(OVERCOUNTED + DAY)):
            true = {row.app_id: row.tokens for row in world.apps(view, now).rows}
            told = troubles.apps(view, now).rows
            assert [row.tokens for row in told] == sorted((row.tokens for row in told), reverse=True)
            more |= {(row.app_id, row.tokens - true[row.app_id]) for row in told if row.tokens != true[row.app_id]}
        assert len(more) == 1
        assert troubles.apps(week(OVERCOUNTED - DAY), now) == world.apps(week(OVERCOUNTED - DAY), now)

    def test_a_day_later_it_is_what_it_is(self, world: World, troubles: Troubles) -> None:
        now = at(OVERCOUNTED + 2 * DAY, 0)
        assert troubles.apps(week(OVERCOUNTED), now) == world.apps(week(OVERCOUNTED), now)

    @pytest.mark.parametrize("back", range(0, 60, 3))
    def test_it_never_led_before(self, world: World, back: int) -> None:
        day = OVERCOUNTED - back * DAY
        now = at(day + DAY, 2, 15)
        bad = Troubles(world, beheaded=day - 2 * DAY, overcounted=day, subcategory="cli-agent")
        led = bad.apps(week(day), now).rows[0].app_id
        assert led not in (world.apps(week(end), now).rows[0].app_id for end in (day, day - DAY))


def test_a_steady_day_is_one_on_which_the_leader_stays(world: World, now: datetime) -> None:
    days = [OVERCOUNTED - back * DAY for back in range(90)]
    led = {day: world.apps(week(day), now).rows[0].app_id for day in [*days, days[-1] - DAY]}
    changed = [day for day in days if led[day] != led[day - DAY]]
    assert changed
    for day in changed:
        assert steady_day(world, "cli-agent", [day], now) == day
        others = [day - back * DAY for back in range(1, 8)]
        found = steady_day(world, "cli-agent", [day, *others], now)
        assert found == next((one for one in others if one not in changed), day)


def test_all_else_is_the_worlds(world: World, troubles: Troubles, now: datetime) -> None:
    growth = week(BEHEADED, sort=Sort.TRENDING)
    assert troubles.apps(growth, at(BEHEADED + DAY, 2)) == world.apps(growth, at(BEHEADED + DAY, 2))
    assert troubles.catalogue(now) == world.catalogue(now)
    assert troubles.kind == world.kind == "generated"
