"""The figures count what is stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.app.figures import Figures, Standing, figures
from bot.app.records import DayStatus, NewDelivery, WatchlistDay
from bot.core.delivery import DeliveryStatus, Step
from bot.core.rules import NewLeader
from bot.core.watchlist import Watchlist
from tests.builders import CLI_AGENTS, CODING, DAY
from tests.fakes import FakeStore

NOW = datetime(2026, 11, 11, 9, 0, tzinfo=UTC)
SETTLE = timedelta(hours=2)
CLI = Watchlist("cli", "CLI", CLI_AGENTS, (NewLeader(),))
CODERS = Watchlist("coding", "Coding", CODING, (NewLeader(),))


class Weighed(FakeStore):
    """A store that takes a thousand bytes."""

    def size(self) -> int:
        return 1000


def count(store: Weighed) -> Figures:
    return figures(store, [CLI, CODERS], now=NOW, settle=SETTLE, requests_limit=500)


def test_an_empty_store_has_nothing_but_its_size() -> None:
    found = count(Weighed())
    assert found.complete_until == datetime(2026, 11, 11, 2, 0, tzinfo=UTC)
    assert (found.evaluated_until, found.waiting_since) == (None, None)
    assert (found.requests_used, found.requests_limit, found.store_bytes) == (0, 500, 1000)
    assert set(found.deliveries.values()) == {0}


def test_what_every_watchlist_has_evaluated_counts() -> None:
    store = Weighed()
    store.mark(WatchlistDay("cli", DAY, DayStatus.EVALUATED, NOW))
    assert count(store).evaluated_until is None
    store.mark(WatchlistDay("coding", DAY - timedelta(days=1), DayStatus.EVALUATED, NOW))
    store.mark(WatchlistDay("coding", DAY, DayStatus.WAITING, NOW))
    assert count(store).evaluated_until == datetime(2026, 11, 10, 2, 0, tzinfo=UTC)


def test_open_deliveries_and_troubles_are_counted() -> None:
    store = Weighed()
    for hour in (8, 7):
        store.enqueue(NewDelivery("team", NOW.replace(hour=hour), DAY, "s", (Step(0, "C1", "t"),)), [], NOW)
    store.open_incident("feed:fails", "HTTP 503", NOW)
    store.quarantine(CLI_AGENTS.key, DAY, "half", "f", NOW)
    store.spend(NOW.date(), 500)
    found = count(store)
    assert found.deliveries[DeliveryStatus.PENDING] == 2
    assert found.waiting_since == NOW.replace(hour=7)
    assert (found.incidents, found.quarantined, found.requests_used) == (1, 1, 1)


def standing(*, days: int, filled: timedelta) -> Standing:
    return Standing("0005", 1000, days, NOW - filled, NOW)


def test_the_growth_is_what_a_day_took_so_far() -> None:
    assert standing(days=14, filled=timedelta(days=14)).bytes_a_year() == round(1000 * 365 / 14)
    assert standing(days=365, filled=timedelta(days=20)).bytes_a_year() == 1000  # most of it was fetched as the past


def test_no_growth_is_told_of_the_first_days() -> None:
    assert Standing("0005", 1000, 0).bytes_a_year() is None
    assert standing(days=40, filled=timedelta(days=13, hours=23)).bytes_a_year() is None
    assert standing(days=13, filled=timedelta(days=30)).bytes_a_year() is None
