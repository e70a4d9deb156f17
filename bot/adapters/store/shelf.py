"""The snapshots that were looked at last, kept at hand: those that are looked at together are read together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from itertools import islice

from sqlalchemy import Connection

from bot.adapters.store.snapshots import several
from bot.core.ranking import Snapshot

Reading = Callable[[], AbstractContextManager[Connection]]

KEPT = 1024
"""Snapshots kept at hand, some 20 MB at most: more than the rules of any day look at, but for the longest windows."""
_AT_ONCE = 50
"""Snapshots whose lines are read with one statement: five thousand lines."""


class Shelf:
    """Snapshots by their ids, which are known to exist."""

    def __init__(self, reading: Reading, *, kept: int = KEPT) -> None:
        self._reading = reading
        self._most = kept
        self._kept: dict[int, Snapshot] = {}

    def take(self, identity: int) -> Snapshot:
        """The snapshot with that id."""
        if identity not in self._kept:
            self.fetch([identity])
        found = self._kept.pop(identity)
        self._kept[identity] = found  # what was looked at last goes last
        return found

    def at_hand(self, identity: int) -> Snapshot | None:
        """The snapshot with that id, if it needs not be read."""
        return self._kept.get(identity)

    def fetch(self, identities: Iterable[int]) -> None:
        """Reads those of these snapshots that are not at hand: as many of the first of them as are kept."""
        missing = iter([one for one in islice(dict.fromkeys(identities), self._most) if one not in self._kept])
        while some := list(islice(missing, _AT_ONCE)):
            with self._reading() as connection:
                self._kept |= several(connection, some)
        for oldest in list(islice(self._kept, max(len(self._kept) - self._most, 0))):
            del self._kept[oldest]
