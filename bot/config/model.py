"""A configuration that was read and found right: values to trust, ready for the composition root."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath

from bot.config.positions import Path
from bot.config.secret import Secret
from bot.config.tables import Channel, Defaults, Delivery, Log, Metrics, OpenRouter, Operator, Store
from bot.core.watchlist import Watchlist
from bot.errors import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A whole configuration. Paths in it are absolute; secrets are read anew by ``Secret.read``.

    ``notes`` are findings that are no errors: valid, but surely not meant; ``warnings`` those of them that are logged
    whenever the configuration is used, as sentences. Watchlists stand in the order of the file,
    each with the channels that it is told on (none named: all but the operator's).
    """

    file: FilePath
    openrouter: OpenRouter
    store: Store
    defaults: Defaults
    channels: Mapping[str, Channel]
    operator: Operator
    delivery: Delivery
    log: Log
    metrics: Metrics
    watchlists: tuple[Watchlist, ...]
    notes: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    lines: Mapping[Path, int] = field(default_factory=dict)

    def line(self, *path: str | int) -> int:
        """The line in which a key or a table begins; of one that is left out, that of its table."""
        return next((self.lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self.lines), 0)

    @property
    def store_url(self) -> Secret:
        """The address of the store."""
        return self.store.url
