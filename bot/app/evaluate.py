"""Evaluating: each watchlist's open days, strictly in order; what a day came to is written at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
from bot.core.sights import Sights
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


@dataclass(frozen=True, slots=True)
class Judged:
    """What a day came to, not written yet: its report, and its mark, with those of the days that wait behind it."""

    report: DayReport
    marks: tuple[WatchlistDay, ...]


def evaluate(store: Store, agenda: Agenda, *, now: datetime, evidence: Evidence | None = None) -> list[DayReport]:
    """Evaluates the agenda's days, oldest first, until one has to wait for data, and writes each in a transaction.

    ``evidence`` is what the cycle's watchlists share; without it, the watchlist reads for itself.
    """
    days = judge_agenda(agenda, evidence or Evidence(store, [agenda]), now=now)
    return [report for day in days for report in write(store, [day])]


def judge_agenda(agenda: Agenda, evidence: Evidence, *, now: datetime) -> Iterator[Judged]:
    """Judges the agenda's days, oldest first, until one has to wait for data. Nothing is written.

    A day that is too old, or whose own snapshot did not come within three days, becomes a gap; the next day is then
    compared with the last one before it. Too old is only what something newer is stored of: a clock that is ahead by a
    year finds a year of days that nobody has lived.

    ``now`` is the real time. What a clock that was ahead asked for later than that was not asked for yet.
    """
    watchlist, seen, history = agenda.watchlist, evidence.seen, evidence.history
    for day in agenda.gaps:
        if day <= evidence.reached():
            yield _gap(watchlist, day, now, seen)
    asked = {mark.date: min(mark.first_asked_at, now) for mark in evidence.marks(watchlist.id)}
    for day in agenda.days:
        missing = evidence.missing(watchlist, day)
        first_asked = asked.get(day, now)
        if missing and now - first_asked < PATIENCE:
            rest = agenda.days[agenda.days.index(day) :]  # their patience runs from now on, too
            marks = (WatchlistDay(watchlist.id, one, DayStatus.WAITING, asked.get(one, now)) for one in rest)
            yield Judged(DayReport(watchlist.id, day, DayStatus.WAITING, missing=missing), tuple(marks))
            return
        if history.at(watchlist.board, day) is None:
            yield _gap(watchlist, day, first_asked, seen)
            continue
        known = evidence.known_on(watchlist, day, since=agenda.since)
        told = evidence.told(watchlist, day)
        verdict = judge_by(
            watchlist, day, since=agenda.since, history=history, told=told, known=known, sights=evidence.sights
        )
        evidence.tell(verdict.events)
        report = DayReport(watchlist.id, day, DayStatus.EVALUATED, verdict.events, missing)
        yield Judged(report, (evaluated(watchlist, day, verdict, first_asked=first_asked, seen=seen),))


def write(store: Store, days: Iterable[Judged]) -> list[DayReport]:
    """Writes what days came to, all in one transaction, so that no day has its events without its mark.

    A day that another process has judged meanwhile is left to it, whatever it made of it: what came since is a
    restatement, which the next cycle finds. Returns the reports, with those of the events that were not stored before.
    """
    judged = list(days)
    with store.transaction() as tx:
        known = _known_marks(tx, judged)
        new = [mark for day in judged for mark in day.marks if _is_news(mark, known.get((mark.watchlist, mark.date)))]
        written = {(mark.watchlist, mark.date) for mark in new}
        mine = [day for day in judged if (day.report.watchlist, day.report.date) in written]
        events = [event for day in mine for event in day.report.events]
        added = {event.key: event for event in tx.add_events(events)} if events else {}
        tx.mark(*new)
    return [replace(day.report, events=_among(day.report.events, added)) for day in judged]


def _known_marks(tx: Store, judged: Sequence[Judged]) -> Mapping[tuple[str, date], WatchlistDay]:
    """What the ledger holds of these days by now."""
    days = [mark.date for day in judged for mark in day.marks]
    if not days:
        return {}
    ledgers = tx.ledgers({day.report.watchlist for day in judged}, min(days), max(days))
    return {(mark.watchlist, mark.date): mark for marks in ledgers.values() for mark in marks}


def _is_news(mark: WatchlistDay, known: WatchlistDay | None) -> bool:
    return known is None or (known.status is not DayStatus.EVALUATED and mark.supersedes(known))


def _among(events: Iterable[Event], added: Mapping[str, Event]) -> tuple[Event, ...]:
    return tuple(added[event.key] for event in events if event.key in added)


def told_before(store: Store, watchlist: Watchlist, day: date) -> Sequence[Event]:
    """The stored events that may hold back those of a day."""
    return store.events(watchlist=watchlist.id, start=day - timedelta(days=watchlist.cooldown_days), end=day)


def judge(store: Store, watchlist: Watchlist, day: date, *, since: date, history: History) -> detect.Evaluation:
    """The verdict on a day whose own snapshot is there, by what is stored of events and names."""
    known = known_on(store, watchlist, day, history, since=since)
    told = told_before(store, watchlist, day)
    return judge_by(watchlist, day, since=since, history=history, told=told, known=known)


def judge_by(
    watchlist: Watchlist,
    day: date,
    *,
    since: date,
    history: History,
    told: Sequence[Event],
    known: Known,
    sights: Sights | None = None,
) -> detect.Evaluation:
    """The same by what is given: what live runs and backtests share. ``sights``, where days share them: see detect."""
    return detect.evaluate(
        watchlist,
        day,
        history=history,
        since=since,
        told=told,
        names=known.names,
        called=known.called,
        sights=sights,
    )


def evaluated(
    watchlist: Watchlist, day: date, verdict: detect.Evaluation, *, first_asked: datetime, seen: int
) -> WatchlistDay:
    """The mark of a day that was judged by the store's version ``seen``."""
    notes = tuple(f"{finding.kind.value}: {finding.reason}" for finding in verdict.not_evaluated)
    return WatchlistDay(watchlist.id, day, DayStatus.EVALUATED, first_asked, notes, seen, policy(watchlist))


def _gap(watchlist: Watchlist, day: date, first_asked: datetime, seen: int) -> Judged:
    mark = WatchlistDay(watchlist.id, day, DayStatus.GAP, first_asked, (f"{NO_DATA}{day}",), seen, policy(watchlist))
    return Judged(DayReport(watchlist.id, day, DayStatus.GAP), (mark,))
