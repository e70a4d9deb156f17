"""Whether a digest whose due time has passed is still to come: asked of the store, before anybody composes it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.app.records import DayStatus, NewDelivery, WatchlistDay
from bot.app.subscription import owed_at_first, owed_since
from bot.core.delivery import Step
from bot.core.due import Cadence, WhenQuiet
from bot.core.rules import NewLeader
from bot.core.watchlist import Watchlist
from tests.builders import CLI_AGENTS, CODING, DAY, event
from tests.fakes import FakeStore

NOW = datetime(2026, 11, 11, 9, 0, tzinfo=UTC)
SETTLE = timedelta(hours=2)
DUE = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)
"""When a digest about DAY is due, as soon as that is final."""
CLI = Watchlist("cli", "CLI", CLI_AGENTS, (NewLeader(),))
CODERS = Watchlist("coding", "Coding", CODING, (NewLeader(),))
DAILY = Cadence(UTC)
MONDAYS = Cadence(UTC, frozenset({0}), time(7, 30))


def owed(store: FakeStore, cadence: Cadence = DAILY) -> datetime | None:
    """For a channel with two watchlists."""
    return owed_since(store, "team", cadence, (CLI, CODERS), now=NOW, settle=SETTLE)


def marked(store: FakeStore, status: DayStatus, *names: str, day: date = DAY) -> FakeStore:
    """The store with a day of these watchlists in its ledger."""
    store.mark(*(WatchlistDay(name, day, status, NOW) for name in names))
    return store


def judged() -> FakeStore:
    """A store whose watchlists have judged the day, and of which the channel was told before."""
    store = marked(FakeStore(), DayStatus.EVALUATED, "cli", "coding")
    store.note_told("team", {"cli": DAY - timedelta(days=1), "coding": DAY - timedelta(days=1)})
    return store


def test_before_anything_is_stored_the_last_complete_day_is_owed() -> None:
    assert owed(FakeStore()) == owed_at_first(DAILY, now=NOW, settle=SETTLE) == DUE


def test_a_briefing_about_a_day_before_the_first_is_not() -> None:
    """Last Monday's was about Sunday, which a first run on a Wednesday does not judge."""
    assert owed(FakeStore(), MONDAYS) is None
    assert owed_at_first(MONDAYS, now=NOW, settle=SETTLE) is None


@pytest.mark.parametrize("status", [DayStatus.WAITING, None])
def test_a_day_that_is_still_to_be_judged_may_bring_one(status: DayStatus | None) -> None:
    store = marked(FakeStore(), DayStatus.EVALUATED, "cli", "coding", day=DAY - timedelta(days=1))
    if status:
        marked(store, status, "cli")
    assert owed(store) == DUE


def test_what_was_used_is_not_owed() -> None:
    store = FakeStore()
    store.enqueue(NewDelivery("team", DUE, DAY, "s", (Step(0, "C1", "t"),)), [], NOW)
    assert owed(store) is None


def test_a_quiet_day_that_was_judged_owes_nothing() -> None:
    assert owed(judged()) is None


def test_a_quiet_day_owes_a_line_where_one_is_wanted() -> None:
    assert owed(judged(), Cadence(UTC, when_quiet=WhenQuiet.LINE)) == DUE


def test_news_that_nobody_was_told_is_owed() -> None:
    store = judged()
    store.add_events([event(watchlist="cli", date=DAY)])
    assert owed(store) == DUE


def test_a_watchlist_that_the_channel_was_never_told_of_is_owed() -> None:
    store = marked(FakeStore(), DayStatus.EVALUATED, "cli", "coding")
    store.note_told("team", {"cli": DAY - timedelta(days=1)})
    assert owed(store) == DUE


def test_a_gap_owes_nothing() -> None:
    assert owed(marked(FakeStore(), DayStatus.GAP, "cli", "coding")) is None


def test_a_channel_that_is_never_due_is_owed_nothing() -> None:
    assert owed(FakeStore(), Cadence(UTC, frozenset())) is None
