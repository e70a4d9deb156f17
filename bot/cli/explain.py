"""explain: why something was told, or why not, with every number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.exits import NEEDS_YOU
from bot.cli.explained import became, disagreement, figure, rank, used
from bot.cli.options import ConfigOption, DateOption, DemoOption, FromOption, WatchlistOption, flag, open_house
from bot.cli.output import field, rows, say, whisper
from bot.cli.stored import cited, event_source, names_now, title
from bot.core import wording
from bot.core.text import clean
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.app.explain import Account
    from bot.core.event import Event
    from bot.core.history import History
    from bot.wiring import House


def explain(
    context: typer.Context,
    event_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="An event, as `rankbot events` and digests show it.")
    ] = None,
    config: ConfigOption = None,
    item: Annotated[
        str | None, typer.Option("--item", metavar="ITEM", help="A name, an id, or a model's slug: why (not) that?")
    ] = None,
    day: DateOption = None,
    watchlist: WatchlistOption = None,
    start: FromOption = None,
    demo: DemoOption = False,
) -> None:
    """Why it was told or not, with every number.

    An event by its ID; or what every rule made of an --item on a --date (the newest stored, if left out) for a
    --watchlist (the first, if left out), with --from as in a backtest from that day on. All of it is recomputed from
    the stored rows that the day was judged by; exit code 1 where that gives something else than what is stored.
    """
    from bot.cli.explain_day import DayWanted, explain_item

    if (event_id is None) is (item is None):
        raise UsageError(
            "Give an event's ID, or an --item.", hint="rankbot explain 7k2f9, or rankbot explain --item NAME"
        )
    if event_id is not None and (day or watchlist or start):
        raise UsageError("An ID says which event is meant.", hint="--date, --watchlist and --from go with --item.")
    with open_house(context, config, demo=demo, secrets=False) as house:
        given = DayWanted(item or "", day, watchlist, start)
        agrees = _event(house, event_id) if event_id is not None else explain_item(house, given)
        if not agrees:
            whisper("What is stored is not what its own rows give. Please report this, with the output above.")
            raise typer.Exit(NEEDS_YOU)


# ── an event ─────────────────────────────────────────────────────────────────────────────────────────────────


def _event(house: House, event_id: str) -> bool:
    from bot.app.explain import Check, explain_event
    from bot.core.explain import snapshots

    event = house.store.event(event_id.casefold())
    if event is None:
        hint = (
            "Those that are: rankbot events --all. What a backtest shows is not stored: use --item, --date and --from."
        )
        raise UsageError(f"No event `{clean(event_id)}` is stored.", hint=hint)
    account = explain_event(house.store, house.config.watchlists, event)
    _claim(house, account)
    _figures(house.store.history(), event)
    _evidence(event)
    used(snapshots([event]))
    say()
    if account.check is Check.SAME:
        field("verdict", "Recomputed from these rows: the same.")
    else:
        disagreement(account)
    say(cited(event_source(house.store.history(), event)))
    say(f"Next: rankbot history {clean(event.item)}{flag(house.config.file)}")
    return account.check is not Check.DIFFERS


def _claim(house: House, account: Account) -> None:
    """What the event says, what became of it, and its proof in a sentence."""
    from bot.core import proofs
    from bot.core.ranking import Board
    from bot.core.sentences import head

    event = account.event
    titles = {one.id: clean(one.title) for one in house.config.watchlists}
    called = names_now(house, {event.item: event.name}, event.date)
    say(head(replace(event, name=called[event.item])))
    say(f"  {_where(titles.get(event.watchlist, clean(event.watchlist)), title(Board.parse(event.board)))}")
    say(f"  {wording.window(event.window_days, event.date)} {event.date.year}")
    say()
    field("status", account.reason or became(house, event))
    if event.late:
        field("", "Found when the day had been judged before: it is told late.")
    if account.cooled:
        field("", f"It was told; by what is known now it would be {account.cooled}.")
    _sides(event)
    field("why", proofs.why(event))


def _where(watchlist: str, board: str) -> str:
    """A watchlist's title and its board, where the one does not begin with the other."""
    return board if board.startswith(f"{watchlist},") else f"{watchlist}: {board}"


def _sides(event: Event) -> None:
    """Of a revised event, what was told and what holds now, with the times of both."""
    from bot.core import sides

    other = sides.other(event)
    if other is None:
        return
    gone = event.status.value == "retracted"
    labels = ("was told", "holds now") if gone else ("holds now", "held before")
    own = sides.told(event)
    for label, side in zip(labels, (own, other), strict=True):
        tokens = "" if side.tokens is None else f" with {wording.exact(side.tokens)} tokens"
        known = f"{sides.place(event, side)}{tokens}, as of {side.as_of or 'no such board'}"
        field(label, known if side.is_known else "not stored")
    before, now = (own.read, other.read) if gone else (other.read, own.read)
    for key, words in (("came", f"above it now, {before.absent} before"), ("gone", f"above it before, {now.gone}")):
        names = [
            clean(one["name"] if isinstance(one, Mapping) else one) for one in (event.revised or {}).get(key) or ()
        ]
        if names:
            field("", f"{wording.listing(names)}: {words}")


def _figures(history: History, event: Event) -> None:
    """Ranks and tokens, side by side. Of the window before an event keeps the tokens; the rank is its board's."""
    from bot.core.ranking import Board

    board = Board.parse(event.board)
    compared = event.date - board.step
    before = history.at(board, compared)
    placed = rank(before.rank(event.item)) if before else "not stored"
    if before and before.tokens(event.item) != event.compared_tokens:
        placed = "unknown"  # restated since: the rank of that day was another
    say()
    rows(
        [
            ("", wording.day(event.date), wording.day(event.previous_date), wording.day(compared)),
            ("rank", rank(event.rank), rank(event.previous_rank), placed),
            ("tokens", figure(event.tokens), figure(event.previous_tokens), figure(event.compared_tokens)),
        ]
    )


def _evidence(event: Event) -> None:
    from bot.core.explain import evidence
    from bot.core.rules import RULES

    say()
    limits = ", ".join(f"{name} {_limit(value)}" for name, value in event.rule.items())
    field("rule", f"{event.kind.value}: {limits}".removesuffix(": "))
    field("", f"fires when {RULES[event.kind.value].formula}")
    say()
    passive = "yes: its place among those listed on both days is the same" if event.passive else "no"
    rows([("passive", passive), *evidence(event)])


def _limit(value: Any) -> str:
    """A parameter: numbers to the last digit, lists as in a sentence, pairs as they are configured."""
    if isinstance(value, list):
        parts = [f"[{', '.join(map(_limit, part))}]" if isinstance(part, list) else _limit(part) for part in value]
        return wording.listing(parts) or "none"
    return wording.exact(value) if isinstance(value, int) else clean(str(value))


def add_to(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(explain)
