"""Tokens over days, as Slack draws them: whose, of which days, and what is left out rather than made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot.core.briefing import compose
from bot.core.charts import TokenChart
from bot.core.courses import POINTS, courses
from bot.core.view import View
from bot.core.watchlist import Watchlist
from tests.builders import ALL_APPS, CLI_AGENTS, DAY, B, Row, snapshot
from tests.scenes import cli, entry, leader, patterns

FIGURES: Mapping[str, int] = {
    "harrier": 4000,
    "foundry": 3000,
    "roost": 2150,
    "kestrel": 1842,
    "marlin": 1791,
    "tern": 402,
}
NAMES = {"kestrel": "Kestrel Code"}


def back(days: int) -> date:
    return DAY - timedelta(days=days)


def rows(day: date, figures: Mapping[str, int] = FIGURES, without: Sequence[str] = ()) -> list[Row]:
    """Everybody has a billion less on each day before."""
    passed = (DAY - day).days
    return [
        (item, NAMES.get(item, item.title()), (count - passed) * B)
        for item, count in figures.items()
        if item not in without
    ]


def recent(days: int, figures: Mapping[str, int] = FIGURES, **absent: int) -> tuple[Any, ...]:
    """The boards of so many days; ``absent`` are those who came so many days ago."""
    return tuple(
        snapshot(
            CLI_AGENTS,
            back(passed),
            rows(back(passed), figures, [item for item, since in absent.items() if passed > since]),
        )
        for passed in reversed(range(days))
    )


def view(boards: Sequence[Any], **changes: Any) -> View:
    usual = {"current": boards[-1], "previous": boards[-2], "recent": tuple(boards), "events": (entry(item="tern"),)}
    return cli(**{**usual, **changes})


def drawn(one: View) -> TokenChart | None:
    charts = compose("team", day=DAY, days=(DAY,), views=[one], late="", checked=back(-1)).charts
    return next((chart for chart in charts if isinstance(chart, TokenChart)), None)


def found(one: View) -> TokenChart:
    chart = drawn(one)
    assert chart
    return chart


def test_yours_come_first_then_the_followed_then_the_leaders() -> None:
    chart = found(view(recent(4)))
    assert chart.names == ("Kestrel Code", "Marlin", "Roost", "Tern", "Harrier", "Foundry")
    assert (chart.title, chart.watchlist) == ("Tokens, 7 days to each date: CLI agents", "cli-agents")
    assert chart.days == ("7 Nov", "8 Nov", "9 Nov", "10 Nov")
    assert chart.tokens[0] == (1839 * B, 1840 * B, 1841 * B, 1842 * B)
    assert chart.as_of == "2026-11-08T02:15:41.208Z"


def test_of_thirty_days_every_other_is_drawn_and_the_newest_always() -> None:
    chart = found(view(recent(30)))
    assert len(chart.days) == 15 <= POINTS
    assert (chart.days[0], chart.days[-2], chart.days[-1]) == ("13 Oct", "8 Nov", "10 Nov")
    assert len(found(view(recent(POINTS))).days) == POINTS
    assert len(found(view(recent(POINTS + 1))).days) == 11


def test_days_that_are_not_stored_are_left_out() -> None:
    boards = [board for board in recent(6) if board.end_date != back(2)]
    assert found(view(boards)).days == ("5 Nov", "6 Nov", "7 Nov", "9 Nov", "10 Nov")


def test_days_are_evenly_apart_where_there_are_such() -> None:
    """A new bot has the days that rules compare with: this one, that of a week ago, and the days before them."""
    boards = [board for board in recent(23) if (DAY - board.end_date).days % 7 in (0, 1)]
    assert found(view(boards)).days == ("20 Oct", "27 Oct", "3 Nov", "10 Nov")


def test_where_yours_came_later_all_begin_then() -> None:
    chart = found(view(recent(20, kestrel=7)))
    assert len(chart.days) == 8
    assert chart.names[0] == "Kestrel Code"


def test_one_of_yours_that_came_just_now_is_not_drawn_but_shortens_nothing() -> None:
    chart = found(view(recent(20, kestrel=2)))
    assert len(chart.days) == 20
    assert "Kestrel Code" not in chart.names


def test_who_else_is_not_on_all_of_the_days_is_not_drawn() -> None:
    chart = found(view(recent(20, tern=9, foundry=9)))
    assert chart.names == ("Kestrel Code", "Marlin", "Roost", "Harrier")


def test_leaders_beside_whom_yours_would_be_flat_are_not_drawn() -> None:
    chart = found(view(recent(4, {**FIGURES, "harrier": 7210})))
    assert chart.names == ("Kestrel Code", "Marlin", "Roost", "Tern")


def test_where_yours_leads_those_behind_it_are_drawn() -> None:
    chart = found(view(recent(4, {"kestrel": 5000, **{item: FIGURES[item] for item in FIGURES if item != "kestrel"}})))
    assert chart.names[-2:] == ("Harrier", "Foundry")
    assert chart.names[0] == "Kestrel Code"


def test_a_new_leader_is_drawn_however_large_and_the_one_behind() -> None:
    boards = recent(4, {**FIGURES, "harrier": 9000, "foundry": 8900})
    event = leader(item="harrier", name="Harrier")
    assert found(view(boards, events=(event,))).names[-2:] == ("Harrier", "Foundry")
    nobody = Watchlist("cli-agents", "CLI agents", CLI_AGENTS, ())
    assert found(view(boards, events=(event,), watchlist=nobody)).names == ("Harrier", "Foundry")


def test_nothing_is_drawn_of_a_board_without_yours_of_two_days_or_of_none() -> None:
    nobody = Watchlist("cli-agents", "CLI agents", CLI_AGENTS, ())
    assert drawn(view(recent(4), watchlist=nobody)) is None
    gone = Watchlist("cli-agents", "CLI agents", CLI_AGENTS, (), mine=patterns("Nimbus"))
    assert drawn(view(recent(4), watchlist=gone)) is None
    assert drawn(view(recent(2))) is None
    assert drawn(view(recent(4), recent=())) is None
    told = compose("team", day=DAY, days=(DAY,), views=[view(recent(4))], late="", checked=back(-1))
    assert courses(view(recent(4), current=None), told.sections[0]) is None


def test_who_led_and_was_not_listed_before_is_no_course() -> None:
    nobody = Watchlist("cli-agents", "CLI agents", CLI_AGENTS, ())
    boards = recent(4, harrier=0, foundry=0)
    assert drawn(view(boards, watchlist=nobody, events=(leader(item="harrier", name="Harrier"),))) is None


def test_a_time_that_no_label_can_hold_is_not_cut() -> None:
    long = tuple(replace(board, as_of=f"2026-11-08T02:15:41.{'0' * 30}Z") for board in recent(4))
    assert drawn(view(long)) is None


def test_windows_of_a_day_are_called_so() -> None:
    board = replace(ALL_APPS, window_days=1)
    watched = Watchlist("w", "Apps", board, (), mine=patterns("kestrel"))
    boards = [replace(one, board=board) for one in recent(4)]
    assert found(view(boards, watchlist=watched, compared=None)).title == "Tokens: Apps"
