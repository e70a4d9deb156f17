"""What changed between two snapshots of one board: who left, and who moved only because others left."""

from __future__ import annotations

from bot.core.ranking import Entry, Snapshot


def passive_items(current: Snapshot, previous: Snapshot) -> frozenset[str]:
    """The items whose place among those that both snapshots hold is unchanged (detection: Passive moves)."""
    now = [entry.item for entry in current.entries if entry.item in previous.by_item]
    then = [entry.item for entry in previous.entries if entry.item in current.by_item]
    return frozenset(item for item, other in zip(now, then, strict=True) if item == other)


def left_above(rank: int, current: Snapshot, previous: Snapshot) -> tuple[Entry, ...]:
    """The entries that stood above ``rank`` in the previous snapshot and are absent from the current one."""
    return tuple(entry for entry in previous.entries[: rank - 1] if entry.item not in current.by_item)
