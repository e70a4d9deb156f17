"""Lengths of time in days."""

from __future__ import annotations

from datetime import timedelta

ONE_DAY = timedelta(days=1)
WEEK_DAYS = 7
"""Days of a week."""
