"""What serve says for itself: at the start, of each cycle, and of what it sends."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.app.cycle import CycleReport, Plan
from bot.app.deliver import Attempt
from bot.app.poll import Failure, PollReport
from bot.cli.opening import everywhere, log_attempts, log_failures, open_service
from bot.core.delivery import Delivery, DeliveryStatus
from bot.logs import JsonFormatter, PlainFormatter
from bot.wiring import House, load_config
from tests.cli.bench import NOW, Bench

BERLIN = '\n[channel.team]\ntype = "file"\nat = "09:00"\ntimezone = "Europe/Berlin"\n'


@pytest.fixture
def house(bench: Bench, caplog: pytest.LogCaptureFixture) -> Iterator[House]:
    """A house with a channel in UTC and one in Berlin."""
    caplog.set_level(logging.INFO)
    bench.add(BERLIN)
    with House(load_config(bench.folder / "config.toml"), clock=lambda: bench.now) as made:
        yield made


class TestOpening:
    """Plain words for people, fields for a collector."""

    def test_in_words(self, house: House, caplog: pytest.LogCaptureFixture) -> None:
        open_service(house)
        store = house.config.file.parent / "rankbot.db"
        assert PlainFormatter(width=80).format(caplog.records[0]).splitlines()[-5:] == [
            "  watches     CLI agents, Models",
            "  next poll   now, for what is missing; then Thu 12 Nov 02:00 UTC (03:00 CET)",
            "  next digest with the next poll to files",
            f"  store       {store}",
            "  to end it   Ctrl-C or SIGTERM; what is being sent is finished first",
        ]

    def test_as_fields(self, house: House, caplog: pytest.LogCaptureFixture) -> None:
        open_service(house)
        said = json.loads(JsonFormatter().format(caplog.records[0]))
        assert said["message"].endswith(f"serves {house.config.file}")
        assert said["watchlists"] == ["cli-agents", "models"]
        assert said["next_poll_at"] == "2026-11-12T02:00:00+00:00"
        assert said["next_digest_at"] == "2026-11-11T05:00:00+00:00"
        assert said["store"].endswith("rankbot.db")

    def test_after_a_run_the_next_due_time_is_named(self, house: House, caplog: pytest.LogCaptureFixture) -> None:
        house.cycle().run()
        open_service(house)
        assert "  next digest Wed 11 Nov 09:00 CET to team\n" in PlainFormatter(width=80).format(caplog.records[-1])
        assert json.loads(JsonFormatter().format(caplog.records[-1]))["next_digest_at"] == "2026-11-11T08:00:00+00:00"

    def test_where_nothing_is_sent(self, bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.INFO)
        text = (bench.folder / "config.toml").read_text(encoding="utf-8")
        bench.configure(text.replace('dataset = "models"', 'dataset = "models"\nchannels = ["files"]'))
        with House(load_config(bench.folder / "config.toml"), clock=lambda: bench.now) as house:
            house.config = replace(house.config, watchlists=())
            caplog.clear()
            open_service(house)
        assert "none: no watchlist sends to a channel" in PlainFormatter().format(caplog.records[0])
        assert json.loads(JsonFormatter().format(caplog.records[0]))["next_digest_at"] is None


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("UTC", "Wed 11 Nov 02:00 UTC"),
        ("Europe/London", "Wed 11 Nov 02:00 UTC"),
        ("Asia/Tokyo", "Wed 11 Nov 02:00 UTC (11:00 JST)"),
        ("America/New_York", "Wed 11 Nov 02:00 UTC (Tue 10 Nov 21:00 EST)"),
    ],
)
def test_a_moment_where_the_readers_are(bench: Bench, zone: str, words: str) -> None:
    bench.add(BERLIN.replace("Europe/Berlin", zone))
    with House(load_config(bench.folder / "config.toml"), clock=lambda: bench.now) as house:
        assert everywhere(house, NOW - timedelta(hours=3)) == words


def test_why_a_cycle_lacks_something_is_logged_with_what_to_do(caplog: pytest.LogCaptureFixture) -> None:
    failures = [Failure("The key is refused.", "Put in another.", permanent=True), Failure("HTTP 500.")]
    report = CycleReport(Plan(date(2026, 11, 10), (), frozenset(), ()), PollReport(failures=failures))
    report.catalogue = Failure("models: HTTP 502.")
    log_failures(report)
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("ERROR", "The key is refused. Put in another."),
        ("WARNING", "HTTP 500."),
        ("WARNING", "models: HTTP 502."),
    ]


def test_what_became_of_each_message_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    one = Delivery(7, "team", NOW, DeliveryStatus.CLAIMED, "Marlin takes #1", (), NOW)
    log_attempts(
        [
            Attempt(one, DeliveryStatus.SENT),
            Attempt(one, DeliveryStatus.SENT, "ana@example.com was refused"),
            Attempt(one, DeliveryStatus.DEAD, "channel_not_found", "Invite the bot."),
            Attempt(one, DeliveryStatus.PENDING, "HTTP 503", next_attempt_at=NOW),
        ]
    )
    about = "channel=team delivery=7 subject='Marlin takes #1'"
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("INFO", f"sent {about}"),
        ("INFO", f"sent {about}"),
        ("WARNING", f"not sent to all {about} reason=ana@example.com was refused"),
        ("ERROR", f"not sent {about} reason=channel_not_found Invite the bot."),
        ("WARNING", f"not sent {about} next=2026-11-11T05:00Z reason=HTTP 503"),
    ]
