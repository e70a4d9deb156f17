"""A user's template that a limit stops: the check names it, a digest goes out all the same, the operator hears."""

from __future__ import annotations

import pytest

from tests.cli.bench import Bench

ENDLESS = "Mine\n{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
OPERATOR = """
[defaults]
templates = "mine"
[channel.ops]
type = "file"
directory = "ops"
[operator]
channels = ["ops"]
"""


@pytest.fixture
def endless(bench: Bench) -> Bench:
    """A bot with a template of its user's that does not end."""
    (bench.folder / "mine").mkdir()
    (bench.folder / "mine" / "digest.txt.j2").write_text(ENDLESS, encoding="utf-8")
    bench.add(OPERATOR)
    return bench


def test_the_check_names_file_line_and_limit(endless: Bench) -> None:
    said = endless("check")
    assert said.code == 1
    assert "mine/digest.txt.j2:2: it takes more than 1 s of CPU time\n" in said.err
    assert said.err.startswith("1 problem:\n")


def test_the_bundled_one_is_sent_and_the_operator_told(endless: Bench) -> None:
    assert endless("run").code == 0
    digest = (endless.folder / "digests" / "2026-11-10.txt").read_text(encoding="utf-8")
    assert "Kestrel Code" in digest
    assert "Mine" not in digest
    (notice,) = (endless.folder / "ops").glob("*.txt")
    words = "".join(notice.read_text(encoding="utf-8").split())  # a long path is broken wherever a line ends
    told = "digest.txt.j2:2: it takes more than 1 s of CPU time. The bundled template was used instead."
    assert told.replace(" ", "") in words


def test_a_preview_shows_the_bundled_one_and_says_why(endless: Bench) -> None:
    (endless.folder / "mine" / "digest.txt.j2").unlink()
    endless("run")
    (endless.folder / "mine" / "digest.txt.j2").write_text(ENDLESS, encoding="utf-8")
    said = endless("preview", "--channel", "files")
    assert (said.code, "Kestrel Code" in said.out) == (0, True)
    assert "it takes more than 1 s of CPU time. The bundled template was used instead." in said.flat
