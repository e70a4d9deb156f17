"""Who gets what: a channel that readers have, and what its digests are about."""

from __future__ import annotations

from dataclasses import dataclass

from bot.app.ports import Channel
from bot.core.due import Cadence
from bot.core.watchlist import Watchlist


@dataclass(frozen=True, slots=True)
class Subscription:
    """A channel with its cadence and the watchlists whose digests it gets."""

    channel: Channel
    cadence: Cadence
    watchlists: tuple[Watchlist, ...]
