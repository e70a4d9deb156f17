"""``python -m tests.situations``: writes what the situations yield, or draws it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.situations.drawing import draw_all
from tests.situations.golden import GOLDEN, messages, write


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.situations", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"rewrite the golden files in {GOLDEN.name}/")
    parser.add_argument("--draw", type=Path, metavar="FOLDER", help="draw every message into FOLDER, by Chromium")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these situations (default: all)")
    wish = parser.parse_args()
    if not (wish.write or wish.draw):
        parser.error("say --write, --draw FOLDER, or both")
    if wish.write:
        for path in write(messages(wish.only)):
            sys.stdout.write(f"{path}\n")
    if wish.draw:
        for path in draw_all(wish.draw, wish.only):
            sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
