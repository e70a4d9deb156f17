"""Measures everything that docs/performance.md promises and prints the table.

python -m benchmarks [--only NAME] [--rounds N] [--venvs FOLDER]
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.rows import BENCHMARKS, Bench
from benchmarks.table import Row, markdown
from benchmarks.venvs import install


def main(arguments: Sequence[str]) -> int:
    """Runs what is asked for; 1 where a bar is not met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="The bars of docs/performance.md.")
    parser.add_argument("--only", action="append", choices=list(BENCHMARKS), help="one part; may be repeated")
    parser.add_argument("--rounds", type=int, default=5, help="pairs of measurements of each row (default: 5)")
    parser.add_argument("--venvs", type=Path, help="where to keep the two environments for the next time")
    options = parser.parse_args(arguments)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="rankbot-benchmarks-") as folder:
        tools = install(options.venvs or Path(folder) / "venvs")
        bench = Bench(Path(folder), tools, rounds=options.rounds)
        for name in options.only or BENCHMARKS:
            begun = time.monotonic()
            found = BENCHMARKS[name](bench)
            rows += found
            said = "; ".join(" ".join(row.cells()) for row in found)  # at once, for the whole takes a while
            print(f"{name}, {time.monotonic() - begun:.0f} s: {said}", file=sys.stderr, flush=True)  # noqa: T201
    print(f"{_machine()}\n\n{markdown(rows)}", end="")  # noqa: T201
    missed = [row.what for row in rows if row.met is False]
    return 1 if missed else 0


def _machine() -> str:
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs, load {load}; "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
