"""status --live: a container's probe, quick because nothing but the standard library is imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.live import asked, beat_file, beats, probe
from tests.cli.bench import NOW, Bench


@pytest.mark.parametrize(
    ("arguments", "config"),
    [
        ("status --live", "config.toml"),
        ("status --live --config a/b.toml", "a/b.toml"),
        ("status -c a.toml --live", "a.toml"),
        ("--config=a.toml status --live", "a.toml"),
        ("-ca.toml status --live", "a.toml"),
        ("-c a.toml status --live --config=b.toml", "b.toml"),
    ],
)
def test_the_configuration_may_stand_before_or_after(
    arguments: str, config: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RANKBOT_CONFIG", raising=False)
    assert asked(arguments.split()) == Path(config)


def test_the_environment_may_name_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANKBOT_CONFIG", "/etc/rankbot.toml")
    assert asked(["status", "--live"]) == Path("/etc/rankbot.toml")
    assert asked(["status", "--live", "-c", "here.toml"]) == Path("here.toml")


@pytest.mark.parametrize(
    "arguments",
    ["status", "--live status", "status --live --help", "status --live --demo", "find status --live",
     "status --live -c"],
)  # fmt: skip
def test_all_else_is_left_to_the_command_line(arguments: str) -> None:
    assert asked(arguments.split()) is None


def test_how_the_process_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    config = tmp_path / "config.toml"
    assert beats(config, 1000) == (False, "no process serves this configuration")
    file = beat_file(config)
    file.touch()
    os.utime(file, (1000, 1000))
    assert beats(config, 1009) == (True, "last beat 9 s ago")
    assert beats(config, 990) == (True, "last beat 0 s ago")
    assert beats(config, 1301) == (False, "last beat 301 s ago")
    assert probe(config, None)[0] == 1
    file.touch()
    assert probe(config, None)[0] == 0


def test_a_place_that_cannot_be_looked_at_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "file"))
    assert beats(tmp_path / "config.toml", 1000) == (False, "its beat can't be read: Not a directory")


def test_with_more_to_it_the_command_line_answers_the_same(bench: Bench) -> None:
    file = beat_file(bench.folder / "config.toml")
    file.touch()
    os.utime(file, (NOW.timestamp() - 60, NOW.timestamp() - 60))
    for arguments in (["status", "--live"], ["status", "--live", "--json"]):
        said = bench(*arguments)
        assert (said.code, said.out) == (0, "last beat 60 s ago\n")


def test_nothing_but_the_standard_library_is_imported(tmp_path: Path) -> None:
    def loaded(call: str) -> set[str]:
        program = f"import sys; {call}; print(*sys.modules)"
        environment = {**os.environ, "TMPDIR": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60, check=True
        )
        return {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}

    probing = loaded("from bot.__main__ import main; main(['status', '--live'])")
    assert probing - loaded("pass") - set(sys.stdlib_module_names) == {"bot"}
