"""Whole cycles on real databases: what a channel was told of each watchlist is remembered with its digest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from bot.adapters.store import SqlStore
from bot.app.cycle import Cycle
from bot.app.subscription import Subscription
from bot.core.digest import Digest
from bot.errors import FeedTransientError
from tests.app.world import AGENTS, AT_ONCE, EXTENSIONS, World, changing
from tests.builders import DAY, IDE_EXTENSIONS

HOLE = DAY + timedelta(days=1)


def world() -> World:
    """Two watchlists with news on every day; the board of one never comes for the first day after DAY."""
    made = World(changing(*(DAY + timedelta(days=offset) for offset in range(9))), watchlists=(AGENTS, EXTENSIONS))
    made.feed.fails[IDE_EXTENSIONS.key, HOLE] = [FeedTransientError("HTTP 502")] * 99
    return made


def on(store: SqlStore, world: World, day: date) -> Cycle:
    """The cycle on the morning after the day, on the store."""
    cycle = world.on(day + timedelta(days=1)).cycle()
    return replace(cycle, store=store, deliver=replace(cycle.deliver, store=store))


def told(store: SqlStore, world: World, day: date) -> Digest:
    (composed,) = on(store, world, day).run().composed
    return composed.digest


def test_a_gap_is_said_once_and_the_days_are_those_of_each_watchlist(sql_store: SqlStore) -> None:
    lived, said = world(), {}
    for offset in range(7):
        day = DAY + timedelta(days=offset)
        digest = told(sql_store, lived, day)
        said[offset] = [note for section in digest.sections for note in section.not_evaluated]
        ide = day if offset == 0 or offset >= 5 else DAY
        assert sql_store.told_watchlists("team") == {"cli-agents": day, "ide": ide}
    assert {offset: notes for offset, notes in said.items() if notes} == {5: ["no data came for Wed 11 Nov"]}


def test_a_digest_that_is_not_written_leaves_no_day_and_forgets_nothing(sql_store: SqlStore) -> None:
    lived = world()
    told(sql_store, lived, DAY)
    lived.subscription = Subscription(lived.channel, AT_ONCE, (AGENTS,))
    lived.channel.broken = True
    assert on(sql_store, lived, DAY + timedelta(days=1)).run().broken
    assert sql_store.told_watchlists("team") == {"cli-agents": DAY, "ide": DAY}
    lived.channel.broken = False
    on(sql_store, lived, DAY + timedelta(days=1)).rehearse()
    assert sql_store.told_watchlists("team") == {"cli-agents": DAY, "ide": DAY}
    told(sql_store, lived, DAY + timedelta(days=1))
    assert sql_store.told_watchlists("team") == {"cli-agents": DAY + timedelta(days=1)}
