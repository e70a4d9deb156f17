"""How a command ends: what fails outside of it becomes a sentence and an exit code."""

from __future__ import annotations

import errno
import io
import sys
from pathlib import Path

import pytest

from bot.__main__ import _code, main
from bot.cli.output import field, json_line, whisper
from bot.cli.streams import OutputError, guarded
from tests.cli.bench import Bench


class Broken(io.StringIO):
    """A stream that takes nothing. It has no descriptor: what is at the end of it can't be exchanged."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def write(self, _text: str) -> int:
        raise OSError(self.number, "No space left on device")


@pytest.mark.parametrize(("said", "code"), [(None, 0), (0, 0), (75, 75), ("there is no such thing", 1)])
def test_what_ends_a_command_gives_the_code_that_python_would_give(
    said: str | int | None, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _code(SystemExit(said)) == code
    assert capsys.readouterr().err == ("there is no such thing\n" if code == 1 else "")


def test_a_reader_that_goes_away_is_no_failure(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", Broken(errno.EPIPE))
    assert main(["check"], clock=lambda: bench.now) == 0
    assert capsys.readouterr().err == ""


def test_a_full_disk_is_a_sentence(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", Broken(errno.ENOSPC))
    assert main(["check"], clock=lambda: bench.now) == 1
    assert capsys.readouterr().err == "rankbot: the answer can't be written: No space left on device.\n"


def test_a_complaint_that_nobody_reads_ends_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Broken(errno.EPIPE))
    whisper("this goes nowhere")
    assert main(["find", ""], clock=lambda: bench.now) == 2


@pytest.mark.parametrize("command", [["check"], ["--help"], ["status", "--live"], ["events", "--json"]])
def test_a_closed_stdout_is_a_sentence(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    bench("run")
    monkeypatch.setattr(sys, "stdout", None)
    assert main(command, clock=lambda: bench.now) == 1
    assert capsys.readouterr().err == "rankbot: the answer can't be written: it is closed.\n"


def test_a_command_that_answers_nothing_needs_no_stdout(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["events", "--json"], clock=lambda: bench.now) == 0
    assert main(["find", ""], clock=lambda: bench.now) == 2
    assert "can't be written" not in capsys.readouterr().err


def test_without_any_stream_the_code_is_the_answer(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert main(["check"], clock=lambda: bench.now) == 1
    assert main(["find", ""], clock=lambda: bench.now) == 2


def test_only_stdout_is_guarded_and_only_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Broken(errno.ENOSPC)
    monkeypatch.setattr(sys, "stdout", broken)
    with guarded():
        assert sys.stdout.isatty() is False
        with pytest.raises(OutputError):
            sys.stdout.write("x")
    assert sys.stdout is broken


@pytest.mark.parametrize(("encoding", "shown"), [("ascii", '{"name": "\\u2192"}'), ("utf-8", '{"name": "→"}')])
def test_json_stays_whole_where_the_encoding_is_poor(
    monkeypatch: pytest.MonkeyPatch, encoding: str, shown: str
) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", out)
    json_line({"name": "→"})
    out.flush()
    out.buffer.seek(0)
    assert out.buffer.read().decode(encoding).strip() == shown


def test_a_path_is_printed_in_one_piece(capsys: pytest.CaptureFixture[str]) -> None:
    path = Path("/a folder with blanks") / ("x" * 90) / "digest.html"
    field("mail", f"{path}  (open it in a browser)", fold=False)
    assert capsys.readouterr().out == f"  mail        {path}  (open it in a browser)\n"
