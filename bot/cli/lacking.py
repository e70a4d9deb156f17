"""What a backtest lacks: which history is not stored, the command that fetches it, and its price."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.cli.options import completed, is_demo
from bot.cli.output import field, say, warn_field
from bot.core import wording
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.app.backtest import Missing
    from bot.core.watchlist import Watchlist
    from bot.wiring import House

SOME_WEEKS = timedelta(days=27)
"""How much earlier the first day lies of a span that says something: four weeks with the last."""


def say_missing(house: House, chosen: Sequence[Watchlist], start: date, end: date) -> None:
    """Says on stderr what is missing, and what fetching it would cost."""
    from bot.app.backtest import missing

    gone = missing(house.store, chosen, start, end)
    if gone:
        windows = wording.count(len(gone.windows), "window")
        warn_field("missing", f"{windows} that it would look at.\n{_offer(house, gone)}")


def say_more(house: House, chosen: Sequence[Watchlist], last: date) -> None:
    """Says of so few days that there is no rate what it takes to have some weeks of them."""
    from bot.app.backtest import missing

    gone = missing(house.store, chosen, last - SOME_WEEKS, last)
    if gone:
        say()
        field("few days", f"Of less than a week there is no rate. {_offer(house, gone)}")


def nothing_tested(house: House, chosen: Sequence[Watchlist], start: date, end: date) -> UsageError:
    """The error of a backtest over days of which none is stored."""
    from bot.app.backtest import missing

    gone = missing(house.store, chosen, start, end)
    hint = _offer(house, gone) if gone else ""
    return UsageError(f"Nothing is stored of {start} to {end}.", hint=hint.replace("\n", "\n  "))


def _offer(house: House, gone: Missing) -> str:
    """The command that fetches what is missing, with its price in requests; for a demo nothing can be fetched."""
    from bot.cli.nothing import NO_MORE
    from bot.cli.report import effort

    if is_demo(house.config.file):
        return NO_MORE
    out_of_reach = gone.out_of_reach(house.config.watchlists)
    offers = []
    if out_of_reach < len(gone.windows):
        plan = house.cycle().plan_history(gone.first, gone.last)
        fetching = f"To fetch them: rankbot backfill --from {gone.first} --to {gone.last}"
        offers += [completed(fetching, house.config.file), effort(house, plan)]
    if out_of_reach:
        offers.append(f"{out_of_reach} of them can be fetched once what is tried is in the configuration.")
    return "\n".join(offers)
