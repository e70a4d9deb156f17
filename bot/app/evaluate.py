"""Evaluating: each watchlist's open days, strictly in order, each in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.app.evidence import Evidence, Known, known_on
from bot.app.ports import Store
from bot.app.records import DayStatus, WatchlistDay
from bot.core import detect
from bot.core.event import Event
from bot.core.history import History
from bot.core.notes import NO_DATA
from bot.core.plan import PATIENCE, Agenda
from bot.core.revise import policy
from bot.core.rules.base import Need
from bot.core.watchlist import Watchlist


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


def evaluate(store: Store, agenda: Agenda, *, now: datetime, evidence: Evidence | None = None) -> list[DayReport]:
    """Evaluates the agenda's days, oldest first, until one has to wait for data.

    A day that is too old, or whose own snapshot did not come within three days, becomes a gap; the next day is then
    compared with the last one before it. One transaction writes a day's events and the mark that it is evaluated.
    ``evidence`` is what the cycle's watchlists share; without it, the watchlist reads for itself.
    """
    evidence = evidence or Evidence(store, [agenda])
    seen, history = evidence.seen, evidence.history
    reports = [_give_up(store, agenda.watchlist, day, now, seen) for day in agenda.gaps]
    asked = {mark.date: mark.first_asked_at for mark in evidence.marks(agenda.watchlist.id)}
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
        known = evidence.known_on(agenda.watchlist, day, since=agenda.since)
        told = evidence.told(agenda.watchlist, day)
        verdict = judge_by(agenda.watchlist, day, since=agenda.since, history=history, told=told, known=known)
        with store.transaction() as tx:
            added = tx.add_events(verdict.events)
            tx.mark(evaluated(agenda.watchlist, day, verdict, first_asked=first_asked, seen=seen))
        evidence.tell(added)
        reports.append(DayReport(agenda.watchlist.id, day, DayStatus.EVALUATED, tuple(added), missing))
    return reports


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
