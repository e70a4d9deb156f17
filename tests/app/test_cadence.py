"""Whole cycles by the calendar: which days are told when, what is held, what a quiet day says, and what cron does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from bot.app.compose import Composed
from bot.core.due import EVERY_DAY, Cadence, WhenQuiet
from tests.app.doubles import steady
from tests.app.world import World, changing
from tests.builders import DAY

BERLIN = ZoneInfo("Europe/Berlin")
WEEKDAYS, MONDAY = frozenset(range(5)), frozenset({0})
FRIDAY, SATURDAY, SUNDAY = (date(2026, 11, number) for number in (13, 14, 15))
FOUR_DAYS = (DAY + timedelta(days=1), FRIDAY, SATURDAY, SUNDAY)
"""Days of which each has a new #1."""


def nine(
    days: frozenset[int] = EVERY_DAY, when_quiet: WhenQuiet = WhenQuiet.NOTHING, at: time | None = time(9)
) -> Cadence:
    return Cadence(BERLIN, days, at, when_quiet)


def hourly(world: World, first: date, days: int) -> Iterator[tuple[datetime, Composed]]:
    """Runs as cron would each hour; yields what is composed, with when."""
    start = datetime.combine(first, time(3, 15), UTC)
    for hours in range(24 * days):
        world.clock.now = start + timedelta(hours=hours)
        for composed in world.cycle().run().composed:
            yield world.clock.now, composed


def told_days(composed: Composed) -> list[date]:
    return sorted(news.date for section in composed.digest.sections for news in section.news)


class TestDays:
    """``days``: what happens on others is held, and told on the next."""

    def test_a_weekend_is_told_on_monday_and_nothing_of_it_is_late(self) -> None:
        world = World(changing(*FOUR_DAYS), cadence=nine(WEEKDAYS))
        digests = list(hourly(world, DAY + timedelta(days=1), 8))
        local = [(now.astimezone(BERLIN).date(), composed.digest.day) for now, composed in digests]
        assert local == [
            (date(2026, 11, 11), DAY),
            (date(2026, 11, 12), date(2026, 11, 11)),
            (date(2026, 11, 16), SUNDAY),
        ]
        monday = digests[-1][1]
        assert monday.digest.days == (FRIDAY, SATURDAY, SUNDAY)
        assert not world.store.unsettled("team", ["cli-agents"], date.max)
        assert monday.digest.late == ""

    def test_a_weekly_briefing_covers_its_week_and_goes_out_without_news(self) -> None:
        world = World(changing(*FOUR_DAYS), cadence=nine(MONDAY))
        digests = list(hourly(world, DAY + timedelta(days=1), 20))
        mondays = [date(2026, 11, number) for number in (16, 23, 30)]
        assert [now.astimezone(BERLIN).date() for now, _ in digests] == mondays
        assert [bool(composed.digest.stated) for _, composed in digests] == [True, False, False]
        assert [composed.digest.week is not None for _, composed in digests] == [False, True, True]
        second = digests[1][1].digest
        assert second.headline.startswith("Quiet week in CLI agents: top 10 unchanged")
        assert second.week
        assert second.week.span == "16 to 22 November 2026, against the week before"
        assert second.next_word == ""
        assert not world.store.unsettled("team", ["cli-agents"], date.max)

    def test_now_heeds_neither_days_nor_time(self) -> None:
        """Asked for on a Saturday, Friday's news goes out, and Monday tells only the rest."""
        world = World(changing(FRIDAY, SUNDAY), cadence=nine(WEEKDAYS))
        list(hourly(world, DAY + timedelta(days=1), 3))
        (composed,) = world.on(SATURDAY, 3).cycle().run(at_once=True).composed
        assert told_days(composed) == [FRIDAY]
        ((_, monday),) = hourly(world, SUNDAY, 2)
        assert told_days(monday) == [SUNDAY]


class TestAt:
    """``at`` and ``timezone``: one digest a local date, at that time, whatever clocks do."""

    @pytest.mark.parametrize("at", [time(0, 0), time(2, 30), time(9), time(23, 59)])
    @pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Auckland"])
    def test_one_a_date_across_clock_changes(self, zone: str, at: time) -> None:
        """Berlin changed on 25 October 2026, New York on 1 November."""
        cadence = Cadence(ZoneInfo(zone), EVERY_DAY, at, WhenQuiet.LINE)
        world = World(steady, cadence=cadence)
        digests = [composed.due_at for _, composed in hourly(world, date(2026, 10, 23), 11)]
        dates = [due_at.astimezone(ZoneInfo(zone)).date() for due_at in digests]
        assert dates == [dates[0] + timedelta(days=offset) for offset in range(len(dates))]
        assert len(dates) >= 10

    def test_the_time_is_that_of_the_zone(self) -> None:
        world = World(steady, cadence=nine(when_quiet=WhenQuiet.LINE))
        times = [now for now, _ in hourly(world, date(2026, 10, 25), 2)]
        assert [f"{now:%d %H:%M}" for now in times][-1] == "26 08:15"  # 9:00 in winter, at the next run


class TestWhenQuiet:
    """``when_quiet``: what a channel gets while nothing happens."""

    @pytest.mark.parametrize(
        ("when_quiet", "offsets"),
        [
            (WhenQuiet.NOTHING, [1]),
            (WhenQuiet.WEEKLY_LINE, [1, 8, 15]),
            (WhenQuiet.LINE, list(range(1, 17))),
        ],
    )
    def test_after_the_first_digest(self, when_quiet: WhenQuiet, offsets: list[int]) -> None:
        world = World(steady, cadence=nine(when_quiet=when_quiet))
        digests = [now.date() - DAY for now, _ in hourly(world, DAY + timedelta(days=1), 16)]
        assert [digest.days for digest in digests] == offsets

    def test_a_due_time_that_was_used_is_not_composed_again(self) -> None:
        """However often it is run in a day, a quiet line is rendered once."""
        world, rendered = World(steady, cadence=nine(when_quiet=WhenQuiet.LINE)), count()
        world.renderer.on_render = lambda: next(rendered)
        digests = list(hourly(world, DAY + timedelta(days=1), 3))
        assert next(rendered) == len(digests) > 1

    def test_news_begin_the_quiet_week_anew(self) -> None:
        world = World(changing(DAY + timedelta(days=5)), cadence=nine(when_quiet=WhenQuiet.WEEKLY_LINE))
        told = list(hourly(world, DAY + timedelta(days=1), 16))
        assert [(now.date() - DAY).days for now, _ in told] == [1, 6, 13]
        quiet = told[-1][1].digest
        assert quiet.headline == "Quiet week in CLI agents: top 10 unchanged"
        assert "ranks against Sun 15 Nov" in quiet.sections[0].scope
        assert quiet.next_word == "Next word when something moves, or on Mon 30 Nov."
        assert quiet.week is None


class TestFirstDigest:
    """What a new channel gets first."""

    @pytest.mark.parametrize("hour", [3, 7, 8, 20])
    def test_it_comes_at_its_time_or_at_once_where_that_has_passed(self, hour: int) -> None:
        world = World(changing(DAY), cadence=nine())
        composed = world.on(DAY + timedelta(days=1), hour).cycle().run().composed
        assert len(composed) == (1 if hour >= 8 else 0)

    def test_a_weekly_briefing_waits_for_its_day(self) -> None:
        world = World(changing(DAY), cadence=nine(MONDAY))
        ((first, composed),) = hourly(world, DAY + timedelta(days=1), 6)
        assert (first.date(), composed.digest.day) == (date(2026, 11, 16), SUNDAY)
        assert composed.digest.late == ""


class TestCron:
    """Without ``at``, one run a night sends at once; each day is told once, in order."""

    @pytest.mark.parametrize("hour", [0, 1, 2, 5, 23])
    def test_one_run_a_night_tells_one_day(self, hour: int) -> None:
        days = [DAY + timedelta(days=offset) for offset in range(1, 6)]
        world = World(changing(*days), cadence=nine(at=None))
        told = []
        for offset in range(1, 9):
            for composed in world.on(DAY + timedelta(days=offset), hour).cycle().run().composed:
                told.append(composed.digest.day)
                assert composed.digest.late == ""
        first = DAY if hour >= 2 else DAY - timedelta(days=1)  # before two, yesterday is not complete yet
        assert told == [first, *days]
        assert len(world.told) == len(told)

    def test_nights_without_a_run_are_made_up_for_in_one_digest(self) -> None:
        days = [DAY + timedelta(days=offset) for offset in (1, 3, 5)]
        world = World(changing(*days), cadence=nine(at=None))
        world.on(DAY + timedelta(days=1), 3).cycle().run()
        (composed,) = world.on(DAY + timedelta(days=7), 3).cycle().run().composed
        assert not world.store.unsettled("team", ["cli-agents"], date.max)
        assert composed.digest.late == "Five days were not reported in time (11 to 15 Nov). Nothing is missing."
        assert [day.title for day in composed.digest.diary] == ["Wed 11 Nov", "Fri 13 Nov", "Sun 15 Nov"]
        assert not world.on(DAY + timedelta(days=7), 4).cycle().run().composed

    def test_held_days_are_held_without_a_time_too(self) -> None:
        world = World(changing(*FOUR_DAYS), cadence=nine(WEEKDAYS, at=None))
        nights = []
        for offset in range(1, 9):
            now = DAY + timedelta(days=offset)
            nights += [(now, composed) for composed in world.on(now, 3).cycle().run().composed]
        assert [now for now, _ in nights] == [date(2026, 11, number) for number in (11, 12, 16)]
        assert nights[-1][1].digest.late == ""
