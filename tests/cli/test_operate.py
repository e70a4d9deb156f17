"""status, deliveries and backfill."""

from __future__ import annotations

import os
from contextlib import closing
from datetime import datetime, timedelta
from itertools import count

import pytest

from bot.adapters.store import open_store
from bot.adapters.store.schema import HEAD
from bot.cli.live import beat_file
from tests.cli.bench import CONFIG, NOW, SLACK, Bench
from tests.servers.slack import TOKEN, FakeSlack, error

OTHER_TEAM = SLACK.replace("[channel.team]", "[channel.other]")


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

    def test_the_configuration_may_stand_before_the_command(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (bench.folder / "elsewhere").mkdir()
        other = ("-c", "elsewhere/config.toml")
        monkeypatch.setenv("TOKEN", "xoxb-wrong")
        with FakeSlack() as slack:
            (bench.folder / "config.toml").rename(bench.folder / "elsewhere" / "config.toml")
            with (bench.folder / "elsewhere" / "config.toml").open("a") as file:
                file.write(SLACK.format(api_url=slack.api_url))
            bench("run", *other)
            stuck = next(line["id"] for line in bench("deliveries", *other, "--json").lines if line["status"] == "dead")
            bench.configure(CONFIG.format(url="http://127.0.0.1:9/api/v1"))  # the decoy, with a store of its own
            monkeypatch.setenv("TOKEN", TOKEN)
            assert bench("deliveries", *other, "retry", str(stuck)).code == 0
            assert slack.posts
        said = bench("deliveries", *other, "discard", str(stuck))
        assert (said.code, f"Delivery {stuck} is sent" in said.err) == (2, True)
        assert bench("deliveries", "discard", str(stuck), *other).err == said.err

    def test_a_retry_tells_of_what_was_sent_on_the_way(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TOKEN", TOKEN)
        with FakeSlack() as slack:
            bench.add(SLACK.format(api_url=slack.api_url) + OTHER_TEAM.format(api_url=slack.api_url))
            slack.script(error("not_in_channel"), error("ratelimited"))
            bench("run")
            stuck = {line["status"]: line["id"] for line in bench("deliveries", "--json").lines}
            slack.script(error("account_inactive"))
            bench.now += timedelta(hours=1)
            said = bench("deliveries", "retry", str(stuck["dead"]))
        assert said.code == 1
        assert "sent: Slack C0123456789" in said.flat
        assert "account_inactive" in said.err

    def test_a_retry_that_came_to_nothing_is_said(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TOKEN", "xoxb-wrong")
        with FakeSlack() as slack:
            bench.add(SLACK.format(api_url=slack.api_url))
            bench("run")
            stuck = next(line["id"] for line in bench("deliveries", "--json").lines if line["status"] == "dead")
            times = iter([NOW + timedelta(minutes=1)])
            said = bench("deliveries", "retry", str(stuck), clock=lambda: next(times, NOW))  # it was set back
        assert said.code == 75
        assert f"Delivery {stuck} was not tried: it is not due yet" in said.err

    def test_a_retry_that_another_process_took_is_said(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TOKEN", "xoxb-wrong")
        with FakeSlack() as slack:
            bench.add(SLACK.format(api_url=slack.api_url))
            bench("run")
            stuck = next(line["id"] for line in bench("deliveries", "--json").lines if line["status"] == "dead")
            calls = count()

            def clock() -> datetime:
                if next(calls) == 1:  # between the revival and the claim
                    with closing(open_store(f"sqlite:///{bench.folder}/rankbot.db")) as store:
                        assert store.claim(NOW, NOW + timedelta(minutes=2))
                return NOW

            said = bench("deliveries", "retry", str(stuck), clock=clock)
        assert said.code == 75
        assert f"Delivery {stuck} was not tried: another process took it first, and it is claimed now." in said.err

    @pytest.mark.parametrize("command", ["discard", "show"])
    def test_one_that_is_not_there(self, bench: Bench, command: str) -> None:
        said = bench("deliveries", command, "99")
        assert (said.code, "There is no delivery 99." in said.err) == (2, True)

    def test_one_is_shown_as_it_was_sent(self, ran: Bench) -> None:
        said = ran("deliveries", "show", "1")
        assert said.out.startswith("── 1, files, Wed 11 Nov 02:00 UTC, sent ──")
        sent = next((ran.folder / "digests").glob("*.txt")).read_text(encoding="utf-8")
        assert said.out.partition("\n")[2].strip() == sent.strip()

    def test_whose_text_is_not_kept_any_more_by_its_subject(self, ran: Bench) -> None:
        subject = ran("deliveries", "--json").lines[0]["subject"]
        with closing(open_store(f"sqlite:///{ran.folder}/rankbot.db")) as store:
            assert store.drop_messages(NOW + timedelta(days=1)) == 1
        said = ran("deliveries", "show", "1")
        assert said.code == 0
        assert f"{subject}\n\nIts text is not kept any more: see `keep_messages_days` of [store].\n" in said.out

    def test_headlines_are_listed_whole_within_the_width(self, ran: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COLUMNS", "80")
        subject = ran("deliveries", "--json").lines[0]["subject"]
        said = ran("deliveries")
        assert max(map(len, said.out.splitlines())) <= 80
        assert subject in " ".join(said.out.split())


class TestBackfill:
    """Past windows, once each."""

    def test_it_fetches_what_is_missing(self, bench: Bench) -> None:
        said = bench("backfill", "--from", "2026-11-01", "--to", "2026-11-05")
        assert said.code == 0
        assert "fetched     6 of 6" in said.out
        assert "stored      10 windows" in said.out
        assert bench("backfill", "--from", "2026-11-01", "--to", "2026-11-05").out.startswith("All of it is stored")
        assert bench("events").out == "No events.\n"

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ((), "A backfill has a first day."),
            (("--from", "2026-11-05", "--to", "2026-11-01"), "--from 2026-11-05 is later than --to 2026-11-01."),
            (("--from", "2026-12-01"), "2026-12-01 is not complete yet. The newest complete day is 2026-11-10."),
            (("--from", "2026-11-11"), "2026-11-11 is not complete yet."),
            (("--from", "2024-01-01", "--to", "2024-12-31"), "OpenRouter's data begins on 2025-01-01."),
        ],
    )
    def test_what_does_not_fit_is_said(self, bench: Bench, arguments: tuple[str, ...], words: str) -> None:
        said = bench("backfill", *arguments)
        assert (said.code, words in said.flat, said.out) == (2, True, "")

    def test_days_that_the_feed_does_not_have_are_left_out(self, bench: Bench) -> None:
        said = bench("backfill", "--from", "2026-11-09", "--to", "2026-12-31")
        assert (said.code, "stored      4 windows" in said.out) == (0, True)
        bench.configure(CONFIG.format(url="http://127.0.0.1:9/api/v1"))
        said = bench("backfill", "--from", "2024-06-01", "--to", "2025-01-01")
        assert "OpenRouter's data begins on 2025-01-01: so does this backfill.\n3 requests at most" in said.out

    def test_a_used_up_budget_is_said_and_the_next_day_goes_on(self, bench: Bench) -> None:
        text = (bench.folder / "config.toml").read_text()
        bench.configure(text.replace("requests_per_day = 10000", "requests_per_day = 3"))
        said = bench("backfill", "--from", "2026-11-01", "--to", "2026-11-05")
        assert said.code == 75
        assert "11 requests at most, about 1 s. 9 of them may not fit into today's 3." in said.flat
        assert "fetched     2 of 6" in said.out
        assert "later 8 requests do not fit into today's 3; they come tomorrow." in said.flat
        assert "go on where it stopped" in said.err
        bench.now += timedelta(days=1)
        assert "fetched     1 of 4" in bench("backfill", "--from", "2026-11-01", "--to", "2026-11-05").out


def test_the_version_and_the_help(bench: Bench) -> None:
    assert bench("--version").out.startswith("rankbot 0.")
    help_text = bench("--help").out
    assert "demo" in help_text
    assert bench("nonsense").code == 2


@pytest.mark.parametrize(
    "command",
    ["init", "check", "demo", "test-channel", "run", "serve", "top", "find", "history", "events", "preview", "backfill",
     "status", "deliveries", "sandbox", "export"],
)  # fmt: skip
def test_the_help_of_every_command_fits_a_screen(bench: Bench, command: str) -> None:
    said = bench(command, "--help")
    assert said.code == 0
    assert len(said.out.splitlines()) <= 24
