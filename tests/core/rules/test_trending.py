"""Apps that are new to the top n of the feed's own trending list."""

from __future__ import annotations

from bot.core.ranking import Snapshot
from bot.core.rules import Trending
from tests.builders import CLI_AGENTS, DAY
from tests.core.rules.days import ago, column, found, the_day, unevaluated

TWIN = CLI_AGENTS.twin


def day_with(now: str | None, before: str | None) -> list[Snapshot]:
    """The popular board on two days, and its twin as given."""
    twins = [column(when, items, board=TWIN) for when, items in ((DAY, now), (ago(1), before)) if items is not None]
    return [column(DAY, "abc"), column(ago(1), "abc"), *twins]


def test_an_app_that_comes_up_the_list_is_told() -> None:
    changes = found(Trending(n=2), the_day(day_with("xba", "abx")))
    assert changes == {"x": {"twin": TWIN.key, "twin_rank": 1, "twin_previous_rank": 3, "n": 2}}


def test_an_app_that_was_on_it_is_no_news() -> None:
    assert not found(Trending(n=2), the_day(day_with("ba", "ab")))


def test_one_that_was_not_listed_has_no_previous_rank() -> None:
    assert found(Trending(n=2), the_day(day_with("xa", "a")))["x"]["twin_previous_rank"] is None


def test_how_deep_the_list_was_read_is_kept_where_the_app_was_not_on_it() -> None:
    assert found(Trending(n=2), the_day(day_with("xa", "ab")))["x"]["twin_previous_depth"] == 2
    whole = [column(DAY, "xa", board=TWIN), column(ago(1), "a", board=TWIN, depth=9)]
    popular = [column(DAY, "abc"), column(ago(1), "abc")]
    assert found(Trending(n=2), the_day([*popular, *whole]))["x"]["twin_previous_depth"] is None


def test_a_missing_list_is_said() -> None:
    assert unevaluated(Trending(), the_day(day_with(None, "ab"))) == ["the trending list of 2026-11-10 is missing"]
    assert unevaluated(Trending(), the_day(day_with("ab", None))) == ["the trending list of 2026-11-09 is missing"]
    first = [column(DAY, "abc"), column(DAY, "abc", board=TWIN)]
    assert unevaluated(Trending(), the_day(first)) == ["the trending list of 2026-11-09 is missing"]


def test_it_needs_the_twin_on_both_days() -> None:
    assert [(need.board, need.end_date) for need in Trending().needs(CLI_AGENTS, DAY)] == [(TWIN, DAY), (TWIN, ago(1))]
