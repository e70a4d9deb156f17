"""How many tokens every invented app moves on a day.

An app strays around its usual size: slowly with the season, faster with the fortnight, a little every day, less (or
more) on weekends. On top come duels for a lead, spikes, slumps, launches and ends. All of it hangs on the seed and the
calendar.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from bot.sandbox.noise import Swell, dice
from bot.sandbox.roster import DUELS, App, B

SEASON, FORTNIGHT = 91, 17
SEASON_SWING, FORTNIGHT_SWING, DAILY_SWING = 0.26, 0.13, 0.18
"""Standard deviations of the logarithm, for a wobble of 1."""
NEWS_PERIOD = 18
"""Each so many days have their own few spikes and slumps."""
CYCLE, AWAKE = 420, 300
"""An app that comes and goes is there for ``AWAKE`` days of each ``CYCLE``."""
HIDDEN_CYCLE, LISTED = 400, 300


@dataclass(frozen=True, slots=True)
class Bump:
    """A spike (or, with a negative height, a slump): three days up, some at the height, eight down."""

    app: int
    start: int
    hold: int
    height: float

    def on(self, day: int) -> float:
        """What it adds to the logarithm on a day (an ordinal)."""
        age = day - self.start
        return self.height * max(0.0, min((age + 1) / 3, 1.0, (3 + self.hold + 8 - age) / 8))


class AppMarket:
    """The daily figures of the invented apps."""

    def __init__(self, seed: int, apps: Sequence[App]) -> None:
        self._seed = seed
        self._apps = apps
        self._season = Swell(seed, "apps", count=len(apps), period=SEASON)
        self._fortnight = Swell(seed, "apps", count=len(apps), period=FORTNIGHT)
        self._usual = [math.log(app.weekly / 7) for app in apps]
        chance = dice(seed, "cycles")
        self._cycle, self._hidden_cycle = chance.randrange(CYCLE), chance.randrange(HIDDEN_CYCLE)
        place = {app.names[0]: index for index, app in enumerate(apps)}
        self._duels = [(place[duel.first], place[duel.second], duel, chance.uniform(0, 2 * math.pi)) for duel in DUELS]
        self._news = lru_cache(maxsize=8)(self._draw_news)

    def on(self, day: date) -> list[int]:
        """Every app's tokens on a day, in the roster's order."""
        ordinal = day.toordinal()
        extra = self._extra(ordinal)
        chance = dice(self._seed, "day", ordinal)
        weekend = day.weekday() >= 5
        figures = []
        for index, (app, season, fortnight) in enumerate(
            zip(self._apps, self._season.on(day), self._fortnight.on(day), strict=True)
        ):
            stray = SEASON_SWING * season + FORTNIGHT_SWING * fortnight + DAILY_SWING * chance.gauss(0, 1)
            level = self._usual[index] + app.wobble * stray + extra.get(index, 0.0)
            presence = self._presence(app, ordinal) * (app.weekend if weekend else 1.0)
            figures.append(int(math.exp(level) * presence))
        return figures

    def hidden(self, app: App, day: date) -> bool:
        """Whether the app is off the marketplace for all who ask on that day."""
        return app.hides is not None and (day.toordinal() + app.hides + self._hidden_cycle) % HIDDEN_CYCLE >= LISTED

    def _presence(self, app: App, ordinal: int) -> float:
        if app.rests is None:
            return 1.0
        age = (ordinal + app.rests + self._cycle) % CYCLE
        return max(0.0, min((age + 1) / 5, 1.0, (AWAKE - age) / 6))

    def _extra(self, ordinal: int) -> dict[int, float]:
        extra: dict[int, float] = {}
        for first, second, duel, phase in self._duels:
            swing = duel.swing * math.sin(2 * math.pi * ordinal / duel.period + phase)
            extra[first] = extra.get(first, 0.0) + swing
            extra[second] = extra.get(second, 0.0) - swing
        number = ordinal // NEWS_PERIOD
        for period in range(number - 2, number + 1):
            for bump in self._news(period):
                extra[bump.app] = extra.get(bump.app, 0.0) + bump.on(ordinal)
        return extra

    def _draw_news(self, period: int) -> tuple[Bump, ...]:
        """The spikes of some days: one among command-line agents, two elsewhere; and a slump."""
        chance = dice(self._seed, "news", period)
        middle = [index for index, app in enumerate(self._apps) if 8 * B <= app.weekly <= 250 * B]
        agents = [index for index in middle if "cli-agent" in self._apps[index].tags]
        others = [index for index in middle if "cli-agent" not in self._apps[index].tags]
        chosen = [chance.choice(agents), *chance.sample(others, 3)]
        factors = [chance.uniform(2.8, 4.6), chance.uniform(2.8, 5.5), chance.uniform(2.5, 4.0), 0.15]
        return tuple(
            Bump(app, period * NEWS_PERIOD + chance.randrange(NEWS_PERIOD), chance.randint(6, 10), math.log(factor))
            for app, factor in zip(chosen, factors, strict=True)
        )
