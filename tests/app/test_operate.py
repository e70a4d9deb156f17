"""The operator learns of every failure once, and of its end, whatever died meanwhile."""

from __future__ import annotations

from datetime import timedelta

from bot.app.deliver import revive
from bot.core.delivery import DeliveryStatus, Failed, IfUnsure, Unknown
from bot.errors import TemplateError
from tests.app.doubles import FakeChannel
from tests.app.world import World, changing
from tests.builders import DAY

REFUSED = Failed("channel_not_found", permanent=True, hint="Invite the bot.")


def notices(world: World) -> list[str]:
    assert world.operator
    return [payload for _, _, payload in world.operator.sent]


class TestDeathBeforeTheNote:
    """The process dies after a delivery ended, and before that was noted: the next run notes it."""

    def test_a_dead_delivery_is_told_all_the_same_and_once(self) -> None:
        world = World(changing(DAY), channel=FakeChannel(answers=[REFUSED]), operator=FakeChannel("ops"))
        cycle = world.cycle()
        report = cycle._polled(frozenset(), lambda *_: None)
        cycle.evaluate(world.store, report)
        cycle.compose(world.store, report, at_once=False)
        assert [attempt.status for attempt in cycle.deliver.run()] == [DeliveryStatus.DEAD]  # and here it died
        for _ in range(3):
            world.cycle().send()
        (notice,) = notices(world)
        assert "was not delivered: channel_not_found. Then: rankbot deliveries retry 1" in notice

    def test_one_that_may_have_arrived_is_told(self) -> None:
        unsure = FakeChannel(can_be_asked=False, if_unsure=IfUnsure.ASK, answers=[Unknown("the connection broke")])
        world = World(changing(DAY), channel=unsure, operator=FakeChannel("ops"))
        world.cycle().run()
        for _ in range(4):
            world.clock.now += timedelta(minutes=2)
            world.cycle().deliver.run()  # and here it died, each time
        world.cycle().send()
        assert "may have been delivered or not: the connection broke. Look whether it is there" in notices(world)[0]

    def test_the_end_is_told_all_the_same(self) -> None:
        world = World(changing(DAY), channel=FakeChannel(answers=[REFUSED]), operator=FakeChannel("ops"))
        world.cycle().run()
        revive(world.store, 1, now=world.clock())
        assert [attempt.status for attempt in world.cycle().deliver.run()] == [DeliveryStatus.SENT]
        world.cycle().send()
        assert [notice.splitlines()[0] for notice in notices(world)] == [
            "rankbot: 1 problem",
            "rankbot: 1 problem ended",
        ]
        assert not world.store.incidents()

    def test_an_incident_whose_delivery_another_process_sent_ends(self) -> None:
        world = World(changing(DAY), operator=FakeChannel("ops"))
        world.cycle().run()
        world.store.open_incident("delivery:team:1", "team: it was not delivered", world.clock())
        world.cycle().send()
        assert not world.store.incidents()


class TestTemplates:
    """Templates that fail are told at once, and their end as soon as they work, digest or not."""

    def failing(self) -> World:
        world = World(changing(DAY), operator=FakeChannel("ops"))
        world.complaints.append("mine.j2:3: oops. The bundled template was used instead.")
        world.renderer.failing.append(TemplateError("mine.j2:3: oops"))
        world.cycle().run()
        return world

    def test_the_end_needs_no_digest(self) -> None:
        world = self.failing()
        world.renderer.failing.clear()
        assert not world.cycle().run().composed
        assert [notice.splitlines()[0] for notice in notices(world)] == [
            "rankbot: 1 problem",
            "rankbot: 1 problem ended",
        ]

    def test_while_they_fail_nothing_ends(self) -> None:
        world = self.failing()
        for _ in range(3):
            world.clock.now += timedelta(hours=1)
            world.cycle().run()
        assert len(notices(world)) == 1
        assert [incident.key for incident in world.store.incidents()] == ["templates"]

    def test_nor_where_they_fail_on_the_newest_day_alone(self) -> None:
        world = self.failing()
        world.renderer.failing.clear()
        world.renderer.on_render = lambda: world.complaints.append("mine.j2:3: oops")
        world.cycle().run()
        assert [incident.key for incident in world.store.incidents()] == ["templates"]
        assert world.complaints == []

    def test_one_that_fails_without_a_digest_is_told_at_once(self) -> None:
        """Such as that of a correction's reply."""
        world = World(changing(DAY), operator=FakeChannel("ops"))
        world.cycle().run()
        world.complaints.append("slack_revised.j2:1: oops")
        assert not world.cycle().run().composed
        assert "slack_revised.j2:1: oops" in notices(world)[0]
