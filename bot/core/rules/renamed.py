"""Apps that took another name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import takewhile
from typing import ClassVar

from bot.core import text, wording
from bot.core.event import Kind
from bot.core.ranking import APP_PAGE, FIRST_DAY, Board, Dataset, Entry, Snapshot
from bot.core.rules.base import Change, Day, Need, NotEvaluated
from bot.core.rules.conditions import Condition, listed, running


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
        newest, earlier = stored[-self.confirm_days :], stored[: -self.confirm_days]
        if not earlier:
            return
        run = [found for when in newest if (found := day.stored.at(day.board, when))]
        eve = day.stored.at(day.board, earlier[-1])
        for entry in run[-1].entries:
            last = eve.entry(entry.item) if eve else None
            if last and last.name == entry.name:
                continue  # the usual case: it spares a look at all that is stored
            if entry.item in day.current.by_item and _has_held(run, entry):
                change = _change(day, entry.item, entry.name, newest)
                if change:
                    yield change

    def conditions(self, day: Day, item: str) -> Iterable[Condition]:
        """On the board by one name for so many days, and before by others only."""
        yield listed(day.current, item)
        now = day.stored.at(day.board, day.date)
        entry = now.entry(item) if now else None
        if entry is None:
            return
        stored = day.stored.days(day.board, FIRST_DAY, day.date)
        yield running(f'days running as "{text.clean(entry.name)}"', self._run(day, entry, stored), self.confirm_days)
        begun = stored[-self.confirm_days :][0]
        last = day.stored.last_in(day.board, item, None, begun)
        yield Condition("listed before", f"on {wording.day(last)}" if last else "no", "yes", met=last is not None)
        borne = entry.name in day.stored.borne(day.board, item, begun)
        yield Condition("that name before", "yes" if borne else "no", "no", met=not borne)

    def _run(self, day: Day, entry: Entry, stored: Sequence[date]) -> int:
        """On how many stored days running the item has been listed by the entry's name, ``confirm_days`` at most."""
        boards = (day.stored.at(day.board, when) for when in reversed(stored[-self.confirm_days :]))
        lines = (board.entry(entry.item) if board else None for board in boards)
        return sum(1 for _ in takewhile(lambda line: line is not None and line.name == entry.name, lines))


def _has_held(run: Sequence[Snapshot], entry: Entry) -> bool:
    """Whether each snapshot of the run lists the item by that name."""
    lines = (found.entry(entry.item) for found in run)
    return all(line and line.name == entry.name for line in lines)


def _change(day: Day, item: str, name: str, newest: Sequence[date]) -> Change | None:
    """The change; None where the item is new on the board, or bore the name before."""
    last = day.stored.last_in(day.board, item, None, newest[0])
    before = day.stored.at(day.board, last) if last else None
    old = before.entry(item) if before else None
    if last is None or old is None or name in day.stored.borne(day.board, item, newest[0]):
        return None
    evidence = {
        "old_name": old.name,
        "old_name_last": last.isoformat(),
        "new_name": name,
        "days": [when.isoformat() for when in newest],
    }
    return Change(item, day.current.by_item[item].name, evidence)
