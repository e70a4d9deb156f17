"""``rankbot serve``: APScheduler as the nudge that runs the cycle. It decides nothing: what is due, the store knows.

The job store is in memory and a heartbeat runs every minute, so that a clock that jumps or a machine that slept is
noticed within one; what has run is in the store, never in the scheduler.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import FrameType

from apscheduler.events import EVENT_SCHEDULER_STARTED
from apscheduler.schedulers import SchedulerNotRunningError
from apscheduler.schedulers.blocking import BlockingScheduler

from bot.app.cycle import CycleReport
from bot.core.due import Cadence, latest_due, next_due
from bot.core.plan import complete_at, last_complete_day
from bot.errors import RankbotError

LOG = logging.getLogger("rankbot.serve")
BEAT_SECONDS = 60
AGAIN_AFTER = timedelta(minutes=20)
"""Missing answers are asked for again after this long, then hourly."""
HOURLY = timedelta(hours=1)


class Beat:
    """The sign that the process lives, left with ``write``. Where that fails, it is logged once, and the work goes on.

    ``write`` is given the time, and raises OSError where it can't leave the sign.
    """

    def __init__(self, write: Callable[[datetime], None], *, clock: Callable[[], datetime]) -> None:
        self._write = write
        self._clock = clock
        self._failing = False

    def __call__(self) -> None:
        """Leaves the sign."""
        try:
            self._write(self._clock())
        except OSError as error:
            if not self._failing:
                LOG.warning("no beat can be left, so `rankbot status --live` will not see this process: %s", error)
            self._failing = True
        else:
            self._failing = False


class Nudge:
    """Runs a cycle when a beat shows that there may be work; one beat at a time.

    There may be work when a day became final, a digest's due time came, a retry in the outbox is due, or missing
    answers are to be asked for again. A cycle too many does no harm: it computes its own work and finds none.
    ``run`` is given the beat, for a cycle may take long.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        settle: timedelta,
        cadences: tuple[Cadence, ...],
        run: Callable[[Callable[[], None]], CycleReport],
        send: Callable[[], object],
        beat: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._settle = settle
        self._cadences = cadences
        self._run = run
        self._send = send
        self._beat = beat
        self._seen: tuple[object, ...] = ()
        self._misses = 0
        self._again_at: datetime | None = None

    def __call__(self) -> None:
        """One beat. A failure that is ours to explain is logged in a line, a bug with its traceback; both go on."""
        now = self._clock()
        try:
            self._beat()
            marks = (last_complete_day(now, self._settle), *(latest_due(c, now, self._settle) for c in self._cadences))
            if marks != self._seen or (self._again_at and now >= self._again_at):
                self._cycle(now)
                self._seen = marks
            else:
                self._send()
        except RankbotError as error:
            LOG.error("cycle failed reason=%s", error)  # noqa: TRY400  (a sentence for the operator, not a traceback)
            self._miss(now)
        except Exception:  # the top of a job: a bug must not end the service, and must not go unseen
            LOG.exception("cycle failed by a bug")
            self._miss(now)

    def _cycle(self, now: datetime) -> None:
        report = self._run(self._beat)
        if report.complete:
            self._misses, self._again_at = 0, None
        else:
            self._miss(now)
        LOG.info(
            "cycle ended requests=%d left=%d stored=%d days=%d digests=%d complete=%s next=%s",
            report.poll.answered,
            report.poll.left + len(report.poll.later),
            len(report.poll.stored),
            len(report.days),
            len(report.composed),
            report.complete,
            f"{self._next(now):%Y-%m-%dT%H:%MZ}",
        )

    def _next(self, now: datetime) -> datetime:
        """When a cycle runs next, as far as is known: what somebody asks to be sent again may bring nothing forward."""
        day = complete_at(last_complete_day(now, self._settle) + timedelta(days=1), self._settle)
        due = [at for at in (next_due(cadence, now, self._settle) for cadence in self._cadences) if at]
        return min([day, *due, *([self._again_at] if self._again_at else [])])

    def _miss(self, now: datetime) -> None:
        self._again_at = now + (HOURLY if self._misses else AGAIN_AFTER)
        self._misses += 1


def serve(nudge: Callable[[], None], *, stopping: threading.Event) -> None:
    """Runs the nudge at once and every minute until SIGTERM or SIGINT; the send in hand is finished first.

    Where ``stopping`` is set before it begins, it does not.
    """
    scheduler, runs = BlockingScheduler(timezone=UTC), threading.Event()
    scheduler.add_listener(lambda _event: runs.set(), EVENT_SCHEDULER_STARTED)
    scheduler.add_job(
        nudge,
        "interval",
        seconds=BEAT_SECONDS,
        next_run_time=datetime.now(UTC),  # noqa: TID251  (APScheduler's own start; no decision hangs on it)
        misfire_grace_time=None,
        coalesce=True,
        max_instances=1,
    )

    def end(number: int) -> None:  # in a thread of its own: a signal may come while a line is being logged
        LOG.info("%s came: ending; what is being sent is finished first", signal.Signals(number).name)
        runs.wait()  # one that has not begun can't be shut down, and would begin afterwards
        with suppress(SchedulerNotRunningError):  # it never began
            scheduler.shutdown(wait=True)

    def stop(number: int, _frame: FrameType | None) -> None:
        if not stopping.is_set():  # a second one changes nothing
            stopping.set()
            threading.Thread(target=end, args=(number,), name="shutdown").start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    try:
        if not stopping.is_set():
            scheduler.start()
    finally:
        runs.set()
    LOG.info("ended")
