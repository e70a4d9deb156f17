"""status --live: a container's probe, quick because nothing but the standard library is imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.live import asked, beat_file, beats, lasted, leave_beat, probe
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


def test_a_beat_tells_where_the_process_runs_and_since_when(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    config = tmp_path / "config.toml"
    leave_beat(config, 1_700_000_000, since=1_700_000_000 - 12 * 86_400, host="web-3")
    assert beats(config, 1_700_000_009) == (True, "serve on web-3, up 12 days, beat 9 s ago")
    leave_beat(config, 1_700_000_060, since=1_700_000_000, host="db")  # of a process that came after it
    assert beats(config, 1_700_000_060) == (True, "serve on db, up 60 s, beat 0 s ago")
    assert beats(config, 1_700_000_361) == (False, "serve on db, up 6 min, beat 301 s ago")
    assert beat_file(config).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("told", ["", "x web-3", "1000 web\x1b[31m", "² web-3"])
def test_what_no_process_of_ours_has_written_is_not_shown(
    told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    file = beat_file(tmp_path / "config.toml")
    file.write_text(told, encoding="utf-8")
    os.utime(file, (1000, 1000))
    assert beats(tmp_path / "config.toml", 1001) == (True, "last beat 1 s ago")


def test_a_link_in_the_place_of_the_beat_is_not_written_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    precious = tmp_path / "precious"
    precious.write_text("mine", encoding="utf-8")
    beat_file(tmp_path / "config.toml").symlink_to(precious)
    with pytest.raises(OSError, match="symbolic links"):
        leave_beat(tmp_path / "config.toml", 1000, since=0, host="web-3")
    assert precious.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "0 s"), (0, "0 s"), (119.9, "119 s"), (120, "2 min"), (7199, "119 min"), (7200, "2 h"),
     (172_799, "47 h"), (172_800, "2 days")],
)  # fmt: skip
def test_how_long_it_lasted(seconds: float, words: str) -> None:
    assert lasted(seconds) == words


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
