"""What every command prints with: answers to stdout, failures to stderr, progress on a terminal only."""

from __future__ import annotations

import codecs
import json
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from bot.cli.streams import OutputError
from bot.core import wording
from bot.core.text import as_json, clean, inert
from bot.errors import ConfigError, RankbotError

WIDTH = 80
LABEL = 12
FOLDED = 4 * WIDTH
"""Characters of a column that is folded."""


def say(text: str = "") -> None:
    """A line of the answer. Whatever it holds, a terminal only shows it."""
    print(inert(text))


def field(label: str, text: str, *, fold: bool = True) -> None:
    """A labelled part of a report, folded at the width; its further lines are indented below the first.

    Without ``fold``, lines stay as long as they are: a path is to be copied, or clicked on, in one piece.
    """
    for number, line in enumerate(folded(text) if fold else text.split("\n")):
        say(f"  {label if not number else '':<{LABEL}}{line}".rstrip())


def wrapped(text: str, *, indent: int = 0, hanging: int = 0) -> list[str]:
    """Sentences as lines of the width; those after the first are indented by ``hanging`` more."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hanging),
        break_long_words=False,
        break_on_hyphens=False,
    )


def paragraph(text: str, *, indent: int = 0, hanging: int = 0) -> None:
    """Prints sentences, folded as ``wrapped`` has them."""
    for line in wrapped(text, indent=indent, hanging=hanging):
        say(line)


def warn_field(label: str, text: str) -> None:
    """The same on stderr."""
    for number, line in enumerate(folded(text)):
        whisper(f"  {label if not number else '':<{LABEL}}{line}".rstrip())


def folded(text: str) -> list[str]:
    """The text's lines, folded at spaces to what fits beside a label; words that are longer stay whole."""
    room = WIDTH - LABEL - 2
    return [
        part
        for line in text.split("\n")
        for part in textwrap.wrap(line, room, break_long_words=False, break_on_hyphens=False) or [""]
    ]


def whisper(text: object) -> None:
    """A line to stderr, after all that was said before it, also where both go to one file or pipe.

    Where nobody reads it any more, the work goes on: the exit code says the same in short.
    """
    with suppress(OutputError, OSError, AttributeError):  # no stdout, or none that takes it: that is said at the end
        sys.stdout.flush()
    if sys.stderr:  # print takes none for stdout
        with suppress(OSError):
            print(inert(str(text)), file=sys.stderr)


def json_line(value: Any) -> None:
    """One object on one line, and nothing else on stdout. Escapes stand for what it can't show, or not harmlessly."""
    unicode = codecs.lookup(sys.stdout.encoding or "utf-8").name.startswith("utf") if sys.stdout else True
    say(as_json(value) if unicode else json.dumps(value))


def complain(error: RankbotError) -> None:
    """A failure on stderr: what, where, what to do."""
    if isinstance(error, ConfigError):
        from bot.config import summary

        for problem in error.problems:
            whisper(str(problem))
        whisper("")
        whisper(summary(error.problems))
        return
    parts = [(f"rankbot: {error.message}", 0), *((part, 2) for part in error.hint.splitlines())]
    for text, indent in parts:
        for line in wrapped(text, indent=indent, hanging=2 - indent):
            whisper(line)


def _cell(cell: object, limit: int) -> str:
    return clean(str(cell), limit) if str(cell) else ""


def rows(cells: Iterable[Sequence[object]], *, indent: int = LABEL + 2) -> None:
    """Aligned columns below a report's labels; the last column is folded at the width where it would pass it."""
    lines = [[*(_cell(cell, WIDTH) for cell in row[:-1]), _cell(row[-1], FOLDED)] for row in cells]
    if not lines:
        return
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]) - 1)]
    room = max(WIDTH - indent - sum(width + 2 for width in widths), WIDTH // 4)
    for line in lines:
        start = " " * indent + "".join(cell.ljust(width + 2) for cell, width in zip(line, widths, strict=False))
        folded_cell = textwrap.wrap(line[-1], room, break_long_words=False, break_on_hyphens=False) or [""]
        for number, part in enumerate(folded_cell):
            say(f"{start if not number else ' ' * len(start)}{part}".rstrip())


def moment(value: datetime, zone: Any = UTC) -> str:
    """A moment with its zone beside it: Thu 12 Nov 09:00 CET."""
    local = value.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %H:%M} {local.tzname()}"


@contextmanager
def progress(label: str, *, goes_on: bool = True) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on stderr with the time left, if that is a terminal; yields what to call with (done, planned).

    Ctrl-C meanwhile is answered with how far it came, if what is stored by then is not asked for again (``goes_on``).
    """
    came = (0, 0)

    def note(done: int, planned: int) -> None:
        nonlocal came
        came = (done, planned)
        show(done, planned)

    try:
        with _bar(label) as show:
            yield note
    except KeyboardInterrupt:
        fresh = "\n" if sys.stderr and sys.stderr.isatty() else ""  # after a terminal's ^C
        whisper(f"{fresh}Stopped.{_kept(*came) if goes_on else ''}")
        raise


def _kept(done: int, planned: int) -> str:
    """What there is of work that was ended before it was done."""
    stored = f" {done} of {wording.count(planned, 'answer')} {'is' if done == 1 else 'are'} stored." if planned else ""
    return f"{stored} Called again, it goes on from there."


@contextmanager
def _bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """The bar itself; without a terminal, nothing."""
    if not (sys.stderr and sys.stderr.isatty()):
        yield lambda _done, _planned: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(f"  {label:<{LABEL}}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label)
        yield lambda done, planned: bar.update(task, completed=done, total=planned)
