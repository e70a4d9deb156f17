"""The golden files of the situations: each message in every form, as it was read and looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path

from bot.adapters.pictures import Draw
from tests.situations.living import Told, lived
from tests.situations.stories import SITUATIONS

GOLDEN = Path(__file__).parent / "golden"


def messages(only: Collection[str] | None = None, *, draw: Draw = lambda _chart: b"") -> Mapping[str, Told]:
    """Each message by its name: that of its situation, numbered where a situation has several."""
    found: dict[str, Told] = {}
    for situation in (make() for make in SITUATIONS):
        if only and situation.name not in only:
            continue
        told = [one for morning in lived(situation, draw=draw).values() for one in morning]
        for number, one in enumerate(told, start=1):
            found[f"{situation.name}-{number}" if len(told) > 1 else situation.name] = one
    return found


@cache
def every() -> Mapping[str, Told]:
    """All of them, lived through once."""
    return messages()


def write(told: Mapping[str, Told]) -> Iterator[Path]:
    """Writes the golden files of these messages."""
    GOLDEN.mkdir(exist_ok=True)
    for name, one in told.items():
        for end, content in one.files().items():
            path = GOLDEN / f"{name}.{end}"
            path.write_text(content, encoding="utf-8")
            yield path
