"""The service's nudge: a cycle when there may be work; what fails is asked again after 20 minutes, then hourly."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from apscheduler.schedulers.blocking import BlockingScheduler

from bot.app.cycle import CycleReport, Plan
from bot.app.poll import Failure, PollReport
from bot.core.due import Cadence
from bot.errors import StoreBusyError
from bot.scheduler import Beat, Nudge, serve

START = datetime(2026, 11, 11, 5, 0, tzinfo=UTC)
NINE = Cadence(ZoneInfo("Europe/Berlin"), at=time(9))


class Service:
    """A nudge over cycles that are counted."""

    def __init__(self, *cadences: Cadence) -> None:
        self.now = START
        self.cycles: list[datetime] = []
        self.sends: list[datetime] = []
        self.beats: list[datetime] = []
        self.failing = False
        self.unwritable = False
        self.answers = 0
        self.error: Exception | None = None
        self.nudge = Nudge(
            clock=lambda: self.now,
            settle=timedelta(hours=2),
            cadences=cadences,
            run=self._run,
            send=lambda: self.sends.append(self.now),
            beat=Beat(self._write, clock=lambda: self.now),
        )

    def _write(self, now: datetime) -> None:
        if self.unwritable:
            raise PermissionError(13, "Permission denied")
        self.beats.append(now)

    def _run(self, beat: Callable[[], None]) -> CycleReport:
        for _ in range(self.answers):
            self.now += timedelta(seconds=2)
            beat()
        self.cycles.append(self.now)
        if self.error:
            raise self.error
        failures = [Failure("HTTP 502")] if self.failing else []
        return CycleReport(Plan(date(2026, 11, 10), (), frozenset(), ()), PollReport(failures=failures))

    def minutes(self, count: int) -> None:
        """So many beats, a minute apart."""
        for _ in range(count):
            self.nudge()
            self.now += timedelta(minutes=1)


def test_one_cycle_at_the_start_and_then_only_the_outbox() -> None:
    service = Service(NINE)
    service.minutes(60)
    assert service.cycles == [START]
    assert len(service.sends) == 59
    assert len(service.beats) == 60


def test_a_cycle_when_a_digest_is_due_and_when_a_day_is_final() -> None:
    service = Service(NINE)
    service.minutes(24 * 60)
    assert service.cycles == [START, START.replace(hour=8), datetime(2026, 11, 12, 2, tzinfo=UTC)]


def test_what_is_missing_is_asked_for_after_twenty_minutes_and_then_hourly() -> None:
    service = Service()
    service.failing = True
    service.minutes(150)
    assert [(moment - START) // timedelta(minutes=1) for moment in service.cycles] == [0, 20, 80, 140]
    service.failing = False
    service.minutes(120)
    assert len(service.cycles) == 5


def test_it_is_logged_when_the_next_cycle_is(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    service = Service(NINE)
    service.failing = True
    service.minutes(1)
    service.failing = False
    service.minutes(24 * 60)
    said = [record.getMessage().rpartition("next=")[2] for record in caplog.records]
    assert said == ["2026-11-11T05:20Z", "2026-11-11T08:00Z", "2026-11-12T02:00Z", "2026-11-12T08:00Z"]


def test_a_clock_that_jumps_ahead_is_noticed_at_the_next_beat() -> None:
    service = Service()
    service.minutes(5)
    service.now += timedelta(days=3)
    service.minutes(5)
    assert len(service.cycles) == 2


@pytest.mark.parametrize(
    ("error", "level"), [(StoreBusyError("locked"), logging.ERROR), (KeyError("a bug"), logging.ERROR)]
)
def test_a_failure_is_logged_and_the_service_goes_on(
    error: Exception, level: int, caplog: pytest.LogCaptureFixture
) -> None:
    service = Service()
    service.error = error
    service.minutes(25)
    assert len(service.cycles) == 25
    assert {record.levelno for record in caplog.records} == {level}
    assert bool(caplog.records[0].exc_info) is not isinstance(error, StoreBusyError)
    service.error = None
    service.minutes(60)
    assert len(service.cycles) == 26


def test_a_long_cycle_beats_with_each_answer() -> None:
    service = Service()
    service.answers = 300
    service.nudge()
    assert len(service.cycles) == 1
    assert len(service.beats) == 301
    assert max(b - a for a, b in pairwise(service.beats)) == timedelta(seconds=2)


def test_a_beat_that_cannot_be_left_stops_nothing_and_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    service = Service()
    service.unwritable = True
    service.answers = 3
    service.minutes(10)
    assert (len(service.cycles), len(service.sends), service.beats) == (1, 9, [])
    warned = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.getMessage() for record in warned] == [
        "no beat can be left, so `rankbot status --live` will not see this process: [Errno 13] Permission denied"
    ]
    service.unwritable = False
    service.minutes(1)
    service.unwritable = True
    service.minutes(5)
    assert len(service.beats) == 1
    assert len([record for record in caplog.records if record.levelno >= logging.WARNING]) == 2


@pytest.mark.usefixtures("signals")
class TestEnding:
    """Whenever the signal comes, it ends: a process that is asked once is not asked again."""

    def test_told_to_end_before_it_begins_it_does_not(self) -> None:
        nudged: list[bool] = []
        stopping = threading.Event()
        stopping.set()
        serve(lambda: nudged.append(True), stopping=stopping)
        assert nudged == []

    def test_told_to_end_at_the_moment_it_begins_it_ends(self, monkeypatch: pytest.MonkeyPatch) -> None:
        begin = BlockingScheduler.start

        def told_just_before(scheduler: BlockingScheduler) -> None:
            signal.raise_signal(signal.SIGTERM)
            begin(scheduler)

        monkeypatch.setattr(BlockingScheduler, "start", told_just_before)
        stopping = threading.Event()
        serve(lambda: None, stopping=stopping)
        assert stopping.is_set()
