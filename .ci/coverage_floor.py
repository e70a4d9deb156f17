"""Fails unless branch coverage is 100 % on bot/core and bot/app, and 90 % on everything else."""

from __future__ import annotations

import json
import sys
from pathlib import Path

FLOORS = {"bot/core/": 100.0, "bot/app/": 100.0, "": 90.0}


def main() -> int:
    """Prints each part's coverage, and what is missing where it is too low."""
    files = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["files"]
    failed = False
    seen: set[str] = set()
    for prefix, floor in FLOORS.items():
        part = {name: data for name, data in files.items() if name.startswith(prefix) and name not in seen}
        seen.update(part)
        summaries = [data["summary"] for data in part.values()]
        total = sum(summary["num_statements"] + summary["num_branches"] for summary in summaries)
        hit = sum(summary["covered_lines"] + summary["covered_branches"] for summary in summaries)
        percent = 100 * hit / total if total else 0.0
        low = percent < floor
        failed |= low
        print(f"{prefix or 'elsewhere':<12} {percent:6.2f} % (floor {floor:g} %){'  TOO LOW' if low else ''}")
        for name, data in part.items():
            missing = data["missing_lines"] or data["missing_branches"]
            if low and missing:
                print(f"  {name}: lines {data['missing_lines']} branches {data['missing_branches']}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
