"""What the commands show, as a whole: the golden texts were read; a change to one is a change to what people see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from typer.main import get_command

from bot.__main__ import main
from bot.adapters.store import open_store
from bot.cli.app import app
from bot.cli.live import leave_beat
from bot.config import STARTERS
from tests.cli import commands
from tests.cli.bench import Bench, Said
from tests.servers.slack import TOKEN, FakeSlack, error

GOLDEN = Path(__file__).parent / "golden"
WIDTH = 80
HEIGHT = 24
CONFIG = """\
[openrouter]
base_url = "{url}"

[channel.team]
type = "slack"
token = "env:TOKEN"
channel = "C0123456789"
api_url = "{slack}"
days = "weekdays"
at = "09:00"
timezone = "Europe/Berlin"

[channel.partners]
type = "slack"
webhook_url = "env:WEBHOOK"
days = ["mon"]
at = "07:30"
timezone = "Europe/Berlin"

[channel.ops]
type = "slack"
webhook_url = "env:WEBHOOK"

[operator]
channels = ["ops"]

[watchlist.cli-agents]
subcategory = "cli-agent"
mine = ["Kestrel Code"]
follow = ["Marlin", "{follow}"]
channels = ["team"]

[watchlist.models]
dataset = "models"
channels = ["partners"]
rules.entered_top = {{ n = [10, 20] }}
"""


@pytest.fixture
def slack(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSlack]:
    """A bench whose configuration has a Slack of its own."""
    with FakeSlack() as made:
        monkeypatch.setenv("TOKEN", TOKEN)
        monkeypatch.setenv("WEBHOOK", made.webhook_url)
        configure(bench, made)
        yield made


def configure(bench: Bench, slack: FakeSlack, *, follow: str = "Roost") -> None:
    """Writes the configuration of the screens."""
    url = next(line for line in (bench.folder / "config.toml").read_text().splitlines() if line.startswith("base_url"))
    bench.configure(CONFIG.format(url=url.split('"')[1], slack=slack.api_url, follow=follow))


def screen(said: Said) -> str:
    """All that was shown, stdout first, with the exit code."""
    return said.out + (f"--- stderr\n{said.err}" if said.err else "") + f"--- exit {said.code}\n"


def check_golden(name: str, shown: str) -> None:
    assert shown == (GOLDEN / f"screen-{name}.txt").read_text(encoding="utf-8"), shown
    assert [line for line in shown.splitlines() if len(line) > WIDTH] == []


def test_check(bench: Bench, slack: FakeSlack) -> None:
    check_golden("check", screen(bench("check")))


def test_check_of_a_file_with_mistakes(bench: Bench) -> None:
    bench.configure(
        '[openrouter]\napi_key = "env:OPENROUTER_KEY"\n\n[channel.team]\ntype = "file"\nat = 9\n'
        'timezone = "Europe/Berln"\n\n[watchlist.cli-agents]\ncategory = "coding"\nsubcategory = "roleplay"\n'
        'folow = ["Marlin"]\nchannels = ["team", "slack-team"]\n'
    )
    check_golden("mistakes", screen(bench("check")))


def test_check_online(bench: Bench, slack: FakeSlack) -> None:
    check_golden("check-online", screen(bench("check", "--online")))
    assert not slack.posts


def test_check_online_with_problems(bench: Bench, slack: FakeSlack) -> None:
    configure(bench, slack, follow="Tern")
    slack.script(error("invalid_auth", method="auth.test"))
    check_golden("check-online-problems", screen(bench("check", "--online")))


@pytest.mark.parametrize("reader", STARTERS)
def test_init(bench: Bench, reader: str) -> None:
    said = bench("init", "--for", reader, "-c", "new.toml")
    check_golden(f"init-{reader}", screen(said))


def test_a_run_with_nothing_due_and_one_that_does_not_wait(bench: Bench, slack: FakeSlack) -> None:
    check_golden("run", screen(bench("run")))
    check_golden("run-again", screen(bench("run")))
    check_golden("run-now", screen(bench("run", "--now")))


def test_a_bad_night(bench: Bench, slack: FakeSlack) -> None:
    slack.script(error("channel_not_found"))
    check_golden("run-refused", screen(bench("run", "--now")))


def settled(said: Said, folder: Path) -> str:
    """The screen with what hangs on the machine put in: where the store is, what it takes, what is left of the disk."""
    shown = re.sub(rf"{re.escape(str(folder))}/rankbot.db\n +", "/data/rankbot.db, ", screen(said))
    shown = re.sub(r"db, [0-9.]+ MB", "db, 18 MB", shown)
    return re.sub(r"free disk [0-9.]+ [MGT]B", "free disk 41 GB", shown)


@pytest.mark.parametrize("refused", [False, True])
def test_status(bench: Bench, slack: FakeSlack, *, refused: bool) -> None:
    """Six hours after a short trouble, with the first digest sent, or refused."""
    served = bench.now - timedelta(days=12)
    bench("run")
    with closing(open_store(f"sqlite:///{bench.folder}/rankbot.db")) as store:
        store.open_incident("feed:fails", "HTTP 503", bench.now)
        store.end_incident("feed:fails", bench.now + timedelta(minutes=40))
    bench.now += timedelta(hours=6)
    if refused:
        slack.script(error("channel_not_found"))
    bench("run")
    leave_beat(bench.folder / "config.toml", bench.now.timestamp() - 9, since=served.timestamp(), host="web-3")
    check_golden("status-not-ok" if refused else "status", settled(bench("status"), bench.folder))


COMMANDS = sorted(getattr(get_command(app), "commands"))  # noqa: B009  (a group has them, which its type does not say)


@pytest.mark.parametrize("command", ["", *commands.names()])
def test_every_help_fits_a_screen(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command.split(), "--help"]) == 0
    lines = capsys.readouterr().out.rstrip().splitlines()
    assert len(lines) <= HEIGHT
    assert [line for line in lines if len(line) > WIDTH] == []


def test_the_list_of_commands_has_all_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--help"])
    shown = {line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("  ")}
    assert set(COMMANDS) <= shown


def test_the_page_of_commands_is_what_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    page = Path(__file__).parents[2] / "docs" / "commands.md"
    assert commands.page() == page.read_text(encoding="utf-8"), "python -m tests.cli.commands > docs/commands.md"


class TestInit:
    """The schema lies beside the configuration, and can be had anew."""

    def test_the_schema_is_written_beside_it_and_one_that_is_there_stays(self, bench: Bench) -> None:
        schema = bench.folder / "config.schema.json"
        assert bench("init", "-c", "new.toml").code == 0
        assert schema.read_text(encoding="utf-8").startswith('{\n  "$schema"')
        schema.write_text("older", encoding="utf-8")
        assert bench("init", "-c", "newer.toml").code == 0
        assert schema.read_text(encoding="utf-8") == "older"

    def test_it_names_no_file_that_is_not_there(self, bench: Bench) -> None:
        said = bench("init", "-c", "new.toml")
        text = said.out + (bench.folder / "new.toml").read_text(encoding="utf-8")
        assert "docs/" not in text
        assert "config.example" not in text
        assert "rankbot init --example" in text

    def test_every_key_is_printed_and_nothing_is_written(self, bench: Bench) -> None:
        said = bench("init", "--example", "-c", "new.toml")
        example = Path(__file__).parents[2] / "config.example.toml"
        assert (said.code, said.out) == (0, example.read_text(encoding="utf-8").rstrip() + "\n")
        assert not (bench.folder / "new.toml").exists()

    def test_it_is_printed_and_nothing_is_written(self, bench: Bench) -> None:
        said = bench("init", "--schema", "-c", "new.toml")
        assert (said.code, said.out.startswith('{\n  "$schema"')) == (0, True)
        assert not (bench.folder / "new.toml").exists()
