"""What every rule made of an item on a day, and how far from firing it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from bot.cli.explained import became, disagreement, figure, rank, used
from bot.cli.nothing import nothing_of, span, to_have
from bot.cli.options import completed, flag, not_empty
from bot.cli.output import WIDTH, field, paragraph, rows, say, warn_field
from bot.cli.stored import citation, cited, names_now, newest, title, watchlist_named
from bot.core import wording
from bot.core.ranking import Dataset
from bot.core.text import clean, fill
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.app.explain import DayAccount
    from bot.core.explain import Finding
    from bot.core.rules import Day
    from bot.core.watchlist import Watchlist
    from bot.wiring import House


@dataclass(frozen=True, slots=True)
class DayWanted:
    """What was asked about: an item by name or id, and what was named of day, watchlist and a backtest's first day."""

    item: str
    day: date | None
    watchlist: str | None
    start: date | None


def explain_item(house: House, wanted: DayWanted) -> bool:
    """Prints what every rule made of an item on a day; whether that is what is stored. Raises UsageError."""
    from bot.app.explain import explain_day

    not_empty(wanted.item, "--item")
    watchlist = watchlist_named(house, wanted.watchlist) if wanted.watchlist else house.config.watchlists[0]
    latest = newest(house.store.history(), watchlist.board, None)
    if latest is None:
        raise nothing_of(house, watchlist.board, wanted.day)
    chosen, start = wanted.day or latest.end_date, wanted.start
    if start and start > chosen:
        raise UsageError(f"--from {start} is later than --date {chosen}.", hint="--from is where the backtest begins.")
    identity = _meant(house, watchlist, wanted.item)
    account = explain_day(house.store, watchlist, identity, chosen, backtest_from=start)
    _day_head(account, _called(house, identity, chosen))
    if account.judged is None:
        lacks = f"{title(watchlist.board)}: {span(house, [watchlist.board])}, and nothing for that day."
        paragraph(f"{lacks} So it can't be judged.", indent=2)
        paragraph(completed(to_have(house, watchlist.board, chosen), house.config.file))
        return True
    _on_board(account.judged.day, identity)
    for finding in account.findings:
        _finding(finding)
    used(account.judged.rows)
    say()
    _stored(house, account)
    say(cited(citation(account.judged.day.current)))
    say(f"Next: rankbot history {clean(identity)}{flag(house.config.file)}")
    return account.agrees


def _meant(house: House, watchlist: Watchlist, text: str) -> str:
    """The id of the item that is meant; raises UsageError where it is none, or several."""
    found = house.store.find(text)
    exact = [match for match in found if text.casefold() in (match.name.casefold(), match.item.casefold())] or found
    here = {match.item for match in exact if match.board.dataset is watchlist.board.dataset}
    if len(here) == 1:
        return here.pop()
    if not here:
        raise _nobody(house, watchlist, text, elsewhere=bool(exact))
    ids = wording.listing([clean(item) for item in sorted(here)], 8)
    raise UsageError(f"`{clean(text)}` means several items.", hint=f"Give an id: {ids}")


def _nobody(house: House, watchlist: Watchlist, text: str, *, elsewhere: bool) -> UsageError:
    """The error of a name that no item of the watchlist's dataset bears; ``elsewhere``: one of the other does."""
    if not elsewhere:
        return UsageError(f"Nothing stored is called `{clean(text)}`.", hint="Look for a part of it: rankbot find TEXT")
    noun, other = ("model", "app") if watchlist.board.dataset is Dataset.MODELS else ("app", "model")
    others = [one.id for one in house.config.watchlists if one.board.dataset is not watchlist.board.dataset]
    hint = f"With {'-w ' + ', or -w '.join(others)} it is looked for among the {other}s." if others else ""
    return UsageError(
        f"No {noun} is called `{clean(text)}`, but {'an' if other == 'app' else 'a'} {other} is.", hint=hint
    )


def _called(house: House, item: str, day: date) -> str:
    borne = house.store.names([item]).get(item, (item,))
    return clean(names_now(house, {item: borne[0]}, day)[item])


def _day_head(account: DayAccount, name: str) -> None:
    """What it is about, and how the day came to be judged."""
    told = [finding for finding in account.findings if finding.event and not finding.reason]
    kinds = wording.listing([finding.title for finding in told])
    sentence = f"tells {kinds}" if told else "tells nothing"
    head = f"{name} on {wording.day(account.day)} {account.day.year}: {clean(account.watchlist.title)} {sentence}."
    say(fill(head, WIDTH))
    say(f"  id {clean(account.item)}, {title(account.watchlist.board)}")
    judged = _how_judged(account)
    if judged:
        say(f"  {judged}")


def _how_judged(account: DayAccount) -> str:
    """How the day came to be judged, where that was not simply in its turn."""
    mark, since = account.mark, account.since
    status = mark.status.value if mark else ""
    cases = (
        (account.backtest, "As a backtest has it, from stored rows."),
        (since is None, "The watchlist has not run yet: judged now, and nothing was told of that day."),
        (
            since is not None and account.day < since,
            f"Before the watchlist's first day, {since}: judged now, and nothing was told of that day.",
        ),
        (status in ("", "waiting"), "Not judged yet: judged now, by what is at hand."),
        (status == "gap", "A gap: no data came in time, so nothing was told of that day. Judged now."),
        (account.other_rules, "Judged by other rules than today's. What follows is by today's."),
    )
    return next((words for holds, words in cases if holds), "")


def _on_board(day: Day, item: str) -> None:
    """Where the item stood on both days."""
    entry = day.current.entry(item)
    before = day.previous.entry(item) if day.previous else None
    base = day.previous.end_date if day.previous else None
    say()
    columns = [("", wording.day(day.date), wording.day(base) if base else "no day before")]
    columns.append(("rank", rank(entry.rank if entry else None), rank(before.rank if before else None)))
    columns.append(("tokens", figure(entry.tokens if entry else None), figure(before.tokens if before else None)))
    rows(columns)
    if _is_passive(day, item):
        field("", "A passive move: its place among those listed on both days is the same.")


def _is_passive(day: Day, item: str) -> bool:
    from bot.core.diff import passive_items

    if day.previous is None or day.current.rank(item) == day.previous.rank(item):
        return False
    return item in passive_items(day.current, day.previous)


def _finding(finding: Finding) -> None:
    """A rule's verdict as a sentence, and condition by condition."""
    from bot.core import proofs
    from bot.core.view import handle_of

    say()
    event = finding.event
    say(f"  {finding.title}: {handle_of(event) if event else 'no'}")
    if event:
        field("", finding.reason or "worth telling")
    field("", proofs.why(event) if event else finding.reason)
    measured = [
        ("yes" if one.met else "NO", one.what, one.found, f"wanted: {one.wanted}") for one in finding.conditions
    ]
    rows(measured, indent=4)


def _stored(house: House, account: DayAccount) -> None:
    """Whether what is stored of the item agrees with what was found now."""
    from bot.app.explain import Check

    if account.mark is None or account.backtest:
        return
    for one in account.stored:
        state = one.reason or became(house, one.event)
        field("stored", f"{one.event.id} {one.event.kind.value}, {state}")
        if one.check is not Check.SAME:
            disagreement(one)
    for event in account.unstored:
        warn_field("verdict", f"{event.key} comes about, and is not stored.")
    if account.agrees and not account.other_rules:
        field("verdict", "Recomputed from the rows that the day was judged by: the same as stored.")
