"""deliveries."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from itertools import count

import pytest

from bot.adapters.store import open_store
from tests.cli.bench import CONFIG, NOW, SLACK, Bench
from tests.servers.slack import TOKEN, FakeSlack, error

OTHER_TEAM = SLACK.replace("[channel.team]", "[channel.other]")


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

    def test_a_retry_goes_out_by_a_clock_that_was_set_back_too(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TOKEN", "xoxb-wrong")
        with FakeSlack() as slack:
            bench.add(SLACK.format(api_url=slack.api_url))
            bench("run")
            stuck = next(line["id"] for line in bench("deliveries", "--json").lines if line["status"] == "dead")
            monkeypatch.setenv("TOKEN", TOKEN)
            times = iter([NOW + timedelta(minutes=1)])
            said = bench("deliveries", "retry", str(stuck), clock=lambda: next(times, NOW))
        assert (said.code, len(slack.posts) > 0) == (0, True)

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
