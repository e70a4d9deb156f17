"""How far back boards are kept: as long as asked for, and never shorter than a verdict looks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.ranking import Board, Dataset
from bot.core.retention import SHORTEST_DAYS, kept_from
from bot.core.rules import NewLeader, Spike
from bot.core.watchlist import Watchlist
from tests.builders import CLI_AGENTS, DAY

YEARLY = Board(Dataset.APPS, 366)
LEADER = Watchlist("cli", "CLI", CLI_AGENTS, (NewLeader(),))
SPIKES = Watchlist("year", "Year", YEARLY, (Spike(),))
OLDEST = DAY - timedelta(days=30)


def test_as_many_days_are_kept_as_asked_for() -> None:
    assert kept_from([LEADER], DAY, keep_days=SHORTEST_DAYS, oldest=OLDEST) == DAY - timedelta(days=SHORTEST_DAYS - 1)


def test_or_more_where_a_rule_looks_back_further() -> None:
    """Spikes of year-long windows compare with those that ended a year before, of this day and the one before it."""
    assert kept_from([LEADER, SPIKES], DAY, keep_days=90, oldest=OLDEST) == OLDEST - timedelta(days=367)


@pytest.mark.parametrize("days", [90, 365])
def test_the_oldest_day_that_may_be_judged_is_kept_with_what_it_takes(days: int) -> None:
    oldest = DAY - timedelta(days=365)
    assert kept_from([LEADER], DAY, keep_days=days, oldest=oldest) == oldest - timedelta(days=7)


def test_without_watchlists_the_days_count() -> None:
    assert kept_from([], DAY, keep_days=90, oldest=OLDEST) == DAY - timedelta(days=89)
