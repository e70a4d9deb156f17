"""Tables: a line each for a pipe or a wide terminal, folded where the terminal is too narrow."""

from __future__ import annotations

import io
import os
import pty
import struct
import termios
from fcntl import ioctl

import pytest

from bot.cli.tables import NARROWEST, columns, fits, table

ROWS = [("1", "Kestrel Code and what it is called besides", "1.84T"), ("10", "Marlin", "790B")]


@pytest.fixture(autouse=True)
def _unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)


class TestColumns:
    """How wide what shows it is."""

    def test_a_pipe_and_a_file_have_no_end(self) -> None:
        assert columns(io.StringIO()) is None
        assert columns(None) is None

    def test_a_terminal_s_own(self) -> None:
        ours, theirs = pty.openpty()
        ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 91, 0, 0))
        with os.fdopen(theirs, "w") as terminal:
            assert columns(terminal) == 91
        os.close(ours)

    @pytest.mark.parametrize(
        ("given", "wide"), [("120", 120), ("3", NARROWEST), ("0", None), ("", None), ("-5", None), ("wide", None)]
    )
    def test_what_the_environment_says_goes_first(
        self, monkeypatch: pytest.MonkeyPatch, given: str, wide: int | None
    ) -> None:
        monkeypatch.setenv("COLUMNS", given)
        assert columns(io.StringIO()) == wide


def test_a_pipe_gets_whole_rows(capsys: pytest.CaptureFixture[str]) -> None:
    table(ROWS, fold=1, right=frozenset({0, 2}))
    assert capsys.readouterr().out == (
        "   1  Kestrel Code and what it is called besides  1.84T\n"
        "  10  Marlin                                       790B\n"
    )
    assert fits(ROWS)


def test_a_narrow_terminal_has_the_column_folded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert not fits(ROWS)
    table(ROWS, fold=1, right=frozenset({0, 2}), heads={1: "  then"})
    assert capsys.readouterr().out == (
        "   1  Kestrel Code and what it is  1.84T\n"
        "      called besides\n"
        "  then\n"
        "  10  Marlin                        790B\n"
    )


def test_a_word_that_is_too_long_is_cut_and_goes_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    table([("W" * 60, "1")], fold=0)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) == 40
    assert "".join(lines).count("W") == 60


def test_no_rows_are_no_lines(capsys: pytest.CaptureFixture[str]) -> None:
    table([], fold=0)
    assert capsys.readouterr().out == ""
    assert fits([])
