"""The feed's published limits, counted for each key: 30 requests in any minute, 500 on any UTC day."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from threading import Lock

PER_MINUTE = 30
PER_DAY = 500
_MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class _Usage:
    recent: deque[datetime] = field(default_factory=deque)
    day: date = date.min
    day_count: int = 0


class Limits:
    """Counts what it lets through; what it refuses costs nothing. Safe to share between threads."""

    def __init__(self, *, per_minute: int = PER_MINUTE, per_day: int = PER_DAY) -> None:
        self._per_minute = per_minute
        self._per_day = per_day
        self._usage: dict[str, _Usage] = {}
        self._lock = Lock()

    def take(self, key: str, now: datetime) -> int | None:
        """Counts a request: None where it may pass, else the whole seconds after which one may."""
        with self._lock:
            usage = self._usage.setdefault(key, _Usage())
            today = now.astimezone(UTC).date()
            if usage.day != today:
                usage.day, usage.day_count = today, 0
            while usage.recent and usage.recent[0] <= now - _MINUTE:
                usage.recent.popleft()
            if usage.day_count >= self._per_day:
                return _seconds(datetime.combine(today + timedelta(days=1), time(), UTC) - now)
            if len(usage.recent) >= self._per_minute:
                return _seconds(usage.recent[0] + _MINUTE - now)
            usage.recent.append(now)
            usage.day_count += 1
            return None


def _seconds(wait: timedelta) -> int:
    return max(1, math.ceil(wait.total_seconds()))
