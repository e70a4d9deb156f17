"""Every command that a page shows can be given as it stands: its name, its options, its module, its shell's grammar."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from bot.cli.app import app

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    page for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")] if page.name not in ("CHANGELOG.md", "commands.md")
)
"""What is shown to be typed: the changelog tells of things, and the page of commands is made of them."""
STANDS_FOR = {"ID": "1", "N": "1", "DAY": "2026-11-10", "DATE": "2026-11-10"}
"""What stands for a value of the reader's."""
OTHERS = ("sudo", "journalctl", "docker", "kubectl", "export", "umask", "curl", "-d", "--data-urlencode", "jq")
"""What else the blocks begin with: ``test_operations`` looks at those of the recipes."""


def shell_blocks(page: Path) -> list[str]:
    """The page's blocks for a shell."""
    return re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def lines(page: Path) -> Iterator[str]:
    """The commands of its blocks, a line each, without remarks."""
    for block in shell_blocks(page):
        yield from (line.split("  #")[0].strip() for line in block.splitlines() if line.strip())


def ours(page: Path) -> list[str]:
    """All calls of rankbot with an option or a value, in blocks and within sentences, each once."""
    inline = re.findall(r"`(?:\.venv/bin/)?(rankbot [a-z-]+ [^`]+)`", page.read_text(encoding="utf-8"))
    in_blocks = [found[1] for line in lines(page) if (found := re.match(r"(?:\.venv/bin/)?(rankbot [a-z].*)", line))]
    plain = (" ".join(call.split(" >")[0].split()) for call in [*in_blocks, *inline])
    return [
        call for call in dict.fromkeys(plain) if not re.search(r" (retry|discard|--date)$", call)
    ]  # named, not shown


SHOWN = [(page.name, call) for page in PAGES for call in ours(page)]


@pytest.mark.parametrize(("page", "call"), SHOWN)
def test_a_call_of_ours_is_read_as_it_stands(page: str, call: str) -> None:
    """The command is there and takes these options and values; nothing is run."""
    words = [STANDS_FOR.get(word, word) for word in shlex.split(call, comments=True)[1:]]
    command: Any = get_command(app)
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
    assert command.name, (page, call)
    assert command.make_context(command.name, words).params is not None  # raises where it does not fit


def test_there_are_calls_to_look_at() -> None:
    assert len(SHOWN) > 40
    assert {"README.md", "getting-started.md", "operations.md", "troubleshooting.md"} <= {page for page, _ in SHOWN}


@pytest.mark.parametrize("page", [page for page in PAGES if shell_blocks(page)], ids=lambda page: page.stem)
def test_every_block_is_what_a_shell_reads(page: Path) -> None:
    for block in shell_blocks(page):
        read = subprocess.run(["/bin/sh", "-n"], input=block, capture_output=True, text=True, check=False, timeout=30)
        assert (read.returncode, read.stderr) == (0, ""), block


@pytest.mark.parametrize("page", [page for page in PAGES if shell_blocks(page)], ids=lambda page: page.stem)
def test_every_line_is_one_that_some_test_looks_at(page: Path) -> None:
    for line in lines(page):
        program = line.split()[0].removeprefix(".venv/bin/")
        assert program in ("rankbot", "python", "python3", "pip", "mutmut", *OTHERS), line


MODULES = sorted(
    {
        found
        for page in PAGES
        for found in re.findall(r"python -m ([a-z_.]+)((?: [^`\n#|>]*)?)", page.read_text("utf-8"))
    }
)


@pytest.mark.parametrize(("module", "rest"), MODULES)
def test_every_module_is_there_and_knows_its_options(module: str, rest: str) -> None:
    found = find_spec(f"{module}.__main__") if (ROOT / module.replace(".", "/")).is_dir() else find_spec(module)
    assert found
    assert found.origin
    folder = Path(found.origin)
    texts = [folder.read_text(encoding="utf-8")]
    texts += [other.read_text(encoding="utf-8") for other in folder.parent.glob("*.py") if folder.name == "__main__.py"]
    for option in re.findall(r"(--[a-z-]+)", rest):
        assert any(f'"{option}"' in text for text in texts), option
