"""``rankbot`` and ``python -m bot``: run one command, and turn what fails into a sentence and an exit code."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.cli import live
from bot.cli.exits import FINE, INTERRUPTED, NEEDS_YOU, TRY_AGAIN, USAGE
from bot.cli.streams import OutputError, guarded
from bot.errors import ConfigError, FeedTransientError, RankbotError, StoreBusyError, UsageError

Clock = Callable[[], datetime]
_NEW_OBJECTS = 200_000
"""How many more objects there may be before Python looks for dead cycles among them; by itself it does at 700. A start
makes some 150,000, nearly all of which stay, and looking through them ten times was a tenth of it."""


def exit_code(error: RankbotError) -> int:
    """What a failure that ends a command means to whoever started it."""
    if isinstance(error, ConfigError | UsageError):
        return USAGE
    if isinstance(error, FeedTransientError | StoreBusyError):
        return TRY_AGAIN
    return NEEDS_YOU


def script(arguments: Sequence[str] | None = None, *, clock: Clock | None = None) -> int:
    """``main``, as all that a process does."""
    gc.set_threshold(_NEW_OBJECTS)
    code = main(arguments, clock=clock)
    gc.freeze()  # or Python looks through all there is twice more when it ends, which was a sixth of `rankbot status`
    return code


def main(
    arguments: Sequence[str] | None = None, *, clock: Clock | None = None, sleep: Callable[[float], None] = time.sleep
) -> int:
    """Runs one command; returns its exit code.

    ``clock`` is where it takes the time from, if not from the system; ``sleep`` waits so many seconds by that clock.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    code = FINE
    with guarded():
        try:
            probed = live.asked(given)
            if probed:  # before any library is imported: a container asks every minute
                code, words = live.probe(probed, clock().timestamp() if clock else None)
                print(words)  # noqa: T201  (as the commands do)
            else:
                code = _run(given, clock, sleep)
            sys.stdout.flush()
        except OutputError as lost:
            return code if lost.reader_left else _say_lost(lost, code)
        except KeyboardInterrupt:
            return INTERRUPTED
    return code


def _run(arguments: list[str], clock: Clock | None, sleep: Callable[[float], None]) -> int:
    from bot.cli.app import app
    from bot.cli.options import Place
    from bot.cli.output import complain

    try:
        app(arguments, prog_name="rankbot", obj=Place(clock=clock, sleep=sleep))
    except RankbotError as error:
        complain(error)
        return exit_code(error)
    except SystemExit as end:  # how typer ends every command
        return _code(end)
    return FINE


def _code(end: SystemExit) -> int:
    """The exit code that Python itself would give: a text is a failure, and is said."""
    if end.code is None:
        return FINE
    if isinstance(end.code, int):
        return end.code
    from bot.cli.output import whisper

    whisper(end.code)
    return NEEDS_YOU


def _say_lost(lost: OutputError, code: int) -> int:
    """Says that the answer could not be written."""
    from bot.cli.output import whisper

    whisper(f"rankbot: the answer can't be written: {lost.reason}.")
    return code or NEEDS_YOU


if __name__ == "__main__":
    sys.exit(script())
