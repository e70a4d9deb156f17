"""status."""

from __future__ import annotations

import os
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from bot.adapters.store import open_store
from bot.adapters.store.schema import HEAD
from bot.cli.live import beat_file
from tests.cli.bench import CONFIG, NOW, Bench


def bench_url(bench: Bench) -> str:
    """The sandbox's address, as the bench's configuration has it."""
    return (bench.folder / "config.toml").read_text(encoding="utf-8").split('base_url = "')[1].split('"')[0]


class TestStatus:
    """One screen: is all well, and what is there to do."""

    def test_before_the_first_run(self, bench: Bench) -> None:
        said = bench("status")
        assert (said.code, said.out.startswith("OK   nothing fetched yet. To begin: rankbot run")) == (0, True)

    def test_after_a_run(self, ran: Bench) -> None:
        said = ran("status")
        assert said.out.startswith("OK   evaluated up to Tue 10 Nov")
        for words in (
            "2 of 2 watchlists",
            "of 10000 used today",
            "nothing waiting",
            "failures    none open",
            f"schema {HEAD}, free disk ",
            "Wed 11 Nov can be fetched from Thu 02:00 UTC",
            "rankbot.db",
            "no process serves",
        ):
            assert words in said.out
        shown = ran("status", "--json").lines[0]
        assert (shown["ok"], shown["last_complete_day"]) == (True, "2026-11-10")
        assert (shown["store_revision"], shown["store_bytes_a_year"], shown["open_failures"]) == (HEAD, None, 0)
        assert (shown["next_complete_at"], shown["last_failure"]) == ("2026-11-12T02:00:00+00:00", None)
        for moment in (shown["last_fetched_at"], shown["channels"]["files"]["last_sent_at"]):
            assert timedelta(0) <= datetime.fromisoformat(moment) - NOW < timedelta(seconds=1)
        assert shown["disk_free_bytes"] > 0

    def test_followed_names_that_match_nothing_are_said_and_are_no_trouble(self, bench: Bench) -> None:
        text = CONFIG.replace('follow = ["Marlin"]', 'follow = ["Marlin", "Nobody"]')
        bench.configure(text.format(url=bench_url(bench)))
        assert "matches nothing" not in bench("status").out  # nothing is stored yet
        bench("run")
        said = bench("status")
        assert (said.code, said.out.count("matches nothing")) == (0, 1)
        assert 'cli-agents: "Nobody" matches nothing yet\n' in said.out
        assert bench("status", "--json").lines[0]["unmatched"] == ['cli-agents: "Nobody" matches nothing yet']
        told = (bench.folder / "digests" / "2026-11-10.txt").read_text(encoding="utf-8")
        assert '"Nobody" matches nothing yet' in told

    def test_data_that_is_too_old(self, ran: Bench) -> None:
        ran.now = NOW + timedelta(hours=32)
        assert ran("status").code == 0
        ran.now = NOW + timedelta(hours=34)
        said = ran("status")
        assert (said.code, "the newest data is of Tue 10 Nov" in said.flat) == (1, True)

    QUIET = "[watchlist.models.rules]\ndefault = false\n[watchlist.cli-agents.rules]\ndefault = false\n"

    @pytest.mark.parametrize(
        ("cadence", "rules", "words"),
        [
            ('when_quiet = "nothing"', "", "should have been told Wed 11 Nov 23:00 UTC. Is `rankbot serve`"),
            ('when_quiet = "line"', QUIET, "files: that nothing happened should have been told Wed 11 Nov 23:00 UTC."),
            ('days = ["wed"]', QUIET, "files: that nothing happened should have been told Wed 11 Nov 23:00 UTC."),
            ('when_quiet = "nothing"', QUIET, ""),
        ],
    )
    def test_a_digest_that_is_overdue(self, bench: Bench, cadence: str, rules: str, words: str) -> None:
        """The store has the day, and three hours after the due time nobody has written its digest."""
        text = CONFIG.format(url=bench_url(bench)).replace('when_quiet = "line"', f'at = "23:00"\n{cadence}')
        bench.configure(text.replace('mine = ["Kestrel Code"]\nfollow = ["Marlin"]\n', "") + rules)
        bench("run")
        bench.now = NOW + timedelta(hours=20, minutes=59)
        assert bench("status").code == 0
        bench.now = NOW + timedelta(hours=21)
        said = bench("status")
        assert (said.code, words in said.flat) == (int(bool(words)), True)

    def test_a_feed_that_fails(self, bench: Bench) -> None:
        bench.configure(CONFIG.format(url="http://127.0.0.1:9/api/v1"))
        bench("run")
        assert "  ~ " in bench("status").out

    @pytest.mark.parametrize(("key", "code"), [("evaluated:cli-agents", 1), ("templates", 1), ("quarantine:x", 0)])
    def test_a_trouble_that_does_not_mend_itself_is_for_somebody(self, ran: Bench, key: str, code: int) -> None:
        with closing(open_store(f"sqlite:///{ran.folder}/rankbot.db")) as store:
            store.open_incident(key, "Something broke.", NOW)
        said = ran("status")
        assert (said.code, f"  {'!' if code else '~'} Something broke." in said.out) == (code, True)

    def test_data_that_never_came(self, bench: Bench) -> None:
        bench.configure(CONFIG.format(url="http://127.0.0.1:9/api/v1"))
        bench("run")
        bench.now = NOW + timedelta(hours=36)
        assert bench("status").out.startswith("OK   nothing evaluated yet")
        bench.now += timedelta(minutes=1)
        said = bench("status")
        assert (said.code, said.out.startswith("NOT OK   2 need you")) == (1, True)
        since = "cli-agents: no day was evaluated yet, though data is asked for since Wed 11 Nov 05:00 UTC."
        assert since in said.flat

    def test_live_asks_the_process_only(self, bench: Bench) -> None:
        said = bench("status", "--live")
        assert (said.code, said.out) == (1, "no process serves this configuration\n")
        file = beat_file(bench.folder / "config.toml")
        file.touch()
        try:
            os.utime(file, (NOW.timestamp() - 60, NOW.timestamp() - 60))
            assert bench("status", "--live").code == 0
            bench.now += timedelta(minutes=10)
            said = bench("status", "--live")
            assert (said.code, said.out) == (1, "last beat 660 s ago\n")
        finally:
            file.unlink()
