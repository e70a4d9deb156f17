"""What one process costs: CPU seconds, wall seconds and peak memory, as the system accounts for it when it ends.

A process inherits its parent's peak memory at its start, and rusage of children is a sum over all of them. So each
command is run by a small parent of its own (this file, as a script, which imports next to nothing) and waited for with
``wait4``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Usage:
    """User and system time of a process and the processes that it waited for; ``peak`` in bytes; what it printed."""

    cpu: float
    wall: float
    peak: int
    code: int
    output: str


def measure(
    command: Sequence[str], *, cwd: Path, environ: Mapping[str, str] | None = None, codes: Sequence[int] = (0,)
) -> Usage:
    """Runs the command and returns its cost. Raises RuntimeError where its exit code is none of ``codes``."""
    script = str(Path(__file__).resolve())
    child = subprocess.run(  # noqa: S603  (our own command)
        [sys.executable, "-I", "-S", script, *command],
        cwd=cwd,
        env={**os.environ, **(environ or {})},
        capture_output=True,
        text=True,
        check=True,
    )
    written, _, cost = child.stdout.rstrip("\n").rpartition("\n")
    usage = Usage(**json.loads(cost), output=written.rstrip("\n"))
    if usage.code not in codes:
        raise RuntimeError(f"{' '.join(command)} ended with {usage.code}:\n{written}\n{child.stderr}")
    return usage


def _launch(command: list[str]) -> None:
    begun = time.monotonic()
    child = os.posix_spawn(command[0], command, os.environ)
    _, status, cost = os.wait4(child, 0)
    wall = time.monotonic() - begun
    peak = cost.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    code = os.waitstatus_to_exitcode(status)
    report = {"cpu": cost.ru_utime + cost.ru_stime, "wall": wall, "peak": peak, "code": code}
    os.write(1, f"\n{json.dumps(report)}\n".encode())


if __name__ == "__main__":
    _launch(sys.argv[1:])
