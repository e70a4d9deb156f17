"""What reaches a digest of the stored days: boards to draw from, and charts where a channel shows pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.app.compose import Composed
from bot.app.preview import preview_day
from bot.core.charting import COURSE_DAYS
from bot.core.charts import RankChart, TokenChart
from bot.core.pattern import Pattern
from tests.app.doubles import SETTLE, FakeChannel
from tests.app.world import AGENTS, World, changing
from tests.builders import DAY

FOLLOWED = replace(AGENTS, follow=(Pattern("Item03"),))


def last(world: World, days: int) -> Composed:
    """The digest of a new #1 after so many days, each of which was polled."""
    for passed in range(days):
        composed = world.on(DAY + timedelta(days=passed + 1)).cycle().run().composed
    return composed[0]


def world(*, shows_pictures: bool, changes_on: int) -> World:
    figures = changing(DAY + timedelta(days=changes_on))
    return World(figures, watchlists=(FOLLOWED,), channel=FakeChannel(shows_pictures=shows_pictures))


def test_a_channel_with_pictures_gets_the_courses_of_the_stored_days() -> None:
    lived = world(shows_pictures=True, changes_on=4)
    chart, tokens = last(lived, 5).digest.charts
    assert isinstance(tokens, TokenChart)
    assert isinstance(chart, RankChart)
    assert (chart.days[0], chart.days[-1]) == (DAY - timedelta(days=7), DAY + timedelta(days=4))
    courses = {course.name: course.ranks for course in chart.courses}
    assert courses["Item01"][-2:] == (2, 1)
    stored = lived.store.history().days(AGENTS.board, chart.days[0], chart.days[-1])
    assert courses["Item03"] == tuple(4 if day in stored else None for day in chart.days)
    assert 3 < len(stored) < len(chart.days)


def test_one_without_gets_what_needs_no_drawing_and_its_lines_are_drawn_in_text() -> None:
    digest = last(world(shows_pictures=False, changes_on=4), 5).digest
    assert [chart.kind for chart in digest.charts] == ["tokens"]
    assert len(digest.sections[0].standing[0].spark) == 7


def test_no_more_than_thirty_days_are_read() -> None:
    lived = world(shows_pictures=True, changes_on=34)
    chart, _ = last(lived, 35).digest.charts
    assert isinstance(chart, RankChart)
    assert len(chart.days) == COURSE_DAYS
    assert chart.days[-1] == DAY + timedelta(days=34)


def test_a_preview_draws_what_the_digest_did() -> None:
    lived = world(shows_pictures=True, changes_on=4)
    sent = last(lived, 5).digest
    shown = preview_day(
        lived.store, lived.subscription, sent.day, renderer=lived.renderer, now=lived.clock.now, settle=SETTLE
    )
    assert shown
    assert shown.digest.charts == sent.charts
