"""A bench for the command line, whose real clock is set to the sandbox's time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer.main

from bot.sandbox import Sandbox
from tests.cli.bench import CONFIG, Bench, sandboxed
from tests.cli.lived import live, live_by_every_rule, run_once

command_of = cache(typer.main.get_command)
"""Typer reads every command's signature each time that it is called: once is enough for all the calls of a process."""


@pytest.fixture(scope="session")
def world() -> Iterator[Sandbox]:
    """One sandbox for all tests of the command line: it is only read."""
    with sandboxed() as sandbox:
        yield sandbox


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], world: Sandbox) -> Bench:
    """An empty folder with a configuration, a key in the environment, and a clock that stands at NOW."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-or-invented")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("typer.main.get_command", command_of)
    made = Bench(tmp_path, capsys)
    made.configure(CONFIG.format(url=world.url))
    return made


@pytest.fixture(scope="session")
def kept_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the folders of bots that have run once are kept, each under a name of its own."""
    return tmp_path_factory.mktemp("runs")


@pytest.fixture
def ran(bench: Bench, kept_runs: Path) -> Bench:
    """The bench of a bot that has run once."""
    run_once(bench, kept_runs / "plain")
    return bench


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the store of a bot that has run for some days is kept."""
    return _shared(tmp_path_factory) / "lived.db"


@pytest.fixture
def lived(bench: Bench, kept: Path) -> Bench:
    """The bench of a bot that has run from 3 to 10 November."""
    live(bench, kept)
    return bench


@pytest.fixture(scope="session")
def kept_by_every_rule(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the store of a bot with all the rules is kept."""
    return _shared(tmp_path_factory) / "every_rule.db"


@pytest.fixture
def every_rule(bench: Bench, kept_by_every_rule: Path) -> Bench:
    """The bench of a bot whose watchlists have all the rules, each of which has fired."""
    live_by_every_rule(bench, kept_by_every_rule)
    return bench


def _shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this test run share: that of each is within."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
