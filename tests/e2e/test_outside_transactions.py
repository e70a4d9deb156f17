"""Nothing is sent or fetched within a transaction: at each request, whoever else wants to write to the store can."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP

from bot.sandbox import Answer, Request, Sandbox, World, last_completed_day
from bot.wiring import House, load_config
from tests.e2e.test_delivered import NOW, Office
from tests.servers.slack import TOKEN, Act, FakeSlack, Fault
from tests.servers.smtp import FakeSmtp


class Watch:
    """Looks at each request, by ``service``, whether the store at ``file`` may be written to at once."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.free: Counter[str] = Counter()
        self.locked: Counter[str] = Counter()

    def look(self, service: str) -> None:
        """One request came."""
        connection = sqlite3.connect(self._file, timeout=0, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
            self.free[service] += 1
        except sqlite3.OperationalError:
            self.locked[service] += 1
        finally:
            connection.close()


class WatchedSlack(FakeSlack):
    """A workspace that looks at each request."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch

    def next_fault(self, method: str) -> Fault | None:
        self._watch.look(method)
        return super().next_fault(method)


class WatchedSmtp(FakeSmtp):
    """A mail server that looks at each connection."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch

    def _session(self) -> SMTP:
        self._watch.look("mail")
        return super()._session()


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    """What is seen of the office's store."""
    return Watch(tmp_path / "rankbot.db")


@pytest.fixture
def office(tmp_path: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """Everything on loopback, each request watched."""
    with (
        Sandbox(World(7, last_completed_day(NOW)), now=lambda: NOW, limits=False) as sandbox,
        WatchedSlack(watch) as slack,
        WatchedSmtp(watch) as smtp,
    ):
        usual = sandbox.answer

        def answer(request: Request) -> Answer:
            watch.look("feed")
            return usual(request)

        monkeypatch.setattr(sandbox, "answer", answer)
        monkeypatch.setenv("OPENROUTER_API_KEY", "sk-or-invented")
        monkeypatch.setenv("TOKEN", TOKEN)
        monkeypatch.setenv("WEBHOOK", slack.webhook_url)
        yield Office(tmp_path, sandbox, slack, smtp)


def test_the_store_is_free_at_each_request(office: Office, watch: Watch, tmp_path: Path) -> None:
    """To the feed, to Slack, while a lost message is looked for, and to the mail server."""
    office.slack.script(Fault(Act.DROP, kept=True))

    def wait(seconds: float) -> None:
        office.now += timedelta(seconds=seconds)

    with House(load_config(tmp_path / "config.toml"), clock=lambda: office.now, sleep=wait) as house:
        house.cycle().run()
    assert {"feed", "chat.postMessage", "auth.test", "conversations.history", "webhook", "mail"} <= set(watch.free)
    assert not watch.locked
