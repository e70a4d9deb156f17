"""run: one cycle, said in a few lines, with the exit code that cron needs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.__main__ import main
from bot.sandbox import Answer, Sandbox
from tests.cli.bench import CONFIG, SLACK, Bench
from tests.servers.slack import TOKEN, Act, FakeSlack, Fault, error

WEBHOOK = """\
[delivery]
look_seconds = [600]

[channel.team]
type = "slack"
webhook_url = "env:WEBHOOK"
if_unsure = "ask"
when_quiet = "nothing"
"""


def with_slack(bench: Bench, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Adds a Slack channel to the bench's configuration."""
    monkeypatch.setenv("TOKEN", TOKEN)
    bench.add(SLACK.format(api_url=slack.api_url))


def test_a_first_run_fetches_stores_detects_and_sends(bench: Bench) -> None:
    said = bench("run")
    assert said.code == 0
    assert "Tue 10 Nov is complete since 02:00 UTC. 2 boards, 18 requests at most, about 1 s." in said.flat
    assert "fetched     " in said.out
    assert "changed     CLI agents " in said.out
    assert "files       sent: files in" in said.out
    text = (bench.folder / "digests" / "2026-11-10.txt").read_text()
    assert "Source: OpenRouter (openrouter.ai/apps), as of 2026-11-11T05:00:00.000Z." in text
    assert "SAMPLE DATA" in text


def test_run_again_asks_and_sends_nothing(bench: Bench) -> None:
    bench("run")
    said = bench("run")
    assert said.code == 0
    assert "Tue 10 Nov is stored already; no request needed." in said.out
    assert "files       nothing due before Thu 12 Nov 02:00 UTC" in said.out
    assert "Nothing was due, so nothing was sent." in said.out
    assert len(list((bench.folder / "digests").glob("*.txt"))) == 1


def test_what_todays_budget_has_no_room_for_is_said_and_comes_tomorrow(bench: Bench) -> None:
    text = (bench.folder / "config.toml").read_text()
    bench.configure(text.replace("requests_per_day = 10000", "requests_per_day = 8"))
    said = bench("run")
    assert said.code == 75
    assert "18 requests at most, about 1 s. 10 of them may not fit into today's 8." in said.flat
    assert "later 6 requests do not fit into today's 8; they come tomorrow." in said.flat
    assert "What is missing is asked for by the next run." in said.err
    bench.now += timedelta(days=1)
    assert "fetched     3 of 3" in bench("run", "--date", "2026-11-10").out


class TestRehearsal:
    """--dry-run and --date show, and keep snapshots only."""

    def test_dry_run(self, bench: Bench) -> None:
        said = bench("run", "--dry-run")
        assert (said.code, "── would go to files" in said.out) == (0, True)
        assert "Nothing was sent, and no event was stored." in said.out
        assert not (bench.folder / "digests").exists()
        assert bench("events", "--json").out == ""

    def test_a_past_day(self, bench: Bench) -> None:
        bench("run")
        said = bench("run", "--date", "2026-11-05")
        assert said.code == 0
        assert "7 days to Thu 5 Nov" in said.out
        assert not (bench.folder / "digests" / "2026-11-05.txt").exists()

    def test_a_past_day_for_real(self, bench: Bench) -> None:
        assert bench("run", "--date", "2026-11-05", "--send").code == 0
        assert (bench.folder / "digests" / "2026-11-05.txt").exists()
        assert bench("run", "--date", "2026-11-06", "--send").code == 0
        again = bench("run", "--date", "2026-11-06", "--send")
        assert "was evaluated before. To see its digest: rankbot preview --date 2026-11-06" in again.flat

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("--send",), "--send goes with --date"),
            (("--date", "2026-11-11"), "is not over yet"),
            (("--date", "2024-12-31"), "OpenRouter's data begins on 2025-01-01."),
            (("--date", "2024-12-31", "--send"), "OpenRouter's data begins on 2025-01-01."),
            (("--date", "11.11."), "is not a date such as 2026-11-10"),
            (("--accept", "everything"), "`everything` is not a board"),
        ],
    )
    def test_what_does_not_fit_is_said(self, bench: Bench, arguments: tuple[str, ...], words: str) -> None:
        said = bench("run", *arguments)
        assert (said.code, words in said.err) == (2, True)


def test_what_a_watchlist_has_behind_it_is_not_told_by_beginning_earlier(ran: Bench) -> None:
    """It would have told as late what nobody waited for, and judged again what was told."""
    said = ran("run", "--date", "2026-11-06", "--send")
    assert (said.code, said.out) == (2, "")
    assert "CLI agents began on 10 Nov 2026, after 6 Nov 2026." in said.flat
    assert "To see that day without sending it: rankbot run --date 2026-11-06" in said.flat
    assert ran("run", "--date", "2026-11-06").code == 0


class TestAccept:
    """Belief has to be about something."""

    def test_a_board_that_no_watchlist_is_judged_by(self, ran: Bench) -> None:
        said = ran("run", "--accept", "apps:game:all:popular:7d")
        assert (said.code, "No watchlist is judged by apps:game:all:popular:7d." in said.flat) == (2, True)
        assert "models:1d" in said.flat

    def test_one_of_which_nothing_is_quarantined(self, ran: Bench) -> None:
        said = ran("run", "--accept", "models:1d")
        assert (said.code, "Of models:1d no answer is quarantined" in said.err) == (0, True)


@pytest.mark.parametrize(
    ("command", "before", "words"),
    [
        (("run",), 6, "Stopped. 6 of 9 answers are stored. Called again, it goes on from there.\n"),
        (("backfill", "--from", "2026-11-08"), 3, "Stopped. 3 of 4 answers are stored. Called again, it goes on"),
        (("run",), 1, "Stopped. 1 of 9 answers is stored. Called again, it goes on from there.\n"),
    ],
)
def test_ctrl_c_is_answered_with_how_far_it_came(
    bench: Bench, command: tuple[str, ...], before: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    waits = 0

    def sleep(seconds: float) -> None:
        nonlocal waits
        waits += 1
        if waits == before:
            raise KeyboardInterrupt
        bench.now += timedelta(seconds=seconds)

    assert main(list(command), clock=lambda: bench.now, sleep=sleep) == 130
    assert words in capsys.readouterr().err


def test_gaps_are_one_line_a_watchlist(bench: Bench) -> None:
    bench.configure(
        (bench.folder / "config.toml").read_text().replace("[channel", "max_catch_up_days = 1\n[channel", 1)
    )
    assert bench("run", "--date", "2026-11-04", "--send").code == 0
    assert bench("run", "--date", "2026-11-06", "--send").out.count("gap         CLI agents: Thu 5 Nov, no data") == 1
    said = bench("run")
    assert said.out.count("gap ") == 2
    assert "gap         CLI agents: 3 days, 2026-11-07 to 2026-11-09, no data came" in said.out


class TestFailures:
    """75 for what the next run tries again, 1 for what needs somebody."""

    def test_a_feed_that_is_down(self, bench: Bench) -> None:
        bench.configure(CONFIG.format(url="http://127.0.0.1:9/api/v1"))
        said = bench("run")
        assert said.code == 75
        assert "refused the connection" in said.err
        assert "left" in said.err
        assert "waits       CLI agents: Tue 10 Nov" in said.out
        assert "tried again by the next run." in said.err

    def test_a_key_that_is_refused(self, bench: Bench, world: Sandbox) -> None:
        usual = world.answer
        world.answer = lambda _request: Answer(401, {}, b'{"error": {"code": 401, "message": "No such key"}}')
        try:
            said = bench("run")
        finally:
            world.answer = usual
        assert said.code == 1
        assert "does not accept the API key (401)" in said.flat
        assert "1 needs you, what is missing is asked for by the next run." in said.flat
        status = bench("status")
        assert (status.code, "api_key" in status.flat) == (1, True)

    def test_a_refused_delivery_needs_somebody_and_can_be_retried(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with FakeSlack() as slack:
            with_slack(bench, slack, monkeypatch)
            slack.script(error("not_in_channel"))
            said = bench("run")
            assert said.code == 1
            assert "not_in_channel" in said.err
            assert "Then: rankbot deliveries retry 2" in said.err
            assert "1 needs you." in said.err
            status = bench("status")
            assert (status.code, "NOT OK" in status.out) == (1, True)
            assert "not_in_channel" in status.out
            assert "Invite the bot to the channel: /invite @its-name Then: rankbot deliveries retry 2" in status.flat
            assert bench("deliveries", "retry", "2").code == 0
            assert bench("status").code == 0
            assert slack.posts[0].body["text"]

    def test_a_busy_service_is_tried_again(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        with FakeSlack() as slack:
            with_slack(bench, slack, monkeypatch)
            slack.script(Fault(Act.ANSWER, status=429, headers={"Retry-After": "30"}))
            said = bench("run")
            assert said.code == 75
            assert "tried again Wed 11 Nov 05:00 UTC" in said.flat
            assert not slack.posts
            bench.now += timedelta(seconds=31)
            assert bench("run").code == 0
            assert len([post for post in slack.posts if not post.thread_ts]) == 1

    def test_a_store_that_cannot_be_opened(self, bench: Bench) -> None:
        (bench.folder / "rankbot.db").mkdir()
        said = bench("run")
        assert (said.code, "rankbot.db" in said.err) == (1, True)

    def test_a_lost_answer_that_only_the_operator_can_look_for(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with FakeSlack() as slack:
            monkeypatch.setenv("WEBHOOK", slack.webhook_url)
            bench.add(WEBHOOK)
            slack.script(Fault(Act.DROP, "webhook", kept=True))
            assert bench("run").code == 75
            bench.now += timedelta(minutes=11)
            said = bench("run")
            words = (
                "Look whether the message is there; then: rankbot deliveries discard 2, or retry 2 to send it again."
            )
            assert (said.code, words in said.flat) == (1, True)
            assert "perhaps sent (Slack webhook)" in said.flat
            assert "1 needs you." in said.err
            status = bench("status")
            assert (status.code, words in status.flat) == (1, True)
            assert len(slack.posts) == 1
            assert bench("deliveries", "retry", "2").code == 0
            assert len(slack.posts) == 2
            assert bench("status").code == 0


class TestWhatWaits:
    """A message that is to be sent later is no reason to say that nothing was due."""

    def test_one_that_waits_for_its_next_try(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        with FakeSlack() as slack:
            with_slack(bench, slack, monkeypatch)
            slack.script(Fault(Act.ANSWER, status=429, headers={"Retry-After": "900"}))
            assert bench("run").code == 75
            bench.now += timedelta(minutes=1)
            said = bench("run")
        assert said.code == 75
        assert "Nothing was due" not in said.out
        assert "waits: " in said.flat
        assert "tried again Wed 11 Nov" in said.flat
        assert "1 is tried again by the next run." in said.err


def test_boards_are_counted_alike_before_and_after(bench: Bench) -> None:
    """Labs and models share their days, which are one board of the feed."""
    bench.add('[watchlist.labs]\ndataset = "models"\nby = "author"\n')
    said = bench("run").flat
    announced = re.search(r"(\d+) boards, \d+ requests", said)
    stored = re.search(r"stored (\d+) boards", said)
    assert announced
    assert stored
    assert announced[1] == stored[1] == "2"
