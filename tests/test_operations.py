"""The page on operations: every command in it is run here, or is one of a recipe; its tables are the code's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.adapters.metrics import FAMILIES
from bot.app.troubles import FEED_FAILS
from bot.config import load
from bot.core.retention import SHORTEST_DAYS
from bot.sandbox import Sandbox
from tests.cli.bench import CONFIG, Bench, sandboxed

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
ENVIRON = {
    "OPENROUTER_API_KEY": "k",
    "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T0/B0/invented",
    "HEALTHCHECK_URL": "https://hc-ping.com/invented",
    "DATABASE_URL": "postgresql://rankbot@database/rankbot",
}
WITHIN = (
    "sudo --user=rankbot TMPDIR=/run/rankbot /opt/rankbot/bin/",
    "docker exec bot ",
    "docker compose --file deploy/compose/compose.yaml exec bot ",
    "kubectl exec deploy/rankbot -- ",
)
"""What stands before one of our own commands that is run elsewhere."""
OTHERS = ("sudo", "journalctl", "docker", "kubectl", "curl")
"""The programs that the page calls besides; what of ours they are given must be there."""


def commands() -> list[str]:
    """Every line of the page's shell blocks, without its remark."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    return [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]


def own(command: str) -> str | None:
    """The command of ours that a line runs, wherever it does; None: it runs none."""
    for before in ("", *WITHIN):
        if command.startswith(f"{before}rankbot "):
            return command.removeprefix(before)
    return None


def every(part: str) -> list[str]:
    """The shell lines that run ``rankbot``, or those that do not."""
    return [line for line in dict.fromkeys(commands()) if (own(line) is None) == (part == "others")]


@pytest.fixture(scope="module")
def world() -> Iterator[Sandbox]:
    """A sandbox that is only read."""
    with sandboxed() as sandbox:
        yield sandbox


@pytest.fixture
def lived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], world: Sandbox) -> Bench:
    """A folder in which a cycle has run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-or-invented")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    bench = Bench(tmp_path, capsys)
    bench.configure(CONFIG.format(url=world.url))
    assert bench("run").code == 0
    return bench


def test_every_command_of_ours_runs(lived: Bench) -> None:
    for command in every("own"):
        ours = str(own(command)).replace("--config /var/lib/rankbot/config.toml ", "")
        words = ours.split()[1:]
        said = lived(*words)
        assert said.code == (1 if "--live" in words else 0), (command, said.err)  # nothing serves here


@pytest.mark.parametrize("command", every("others"))
def test_every_other_command_is_given_what_is_there(command: str) -> None:
    assert command.split(maxsplit=1)[0] in OTHERS
    for path in re.findall(r"(?<![\w/.])(?:deploy|\.ci)/[\w./-]+", command):
        if "/rankbot --" not in command:
            assert (ROOT / path).is_file(), path
    for extras in re.findall(r"EXTRAS=(\S+)|\.\[(\w+)\]", command):
        for extra in "".join(extras).split(","):
            assert f"\n{extra} = [" in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize("number", range(PAGE.count("```toml")))
def test_every_configuration_loads(number: int, tmp_path: Path) -> None:
    text = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)[number]
    if "[metrics]" in text:
        pytest.importorskip("prometheus_client", reason="the extra `metrics` is not installed")
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    config = load(tmp_path / "config.toml", environ=ENVIRON)
    assert [
        note.message for note in config.notes if "channel" not in note.message and "nobody" not in note.message
    ] == []


def test_every_figure_is_listed_with_its_help() -> None:
    assert dict(re.findall(r"^\| `(rankbot_\w+)` \| (.+) \|$", PAGE, re.MULTILINE)) == FAMILIES


def test_every_recipe_is_linked() -> None:
    linked = set(re.findall(r"\]\(\.\./(deploy/[\w./-]+)\)", PAGE))
    kept = {"deploy/systemd/rankbot-backup.service", "deploy/systemd/rankbot-backup.timer"}  # named in a command
    recipes = {str(found.relative_to(ROOT)) for found in (ROOT / "deploy").rglob("*.*")}
    assert recipes == linked | kept
    assert all(name in PAGE for name in kept)


def test_links_within_the_page_lead_somewhere() -> None:
    heads = {
        re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([\w-]+)\)", PAGE)) <= heads


def test_the_least_that_can_be_kept_is_the_codes() -> None:
    assert f"**`keep_boards_days`**, {SHORTEST_DAYS} at least" in PAGE


def test_what_status_may_say_is_what_the_code_says() -> None:
    """The words that the table of troubles quotes are in the code that says them."""
    rows = re.findall(r"^\| (?:… )?([^|]+?)(?: …)? \| ", PAGE.partition("## Troubleshooting")[2], re.MULTILINE)
    code = " ".join(found.read_text(encoding="utf-8") for found in (ROOT / "bot").rglob("*.py"))
    for row in rows[2:]:
        words = re.split(r" … ?|: …$| / ", row)[0].strip()
        assert words.removeprefix("the ").split(" of")[0] in code, row
    assert FEED_FAILS in code
