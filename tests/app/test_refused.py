"""One message to several, of whom the service refuses some: the others have it, and the operator hears of it once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core.delivery import DeliveryStatus, Outcome, Sent, worse
from tests.app.doubles import FakeChannel
from tests.app.world import World, changing
from tests.builders import DAY

REFUSED = Sent("x", "refused: two@example.com (550 no such user)")
DAYS = [DAY + timedelta(days=offset) for offset in range(4)]


def notices(world: World) -> list[str]:
    """What the operator was told."""
    assert world.operator
    return [payload for _, _, payload in world.operator.sent]


def lived(*answers: Outcome) -> World:
    """A bot whose digests of as many days have these answers, and which has another run after each."""
    world = World(changing(*DAYS), channel=FakeChannel(answers=list(answers)), operator=FakeChannel("ops"))
    for offset in range(len(answers)):
        for hour in (3, 4):
            world.on(DAY + timedelta(days=offset + 1), hour).cycle().run()
    return world


def test_the_operator_is_told_once_while_it_lasts_and_of_its_end() -> None:
    world = lived(REFUSED, REFUSED, Sent("x"))
    told, ended = notices(world)
    assert "went out, but not to all: refused: two@example.com (550 no such user)." in told
    assert "Look at `to` of [channel.team]." in told
    assert "1 problem ended" in ended
    assert not world.store.incidents()
    errors = {found.id: found.last_error for found in world.store.deliveries() if found.channel == "team"}
    assert sorted(errors.values()) == ["", REFUSED.refused, REFUSED.refused]
    assert {found.status for found in world.store.deliveries()} == {DeliveryStatus.SENT}


def test_it_ends_with_its_channel() -> None:
    world = lived(REFUSED)
    cycle = world.cycle()
    channels = {name: channel for name, channel in cycle.deliver.channels.items() if name == "ops"}
    replace(cycle, subscriptions=(), deliver=replace(cycle.deliver, channels=channels)).run()
    assert not world.store.incidents()


def test_a_part_that_all_have_does_not_hide_it() -> None:
    assert worse(Sent(), REFUSED) == worse(REFUSED, Sent("y")) == REFUSED
