"""The page of all commands, made of what they say themselves: ``python -m tests.cli.commands > docs/commands.md``."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import Any

from typer.main import get_command

from bot.__main__ import main
from bot.cli.app import app
from bot.cli.output import WIDTH

HEAD = """\
# Commands

All commands, by their order in `rankbot --help`, each with what its own `--help` says: this page is made of it
(`python -m tests.cli.commands > docs/commands.md`), and a test compares. What they are for is in
[getting started](getting-started.md) and [operations](operations.md).
"""


def names() -> Iterator[str]:
    """Every command, after it its own."""
    for name, command in _within(get_command(app)).items():
        yield name
        yield from (f"{name} {own}" for own in _within(command))


def _within(command: Any) -> dict[str, Any]:
    """The commands of a group, none of any other."""
    return dict(getattr(command, "commands", {}))


def told(command: str) -> str:
    """What ``rankbot COMMAND --help`` prints; COLUMNS should be WIDTH."""
    shown = io.StringIO()
    with redirect_stdout(shown):
        assert main([*command.split(), "--help"]) == 0
    return "\n".join(line.rstrip() for line in shown.getvalue().strip().splitlines())


def page() -> str:
    """The whole page."""
    parts = [HEAD, f"```text\n{told('')}\n```\n"]
    parts += [f"## {name}\n\n```text\n{told(name)}\n```\n" for name in names()]
    return "\n".join(parts)


if __name__ == "__main__":
    os.environ["COLUMNS"] = str(WIDTH)
    sys.stdout.write(page())
