"""Does the serving process beat? For container probes: standard library only, and no other service is asked."""

from __future__ import annotations

import hashlib
import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

STALE_AFTER = timedelta(minutes=5)
"""A beat comes every minute; a cycle with the feed's own pace may hold the next one up for a while."""


def beat_file(config: Path) -> Path:
    """Where the process that serves this configuration leaves its beat."""
    name = hashlib.sha256(str(config.absolute()).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"rankbot-{os.getuid()}-{name}.beat"


def beats(config: Path, now: datetime) -> tuple[bool, str]:
    """Whether the process beats, and how it stands in words."""
    try:
        last = datetime.fromtimestamp(beat_file(config).stat().st_mtime, UTC)
    except FileNotFoundError:
        return False, "no process serves this configuration"
    age = now - last
    words = f"last beat {max(int(age.total_seconds()), 0)} s ago"
    return age <= STALE_AFTER, words
