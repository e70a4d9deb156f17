"""Two that keep changing places at #1, lived day by day: each change is told, and few are headlines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from bot.app.preview import preview_day
from bot.core.digest import Digest
from bot.core.event import EventStatus
from bot.core.ranking import Board
from tests.app.doubles import SETTLE, Figures, PlainRenderer, steady
from tests.app.world import World
from tests.builders import DAY

LEADERS = "ABABAABBBBA"
"""Who leads on each day from DAY on: it flips, rests for a day, flips, rests for four days, and flips."""


def flipping(board: Board, day: date) -> Sequence[tuple[str, int]]:
    """Twenty steady items, of which two change places at the top."""
    rows = list(steady(board, day))
    offset = (day - DAY).days
    if 0 <= offset < len(LEADERS) and LEADERS[offset] == "B":
        rows.insert(0, rows.pop(1))
    return [(item, 1000 - place) for place, (item, _) in enumerate(rows)]


def lived(figures: Figures = flipping) -> tuple[World, dict[int, Digest]]:
    """The world, and the digests sent by how many days after DAY the day is that they are about."""
    world, sent = World(figures), {}
    for offset in range(len(LEADERS)):
        for composed in world.on(DAY + timedelta(days=offset + 1)).cycle().run().composed:
            sent[(composed.digest.day - DAY).days] = composed.digest
    return world, sent


def test_what_readers_get() -> None:
    world, sent = lived()
    assert {offset: digest.headline for offset, digest in sent.items() if offset} == {
        1: "New #1 in CLI agents: Item01, after at least 2 days of Item00",
        2: "Item00 back at #1 in CLI agents, 0.1% ahead of Item01",
        3: "Item01 back at #1 in CLI agents, 0.1% ahead of Item00",
        4: "Nothing else new in CLI agents",
        6: "Nothing else new in CLI agents",
        10: "Item00 back at #1 in CLI agents, 0.1% ahead of Item01",
    }
    lines = {offset: digest.sections[0].news[0].text for offset, digest in sent.items() if offset}
    promise = "Until one leads for 3 days running, changes between them appear here as a line, not as the headline."
    assert [offset for offset, line in lines.items() if promise in line] == [3, 10]
    assert [offset for offset, line in lines.items() if "No headline until" in line] == [4, 6]
    assert lines[4].endswith(
        " Fourth change in 4 days; the two are within 1%. No headline until one leads for 3 days running."
    )
    told = [event for event in world.store.events() if event.kind == "new_leader"]
    assert {event.status for event in told} == {EventStatus.TOLD}
    assert {event.id for event in told} == {handle for digest in sent.values() for handle in digest.stated}


def test_a_preview_of_a_day_reads_as_its_digest_did() -> None:
    world, sent = lived()
    for offset in (2, 3, 4, 6, 10):
        day = DAY + timedelta(days=offset)
        shown = preview_day(
            world.store, world.subscription, day, renderer=PlainRenderer(), now=world.clock(), settle=SETTLE
        )
        assert shown is not None
        assert shown.digest.headline == sent[offset].headline
