"""A command loads what it needs, and no more: most of what the short ones take is to load libraries."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
import typer
from typer.main import get_group

import bot.cli
from bot.adapters.store import open_store
from bot.cli.app import MODULES
from tests.cli.bench import CONFIG, SLACK

PROGRAM = """\
import gc, json, sys
from bot.__main__ import script
collected = []
gc.callbacks.append(lambda phase, info: collected.append(info["generation"]))
code = script(sys.argv[1:])
print(json.dumps([code, sorted(sys.modules), collected, gc.get_freeze_count()]))
"""
HEAVY = {
    "alembic": "changes of the tables",
    "apscheduler": "serving",
    "css_inline": "mail",
    "httpx": "the feed",
    "jinja2": "digests",
    "rich.console": "progress",
    "slack_sdk": "Slack",
    "smtplib": "mail",
    "sqlalchemy.dialects.postgresql": "PostgreSQL",
    "bot.adapters.slack_blocks": "Slack",
    "bot.app.compose": "digests",
    "bot.app.cycle": "a cycle",
    "bot.core.backtest": "backtests",
    "bot.core.digest": "digests",
}
"""What takes long to load, and what it is for."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration with a channel of every kind, and its store, up to date and empty."""
    mail = '[channel.mail]\ntype = "email"\nhost = "127.0.0.1"\nfrom = "a@example.com"\nto = ["b@example.com"]\n'
    text = CONFIG.format(url="http://127.0.0.1:9/api/v1") + SLACK.format(api_url="http://127.0.0.1:9/api/") + mail
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    open_store(f"sqlite:///{tmp_path / 'rankbot.db'}").close()
    return tmp_path


def loaded(folder: Path, *arguments: str) -> tuple[int, set[str], list[int], int]:
    """The exit code, the modules, which generations of objects were looked through, and what was frozen at the end."""
    command = [sys.executable, "-c", PROGRAM, *arguments, "-c", str(folder / "config.toml")]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=True)
    code, modules, collected, frozen = json.loads(done.stdout.splitlines()[-1])
    return code, set(modules), collected, frozen


@pytest.mark.parametrize("command", ["status", "status --json", "events", "deliveries"])
def test_who_only_looks_loads_nothing_that_sends_fetches_or_writes(folder: Path, command: str) -> None:
    code, modules, _, _ = loaded(folder, *command.split())
    assert code == 0
    assert {name: what for name, what in HEAVY.items() if name in modules} == {}


def test_a_command_loads_the_module_that_has_it(folder: Path) -> None:
    _, modules, _, _ = loaded(folder, "status")
    assert modules & {f"bot.cli.{module}" for module in MODULES.values()} == {"bot.cli.status"}


def test_help_loads_neither_the_store_nor_the_configuration(folder: Path) -> None:
    """It names all commands, so that it loads the modules of all; whatever else they need, they load when they run."""
    code, modules, _, _ = loaded(folder, "--help")
    assert code == 0
    assert {f"bot.cli.{module}" for module in MODULES.values()} <= modules
    assert (
        modules
        & {"sqlalchemy", "pydantic.main", "bot.config", "bot.wiring", "bot.app.records", "bot.core.ranking", *HEAVY}
        == set()
    )


def test_a_start_does_not_look_for_dead_objects_among_those_it_makes(folder: Path) -> None:
    """Nor does an end: the system takes all of it."""
    _, _, collected, frozen = loaded(folder, "status")
    assert collected == []
    assert frozen > 50_000


def test_every_command_is_found_where_the_list_has_it() -> None:
    """In its order, too: the modules' own."""
    added: list[tuple[str, str]] = []
    for name in dict.fromkeys(MODULES.values()):
        part = typer.Typer()
        import_module(f"bot.cli.{name}").add_to(part)
        group: Any = get_group(part)
        added += [(command, name) for command in group.commands]
    assert added == list(MODULES.items())
    adding = {one.name for one in iter_modules(bot.cli.__path__) if _adds(one.name)}
    assert adding == set(MODULES.values())


def _adds(name: str) -> bool:
    return hasattr(import_module(f"bot.cli.{name}"), "add_to")
