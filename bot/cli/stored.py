"""What the commands that look share: which board is meant, its newest snapshot, and how a line of it reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from bot.cli.output import say
from bot.core.text import clean
from bot.errors import UsageError

if TYPE_CHECKING:
    from fractions import Fraction

    from bot.core.event import Event
    from bot.core.history import History
    from bot.core.ranking import Board, Dataset, Snapshot
    from bot.core.watchlist import Watchlist
    from bot.wiring import House


def citation(snapshot: Snapshot) -> str:
    """The source of what is shown, as every output cites it."""
    from bot.core.digest import source_of

    return source_of(snapshot)


def cited(source: str, indent: str = "") -> str:
    """A source as it is shown: the citation to the letter on a line, the mark of sample data on one of its own."""
    from bot.core.digest import SAMPLE

    letter, sample, _ = source.partition(f" {SAMPLE}")
    return f"{indent}{letter}\n{indent}{SAMPLE}" if sample else indent + letter


def event_source(history: History, event: Event) -> str:
    """The citation of the event's figures; sample data is marked as such."""
    from bot.core.digest import SAMPLE, cite
    from bot.core.ranking import Board

    board = Board.parse(event.board)
    snapshot = history.at(board, event.date)
    sample = f" {SAMPLE}" if snapshot and snapshot.sample else ""
    return cite(board.dataset, event.as_of).text + sample


def cite_all(history: History, windows: Iterable[tuple[Board, date]]) -> None:
    """Prints the citation of each dataset of which figures of these boards were shown, with their oldest ``as_of``."""
    from bot.core.digest import moment

    found = [snapshot for window in dict.fromkeys(windows) if (snapshot := history.at(*window))]
    for dataset in sorted({snapshot.board.dataset for snapshot in found}):
        shown = [snapshot for snapshot in found if snapshot.board.dataset is dataset]
        _cite(dataset, min((snapshot.as_of for snapshot in shown), key=moment), sample=any(one.sample for one in shown))


def cite_events(history: History, events: Iterable[Event]) -> None:
    """The same of these events. Whether they are sample data, the boards of a dataset's first and last one say."""
    from bot.core.ranking import Board

    by_dataset: dict[Dataset, list[Event]] = {}
    for event in events:
        by_dataset.setdefault(Board.parse(event.board).dataset, []).append(event)
    if not by_dataset:
        return
    from bot.core.digest import moment  # it takes long to load

    for dataset, found in sorted(by_dataset.items()):
        ends = [history.at(Board.parse(event.board), event.date) for event in (found[0], found[-1])]
        sample = any(snapshot.sample for snapshot in ends if snapshot)
        _cite(dataset, min((event.as_of for event in found), key=moment), sample=sample)


def _cite(dataset: Dataset, as_of: str, *, sample: bool) -> None:
    from bot.core.digest import SAMPLE, cite

    say(cited(f"{cite(dataset, as_of).text}{f' {SAMPLE}' if sample else ''}"))


def boards(house: House) -> list[Board]:
    """The boards of all watchlists, each once."""
    return list(dict.fromkeys(watchlist.board for watchlist in house.config.watchlists))


def board_named(house: House, text: str | None) -> Board:
    """The board that a watchlist's id or a board's key names; the first watchlist's if neither is given."""
    from bot.core.ranking import Board

    watchlists: dict[str, Watchlist] = {watchlist.id: watchlist for watchlist in house.config.watchlists}
    if text is None:
        return house.config.watchlists[0].board
    if text in watchlists:
        return watchlists[text].board
    try:
        return Board.parse(text)
    except UsageError as error:
        raise UsageError(f"`{clean(text)}` is no watchlist and no board.", hint=known(house)) from error


def watchlist_named(house: House, name: str) -> Watchlist:
    """The watchlist with that id; raises UsageError with those that there are."""
    found = next((watchlist for watchlist in house.config.watchlists if watchlist.id == name), None)
    if found is None:
        raise UsageError(f"There is no watchlist `{clean(name)}`.", hint=known(house))
    return found


def known(house: House) -> str:
    """Which watchlists there are, as a hint."""
    return f"Watchlists here: {', '.join(watchlist.id for watchlist in house.config.watchlists)}."


def newest(history: History, board: Board, day: date | None) -> Snapshot | None:
    """The newest stored snapshot of a board, or that of ``day``."""
    from bot.core.ranking import FIRST_DAY

    days = history.days(board, day or FIRST_DAY, day or date.max)
    return history.at(board, days[-1]) if days else None


def names_now(house: House, at_hand: Mapping[str, str], day: date) -> dict[str, str]:
    """What items are called on ``day``: models as in the newest catalogue, the others by the name that lasts."""
    from bot.core.naming import names

    called = names(at_hand, house.store.sightings(at_hand, day))
    catalogue = house.store.catalogue(date.max)
    return {**called, **(catalogue.names(called) if catalogue else {})}


def title(board: Board) -> str:
    """A board in words."""
    from bot.cli.check import scope

    return scope(board)


def share(snapshot: Snapshot, item: str) -> Fraction | None:
    """A model's or lab's part of all tokens of the window; None of apps, whose boards do not say how many there are."""
    from bot.core.ranking import Dataset

    return snapshot.share(item) if snapshot.board.dataset is Dataset.MODELS else None


def entry_json(snapshot: Snapshot, item: str, previous: Snapshot | None) -> dict[str, Any]:
    """A line of a board as ``--json`` prints it."""
    entry = snapshot.entry(item)
    before = previous.rank(item) if previous else None
    part = share(snapshot, item)
    return {
        "board": snapshot.board.key,
        "date": snapshot.end_date.isoformat(),
        "id": item,
        "name": entry.name if entry else None,
        "rank": entry.rank if entry else None,
        "previous_rank": before,
        "tokens": str(entry.tokens) if entry else None,
        "share": None if part is None else float(round(part, 6)),
        "requests": entry.requests if entry else None,
        "as_of": snapshot.as_of,
        "source": citation(snapshot),
    }
