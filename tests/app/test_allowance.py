"""What today's budget allows: all that the current day still takes is kept for it, and no more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.app.allowance import Allowance
from bot.core.plan import Request
from bot.core.rules import NewLeader
from bot.core.watchlist import Pattern, Watchlist
from tests.app.doubles import MORNING, Clock
from tests.builders import CLI_AGENTS, DAY, IDE_EXTENSIONS, snapshot
from tests.core.rules.days import ago
from tests.fakes import FakeStore

TODAY = MORNING.date()
AGENTS = Watchlist("cli", "CLI", CLI_AGENTS, (NewLeader(),), mine=(Pattern("x"),))
EXTENSIONS = Watchlist("ide", "IDE", IDE_EXTENSIONS, (NewLeader(),))


def asked(back: int, *, depth: int = 100) -> Request:
    return Request(CLI_AGENTS, CLI_AGENTS.start(ago(back)), ago(back), depth, current=back == 0)


class Books:
    """A store in which some requests are counted, and the allowance of ten a day that goes by it."""

    def __init__(self, used: int, *, limit: int = 10) -> None:
        self.store, self.clock = FakeStore(), Clock()
        for _ in range(used):
            self.store.spend(TODAY, 99)
        self.allowance = Allowance(self.store, (AGENTS, EXTENSIONS), self.clock, limit)

    def keep(self) -> None:
        """The current day's windows are stored."""
        rows = [("10", "Hermes", 500)]
        self.store.save([snapshot(CLI_AGENTS, DAY, rows, depth=200), snapshot(IDE_EXTENSIONS, DAY, rows, depth=100)])


def test_the_reserve_is_what_the_current_day_still_takes() -> None:
    books = Books(0)
    assert books.allowance.reserve() == 3
    books.keep()
    assert books.allowance.reserve() == 0


def test_it_is_kept_whole_before_the_day_is_final() -> None:
    books = Books(0)
    books.keep()
    books.clock.now += timedelta(days=1) - timedelta(hours=2)
    assert books.allowance.reserve() == 3


@pytest.mark.parametrize(
    ("used", "stored", "fitting"), [(6, False, True), (7, False, False), (7, True, True), (10, True, False)]
)
def test_what_is_not_current_leaves_the_reserve(used: int, stored: bool, fitting: bool) -> None:
    books = Books(used)
    if stored:
        books.keep()
    assert books.allowance.fits(asked(1)) is fitting


def test_the_current_day_may_always_be_asked_for() -> None:
    assert Books(10).allowance.fits(asked(0))


def test_what_was_used_yesterday_does_not_count() -> None:
    books = Books(10)
    books.clock.now += timedelta(days=1)
    assert books.allowance.fits(asked(1))


def test_a_plan_is_split_without_counting_the_current_day_twice() -> None:
    books = Books(2)
    plan = [asked(0, depth=200), asked(1), asked(2), asked(3), asked(4), asked(5), asked(6)]
    now, later = books.allowance.split(plan)
    assert ([request.end for request in now], later) == ([ago(back) for back in range(6)], [plan[6]])
