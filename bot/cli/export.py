"""export: what is stored, as rows for a spreadsheet or a program, each with its source."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.options import ConfigOption, DemoOption, FromOption, ToOption, WatchlistOption, in_order, open_house
from bot.cli.output import json_line
from bot.cli.stored import board_named, boards, citation, event_source, watchlist_named
from bot.core.days import ONE_DAY
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.core.history import History
    from bot.core.ranking import Board
    from bot.wiring import House

SNAPSHOT_COLUMNS = (
    "board",
    "start_date",
    "end_date",
    "revision",
    "as_of",
    "rank",
    "item",
    "name",
    "tokens",
    "requests",
    "source",
)
EVENT_COLUMNS = (
    "id",
    "key",
    "date",
    "previous_date",
    "window_days",
    "watchlist",
    "board",
    "kind",
    "rule",
    "item",
    "name",
    "rank",
    "previous_rank",
    "tokens",
    "previous_tokens",
    "compared_tokens",
    "passive",
    "held_back",
    "status",
    "as_of",
    "evidence",
    "source",
)
SPAN = timedelta(days=31)
"""Days of events that are read at a time."""


class Format(StrEnum):
    """What rows are written as."""

    CSV = "csv"
    JSON = "json"


def export(
    context: typer.Context,
    output: Annotated[Format, typer.Option("--format", help="csv with a head, or one JSON object a line.")],
    config: ConfigOption = None,
    start: FromOption = None,
    end: ToOption = None,
    watchlist: WatchlistOption = None,
    board: Annotated[str | None, typer.Option("--board", metavar="BOARD", help="One board only.")] = None,
    events: Annotated[bool, typer.Option("--events", help="Events instead of snapshots.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="With the events that were held back.")] = False,
    demo: DemoOption = False,
) -> None:
    """What is stored, to stdout, with its source in every row.

    The newest snapshots of the watchlists' boards, or the events. Names are as OpenRouter gave them. In CSV, a text
    that a spreadsheet would take for a formula (it begins with = + - or @) has an apostrophe before it; JSON has not.
    """
    in_order(start, end)
    if watchlist and board:
        raise UsageError("--watchlist and --board are both given.", hint="Give one of them.")
    if everything and not events:
        raise UsageError("--all is about events.", hint="rankbot export --events --all --format csv")
    with open_house(context, config, demo=demo, secrets=False) as house:
        if watchlist:
            watchlist_named(house, watchlist)
        chosen = [board_named(house, watchlist or board)] if watchlist or board else boards(house)
        if events:
            key = chosen[0].key if board else None
            rows = _events(house, start, end, watchlist=watchlist, board=key, held_back=everything)
            _write(rows, EVENT_COLUMNS, output)
        else:
            _write(_snapshots(house.store.history(), chosen, start, end), SNAPSHOT_COLUMNS, output)


def _snapshots(history: History, chosen: list[Board], start: date | None, end: date | None) -> Iterator[dict[str, Any]]:
    """A row for each line of each stored window that ends within ``start..end``: by board, then date, then rank."""
    for board in chosen:
        for day in history.days(board, start or date.min, end or date.max):
            snapshot = history.at(board, day)
            if snapshot is None:
                continue
            common = {
                "board": board.key,
                "start_date": snapshot.start_date.isoformat(),
                "end_date": day.isoformat(),
                "revision": snapshot.revision,
                "as_of": snapshot.as_of,
            }
            source = citation(snapshot)
            for entry in snapshot.entries:
                figures = {"tokens": str(entry.tokens), "requests": entry.requests}
                yield {
                    **common,
                    "rank": entry.rank,
                    "item": entry.item,
                    "name": entry.name,
                    **figures,
                    "source": source,
                }


def _events(
    house: House, start: date | None, end: date | None, *, watchlist: str | None, board: str | None, held_back: bool
) -> Iterator[dict[str, Any]]:
    """A row for each event, oldest first: that of ``events --json``, and its source."""
    from bot.core.ranking import FIRST_DAY

    history = house.store.history()
    first, last = max(start or FIRST_DAY, FIRST_DAY), min(end or date.max, house.clock().date())
    while first <= last:
        until = min(first + SPAN, last)
        for event in house.store.events(watchlist=watchlist, start=first, end=until, held_back=held_back):
            if board in (None, event.board):
                yield {**event.to_json(), "source": event_source(history, event)}
        first = until + ONE_DAY


def _write(rows: Iterator[dict[str, Any]], columns: tuple[str, ...], output: Format) -> None:
    """One row after another: no more than a window is held in memory."""
    if output is Format.JSON:
        for row in rows:
            json_line(row)
        return
    from bot.adapters.sheet import cell

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        item = row["item"]
        flat = {**row, "item": item["id"], "name": item["name"]} if isinstance(item, dict) else row
        writer.writerow([cell(flat[column]) for column in columns])


def add_to(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(export)
