"""The process in which a user's templates are rendered, within limits that the system itself enforces.

``python -m bot.adapters.render_child`` reads one JSON object from stdin and writes lines of JSON: ``{}`` when it is
ready, then for each job, as soon as it is done, ``{"text": …}`` or ``{"failed": …}``, with ``"slow": "yes"`` where it
took too long. The job at which the process was ended is the first that has no line.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from math import ceil
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, TextIO

from bot.adapters.render_engine import Engine, OverLimitError
from bot.errors import TemplateError

_GRACE = 1
"""Seconds of CPU time from being stopped, which names the line, to the end of the process, for what can't be stopped:
a single long computation, such as that of a power."""

Within = Callable[[float], AbstractContextManager[None]]


def main(source: TextIO, sink: TextIO, *, memory: Callable[[int], None], within: Within) -> None:
    """Does the request's jobs, each ``within`` its seconds of CPU time; ``memory`` limits that of the process."""
    request = json.load(source)
    memory(request["memory"])
    _say(sink, {})
    for answer in answers(request, within=within):
        _say(sink, answer)


def answers(request: Mapping[str, Any], *, within: Within) -> Iterator[dict[str, str]]:
    """What each of the request's jobs yields, or why it failed.

    ``folders`` are searched in this order; ``context`` is what all jobs have, ``more`` what one has besides; a job that
    is a ``page`` is HTML. ``output`` is in characters, ``memory`` in bytes, ``cpu_seconds`` are those of each job. A
    template that took too long is not tried again.
    """
    engine = Engine([Path(folder) for folder in request["folders"]], output=request["output"])
    slow: dict[str, dict[str, str]] = {}
    for job in request["jobs"]:
        if job["name"] in slow:
            yield slow[job["name"]]
            continue
        render = engine.page if job["page"] else engine.text
        try:
            with within(request["cpu_seconds"]):
                rendered = render(job["name"], {**request["context"], **job["more"]})
        except TemplateError as error:
            if isinstance(error.__cause__, OverLimitError):
                slow[job["name"]] = {"failed": str(error), "slow": "yes"}
                yield slow[job["name"]]
            else:
                yield {"failed": _words(error, request["memory"])}
        else:
            yield {"text": rendered}


def _words(error: TemplateError, memory: int) -> str:
    return f"{error}: {memory // 1_000_000} MB" if isinstance(error.__cause__, MemoryError) else str(error)


def limit_memory(limit: int) -> None:
    """Lets this process have so many bytes of address space; macOS does not enforce it, and may refuse it."""
    with suppress(ValueError, OSError):  # time and output are limited all the same
        _limit(resource.RLIMIT_AS, limit)


@contextmanager
def cpu_time(seconds: float) -> Iterator[None]:
    """Raises OverLimitError in what takes more CPU time; a little later the process ends, whatever it does."""

    def stop(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise OverLimitError(f"it takes more than {seconds:g} s of CPU time")

    _limit(resource.RLIMIT_CPU, ceil(time.process_time() + seconds) + _GRACE)
    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _limit(kind: int, limit: int) -> None:
    """Sets a limit, or the one that this process was started with, if that is lower."""
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


def _say(sink: TextIO, answer: Mapping[str, str]) -> None:
    sink.write(json.dumps(answer) + "\n")
    sink.flush()


if __name__ == "__main__":
    _limit(resource.RLIMIT_CORE, 0)  # the end by a limit is no accident to look into
    main(sys.stdin, sys.stdout, memory=limit_memory, within=cpu_time)
