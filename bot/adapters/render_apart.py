"""A user's templates, rendered in a process of their own: whatever they do, the bot neither hangs nor dies of it.

Jinja's sandbox keeps a template from the program and its secrets, not from endless loops or a string of ten gigabytes.
The process has limits of its own on CPU time and memory, and ends with the message's time. It gets the templates'
values and the folders, on its stdin; no argument, no variable of the environment and no file tells it more.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.adapters.render_engine import OUTPUT_LIMIT, Engine
from bot.errors import TemplateError

_KEPT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME")
"""What a Python that is built in an unusual way may need of the environment to start."""

Tried = str | TemplateError | None
"""What a user's template yielded, or why it failed; None where no template of the user's has a part in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a user's templates may take; bundled ones take some hundredths of a second and 35 MB.

    ``cpu_seconds`` and ``output`` (characters) are for each template, ``memory`` (bytes of address space, not enforced
    on macOS) for all. ``seconds`` pass by the clock for all of a message's templates: it is written in a transaction,
    and other writers wait.
    """

    cpu_seconds: float = 1.0
    seconds: float = 10.0
    memory: int = 256_000_000
    output: int = OUTPUT_LIMIT


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Job:
    """A template to render: ``more`` is what it has besides the context of all; a ``page`` is HTML."""

    name: str
    more: Mapping[str, Any] = field(default_factory=dict)
    page: bool = False


@dataclass(frozen=True, slots=True)
class _Run:
    """What one process answered, ``why`` it ended before it was done, and whether another could do the rest."""

    answers: Sequence[Mapping[str, str]]
    why: str
    goes_on: bool


class UserTemplates:
    """The templates in ``folder``, and where they use those, the ones of ``bundled``."""

    def __init__(
        self,
        folder: Path,
        bundled: Engine,
        *,
        limits: Limits = LIMITS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._bundled = bundled
        self._limits = limits
        self._clock = clock
        self._uses: dict[str, frozenset[str]] = {}

    def try_all(
        self, context: Mapping[str, Any], jobs: Sequence[Job], given_up: MutableMapping[str, TemplateError]
    ) -> list[Tried]:
        """What each job yields, in one process as long as that lives.

        ``given_up`` has the templates that took too long, or at which a process was ended: they are not tried, and new
        ones are added. None of them stops the others, but where the message's time is over, all that is left fails.
        """
        end = self._clock() + self._limits.seconds
        tried: list[Tried] = [None] * len(jobs)
        left = [place for place, job in enumerate(jobs) if self._is_touched(job.name)]
        while left:
            for place in left:
                tried[place] = given_up.get(jobs[place].name)
            left = [place for place in left if tried[place] is None]
            if left:
                left = self._try(context, jobs, left, end, tried=tried, given_up=given_up)
        return tried

    def _try(
        self,
        context: Mapping[str, Any],
        jobs: Sequence[Job],
        left: list[int],
        end: float,
        *,
        tried: list[Tried],
        given_up: MutableMapping[str, TemplateError],
    ) -> list[int]:
        """Tries what is ``left`` in one process; returns what is left then, for another one."""
        run = self._run(context, [jobs[place] for place in left], end)
        for place, answer in zip(left, run.answers, strict=False):
            tried[place] = answer.get("text", TemplateError(answer.get("failed", "")))
            if "slow" in answer:
                given_up[jobs[place].name] = TemplateError(answer["failed"])
        missing = left[len(run.answers) :]
        if missing:
            place = missing[0]
            given_up[jobs[place].name] = TemplateError(f"{self._file(jobs[place].name)}: {run.why}")
        if run.goes_on:
            return missing
        for place in missing:
            tried[place] = given_up[jobs[missing[0]].name]
        return []

    def _run(self, context: Mapping[str, Any], jobs: Sequence[Job], end: float) -> _Run:
        request = {
            "folders": [str(folder.absolute()) for folder in (self._folder, *self._bundled.folders)],
            "context": context,
            "jobs": [{"name": job.name, "more": job.more, "page": job.page} for job in jobs],
            "cpu_seconds": self._limits.cpu_seconds,
            "memory": self._limits.memory,
            "output": self._limits.output,
        }
        try:
            done = subprocess.run(
                [sys.executable, "-P", "-m", "bot.adapters.render_child"],
                input=json.dumps(request).encode(),
                env=_environment(),
                capture_output=True,
                timeout=max(end - self._clock(), 0),
                check=False,
            )
        except subprocess.TimeoutExpired as over:
            why = f"the templates of a message take more than {self._limits.seconds:g} s"
            return _Run(_lines(over.stdout)[1:], why, goes_on=False)
        except OSError as error:
            return _Run([], f"no process can be started for it: {error.strerror}", goes_on=False)
        ready, answers = bool(done.stdout), _lines(done.stdout)[1:]
        return _Run(answers, self._end(done.returncode, done.stderr), goes_on=ready)

    def _end(self, code: int, complaint: bytes) -> str:
        """Why a process ended, by its exit code and what it said last."""
        if code == -signal.SIGXCPU:
            return f"it takes more than {self._limits.cpu_seconds:g} s of CPU time"
        if code < 0:
            megabytes = self._limits.memory // 1_000_000
            name = signal.strsignal(-code) or f"signal {-code}"
            return f"its process was ended ({name}); it may need more memory than it may have: {megabytes} MB"
        words = complaint.decode(errors="replace").strip().splitlines()
        return f"its process failed: {words[-1] if words else f'exit code {code}'}"

    def _file(self, name: str) -> str:
        """The user's file of that name; only the name where it is a bundled one that uses a file of the user's."""
        mine = self._folder.absolute() / name
        return str(mine) if mine.is_file() else name

    def _is_touched(self, name: str) -> bool:
        """Whether the template is the user's, or a bundled one that uses one of the user's."""
        if (self._folder / name).is_file():
            return True
        if name not in self._uses:
            self._uses[name] = self._bundled.named_in(name)
        return any(self._is_touched(used) for used in self._uses[name])


def _lines(output: bytes | None) -> list[dict[str, str]]:
    """The whole lines: the last may be cut off."""
    whole, _, _ = (output or b"").rpartition(b"\n")
    return [json.loads(line) for line in whole.splitlines()]


def _environment() -> dict[str, str]:
    """Where this program's modules are, and no more than Python needs: what a secret stands in stays here."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
