"""The composition root: what a configuration asks for is built; logs and the dead man's switch tell the truth."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from bot import config as configuration
from bot.__main__ import exit_code
from bot.adapters.apprise import AppriseChannel
from bot.adapters.email import EmailChannel
from bot.adapters.file import FileChannel
from bot.adapters.ping import ping
from bot.adapters.slack import SlackToken, SlackWebhook
from bot.core.specimens import specimens
from bot.errors import (
    ConfigError,
    FeedPermanentError,
    FeedTransientError,
    RankbotError,
    StoreBusyError,
    StoreError,
    UsageError,
)
from bot.logs import JsonFormatter, PlainFormatter, set_up_logging
from bot.wiring import (
    House,
    after_cycle,
    bundled_templates,
    load_config,
    real_now,
)
from tests.builders import DAY

CONFIG = """
[openrouter]
api_key = "env:KEY"
[operator]
ping_url = "env:PING"
[channel.hook]
type = "slack"
webhook_url = "env:HOOK"
[channel.bot]
type = "slack"
token = "env:TOKEN"
channel = "C0123456789"
[channel.mail]
type = "email"
host = "smtp.example.com"
username = "env:TOKEN"
password = "env:TOKEN"
from = "a@example.com"
to = ["b@example.com"]
[channel.files]
type = "file"
[channel.phone]
type = "apprise"
url = "env:TOKEN"
[watchlist.cli]
subcategory = "cli-agent"
channels = ["hook", "bot", "mail"]
"""


class Switch:
    """A dead man's switch on loopback that counts its pings."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.status = 200
        switch = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                switch.paths.append(self.path)
                self.send_response(switch.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class's name)
                """Silent."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/ping/secret-id?rid=1"


@pytest.fixture
def switch() -> Iterator[Switch]:
    """One that runs."""
    made = Switch()
    Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, switch: Switch) -> Iterator[House]:
    """A house with every kind of channel."""
    for name, value in (("KEY", "k"), ("TOKEN", "xoxb-invented"), ("PING", switch.url)):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOOK", "https://hooks.slack.com/services/T0/B0/invented")
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    with House(load_config(tmp_path / "config.toml"), sleep=lambda _seconds: None) as made:
        yield made


class TestHouse:
    """What is built."""

    def test_each_channel_is_of_its_kind(self, house: House) -> None:
        kinds = {name: type(channel) for name, channel in house.channels.items()}
        assert kinds == {"hook": SlackWebhook, "bot": SlackToken, "mail": EmailChannel, "files": FileChannel} | {
            "phone": AppriseChannel
        }

    def test_channels_that_lead_to_one_place_in_slack_share_its_pace(self, house: House, tmp_path: Path) -> None:
        """Slack counts a message a second for each of its channels, not for each of ours."""
        text = CONFIG
        for name, channel in (("again", "C0123456789"), ("other", "C9876543210")):
            text += f'[channel.{name}]\ntype = "slack"\ntoken = "env:TOKEN"\nchannel = "{channel}"\n'
        text += '[channel.hook-again]\ntype = "slack"\nwebhook_url = "env:HOOK"\n'
        (tmp_path / "config.toml").write_text(text, encoding="utf-8")
        with House(load_config(tmp_path / "config.toml")) as made:
            paces = {name: vars(channel).get("_pace") for name, channel in made.channels.items()}
        assert paces["bot"] is paces["again"]
        assert paces["hook"] is paces["hook-again"]
        assert len({id(paces[name]) for name in ("bot", "other", "hook")}) == 3

    def test_only_channels_with_readers_are_subscribed(self, house: House) -> None:
        assert [found.channel.name for found in house.subscriptions()] == ["hook", "bot", "mail"]

    def test_every_request_is_counted_before_it_is_sent(self, house: House) -> None:
        house.config.openrouter.__dict__["base_url"] = "http://127.0.0.1:9/api/v1"
        feed = house.feed()
        for _ in range(2):
            with pytest.raises(FeedTransientError):
                feed.model_days(DAY, DAY)
        assert house.store.spent(house.clock().date()) == 2

    def test_a_chart_that_several_channels_show_is_drawn_once(self, house: House) -> None:
        digest = next(found for found in specimens() if found.charts)
        first, second = (house.renderer.render(digest, key=name, now=real_now()) for name in ("mail", "files"))
        pictures = [(one.content, two.content) for one, two in zip(first.attachments, second.attachments, strict=True)]
        assert pictures
        assert all(one is two for one, two in pictures)

    def test_the_bundled_templates_are_there(self) -> None:
        assert (bundled_templates() / "digest.html.j2").is_file()

    def test_the_real_clock_knows_its_zone(self) -> None:
        assert real_now().utcoffset() is not None


class TestPing:
    """The dead man's switch."""

    def test_it_is_told_when_all_is_well(self, house: House, switch: Switch) -> None:
        assert after_cycle(house, complete=True).complete
        assert switch.paths == ["/ping/secret-id?rid=1"]

    def test_not_when_something_failed(self, house: House, switch: Switch) -> None:
        after_cycle(house, complete=False)
        assert switch.paths == []

    def test_trouble_with_it_is_logged_without_its_address(
        self, house: House, switch: Switch, caplog: pytest.LogCaptureFixture
    ) -> None:
        switch.status = 500
        after_cycle(house, complete=True)
        assert "HTTP 500" in caplog.text
        assert "secret-id" not in caplog.text

    def test_one_that_cannot_be_reached_is_said_without_its_address(self) -> None:
        trouble = ping(lambda: "http://127.0.0.1:9/secret-id")
        assert trouble
        assert "[operator] ping_url" in trouble
        assert "secret-id" not in trouble


class TestLogging:
    """Logs go to stderr, as text or as JSON."""

    def test_json_is_one_object_a_line(self) -> None:
        try:
            int("a\nb")
        except ValueError:
            record = logging.LogRecord(
                "rankbot", logging.ERROR, "", 1, "cycle failed\nby %s", ("a bug",), sys.exc_info()
            )
        line = JsonFormatter().format(record)
        assert "\n" not in line
        said = json.loads(line)
        assert (said["level"], said["logger"], said["message"]) == ("error", "rankbot", "cycle failed\nby a bug")
        assert "ValueError" in said["traceback"]

    @pytest.mark.parametrize("form", [PlainFormatter, JsonFormatter])
    def test_what_a_log_quotes_is_only_shown(self, form: type[logging.Formatter]) -> None:
        record = logging.LogRecord("rankbot", logging.ERROR, "", 1, "no %s", ("\x1b[2J\x9b1m\u202e",), None)
        assert form().format(record).isprintable()

    def test_the_time_of_a_line_for_people_is_utc_and_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        record = logging.LogRecord("rankbot", logging.INFO, "", 1, "sent", (), None)
        record.created = datetime(2026, 11, 11, 2, 15, 3, tzinfo=UTC).timestamp()
        with monkeypatch.context() as elsewhere:
            elsewhere.setenv("TZ", "America/New_York")
            time.tzset()
            assert PlainFormatter().format(record) == "2026-11-11T02:15:03Z INFO sent"
        time.tzset()

    def test_lines_for_people_are_folded_at_a_terminal_and_whole_elsewhere(self) -> None:
        record = logging.LogRecord("rankbot", logging.INFO, "", 1, "some words " * 12, (), None)
        record.lines = ["  store  /a/path"]
        assert all(len(line) <= 80 for line in PlainFormatter(width=80).format(record).splitlines())
        first, second = PlainFormatter().format(record).splitlines()
        assert first.endswith("some words " * 12)
        assert second == "  store  /a/path"

    def test_facts_are_fields(self) -> None:
        record = logging.LogRecord("rankbot", logging.INFO, "", 1, "serves", (), None)
        record.facts = {"store": "PostgreSQL"}
        record.lines = ["  store  PostgreSQL"]
        said = json.loads(JsonFormatter().format(record))
        assert (said["message"], said["store"]) == ("serves", "PostgreSQL")

    @pytest.mark.parametrize(("form", "kind"), [("text", PlainFormatter), ("json", JsonFormatter)])
    def test_libraries_that_log_addresses_are_kept_quiet(self, form: str, kind: type) -> None:
        root = logging.getLogger()
        before = (root.level, list(root.handlers))
        try:
            set_up_logging(configuration.Log(format=form, level="debug"))  # type: ignore[arg-type]
            assert type(root.handlers[0].formatter) is kind
            assert logging.getLogger("httpx").level >= logging.WARNING
            assert logging.getLogger("slack_sdk").level >= logging.INFO
            assert logging.getLogger("urllib3").level >= logging.WARNING
            assert logging.getLogger("apprise").level >= logging.CRITICAL
        finally:
            root.setLevel(before[0])
            root.handlers[:] = before[1]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError([]), 2),
        (UsageError("x"), 2),
        (FeedTransientError("x"), 75),
        (StoreBusyError("x"), 75),
        (FeedPermanentError("x"), 1),
        (StoreError("x"), 1),
        (RankbotError("x"), 1),
    ],
)
def test_what_a_failure_means_to_cron(error: RankbotError, code: int) -> None:
    assert exit_code(error) == code
