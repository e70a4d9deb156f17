"""The operator learns of every failure once, and of its end, whatever died meanwhile."""

from __future__ import annotations

from datetime import timedelta

from bot.app.deliver import revive
from bot.app.operate import note_poll, tell_operator
from bot.app.poll import PollReport
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
            "rankbot: 1 problem: team not delivered",
            "rankbot: 1 problem ended: team not delivered",
        ]
        assert not world.store.incidents()

    def test_an_incident_whose_delivery_another_process_sent_ends(self) -> None:
        world = World(changing(DAY), operator=FakeChannel("ops"))
        world.cycle().run()
        world.store.open_incident("delivery:team:1", "team: it was not delivered", world.clock())
        world.cycle().send()
        assert not world.store.incidents()


class TestEnd:
    """An end says what it was, and orders nothing any more."""

    def test_of_an_answer_that_was_not_believed(self) -> None:
        world = World(changing(DAY), operator=FakeChannel("ops"))
        reason = "It holds 3 entries, the day before 50. If it is right: rankbot run --accept models:1d"
        world.store.quarantine("models:1d", DAY, reason, "f", world.clock())
        note_poll(world.store, PollReport(), now=world.clock())
        world.cycle().send()
        world.store.settle("models:1d", DAY, world.clock())
        note_poll(world.store, PollReport(), now=world.clock())
        world.cycle().send()
        begun, ended = notices(world)
        what = "Models, Tue 10 Nov: an answer was not believed. It holds 3 entries, the day before 50."
        then = "It is quarantined, and asked for again. If it is right: rankbot run --accept models:1d"
        assert begun.splitlines() == [
            "rankbot: 1 problem: answer for models:1d not believed",
            f"Since 2026-11-11 02:15 UTC: {what} {then}",
        ]
        assert ended.splitlines() == [
            "rankbot: 1 problem ended: answer for models:1d not believed",
            f"Ended 2026-11-11 02:15 UTC: {what}",
        ]

    def test_of_a_delivery(self) -> None:
        world = World(changing(DAY), channel=FakeChannel(answers=[REFUSED]), operator=FakeChannel("ops"))
        world.cycle().run()
        revive(world.store, 1, now=world.clock())
        world.cycle().send()
        begun, ended = notices(world)
        assert begun.endswith("channel_not_found. Invite the bot. Then: rankbot deliveries retry 1")
        assert ended.endswith("was not delivered: channel_not_found.")

    def test_one_notice_tells_what_began_and_what_ended(self) -> None:
        world = World(changing(DAY), operator=FakeChannel("ops"))
        for key in ("feed:fails", "feed:refuses", "templates", "evaluated:cli-agents", "delivery:x:7"):
            world.store.open_incident(key, f"{key}.", world.clock())
        world.store.end_incident("templates", world.clock())
        tell_operator(world.store, world.cycle().operators, world.renderer, now=world.clock())
        world.cycle().send()
        subject = "rankbot: 4 problems: feed failed, feed refused and 2 others; 1 ended: templates failed"
        assert notices(world)[0].startswith(f"{subject}\n")

    def test_several_answers_for_a_board_are_named_once(self) -> None:
        world = World(changing(DAY), operator=FakeChannel("ops"))
        for day in (DAY - timedelta(days=1), DAY):
            world.store.open_incident(f"quarantine:models:1d:{day}", "It was not believed.", world.clock())
            world.store.end_incident(f"quarantine:models:1d:{day}", world.clock())
        world.cycle().send()
        assert notices(world)[0].startswith("rankbot: 2 problems ended: answer for models:1d not believed\n")


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
            "rankbot: 1 problem: templates failed",
            "rankbot: 1 problem ended: templates failed",
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
