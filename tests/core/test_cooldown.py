"""Which earlier event keeps another from being told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.detect import cooled_by
from bot.core.event import Event, Kind
from bot.core.watchlist import Watchlist
from tests.builders import CLI_AGENTS, DAY, event
from tests.core.rules.days import ago

WEEK = Watchlist("cli-agents", "CLI agents", CLI_AGENTS, (), cooldown_days=7)


class TestWhatCools:
    """The same told within the cooldown, unless the reverse was told since."""

    NOW = event(kind=Kind.CLIMBED, rule={})
    CLIMBED = event(kind=Kind.CLIMBED, rule={}, date=ago(2))

    def since(self, *others: Event) -> Event | None:
        return cooled_by(WEEK, self.NOW, [self.CLIMBED, *others])

    def test_the_reverse_ends_it_from_the_day_after_on(self) -> None:
        assert self.since() == self.CLIMBED
        assert self.since(event(kind=Kind.DROPPED, rule={}, date=ago(1))) is None
        assert self.since(event(kind=Kind.DROPPED, rule={}, date=ago(2))) == self.CLIMBED
        assert self.since(event(kind=Kind.DROPPED, rule={}, date=ago(3))) == self.CLIMBED

    def test_the_newest_of_several_counts_in_whatever_order(self) -> None:
        """It dropped between the two: the later climb was news, and this one is not."""
        later = event(kind=Kind.CLIMBED, rule={}, date=ago(2))
        sooner, dropped = replace(later, date=ago(6)), event(kind=Kind.DROPPED, rule={}, date=ago(4))
        for known in ([sooner, dropped, later], [later, sooner, dropped]):
            assert cooled_by(WEEK, self.NOW, known) == later

    def test_what_is_no_reverse_does_not_end_it(self) -> None:
        for kind in (Kind.SPIKE, Kind.SHARE, Kind.NEW_LEADER):
            assert self.since(event(kind=kind, rule={}, date=ago(1))) == self.CLIMBED

    def test_an_exit_from_another_top_does_not_undo_an_entry(self) -> None:
        entered, exited = event(date=ago(2)), event(date=ago(1), kind=Kind.LEFT_TOP, rule={"n": 50})
        assert cooled_by(WEEK, event(), [entered, exited]) == entered
        assert cooled_by(WEEK, event(), [entered, replace(exited, key=exited.key.replace(":50/", ":10/"))]) is None

    def test_what_was_told_of_the_day_itself_or_later_cools_nothing(self) -> None:
        """A day that is judged again knows its own events."""
        for day in (DAY, ago(-1)):
            assert cooled_by(WEEK, self.NOW, [event(kind=Kind.CLIMBED, rule={}, date=day)]) is None

    @pytest.mark.parametrize(("days", "cooled"), [(6, True), (7, False)])
    def test_it_lasts_for_so_many_days(self, days: int, cooled: bool) -> None:
        earlier = event(kind=Kind.CLIMBED, rule={}, date=ago(days))
        assert (cooled_by(WEEK, self.NOW, [earlier]) == earlier) is cooled
