"""A bot over a fake feed and store, with a clock that is set: for whole cycles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bot.app.cycle import Cycle, Timing
from bot.app.deliver import Deliver
from bot.app.subscription import Subscription
from bot.core.delivery import RetryPolicy
from bot.core.due import Cadence, WhenQuiet
from bot.core.ranking import Board
from bot.core.rules import EnteredTop, NewLeader, Rule
from bot.core.watchlist import Watchlist
from tests.app.doubles import MORNING, SETTLE, Clock, FakeChannel, FakeFeed, Figures, PlainRenderer, steady
from tests.builders import CLI_AGENTS, IDE_EXTENSIONS
from tests.fakes import FakeStore

RULES: tuple[Rule, ...] = (NewLeader(), EnteredTop(n=3, margin=0))
AGENTS = Watchlist("cli-agents", "CLI agents", CLI_AGENTS, RULES, channels=("team",))
EXTENSIONS = Watchlist("ide", "IDE extensions", IDE_EXTENSIONS, RULES, channels=("team",))
AT_ONCE = Cadence(ZoneInfo("UTC"), when_quiet=WhenQuiet.NOTHING)
NINE = Cadence(ZoneInfo("Europe/Berlin"), at=time(9), when_quiet=WhenQuiet.NOTHING)


def changing(*days: date) -> Figures:
    """Twenty steady items, but on each of these days another one leads."""

    def figures(board: Board, day: date) -> Sequence[tuple[str, int]]:
        rows = list(steady(board, day))
        leader = sum(day >= change for change in days)
        rows.insert(0, rows.pop(leader))
        return [(item, 1000 - place) for place, (item, _) in enumerate(rows)]

    return figures


class World:
    """A bot with one channel over a fake feed, from the morning after DAY on."""

    def __init__(
        self,
        figures: Figures = steady,
        *,
        cadence: Cadence = AT_ONCE,
        watchlists: tuple[Watchlist, ...] = (AGENTS,),
        channel: FakeChannel | None = None,
        operator: FakeChannel | None = None,
    ) -> None:
        self.store, self.clock = FakeStore(), Clock()
        self.feed = FakeFeed(figures, clock=self.clock)
        self.channel = channel or FakeChannel()
        self.operator = operator
        self.subscription = Subscription(self.channel, cadence, watchlists)
        self.watchlists = watchlists
        self.complaints: list[str] = []
        self.renderer = PlainRenderer()
        self.others: tuple[Subscription, ...] = ()
        self.restate_days = 1

    def cycle(self, now: datetime | None = None) -> Cycle:
        channels = {self.channel.name: self.channel}
        channels |= {other.channel.name: other.channel for other in self.others}  # type: ignore[misc]
        if self.operator:
            channels[self.operator.name] = self.operator
        return Cycle(
            store=self.store,
            feed=self.feed,
            renderer=self.renderer,
            watchlists=self.watchlists,
            subscriptions=(self.subscription, *self.others),
            complaints=self.complaints,
            operators=[self.operator] if self.operator else [],
            deliver=Deliver(
                store=self.store,
                channels=channels,
                policy=RetryPolicy(),
                clock=self.clock,
                jitter=lambda: 1.0,
                sleep=self.clock.sleep,
            ),
            timing=Timing(
                self.clock,
                (lambda: now) if now else self.clock,
                SETTLE,
                catch_up_days=31,
                restate_days=self.restate_days,
            ),
        )

    def on(self, day: date, hour: int = 2, minute: int = 15) -> World:
        """The same world on that day."""
        self.clock.now = datetime.combine(day, time(hour, minute), MORNING.tzinfo)
        return self

    @property
    def told(self) -> list[str]:
        """The messages that were sent."""
        return [payload for _, _, payload in self.channel.sent]
