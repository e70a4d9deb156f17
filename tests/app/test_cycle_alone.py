"""A cycle beside one of another process: one polls at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace

from bot.app.records import NewDelivery
from bot.core.delivery import DeliveryStatus, Step
from tests.app.world import World, changing
from tests.builders import DAY


def test_what_another_process_has_polled_meanwhile_is_not_asked_for_again() -> None:
    """It plans when its turn has come, and tells what there is by then."""
    world = World(changing(DAY))

    @contextmanager
    def waiting(_alive: Callable[[], None]) -> Iterator[bool]:
        other = world.cycle()
        other.poll(other.plan(), accept=frozenset(), progress=lambda *_: None)
        yield True

    def alone(alive: Callable[[], None]) -> AbstractContextManager[bool]:
        return waiting(alive)

    report = replace(world.cycle(), alone=alone).run()
    assert (report.plan.requests, report.complete, len(world.told)) == ((), True, 1)
    assert len(world.feed.asked) == len(set(world.feed.asked))


def test_where_the_other_does_not_end_all_else_goes_on_without() -> None:
    """Nothing is asked for, what is missing is left for the next cycle, and the outbox is emptied."""
    world = World(changing(DAY))
    now = world.clock()
    world.store.enqueue(NewDelivery("team", now, DAY, "News", (Step(0, "x", "News"),), notice=True), [], now)
    report = replace(world.cycle(), alone=lambda _alive: nullcontext(enter_result=False)).run()
    assert (world.feed.asked, report.poll.left, report.complete) == ([], report.poll.planned, False)
    assert [attempt.status for attempt in report.attempts] == [DeliveryStatus.SENT]
    assert world.cycle().run().complete
