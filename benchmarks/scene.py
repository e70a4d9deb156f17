"""What is measured, set up: a loopback feed, a configuration with so many boards, urlwatch on the same addresses."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.feed import boards
from benchmarks.usage import Usage, measure
from benchmarks.venvs import ROOT, Tools
from bot.core.ranking import Board

FIRST = date(2026, 1, 1)
"""The first day of the benchmarks' calendar that is polled live; what is stored before it lies before it."""
KEY = "OPENROUTER_API_KEY"
_SECRETS = {KEY: "sk-or-benchmark"}


def morning(day: date) -> datetime:
    """When a day is polled: three hours after its end."""
    return datetime.combine(day + timedelta(days=1), clock_time(3), UTC)


@dataclass(frozen=True, slots=True)
class Feed:
    """The loopback feed in a process of its own; ``url`` is the API's base. What time it is there, is in a file."""

    url: str
    now_file: Path

    def live_on(self, day: date) -> None:
        """Makes ``day`` the last complete one."""
        self.now_file.write_text(morning(day).isoformat(), encoding="utf-8")


@contextmanager
def serving(folder: Path, tools: Tools) -> Iterator[Feed]:
    """A feed, while the block runs."""
    port_file, now_file = folder / "feed.url", folder / "feed.now"
    port_file.unlink(missing_ok=True)
    now_file.write_text(morning(FIRST).isoformat(), encoding="utf-8")
    server = subprocess.Popen(  # noqa: S603  (our own command)
        [tools.python, "-m", "benchmarks.feed", port_file, now_file], cwd=ROOT, env=_environ({"PYTHONPATH": str(ROOT)})
    )
    try:
        while not port_file.exists():
            if server.poll() is not None:
                raise RuntimeError("the loopback feed did not start")
            time.sleep(0.02)
        yield Feed(port_file.read_text(encoding="utf-8"), now_file)
    finally:
        server.terminate()
        server.wait()


def _environ(changes: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, **_SECRETS, **changes}


@dataclass(frozen=True, slots=True)
class Bot:
    """A configuration, and what to start rankbot with."""

    config: Path
    tools: Tools

    def prepare(self, what: str, *arguments: object) -> str:
        """Runs ``benchmarks.prepare`` over the store, unmeasured; returns what it printed."""
        return self.module("benchmarks.prepare", what, *arguments).output

    def module(self, module: str, *arguments: object) -> Usage:
        """Runs a module of the benchmarks on this configuration."""
        given = [str(argument) for argument in arguments]
        return self._python("-m", module, str(self.config), *given)

    def run(self, day: date, *options: str) -> Usage:
        """One cycle, the morning after ``day``."""
        return self.command(day, "run", *options)

    def command(self, day: date, *arguments: str, codes: Sequence[int] = (0,)) -> Usage:
        """Any command then."""
        moment = morning(day).isoformat()
        return self._python("-m", "benchmarks.command", moment, "--config", str(self.config), *arguments, codes=codes)

    def _python(self, *arguments: str, codes: Sequence[int] = (0,)) -> Usage:
        environ = {**_SECRETS, "PYTHONPATH": str(ROOT)}
        return measure([str(self.tools.python), *arguments], cwd=self.config.parent, environ=environ, codes=codes)


def bot(
    folder: Path, tools: Tools, watched: Sequence[Board], *, url: str, restate_days: int = 0, each: str = ""
) -> Bot:
    """A configuration in ``folder``: one watchlist a board, its digests as files. ``each`` is added to each watchlist.

    The limits are raised, so that nothing waits. ``restate_days`` 0 asks for each board once a day, as urlwatch does.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = "\n".join(_watchlist(board, each) for board in watched)
    (folder / "config.toml").write_text(_CONFIG.format(url=url, restate=restate_days, tables=tables), encoding="utf-8")
    return Bot(folder / "config.toml", tools)


_CONFIG = """[openrouter]
base_url = "{url}"
requests_per_minute = 10000
requests_per_day = 1000000
restate_days = {restate}

[store]
url = "sqlite:///rankbot.db"

[log]
level = "warning"

[channel.files]
type = "file"
directory = "digests"

{tables}"""


def _watchlist(board: Board, each: str) -> str:
    name = f"{board.subcategory or board.category or 'all'}-{board.window_days}"
    lines = [f"[watchlist.{name}]", f"window_days = {board.window_days}"]
    lines += [f'category = "{board.category}"'] if board.category else []
    lines += [f'subcategory = "{board.subcategory}"'] if board.subcategory else []
    return "\n".join([*lines, each, ""])


@dataclass(frozen=True, slots=True)
class Urlwatch:
    """urlwatch with a list of addresses: by default as its manual begins, reporting to standard output."""

    folder: Path
    tools: Tools

    def run(self) -> Usage:
        """One check of all addresses."""
        files = {"urls": "urls.yaml", "config": "urlwatch.yaml", "hooks": "hooks.py", "cache": "cache.db"}
        options = [part for name, file in files.items() for part in (f"--{name}", str(self.folder / file))]
        return measure([str(self.tools.urlwatch), *options], cwd=self.folder)


_REPORT = "report:\n  stdout:\n    enabled: true\n    color: false\n"


def urlwatch(folder: Path, tools: Tools, number: int, *, url: str) -> Urlwatch:
    """Urlwatch on the addresses of the first so many boards; they name no dates, so that the newest day is answered."""
    folder.mkdir(parents=True, exist_ok=True)
    jobs = []
    for place, board in enumerate(boards(number)):
        query = {"sort": "popular", "limit": "100", "offset": "0"} | ({"round": "2"} if place >= 20 else {})
        query |= {name: value for name in ("category", "subcategory") if (value := getattr(board, name))}
        headers = f"headers:\n  Authorization: Bearer {_SECRETS[KEY]}"
        jobs.append(f"name: board {place}\nurl: {url}/datasets/app-rankings?{urlencode(query)}\n{headers}\n")
    (folder / "urls.yaml").write_text("---\n".join(jobs), encoding="utf-8")
    (folder / "urlwatch.yaml").write_text(_REPORT, encoding="utf-8")
    return Urlwatch(folder, tools)
