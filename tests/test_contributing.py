"""What CONTRIBUTING.md says of adding a rule, and a channel, is done to a copy of the source, and that is used."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
RULE, CHANNEL = (GUIDE.split(f"## Adding a {what}")[1].split("\n## ")[0] for what in ("rule", "channel"))
CONFIG = """
[openrouter]
api_key = "env:OPENROUTER_API_KEY"

[channel.files]
type = "file"
directory = "digests"

[watchlist.agents]
subcategory = "cli-agent"
channels = ["files"]

[watchlist.agents.rules]
default = false
halved = { within = 20 }
"""
SCRIPT = """
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot.adapters.render import JinjaRenderer
from bot.config import load
from bot.core.briefing import View, compose
from bot.core.detect import evaluate
from bot.core.history import MemoryHistory
from bot.core.ranking import Entry, Snapshot

watchlist = load(Path("config.toml"), environ={"OPENROUTER_API_KEY": "k"}).watchlists[0]
day, now = date(2026, 11, 10), datetime(2026, 11, 11, 8, tzinfo=UTC)
boards = {day: "Ada 900 Bea 300 Cid 200", day - timedelta(days=1): "Ada 900 Bea 700 Cid 400"}


def snapshot(end, text):
    words = text.split()
    entries = tuple(
        Entry(place // 2 + 1, words[place].lower(), words[place], int(words[place + 1]) * 10**9)
        for place in range(0, len(words), 2)
    )
    board = watchlist.board
    return Snapshot(board, board.start(end), end, f"{end}T23:59:59Z", now, 100, entries)


history = MemoryHistory(snapshot(end, text) for end, text in boards.items())
events = evaluate(watchlist, day, history=history, since=day, told=(), names={}).events
current, previous = (history.at(watchlist.board, end) for end in boards)
view = View(watchlist, False, current, previous, None, events, {})
digest = compose("files", day=day, days=(day,), views=[view], late="", checked=day)
print(JinjaRenderer(Path("templates")).render(digest, key="k", now=now).text)
"""


CHANNEL_CONFIG = """
[openrouter]
api_key = "env:OPENROUTER_API_KEY"

[channel.team]
type = "journal"
folder = "."
at = "09:00"

[watchlist.agents]
subcategory = "cli-agent"
"""
CHANNEL_SCRIPT = """
from pathlib import Path

from bot.wiring import House, load_config

with House(load_config(Path("config.toml"))) as house:
    print(house.channels["team"].test(), [found.channel.name for found in house.subscriptions()])
print(Path("journal.txt").read_text())
"""


def blocks(section: str, language: str) -> list[str]:
    """A section's code in one language."""
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


def apply(diff: str, root: Path) -> None:
    """Does what a diff says: in each file, lines and what is around them are replaced by others."""
    for name, lines in re.findall(r"^--- a/(\S+)\n\+\+\+ b/\S+\n((?:[ +-].*\n)+?)(?=--- |\Z)", diff, re.MULTILINE):
        file = root / name
        text = file.read_text(encoding="utf-8")
        for hunk in re.findall(r"(?:^ .*\n)?(?:^-(?!--).*\n)*(?:^\+.*\n)+(?:^ .*\n)?", lines, re.MULTILINE):
            before, after = (
                "".join(line[1:] + "\n" for line in hunk.splitlines() if line[0] in marks) for marks in (" -", " +")
            )
            assert text.count(before) == 1, before
            text = text.replace(before, after)
        file.write_text(text, encoding="utf-8")


def copied(section: str, folder: Path, *more: str) -> Path:
    """The source, with what a section adds to it: its files, and what its diff says."""
    for name in ("bot", "templates", *more):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    names = list(dict.fromkeys(re.findall(r"here `(\S+\.py)`", section)))
    for name, text in zip(names, blocks(section, "python"), strict=True):
        (folder / name).write_text(text, encoding="utf-8")
    (diff,) = blocks(section, "diff")
    apply(diff, folder)
    return folder


def run(folder: Path, *arguments: str) -> str:
    """What Python says to these arguments in the copy."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONIOENCODING": "utf-8", "OPENROUTER_API_KEY": "k"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_rule_that_is_added_as_described_is_read_told_proved_and_counted(tmp_path: Path) -> None:
    copy = copied(RULE, tmp_path)
    (copy / "config.toml").write_text(CONFIG, encoding="utf-8")
    text = " ".join(run(copy, "-c", SCRIPT).split())
    assert text.startswith("Bea meets the rule halved in CLI agents · 1 halved ")
    assert "* Bea meets the rule halved: #2 as before, 300B." in text
    assert "Tue 10 Nov: #3 with 200,000,000,000 tokens. Mon 9 Nov: #3 with 400,000,000,000 tokens." in text
    assert "(Rule: halved, within 20.)" in text


def test_what_a_rule_may_have_besides_is_where_the_section_says() -> None:
    for name, place in re.findall(r"`([A-Z_a-z]+)`(?: of| in) `(bot/\S+\.py)`", RULE):
        assert re.search(rf"^(?:def )?{name}\b", (ROOT / place).read_text(encoding="utf-8"), re.MULTILINE), name


def test_a_channel_that_is_added_as_described_keeps_the_contract_and_is_read_and_used(tmp_path: Path) -> None:
    copy = copied(CHANNEL, tmp_path, "tests")
    shutil.copy(ROOT / "pyproject.toml", copy)
    said = run(copy, "-m", "pytest", "-n", "0", "-q", "-p", "no:cacheprovider", "tests/adapters/test_journal.py")
    assert re.search(r"^\d\d passed|\b\d\d passed", said, re.MULTILINE)
    (copy / "config.toml").write_text(CHANNEL_CONFIG, encoding="utf-8")
    said = run(copy, "-c", CHANNEL_SCRIPT)
    assert re.match(r"Sent\(receipt='TEST'.*\) \['team'\]", said)
    assert "== TEST ==\nSomebody ran: rankbot test-channel team" in said
