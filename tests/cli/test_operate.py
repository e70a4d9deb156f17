"""status, deliveries, backfill and the demo."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli.live import beat_file, beats
from tests.cli.bench import CONFIG, NOW, SLACK, Bench
from tests.servers.slack import FakeSlack, error


class TestStatus:
    """One screen: is all well, and what is there to do."""

    def test_before_the_first_run(self, bench: Bench) -> None:
        said = bench("status")
        assert (said.code, said.out.startswith("OK   nothing evaluated yet")) == (0, True)

    def test_after_a_run(self, bench: Bench) -> None:
        bench("run")
        said = bench("status")
        assert said.out.startswith("OK   evaluated up to Tue 10 Nov")
        for words in (
            "2 of 2 watchlists",
            "of 10000 used today",
            "outbox      empty",
            "rankbot.db",
            "no process serves",
        ):
            assert words in said.out
        shown = bench("status", "--json").lines[0]
        assert (shown["ok"], shown["last_complete_day"]) == (True, "2026-11-10")

    def test_data_that_is_too_old(self, bench: Bench) -> None:
        bench("run")
        bench.now = NOW + timedelta(hours=32)
        assert bench("status").code == 0
        bench.now = NOW + timedelta(hours=34)
        said = bench("status")
        assert (said.code, "the newest data is of Tue 10 Nov" in said.flat) == (1, True)

    def test_a_feed_that_fails(self, bench: Bench) -> None:
        bench.configure(CONFIG.format(url="http://127.0.0.1:9/api/v1"))
        bench("run")
        assert "  ~ " in bench("status").out

    def test_live_asks_the_process_only(self, bench: Bench) -> None:
        said = bench("status", "--live")
        assert (said.code, said.out) == (1, "no process serves this configuration\n")
        file = beat_file(bench.folder / "config.toml")
        file.touch()
        try:
            os.utime(file, (NOW.timestamp() - 60, NOW.timestamp() - 60))
            assert bench("status", "--live").code == 0
            assert beats(bench.folder / "config.toml", NOW + timedelta(minutes=10)) == (False, "last beat 660 s ago")
        finally:
            file.unlink()


class TestDeliveries:
    """The outbox and its record."""

    def test_what_was_sent(self, bench: Bench) -> None:
        assert "Nothing was sent yet" in bench("deliveries").out
        bench("run")
        assert "files" in bench("deliveries").out
        line = bench("deliveries", "--json").lines[0]
        assert list(line)[:7] == ["id", "channel", "due_at", "status", "attempts", "next_attempt_at", "last_error"]
        assert (line["status"], line["due_at"]) == ("sent", "2026-11-11T02:00:00+00:00")

    def test_what_is_stuck_may_be_discarded(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TOKEN", "xoxb-wrong")
        with FakeSlack() as slack:
            bench.add(SLACK.format(api_url=slack.api_url))
            slack.script(error("invalid_auth"))
            bench("run")
            stuck = next(line for line in bench("deliveries", "--json").lines if line["status"] == "dead")
            assert "invalid_auth" in bench("deliveries").out
            assert bench("deliveries", "retry", str(stuck["id"])).code == 1
            assert bench("deliveries", "discard", str(stuck["id"])).out == f"Delivery {stuck['id']} is discarded.\n"
            assert bench("status").code == 0

    def test_one_that_is_not_there(self, bench: Bench) -> None:
        said = bench("deliveries", "discard", "99")
        assert (said.code, "There is no delivery 99." in said.err) == (2, True)


class TestBackfill:
    """Past windows, once each."""

    def test_it_fetches_what_is_missing(self, bench: Bench) -> None:
        said = bench("backfill", "--from", "2026-11-01", "--to", "2026-11-05")
        assert said.code == 0
        assert "fetched     6 of 6" in said.out
        assert "stored      10 windows" in said.out
        assert bench("backfill", "--from", "2026-11-01", "--to", "2026-11-05").out.startswith("All of it is stored")
        assert bench("events").out == "No events.\n"

    def test_a_first_day_is_needed(self, bench: Bench) -> None:
        assert bench("backfill").code == 2

    def test_a_used_up_budget_is_said_and_the_next_day_goes_on(self, bench: Bench) -> None:
        text = (bench.folder / "config.toml").read_text()
        bench.configure(text.replace("requests_per_day = 10000", "requests_per_day = 3"))
        said = bench("backfill", "--from", "2026-11-01", "--to", "2026-11-05")
        assert said.code == 75
        assert "go on where it stopped" in said.err
        bench.now += timedelta(days=1)
        assert "fetched     3 of 3" in bench("backfill", "--from", "2026-11-01", "--to", "2026-11-05").out


class TestDemo:
    """The whole thing, without a key or a network."""

    def test_it_runs_days_and_shows_the_digest(self, bench: Bench) -> None:
        said = bench("demo", "--days", "4")
        assert said.code == 0
        assert "4 polled over HTTP" in said.out
        assert said.out.count("SAMPLE DATA") >= 2
        assert "Source: OpenRouter (openrouter.ai/apps)" in said.out
        folder = next(Path(line.split()[-1]) for line in said.out.splitlines() if "rankbot.db" in line).parent
        assert len(list((folder / "digests").glob("*.html"))) == 4
        assert "Kestrel Code" in bench("history", "Kestrel Code", "--demo").out
        assert bench("events", "--all", "--demo").code == 0


def test_the_version_and_the_help(bench: Bench) -> None:
    assert bench("--version").out.startswith("rankbot 0.")
    help_text = bench("--help").out
    assert "demo" in help_text
    assert bench("nonsense").code == 2


@pytest.mark.parametrize(
    "command",
    ["init", "check", "demo", "test-channel", "run", "serve", "top", "find", "history", "events", "preview", "backfill",
     "status", "deliveries", "sandbox"],
)  # fmt: skip
def test_the_help_of_every_command_fits_a_screen(bench: Bench, command: str) -> None:
    said = bench(command, "--help")
    assert said.code == 0
    assert len(said.out.splitlines()) <= 24
