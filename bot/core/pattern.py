"""How a watchlist names items: by any name that an id has borne, by a glob, or by the id itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

Names = Mapping[str, tuple[str, ...]]
"""Every name that an item has borne, newest first."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One entry of ``mine``, ``follow`` or ``exclude``: an exact name, a glob, ``id:2262242``, or a model's slug.

    Names compare without regard to case. A model's slug is its id, so it matches as either.
    """

    text: str

    def matches(self, item: str, names: tuple[str, ...]) -> bool:
        """Whether the item, under any of its names, is meant."""
        if self.text.startswith("id:"):
            return self.text[3:].strip() == item
        wanted = self.text.casefold()
        candidates = [name.casefold() for name in (*names, item)]
        return any(wanted == candidate or fnmatchcase(candidate, wanted) for candidate in candidates)
