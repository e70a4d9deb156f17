"""Watchlists: which board someone watches, whose items are theirs, and by which rules a change is worth telling."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.pattern import Names, Pattern
from bot.core.ranking import APP_DEPTH, APP_PAGE, MODEL_DEPTH, Board, Dataset
from bot.core.rules.base import Rule

__all__ = ["COOLDOWN_DAYS", "Names", "Pattern", "Watchlist"]

COOLDOWN_DAYS = 7
"""The default of ``cooldown_days``."""


@dataclass(frozen=True, slots=True)
class Watchlist:
    """A board with its readers' interests. ``title`` is shown; ``id`` is in event keys and never changes."""

    id: str
    title: str
    board: Board
    rules: tuple[Rule, ...]
    mine: tuple[Pattern, ...] = ()
    follow: tuple[Pattern, ...] = ()
    exclude: tuple[Pattern, ...] = ()
    only_followed: bool = False
    channels: tuple[str, ...] = ()
    cooldown_days: int = COOLDOWN_DAYS

    @property
    def depth(self) -> int:
        """Ranks to ask for: models 50; apps 100, or 200 where n + margin exceeds that or names are followed."""
        if self.board.dataset is Dataset.MODELS:
            return MODEL_DEPTH
        deepest = max((rule.reach for rule in self.rules), default=0)
        return APP_DEPTH if deepest > APP_PAGE or self.mine or self.follow else APP_PAGE

    def is_mine(self, item: str, names: tuple[str, ...]) -> bool:
        """Whether the item is one of the reader's own."""
        return any(pattern.matches(item, names) for pattern in self.mine)

    def is_followed(self, item: str, names: tuple[str, ...]) -> bool:
        """Whether the item is the reader's own, or followed."""
        return any(pattern.matches(item, names) for pattern in (*self.mine, *self.follow))

    def is_excluded(self, item: str, names: tuple[str, ...]) -> bool:
        """Whether the item is left out: excluded by name, or not followed where only those count."""
        if any(pattern.matches(item, names) for pattern in self.exclude):
            return True
        return self.only_followed and not self.is_followed(item, names)

    def unmatched(self, names: Names) -> tuple[Pattern, ...]:
        """Those of ``mine`` and ``follow`` that mean none of the items, under any of its names."""
        patterns = (*self.mine, *self.follow)
        return tuple(p for p in patterns if not any(p.matches(item, borne) for item, borne in names.items()))
