"""The configuration: one TOML file, read strictly, its errors pointed at with a caret."""

from __future__ import annotations

from bot.config.channel_table import QuietWord
from bot.config.loading import load, summary
from bot.config.model import Config
from bot.config.plugs import PluggedChannel
from bot.config.secret import Secret
from bot.config.starters import STARTERS, starter
from bot.config.tables import (
    Channel,
    Defaults,
    Delivery,
    EmailChannel,
    FileChannel,
    Log,
    OpenRouter,
    Operator,
    SlackChannel,
)

__all__ = [
    "STARTERS",
    "Channel",
    "Config",
    "Defaults",
    "Delivery",
    "EmailChannel",
    "FileChannel",
    "Log",
    "OpenRouter",
    "Operator",
    "PluggedChannel",
    "QuietWord",
    "Secret",
    "SlackChannel",
    "load",
    "starter",
    "summary",
]
