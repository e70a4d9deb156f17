"""Absence in words, and nowhere else: who a board does not have is "not listed" only where the board ended.

Of a board that goes on below the ranks that were asked for, an absent item is only known to be outside the top so many
(detection: exhaustive). An event's evidence keeps how deep its boards were read; one that was stored before evidence
kept that claims neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.core.event import Event
from bot.core.ranking import Ranking

DEPTH = "depth"
"""How many ranks were read of the board of the event's day: kept where that board's absences matter."""
PREVIOUS_DEPTH = "previous_depth"
"""The same of the board before."""
TWIN_PREVIOUS_DEPTH = "twin_previous_depth"
"""The same of the trending list before."""
OWN_DEPTH = "own_depth"
"""Of a restatement: how many ranks were read of the event's own side. Its DEPTH is that of the other side."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How much was read of a board: ``depth`` ranks of one that goes on, all of one that ``ended``; else not known."""

    depth: int | None = None
    ended: bool = False

    @classmethod
    def of(cls, board: Ranking) -> Reading:
        """How much of the board there is."""
        return cls(ranks_read(board), ended=board.exhaustive)

    @classmethod
    def kept(cls, values: Mapping[str, Any], key: str) -> Reading:
        """What was kept under the key: a depth, or None of a board that ended; without the key nothing is known."""
        return cls(values.get(key), ended=key in values and values[key] is None)

    @property
    def absent(self) -> str:
        """What an item is that was not read: "not listed", "outside the top 100"."""
        if self.ended:
            return "not listed"
        return f"outside {self._read}" if self.depth else f"not among {self._read}"

    @property
    def narrow(self) -> str:
        """The same in a narrow column: "not listed", "below #100"."""
        return f"below #{self.depth}" if self.depth else self.absent

    @property
    def gone(self) -> str:
        """What an item is that was there before: "no longer listed", "no longer in the top 100"."""
        return f"no longer {self._there}"

    @property
    def come(self) -> str:
        """What an item is that was not read before: "now listed", "now in the top 100"."""
        return f"now {self._there}"

    @property
    def left(self) -> str:
        """What an item did that is there no more: "left the board", "left the top 100"."""
        return f"left {'the board' if self.ended else self._read}"

    def off(self, listing: str) -> str:
        """What an item is that is not on a list called so: "not on it", "outside its top 100"."""
        if self.ended:
            return f"not on {listing}"
        whose = "its" if listing == "it" else f"{listing}'s"
        return f"outside {whose} top {self.depth}" if self.depth else f"not among {whose} ranks read"

    @property
    def _there(self) -> str:
        if self.ended:
            return "listed"
        return f"in {self._read}" if self.depth else f"among {self._read}"

    @property
    def _read(self) -> str:
        return f"the top {self.depth}" if self.depth else "the ranks read"


ENDED = Reading(ended=True)
UNKNOWN = Reading()


def ranks_read(board: Ranking) -> int | None:
    """How deep the board was read, as evidence keeps it; None where it ended before that."""
    return None if board.exhaustive else board.depth


def absent(board: Ranking) -> str:
    """What it means that an item is not on the board: "not listed", or "outside the top 100"."""
    return Reading.of(board).absent


def now(event: Event) -> Reading:
    """How much was read of the board of the event's day, as far as its evidence says."""
    return Reading.kept(event.evidence, DEPTH)


def before(event: Event) -> Reading:
    """How much was read of the board that the event's previous rank is of, as far as its evidence says."""
    return Reading.kept(event.evidence, PREVIOUS_DEPTH)
