"""A cycle leaves nothing behind: a process that serves takes after a month what it took after a day."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from bot.cli.serving import Hold, nudge
from bot.core.ranking import Entry, Snapshot
from bot.scheduler import Beat
from bot.wiring import House, load_config
from tests.cli.bench import Bench


@pytest.fixture
def never_looked_for() -> Iterator[None]:
    """Rings stay while the test runs, so that it sees them."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("never_looked_for")
def test_the_boards_that_were_looked_at_are_gone_with_the_cycle(bench: Bench) -> None:
    """Also without the collector, which looks seldom; and the report, which has each digest, is not held either."""
    before = sum(isinstance(one, Snapshot | Entry) for one in gc.get_objects())
    with House(load_config(bench.folder / "config.toml"), clock=lambda: bench.now) as house:
        beat = Beat(lambda _now: None, clock=house.clock)
        nudge(house, Hold(beat, lambda: True))()
        assert house.store.deliveries()
        left = sum(isinstance(one, Snapshot | Entry) for one in gc.get_objects())
    assert left == before
