"""``rankbot`` at a moment that the benchmark sets.

python -m benchmarks.command NOW ARGUMENT…

The whole process is measured, so nothing is imported here that the command would not import.
"""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta

from bot.__main__ import script

if __name__ == "__main__":
    moment, begun = datetime.fromisoformat(sys.argv[1]), time.monotonic()
    sys.exit(script(sys.argv[2:], clock=lambda: moment + timedelta(seconds=time.monotonic() - begun)))
