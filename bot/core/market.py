"""Models and their labs side by side: both boards of the same stored days, now and in the window before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from bot.core.absence import Reading
from bot.core.naming import renamed
from bot.core.ranking import By, Entry, author_of, sum_days
from bot.core.view import View

LEAST = Fraction(1, 2)
"""Percentage points by which a share has to move before a briefing says so."""


@dataclass(frozen=True, slots=True)
class Shift:
    """An item's share in the window before, None where it is absent from it, and now; its entry now.

    ``base`` is how much was read of the window before.
    """

    entry: Entry
    before: Fraction | None
    now: Fraction
    base: Reading

    @property
    def points(self) -> Fraction | None:
        """By how many percentage points it moved; None where it was absent before: no difference to nothing."""
        return None if self.before is None else 100 * (self.now - self.before)


@dataclass(frozen=True, slots=True)
class Market:
    """The views of models and of labs over the same windows; the labs' may be made from the models' days."""

    models: View
    labs: View
    derived: bool

    def lab(self, item: str) -> str:
        """What the lab of a model is called."""
        author = author_of(item)
        entry = self.labs.current.entry(author) if self.labs.current else None
        return entry.name if entry else author

    def mover(self) -> Shift | None:
        """The lab whose share moved most, if by half a point at least."""
        known = [shift for shift in shifts(self.labs) if shift.before is not None and abs(moved(shift)) >= LEAST]
        return max(known, key=lambda shift: abs(moved(shift)), default=None)

    def behind(self, lab: Shift) -> Shift | None:
        """The model that explains at least half of what the lab's share moved by: the one that explains most."""
        asked = moved(lab) / 2
        way = 1 if asked > 0 else -1
        own = [shift for shift in shifts(self.models) if author_of(shift.entry.item) == lab.entry.item]
        best = max(own, key=lambda shift: way * moved(shift), default=None)
        return best if best and way * moved(best) >= way * asked else None


def moved(shift: Shift) -> Fraction:
    """By how many points the share moved; all of it where the item was absent before."""
    return shift.points if shift.points is not None else 100 * shift.now


def shifts(view: View) -> Iterator[Shift]:
    """Each item's share now and before; none where either window is not known or is empty."""
    current, compared = view.current, view.compared
    if current is None or compared is None:
        return
    base = Reading.of(compared)
    for entry in current.entries:
        now = current.share(entry.item)
        if now is not None:
            yield Shift(entry, compared.share(entry.item), now, base)


def markets(views: Sequence[View]) -> tuple[Market, ...]:
    """One for each view of models, with the labs' view of the same windows or one made from its own days."""
    found = []
    for view in views:
        if view.watchlist.board.of_models and view.current and view.current.days:
            board = replace(view.watchlist.board, by=By.AUTHOR)
            watched = next((other for other in views if other.watchlist.board == board), None)
            found.append(Market(view, watched or _labs(view), derived=watched is None))
    return tuple(found)


def _labs(view: View) -> View:
    """The labs of a view of models, as if they were watched too; nothing of them is followed.

    They are called as in the catalogue, whose names of models begin with them ("Oriole: Swift 4").
    """
    board = replace(view.watchlist.board, by=By.AUTHOR)
    watchlist = replace(view.watchlist, id="", title="Labs", board=board, rules=(), mine=(), follow=())
    called = _called(view)
    boards = [
        renamed(sum_days(board, snapshot.days), called) if snapshot and snapshot.days else None
        for snapshot in (view.current, view.previous, view.compared)
    ]
    return replace(
        view,
        watchlist=watchlist,
        current=boards[0],
        previous=boards[1],
        compared=boards[2],
        events=(),
        catalogue=None,
        twin=None,
        recent=(),
        leaders=(),
    )


def _called(view: View) -> Mapping[str, str]:
    """The names of labs, by slug, as most of the catalogue's names of their models have them."""
    if view.catalogue is None or view.current is None:
        return {}
    found: dict[str, Counter[str]] = {}
    for day in view.current.days:
        for item in day.by_item:
            listed = view.catalogue.find(item)
            lab, colon, _ = listed.listing.name.partition(": ") if listed else ("", "", "")
            if lab and colon:
                found.setdefault(author_of(item), Counter())[lab] += 1
    return {author: names.most_common(1)[0][0] for author, names in found.items()}
