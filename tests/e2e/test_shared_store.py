"""Several rankbots on one store, as processes of their own: one polls, all deliver, none doubles."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.adapters.file import FileChannel
from bot.adapters.store import SqlStore, open_store
from bot.app.records import Message, NewDelivery
from bot.core.delivery import DeliveryStatus
from tests.cli.bench import CONFIG
from tests.databases import (
    database_url,
    migrated_postgres_url,
    postgres_server,
    postgres_url,
    sqlite_url,
)
from tests.e2e.test_processes import PATIENCE, feed, read_until, started

__all__ = ["database_url", "feed", "migrated_postgres_url", "postgres_server", "postgres_url", "sqlite_url"]
pytestmark = pytest.mark.slow


@pytest.fixture
def folders(tmp_path: Path, feed: str, database_url: str) -> list[Path]:
    """Two machines' folders, with the same configuration and one store; digests go to one place."""
    made = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        digests = f'type = "file"\ndirectory = "{tmp_path / "digests"}"'
        text = CONFIG.format(url=feed).replace('type = "file"', digests)
        (folder / "config.toml").write_text(f'{text}\n[store]\nurl = "{database_url}"\n', encoding="utf-8")
        made.append(folder)
    return made


@pytest.fixture
def store(folders: list[Path], database_url: str) -> Iterator[SqlStore]:
    """The store that they share."""
    opened = open_store(database_url)
    yield opened
    opened.close()


def enqueue(store: SqlStore, folder: Path) -> int:
    """Puts a message into the outbox, as a cycle of either would; its id."""
    now = datetime.now(UTC)  # noqa: TID251  (the processes go by the real clock)
    message = Message("k", now.date(), now, "News", "News of the outbox.\n", "", ())
    steps = FileChannel("files", directory=folder).steps(message)
    made = store.enqueue(NewDelivery("files", now, now.date(), "News", steps, notice=True), [], now)
    assert made
    return made.id


def test_one_polls_the_other_delivers_and_takes_over_when_the_first_dies(folders: list[Path], store: SqlStore) -> None:
    with started(folders[0], "serve") as first:
        read_until(first, "cycle ended")
        spent = store.spent(datetime.now(UTC).date())  # noqa: TID251  (as above)
        with started(folders[1], "serve") as second:
            read_until(second, "waiting for it to end")
            os.kill(first.pid, signal.SIGSTOP)  # it lives, and has the turn, but does nothing
            number = enqueue(store, folders[0])
            read_until(second, "sent channel=")
            found = store.delivery(number)
            assert found
            assert found.status is DeliveryStatus.SENT
            assert store.spent(datetime.now(UTC).date()) == spent  # noqa: TID251  (as above)
            first.kill()
            said = read_until(second, "cycle ended")
            assert "digests=0" in said  # all was told already
            second.send_signal(signal.SIGTERM)
            second.communicate(timeout=PATIENCE)
            assert second.returncode == 0
    assert [one.status for one in store.deliveries()] == [DeliveryStatus.SENT] * 2


def test_one_that_waits_ends_when_it_is_told_to(folders: list[Path], store: SqlStore) -> None:
    with started(folders[0], "serve") as first:
        read_until(first, "cycle ended")
        with started(folders[1], "serve") as second:
            read_until(second, "waiting for it to end")
            second.send_signal(signal.SIGTERM)
            second.communicate(timeout=PATIENCE)
            assert second.returncode == 0


def spent_alone(feed: str, folder: Path) -> int:
    """How many requests one run takes that shares its store with nobody."""
    alone = folder / "alone"
    alone.mkdir()
    (alone / "config.toml").write_text(CONFIG.format(url=feed), encoding="utf-8")
    with started(alone, "run") as process:
        process.communicate(timeout=PATIENCE)
    kept = open_store(f"sqlite:///{alone / 'rankbot.db'}")
    spent = kept.spent(datetime.now(UTC).date())  # noqa: TID251  (as above)
    kept.close()
    return spent


def test_two_runs_at_the_same_moment_ask_once_and_tell_everything_once(
    folders: list[Path], store: SqlStore, tmp_path: Path, feed: str
) -> None:
    with started(folders[0], "run") as one, started(folders[1], "run") as other:
        for process in (one, other):
            try:
                process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:  # pragma: no cover
                pytest.fail("a run did not end")
            assert process.returncode in (0, 75)
    (delivery,) = store.deliveries()
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.SENT, 1)
    assert store.spent(datetime.now(UTC).date()) == spent_alone(feed, tmp_path)  # noqa: TID251  (as above)
    keys = [event.key for event in store.events(held_back=True)]
    assert len(keys) == len(set(keys)) > 0
    assert len(list((tmp_path / "digests").glob("*.txt"))) == 1
