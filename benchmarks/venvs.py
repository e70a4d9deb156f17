"""Virtual environments of the benchmarks' own: urlwatch from the package index, and rankbot as one installs it.

Neither touches the environment that the benchmarks are started from. rankbot's has no extras: a plain install.
"""

from __future__ import annotations

import subprocess
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Tools:
    """The interpreter with rankbot, and urlwatch with the version that it names."""

    python: Path
    urlwatch: Path
    urlwatch_version: str


def install(folder: Path) -> Tools:
    """Makes both environments below ``folder``, or takes those that an earlier run has left there."""
    ours, theirs = folder / "rankbot", folder / "urlwatch"
    _make(ours, "--editable", str(ROOT))
    _compile(ours, ROOT / "bot", ROOT / "benchmarks")
    _make(theirs, "urlwatch")
    program = theirs / "bin" / "urlwatch"
    named = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)  # noqa: S603  (pip's)
    return Tools(ours / "bin" / "python", program, named.stdout.strip())


def _make(place: Path, *wanted: str) -> None:
    done = place / "installed"
    if done.exists():
        return
    venv.create(place, with_pip=True, clear=True)
    pip = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *wanted], check=True)  # noqa: S603  (our own words)
    done.touch()


def _compile(place: Path, *folders: Path) -> None:
    """Compiles our modules, as pip does with what it installs, urlwatch among it, but not with an editable install.

    Where PYTHONDONTWRITEBYTECODE is set, each of our commands would compile all that it imports anew, a fifth of a
    second of it.
    """
    subprocess.run([place / "bin" / "python", "-m", "compileall", "-q", *folders], check=True)  # noqa: S603  (our own)
