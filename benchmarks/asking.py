"""How many requests a second ``rankbot sandbox`` answers to one client."""

from __future__ import annotations

import http.client
import sys
import time
from urllib.parse import urlsplit


def rate(url: str, seconds: float) -> float:
    """Answers a second, over one connection that stays open."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    path = f"{parts.path}/datasets/app-rankings?limit=100&sort=popular"
    answered, begun = 0, time.monotonic()
    while (passed := time.monotonic() - begun) < seconds:
        connection.request("GET", path, headers={"Authorization": "Bearer sk-or-benchmark"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"the sandbox answered {answer.status}")
        answered += 1
    connection.close()
    return answered / passed


if __name__ == "__main__":
    print(rate(sys.argv[1], float(sys.argv[2])))  # noqa: T201
