"""Does the serving process beat? For container probes: standard library only, and no other service is asked."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bot.cli.exits import FINE, NEEDS_YOU

STALE_SECONDS = 5 * 60
"""A beat comes every minute, with each answer of the feed and each part that is sent; one of these may take a while."""


def beat_file(config: Path) -> Path:
    """Where the process that serves this configuration leaves its beat."""
    name = hashlib.sha256(str(config.absolute()).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"rankbot-{os.getuid()}-{name}.beat"


def beats(config: Path, now: float) -> tuple[bool, str]:
    """Whether the process beats at ``now`` (Unix time), and how it stands in words."""
    try:
        last = beat_file(config).stat().st_mtime
    except FileNotFoundError:
        return False, "no process serves this configuration"
    except OSError as error:
        return False, f"its beat can't be read: {error.strerror}"
    age = now - last
    return age <= STALE_SECONDS, f"last beat {max(int(age), 0)} s ago"


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
