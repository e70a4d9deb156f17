"""Evaluating: each watchlist's open days, strictly in order, each in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.app.ports import Store
from bot.app.records import DayStatus, WatchlistDay
from bot.core import detect, naming
from bot.core.event import Event, Kind
from bot.core.history import History
from bot.core.notes import NO_DATA
from bot.core.plan import PATIENCE, Agenda
from bot.core.ranking import Board
from bot.core.revise import policy
from bot.core.rules.base import Need
from bot.core.watchlist import Names, Watchlist

NAMED = timedelta(days=31)
"""How far back whoever may have an event was last listed: an exit is told some days after the last sight."""
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayReport:
    """What a watchlist's day came to. ``missing`` are the windows that it waits for, or went without.

    ``again``: it was judged before, and its windows were restated since; ``events`` are those that stand otherwise now.
    """

    watchlist: str
    date: date
    status: DayStatus
    events: tuple[Event, ...] = ()
    missing: tuple[Need, ...] = ()
    again: bool = False


def evaluate(store: Store, agenda: Agenda, *, now: datetime) -> list[DayReport]:
    """Evaluates the agenda's days, oldest first, until one has to wait for data.

    A day that is too old, or whose own snapshot did not come within three days, becomes a gap; the next day is then
    compared with the last one before it. One transaction writes a day's events and the mark that it is evaluated.
    """
    seen = store.version()
    reports = [_give_up(store, agenda.watchlist, day, now, seen) for day in agenda.gaps]
    asked = {mark.date: mark.first_asked_at for mark in store.ledger(agenda.watchlist.id)}
    history = store.history(seen)
    for day in agenda.days:
        missing = tuple(_missing(agenda.watchlist, day, history))
        first_asked = asked.get(day, now)
        if missing and now - first_asked < PATIENCE:
            for waiting in agenda.days[agenda.days.index(day) :]:  # their patience runs from now on, too
                mark = WatchlistDay(agenda.watchlist.id, waiting, DayStatus.WAITING, asked.get(waiting, now))
                store.mark(mark)
            reports.append(DayReport(agenda.watchlist.id, day, DayStatus.WAITING, missing=missing))
            break
        if history.at(agenda.watchlist.board, day) is None:
            reports.append(_give_up(store, agenda.watchlist, day, first_asked, seen))
            continue
        verdict = judge(store, agenda.watchlist, day, since=agenda.since, history=history)
        with store.transaction() as tx:
            added = tx.add_events(verdict.events)
            tx.mark(evaluated(agenda.watchlist, day, verdict, first_asked=first_asked, seen=seen))
        reports.append(DayReport(agenda.watchlist.id, day, DayStatus.EVALUATED, tuple(added), missing))
    return reports


@dataclass(frozen=True, slots=True)
class Known:
    """What a day's items are called on it, and every name that they had borne by then, newest first."""

    called: Mapping[str, str]
    names: Names


def known_on(store: Store, watchlist: Watchlist, day: date, history: History, *, since: date) -> Known:
    """The names of whoever may have an event on a day of the watchlist, which began on ``since``.

    Only names borne by that day count: a day that is made up for, or judged again, is judged as it would have been.
    After a gap, whoever was listed before it may have one, too.

    For the same reason an item is called by what the watchlist's own boards gave from the day before ``since`` on. When
    that day is judged they are all there, while windows of other boards, or from before, are there or not.
    """
    boards = boards_of(watchlist)
    ends = [(board, end) for board in boards for end in history.days(board, day - NAMED, day)]
    before = detect.last_stored(history, watchlist.board, day - ONE_DAY)
    if before and before.end_date < day - NAMED:
        ends.insert(0, (watchlist.board, before.end_date))
    seen = [snapshot for board, end in ends if (snapshot := history.at(board, end))]
    items = {entry.item for snapshot in seen for entry in snapshot.entries}
    own = (snapshot for snapshot in seen if snapshot.end_date >= since - ONE_DAY)
    called = {item: naming.shown(names) for item, names in naming.sighted(own).items()}
    return Known(called, store.names(items, until=day))


def boards_of(watchlist: Watchlist) -> tuple[Board, ...]:
    """The boards that the watchlist's events are about: its own, and the trending list if a rule looks at it."""
    lists = [watchlist.board.twin] if any(rule.kind is Kind.TRENDING for rule in watchlist.rules) else []
    return (watchlist.board, *lists)


def told_before(store: Store, watchlist: Watchlist, day: date) -> Sequence[Event]:
    """The stored events that may hold back those of a day."""
    return store.events(watchlist=watchlist.id, start=day - timedelta(days=watchlist.cooldown_days), end=day)


def judge(store: Store, watchlist: Watchlist, day: date, *, since: date, history: History) -> detect.Evaluation:
    """The verdict on a day whose own snapshot is there, by what is stored of events and names."""
    known = known_on(store, watchlist, day, history, since=since)
    told = told_before(store, watchlist, day)
    return judge_by(watchlist, day, since=since, history=history, told=told, known=known)


def judge_by(
    watchlist: Watchlist, day: date, *, since: date, history: History, told: Sequence[Event], known: Known
) -> detect.Evaluation:
    """The same by what is given: what live runs and backtests share."""
    return detect.evaluate(
        watchlist,
        day,
        history=history,
        since=since,
        told=told,
        names=known.names,
        called=known.called,
    )


def evaluated(
    watchlist: Watchlist, day: date, verdict: detect.Evaluation, *, first_asked: datetime, seen: int
) -> WatchlistDay:
    """The mark of a day that was judged by the store's version ``seen``."""
    notes = tuple(f"{finding.kind.value}: {finding.reason}" for finding in verdict.not_evaluated)
    return WatchlistDay(watchlist.id, day, DayStatus.EVALUATED, first_asked, notes, seen, policy(watchlist))


def _give_up(store: Store, watchlist: Watchlist, day: date, first_asked: datetime, seen: int) -> DayReport:
    note = f"{NO_DATA}{day}"
    store.mark(WatchlistDay(watchlist.id, day, DayStatus.GAP, first_asked, (note,), seen, policy(watchlist)))
    return DayReport(watchlist.id, day, DayStatus.GAP)


def _missing(watchlist: Watchlist, day: date, history: History) -> Iterable[Need]:
    for need in detect.needs(watchlist, day):
        snapshot = history.at(need.board, need.end_date) if need.waits else None
        if need.waits and (snapshot is None or snapshot.depth < watchlist.depth):
            yield need
