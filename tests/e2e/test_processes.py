"""Whole processes: the sandbox, and a service that ends as it is told to."""

from __future__ import annotations

import os
import signal
import socket
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
def started(folder: Path, *arguments: str, temporary: Path | None = None) -> Iterator[subprocess.Popen[str]]:
    """``rankbot`` as a process of its own, ended at the end whatever happens."""
    environment = {
        **os.environ,
        "OPENROUTER_API_KEY": "sk-or-invented",
        "TMPDIR": str(temporary or folder),
        "PYTHONUNBUFFERED": "1",
    }
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


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a sandbox in a process of its own, for all tests: it is only asked."""
    with started(tmp_path_factory.mktemp("feed"), "sandbox", "--port", "0", "--no-limits") as process:
        yield read_until(process, "answers on").split("answers on ")[1].split()[0].rstrip(".")


def test_systemd_hears_when_it_is_ready_and_when_it_ends(
    tmp_path: Path, feed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text(CONFIG.format(url=feed), encoding="utf-8")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(PATIENCE)
        with started(tmp_path, "serve") as process:
            read_until(process, "cycle ended")
            assert manager.recv(100) == b"READY=1\nWATCHDOG=1"
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE)
        heard = b""
        while heard != b"STOPPING=1":  # after a beat for each answer of the feed
            heard = manager.recv(100)


def test_the_service_runs_a_cycle_at_once_beats_and_ends_on_sigterm(tmp_path: Path, feed: str) -> None:
    (tmp_path / "config.toml").write_text(CONFIG.format(url=feed), encoding="utf-8")
    with started(tmp_path, "serve") as process:
        said = read_until(process, "cycle ended")
        assert "complete=True" in said
        assert len(list((tmp_path / "digests").glob("*.html"))) == 1
        with started(tmp_path, "status", "--live") as probe:
            words, _ = probe.communicate(timeout=PATIENCE)
            assert (probe.returncode, words.startswith(f"serve on {os.uname().nodename}, up ")) == (0, True)
        with started(tmp_path, "serve", "--no-wait") as second:
            out, _ = second.communicate(timeout=PATIENCE)
            assert second.returncode == 75
            assert f"process {process.pid} on " in out
        assert "next poll   now, for what is missing; then " in said
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGTERM)  # once more changes nothing
        out, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
        assert "SIGTERM came: ending; what is being sent is finished first" in out
        assert out.endswith("INFO ended\n")
        assert "Traceback" not in out
    with started(tmp_path, "status", "--live") as probe:
        assert probe.wait(PATIENCE) == 1


@pytest.mark.slow
def test_a_second_service_waits_its_turn_and_beats_meanwhile(tmp_path: Path, feed: str) -> None:
    (tmp_path / "config.toml").write_text(CONFIG.format(url=feed), encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"  # where the second one leaves its beat
    elsewhere.mkdir()
    with started(tmp_path, "serve") as first:
        read_until(first, "cycle ended")
        with started(tmp_path, "serve", temporary=elsewhere) as second:
            read_until(second, "waiting for it to end")
            with started(tmp_path, "status", "--live", temporary=elsewhere) as probe:
                assert probe.wait(PATIENCE) == 0
            first.send_signal(signal.SIGTERM)
            first.communicate(timeout=PATIENCE)
            read_until(second, "cycle ended")


def test_the_sandbox_ends_on_sigterm_and_counts(tmp_path: Path) -> None:
    with started(tmp_path, "sandbox", "--port", "0", "--now", "2026-11-11T05:00:00") as process:
        read_until(process, "answers on http://127.0.0.1:")
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
        assert out.splitlines()[-1] == "0 requests answered."


def test_a_sandbox_that_fails_says_with_what(tmp_path: Path) -> None:
    with started(tmp_path, "sandbox", "--port", "0", "--fail", "401") as process:
        said = read_until(process, "refuses every request with 401.")
        assert all(len(line) <= 80 for line in said.splitlines())
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
    with started(tmp_path, "sandbox", "--fail", "200") as process:
        out, _ = process.communicate(timeout=PATIENCE)
        assert (process.returncode, "It plays 401, 403" in out) == (2, True)


def test_a_port_that_is_taken_is_said(tmp_path: Path, feed: str) -> None:
    port = feed.split(":")[2].split("/", maxsplit=1)[0]
    with started(tmp_path, "sandbox", "--port", port) as second:
        out, _ = second.communicate(timeout=PATIENCE)
        assert second.returncode == 2
        assert port in out


SPOKEN = pytest.mark.parametrize(
    ("command", "unbuffered"),
    [
        ("--help", ""),
        ("--help", "1"),
        ("find e --demo", ""),
        ("status --live", ""),
        pytest.param("find e --demo", "1", marks=pytest.mark.slow),
        pytest.param("status --live", "1", marks=pytest.mark.slow),
    ],
)
"""The three ways in which words are written: by typer, by a command, and before any library is imported."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a demo that ran."""
    folder = tmp_path_factory.mktemp("demo")
    with started(folder, "demo", "--days", "1") as process:
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
    return folder


def shell(folder: Path, command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a shell makes of a command line; ``rankbot`` stands for this interpreter's."""
    return subprocess.run(
        ["bash", "-c", f'set -o pipefail; rankbot() {{ "{sys.executable}" -m bot "$@"; }}; {command}'],
        cwd=folder,
        env={**os.environ, "TMPDIR": str(folder), "PYTHONUNBUFFERED": "", **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@SPOKEN
def test_a_reader_that_goes_away_is_no_error(demo: Path, command: str, unbuffered: str) -> None:
    done = shell(demo, f"rankbot {command} | true", PYTHONUNBUFFERED=unbuffered)
    code = 1 if "--live" in command else 0  # nothing serves
    assert (done.returncode, done.stderr) == (code, "")


def test_a_reader_that_has_read_enough_is_no_error(demo: Path) -> None:
    done = shell(demo, "rankbot find e --demo | head -n 1")
    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (0, 1, "")


@SPOKEN
def test_an_answer_that_cannot_be_written_is_a_sentence(demo: Path, command: str, unbuffered: str) -> None:
    done = shell(demo, f"rankbot {command} > /dev/full", PYTHONUNBUFFERED=unbuffered)
    assert (done.returncode, done.stderr) == (1, "rankbot: the answer can't be written: No space left on device.\n")


def test_complaints_that_cannot_be_written_leave_the_exit_code(demo: Path) -> None:
    assert shell(demo, "rankbot find '' 2> /dev/full").returncode == 2


@pytest.mark.parametrize("command", ["top --demo", "preview --demo", "status --demo", "--help"])
def test_a_terminal_of_ascii_only_is_enough(demo: Path, command: str) -> None:
    done = shell(demo, f"rankbot {command}", PYTHONIOENCODING="ascii")
    assert "Traceback" not in done.stderr
    assert done.stdout.isascii()


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Whoever runs the tests in the background ignores Ctrl-C, and children inherit that unless we do not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("demo", "--days", "60"), "sandbox"), (("run",), "requests at most"),
     (("backfill", "--from", "2025-06-01"), "requests at most")],
)  # fmt: skip
def test_ctrl_c_ends_it_without_a_traceback(tmp_path: Path, feed: str, arguments: tuple[str, ...], words: str) -> None:
    text = CONFIG.format(url=feed).replace("requests_per_minute = 10000", "requests_per_minute = 1")
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    with started(tmp_path, *arguments) as process:
        read_until(process, words)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=PATIENCE)
        assert (process.returncode, "Traceback" in out) == (130, False)
