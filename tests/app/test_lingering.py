"""Nothing lingers for ever: what nobody asks for, or is configured for, any more comes to an end that is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.app.cycle import CycleReport
from bot.app.deliver import Attempt, revive
from bot.app.operate import note_attempts
from bot.app.poll import no_progress
from bot.app.troubles import incident_key
from bot.core import wording
from bot.core.delivery import DeliveryStatus, Failed
from bot.core.plan import PATIENCE, complete_at
from bot.errors import FeedMalformedError
from tests.app.doubles import SETTLE, FakeChannel
from tests.app.world import AGENTS, EXTENSIONS, World
from tests.builders import CLI_AGENTS, DAY, IDE_EXTENSIONS
from tests.core.rules.days import ago

NO_META = FeedMalformedError("no meta")
MOMENT = timedelta(microseconds=1)


def held(world: World) -> list[tuple[str, date]]:
    """The windows that are quarantined."""
    return [(entry.board, entry.end_date) for entry in world.store.quarantined()]


def notices(world: World) -> list[str]:
    assert world.operator
    return [payload for _, _, payload in world.operator.sent]


def backfill(world: World) -> None:
    """Asks for a window that no day takes."""
    world.cycle().poll(world.cycle().plan_history(ago(20), ago(20)), accept=frozenset(), progress=no_progress)


class TestQuarantine:
    """A refused window is asked for again as long as anybody wants it, and let go three days later."""

    def refused(self) -> World:
        """A world in which a window was refused that no day takes any more, and the operator knows."""
        world = World(operator=FakeChannel("ops"))
        self.refuse(world, "no meta")
        world.cycle().run()
        assert (held(world), len(notices(world))) == ([(CLI_AGENTS.key, ago(20))], 1)
        return world

    def refuse(self, world: World, reason: str) -> None:
        world.store.quarantine(CLI_AGENTS.key, ago(20), reason, reason, world.clock.now)

    def test_what_nobody_asks_for_any_more_is_let_go_and_its_end_is_told(self) -> None:
        world = self.refused()
        world.clock.now += PATIENCE
        world.cycle().run()
        assert held(world) == [(CLI_AGENTS.key, ago(20))]
        world.clock.now += MOMENT
        world.cycle().run()
        assert (held(world), list(world.store.incidents())) == ([], [])
        assert "Ended" in notices(world)[-1]
        assert f"CLI agents, 7 days to {wording.day(ago(20))}: an answer was not believed" in notices(world)[-1]

    def test_what_is_refused_again_is_kept(self) -> None:
        world = self.refused()
        for _ in range(3):
            world.clock.now += timedelta(days=2)
            self.refuse(world, "no meta")
            world.cycle().run()
            assert held(world) == [(CLI_AGENTS.key, ago(20))]

    def test_the_newest_refusal_of_a_window_counts(self) -> None:
        world = self.refused()
        world.clock.now += timedelta(days=2)
        self.refuse(world, "something else")
        world.clock.now += timedelta(days=2)
        world.cycle().run()
        assert len(world.store.quarantined()) == 2
        world.clock.now += timedelta(days=1, seconds=1)
        world.cycle().run()
        assert held(world) == []

    def test_a_backfill_lets_nothing_go_that_the_next_cycle_wants(self) -> None:
        world = self.wanted()
        backfill(world)
        assert held(world) == [(CLI_AGENTS.key, DAY)]

    def test_what_the_plan_wants_is_kept_however_old(self) -> None:
        world = self.wanted()
        world.feed.down = FeedMalformedError("gone quiet")
        assert (CLI_AGENTS, DAY) in world.cycle().plan().wanted
        world.cycle().run()
        assert (CLI_AGENTS.key, DAY) in held(world)
        assert len([entry for entry in world.store.quarantined() if entry.end_date == DAY]) == 2

    def test_a_cycle_for_a_past_day_lets_nothing_go(self) -> None:
        world = self.wanted()
        plan = world.cycle(now=complete_at(ago(9), SETTLE)).plan()
        assert (CLI_AGENTS, DAY) not in plan.wanted
        world.cycle(now=complete_at(ago(9), SETTLE)).rehearse()
        assert held(world) == [(CLI_AGENTS.key, DAY)]

    def wanted(self) -> World:
        """A world in which DAY's window was refused, and the bot was off since, for longer than days are waited for."""
        world = World()
        world.feed.fails[CLI_AGENTS.key, DAY] = [NO_META]
        world.cycle().run()
        world.clock.now += PATIENCE + MOMENT
        return world

    def test_that_of_a_watchlist_that_was_removed_is_let_go(self) -> None:
        world = World(watchlists=(AGENTS, EXTENSIONS))
        world.feed.fails[IDE_EXTENSIONS.key, DAY] = [NO_META]
        world.cycle().run()
        world.watchlists = (AGENTS,)
        world.subscription = replace(world.subscription, watchlists=(AGENTS,))
        for days in range(1, 4):
            assert held(world) == [(IDE_EXTENSIONS.key, DAY)]
            world.on(DAY + timedelta(days=1 + days), minute=16).cycle().run()
        assert (held(world), list(world.store.incidents())) == ([], [])

    def test_that_of_a_day_that_was_given_up_is_let_go(self) -> None:
        """DAY becomes a gap after three days; three more and no baseline takes it, and nobody speaks of it."""
        world = World()
        world.feed.fails[CLI_AGENTS.key, DAY] = [NO_META] * 99
        for days in range(1, 20):
            world.on(DAY + timedelta(days=days)).cycle().run()
        assert (held(world), list(world.store.incidents())) == ([], [])


class TestBugs:
    """A bug's incident ends when its subject is no longer configured."""

    @pytest.mark.parametrize(
        ("key", "stays"),
        [
            ("evaluated:cli-agents", True),
            ("evaluated:gone", False),
            ("composed:team", True),
            ("composed:gone", False),
            ("templates", True),
        ],
    )
    def test_that_of_a_removed_watchlist_or_channel_ends(self, key: str, *, stays: bool) -> None:
        world = World()
        world.store.open_incident(key, "A bug.", world.clock())
        world.cycle().rehearse()
        assert [incident.key for incident in world.store.incidents()] == ([key] if stays else [])


def refused_once() -> tuple[World, list[Attempt]]:
    """A world in which a delivery was refused for good, by a process that got no further."""
    world = World(
        channel=FakeChannel(answers=[Failed("channel_not_found", permanent=True)]), operator=FakeChannel("ops")
    )
    cycle, report = world.cycle(), CycleReport(world.cycle().plan())
    cycle.poll(report.plan, accept=frozenset(), progress=no_progress)
    cycle.evaluate(world.store, report)
    cycle.compose(world.store, report, at_once=True)
    return world, cycle.deliver.run()


def test_a_refusal_that_was_not_noted_for_its_process_died_is_told_by_the_next() -> None:
    world, _ = refused_once()
    world.cycle().run()
    assert world.operator
    (notice,) = [payload for _, _, payload in world.operator.sent]
    assert "was not delivered: channel_not_found. Then: rankbot deliveries retry 1" in notice


def test_what_was_revived_meanwhile_is_no_trouble() -> None:
    world, attempts = refused_once()
    revive(world.store, attempts[0].delivery.id, now=world.clock())
    note_attempts(world.store, attempts, now=world.clock())
    assert not world.store.incidents()
    assert [attempt.status for attempt in world.cycle().send()] == [DeliveryStatus.SENT]


def test_a_delivery_that_is_sent_ends_its_incident() -> None:
    world, attempts = refused_once()
    note_attempts(world.store, attempts, now=world.clock())
    revive(world.store, attempts[0].delivery.id, now=world.clock())
    world.store.open_incident(incident_key(attempts[0].delivery), "noted at the same time", world.clock())
    assert DeliveryStatus.SENT in [attempt.status for attempt in world.cycle().send()]
    assert not world.store.incidents()
