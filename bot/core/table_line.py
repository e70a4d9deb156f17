"""One line of a board as a value, ready to be shown: of the top of a digest's section, or of a briefing's board."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TableLine:
    """One line of a board's top.

    ``was`` is the rank then where it differs, or in words that there was none; else empty, as is what is not known.

    ``price`` (dollars per million tokens, input and output) and ``context`` are of models that the catalogue knows;
    ``share`` is a lab's part of all tokens of the window, in a briefing a model's, too, and ``points`` by how much it
    changed; of apps there is neither.
    """

    rank: int
    glyph: str
    was: str
    item: str
    name: str
    tokens: str
    change: str
    followed: bool
    price: str = ""
    context: str = ""
    share: str = ""
    points: str = ""
