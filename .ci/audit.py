"""Asks whether anything is known against our dependencies: python audit.py [--strict] PIP-AUDIT [ARGUMENT…].

A finding is told apart from a service that could not be asked: 0 nothing is known, 1 something was found, and 3, with
--strict only, something could not be asked about, of which pip-audit itself says "No known vulnerabilities found".
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

FINE, FOUND, UNASKED = 0, 1, 3
OWN = "openrouter-rankbot"
"""It is on no index that could be asked about."""


@dataclass(slots=True)
class Answer:
    """What was found, a line each; what could not be asked about, and why."""

    found: list[str] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)
    asked: int = 0


def read(text: str, complaint: str) -> Answer:
    """The answer in pip-audit's JSON; where there is none, the complaint says why nothing was asked."""
    answer = Answer()
    try:
        dependencies = json.loads(text)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = complaint.strip().splitlines()[-1:] or ["it said nothing"]
        answer.unasked.append(f"everything: {last[0]}")
        return answer
    for one in dependencies:
        if one["name"] == OWN:
            continue
        if "skip_reason" in one:
            answer.unasked.append(f"{one['name']}: {one['skip_reason']}")
            continue
        answer.asked += 1
        for known in one["vulns"]:
            mended = ", ".join(known["fix_versions"]) or "no version yet"
            answer.found.append(f"{one['name']} {one['version']}: {known['id']}, mended in {mended}")
    return answer


def verdict(answer: Answer, *, strict: bool) -> int:
    """The exit code; a finding comes first, whatever else could not be asked."""
    if answer.found:
        return FOUND
    return UNASKED if strict and answer.unasked else FINE


def tell(answer: Answer) -> None:
    """Prints the answer."""
    for line in answer.found:
        print(f"FOUND {line}")
    if answer.unasked:
        print(f"COULD NOT ASK about {len(answer.unasked)} of {answer.asked + len(answer.unasked)}:")
        for line in answer.unasked[:3]:
            print(f"  {line}")
        if len(answer.unasked) > len(answer.unasked[:3]):
            print("  … and the rest alike")
    if answer.asked and not answer.found:
        print(f"Nothing is known against the {answer.asked} packages that could be asked about.")


def main(arguments: Sequence[str]) -> int:
    """Runs pip-audit and judges its answer."""
    strict = arguments[:1] == ["--strict"]
    command = [*arguments[strict:], "--format", "json", "--progress-spinner", "off"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (what CI names)
    answer = read(ran.stdout, ran.stderr)
    tell(answer)
    return verdict(answer, strict=strict)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
