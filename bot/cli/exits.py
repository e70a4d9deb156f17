"""What an exit code says to whoever started the command, a person or cron."""

from __future__ import annotations

FINE = 0
NEEDS_YOU = 1
USAGE = 2
TRY_AGAIN = 75
"""EX_TEMPFAIL of sysexits.h: what failed is tried again by the next run."""
INTERRUPTED = 130
"""What a shell reports after Ctrl-C: 128 and the number of SIGINT."""
