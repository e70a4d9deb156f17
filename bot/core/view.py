"""What a digest is made from for one watchlist: its board now and before, and the events to be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.core import text, wording
from bot.core.catalogue import Catalogue
from bot.core.event import Event, handle
from bot.core.ranking import Dataset, Snapshot
from bot.core.watchlist import Names, Watchlist


@dataclass(frozen=True, slots=True)
class Truth:
    """Whether what an event says was so on the last day told (``then``), and is so on the digest's day (``now``).

    By the state that its rule walks, and not by the ranks of the two days. ``within`` are the larger tops that an entry
    led into, too (``ALSO_ENTERED``), and in which the item is on the digest's day.
    """

    then: bool
    now: bool
    within: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """One watchlist as a digest sees it. Snapshots are cut to the watchlist's depth; each may be missing.

    ``current`` is the board on the digest's day, ``previous`` the base of ranks (the day before, or the last day
    told; after a gap the last board before it), ``compared`` the base of tokens (D - step), ``twin`` the trending
    twin on the digest's day. ``events`` are those to be told, of any day of the digest; ``not_evaluated`` notes why
    something could not be judged on one of them, dates as YYYY-MM-DD; ``last_news`` is the date of the last event that
    was told before. ``new``: the channel never had this watchlist. ``catalogue`` has names and prices of models; None
    of apps, and where it never came. ``leaders`` are the changes of #1 that hold, up to the digest's day and from BACK
    days (``bot.core.first_place``) before the first of those to be told; none without one to be told. ``recent`` are
    the boards of the last days that are stored (``bot.core.charting``), oldest first, the digest's day the last.
    ``truths`` are, by their keys, of those events that say that a state changed (``bot.core.states``), where the digest
    is about several days; of others, and where no state can be walked, the events are taken at their word.
    """

    watchlist: Watchlist
    new: bool
    current: Snapshot | None
    previous: Snapshot | None
    compared: Snapshot | None
    events: tuple[Event, ...]
    names: Names
    not_evaluated: tuple[str, ...] = ()
    last_news: date | None = None
    twin: Snapshot | None = None
    catalogue: Catalogue | None = None
    leaders: tuple[Event, ...] = ()
    recent: tuple[Snapshot, ...] = ()
    truths: Mapping[str, Truth] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The watchlist's title, as a message shows it."""
        return text.clean(self.watchlist.title)

    @property
    def dataset(self) -> Dataset:
        """What its figures come from."""
        return self.watchlist.board.dataset

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """Those that there are, the board of the day first."""
        return tuple(snapshot for snapshot in (self.current, self.previous, self.compared, self.twin) if snapshot)

    def names_of(self, item: str, name: str) -> tuple[str, ...]:
        """Every name of the item, the one at hand first."""
        return (name, *self.names.get(item, ()))

    def is_followed(self, item: str, name: str) -> bool:
        """Whether the item is the reader's own, or followed."""
        return self.watchlist.is_followed(item, self.names_of(item, name))

    def unmatched(self) -> tuple[str, ...]:
        """A note for each of ``mine`` and ``follow`` that means nothing on these boards; none without a board."""
        if self.current is None:
            return ()
        listed = {
            entry.item: self.names_of(entry.item, entry.name)
            for snapshot in self.snapshots
            for entry in snapshot.entries
        }
        return unmatched(self.watchlist, listed)

    def window(self, end: date) -> str:
        """The window that ends on ``end``: "7 days to Tue 10 Nov"; a clamped one by the days that it has."""
        snapshot = self.current
        if snapshot and snapshot.end_date == end:
            return wording.window((end - snapshot.start_date).days + 1, end)
        return wording.window(self.watchlist.board.window_days, end)


def unmatched(watchlist: Watchlist, names: Names) -> tuple[str, ...]:
    """A note for each of ``mine`` and ``follow`` that means none of the items: "“Tern” matches nothing yet"."""
    return tuple(f'"{text.clean(pattern.text)}" matches nothing yet' for pattern in watchlist.unmatched(names))


def handle_of(event: Event) -> str:
    """The event's handle; of one that is not stored (a preview) the one that it would get."""
    return event.id or handle(event.key)
