"""Does the serving process beat? For container probes: standard library only, and no other service is asked."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.cli.exits import FINE, NEEDS_YOU

STALE_SECONDS = 5 * 60
"""A beat comes every minute, with each answer of the feed and each part that is sent; one of these may take a while."""
_TOLD = 300
"""Characters of a beat that are read: a number and a host's name, which has 253 at most."""


def beat_file(config: Path) -> Path:
    """Where the process that serves this configuration leaves its beat."""
    name = hashlib.sha256(str(config.absolute()).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"rankbot-{os.getuid()}-{name}.beat"


@dataclass(frozen=True, slots=True)
class Serving:
    """What a beat tells of its process: on which ``host`` it runs, and since when, both empty where it does not say."""

    beat_at: float
    host: str = ""
    since: float | None = None


def leave_beat(config: Path, now: float, *, since: float, host: str) -> None:
    """Leaves the sign that a process serves this configuration, at ``now`` (Unix time). Raises OSError.

    The file lies where all may write: whoever put a link in its place must not have us write through it.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(beat_file(config), flags, 0o600)
    try:
        told = f"{since:.0f} {host}\n".encode()
        if os.pread(descriptor, len(told) + 1, 0) != told:
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, told, 0)
        os.utime(descriptor, (now, now))
    finally:
        os.close(descriptor)


def serving(config: Path) -> Serving | None:
    """The newest beat, or None where there is none. Raises OSError where it can't be looked at."""
    file = beat_file(config)
    try:
        beat_at = file.stat().st_mtime
        told = file.read_text(encoding="utf-8", errors="replace")[:_TOLD]
    except FileNotFoundError:
        return None
    since, _, host = told.strip().partition(" ")
    if not (since.isascii() and since.isdigit() and host.isprintable()):
        return Serving(beat_at)
    return Serving(beat_at, host, float(since))


def beats(config: Path, now: float) -> tuple[bool, str]:
    """Whether the process beats at ``now`` (Unix time), and how it stands in words."""
    try:
        found = serving(config)
    except OSError as error:
        return False, f"its beat can't be read: {error.strerror}"
    if found is None:
        return False, "no process serves this configuration"
    age = now - found.beat_at
    words = f"last beat {max(int(age), 0)} s ago"
    if found.since is not None:
        words = f"serve on {found.host}, up {lasted(now - found.since)}, {words.removeprefix('last ')}"
    return age <= STALE_SECONDS, words


def lasted(seconds: float) -> str:
    """A length of time in one unit, rounded down: 9 s, 40 min, 6 h, 12 days."""
    whole = max(int(seconds), 0)
    for unit, least, size in (("days", 2 * 86_400, 86_400), ("h", 2 * 3600, 3600), ("min", 120, 60)):
        if whole >= least:
            return f"{whole // size} {unit}"
    return f"{whole} s"


def named_config(named: str | None) -> Path:
    """The configuration that is meant: the one named, that of $RANKBOT_CONFIG, or ./config.toml."""
    return Path(named or os.environ.get("RANKBOT_CONFIG") or "config.toml")


def asked(arguments: Sequence[str]) -> Path | None:
    """The configuration that ``status --live`` asks about, or None where the arguments say anything else or more.

    ``--config`` may stand before or after the command; the last one counts, as everywhere.
    """
    named: str | None = None
    others = []
    rest = iter(arguments)
    for argument in rest:
        if argument in ("--config", "-c"):
            named = next(rest, None)
            if named is None:
                return None
        elif argument.startswith("--config="):
            named = argument.removeprefix("--config=")
        elif argument.startswith("-c"):
            named = argument.removeprefix("-c")
        else:
            others.append(argument)
    return named_config(named) if others == ["status", "--live"] else None


def probe(config: Path, now: float | None) -> tuple[int, str]:
    """The exit code, and how the process stands in words. ``now`` is Unix time; None: the system's."""
    if now is None:
        now = time.time()  # noqa: TID251  (the composition root's clock comes with every library, and a probe is quick)
    alive, words = beats(config, now)
    return FINE if alive else NEEDS_YOU, words
