"""init, check and test-channel: from nothing to a configuration that works."""

from __future__ import annotations

import stat
from contextlib import closing
from datetime import timedelta

import pytest

from bot.adapters.store import open_store
from tests.builders import CLI_AGENTS, snapshot
from tests.cli.bench import CONFIG, SLACK, Bench
from tests.core.rules.days import ago
from tests.servers.slack import TOKEN, Act, FakeSlack, Fault, error


class TestInit:
    """It writes a configuration that loads, and never overwrites one."""

    @pytest.mark.parametrize("reader", ["app", "analyst", "market"])
    def test_a_starter_that_check_accepts(self, bench: Bench, reader: str, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("SLACK_WEBHOOK_URL", "SMTP_USERNAME", "SMTP_PASSWORD"):
            monkeypatch.setenv(name, "https://hooks.slack.com/services/T0/B0/invented")
        said = bench("init", "--for", reader, "--config", "mine.toml")
        assert (said.code, "Wrote mine.toml" in said.out) == (0, True)
        assert stat.S_IMODE((bench.folder / "mine.toml").stat().st_mode) == 0o600
        assert bench("check", "--config", "mine.toml").code == 0

    def test_an_existing_file_stays_as_it_is(self, bench: Bench) -> None:
        before = (bench.folder / "config.toml").read_text()
        said = bench("init")
        assert (said.code, "is there already" in said.err) == (2, True)
        assert (bench.folder / "config.toml").read_text() == before

    def test_an_unknown_reader_is_told_which_there_are(self, bench: Bench) -> None:
        said = bench("init", "--for", "boss", "-c", "new.toml")
        assert (said.code, "app, analyst, market" in said.err) == (2, True)

    def test_a_folder_that_is_not_there_is_said(self, bench: Bench) -> None:
        said = bench("init", "-c", "nowhere/config.toml")
        assert (said.code, "can't be written: No such file" in said.err) == (2, True)


class TestCheck:
    """It reads the configuration back in sentences, with its cost."""

    def test_in_sentences(self, bench: Bench) -> None:
        said = bench("check")
        assert said.code == 0
        assert "cli-agents  Apps > Coding > CLI agents, 7-day totals" in said.out
        assert "tells: a new #1; entries into the top 10; spikes (2x and 1B)" in said.out
        assert "shows every time: Kestrel Code (yours), Marlin" in said.out
        soon = "next: with the next run, about Tue 10 Nov; then Thu 12 Nov 02:00 UTC; a line on quiet days"
        assert soon in said.flat
        assert "first run 18 requests at most, about 1 s; then about" in said.out
        assert "\n    CLI agents: 8 windows, 16 requests at most\n    Models: 23 days, 1 request\n" in said.out
        assert "\n    Names and prices of models: 1 request\n" in said.out
        assert "Next: rankbot check --online" in said.out
        assert max(len(line) for line in said.out.splitlines()) <= 90

    def test_once_there_is_a_store_it_says_what_the_next_run_asks(self, bench: Bench) -> None:
        bench("run")
        said = bench("check")
        assert (said.code, "  next run: no request needed, all is stored; then about 12 a day" in said.out) == (0, True)
        bench.now += timedelta(days=1)
        said = bench("check")
        assert "  next run 12 requests at most, about 1 s; then about 12 a day of 10000\n    CLI agents: 5" in said.out

    def test_days_whose_own_requests_leave_no_room_are_said(self, bench: Bench) -> None:
        bench.configure(CONFIG.format(url="http://127.0.0.1:9/api/v1").replace("day = 10000", "day = 3"))
        said = bench("check").flat
        assert "14 requests do not fit into today's 3; they come tomorrow. No day has room for that" in said

    def test_a_store_elsewhere_is_not_asked(self, bench: Bench) -> None:
        bench.add('[store]\nurl = "postgresql://nobody@127.0.0.1:9/none"\n')
        assert "first run 18 requests" in bench("check").out

    def test_all_errors_at_once_with_a_caret(self, bench: Bench) -> None:
        bench.configure('[watchlist.x]\nfolow = []\ncategory = "cooking"\n')
        said = bench("check")
        assert said.code == 2
        assert "config.toml:2:1  unknown key `folow`" in said.err
        assert "did you mean `follow`?" in said.err
        assert "config.toml:3:12" in said.err
        assert said.err.splitlines()[-1].endswith("Nothing was started.")
        assert said.out == ""

    def test_a_store_that_can_not_be_opened_is_an_error_with_its_place(self, bench: Bench) -> None:
        bench.add('[store]\nurl = "sqlite:///nodir/x.db"\n')
        for arguments in (("check",), ("check", "--online")):
            said = bench(*arguments)
            assert (said.code, said.out) == (2, "")
            assert f"there is no folder {bench.folder}/nodir for the store" in said.err
            assert '| url = "sqlite:///nodir/x.db"\n      |       ^^^^' in said.err
        assert bench("run").code == 1  # it may be a disk that comes later: no reason for a service to give up

    def test_what_to_do_about_a_note_stands_below_its_words(self, bench: Bench) -> None:
        lines = bench("check").out.splitlines()
        place = next(number for number, line in enumerate(lines) if "nobody is told when something fails" in line)
        below, following = lines[place + 1], lines[place + 2]
        column = lines[place].index("nobody")
        assert below.lstrip().startswith("Give the operator a channel")
        assert below.index("Give") == len(following) - len(following.lstrip()) == column

    def test_without_a_configuration_it_says_how_to_get_one(self, bench: Bench) -> None:
        said = bench("check", "--config", "absent.toml")
        assert (said.code, "rankbot init" in said.err) == (2, True)

    def test_the_configuration_may_be_named_before_the_command_or_in_the_environment(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (bench.folder / "config.toml").rename(bench.folder / "other.toml")
        assert bench("check").code == 2
        assert "other.toml is valid" in bench("--config", "other.toml", "check").out
        monkeypatch.setenv("RANKBOT_CONFIG", "other.toml")
        assert "other.toml is valid" in bench("check").out

    def test_every_kind_of_rule_and_channel_reads_well(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("WEBHOOK", "https://hooks.slack.com/services/T0/B0/invented")
        monkeypatch.setenv("TOKEN", "xoxb-invented")
        bench.configure("""
[openrouter]
requests_per_day = 10
[operator]
channels = ["ops"]
[channel.hook]
type = "slack"
webhook_url = "env:WEBHOOK"
days = ["mon"]
at = "07:30"
timezone = "Europe/Berlin"
[channel.bot]
type = "slack"
token = "env:TOKEN"
channel = "C0123456789"
days = "weekdays"
[channel.ops]
type = "email"
host = "smtp.example.com"
from = "a@example.com"
to = ["b@example.com", "c@example.com"]
[channel.unused]
type = "file"
[watchlist.all]
channels = ["hook", "bot"]
exclude = ["Tern*"]
rules.left_top = { n = 20 }
rules.trending = true
[watchlist.silent]
channels = ["bot"]
dataset = "models"
rules.default = false
""")
        said = bench("check").flat
        for words in (
            "exits from the top 20",
            "news in the trending top 10",
            "leaves out: Tern*",
            "tells: nothing: all rules are off",
            "Slack webhook, Mon 07:30 Europe/Berlin: all",
            "next: Mon 16 Nov 07:30 CET, about 9 to 15 Nov 2026",
            "Slack C0123456789, Mon-Fri as soon as a day is complete: all, silent",
            "failures ops (mail to 2), at once",
            "files in",
            "Names and prices of models: 1 request",
        ):
            assert words in said


class TestCheckOnline:
    """It asks the services, and says what matches nothing."""

    def test_names_are_resolved(self, bench: Bench) -> None:
        said = bench("check", "--online")
        assert said.code == 0
        assert "key accepted; newest complete day Tue 10 Nov" in said.out
        assert "Kestrel Code = id 4410982, #" in said.out
        assert "the directory can be written" in said.out
        assert not (bench.folder / "digests").exists() or not list((bench.folder / "digests").iterdir())

    def test_a_name_that_an_id_has_borne_is_resolved(self, bench: Bench) -> None:
        bench.configure((bench.folder / "config.toml").read_text().replace('"Marlin"', '"Kestrel Classic"'))
        assert bench("check", "--online").code == 1
        with closing(open_store(f"sqlite:///{bench.folder}/rankbot.db")) as store:
            store.save([snapshot(CLI_AGENTS, ago(9), [("4410982", "Kestrel Classic", 5)])])
        assert bench("check", "--online").code == 0

    def test_a_name_that_matches_nothing_is_a_problem(self, bench: Bench) -> None:
        text = (bench.folder / "config.toml").read_text().replace('"Marlin"', '"Tern", "Kestrl Code", "zzz"')
        bench.configure(text)
        said = bench("check", "--online")
        assert said.code == 1
        assert '"Tern" matches nothing. Close: "Tern CLI" id 3920117' in said.flat
        assert '"Kestrl Code" matches nothing. Close: "Kestrel Code"' in said.flat
        assert '"zzz" matches nothing. models' in said.flat
        assert "3 problems:" in said.err
        assert '  config.toml:14 follow "Tern" matches no app.\n' in said.err
        assert said.err.endswith("Next: put them right, then: rankbot check --online\n")

    def test_a_board_shorter_than_n_is_said(self, bench: Bench) -> None:
        bench.add("[watchlist.cli-agents.rules]\nentered_top = { n = 150 }\n")
        assert '"top 150" would be the whole board' in bench("check", "--online").out

    def test_a_name_that_several_bear_is_said_with_what_would_mean_one(self, bench: Bench) -> None:
        with closing(open_store(f"sqlite:///{bench.folder}/rankbot.db")) as store:
            store.save([snapshot(CLI_AGENTS, ago(9), [("4410982", "Twin", 5), ("3320017", "Twin", 4)])])
        bench.configure((bench.folder / "config.toml").read_text().replace('"Marlin"', '"Twin"'))
        said = bench("check", "--online")
        assert '"Twin" is the name of 2 apps; to mean one: "id:' in said.flat
        bench.configure((bench.folder / "config.toml").read_text().replace('"Twin"', '"Twin*"'))
        assert "is the name of" not in bench("check", "--online").flat

    def test_a_feed_that_is_down_is_said(self, bench: Bench) -> None:
        bench.configure(CONFIG.format(url="http://127.0.0.1:9/api/v1"))
        said = bench("check", "--online")
        assert (said.code, "refused the connection" in said.out) == (75, True)
        assert said.err.endswith("Next: wait some minutes, then: rankbot check --online\n")

    def test_credentials_that_do_not_work_are_said(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TOKEN", "xoxb-wrong")

        with FakeSlack() as slack:
            bench.add(SLACK.format(api_url=slack.api_url))
            said = bench("check", "--online")
            assert said.code == 1
            assert "invalid_auth" in said.out
            assert not slack.posts


class TestTestChannel:
    """It sends a message marked TEST and reports what the service said."""

    def test_it_says_where_it_went(self, bench: Bench) -> None:
        said = bench("test-channel", "files")
        assert (said.code, "TEST.txt" in said.out) == (0, True)
        assert "TEST" in (bench.folder / "digests" / "TEST.txt").read_text()

    def test_a_mail_server_that_is_not_there_is_named_once_with_what_to_check(self, bench: Bench) -> None:
        bench.add(
            '[channel.mail]\ntype = "email"\nhost = "127.0.0.1"\nport = 3\nsecurity = "none"\n'
            'from = "a@example.com"\nto = ["b@example.com"]\n'
        )
        said = bench("test-channel", "mail")
        assert said.code == 75
        assert said.err == (
            "mail: mail to b@example.com: 127.0.0.1:3 refused the connection\n"
            "  Check `host` and `port` of [channel.mail], and that this machine may reach\n  them.\n"
        )

    def test_a_webhook_that_is_not_there_is_named_by_its_host_alone(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("WEBHOOK", "http://127.0.0.1:3/services/T0/B0/s3cret")
        bench.add('[channel.team]\ntype = "slack"\nwebhook_url = "env:WEBHOOK"\n')
        said = bench("test-channel", "team")
        assert said.code == 75
        assert said.err.startswith("team: Slack webhook: 127.0.0.1:3 refused the connection\n  Check this machine's")
        assert "s3cret" not in said.err

    def test_an_unknown_channel_is_told_which_there_are(self, bench: Bench) -> None:
        said = bench("test-channel", "nobody")
        assert (said.code, "Channels here: files." in said.err) == (2, True)

    @pytest.mark.parametrize(
        ("fault", "code", "words"),
        [
            ("channel_not_found", 1, "channel_not_found"),
            ("ratelimited", 75, "ratelimited"),
            ("drop", 75, "the answer was lost"),
        ],
    )
    def test_what_the_service_said(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch, fault: str, code: int, words: str
    ) -> None:

        monkeypatch.setenv("TOKEN", TOKEN)
        with FakeSlack() as slack:
            slack.script(Fault(Act.DROP, kept=True) if fault == "drop" else error(fault))
            bench.add(SLACK.format(api_url=slack.api_url))
            said = bench("test-channel", "team")
            assert (said.code, words in said.err) == (code, True)
            assert TOKEN not in said.err + said.out
