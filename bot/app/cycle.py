"""A cycle, as a pipeline: plan, fetch, gate, save, evaluate day by day, compose what is due, claim, send, record."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from bot.app import catalogue
from bot.app.allowance import Allowance
from bot.app.compose import Composed, compose_due
from bot.app.correct import answer_threads
from bot.app.deliver import Attempt, Deliver, waiting
from bot.app.evaluate import DayReport, Judged, judge_agenda, write
from bot.app.evidence import Evidence
from bot.app.operate import (
    bug_key,
    end_orphans,
    note_attempts,
    note_bug,
    note_poll,
    note_templates,
    retry_templates,
    tell_operator,
)
from bot.app.poll import Failure, Poll, PollReport, Progress, let_go, no_progress
from bot.app.ports import Channel, Feed, Renderer, Store
from bot.app.records import Begun, DayStatus
from bot.app.revise import revise
from bot.app.subscription import Subscription
from bot.app.troubles import REFUSED
from bot.core.delivery import Delivery
from bot.core.history import History
from bot.core.plan import (
    PATIENCE,
    Agenda,
    Request,
    Window,
    Wish,
    agenda,
    day_windows,
    history_windows,
    joined,
    last_complete_day,
    oldest_judged,
    rechecks,
    requests,
    wanted_windows,
)
from bot.core.ranking import FIRST_DAY
from bot.core.watchlist import Watchlist
from bot.errors import StoreError

LOG = logging.getLogger("rankbot.cycle")
_WRITTEN_AT_ONCE = 50
"""Watchlists that share a transaction: a commit waits for the disk, and a thousand took a quarter of the CPU."""


@dataclass(frozen=True, slots=True)
class Timing:
    """When a day is final, how far back missed days are made up for, and what ``now`` is.

    ``clock`` is the real time, by which leases, pacing and retries go; ``now`` is what planning and digests take.
    """

    clock: Callable[[], datetime]
    now: Callable[[], datetime]
    settle: timedelta
    catch_up_days: int
    restate_days: int = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """What a cycle is to do: each watchlist's days, the requests that they take, and whether the catalogue is due.

    ``backfill``: it is not a cycle's, and past windows are all there is to it.
    """

    last: date
    agendas: tuple[Agenda, ...]
    wanted: AbstractSet[Window]
    requests: tuple[Request, ...]
    catalogue: bool = False
    backfill: bool = False

    @property
    def cost(self) -> int:
        """HTTP requests at most."""
        return sum(request.cost for request in self.requests) + self.catalogue


@dataclass(slots=True)
class CycleReport:
    """What a cycle came to, for whoever ran it. ``catalogue`` is why names and prices of models could not be had.

    ``waiting`` is what the outbox holds yet that this cycle did not try.
    """

    plan: Plan
    poll: PollReport = field(default_factory=PollReport)
    days: list[DayReport] = field(default_factory=list)
    composed: list[Composed] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    waiting: list[Delivery] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    catalogue: Failure | None = None

    @property
    def complete(self) -> bool:
        """All that was asked for came, no day waits, and nothing failed by a bug (``broken`` says on what)."""
        waiting = any(day.status is DayStatus.WAITING for day in self.days)
        return not (self.poll.failures or self.poll.left or self.poll.later or waiting or self.broken)


@dataclass(frozen=True, slots=True)
class Cycle:
    """One run of everything. Each stage computes its work from the store, so a cycle that died is simply run again.

    ``day`` is the one that was asked for by name, if any: it is wanted even if the watchlists began after it.
    ``complaints`` is where the renderer leaves what it says of a user's templates and of charts. ``requests_per_day``
    is the budget. ``alone`` holds the store's turn to poll, given a sign of life for its waiting; it yields whether it
    has it.
    """

    store: Store
    feed: Feed
    renderer: Renderer
    watchlists: Sequence[Watchlist]
    subscriptions: Sequence[Subscription]
    operators: Sequence[Channel]
    deliver: Deliver
    timing: Timing
    complaints: list[str] = field(default_factory=list)
    day: date | None = None
    requests_per_day: int = 500
    alone: Callable[[Callable[[], None]], AbstractContextManager[bool]] = lambda _alive: nullcontext(enter_result=True)

    @property
    def allowance(self) -> Allowance:
        """What today's budget allows."""
        beside = int(self._catalogue_due())
        return Allowance(self.store, self.watchlists, self.timing.clock, self.requests_per_day, beside)

    def _catalogue_due(self) -> bool:
        return catalogue.due(self.store, self.watchlists, self.timing.clock())

    def plan(self) -> Plan:
        """The work list, as things stand."""
        last = last_complete_day(self.timing.now(), self.timing.settle)
        agendas = self._agendas(last)
        wanted = joined(wanted_windows(agendas), self._rechecks(last))
        return replace(self._plan(last, agendas, wanted), catalogue=self._catalogue_due())

    def plan_history(self, first: date, end: date) -> Plan:
        """The work list of a backfill: every window of the watchlists' boards that ends within ``first..end``."""
        last = last_complete_day(self.timing.now(), self.timing.settle)
        plan = self._plan(last, (), history_windows(self.watchlists, first, min(end, last)))
        return replace(plan, backfill=True)

    def _plan(self, last: date, agendas: tuple[Agenda, ...], wanted: Mapping[Window, Wish]) -> Plan:
        stored = self.store.depths_of(wanted.keys())
        current = last_complete_day(self.timing.clock(), self.timing.settle)
        return Plan(last, agendas, wanted.keys(), tuple(requests(wanted, stored, last, current=current)))

    def _rechecks(self, last: date) -> Mapping[Window, Wish]:
        """The closed windows that the feed may have restated since they were asked for."""
        oldest = oldest_judged(last, self.timing.catch_up_days)
        boards = {board for board, _ in day_windows(self.watchlists, last)}
        return rechecks(
            self.watchlists,
            self.store.checked(boards, oldest, last),
            last,
            now=self.timing.clock(),
            settle=self.timing.settle,
            restate_days=self.timing.restate_days,
            oldest=oldest,
        )

    def _agendas(self, last: date) -> tuple[Agenda, ...]:
        """Each watchlist's work list, by a few statements for all of them, however many years their ledgers have.

        A recent day that was given up before its patience was over was given up by a clock that was ahead: it is open.
        """
        names, oldest = [watchlist.id for watchlist in self.watchlists], oldest_judged(last, self.timing.catch_up_days)
        begun = self.store.begun(names, oldest, until=last)
        recent = self.store.statuses(names, oldest, until=last, asked_by=self.timing.clock() - PATIENCE)
        return tuple(self._agenda(one, last, begun.get(one.id), recent.get(one.id, {})) for one in self.watchlists)

    def _agenda(
        self, watchlist: Watchlist, last: date, began: Begun | None, recent: Mapping[date, DayStatus]
    ) -> Agenda:
        """A watchlist's work list. Older days than the ``recent`` ones are looked at only where one is not done."""
        catch_up, days = self.timing.catch_up_days, recent
        begins = [*([began.first] if began else []), *([self.day] if self.day else [])]
        first = max(min(begins), FIRST_DAY) if begins else None
        done_before = oldest_judged(last, catch_up)
        if first and first + timedelta(days=began.done if began else 0) < done_before:
            older = self.store.statuses([watchlist.id], first, until=done_before - timedelta(days=1))
            days, done_before = {**older.get(watchlist.id, {}), **recent}, first
        done = {day for day, status in days.items() if status is not DayStatus.WAITING}
        return agenda(watchlist, done, first, last, catch_up, done_before=done_before)

    def poll(self, plan: Plan, *, accept: AbstractSet[str], progress: Progress) -> PollReport:
        """Fetches and stores what the plan asks for and today's budget allows; notes what failed for the operator."""
        fits = self.allowance.fits
        poll = Poll(
            self.feed, self.store, self.timing.clock, accept, progress, self.deliver.stop, fits, backfill=plan.backfill
        )
        report = poll.run(plan.requests, plan.wanted)
        note_poll(self.store, report, now=self.timing.clock())
        return report

    def evaluate(self, store: Store, report: CycleReport) -> History:
        """Evaluates every watchlist's restated and open days. A bug in one holds up none of the others.

        Returns the snapshots by which they were judged; those that were looked at are at hand for the digests.
        """
        now = self.timing.clock()
        last = last_complete_day(now, self.timing.settle)
        shared = Evidence(store, report.plan.agendas, last=last)
        if any(item.days for item in report.plan.agendas):
            shared.history.fetch(report.plan.wanted)
        noted = frozenset(incident.key for incident in store.incidents())
        batch: list[tuple[str, list[Judged]]] = []
        for item in report.plan.agendas:
            name, days = item.watchlist.id, list[Judged]()
            with self._apart(store, report, "evaluated", name, noted=noted):
                again = revise(store, item, evidence=shared)
                report.days += again
                # what was judged again changed this watchlist's marks and events, so that it has to be read anew
                evidence = Evidence(store, [item], last=last) if again else shared
                for day in judge_agenda(item, evidence, now=now):
                    days.append(day)  # one by one: a bug on a later day leaves those before it
            batch.append((name, days))
            if len(batch) == _WRITTEN_AT_ONCE:
                self._write(store, report, batch)
                batch = []
        self._write(store, report, batch)
        return shared.history

    def _write(self, store: Store, report: CycleReport, batch: Sequence[tuple[str, Sequence[Judged]]]) -> None:
        """Writes what some watchlists came to: in one transaction, or day by day where that fails by a bug."""
        try:
            report.days += write(store, [day for _, days in batch for day in days])
        except StoreError:
            raise
        except Exception:  # whose bug it is, shows where each is written on its own
            LOG.exception("what %d watchlists came to could not be written at once", len(batch))
            for name, days in batch:
                with self._apart(store, report, "evaluated", name, noted=frozenset()):
                    for day in days:
                        report.days += write(store, [day])

    def compose(self, store: Store, report: CycleReport, *, at_once: bool, history: History | None = None) -> None:
        """Puts every digest that is due into the outbox. A bug in one channel holds up none of the others.

        ``history`` are the snapshots that they were judged by, where that has just been done.
        """
        now, settle = self.timing.now(), self.timing.settle
        for subscription in self.subscriptions:
            with self._apart(store, report, "composed", subscription.channel.name):
                one = compose_due(
                    store,
                    subscription,
                    renderer=self.renderer,
                    now=now,
                    settle=settle,
                    at_once=at_once,
                    history=history,
                )
                report.composed += [one] if one else []
                answer_threads(store, subscription, renderer=self.renderer, now=self.timing.clock())
        clock = self.timing.clock
        if report.composed or self.complaints:
            note_templates(store, self.complaints, now=clock())
            return
        with self._apart(store, report, "tried", "templates"):
            retry_templates(store, self.subscriptions, self.renderer, self.complaints, now=clock(), settle=settle)

    @contextmanager
    def _apart(
        self, store: Store, report: CycleReport, stage: str, subject: str, *, noted: AbstractSet[str] | None = None
    ) -> Iterator[None]:
        """Keeps a failure within its subject, and notes it for the operator. A store that fails, fails for all.

        ``noted`` are the keys of the open incidents, where that is known: then only these are ended, and a thousand
        subjects without one take no transaction each.
        """
        try:
            yield
        except StoreError:
            raise
        except Exception as error:  # a bug in one subject must not silence the others
            LOG.exception("%s could not be %s", subject, stage)
            report.broken.append(f"{subject} could not be {stage}")
            note_bug(store, stage, subject, error, now=self.timing.clock())
        else:
            if noted is None or bug_key(stage, subject) in noted:
                note_bug(store, stage, subject, None, now=self.timing.clock())

    def help(self, *, alive: Callable[[], None] = lambda: None) -> list[Attempt]:
        """Delivers what another process, which serves the store, has put into the outbox for channels known here."""
        attempts = replace(self.deliver, alive=alive, helping=True).run()
        note_attempts(self.store, attempts, now=self.timing.clock())
        return attempts

    def send(self, *, alive: Callable[[], None] = lambda: None) -> list[Attempt]:
        """Delivers what the outbox holds, and the notices to the operator about what went wrong.

        ``alive`` is called before each request: a digest may have many recipients, and a mail server be slow.
        """
        deliver = replace(self.deliver, alive=alive)
        attempts = deliver.run()
        note_attempts(self.store, attempts, now=self.timing.clock())
        if tell_operator(self.store, self.operators, self.renderer, now=self.timing.clock()):
            notices = deliver.run()
            note_attempts(self.store, notices, now=self.timing.clock())
            attempts += notices
        return attempts

    def run(
        self,
        *,
        at_once: bool = False,
        accept: AbstractSet[str] = frozenset(),
        progress: Progress = no_progress,
        alive: Callable[[], None] = lambda: None,
    ) -> CycleReport:
        """Everything, for real. ``progress`` is told of each answer of the feed; ``alive`` as in ``send``."""
        report = self._polled(accept, progress, alive)
        history = self.evaluate(self.store, report)
        self.compose(self.store, report, at_once=at_once, history=history)
        del history  # its snapshots are not held while the digests are sent, however long that takes
        report.attempts = self.send(alive=alive)
        report.waiting = waiting(self.store, report.attempts)
        return report

    def rehearse(
        self, *, at_once: bool = False, accept: AbstractSet[str] = frozenset(), progress: Progress = no_progress
    ) -> CycleReport:
        """Everything but sending: snapshots are stored, events and deliveries are taken back."""
        report = self._polled(accept, progress)
        try:
            with self.store.transaction() as tx:
                self.compose(tx, report, at_once=at_once, history=self.evaluate(tx, report))
                raise _RehearsalOverError  # noqa: TRY301  (the way to leave a transaction without committing it)
        except _RehearsalOverError:
            return report

    def _polled(
        self, accept: AbstractSet[str], progress: Progress, alive: Callable[[], None] = lambda: None
    ) -> CycleReport:
        """Asks for what is missing, once no other process asks: so the plan is made with what that one has stored.

        Where the other one does not end, all else goes on without: what is missing is left for the next cycle.
        """
        with self.alone(alive) as mine:
            plan = self.plan()
            self._tidy(plan)
            if not mine:
                missing = len(plan.requests)
                return CycleReport(plan, PollReport(planned=missing, left=missing))
            report = CycleReport(plan, self.poll(plan, accept=accept, progress=progress))
            poll = report.poll
            silent = bool(poll.left) or (poll.planned > 0 and not poll.answered)
            if plan.catalogue and not silent:  # a feed that is down, refuses or wants to be left alone is left alone
                with self._apart(self.store, report, "stored", "the catalogue"):
                    report.catalogue = catalogue.refresh(self.feed, self.store, now=self.timing.clock())
            return report

    def _tidy(self, plan: Plan) -> None:
        """Ends what nothing would end any more. A cycle for a past day does not know what today's asks for."""
        now = self.timing.clock()
        if plan.last == last_complete_day(now, self.timing.settle):
            let_go(self.store, plan.wanted, now=now)
        end_orphans(self.store, "evaluated", {watchlist.id for watchlist in self.watchlists}, now=now)
        end_orphans(self.store, REFUSED, self.deliver.channels.keys(), now=now)
        end_orphans(self.store, "composed", {one.channel.name for one in self.subscriptions}, now=now)


class _RehearsalOverError(Exception):
    """Rolls a rehearsal's transaction back."""
