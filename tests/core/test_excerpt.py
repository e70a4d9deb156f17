from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.core.correction import Correction, Turn
from bot.core.digest import Digest, Section
from bot.core.event import Event
from bot.core.excerpt import ELSEWHERE, LINES, excerpt, scopes_of
from bot.core.view import View
from tests.builders import DAY
from tests.scenes import (
    CLI,
    IDE,
    LAST_WEEK,
    WHOLE,
    YESTERDAY,
    calm,
    cli,
    correction,
    digest,
    entry,
    ide,
    leader,
    patterns,
)


def short(*views: View, late: str = "", corrections: Sequence[Correction] = (), **more: Any) -> tuple[int, Digest]:
    told = digest(*views, late=late, corrections=corrections, **more)
    parts = excerpt(told)
    lines = 1 + len(parts.scopes) + len(parts.rows) + len(parts.opening) + len(parts.news)
    lines += len(parts.revisions) + bool(parts.revisions) + bool(parts.rows or parts.opening)
    lines += len(parts.week) + len(parts.change) + bool(parts.news and parts.now)
    return lines + bool(parts.quiet) + bool(parts.more) + bool(told.late), told


def revised(number: int, *, headed: bool = False) -> list[Correction]:
    return [correction(item=f"r{place}", id=f"r{place}", headed=headed) for place in range(number)]


def entries(number: int) -> View:
    return calm(events=tuple(entry(item=f"i{place}", id=f"e{place}", name=f"N{place}") for place in range(number)))


def test_everything_is_shown_while_it_fits() -> None:
    lines, told = short(cli(events=(entry(),)), ide())
    parts = excerpt(told)
    assert lines <= LINES
    assert (len(parts.rows), len(parts.news), parts.more, parts.rows_left_out) == (4, 1, "", False)
    assert parts.quiet == "IDE extensions: nothing new since Thu 5 Nov."
    assert [scope.boards for scope in parts.scopes] == [(("CLI agents", CLI.board.url),)]
    assert {row.board for row in parts.rows} == {""}


@pytest.mark.parametrize(("news", "rows"), [(20, 4), (20, 13), (1, 13), (6, 4)])
def test_more_than_fits_is_counted_and_ten_lines_are_kept(news: int, rows: int) -> None:
    view = replace(entries(news), watchlist=replace(CLI, follow=patterns("*")) if rows == 13 else CLI)
    lines, told = short(view)
    parts = excerpt(told)
    assert lines <= LINES
    assert parts.more
    assert parts.rows
    assert parts.news
    assert parts.rows_left_out is (len(parts.rows) < rows)
    assert str(rows - len(parts.rows)) in parts.more or not parts.rows_left_out


def test_what_was_revised_is_shown_while_it_fits() -> None:
    lines, told = short(calm(events=(entry(),)), corrections=revised(1))
    parts = excerpt(told)
    assert lines == LINES
    assert (len(parts.revisions), len(parts.news), parts.more, parts.revised_first) == (1, 1, "", False)
    assert excerpt(digest(calm(), corrections=revised(1, headed=True))).revised_first
    assert excerpt(digest(calm(), corrections=[correction(Turn.LATE, headed=True)])).revised_first is False


@pytest.mark.parametrize("late", ["", "2 days were late"])
@pytest.mark.parametrize("number", [1, 10])
@pytest.mark.parametrize(
    "views",
    [
        (calm(),),
        (calm(events=(entry(),)), ide()),
        (entries(20),),
        (replace(entries(20), watchlist=replace(CLI, follow=patterns("*"))), ide()),
        (entries(20), replace(ide(new=True, watchlist=WHOLE), compared=None)),
        (ide(new=True),),
        (ide(new=True, watchlist=WHOLE), ide(events=(entry(id="x", item="roost", name="Roost"),), compared=None)),
    ],
)
def test_ten_lines_are_kept_whatever_was_revised(views: tuple[View, ...], number: int, late: str) -> None:
    """Something of each is shown, and the rest is counted."""
    lines, told = short(*views, late=late, corrections=revised(number))
    parts = excerpt(told)
    assert lines <= LINES
    assert 0 < len(parts.revisions) <= number
    assert bool(parts.news) is any(section.news for section in told.sections)
    assert bool(parts.rows) is any(section.standing for section in told.sections)
    left_out = number - len(parts.revisions)
    assert (f"{left_out} more revised" in parts.more) is (left_out > 0)


def test_boards_are_named_on_each_line_where_there_are_several() -> None:
    second = ide(watchlist=replace(IDE, mine=patterns("Roost")), events=(entry(id="x", item="roost", name="Roost"),))
    parts = excerpt(digest(cli(), second))
    assert {row.board for row in parts.rows} == {"CLI agents", "IDE extensions"}
    assert {bullet.board for bullet in parts.news} == {"IDE extensions"}


def test_the_strongest_news_comes_first_whatever_its_board() -> None:
    told = digest(ide(events=(entry(id="x", item="roost", name="Roost"),)), cli(events=(leader(),)))
    parts = excerpt(told)
    assert [bullet.news.id for bullet in (*parts.change, *parts.news)] == ["7k2f", "x"]
    assert len(parts.change) == 1


def test_a_quiet_digest_has_no_table() -> None:
    parts = excerpt(digest(calm(watchlist=replace(CLI, follow=patterns("*"))), next_word="Next word on Monday."))
    assert (parts.rows, parts.more, parts.rows_left_out) == ((), "", False)
    assert parts.quiet == "CLI agents: nothing new. Next word on Monday."


@pytest.mark.parametrize("late", ["", "Two days were not reported in time"])
@pytest.mark.parametrize("first", [(), (leader(),)])
@pytest.mark.parametrize("number", [0, 3])
def test_the_lines_of_a_week_leave_room_for_some_of_each(late: str, first: tuple[Event, ...], number: int) -> None:
    view = replace(entries(12), previous=cli().previous)
    view = replace(view, events=(*first, *view.events))
    lines, told = short(
        view, ide(), late=late, corrections=revised(number), days=(YESTERDAY, DAY), since=LAST_WEEK, weekly=True
    )
    parts = excerpt(told)
    assert lines <= LINES
    assert parts.rows
    assert parts.news or parts.change
    if not (late or first or number):
        assert told.week
        assert parts.week == told.week.lines


def test_a_new_watchlist_opens_with_its_board_unless_there_is_standing() -> None:
    assert [line.rank for line in excerpt(digest(ide(new=True))).opening] == [1, 2, 3, 4, 5]
    assert excerpt(digest(calm(new=True))).opening == ()
    assert excerpt(digest(ide())).opening == ()


def section(number: int, scope: str) -> Section:
    told = digest(ide(watchlist=replace(WHOLE, title=f"W{number}"), new=True)).sections[0]
    return replace(told, scope=scope)


def test_boards_with_the_same_scope_share_a_line() -> None:
    sections = [section(number, "same") for number in range(5)]
    (scope,) = scopes_of(sections, limit=2)
    assert ([title for title, _ in scope.boards], scope.others) == (["W0", "W1", "W2"], "and 2 others")
    (scope,) = scopes_of(sections)
    assert (len(scope.boards), scope.others) == (5, "")


def test_many_scopes_are_two_lines() -> None:
    first, second = scopes_of([section(number, f"scope {number}") for number in range(3)], limit=2)
    assert (first.text, second.text) == ("scope 0", ELSEWHERE)
    assert [title for title, _ in second.boards] == ["W1", "W2"]


def test_what_came_and_went_is_in_the_quiet_line() -> None:
    told = digest(calm())
    passed = replace(told, sections=(replace(told.sections[0], passed="Came and went: Ibex."),), late="late")
    assert excerpt(passed).quiet == "CLI agents: nothing new. Came and went: Ibex."
