"""Names that are right each, and surely not meant as they stand: said twice, contradicted, or left from the starter."""

from __future__ import annotations

from bot.config.positions import Path
from bot.config.report import Report
from bot.config.starters import PLACEHOLDERS
from bot.core.text import clean
from bot.core.watchlist import Watchlist
from bot.core.wording import listing

_KEYS = ("mine", "follow", "exclude")


def note_names(watchlist: Watchlist, report: Report) -> None:
    """Notes what stands twice in a watchlist's lists, or in two of them, no matter its case, and what `init` wrote."""
    first: dict[str, str] = {}
    left: dict[str, Path] = {}
    for key in _KEYS:
        for index, pattern in enumerate(getattr(watchlist, key)):
            place, name = ("watchlist", watchlist.id, key, index), pattern.text.strip()
            if name in PLACEHOLDERS:
                left.setdefault(name, place)
            elif name.casefold() in first:
                message, under = _twice(clean(name), key, first[name.casefold()])
                report.note(place, message, under=under)
            else:
                first[name.casefold()] = key
    if left:
        are = "is a name" if len(left) == 1 else "are names"
        message = f"{listing([f'`{name}`' for name in left])} {are} that `rankbot init` made up"
        report.note(next(iter(left.values())), message, under="write names as OpenRouter lists them, or none")


def _twice(name: str, key: str, before: str) -> tuple[str, str]:
    """What is said of a name that stands in the list ``before`` already, and what to do."""
    if key == before:
        return f"`{name}` stands twice in `{key}`", "leave it out"
    if key == "exclude":
        return f"`{name}` is in `{before}`, and left out by `exclude`", "no news of it is told: leave one of them out"
    return f"`{name}` is in `mine` already", "yours are followed, too: leave it out here"
