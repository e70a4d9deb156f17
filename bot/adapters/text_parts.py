"""A plain text in as many parts as a service's limit asks for, each of them with its source."""

from __future__ import annotations

from collections.abc import Iterator

_LEAST = 200
"""Characters that a part must have beside its source, or it is not worth sending."""
_COUNT = "(99 of 99)\n\n"


def parts(text: str, source: str, room: int) -> list[str]:
    """The text in parts of at most ``room`` characters, cut between paragraphs, or lines, where that can be.

    ``source`` is how the text ends, and how every part does. The text comes back whole where the source leaves too
    little room for anything else.
    """
    space = room - len(source) - len(_COUNT) - 2
    if len(text) <= room or space < _LEAST:
        return [text]
    bodies = list(_packed(text.removesuffix(source).strip("\n"), space))
    end = f"\n\n{source}" if source else ""
    counts = ["", *(f"({number} of {len(bodies)})\n\n" for number in range(2, len(bodies) + 1))]
    return [f"{count}{body}{end}" for count, body in zip(counts, bodies, strict=True)]


def _packed(text: str, space: int) -> Iterator[str]:
    part = ""
    for piece, gap in _pieces(text, space):
        if part and len(part) + len(gap) + len(piece) > space:
            yield part
            part = piece
        else:
            part = f"{part}{gap}{piece}" if part else piece
    if part:
        yield part


def _pieces(text: str, space: int) -> Iterator[tuple[str, str]]:
    """What is not cut further, each with what stands before it: paragraphs, lines of long ones, bits of long lines."""
    for paragraph in text.split("\n\n"):
        if len(paragraph) <= space:
            yield paragraph, "\n\n"
            continue
        for number, line in enumerate(paragraph.split("\n")):
            for start in range(0, max(len(line), 1), space):
                gap = "" if start else "\n" if number else "\n\n"
                yield line[start : start + space], gap
