"""What items had been called up to one day after another: whoever judges many days asks for the same items again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import Connection, func, select

from bot.adapters.store import catalogue
from bot.adapters.store.statements import chunks
from bot.adapters.store.tables import ENTRY, ITEM_NAME, SNAPSHOT
from bot.core.watchlist import Names

_Seen = tuple[date, datetime]
"""When the window that gave a name ended, and when it was fetched."""
_Orders = tuple[Sequence[date], Sequence[tuple[str, ...]]]
"""The days, ascending, from which on an item's names, newest first, were others or in another order; and these."""


class Naming:
    """See Store.naming. Each item is read once, when it is first asked for, and not again for each day.

    A year's backtest with names that change spent a third of its time on that.
    """

    def __init__(self, reading: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._reading = reading
        self._ever: dict[str, dict[str, _Seen]] = {}
        self._then: dict[str, _Orders] = {}
        self._listed: dict[str, tuple[str, ...]] = {}
        self._lasting: dict[str, tuple[str, ...]] = {}  # of most items: one name all their lives

    def __call__(self, items: Iterable[str], until: date) -> Names:
        """See Store.naming."""
        wanted = list(items)
        if fresh := [item for item in wanted if item not in self._ever]:
            self._read(fresh)
        lasting = self._lasting
        names = {item: lasting[item] if item in lasting else self._up_to(item, until) for item in wanted}
        return {item: borne for item, borne in names.items() if borne}

    def _read(self, items: Iterable[str]) -> None:
        with self._reading() as connection:
            found = _ever(connection, items)
            known = [item for item, names in found.items() if names]
            self._listed.update(catalogue.names(connection, known))
        self._ever.update(found)
        single = ((item, tuple(names)) for item, names in found.items() if len(names) < 2)
        self._lasting.update((item, self._with_listed(item, names)) for item, names in single)

    def _up_to(self, item: str, until: date) -> tuple[str, ...]:
        """The item's names, newest first, then those of the catalogue; none where it had none by then."""
        seen = self._ever[item]
        if all(end <= until for end, _ in seen.values()):
            return self._with_listed(item, _newest_first(seen))
        days, orders = self._orders(item)  # one of them may have been borne later only
        place = bisect_right(days, until)
        return self._with_listed(item, orders[place - 1]) if place else ()

    def _with_listed(self, item: str, borne: tuple[str, ...]) -> tuple[str, ...]:
        return (*borne, *(name for name in self._listed.get(item, ()) if name not in borne)) if borne else ()

    def _orders(self, item: str) -> _Orders:
        if item not in self._then:  # all at once, for who looks back to one day does so to all items
            several = [one for one in self._ever if one not in self._lasting and one not in self._then]
            with self._reading() as connection:
                self._then.update((one, _in_turn(lines)) for one, lines in _by_day(connection, several))
        return self._then[item]


def _newest_first(names: Mapping[str, _Seen]) -> tuple[str, ...]:
    by_name = sorted(names.items())
    return tuple(name for name, _ in sorted(by_name, key=lambda pair: pair[1], reverse=True))


def _in_turn(lines: Iterable[tuple[str, _Seen]]) -> _Orders:
    """How an item's names followed on each other: those that a day gives come before all others."""
    days: list[date] = []
    orders: list[tuple[str, ...]] = []
    for day, some in groupby(lines, key=lambda line: line[1][0]):
        seen, before = dict(some), orders[-1] if orders else ()
        if len(seen) == 1 and before[:1] == tuple(seen):  # as on nearly all days
            continue
        newest = _newest_first(seen)
        order = (*newest, *(name for name in before if name not in newest))
        if order != before:
            days.append(day)
            orders.append(order)
    return days, orders


def _ever(connection: Connection, items: Iterable[str]) -> dict[str, dict[str, _Seen]]:
    """Every name of the items with the newest window that gave it."""
    found: dict[str, dict[str, _Seen]] = {item: {} for item in items}
    for chunk in chunks(list(found)):
        for item, name, end, fetched in connection.execute(select(ITEM_NAME).where(ITEM_NAME.c.item.in_(chunk))):
            found[item][name] = end, fetched
    return found


def _by_day(connection: Connection, items: Iterable[str]) -> Iterator[tuple[str, list[tuple[str, _Seen]]]]:
    """For each of the items: each name with each day, ascending, on which windows ended that gave it, and the last."""
    for chunk in chunks(items):
        columns = (ENTRY.c.item, ENTRY.c.name, SNAPSHOT.c.end_date)
        query = (
            select(*columns, func.max(SNAPSHOT.c.fetched_at))
            .join(SNAPSHOT, SNAPSHOT.c.id == ENTRY.c.snapshot_id)
            .where(ENTRY.c.item.in_(chunk))
            .group_by(*columns)
            .order_by(SNAPSHOT.c.end_date)
        )
        found: dict[str, list[tuple[str, _Seen]]] = {item: [] for item in chunk}
        for item, name, end, fetched in connection.execute(query).all():
            found[item].append((name, (end, fetched)))
        yield from found.items()
