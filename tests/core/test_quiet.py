"""A quiet digest: that nothing changed and for how long, where the reader's own stands, who is close."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.core import quiet
from bot.core.digest import Digest
from bot.core.view import View
from tests.builders import CLI_AGENTS, DAY, B, snapshot
from tests.scenes import CLI, NOW, THEN, YESTERDAY, calm, cli, digest, entry, ide

LAST = DAY - timedelta(days=7)


def a_week(*views: View) -> Digest:
    return digest(*(views or (calm(),)), since=LAST)


class TestHeadline:
    """One line after a quiet week."""

    def test_a_week_in_which_the_first_ten_stayed_where_they_were(self) -> None:
        assert a_week().headline == "Quiet week in CLI agents: top 10 unchanged"
        assert a_week(calm(), ide()).headline == "Quiet week in CLI agents and IDE extensions: top 10 unchanged"

    def test_where_they_did_not_it_claims_no_more_than_that_nothing_is_told(self) -> None:
        moved = calm(previous=snapshot(CLI_AGENTS, LAST, THEN), watchlist=replace(CLI, mine=(), follow=()))
        assert a_week(moved).headline == "Quiet week in CLI agents: nothing to tell"
        assert a_week(calm(previous=None)).headline == "Quiet week in CLI agents: nothing to tell"

    @pytest.mark.parametrize("days", [1, 4])
    def test_less_than_five_days_are_no_week(self, days: int) -> None:
        told = digest(calm(), since=DAY - timedelta(days=days))
        assert told.headline == "Nothing new in CLI agents: Kestrel Code stays #4"

    def test_many_watchlists_are_counted(self) -> None:
        views = [calm(watchlist=replace(CLI, id=f"w{n}", title=f"A board with a long title, {n}")) for n in range(4)]
        assert a_week(*views).headline == "Quiet week in 4 watchlists: top 10 unchanged"

    def test_what_came_and_went_leaves_no_quiet_week(self) -> None:
        gone = calm(events=(entry(item="gone", name="Gone", date=YESTERDAY),))
        assert not a_week(gone).headline.startswith("Quiet week")


class TestOwn:
    """The reader's own, in a sentence."""

    def test_where_it_stands_and_the_gap_on_both_sides(self) -> None:
        assert quiet.own(calm()) == "Kestrel Code #4, 1.84T (+6%), 51B ahead of Marlin, 310B behind Roost."

    def test_all_week_where_each_day_is_stored_and_says_so(self) -> None:
        boards = tuple(snapshot(CLI_AGENTS, DAY - timedelta(days=back), NOW) for back in range(7))
        assert quiet.own(calm(recent=boards)).startswith("Kestrel Code #4 all week, 1.84T")
        assert "all week" not in quiet.own(calm(recent=boards[:6]))
        other = (*boards[:6], snapshot(CLI_AGENTS, DAY - timedelta(days=6), THEN))
        assert "all week" not in quiet.own(calm(recent=other))

    def test_what_is_not_known_is_left_out(self) -> None:
        alone = calm(current=snapshot(CLI_AGENTS, DAY, [("kestrel", "Kestrel Code", B)]), compared=None)
        assert quiet.own(alone) == "Kestrel Code #1, 1.00B."
        assert quiet.own(ide()) == ""
        assert quiet.own(calm(current=None)) == ""


class TestClosest:
    """Who is near to changing places."""

    def test_the_readers_own_first_then_the_least_lead(self) -> None:
        rows = [("h", "Harrier", 1000), ("i", "Ibex", 995), ("kestrel", "Kestrel Code", 800), ("m", "Marlin", 780)]
        view = calm(current=snapshot(CLI_AGENTS, DAY, rows))
        assert quiet.closest(view) == (
            "Closest to changing: Marlin is 2.6% behind Kestrel Code; Ibex 0.5% behind Harrier."
        )
        assert quiet.closest(view, "Coding").startswith("Closest to changing in Coding: Marlin is")

    def test_equal_tokens_are_level(self) -> None:
        rows = [("h", "Harrier", 1000), ("i", "Ibex", 1000), ("z", "Zero", 0), ("y", "Nought", 0)]
        assert quiet.closest(ide(current=snapshot(CLI_AGENTS, DAY, rows))) == (
            "Closest to changing: Ibex is level with Harrier."
        )

    def test_where_nobody_is_within_a_tenth_nothing_is_said(self) -> None:
        far = snapshot(CLI_AGENTS, DAY, [("h", "Harrier", 1100), ("i", "Ibex", 1000)])
        assert quiet.closest(ide(current=far)) == ""
        assert quiet.closest(ide(current=None)) == ""


def test_only_a_quiet_digest_has_them_and_says_when_it_is_heard_again() -> None:
    told = digest(calm(), ide(), next_word="Next word when something moves, or on Tue 17 Nov.")
    assert [bool(section.calm) for section in told.sections] == [True, False]
    assert told.sections[1].closest.startswith("Closest to changing in IDE extensions: ")
    assert told.next_word
    news = digest(cli(events=(entry(),)), next_word="Next word when something moves.")
    assert (news.next_word, news.sections[0].calm, news.sections[0].closest) == ("", "", "")


def test_no_figures_are_no_quiet_week() -> None:
    assert quiet.headline([calm(current=None)], DAY, since=LAST, other=False) == "No figures for Tue 10 Nov: CLI agents"
    assert quiet.headline([], DAY, since=date.min, other=False) == "No figures for Tue 10 Nov"
    long = replace(CLI, mine=CLI.mine, title="A" * 32)
    views = [calm(watchlist=replace(long, id=f"{n}", title=title)) for n, title in enumerate(("A" * 32, "B" * 29))]
    assert quiet.headline(views, DAY, since=YESTERDAY, other=False) == f"Nothing new in {'A' * 32} and {'B' * 29}"
