"""A service whose minutes are odd and whose clock jumps: one digest a due date, and every event told once.

The service's clock may be wrong; the feed's is right, and the feed knows no day that is not over.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.due import EVERY_DAY, Cadence, WhenQuiet, due_times
from bot.core.ranking import Board, Ranking
from bot.errors import FeedTransientError
from bot.scheduler import Nudge
from tests.app.doubles import SETTLE, FakeFeed
from tests.app.world import World

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CHANGES = {
    "Europe/Berlin": (date(2027, 3, 28), date(2027, 10, 31)),
    "America/New_York": (date(2027, 3, 14), date(2027, 11, 7)),
    "America/Santiago": (date(2027, 4, 4), date(2027, 9, 5)),
    "Australia/Lord_Howe": (date(2027, 4, 4), date(2027, 10, 3)),
    "Africa/Casablanca": (date(2027, 2, 7), date(2027, 3, 14)),
}
"""Dates on which clocks are changed."""
NIGHTS = {"Europe/Berlin": time(2, 30), "America/New_York": time(1, 30), "America/Santiago": time(0, 30)}
"""Times of the day that a change skips or repeats; elsewhere the morning is looked at."""
JUMPS: Mapping[str, Callable[[timedelta], timedelta]] = {
    "right": lambda _lived: timedelta(0),
    "an hour back": lambda lived: -HOUR if lived % DAY > 7 * HOUR else timedelta(0),
    "a day forward": lambda lived: DAY if lived // DAY in (1, 3) else timedelta(0),
    "both": lambda lived: (timedelta(0), -HOUR, DAY)[lived // (5 * HOUR) % 3],
    "40 days forward": lambda lived: 40 * DAY if lived // (3 * HOUR) in (9, 17, 18) else timedelta(0),
    "400 days forward": lambda lived: 400 * DAY if lived // (3 * HOUR) in (9, 17, 18) else timedelta(0),
    "20 days forward at first": lambda lived: 20 * DAY if lived < 3 * HOUR else timedelta(0),
    "400 days forward at first": lambda lived: 400 * DAY if lived < 3 * HOUR else timedelta(0),
}
"""By how much the clock is wrong, by how long the service has run."""
IN_ORDER = ("right", "an hour back")
"""With which of them the digests are composed in the order of their due dates."""


@dataclass
class TrueFeed(FakeFeed):
    """A feed with a clock of its own, which answers about days that are over. Another item leads each day."""

    now: datetime = datetime(2027, 1, 1, tzinfo=UTC)
    figures: Callable[[Board, date], Sequence[tuple[str, int]]] = field(default=lambda _board, day: leading(day))

    def app_ranking(self, board: Board, end_date: date, depth: int) -> Ranking:
        if end_date >= self.now.date():
            raise FeedTransientError(f"{end_date} is not over")
        return super().app_ranking(board, end_date, depth)


def leading(day: date) -> list[tuple[str, int]]:
    """Twenty items, of which each leads in its turn."""
    return [(f"item{(day.toordinal() + place) % 20:02}", 1000 - 40 * place) for place in range(20)]


class Service:
    """``rankbot serve`` on a day of its own, beating at odd minutes."""

    def __init__(self, cadence: Cadence, start: datetime, chance: random.Random) -> None:
        self.cadence, self.start, self._chance = cadence, start, chance
        self.world = World(cadence=cadence)
        self.world.feed = self.feed = TrueFeed(now=start)
        self._nudge = Nudge(
            clock=self.world.clock,
            settle=SETTLE,
            cadences=(cadence,),
            run=lambda _beat: self.world.cycle().run(),
            send=lambda: self.world.cycle().send(),
            beat=lambda: None,
        )

    def live(self, days: int, jump: Callable[[timedelta], timedelta] = JUMPS["right"], *, sleep: int = 30) -> None:
        """So many days, with at most so many minutes from one beat to the next."""
        now = self.start
        while now < self.start + days * DAY:
            self.feed.now, self.world.clock.now = now, now + jump(now - self.start)
            self._nudge()
            now += self._chance.randrange(1, sleep + 1) * MINUTE

    @property
    def due(self) -> list[datetime]:
        """The due times of all digests, in the order in which they were composed."""
        return [delivery.due_at for delivery in sorted(self.world.store.deliveries(), key=lambda found: found.id)]

    @property
    def told(self) -> Counter[str]:
        """How often each line of news was told."""
        return Counter(line for message in self.world.told for line in message.split("\n")[1:])


def lived(zone: str, change: date, at: time, jump: str, *, days: int = 6, weekdays: frozenset[int] = EVERY_DAY) -> None:
    """Lives around a clock change, and looks whether there was one digest for each date that is due.

    A clock that is a day ahead for a while may have a later due date's digest composed before an earlier one's.
    """
    cadence = Cadence(ZoneInfo(zone), weekdays, at, WhenQuiet.LINE)
    start = datetime.combine(change - 3 * DAY, time(3), UTC)
    service = Service(cadence, start, random.Random(f"{zone}{change}{at}{jump}"))  # noqa: S311  (odd minutes)
    service.live(days, JUMPS[jump])
    until = start + days * DAY
    composed = [due for due in service.due if due < until + 2 * DAY]
    wanted = [due for due in due_times(cadence, change - 5 * DAY, change + 9 * DAY, SETTLE) if due >= min(composed)]
    assert sorted(composed) == wanted[: len(composed)], "a due date was missed, or had two digests"
    assert wanted[len(composed)] > until - 2 * HOUR, "one is missing at the end"
    assert jump not in IN_ORDER or composed == sorted(composed)
    assert len(service.world.channel.sent) == len(service.due)
    assert_all_is_told_once(service)


def assert_all_is_told_once(service: Service) -> None:
    """Every event but those of the days that are still to be told was told, none twice."""
    events = service.world.store.events()
    last = service.world.store.last_delivery("team", until=service.feed.now)
    assert last
    untold = service.world.store.unsettled("team", ["cli-agents"], last[1])
    assert (untold, bool(events)) == ([], True)
    repeated = {line: times for line, times in service.told.items() if times > 1}
    assert not repeated


@pytest.mark.parametrize("jump", JUMPS)
def test_one_digest_a_due_date_whatever_the_clock_does(jump: str) -> None:
    """Around a night in which the asked-for time comes twice."""
    lived("Europe/Berlin", date(2027, 10, 31), time(2, 30), jump)


@pytest.mark.slow
@pytest.mark.parametrize("jump", JUMPS)
@pytest.mark.parametrize("zone", CHANGES)
def test_one_digest_a_due_date_in_other_zones(zone: str, jump: str) -> None:
    """Around all changes of a year, in the morning, and in the hour that is changed."""
    for change in CHANGES[zone]:
        for at in (time(9), NIGHTS.get(zone, time(2))):
            lived(zone, change, at, jump)
        lived(zone, change, time(9), jump, days=9, weekdays=frozenset(range(5)))


def test_a_service_that_slept_through_due_dates_tells_all_of_it_in_one_digest() -> None:
    """What was missed is told late, and once."""
    cadence = Cadence(ZoneInfo("Europe/Berlin"), at=time(9), when_quiet=WhenQuiet.LINE)
    service = Service(cadence, datetime(2027, 10, 29, 3, tzinfo=UTC), random.Random(7))  # noqa: S311  (odd minutes)
    service.live(1)
    service.start += 3 * DAY
    service.live(2)
    assert [due.day for due in service.due] == [29, 31, 1, 2]
    assert_all_is_told_once(service)
