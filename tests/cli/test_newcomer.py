"""What a newcomer ran into who followed the README: each line that is named next leads on, and fits the screen."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.cli.bench import Bench
from tests.servers.slack import FakeSlack, error

WIDTH = 80


@pytest.fixture
def slack(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSlack]:
    """A Slack to which the bench's configuration sends."""
    with FakeSlack() as made:
        monkeypatch.setenv("WEBHOOK", made.webhook_url)
        bench.add('[channel.team]\ntype = "slack"\nwebhook_url = "env:WEBHOOK"\n')
        yield made


def test_without_a_configuration_the_demo_is_named_too(bench: Bench) -> None:
    (bench.folder / "config.toml").unlink()
    said = bench("events")
    assert (said.code, "rankbot init writes one. To look at the demo's data: --demo." in said.err) == (2, True)
    said = bench("events", "-c", "nowhere.toml")
    assert (said.code, "rankbot init -c nowhere.toml writes one." in said.err) == (2, True)


def test_nobody_is_sent_where_they_come_from(bench: Bench, slack: FakeSlack) -> None:
    """After `run --now` with nothing new, the last line does not propose `run --now`."""
    assert bench("run", "--now").code == 0
    said = bench("run", "--now")
    assert said.out.splitlines()[-1] == "There was nothing new to send. The newest digest again: rankbot preview"
    assert "rankbot run --now" in bench("run").out


def test_what_the_service_said_is_said_once(bench: Bench, slack: FakeSlack) -> None:
    slack.script(error("no_service", method="webhook", status=404))
    assert "said: Slack said" not in bench("test-channel", "team").flat


def test_a_starter_of_another_name_is_checked_by_that_name(bench: Bench) -> None:
    assert bench("init", "-c", "other.toml").out.endswith("then: rankbot check -c other.toml\n")


def test_advice_fits_the_screen(bench: Bench) -> None:
    said = bench("explain", "zzzzz")
    assert "use --item, --date and --from." in " ".join(said.err.split())
    assert max(map(len, said.err.splitlines())) <= WIDTH


def test_an_excerpt_of_a_long_line_fits_the_screen(bench: Bench) -> None:
    bench.configure(f'[watchlist.a]\nfolow = ["{"x" * 200}"]\nwindow_days = "{"y" * 200}"\n')
    assert [line for line in bench("check").err.splitlines() if len(line) > WIDTH] == []


def test_a_failure_stands_after_what_was_said_before_it() -> None:
    """In one file, as cron and CI keep it, stdout and stderr are in the order in which they were written."""
    code = "from bot.cli.output import say, whisper; say('first'); whisper('second'); say('third')"
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True)
    assert done.stdout.decode().split() == ["first", "second", "third"]
