"""The command line as a whole: its version, its help, and that of each command."""

from __future__ import annotations

import pytest

from bot.cli.app import MODULES
from tests.cli.bench import Bench


def test_the_version_and_the_help(bench: Bench) -> None:
    assert bench("--version").out.startswith("rankbot 0.")
    help_text = bench("--help").out
    assert "demo" in help_text
    assert bench("nonsense").code == 2


@pytest.mark.parametrize("command", MODULES)
def test_the_help_of_every_command_fits_a_screen(bench: Bench, command: str) -> None:
    said = bench(command, "--help")
    assert said.code == 0
    assert len(said.out.splitlines()) <= 24
