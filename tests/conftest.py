"""What holds for every test: no socket leaves this machine, and the environment is nobody's."""

from __future__ import annotations

import logging
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

settings.register_profile("thorough", deadline=None, derandomize=True)  # CI's
settings.register_profile("rankbot", settings.get_profile("thorough"), max_examples=40)
settings.register_profile(  # mutmut runs the tests several times in one process, and wants no smallest example
    "mutants",
    settings.get_profile("thorough"),
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.differing_executors],
    database=None,
)
settings.load_profile("rankbot")
MEMORY = Path("/dev/shm")  # noqa: S108  (pytest makes a folder of its own there, as it does in /tmp)
ROOM = 2 * 2**30
"""Bytes that must be free there: all that the tests write at a time, several times over."""


def pytest_configure() -> None:
    """The tests' folders are in memory where there is room: what waits for a disk to sync waits most of its time."""
    if os.access(MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(MEMORY).free >= ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, no configuration and no key of whoever runs the tests."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    for name in ("RANKBOT_CONFIG", "OPENROUTER_API_KEY", "SLACK_WEBHOOK_URL", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(autouse=True)
def _plain_logging() -> Iterator[None]:
    """A command sets up logging for its process; afterwards it is as it was."""
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    yield
    root.setLevel(before[0])
    root.handlers[:] = before[1]


@pytest.fixture
def signals() -> Iterator[None]:
    """What SIGTERM and SIGINT did before, they do again."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
