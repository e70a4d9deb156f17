"""Whole processes: the sandbox, and a service that ends as it is told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.bench import CONFIG

PATIENCE = 60
"""Seconds that a process may take for what it does in one or two: a limit, not a measure."""


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """``rankbot`` as a process of its own, ended at the end whatever happens."""
    environment = {**os.environ, "OPENROUTER_API_KEY": "sk-or-invented", "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=PATIENCE)


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """Reads what the process says up to the line with these words."""
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f"the process ended without saying {words!r}: {said}")


@pytest.fixture
def feed(tmp_path: Path) -> Iterator[str]:
    """The address of a sandbox in a process of its own."""
    with started(tmp_path, "sandbox", "--port", "0", "--no-limits") as process:
        yield read_until(process, "answers on").split("answers on ")[1].split()[0].rstrip(".")


def test_the_service_runs_a_cycle_at_once_beats_and_ends_on_sigterm(tmp_path: Path, feed: str) -> None:
    (tmp_path / "config.toml").write_text(CONFIG.format(url=feed), encoding="utf-8")
    with started(tmp_path, "serve") as process:
        said = read_until(process, "cycle ended")
        assert "complete=True" in said
        assert len(list((tmp_path / "digests").glob("*.html"))) == 1
        with started(tmp_path, "status", "--live") as probe:
            assert probe.wait(PATIENCE) == 0
        with started(tmp_path, "serve", "--no-wait") as second:
            out, _ = second.communicate(timeout=PATIENCE)
            assert second.returncode == 75
            assert f"process {process.pid} on " in out
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
    with started(tmp_path, "status", "--live") as probe:
        assert probe.wait(PATIENCE) == 1


def test_a_second_service_waits_its_turn(tmp_path: Path, feed: str) -> None:
    (tmp_path / "config.toml").write_text(CONFIG.format(url=feed), encoding="utf-8")
    with started(tmp_path, "serve") as first:
        read_until(first, "cycle ended")
        with started(tmp_path, "serve") as second:
            read_until(second, "waiting for it to end")
            first.send_signal(signal.SIGTERM)
            first.communicate(timeout=PATIENCE)
            read_until(second, "cycle ended")


def test_the_sandbox_ends_on_sigterm_and_counts(tmp_path: Path) -> None:
    with started(tmp_path, "sandbox", "--port", "0", "--now", "2026-11-11T05:00:00") as process:
        read_until(process, "answers on http://127.0.0.1:")
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out) == (0, "0 requests answered.\n")


def test_a_port_that_is_taken_is_said(tmp_path: Path, feed: str) -> None:
    port = feed.split(":")[2].split("/", maxsplit=1)[0]
    with started(tmp_path, "sandbox", "--port", port) as second:
        out, _ = second.communicate(timeout=PATIENCE)
        assert second.returncode == 2
        assert port in out


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    command = f"{sys.executable} -m bot --help | head -n 1"
    done = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    assert done.stderr == ""
