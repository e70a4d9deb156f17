"""Explaining what is stored: verdicts recomputed from the rows that they were judged by, as these were then."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Any

from bot.app.backtest import Backtester, first_day
from bot.app.evaluate import judge_by, told_before
from bot.app.evidence import Known, known_on
from bot.app.ports import Store
from bot.app.records import DayStatus, WatchlistDay
from bot.core import detect
from bot.core.days import ONE_DAY
from bot.core.event import Event, EventStatus, HeldBack
from bot.core.explain import Difference, Finding, differences, findings, held_back_words, snapshots
from bot.core.history import History
from bot.core.plan import Window
from bot.core.ranking import Board
from bot.core.revise import policy
from bot.core.rules import Day, rule_of
from bot.core.sights import looked_at
from bot.core.watchlist import Watchlist

TRIED = 40
"""Versions of the store, at most, by which a told event is judged again until one gives it."""
STILL_HOLDS = Difference("status", "taken back", "it holds")
"""What is wrong with an event that was taken back and comes about nevertheless."""


class Check(Enum):
    """What recomputing an event gave.

    ``OTHER_RULES``: it differs, but it was judged by other rules or interests than today's, or by another version.
    ``THINNED``: it differs or can't be done, but of the board's older windows only some lines are kept.
    """

    SAME = "same"
    DIFFERS = "differs"
    OTHER_RULES = "other rules"
    THINNED = "thinned"


@dataclass(frozen=True, slots=True)
class Judged:
    """A watchlist's day judged by a version of the store: the verdict, and all that it was judged by."""

    watchlist: Watchlist
    day: Day
    verdict: detect.Evaluation
    told: Sequence[Event]
    known: Known

    @property
    def rows(self) -> Sequence[Mapping[str, Any]]:
        """The stored windows that the day was judged by: board, end_date, revision and as_of of each."""
        return looked_at(self.day, self.watchlist.rules)

    def event(self, key: str) -> Event | None:
        """The event of that key, if the day has it."""
        return next((event for event in self.verdict.events if event.key == key), None)


@dataclass(frozen=True, slots=True)
class Account:
    """An event, and what recomputing it gave. ``reason``: what holds it back, in words; empty where nothing does.

    ``cooled``: it was told, and by what is known now a cooldown would have held it back, in words.
    """

    event: Event
    check: Check
    differences: tuple[Difference, ...]
    reason: str = ""
    cooled: str = ""


@dataclass(frozen=True, slots=True)
class DayAccount:
    """What every rule made of an item on a day; ``judged`` is None where the day has no snapshot.

    ``mark`` is the day's entry in the ledger, if it has one; ``since`` the watchlist's first day, if it has run.
    ``stored`` are the item's events of that day, each recomputed. ``unstored`` were found now and are not stored,
    though the day was judged by the same rules. ``backtest``: the ledger took no part.
    """

    watchlist: Watchlist
    item: str
    day: date
    mark: WatchlistDay | None
    since: date | None
    judged: Judged | None
    findings: tuple[Finding, ...] = ()
    stored: tuple[Account, ...] = ()
    unstored: tuple[Event, ...] = ()
    other_rules: bool = False
    backtest: bool = False

    @property
    def agrees(self) -> bool:
        """Whether what is stored is what judging the stored rows gives."""
        return not self.unstored and all(account.check is not Check.DIFFERS for account in self.stored)


def explain_event(store: Store, watchlists: Sequence[Watchlist], event: Event) -> Account:
    """Recomputes a stored event from the rows that it was judged by."""
    account = _recomputed(store, watchlists, event)
    thinned = store.thinned_until(Board.parse(event.board))
    if thinned is None or account.check is Check.SAME:
        return account
    gone = account.check is Check.DIFFERS or event.date <= thinned
    return replace(account, check=Check.THINNED) if gone else account


def _recomputed(store: Store, watchlists: Sequence[Watchlist], event: Event) -> Account:
    configured = next((one for one in watchlists if one.id == event.watchlist), None)
    mark = next((one for one in store.ledger(event.watchlist) if one.date == event.date), None)
    same_rules = bool(configured and mark and mark.policy == policy(configured))
    watchlist = configured if configured and same_rules else _as_it_was(configured, event)
    if watchlist is None or mark is None:
        return Account(event, Check.OTHER_RULES, differences(event, None))
    seen = mark.seen
    now = judged_at(store, watchlist, event.date, seen=seen)
    account = _account(event, now, same_rules=same_rules)
    if event.status is EventStatus.RETRACTED and now and now.event(event.key):
        return replace(account, check=_unlike(same_rules=same_rules), differences=(STILL_HOLDS,))
    if account.check is Check.SAME or event.status is EventStatus.NEW:
        return account
    for earlier in _moments(store, watchlist, event, seen):  # what was told is kept, whatever came since
        then = judged_at(store, watchlist, event.date, seen=earlier)
        older = _account(event, then, same_rules=same_rules)
        if older.check is Check.SAME:
            return older
    return account


def explain_day(
    store: Store, watchlist: Watchlist, item: str, day: date, *, backtest_from: date | None = None
) -> DayAccount:
    """What every rule of the watchlist made of the item on a day, by the rows that the day was judged by.

    A day that was not judged, and every day of a backtest from ``backtest_from`` on, is judged now, in memory.
    """
    marks = store.ledger(watchlist.id)
    mark = next((one for one in marks if one.date == day), None)
    since = marks[0].date if marks else None
    if backtest_from:
        begin = first_day(store, watchlist, backtest_from)
        before = Backtester(store).run(watchlist, begin, day - ONE_DAY).told if begin < day else ()
        judged = _judged(store, watchlist, day, store.history(), since=begin, told=before)
        return _day_account(DayAccount(watchlist, item, day, mark, since, judged, backtest=True))
    if mark is None or mark.status is not DayStatus.EVALUATED:
        told = told_before(store, watchlist, day)
        begin = first_day(store, watchlist, day)
        judged = _judged(store, watchlist, day, store.history(), since=begin, told=told)
        return _day_account(DayAccount(watchlist, item, day, mark, since, judged))
    judged = judged_at(store, watchlist, day, seen=mark.seen)
    account = DayAccount(watchlist, item, day, mark, since, judged, other_rules=mark.policy != policy(watchlist))
    return _with_stored(store, _day_account(account))


def _day_account(account: DayAccount) -> DayAccount:
    judged, item = account.judged, account.item
    if judged is None:
        return account
    names = tuple(judged.known.names.get(item, ()))
    found = findings(account.watchlist, judged.day, judged.verdict, item, told=judged.told, names=names)
    return replace(account, findings=found)


def _with_stored(store: Store, account: DayAccount) -> DayAccount:
    """The account with the item's stored events, held against those found now."""
    day, watchlist = account.day, account.watchlist
    events = store.events(watchlist=watchlist.id, start=day, end=day, held_back=True)
    stored = [event for event in events if event.item == account.item]
    keys = {event.key for event in stored if event.status is not EventStatus.RETRACTED}
    found = [one.event for one in account.findings if one.event]
    unstored = () if account.other_rules else tuple(event for event in found if event.key not in keys)
    return replace(
        account, stored=tuple(explain_event(store, [watchlist], event) for event in stored), unstored=unstored
    )


# ── judging again ────────────────────────────────────────────────────────────────────────────────────────────


def judged_at(store: Store, watchlist: Watchlist, day: date, *, seen: int) -> Judged | None:
    """A day judged by the rows that the store had at a version; None where it had none of that day."""
    begun = [mark.date for mark in store.ledger(watchlist.id) if mark.seen <= seen]
    told = told_before(store, watchlist, day)
    return _judged(store, watchlist, day, store.history(seen), since=min([day, *begun]), told=told)


def _judged(
    store: Store, watchlist: Watchlist, day: date, history: History, *, since: date, told: Sequence[Event]
) -> Judged | None:
    if history.at(watchlist.board, day) is None:
        return None
    known = known_on(store, watchlist, day, history, since=since)
    verdict = judge_by(watchlist, day, since=since, history=history, told=told, known=known)
    view = detect.day_of(watchlist, day, stored=history, called=known.called, since=since, names=known.names)
    return Judged(watchlist, view, verdict, told, known)


def _as_it_was(configured: Watchlist | None, event: Event) -> Watchlist | None:
    """The watchlist with the one rule that found the event, where it is not configured like that any more."""
    rule, board = rule_of(event), Board.parse(event.board)
    if rule is None:
        return None
    if configured:
        return replace(configured, board=board, rules=(rule,))
    return Watchlist(event.watchlist, event.watchlist, board, (rule,))


def _account(event: Event, judged: Judged | None, *, same_rules: bool) -> Account:
    found = judged.event(event.key) if judged else None
    differs = differences(event, found)
    if judged is None or found is None or differs:
        return Account(event, _unlike(same_rules=same_rules), differs)
    names = tuple(judged.known.names.get(event.item, ()))
    words = held_back_words(judged.watchlist, found, told=judged.told, names=names)
    if found.held_back is event.held_back:
        return Account(event, Check.SAME, (), reason=words)
    if event.status is not EventStatus.NEW and found.held_back is HeldBack.COOLDOWN:  # by what came to light later
        return Account(event, Check.SAME, (), cooled=words if event.status is EventStatus.TOLD else "")
    held = Difference("held back", str(event.held_back or "no"), str(found.held_back or "no"))
    return Account(event, _unlike(same_rules=same_rules), (held,))


def _unlike(*, same_rules: bool) -> Check:
    """What it means that a recomputation gives something else."""
    return Check.DIFFERS if same_rules else Check.OTHER_RULES


def _moments(store: Store, watchlist: Watchlist, event: Event, seen: int) -> Iterator[int]:
    """Earlier versions than ``seen`` that the event may have been judged by, the likeliest first, ``TRIED`` at most.

    It was judged when the rows that it names were the newest of their windows: by the last such version, or the first,
    or at a change between them. Of the windows that the day needs every revision counts; of older ones, which a verdict
    may look back at, the newest.
    """
    used = snapshots([event])
    rows = {(Board.parse(row["board"]), date.fromisoformat(row["end_date"])): int(row["revision"]) for row in used}
    versions = range(seen + 1)
    first = bisect_left(versions, True, key=lambda version: _stood(store, rows, version)[0])
    last = bisect_left(versions, True, key=lambda version: _stood(store, rows, version)[1]) - 1
    needed = {source for need in detect.needs(watchlist, event.date) for source in detect.sources(need)}
    stamps = store.changed({board for board, _ in needed}, 0)
    changes = {stamp for (_, end), stamp in stamps.items() if end <= event.date}
    changes.update(stamp for window in needed for stamp in _revised(store, window, versions))
    between = sorted((stamp - 1 for stamp in changes if first < stamp <= last), reverse=True)
    yield from [moment for moment in dict.fromkeys((last, first, *between)) if moment != seen][:TRIED]


def _stood(store: Store, rows: Mapping[Window, int], version: int) -> tuple[bool, bool]:
    """Whether the store had all these revisions at a version, and whether it had a newer one of any: both only grow."""
    history = store.history(version)
    found = {window: history.at(*window) for window in rows}
    reached = [(snapshot.revision if snapshot else 0) - rows[window] for window, snapshot in found.items()]
    return all(ahead >= 0 for ahead in reached), any(ahead > 0 for ahead in reached)


def _revised(store: Store, window: Window, versions: range) -> Iterator[int]:
    """The versions with which a window's revisions between its first and its newest came."""
    newest = store.snapshot(*window)
    for revision in range(2, newest.revision if newest else 0):
        yield bisect_left(versions, revision, key=lambda version: _revision(store.history(version), window))


def _revision(history: History, window: Window) -> int:
    snapshot = history.at(*window)
    return snapshot.revision if snapshot else 0
