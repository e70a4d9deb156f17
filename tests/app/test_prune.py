"""Pruning lets go of what is older than the operator keeps, and of nothing by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.app.cycle import Timing
from bot.app.prune import Keep, Pruned, prune
from bot.core.plan import complete_at
from bot.core.rules import NewLeader
from bot.core.watchlist import Watchlist
from tests.builders import CLI_AGENTS, DAY

NOW = datetime(2026, 11, 11, 9, 0, tzinfo=UTC)
WATCHLIST = Watchlist("cli", "CLI", CLI_AGENTS, (NewLeader(),))
TIMING = Timing(clock=lambda: NOW, now=lambda: NOW, settle=timedelta(hours=2), catch_up_days=31)


class Attic:
    """A store that has so many windows to thin, two at a time, and three messages."""

    def __init__(self, windows: int = 5) -> None:
        self.windows = windows
        self.thinned_before: list[date] = []
        self.dropped_before: list[datetime] = []
        self.newest: date | None = DAY

    def newest_end(self) -> date | None:
        return self.newest

    def thin(self, before: date) -> int:
        self.thinned_before.append(before)
        some = min(2, self.windows)
        self.windows -= some
        return some

    def drop_messages(self, before: datetime) -> int:
        self.dropped_before.append(before)
        return 3


def test_without_a_word_all_is_kept() -> None:
    attic = Attic()
    assert not prune(attic, Keep(), [WATCHLIST], timing=TIMING)
    assert attic.thinned_before == attic.dropped_before == []


def test_of_messages_and_boards_only_those_go_that_the_operator_does_not_keep() -> None:
    messages, boards = Attic(), Attic()
    assert prune(messages, Keep(messages_days=30), [WATCHLIST], timing=TIMING) == Pruned(0, 3)
    assert prune(boards, Keep(boards_days=90), [WATCHLIST], timing=TIMING) == Pruned(5, 0)
    assert messages.thinned_before == boards.dropped_before == []


def test_boards_are_thinned_until_none_is_left_and_messages_emptied() -> None:
    attic = Attic()
    assert prune(attic, Keep(100, 30), [WATCHLIST], timing=TIMING) == Pruned(5, 3)
    assert set(attic.thinned_before) == {DAY - timedelta(days=99)}
    assert attic.dropped_before == [NOW - timedelta(days=30)]


def test_a_clock_that_is_ahead_lets_nothing_go_that_is_not_old() -> None:
    """Time goes a day past the newest window that is stored: by then the next one would be there."""
    attic, ahead = Attic(), NOW + timedelta(days=400)
    wrong = replace(TIMING, clock=lambda: ahead)
    assert prune(attic, Keep(100, 30), [WATCHLIST], timing=wrong) == Pruned(5, 3)
    assert set(attic.thinned_before) == {DAY + timedelta(days=1 - 99)}
    assert attic.dropped_before == [complete_at(DAY + timedelta(days=1), TIMING.settle) - timedelta(days=30)]


def test_where_nothing_is_stored_nothing_is_old() -> None:
    attic = Attic()
    attic.newest = None
    assert not prune(attic, Keep(100, 30), [WATCHLIST], timing=TIMING)
    assert attic.thinned_before == attic.dropped_before == []


def test_a_long_catch_up_keeps_boards_longer() -> None:
    attic = Attic()
    long = Timing(clock=lambda: NOW, now=lambda: NOW, settle=timedelta(hours=2), catch_up_days=366)
    prune(attic, Keep(boards_days=90), [WATCHLIST], timing=long)
    assert set(attic.thinned_before) == {DAY - timedelta(days=365 + 7)}
