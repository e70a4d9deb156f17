"""Apps that took another name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from bot.core.event import Kind
from bot.core.ranking import APP_PAGE, FIRST_DAY, Board, Dataset, Snapshot
from bot.core.rules.base import Change, Day, Need, NotEvaluated


@dataclass(frozen=True, slots=True)
class Renamed:
    """Fires when an id has carried, for ``confirm_days`` stored days running, a name that it never had before.

    Names compare to the letter, as they were stored for this board, however deep. A model's name is its identity, so
    only apps can take another.
    """

    kind: ClassVar[Kind] = Kind.RENAMED
    datasets: ClassVar[frozenset[Dataset]] = frozenset({Dataset.APPS})
    formula: ClassVar[str] = (
        "the same id carries another name on `confirm_days` days running, a name it has not had before"
    )

    confirm_days: int = field(default=2, metadata={"minimum": 1, "maximum": 30})

    @property
    def reach(self) -> int:
        """The board's first page, whatever it holds."""
        return APP_PAGE

    def needs(self, board: Board, day: date) -> Iterator[Need]:
        """Nothing beside the two days: what is stored of earlier ones takes part."""
        yield from ()

    def find(self, day: Day) -> Iterable[Change | NotEvaluated]:
        """The items with a name that is new and has held, by rank."""
        stored = day.stored.days(day.board, FIRST_DAY, day.date)
        running, earlier = stored[-self.confirm_days :], stored[: -self.confirm_days]
        if not earlier:
            return
        run = [found for when in running if (found := day.stored.at(day.board, when))]
        eve = day.stored.at(day.board, earlier[-1])
        for item, name in _held(run):
            last = eve.entry(item) if eve else None
            if item not in day.current.by_item or (last and last.name == name):
                continue  # the usual case: it spares a look at all that is stored
            change = _change(day, item, name, running)
            if change:
                yield change


def _held(run: Sequence[Snapshot]) -> Iterator[tuple[str, str]]:
    """(item, name) of the items that each snapshot of the run lists by the same name, in the order of the last."""
    for entry in run[-1].entries:
        others = [found.entry(entry.item) for found in run[:-1]]
        if all(other and other.name == entry.name for other in others):
            yield entry.item, entry.name


def _change(day: Day, item: str, name: str, running: Sequence[date]) -> Change | None:
    """The change; None where the item is new on the board, or bore the name before."""
    last = day.stored.last_in(day.board, item, None, running[0])
    before = day.stored.at(day.board, last) if last else None
    old = before.entry(item) if before else None
    if last is None or old is None or name in day.stored.borne(day.board, item, running[0]):
        return None
    evidence = {
        "old_name": old.name,
        "old_name_last": last.isoformat(),
        "new_name": name,
        "days": [when.isoformat() for when in running],
    }
    return Change(item, day.current.by_item[item].name, evidence)
