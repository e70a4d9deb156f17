"""Whole cycles of a channel with several watchlists: each is told from where the channel was told of it before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.app.records import DayStatus
from bot.app.subscription import Subscription
from bot.core.digest import Digest, Section
from bot.core.due import Cadence, WhenQuiet
from bot.core.ranking import Board
from bot.core.rules import Moved, NewLeader
from bot.core.watchlist import Pattern, Watchlist
from bot.errors import FeedTransientError
from tests.app.doubles import Figures
from tests.app.world import AGENTS, AT_ONCE, EXTENSIONS, World, changing
from tests.builders import CLI_AGENTS, DAY, IDE_EXTENSIONS

HOLE = DAY + timedelta(days=3)
EVERY_DAY = [DAY + timedelta(days=offset) for offset in range(-3, 12)]
LINE = Cadence(ZoneInfo("UTC"), when_quiet=WhenQuiet.LINE)
MONDAYS = Cadence(ZoneInfo("UTC"), weekdays=frozenset({0}))


def with_a_hole(figures: Figures, *, watchlists: tuple[Watchlist, ...], cadence: Cadence = AT_ONCE) -> World:
    """A world in which the extensions' board of one day never comes."""
    world = World(figures, watchlists=watchlists, cadence=cadence)
    world.feed.fails[IDE_EXTENSIONS.key, HOLE] = [FeedTransientError("HTTP 502")] * 99
    return world


def digests(world: World, days: int, first: int = 0) -> list[Digest]:
    """What is told on so many mornings, of the days from ``first`` after DAY on."""
    told = []
    for offset in range(first, first + days):
        told += [one.digest for one in world.on(DAY + timedelta(days=offset + 1)).cycle().run().composed]
    return told


def section(digest: Digest, watchlist: str) -> Section | None:
    return next((one for one in digest.sections if one.watchlist == watchlist), None)


def scopes(told: Sequence[Digest], watchlist: str) -> dict[int, str]:
    """Against what ranks are told, by the number of the day."""
    found = {digest.day.day: section(digest, watchlist) for digest in told}
    return {day: one.scope.split(" · ")[-1].partition(",")[0] for day, one in found.items() if one}


def moving(*places: int) -> Figures:
    """On the agents' board one item's rank on the days from DAY on, the last for good; on others somebody new leads."""

    def figures(board: Board, day: date) -> Sequence[tuple[str, int]]:
        if board != CLI_AGENTS:
            return changing(*EVERY_DAY)(board, day)
        rows = [f"item{place:02}" for place in range(20)]
        rows.insert(places[max(0, min((day - DAY).days, len(places) - 1))] - 1, "mine")
        return [(item, 1000 - place) for place, item in enumerate(rows)]

    return figures


MINE = replace(AGENTS, rules=(NewLeader(), Moved()), mine=(Pattern("id:mine"),))


class TestAGap:
    """It is said once, and nothing is called complete that has one."""

    @pytest.mark.parametrize("watchlists", [(EXTENSIONS,), (AGENTS, EXTENSIONS)])
    def test_it_is_said_once_though_the_channel_was_told_of_others_meanwhile(
        self, watchlists: tuple[Watchlist, ...]
    ) -> None:
        world = with_a_hole(changing(*EVERY_DAY), watchlists=watchlists, cadence=LINE)
        told = digests(world, 10)
        assert [mark.status for mark in world.store.ledger("ide") if mark.date == HOLE] == [DayStatus.GAP]
        notes = {digest.day.day: one.not_evaluated for digest in told if (one := section(digest, "ide"))}
        assert {day: said for day, said in notes.items() if said} == {17: ("no data came for Fri 13 Nov",)}
        assert scopes(told, "ide")[17] == "ranks against Thu 12 Nov (the last day before a gap)"
        named = " of IDE extensions" if len(watchlists) > 1 else ""
        (late,) = (digest.late for digest in told if digest.late)
        assert late == f"Three days{named} were not reported in time (14 to 16 Nov)"

    def test_a_digest_that_could_not_be_written_has_said_nothing(self) -> None:
        world = with_a_hole(changing(*EVERY_DAY), watchlists=(AGENTS, EXTENSIONS))
        digests(world, 7)

        def fail() -> None:
            raise KeyError

        world.renderer.on_render = fail
        assert digests(world, 1, first=7) == []
        world.renderer.on_render = lambda: None
        for told, said in zip(digests(world, 2, first=7), (1, 0), strict=True):
            shown = section(told, "ide")
            assert shown
            assert len(shown.not_evaluated) == said

    def test_nothing_is_missing_only_where_every_watchlist_is_told(self) -> None:
        """The bot was off for two days; on its first morning the board of one watchlist has not come yet."""
        world = World(changing(*EVERY_DAY), watchlists=(AGENTS, EXTENSIONS))
        digests(world, 2)
        world.feed.fails[IDE_EXTENSIONS.key, DAY + timedelta(days=4)] = [FeedTransientError("HTTP 502")] * 2
        (without,) = digests(world, 1, first=4)
        assert without.late == "Two days were not reported in time (12 to 13 Nov)"
        (whole,) = digests(world, 1, first=5)
        assert (
            whole.late == "Three days of IDE extensions were not reported in time (12 to 14 Nov). Nothing is missing."
        )


class TestRanks:
    """What a section compares with is what its heading says, and what its watchlist was told last."""

    def test_a_watchlist_that_was_told_yesterday_is_compared_with_yesterday(self) -> None:
        """The other's board is late; this one's item fell on Sunday, was told so, and is back on Tuesday."""
        world = with_a_hole(moving(5, 5, 5, 5, 5, 6, 6, 5), watchlists=(MINE, EXTENSIONS))
        told = digests(world, 9)
        shown = {digest.day.day: one for digest in told if (one := section(digest, "cli-agents"))}
        assert {day: one.standing[0].rank for day, one in shown.items() if one.standing[0].moves} == {
            15: "5 → 6",
            17: "6 → 5",
        }
        assert set(scopes(told, "cli-agents").values()) == {"ranks against the day before"}
        assert not any(one.passed for one in shown.values())

    def test_one_that_was_left_out_is_compared_with_the_last_day_told_of_it(self) -> None:
        """Its board of Thursday comes a day late, without news."""
        world = World(moving(5, 6, 7, 6, 5), watchlists=(MINE, replace(EXTENSIONS, rules=())))
        world.feed.fails[IDE_EXTENSIONS.key, DAY + timedelta(days=2)] = [FeedTransientError("HTTP 502")] * 2
        told = scopes(digests(world, 5), "ide")
        assert told == {
            10: "ranks against the day before",
            11: "ranks against the day before",
            13: "ranks against Wed 11 Nov",
            14: "ranks against the day before",
        }

    def test_the_first_of_a_weekly_channel_is_compared_with_the_day_before_its_watchlist_began(self) -> None:
        """What came on Thursday and holds is told on Monday, and has not come and gone."""
        world = World(moving(6, 6, 5), watchlists=(MINE,), cadence=MONDAYS)
        (first, second) = digests(world, 13)
        (shown,) = first.sections
        assert (first.day.day, shown.standing[0].rank, shown.passed) == (15, "6 → 5", "")
        assert [len(row.moves) for row in shown.standing] == [1]
        assert scopes([first, second], "cli-agents") == {15: "ranks against Mon 9 Nov", 22: "ranks against Sun 15 Nov"}
        assert first.late == ""


class TestOneThatWasTakenOut:
    """A watchlist that is put back is new to its channel: what happened meanwhile is no late news."""

    def world(self, days: Sequence[int], *, back: int) -> tuple[World, list[Digest]]:
        """A world that was without the agents on those days, and its digests from the day on which they are back."""
        world, told = World(changing(*EVERY_DAY), watchlists=(AGENTS, EXTENSIONS)), list[Digest]()
        for offset in range(back + 2):
            shown = (EXTENSIONS,) if offset in days else (AGENTS, EXTENSIONS)
            world.subscription = Subscription(world.channel, AT_ONCE, shown)
            told += digests(world, 1, first=offset)
        return world, [digest for digest in told if digest.day >= DAY + timedelta(days=back)]

    def test_it_is_new_again_and_nothing_is_late(self) -> None:
        world, (first, second) = self.world(range(3, 8), back=8)
        shown, after = section(first, "cli-agents"), section(second, "cli-agents")
        assert shown
        assert after
        assert ([news.date.day for news in shown.news], shown.new, first.late) == ([18], True, "")
        assert (after.new, [news.date.day for news in after.news]) == (False, [19])
        assert not world.store.unsettled("team", ["cli-agents"], date.max)

    def test_until_a_digest_has_gone_out_without_it_nothing_is_forgotten(self) -> None:
        """For a morning on which none goes out it makes no difference."""
        world = World(changing(*EVERY_DAY), watchlists=(AGENTS,))
        digests(world, 2)
        world.subscription = Subscription(world.channel, AT_ONCE, ())
        assert digests(world, 1, first=2) == []
        world.subscription = Subscription(world.channel, AT_ONCE, (AGENTS,))
        (told,) = digests(world, 1, first=3)
        assert [one.new for one in told.sections] == [False]
        assert told.late == "One day was not reported in time (12 Nov). Nothing is missing."


def test_a_store_that_did_not_note_the_days_goes_on_from_the_last_day_of_the_channel() -> None:
    """As one does that an older version has filled."""
    world = with_a_hole(changing(*EVERY_DAY), watchlists=(AGENTS, EXTENSIONS))
    digests(world, 3)
    world.store.forget_days("team")
    told = digests(world, 2, first=3)
    assert [(one.watchlist, one.new) for digest in told for one in digest.sections] == [("cli-agents", False)] * 2
    assert world.store.told_watchlists("team") == {"cli-agents": DAY + timedelta(days=4), "ide": None}
