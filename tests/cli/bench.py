"""The command line against a sandbox, called as a user calls it: arguments in; exit code, answer and complaints out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.sandbox import Sandbox, World, last_completed_day

NOW = datetime(2026, 11, 11, 5, 0, tzinfo=UTC)
"""The sandbox's time; its last complete day is 10 November."""
CONFIG = """\
[openrouter]
api_key = "env:OPENROUTER_API_KEY"
base_url = "{url}"
requests_per_minute = 10000
requests_per_day = 10000

[channel.files]
type = "file"
when_quiet = "line"

[watchlist.cli-agents]
subcategory = "cli-agent"
mine = ["Kestrel Code"]
follow = ["Marlin"]

[watchlist.models]
dataset = "models"
window_days = 1
"""


SLACK = """\
[channel.team]
type = "slack"
token = "env:TOKEN"
channel = "C0123456789"
api_url = "{api_url}"
when_quiet = "nothing"
"""
"""A Slack channel, to be added to CONFIG."""


@dataclass(frozen=True)
class Said:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def flat(self) -> str:
        """All that was said, on one line: reports are folded at a width."""
        return " ".join((self.out + self.err).split())

    @property
    def lines(self) -> list[Any]:
        """The answer as one JSON object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


class Bench:
    """A folder with a configuration, and the command line in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.now = NOW
        self._capsys = capsys

    def __call__(self, *arguments: str, clock: Callable[[], datetime] | None = None) -> Said:
        """Calls ``rankbot`` with these arguments; by ``now``, if there is no ``clock`` for it."""
        self._capsys.readouterr()
        code = main(list(arguments), clock=clock or (lambda: self.now), sleep=self._sleep)
        said = self._capsys.readouterr()
        return Said(code, said.out, said.err)

    def _sleep(self, seconds: float) -> None:
        """Waiting moves the time on, and takes none."""
        self.now += timedelta(seconds=seconds)

    def configure(self, text: str) -> None:
        """Writes the configuration."""
        (self.folder / "config.toml").write_text(text, encoding="utf-8")

    def add(self, text: str) -> None:
        """Adds to the configuration."""
        self.configure((self.folder / "config.toml").read_text(encoding="utf-8") + text)


@contextmanager
def sandboxed() -> Iterator[Sandbox]:
    """A generated world whose time stands still."""
    with Sandbox(World(7, last_completed_day(NOW)), now=lambda: NOW, limits=False) as sandbox:
        yield sandbox
