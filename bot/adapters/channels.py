"""The kinds of channels that are one file each. The others have settings that hang together: see ``bot/config``."""

from __future__ import annotations

from collections.abc import Mapping

from bot.adapters import apprise
from bot.adapters.plug import Plug

# A line for each, so that a new one is one line.
# fmt: off
_ALL = (
    apprise.PLUG,
)
# fmt: on

PLUGS: Mapping[str, Plug] = {plug.kind: plug for plug in _ALL}
"""Each by its ``type``."""
