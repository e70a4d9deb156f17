"""Judging days again whose windows were restated since, and noting what became of their events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.app.evaluate import DayReport, evaluated, judge
from bot.app.evidence import Evidence
from bot.app.ports import Store
from bot.app.records import DayStatus, WatchlistDay
from bot.core.detect import needs
from bot.core.history import History, ShallowHistory
from bot.core.plan import Agenda
from bot.core.revise import Boards, Judged, compare, first_stale, policy
from bot.core.rules.base import Need
from bot.core.watchlist import Watchlist


def revise(store: Store, agenda: Agenda, *, evidence: Evidence | None = None) -> list[DayReport]:
    """Judges again, oldest first, every judged day from the first on that looks at a window that was stored since.

    Days before ``agenda.oldest``, or judged by other rules, are left alone. A gap whose snapshot came
    after all is judged for the first time; one that is asked for anew, and after which nothing was judged, is left to
    the agenda. All of it is one transaction: a day that changed makes those after it be
    judged again, too, and that must not be forgotten half-way. ``evidence`` is what the cycle's watchlists share.
    """
    watchlist, evidence = agenda.watchlist, evidence or Evidence(store, [agenda])
    by = policy(watchlist)
    marks = [
        mark
        for mark in evidence.marks(watchlist.id)
        if mark.status is not DayStatus.WAITING and agenda.oldest <= mark.date and mark.policy == by
    ]
    while marks and marks[-1].status is DayStatus.GAP and marks[-1].date in agenda.days:
        marks.pop()
    if not marks:
        return []
    changed = evidence.changed(watchlist)
    days = [Judged(mark.date, mark.seen) for mark in marks]
    first = first_stale(watchlist, days, changed, since=max(agenda.since, agenda.oldest))
    if first is None:
        return []
    with store.transaction() as tx:
        return _judge_again(tx, agenda, [mark for mark in marks if mark.date >= first])


def _judge_again(tx: Store, agenda: Agenda, marks: Sequence[WatchlistDay]) -> list[DayReport]:
    watchlist, seen = agenda.watchlist, tx.version()
    history = tx.history(seen)
    now = ShallowHistory(history, watchlist.depth)
    earlier: dict[int, History] = {}
    reports = []
    for mark in marks:
        if history.at(watchlist.board, mark.date) is None:  # it is a gap still
            tx.mark(replace(mark, seen=seen))
            continue
        verdict = judge(tx, watchlist, mark.date, since=agenda.since, history=history)
        if mark.seen not in earlier:
            earlier[mark.seen] = ShallowHistory(tx.history(mark.seen), watchlist.depth)
        boards = _boards(watchlist, mark.date, earlier[mark.seen], now)
        stored = tx.events(watchlist=watchlist.id, start=mark.date, end=mark.date, held_back=True)
        differences = compare(stored, verdict.events, boards)
        added = tx.add_events(differences.added)
        tx.change_events(differences.changed)
        tx.mark(evaluated(watchlist, mark.date, verdict, first_asked=mark.first_asked_at, seen=seen))
        events = (*added, *differences.changed)
        reports.append(DayReport(watchlist.id, mark.date, DayStatus.EVALUATED, events, again=True))
    return reports


def _boards(watchlist: Watchlist, day: date, before: History, now: History) -> Boards:
    board = watchlist.board
    twins = Need(board.twin, day) in needs(watchlist, day)
    return Boards(
        before.at(board, day),
        now.at(board, day),
        before.at(board.twin, day) if twins else None,
        now.at(board.twin, day) if twins else None,
    )
