"""Looking: top, history, find, events, preview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.event_lines import event_lines
from bot.cli.options import (
    ConfigOption,
    DateOption,
    DemoOption,
    FromOption,
    JsonOption,
    ToOption,
    WatchlistOption,
    completed,
    in_order,
    not_empty,
    open_house,
)
from bot.cli.output import json_line, paragraph, say
from bot.cli.refused import refused_answers
from bot.cli.stored import (
    board_named,
    boards,
    citation,
    cite_all,
    cite_events,
    cited,
    entry_json,
    names_now,
    newest,
    share,
    title,
    watchlist_named,
)
from bot.cli.tables import fits, table
from bot.core import wording
from bot.core.sparkline import of_ranks
from bot.core.text import clean
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.app.compose import Composed
    from bot.app.records import Match
    from bot.app.subscription import Subscription
    from bot.core.history import History
    from bot.core.ranking import Board, Entry, Snapshot
    from bot.wiring import House

HISTORY_DAYS = 90
DAYS_ALONE = 76
"""As many bars go on a line of their own."""
DAYS_A_LINE = 63
"""Nine weeks: as many bars as go on a line beside their first day."""


def top(
    context: typer.Context,
    board: Annotated[
        str | None, typer.Argument(metavar="WATCHLIST|BOARD", help="Whose board; the first watchlist's if left out.")
    ] = None,
    config: ConfigOption = None,
    day: DateOption = None,
    number: Annotated[int, typer.Option("-n", metavar="N", min=1, max=200, help="How many ranks.")] = 10,
    demo: DemoOption = False,
    as_json: JsonOption = False,
) -> None:
    """A board as it is stored.

    Ranks against the day before, tokens against the window before.
    """
    from bot.cli.nothing import nothing_of
    from bot.core.naming import renamed

    with open_house(context, config, demo=demo, secrets=False) as house:
        history = house.store.history()
        chosen = board_named(house, board)
        current = newest(history, chosen, day)
        if current is None:
            raise nothing_of(house, chosen, day)
        called = {entry.item: entry.name for entry in current.entries}
        current = renamed(current, names_now(house, called, current.end_date))
        previous = history.at(chosen, current.end_date - timedelta(days=1))
        compared = history.at(chosen, current.end_date - chosen.step)
        if as_json:
            for entry in current.entries[:number]:
                json_line(entry_json(current, entry.item, previous))
            return
        say(f"{title(chosen)}, {wording.window(chosen.window_days, current.end_date)}")
        _print_top([_top_row(current, entry, previous, compared) for entry in current.entries[:number]], chosen)
        say(cited(citation(current)))


def _print_top(rows: Sequence[Sequence[object]], board: Board) -> None:
    """The table; where it is too wide with ids, which only long slugs make it, they are left out and it is said."""
    shares = ("Share",) if board.dataset.value == "models" else ()
    head = ("#", "was", board.noun, "Tokens", "Change", *shares, "")
    right = frozenset({0, *range(3, len(head) - 1)})
    whole = [head, *rows]
    without_ids = not fits(whole) and bool(shares)
    table([row[:-1] for row in whole] if without_ids else whole, fold=2, right=right)
    if without_ids:
        say("Their ids: with --json, or in a wider terminal.")


def _top_row(
    current: Snapshot, entry: Entry, previous: Snapshot | None, compared: Snapshot | None
) -> tuple[object, ...]:
    """Rank, the rank before, name, tokens and their change, of models and labs the share of all tokens, and the id."""
    before = previous.rank(entry.item) if previous else None
    glyph, _ = wording.rank_move(entry.rank, before)
    was = f"{glyph} {before}" if before and before != entry.rank else glyph
    change = wording.percent(entry.tokens, compared.tokens(entry.item) if compared else None)
    part = share(current, entry.item)
    of_all = () if part is None else (wording.share(part),)
    identity = "" if entry.item == entry.name else f"id {entry.item}"
    return entry.rank, was, entry.name, wording.tokens(entry.tokens), change, *of_all, identity


def history(
    context: typer.Context,
    item: Annotated[str, typer.Argument(metavar="ITEM", help="A name, an id, a model's slug, or a lab.")],
    config: ConfigOption = None,
    days: Annotated[int, typer.Option("--days", metavar="N", min=1, max=3660, help="How far back.")] = HISTORY_DAYS,
    demo: DemoOption = False,
    as_json: JsonOption = False,
) -> None:
    """An item's ranks over time, drawn.

    On each watchlist's board that has had it.
    """
    from bot.cli.found import matches

    not_empty(item, "ITEM")
    with open_house(context, config, demo=demo, secrets=False) as house:
        stored = house.store.history()
        found = matches(house, stored, item)
        called = _called(house, found)
        exact = [match for match in found if item.casefold() in _exact_names(match, called)] or found
        if not exact:
            raise UsageError(
                f"Nothing stored is called `{clean(item)}`.", hint="Look for a part of it: rankbot find TEXT"
            )
        called = {match.item: called[match.item] for match in exact}
        drawn = _courses(house, stored, called, days=days, as_json=as_json)
        for match in exact:
            if match.item not in drawn and not as_json:
                _not_drawn(match, called[match.item], days)


def _called(house: House, matches: Sequence[Match]) -> dict[str, str]:
    """What the items that were found are called now; one that was not listed of late by its newest name."""
    return names_now(house, {match.item: match.name for match in matches}, house.clock().date())


def _exact_names(match: Match, called: Mapping[str, str]) -> tuple[str, ...]:
    """What one may call an item to mean just that one."""
    return tuple(name.casefold() for name in (match.item, match.name, called[match.item]))


def _identified(item: str, name: str) -> str:
    """A name with its id, which says nothing more where they are the same."""
    return clean(name) if name == item else f"{clean(name)} (id {clean(item)})"


def _not_drawn(match: Match, name: str, days: int) -> None:
    """Says of an item that was not drawn where it was listed last."""
    stored = f"the last {wording.count(days, 'day')} stored"
    where = f"on no watchlist's board, as far as it was read, in {stored}"
    last = f"last #{match.rank} on {wording.day(match.end_date)} in {title(match.board)}"
    paragraph(f"{_identified(match.item, name)}: {where}", hanging=2)
    paragraph(last, indent=2)


def _courses(house: House, stored: History, called: Mapping[str, str], *, days: int, as_json: bool) -> set[str]:
    """Draws each item's course on each board that has had it; returns the items of which there was one to draw."""
    drawn = set()
    for board in boards(house):
        latest = newest(stored, board, None)
        for item, name in called.items():
            if latest and _course(stored, board, item, name, latest.end_date, days=days, as_json=as_json):
                drawn.add(item)
    return drawn


def _course(stored: History, board: Board, item: str, name: str, end: date, *, days: int, as_json: bool) -> bool:
    """One item's ranks on one board, newest last; False if it has none."""
    from bot.core.absence import absent

    first = end - timedelta(days=days - 1)
    snapshots = [stored.at(board, day) for day in stored.days(board, first - timedelta(days=1), end)]
    whole = {snapshot.end_date: snapshot for snapshot in snapshots if snapshot}
    seen = [snapshot for day, snapshot in whole.items() if day >= first]
    ranks = [snapshot.rank(item) for snapshot in seen]
    if not any(ranks):
        return False
    if as_json:
        for snapshot in seen:
            json_line(entry_json(snapshot, item, whole.get(snapshot.end_date - timedelta(days=1))))
        return True
    listed = [rank for rank in ranks if rank is not None]
    paragraph(f"{_identified(item, name)} in {title(board)}", hanging=2)
    _draw([snapshot.end_date for snapshot in seen], of_ranks(ranks))
    now = f"#{ranks[-1]}" if ranks[-1] else absent(seen[-1])
    span = f"{wording.day(seen[0].end_date)} to {wording.day(seen[-1].end_date)}"
    extremes = f"best #{min(listed)}, worst #{max(listed)}"
    say(f"  {span}: now {now}, {extremes}, listed on {len(listed)} of {wording.count(len(seen), 'day')}")
    say(cited(citation(seen[-1]), "  "))
    return True


def _draw(days: Sequence[date], bars: str) -> None:
    """Bars, a day each; where they are too many for a line, each line begins with its first day."""
    if len(bars) <= DAYS_ALONE:
        say(f"  {bars}")
        return
    for begin in range(0, len(bars), DAYS_A_LINE):
        say(f"  {wording.full_day(days[begin]):>11}  {bars[begin : begin + DAYS_A_LINE]}")


def find(
    context: typer.Context,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A part of a name, or an id.")],
    config: ConfigOption = None,
    demo: DemoOption = False,
    as_json: JsonOption = False,
) -> None:
    """Ids, boards and ranks by name."""
    from bot.cli.found import matches

    not_empty(text, "TEXT")
    with open_house(context, config, demo=demo, secrets=False) as house:
        stored = house.store.history()
        found = matches(house, stored, text)
        if not found:
            raise UsageError(f"Nothing stored matches `{clean(text)}`.", hint="Only boards that were polled are known.")
        called = _called(house, found)
        if as_json:
            for match in found:
                json_line(
                    {
                        "id": match.item,
                        "name": called[match.item],
                        "board": match.board.key,
                        "date": match.end_date.isoformat(),
                        "rank": match.rank,
                        "tokens": str(match.tokens),
                    }
                )
            return
        for name, of_item in _by_item(found, called):
            paragraph(name, hanging=2)
            table([_match_row(match) for match in of_item], fold=1, right=frozenset({0, 3}))
        cite_all(stored, [(match.board, match.end_date) for match in found])


def _by_item(matched: Sequence[Match], called: Mapping[str, str]) -> list[tuple[str, list[Match]]]:
    """The matches of each item, whose name and id are said once."""
    found: dict[str, list[Match]] = {}
    for match in matched:
        found.setdefault(match.item, []).append(match)
    return [(_identified(item, called[item]), of_item) for item, of_item in found.items()]


def _match_row(match: Match) -> tuple[str, ...]:
    day, tokens = wording.day(match.end_date), wording.tokens(match.tokens)
    return f"#{match.rank}", match.board.key, day, tokens


def events(
    context: typer.Context,
    config: ConfigOption = None,
    day: DateOption = None,
    start: FromOption = None,
    end: ToOption = None,
    watchlist: WatchlistOption = None,
    everything: Annotated[
        bool, typer.Option("--all", help="With those held back, and answers not believed, and why.")
    ] = False,
    demo: DemoOption = False,
    as_json: JsonOption = False,
) -> None:
    """What was detected, newest day last.

    Each event with its ID, watchlist, rule, item, ranks (the day before → that day) and what became of it: told, new
    (in no digest yet), netted out (undone or overtaken by other days of its digest), retracted, or why it was held
    back. On each: rankbot explain ID.
    Of what the feed restated, both figures: what was told, and what holds.
    """
    if day and (start or end):
        raise UsageError("--date is one day; --from and --to are several.", hint="Give the one or the others.")
    in_order(start, end)
    with open_house(context, config, demo=demo, secrets=False) as house:
        named = watchlist_named(house, watchlist) if watchlist else None
        found = house.store.events(watchlist=watchlist, start=day or start, end=day or end, held_back=everything)
        if as_json:
            for event in found:
                json_line(event.to_json())
            return
        if not found:
            from bot.cli.nothing import no_events

            chosen = [named] if named else house.config.watchlists
            paragraph(completed(no_events(house, chosen, day or start, day or end), house.config.file))
        event_lines(house, found)
        cite_events(house.store.history(), found)
        if everything:
            refused_answers(house, named, day or start, day or end)


def preview(
    context: typer.Context,
    config: ConfigOption = None,
    channel: Annotated[str | None, typer.Option("--channel", metavar="NAME", help="Whose digest.")] = None,
    day: DateOption = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write the mail's HTML.")] = None,
    slack: Annotated[Path | None, typer.Option("--slack", metavar="FILE", help="Write Slack's blocks as JSON.")] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Show the HTML in the browser.")] = False,
    demo: DemoOption = False,
) -> None:
    """A digest of a stored day, not sent."""
    from bot.cli.previewing import compose_preview, open_html, write_html, write_slack

    with open_house(context, config, demo=demo, secrets=False) as house:
        shown: list[tuple[Subscription, Composed]] = compose_preview(house, channel, day)
        for subscription, digest in shown:
            say(f"── {subscription.channel.name}, {wording.day(digest.digest.day)} ".ljust(78, "─"))
            say(digest.message.text.rstrip())
            say()
        newest = shown[0][1].message
        if html:
            write_html(newest, html)
        if slack:
            write_slack(newest, slack)
        if open_it:
            open_html(newest, html)


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    for command in (top, history, find, events, preview):
        app.command()(command)
