"""What items had been called up to one day after another: whoever judges many days asks for the same items again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from bot.adapters.store import catalogue
from bot.adapters.store.statements import chunks
from bot.adapters.store.tables import ENTRY, ITEM_NAME, SNAPSHOT
from bot.core.watchlist import Names

_Seen = tuple[date, datetime]
"""When the window that gave a name ended, and when it was fetched."""


class Naming:
    """See Store.naming. Each item is read once, when it is first asked for, and not again for each day.

    A year's backtest with names that change spent a third of its time on that.
    """

    def __init__(self, reading: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._reading = reading
        self._ever: dict[str, dict[str, _Seen]] = {}
        self._then: dict[str, dict[str, list[_Seen]]] = {}
        self._listed: dict[str, tuple[str, ...]] = {}

    def __call__(self, items: Iterable[str], until: date) -> Names:
        """See Store.naming."""
        wanted = list(items)
        if fresh := [item for item in wanted if item not in self._ever]:
            self._read(fresh)
        changed = [item for item in wanted if self._has_changed(item, until)]
        if fresh := [item for item in changed if item not in self._then]:
            with self._reading() as connection:
                self._then.update(_by_day(connection, fresh))
        found = {item: self._up_to(item, until) for item in changed}
        names = {item: found[item] if item in found else _newest_first(self._ever[item]) for item in wanted}
        return {item: self._with_listed(item, borne) for item, borne in names.items() if borne}

    def _read(self, items: Iterable[str]) -> None:
        with self._reading() as connection:
            found = _ever(connection, items)
            known = [item for item, names in found.items() if names]
            self._listed.update(catalogue.names(connection, known))
        self._ever.update(found)

    def _has_changed(self, item: str, until: date) -> bool:
        """Whether it has several names, of which one may have been borne later only."""
        names = self._ever[item]
        return len(names) > 1 and any(end > until for end, _ in names.values())

    def _up_to(self, item: str, until: date) -> tuple[str, ...]:
        last: dict[str, _Seen] = {}
        for name, seen in self._then[item].items():
            place = bisect_right(seen, until, key=lambda pair: pair[0])
            if place:
                last[name] = seen[place - 1]
        return _newest_first(last)

    def _with_listed(self, item: str, borne: tuple[str, ...]) -> tuple[str, ...]:
        return (*borne, *(name for name in self._listed.get(item, ()) if name not in borne))


def _newest_first(names: dict[str, _Seen]) -> tuple[str, ...]:
    by_name = sorted(names.items())
    return tuple(name for name, _ in sorted(by_name, key=lambda pair: pair[1], reverse=True))


def _ever(connection: Connection, items: Iterable[str]) -> dict[str, dict[str, _Seen]]:
    """Every name of the items with the newest window that gave it."""
    found: dict[str, dict[str, _Seen]] = {item: {} for item in items}
    for chunk in chunks(list(found)):
        for item, name, end, fetched in connection.execute(select(ITEM_NAME).where(ITEM_NAME.c.item.in_(chunk))):
            found[item][name] = end, fetched
    return found


def _by_day(connection: Connection, items: Iterable[str]) -> Iterator[tuple[str, dict[str, list[_Seen]]]]:
    """For each of the items: the days, ascending, on which windows ended that gave a name, each with the last."""
    for chunk in chunks(items):
        columns = (ENTRY.c.item, ENTRY.c.name, SNAPSHOT.c.end_date)
        query = (
            select(*columns, func.max(SNAPSHOT.c.fetched_at))
            .join(SNAPSHOT, SNAPSHOT.c.id == ENTRY.c.snapshot_id)
            .where(ENTRY.c.item.in_(chunk))
            .group_by(*columns)
            .order_by(SNAPSHOT.c.end_date)
        )
        found: dict[str, dict[str, list[_Seen]]] = {item: {} for item in chunk}
        for item, name, end, fetched in connection.execute(query).all():
            found[item].setdefault(name, []).append((end, fetched))
        yield from found.items()
