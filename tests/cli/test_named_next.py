"""A command that is named next is meant for the configuration that the one before was given, or for the demo."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.store import open_store
from bot.cli import options
from bot.cli.app import MODULES
from bot.cli.options import completed, flag
from tests.cli import commands
from tests.cli.bench import Bench
from tests.servers.slack import FakeSlack, error

OTHER = "other.toml"


@pytest.fixture
def other(bench: Bench) -> Bench:
    """The configuration has another name, so that each command has to be told."""
    (bench.folder / "config.toml").rename(bench.folder / OTHER)
    return bench


class TestFlag:
    """What a command needs besides."""

    def test_nothing_where_it_looks_by_itself(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        assert flag(Path("config.toml")) == flag(bench.folder / "config.toml") == ""
        monkeypatch.setenv("RANKBOT_CONFIG", OTHER)
        assert flag(Path(OTHER)) == ""
        assert flag(Path("config.toml")) == " -c config.toml"

    def test_the_file_as_seen_from_here_and_in_one_piece(self, bench: Bench) -> None:
        assert flag(bench.folder / "a b.toml") == " -c 'a b.toml'"
        assert flag(Path("/etc/rankbot.toml")) == " -c /etc/rankbot.toml"

    def test_the_demo_s(self) -> None:
        assert flag(Path("/tmp/rankbot-demo-abc/config.toml")) == " --demo"  # noqa: S108  (nothing is there)


class TestCompleted:
    """Sentences of who does not know the configuration."""

    def test_every_command_in_it_is_told(self, bench: Bench) -> None:
        text = "Run: rankbot run, or rankbot deliveries retry 3. See rankbot demo, rankbot knows."
        told = "Run: rankbot -c b.toml run, or rankbot -c b.toml deliveries retry 3. See rankbot demo, rankbot knows."
        assert completed(text, Path("b.toml")) == told
        assert completed(told, Path("b.toml")) == told
        assert completed(text, Path("config.toml")) == text

    def test_of_a_demo_only_those_that_look(self) -> None:
        file = Path("/tmp/rankbot-demo-abc/config.toml")  # noqa: S108  (nothing is there)
        text = "rankbot events --all, rankbot deliveries show 3, rankbot run"
        assert completed(text, file) == "rankbot events --demo --all, rankbot deliveries --demo show 3, rankbot run"

    def test_those_that_look_are_those_with_a_demo(self) -> None:
        assert set(options.LOOKING) == {name for name in MODULES if "--demo" in commands.told(name)}


class TestAnotherFile:
    """Each line names what leads on."""

    def test_a_first_day(self, other: Bench) -> None:
        assert (
            "To begin: rankbot -c other.toml run, or rankbot -c other.toml serve" in other("status", "-c", OTHER).flat
        )
        assert "To begin: rankbot -c other.toml run" in other("events", "-c", OTHER).flat
        assert "To begin: rankbot -c other.toml run" in other("top", "-c", OTHER).flat
        assert other("check", "-c", OTHER).out.endswith("Next: rankbot check --online -c other.toml\n")
        assert other("-c", OTHER, "check", "--online").out.endswith("Next: rankbot run --dry-run -c other.toml\n")
        assert other("run", "-c", OTHER).code == 0
        assert "The newest digest again: rankbot -c other.toml preview" in other("run", "--now", "-c", OTHER).flat

    def test_what_is_found(self, other: Bench) -> None:
        other("run", "-c", OTHER)
        shown = other("explain", "--item", "Tern CLI", "-c", OTHER).out
        assert shown.endswith("Next: rankbot history 3920117 -c other.toml\n")
        assert "Those that are: rankbot -c other.toml events --all." in other("explain", "zzzzz", "-c", OTHER).flat
        assert "rankbot -c other.toml find TEXT" in other("history", "Nobody at all", "-c", OTHER).flat
        assert "Look: rankbot -c other.toml deliveries" in other("deliveries", "retry", "99", "-c", OTHER).flat
        tested = other("backtest", "-c", OTHER, "--from", "2026-11-09")
        assert "--from 2026-11-09 -c other.toml" in tested.flat
        assert "To fetch them: rankbot -c other.toml backfill --from " in tested.flat

    def test_what_is_stuck(self, other: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        with FakeSlack() as slack:
            monkeypatch.setenv("WEBHOOK", slack.webhook_url)
            (other.folder / "config.toml").write_bytes((other.folder / OTHER).read_bytes())
            other.add('[channel.team]\ntype = "slack"\nwebhook_url = "env:WEBHOOK"\n')
            (other.folder / "config.toml").rename(other.folder / OTHER)
            slack.script(error("no_service", method="webhook", status=404))
            said = other("run", "-c", OTHER)
        assert re.search(r"rankbot -c other\.toml deliveries retry \d", said.flat)
        assert re.search(r"rankbot -c other\.toml deliveries retry \d", other("status", "-c", OTHER).flat)

    def test_a_problem_with_the_templates(self, other: Bench) -> None:
        text = (other.folder / OTHER).read_text(encoding="utf-8")
        (other.folder / "mine").mkdir()
        (other.folder / "mine" / "digest.txt.j2").write_text("{{ nonsense.more }}", encoding="utf-8")
        (other.folder / OTHER).write_text(text + '[defaults]\ntemplates = "mine"\n', encoding="utf-8")
        assert "then: rankbot check -c other.toml" in other("check", "-c", OTHER).flat


class TestDemo:
    """What a demo lacks, a new one has."""

    @pytest.fixture
    def demo(self, bench: Bench) -> Bench:
        bench("demo", "--days", "2")
        return bench

    def test_what_is_found(self, demo: Bench) -> None:
        assert "Those that are: rankbot events --demo --all." in demo("explain", "zzzzz", "--demo").flat
        assert "Look: rankbot deliveries --demo" in demo("deliveries", "show", "99", "--demo").flat
        assert "rankbot find --demo TEXT" in demo("explain", "--item", "Nope", "--demo").flat

    def test_what_is_over(self, demo: Bench) -> None:
        demo.now += timedelta(days=3)
        said = demo("status", "--demo")
        assert (said.code, "This demo has ended. A new one: rankbot demo" in said.flat) == (1, True)
        assert "rankbot run" not in said.flat

    @pytest.mark.parametrize("arguments", [("top", "--date", "2026-01-01"), ("backtest", "--from", "2026-09-01")])
    def test_nothing_can_be_fetched(self, demo: Bench, arguments: tuple[str, ...]) -> None:
        said = demo(*arguments, "--demo").flat
        assert "A demo has what it lived through, and no more. A new one: rankbot demo" in said
        assert "backfill" not in said


def test_what_is_stored_of_a_trouble_names_it_too(other: Bench) -> None:
    with closing(open_store(f"sqlite:///{other.folder}/rankbot.db")) as store:
        store.open_incident("quarantine:x", "It was refused. If it is right: rankbot run --accept models:1d", other.now)
    assert "rankbot -c other.toml run --accept models:1d" in other("status", "-c", OTHER).flat
