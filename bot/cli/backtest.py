"""backtest: every rule, tried on history before it is switched on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.event_lines import called_now, tested_lines
from bot.cli.lacking import nothing_tested, say_missing, say_more
from bot.cli.options import (
    ConfigOption,
    DemoOption,
    JsonOption,
    ToOption,
    flag,
    in_order,
    not_before_the_data,
    open_house,
    read_date,
)
from bot.cli.output import field, json_line, say
from bot.cli.period import period
from bot.cli.stored import cite_all, cite_events, watchlist_named
from bot.cli.tables import table
from bot.core import wording
from bot.core.text import clean
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.app.backtest import Backtester
    from bot.config.sweep import Sweep
    from bot.core.backtest import Backtest, Summary
    from bot.core.event import Event
    from bot.core.watchlist import Watchlist
    from bot.wiring import House

WEEK = 7
"""Days, at least, of which it is said how often something would be told in a week."""
NAME = 20
"""Characters of a name in the table of a sweep."""


def backtest(
    context: typer.Context,
    watchlist: Annotated[
        str | None, typer.Argument(metavar="WATCHLIST", help="One watchlist; all of them if left out.")
    ] = None,
    config: ConfigOption = None,
    start: Annotated[
        date | None,
        typer.Option(
            "--from",
            metavar="DATE",
            parser=read_date,
            help="The first UTC day (default: the first from which on all is stored that the rules look at).",
        ),
    ] = None,
    end: ToOption = None,
    everything: Annotated[bool, typer.Option("--all", help="With what would have been held back, and why.")] = False,
    sweep: Annotated[
        str | None,
        typer.Option(
            "--sweep",
            metavar="PARAMETER=VALUES",
            help="Compare values, such as entered_top.n=10,20 or cooldown_days=3,7.",
        ),
    ] = None,
    demo: DemoOption = False,
    as_json: JsonOption = False,
) -> None:
    """What would have been told, by the same engine.

    Over stored days, up to --to (the newest complete day, if left out). Nothing is stored or sent.
    """
    from bot.app.backtest import Backtester

    in_order(start, end)
    not_before_the_data(start, "--from")
    not_before_the_data(end, "--to")
    with open_house(context, config, demo=demo, secrets=False) as house:
        chosen = [watchlist_named(house, watchlist)] if watchlist else list(house.config.watchlists)
        first, last = period(house, chosen, start, end)
        backtester = Backtester(house.store)
        if sweep:
            _sweep(house, backtester, chosen, sweep, first, last, as_json=as_json)
        else:
            _backtest(house, backtester, chosen, first, last, everything=everything, as_json=as_json)
        if not (as_json or start) and (last - first).days + 1 < WEEK:
            say_more(house, chosen, last)


def _backtest(
    house: House,
    backtester: Backtester,
    chosen: Sequence[Watchlist],
    start: date,
    end: date,
    *,
    everything: bool,
    as_json: bool,
) -> None:
    found = [backtester.run(one, start, end) for one in chosen]
    shown: list[Event] = []
    if not any(one.days for one in found):
        raise nothing_tested(house, chosen, start, end)
    for one, tested in zip(chosen, found, strict=True):
        events = tested.events if everything else tested.told
        if as_json:
            for event in events:
                json_line(event.to_json())
        else:
            _head(house, one, tested)
            tested_lines(house, events)
            shown += events
            for note in _notes(tested):
                field(*note)
            say()
    say_missing(house, chosen, start, end)
    if not as_json:
        _cite(house, chosen, end, shown)
        say("Why, or why not: rankbot explain --item NAME --date DATE -w WATCHLIST")
        say(f"                 --from {start}{flag(house.config.file)}")


def _head(house: House, watchlist: Watchlist, tested: Backtest) -> None:
    """What it comes to, in a few lines."""
    from bot.core.backtest import summary

    numbers = summary(tested)
    say(f"{_named(watchlist)}, {_span(tested)}: {numbers.told} told{_a_week(tested, numbers)}")
    if numbers.told:
        field("busiest day", _busiest(numbers))
        field("talks most", ", ".join(f"{clean(name)} {times}" for name, times in _talkative(house, numbers)))
    field("held back", _held(numbers) or "none")


def _talkative(house: House, numbers: Summary) -> list[tuple[str, int]]:
    """Who would be told of most, by their names, and how often."""
    called = called_now(house, {item: name for item, name, _ in numbers.talkative})
    return [(called[item], times) for item, _, times in numbers.talkative]


def _named(watchlist: Watchlist) -> str:
    """A watchlist's title with its id, which alone is its own: "Models (models-1d)"."""
    return f"{clean(watchlist.title)} ({watchlist.id})"


def _span(tested: Backtest) -> str:
    return f"{wording.full_day(tested.start)} to {wording.full_day(tested.end)}"


def _a_week(tested: Backtest, numbers: Summary) -> str:
    """How often that is, to go on with; of less than a week nobody can say."""
    return f", {_rate(numbers)} a week" if tested.days >= WEEK else ""


def _rate(numbers: Summary) -> str:
    return f"{float(numbers.per_week):.1f}"


def _held(numbers: Summary) -> str:
    return ", ".join(f"{number} {reason.value}" for reason, number in numbers.held_back.items() if number)


def _busiest(numbers: Summary) -> str:
    return f"{wording.day(numbers.busiest[0])}, {numbers.busiest[1]}" if numbers.busiest else "none"


def _notes(tested: Backtest) -> list[tuple[str, str]]:
    """Days that could not be judged, or not by every rule: labels and what there is to say."""
    notes = []
    if tested.gaps:
        notes.append(("gaps", f"{wording.count(len(tested.gaps), 'day')} without data, the first {tested.gaps[0]}"))
    for kind, (days, reason) in _not_evaluated(tested).items():
        notes.append(("not judged", f"{kind} on {wording.count(days, 'day')}; the first time: {reason}"))
    return notes


def _not_evaluated(tested: Backtest) -> dict[str, tuple[int, str]]:
    """By kind: on how many days it was not evaluated, and why on the first of them."""
    found: dict[str, tuple[int, str]] = {}
    for _, finding in tested.not_evaluated:
        days, reason = found.get(finding.kind.value, (0, finding.reason))
        found[finding.kind.value] = (days + 1, reason)
    return found


def _cite(house: House, chosen: Sequence[Watchlist], end: date, events: Sequence[Event]) -> None:
    """The source of what is shown; where that is but that nothing would be told, of the boards of the last day."""
    history = house.store.history()
    if events:
        cite_events(history, events)
    else:
        cite_all(history, [(one.board, end) for one in chosen])


# ── sweeps ───────────────────────────────────────────────────────────────────────────────────────────────────


def _sweep(
    house: House,
    backtester: Backtester,
    chosen: Sequence[Watchlist],
    text: str,
    start: date,
    end: date,
    *,
    as_json: bool,
) -> None:
    from bot.core.backtest import with_value

    tried: list[Watchlist] = []
    sweeps = _sweeps(chosen, text)
    for one, sweep in sweeps:
        variants = [with_value(one, sweep.swept, value, otherwise=sweep.otherwise) for value in sweep.values]
        found = [backtester.run(variant, start, end) for variant in variants]
        if not any(tested.days for tested in found):
            raise nothing_tested(house, variants, start, end)
        tried += variants
        if as_json:
            _sweep_json(one, sweep, found)
        else:
            _sweep_table(house, one, sweep, found)
    say_missing(house, tried, start, end)
    if not as_json:
        _cite(house, [one for one, _ in sweeps], end, ())
        say("What a value would tell: set it in the configuration, then")
        say(f"rankbot backtest --from {start} --to {end}{flag(house.config.file)}")


def _sweeps(chosen: Sequence[Watchlist], text: str) -> list[tuple[Watchlist, Sweep]]:
    """The sweep on each watchlist that can have it; raises UsageError where none can."""
    from bot.config.sweep import read_sweep

    sweeps, refused = [], []
    for one in chosen:
        try:
            sweeps.append((one, read_sweep(text, one)))
        except UsageError as error:  # a rule or a rank that only other datasets have
            refused.append(error)
    if not sweeps:
        raise refused[0]
    return sweeps


def _sweep_json(watchlist: Watchlist, sweep: Sweep, found: Sequence[Backtest]) -> None:
    from bot.core.backtest import summary

    for value, tested in zip(sweep.values, found, strict=True):
        span = {"from": tested.start.isoformat(), "to": tested.end.isoformat(), "days": tested.days}
        tries = {"watchlist": watchlist.id, "parameter": sweep.swept.name, "value": _plain(value)}
        json_line({**tries, **span, **summary(tested).to_json()})


def _sweep_table(house: House, watchlist: Watchlist, sweep: Sweep, found: Sequence[Backtest]) -> None:
    from bot.core.backtest import summary

    now = sweep.swept.of(watchlist)
    state = f"now {', '.join(_written(value) for value in now)}" if now else "now off"
    say(f"{_named(watchlist)}, {_span(found[0])}: {sweep.swept.name} ({state})")
    short = found[0].days < WEEK
    rows = [("value", "told" if short else "a week", "busiest day", "talks most", "held back")]
    for value, tested in zip(sweep.values, found, strict=True):
        numbers = summary(tested)
        most = ", ".join(f"{clean(name, NAME)} {times}" for name, times in _talkative(house, numbers)[:2]) or "–"
        often = str(numbers.told) if short else _rate(numbers)
        rows.append((_written(value), often, _busiest(numbers), most, _held(numbers) or "–"))
    table(rows, fold=3, right=frozenset({0, 1}))
    for note in dict.fromkeys(note for tested in found for note in _notes(tested)):
        field(*note)
    say()


def _written(value: Any) -> str:
    """A value as it may be written in the configuration: 10, 2.5, 5B, 1.5T."""
    if isinstance(value, tuple):
        return ", ".join(_written(part) for part in value)
    if isinstance(value, Fraction):
        return wording.decimal(value)
    for unit, letter in ((10**12, "T"), (10**9, "B"), (10**6, "M")):
        if isinstance(value, int) and value >= unit and value * 100 % unit == 0:
            return f"{wording.decimal(Fraction(value, unit))}{letter}"
    return clean(str(value))


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else float(value)
    return [_plain(part) for part in value] if isinstance(value, tuple) else value


def add_to(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(backtest)
