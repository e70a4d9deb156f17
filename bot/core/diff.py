"""What changed between two snapshots of one board: who left, and who moved only because others left."""

from __future__ import annotations

from bot.core.ranking import Entry, Snapshot


def places(current: Snapshot, previous: Snapshot) -> dict[str, tuple[int, int]]:
    """(place now, place before) of each item, from 1, among those that both snapshots hold; in the order of now."""
    held = [item for item in previous.by_item if item in current.by_item]
    before = {item: place for place, item in enumerate(held, start=1)}
    now = [item for item in current.by_item if item in before]
    return {item: (place, before[item]) for place, item in enumerate(now, start=1)}


def passive_items(current: Snapshot, previous: Snapshot) -> frozenset[str]:
    """The items whose place among those that both snapshots hold is unchanged (detection: Passive moves)."""
    return frozenset(item for item, (now, before) in places(current, previous).items() if now == before)


def left_above(rank: int, current: Snapshot, previous: Snapshot) -> tuple[Entry, ...]:
    """The entries that stood above ``rank`` in the previous snapshot and are absent from the current one."""
    return tuple(entry for entry in previous.entries[: rank - 1] if entry.item not in current.by_item)
