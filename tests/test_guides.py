"""The guides are taken at their word: commands run in their order, configurations load, messages are the code's."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.adapters.slack_errors import of_code
from bot.config import load
from bot.core.delivery import Failed
from tests.cli.bench import CONFIG, Bench, sandboxed

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
START = (ROOT / "docs/getting-started.md").read_text(encoding="utf-8")
TROUBLES = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
ENVIRON = {
    "OPENROUTER_API_KEY": "sk-or-v1-0123456789abcdef",
    "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T0/B0/invented",
    "SMTP_USERNAME": "u",
    "SMTP_PASSWORD": "p",
}
ELSEWHERE = ("serve", "test-channel")
"""Commands of the guide that stay, or need Slack: their own tests try them."""


def shown(text: str) -> list[list[str]]:
    """The calls of rankbot in a page's shell blocks, in their order, without the name."""
    lines = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL)).splitlines()
    return [shlex.split(line)[1:] for line in lines if line.startswith("rankbot ")]


@pytest.fixture
def bench(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A folder as the guide has it, with the stand-in as its feed and files as its channel."""
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with sandboxed() as sandbox:
        bench = Bench(tmp_path, capsys)
        bench.configure(CONFIG.format(url=sandbox.url))
        yield bench


@pytest.mark.slow
def test_the_commands_of_getting_started_work_in_their_order(bench: Bench) -> None:
    calls = [call for call in shown(START) if call[0] not in ELSEWHERE and "--demo" not in call]
    assert [call[0] for call in calls] == [
        "init",
        "check",
        "check",
        "run",
        "backfill",
        "backtest",
        "run",
        "status",
    ]
    for call in calls:
        apart = ["--config", "fresh.toml"] if call[0] == "init" else []  # the bench's own has the stand-in's address
        said = bench(*call, *apart)
        assert said.code == 0, (call, said.flat)
    assert (bench.folder / "fresh.toml").is_file()
    assert len(list((bench.folder / "digests").glob("*.txt"))) == 1


@pytest.mark.slow
def test_the_commands_of_the_readme_work_in_their_order(bench: Bench) -> None:
    calls = [call for call in shown(README) if call[0] not in ELSEWHERE]
    assert [call[:2] for call in calls] == [["init", "--for"], ["check", "--online"], ["run", "--dry-run"]]
    for call in calls:
        words = call[: call.index("#")] if "#" in call else call
        apart = ["--config", "fresh.toml"] if call[0] == "init" else []  # the bench's own has the stand-in's address
        said = bench(*words, *apart)
        assert (said.code, bool(said.out)) == (0, True), (call, said.flat)


@pytest.mark.slow
def test_what_it_shows_of_the_demo_can_be_asked_after_it(bench: Bench) -> None:
    assert bench("demo").code == 0
    calls = [call for call in shown(START) if "--demo" in call]
    assert len(calls) == 5
    for call in calls:
        said = bench(*call)
        assert (said.code, bool(said.out)) == (0, True), (call, said.flat)


PROOFS = {
    "the machine was off for three days": ("Three days were not reported in time", "Nothing is missing.", "BY DAY"),
    "an app is #10, #11, #10, #11": ("state before in, until beyond #15", "Recomputed from the rows"),
    "the feed answers nonsense, or restates a day": (
        "retracted Before: #1,",
        "Now: #2,",
        "Answers that were not believed",
        "of the top 20 of the stored snapshot",
        "a good one came",
    ),
    "it dies between posting and noting it": ("wrong 0",),
    "which threshold is not too noisy?": ("spike.ratio (now 2)", "value a week busiest day", "1.5"),
}
"""What the command of each row of the README's table shows."""


def rows() -> dict[str, str]:
    """The command of each row, without the footnote's mark."""
    table = README.partition("| what happens |")[2].partition("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table]
    return {cell[0]: re.findall(r"`([^`]+)`", cell[-1])[0] for cell in cells}


@pytest.mark.slow
def test_each_row_of_the_table_is_shown_by_its_command(bench: Bench) -> None:
    """As a newcomer gives them: after the demo, and nothing else."""
    assert list(rows()) == list(PROOFS)
    assert bench("demo").code == 0
    for happens, command in rows().items():
        if not command.startswith("rankbot "):
            continue
        said = bench(*shlex.split(command)[1:])
        assert said.code == 0, command
        for words in PROOFS[happens]:
            assert words in said.flat, command


@pytest.mark.slow
def test_and_the_one_of_the_crashes_too() -> None:
    happens = "it dies between posting and noting it"
    python, *arguments = shlex.split(rows()[happens])
    assert python == ".venv/bin/python"
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for words in PROOFS[happens]:
        assert words in " ".join(done.stdout.split())


def test_the_readme_is_one_screen() -> None:
    assert len(README.splitlines()) <= 61


@pytest.mark.parametrize("number", range(2))
def test_the_configurations_it_shows_load(number: int, tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", START, re.DOTALL)
    assert len(blocks) == 2
    file = tmp_path / "config.toml"
    file.write_text(blocks[number], encoding="utf-8")
    config = load(file, environ=ENVIRON)
    assert [watchlist.channels for watchlist in config.watchlists] == [("team",)]


# ── troubleshooting ──────────────────────────────────────────────────────────────────────────────────────────


@cache
def said_by_the_code() -> frozenset[str]:
    """Every text in the source, with … for what is put in."""
    found = set()
    for file in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [part.value if isinstance(part, ast.Constant) else "…" for part in node.values]
                found.add("".join(map(str, parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return frozenset(found)


def messages() -> list[str]:
    """The messages of the tables: what stands in backticks at the beginning of a row."""
    rows = re.findall(r"^\| (?:`` ?(.+?) ?``|`([^`]+)`) [^|]*\|", TROUBLES, re.MULTILINE)
    return [double or single for double, single in rows]


@pytest.mark.parametrize("message", messages())
def test_each_message_is_one_that_the_code_says(message: str) -> None:
    code = re.fullmatch(r"Slack said `([a-z_]+)`", message)
    if code:
        assert isinstance(of_code(code[1]), Failed)
        assert str(of_code(code[1]).reason) == message
        return
    wanted = re.compile(re.escape(message.rstrip("…")).replace("…", ".*"))
    assert any(wanted.search(text) for text in said_by_the_code())


def test_there_are_messages_of_every_part() -> None:
    assert len(messages()) >= 35
