"""``rankbot`` and ``python -m bot``: run one command, and turn what fails into a sentence and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import datetime

from bot.errors import ConfigError, FeedTransientError, RankbotError, StoreBusyError, UsageError

Clock = Callable[[], datetime]

FINE = 0
NEEDS_YOU = 1
USAGE = 2
TRY_AGAIN = 75
"""EX_TEMPFAIL of sysexits.h: what failed is tried again by the next run."""


def exit_code(error: RankbotError) -> int:
    """What a failure that ends a command means to whoever started it."""
    if isinstance(error, ConfigError | UsageError):
        return USAGE
    if isinstance(error, FeedTransientError | StoreBusyError):
        return TRY_AGAIN
    return NEEDS_YOU


def main(arguments: list[str] | None = None, *, clock: Clock | None = None) -> int:
    """Runs one command; returns its exit code. ``clock`` is where it takes the time from, if not from the system."""
    from bot.cli.app import app
    from bot.cli.options import Place
    from bot.cli.output import complain

    try:
        app(arguments, prog_name="rankbot", obj=Place(clock=clock))
    except RankbotError as error:
        complain(error)
        return exit_code(error)
    except BrokenPipeError:
        # The reader went away (| head): nobody is left to tell, and Python's own flush at exit must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else FINE
    return FINE


if __name__ == "__main__":
    sys.exit(main())
