"""Polling: ask for what is missing, let the gate judge what came, store it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.app.ports import Feed, Store
from bot.core import gate
from bot.core.plan import PATIENCE, Request, Window
from bot.core.ranking import FIRST_DAY, MODEL_DAY, Dataset, Ranking, Snapshot, Sort
from bot.core.wording import window
from bot.errors import (
    BudgetExhaustedError,
    FeedError,
    FeedMalformedError,
    FeedPermanentError,
    FeedRateLimitError,
    FeedRefusedError,
)

Progress = Callable[[int, int], None]
"""Told (requests answered, requests planned) after each."""


def no_progress(_answered: int, _planned: int) -> None:
    """For whoever does not watch."""


AGAIN = "It is asked for again."
BELIEVE = "If it is right: rankbot run --accept"
"""How the operator has an implausible answer believed; the board's key follows."""
BELIEVE_PAST = "If it is right: rankbot backfill --from {day} --to {day} --accept"
"""The same of a backfill's answer."""
GIVE_UP_AFTER = 3
"""Transient failures running after which the feed counts as down, and the rest is left for the next cycle."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer that could not be used. ``permanent``: asking again will not help."""

    message: str
    hint: str = ""
    permanent: bool = False
    quarantined: bool = False


@dataclass(slots=True)
class PollReport:
    """What a poll came to: requests planned and answered, what was stored, and each failure.

    ``missed`` is what the feed does not have and no day waits for: it is gone without, and nobody is troubled.
    ``empty`` are the windows of a backfill of which the feed has nothing.
    ``left`` counts what the next cycle asks for; ``later`` is what today's budget has no room for.
    """

    planned: int = 0
    answered: int = 0
    stored: list[Snapshot] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    missed: list[Failure] = field(default_factory=list)
    empty: list[Window] = field(default_factory=list)
    left: int = 0
    later: list[Request] = field(default_factory=list)

    @property
    def later_cost(self) -> int:
        """HTTP requests, at most, that do not fit into today's budget."""
        return sum(request.cost for request in self.later)

    @property
    def boards(self) -> int:
        """Boards of which something was stored."""
        return len({snapshot.board for snapshot in self.stored})

    @property
    def entries(self) -> int:
        """Entries that were stored."""
        return sum(len(snapshot.entries) for snapshot in self.stored)


@dataclass(frozen=True, slots=True)
class Poll:
    """The use case, with what it needs.

    ``accept`` names boards whose implausible answers the operator believes; ``stop`` ends it between two requests.
    ``fits`` says whether today's budget allows a request; it is asked before each. ``backfill``: no day waits for any
    of it, and nothing asks for it again by itself, so that nothing is held in quarantine, and what the feed does not
    have, since the board had not begun, is no failure.
    """

    feed: Feed
    store: Store
    clock: Callable[[], datetime]
    accept: AbstractSet[str] = frozenset()
    progress: Progress = no_progress
    stop: Callable[[], bool] = lambda: False
    fits: Callable[[Request], bool] = lambda _request: True
    backfill: bool = False

    def run(self, requests: Sequence[Request], wanted: AbstractSet[Window]) -> PollReport:
        """Asks for each request, and once more at the end for those that failed for a passing reason.

        Only ``wanted`` windows are stored: a range of model days may hold others. A refused key, a rate limit or a
        used-up budget ends the poll; so do several failures running. What is left, comes in the next cycle. Where the
        feed says for how long it wants to be left alone, that is stored, and every process obeys it.
        """
        report = PollReport(planned=len(requests))
        again = self._pass(requests, wanted, report, final=False)
        if again:
            report.left += len(self._pass(again, wanted, report, final=True))
        return report

    def _pass(
        self, requests: Sequence[Request], wanted: AbstractSet[Window], report: PollReport, *, final: bool
    ) -> list[Request]:
        """One round; returns what is worth a second try."""
        again: list[Request] = []
        running = 0
        for index, request in self._affordable(requests, report):
            if self.stop():
                report.left += len(requests) - index + len(again)
                return []
            try:
                rankings = self._ask(request)
            except (FeedRefusedError, FeedRateLimitError, BudgetExhaustedError) as error:
                obey(self.store, error, now=self.clock())
                report.failures.append(failure_of(error))
                report.left += len(requests) - index - 1 + len(again)
                return []
            except FeedError as error:
                running = running + 1 if _passing(error) else 0
                if _passing(error) and not final and running < GIVE_UP_AFTER:
                    again.append(request)
                    continue
                spared = not (request.waits or request.recheck or _passing(error))
                (report.missed if spared else report.failures).append(self._refuse(request, error, wanted))
                if running >= GIVE_UP_AFTER:
                    report.left += len(requests) - index - 1 + len(again)
                    return []
            else:
                running = 0
                report.answered += 1
                self._keep(request, rankings, wanted, report)
            self.progress(report.answered, report.planned)
        return again

    def _affordable(self, requests: Sequence[Request], report: PollReport) -> Iterator[tuple[int, Request]]:
        """The requests that today's budget allows when their turn comes, with their places."""
        for index, request in enumerate(requests):
            if self.fits(request):
                yield index, request
            else:
                report.later.append(request)

    def _ask(self, request: Request) -> Sequence[Ranking]:
        """What the feed answers. Two pages that do not fit together are asked for afresh, once."""
        if request.board.dataset is Dataset.APPS:
            ranking = self.feed.app_ranking(request.board, request.end, request.depth)
            if gate.torn(ranking):
                ranking = self.feed.app_ranking(request.board, request.end, request.depth)
            return [ranking]
        return self.feed.model_days(request.start, request.end)

    def _keep(
        self, request: Request, rankings: Sequence[Ranking], wanted: AbstractSet[Window], report: PollReport
    ) -> None:
        """Stores what passes the gate, and quarantines the rest, all in one transaction."""
        asked = [ranking for ranking in rankings if (ranking.board, ranking.end_date) in wanted]
        absent = list(_absent(request, rankings, wanted))
        if self.backfill:
            empty = [ranking for ranking in asked if not ranking.entries and ranking.board.sort is Sort.POPULAR]
            report.empty += [*((ranking.board, ranking.end_date) for ranking in empty), *absent]
            asked, absent = [ranking for ranking in asked if ranking not in empty], []
        with self.store.transaction() as tx:
            verdicts = [(ranking, self._judge(tx, ranking)) for ranking in asked]
            good = [ranking for ranking, disbelieved in verdicts if disbelieved is None]
            stored = tx.save(good)
            now = self.clock()
            for ranking in good:
                tx.settle(ranking.board.key, ranking.end_date, now)
        report.stored.extend(stored)
        report.failures.extend(disbelieved for _, disbelieved in verdicts if disbelieved)
        report.failures.extend(Failure(f"Models, {window(1, day)}: the answer holds no such day.") for _, day in absent)

    def _judge(self, tx: Store, ranking: Ranking) -> Failure | None:
        """The gate's verdict, after the operator's word and after what was seen before; a refusal is remembered.

        Only what is implausible can be believed, so only then is it said how.
        """
        refusal = gate.check(ranking, asked_start=ranking.board.start(ranking.end_date), asked_end=ranking.end_date)
        doubt = None
        if refusal is None and ranking.board.key not in self.accept:
            doubt = gate.plausible(ranking, _nearest(tx, ranking))
        reason = refusal or doubt
        if reason is None:
            return None
        now, key = self.clock(), ranking.board.key
        if self.backfill:
            return _disbelieved(ranking, reason, f"{BELIEVE_PAST.format(day=ranking.end_date)} {key}" if doubt else "")
        hint = f"{BELIEVE} {key}" if doubt else ""
        kept = f"{reason} {hint}".strip()
        seen = tx.quarantine(key, ranking.end_date, kept, gate.fingerprint(ranking), now)
        return None if doubt and gate.believed(seen.first_at, now) else _disbelieved(ranking, reason, f"{AGAIN} {hint}")

    def _refuse(self, request: Request, error: FeedError, wanted: AbstractSet[Window]) -> Failure:
        """A failure; what came but is not what is documented is quarantined too."""
        if isinstance(error, FeedMalformedError) and not self.backfill:
            for board, end in self._awaited(request, wanted):
                self.store.quarantine(board.key, end, error.message, error.message, self.clock())
        return failure_of(error)

    def _awaited(self, request: Request, wanted: AbstractSet[Window]) -> list[Window]:
        """The wanted windows for the sake of which a request is made: those not stored, or else all.

        The other days of a range may not be asked for again, so that nothing would settle them.
        """
        asked = [window for window in _windows(request) if window in wanted]
        stored = self.store.depths(request.board, request.start, request.end)
        return [(board, end) for board, end in asked if end not in stored] or asked


def _nearest(store: Store, ranking: Ranking) -> Snapshot | None:
    """The stored snapshot of the board that is nearest in time and long enough to be held against."""
    reach = timedelta(days=gate.YARDSTICK_DAYS)
    stored = store.depths(ranking.board, ranking.end_date - reach, ranking.end_date + reach)
    for day in gate.yardsticks(ranking.end_date, stored):
        snapshot = store.snapshot(ranking.board, day)
        if snapshot and len(snapshot.entries) >= gate.YARDSTICK_ENTRIES:
            return snapshot.cut(ranking.depth)
    return None


def let_go(store: Store, wanted: AbstractSet[Window], *, now: datetime) -> None:
    """Settles refused windows that are not ``wanted`` and were not refused for three days: nobody asks for them again.

    Their watchlist was removed, their day was given up, or a backfill was not repeated.
    """
    asked = {(board.key, end) for board, end in wanted}
    with store.transaction() as tx:
        last: dict[tuple[str, date], datetime] = {}
        for entry in tx.quarantined():
            held = (entry.board, entry.end_date)
            last[held] = max(last.get(held, entry.last_at), entry.last_at)
        for (board, end), refused_at in last.items():
            if (board, end) not in asked and now - refused_at > PATIENCE:
                tx.settle(board, end, now)


def obey(store: Store, error: FeedError, *, now: datetime) -> None:
    """Stores until when the feed asked to be left alone, if that is what the error says."""
    if isinstance(error, FeedRateLimitError) and error.retry_after:
        store.pause_feed(now + timedelta(seconds=error.retry_after), now)


def _disbelieved(ranking: Ranking, refusal: gate.Refusal, hint: str) -> Failure:
    board = ranking.board
    message = f"{board.title}, {window(board.window_days, ranking.end_date)}: the answer is not believed. {refusal}"
    return Failure(message, hint.strip(), quarantined=True)


def _passing(error: FeedError) -> bool:
    return not isinstance(error, FeedPermanentError | FeedMalformedError)


def failure_of(error: FeedError) -> Failure:
    """What a report says of an answer that could not be had, or not be used."""
    return Failure(
        error.message,
        error.hint,
        permanent=isinstance(error, FeedPermanentError),
        quarantined=isinstance(error, FeedMalformedError),
    )


def _windows(request: Request) -> Iterator[Window]:
    """The stored windows that a request asks for."""
    if request.board.dataset is Dataset.APPS:
        yield request.board, request.end
        return
    for offset in range((request.end - request.start).days + 1):
        yield MODEL_DAY, request.start + timedelta(days=offset)


def _absent(request: Request, rankings: Iterable[Ranking], wanted: AbstractSet[Window]) -> Iterator[Window]:
    """The model days that were asked for and are not in the answer."""
    if request.board.dataset is Dataset.APPS:
        return
    came = {ranking.end_date for ranking in rankings}
    for board, end in _windows(request):
        if end not in came and (board, end) in wanted and end >= FIRST_DAY:
            yield board, end
