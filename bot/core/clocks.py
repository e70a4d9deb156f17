"""What is believed of a moment that is stored, once a clock that was ahead is right again."""

from __future__ import annotations

from datetime import datetime, timedelta

TOLERATED = timedelta(hours=1)
"""By how much the clocks of processes that share a store may differ before one no longer believes what another wrote.

It is also how long, at most, a clock that was ahead by less can hold something up.
"""


def ahead(moment: datetime, now: datetime) -> bool:
    """Whether a moment that is past for whoever wrote it lies so far ahead that the clock must have been wrong."""
    return moment > now + TOLERATED
