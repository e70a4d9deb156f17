"""Every command's screen fits a terminal of 80 columns, but for what must stay in one piece."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

import pytest

from tests.cli import commands
from tests.cli.bench import Bench, Said
from tests.servers.slack import FakeSlack, error

WIDTH = 80
WHOLE: Mapping[str, str] = {
    r"https?://\S+": "an address is clicked on, or copied, in one piece",
    r"Source: OpenRouter \(\S+\), as of \S+": "a citation is to the letter, and on one line",
    r"\S*/\S+/\S+": "a path is copied in one piece, and where it lies is not ours to choose",
}
"""What may make a line longer, with the reason."""
ELSEWHERE: Mapping[str, str] = {
    "serve": "tests/cli/test_opening.py: it stays, and writes log lines",
    "sandbox": "tests/e2e/test_processes.py: it stays",
    "export": "its rows are data, for a file or a pipe",
}
"""Commands whose screens are not looked at here, with the reason."""
SCREENS: tuple[tuple[str, ...], ...] = (
    ("init", "-c", "new.toml"),
    ("check",),
    ("check", "--online"),
    ("test-channel", "files"),
    ("demo", "--days", "2"),
    ("run",),
    ("run", "--now"),
    ("run", "--dry-run"),
    ("run", "--date", "2026-11-09"),
    ("top",),
    ("top", "models", "-n", "50"),
    ("history", "Kestrel Code"),
    ("history", "Kestrel Code", "--days", "900"),
    ("find", "e"),
    ("events",),
    ("events", "--all"),
    ("events", "--date", "2026-10-20"),
    ("preview",),
    ("explain", "--item", "Kestrel Code"),
    ("backtest", "--from", "2026-10-10"),
    ("backtest", "--from", "2026-10-10", "--all"),
    ("backtest", "--from", "2026-10-20", "--sweep", "entered_top.n=10,20,50"),
    ("status",),
    ("status", "--live"),
    ("backfill", "--from", "2026-11-01"),
    ("deliveries",),
    ("deliveries", "show", "1"),
    ("deliveries", "retry", "1"),
    ("deliveries", "discard", "1"),
    ("db", "upgrade"),
    ("db", "backup", "copy.db"),
    ("db", "check"),
)
WRONG: tuple[tuple[str, ...], ...] = (
    ("init",),
    ("test-channel", "nobody"),
    ("run", "--send"),
    ("top", "nonsense"),
    ("top", "--date", "2026-09-01"),
    ("top", "models", "--date", "2026-11-30"),
    ("top", "apps:coding:native-app-builder:popular:30d"),
    ("preview", "--date", "2026-09-01"),
    ("explain", "--item", "Sable", "-w", "models"),
    ("history", "Nobody at all"),
    ("find", "zzzzzz"),
    ("events", "-w", "nobody"),
    ("preview", "--channel", "nobody"),
    ("explain", "zzzzz"),
    ("backtest",),
    ("backtest", "--from", "2020-01-01"),
    ("deliveries", "show", "99"),
    ("deliveries", "retry", "99"),
    ("db", "backup", "rankbot.db"),
    ("status", "-c", "nowhere.toml"),
)
"""What does not fit is said within the same width."""


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch, bench: Bench) -> None:
    """The terminal has 80 columns."""
    monkeypatch.setenv("COLUMNS", str(WIDTH))


def too_wide(said: Said) -> list[str]:
    """The lines that are wider than the terminal, and hold nothing that must stay in one piece."""
    lines = [*said.out.splitlines(), *said.err.splitlines()]
    return [line for line in lines if len(line) > WIDTH and not any(re.search(part, line) for part in WHOLE)]


@pytest.mark.parametrize("arguments", [*SCREENS, *WRONG], ids=" ".join)
def test_a_screen_fits(lived: Bench, arguments: tuple[str, ...]) -> None:
    said = lived(*arguments)
    assert said.out + said.err
    assert too_wide(said) == []


def test_every_command_is_looked_at() -> None:
    shown = {" ".join(screen[:length]) for screen in SCREENS for length in (1, 2)}
    assert set(commands.names()) - shown == ELSEWHERE.keys()


def test_every_rule_s_events_fit(every_rule: Bench) -> None:
    assert too_wide(every_rule("events", "--all")) == []
    assert too_wide(every_rule("backtest", "--from", "2026-08-29", "--to", "2026-09-06", "--all")) == []


def test_a_bad_night_fits(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A channel that refuses, and a feed that is not there."""
    with FakeSlack() as slack:
        monkeypatch.setenv("WEBHOOK", slack.webhook_url)
        bench.add('[channel.team]\ntype = "slack"\nwebhook_url = "env:WEBHOOK"\n')
        slack.script(error("channel_not_found"))
        shown = [bench("run"), bench("status"), bench("deliveries")]
    text = (bench.folder / "config.toml").read_text()
    bench.configure(re.sub(r'base_url = ".*"', 'base_url = "http://127.0.0.1:9/api/v1"', text))
    bench.now += timedelta(days=1)
    shown += [bench("run"), bench("status"), bench("check", "--online")]
    assert [line for said in shown for line in too_wide(said)] == []
