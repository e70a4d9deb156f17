"""``python -m tests.crash``: kills the bot as often as asked for, and says what came of it."""

from __future__ import annotations

import argparse
import sys

from tests.crash.campaign import Figures, Wish, hold, shown


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000, help="how many lives to end by SIGKILL (default: 1000)")
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--processes", type=int, default=1, help="how many bots run at once on a store (default: 1)")
    parser.add_argument("--seed", type=int, default=1, help="what all is drawn from (default: 1)")
    parser.add_argument("--scenes", type=int, default=4, help="how many different worlds (default: 4)")
    parser.add_argument("--jobs", type=int, default=2, help="how many trials at a time (default: 2)")
    parser.add_argument("--only", type=int, metavar="TRIAL", help="this one trial, to look at what was wrong")
    figures = hold(Wish(**vars(parser.parse_args())), say=_progress)
    sys.stdout.write("\n" + shown(figures) + "\n")
    return 1 if figures.problems else 0


def _progress(figures: Figures) -> None:
    wrong = f", wrong in {len(figures.problems)} trials" if figures.problems else ""
    sys.stderr.write(f"\r{figures.kills} kills, {figures.trials} trials{wrong} ")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
