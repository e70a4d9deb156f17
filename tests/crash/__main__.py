"""``python -m tests.crash``: kills the bot as often as asked for, and says what came of it."""

from __future__ import annotations

import argparse
import sys

from tests.crash.campaign import SHARES, Figures, Wish, hold, shown


def main() -> int:
    """The command; its exit code is 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000, help="how many lives to end by SIGKILL (default: 1000)")
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--processes", type=int, default=1, help="how many bots run at once on a store (default: 1)")
    parser.add_argument("--seed", type=int, default=1, help="what all is drawn from (default: 1)")
    parser.add_argument("--scenes", type=int, default=4, help="how many different worlds (default: 4)")
    parser.add_argument("--jobs", type=int, default=2, help="how many trials at a time (default: 2)")
    at = "at what the first life of a trial dies (default: at each of these in turn)"
    parser.add_argument("--at", nargs="+", choices=sorted(set(SHARES)), default=SHARES, help=at)
    parser.add_argument("--only", type=int, metavar="TRIAL", help="this one trial, to look at what was wrong")
    said: set[int] = set()

    def progress(figures: Figures) -> None:
        """What is wrong is said at once: a campaign takes long."""
        sys.stderr.write(f"\r{figures.kills} kills, {figures.trials} trials ")
        for number in sorted(figures.problems.keys() - said):
            said.add(number)
            sys.stderr.write(f"\ntrial {number}:\n" + "\n".join(figures.problems[number]) + "\n")
        sys.stderr.flush()

    figures = hold(Wish(**vars(parser.parse_args())), say=progress)
    sys.stdout.write("\n" + shown(figures) + "\n")
    return 1 if figures.problems else 0


if __name__ == "__main__":
    sys.exit(main())
