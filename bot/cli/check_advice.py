"""What one should know of a configuration that is right: no mistakes, and not surely unintended, so no notes either."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Config, SlackChannel
from bot.core.delivery import IfUnsure

_LOST = {
    IfUnsure.RESEND: "After a lost answer it is sent again. A bot token avoids that.",
    IfUnsure.ASK: "After a lost answer it waits for you. A bot token avoids that.",
}


def advice(config: Config, *, online: bool) -> list[tuple[int, str]]:
    """Sentences with the lines that they are about, in the order of the file. ``online``: names are looked up."""
    return sorted([*_names(config, online=online), *_webhooks(config), *_times(config)])


def _names(config: Config, *, online: bool) -> Iterator[tuple[int, str]]:
    """Once for all the names of a configuration, at the first of them."""
    named = [
        (config.line("watchlist", watchlist.id, key), f"{key}: names are not looked up here; use check --online.")
        for watchlist in config.watchlists
        for key in ("mine", "follow")
        if getattr(watchlist, key)
    ]
    if named and not online:
        yield min(named)


def _webhooks(config: Config) -> Iterator[tuple[int, str]]:
    for name, channel in config.channels.items():
        if isinstance(channel, SlackChannel) and channel.webhook_url:
            line = config.line("channel", name, "webhook_url")
            asked = f"{name}: a webhook cannot be asked whether a message arrived."
            yield line, f"{asked} {_LOST[channel.if_unsure]}"


def _times(config: Config) -> Iterator[tuple[int, str]]:
    for name, channel in config.channels.items():
        if channel.at and any(name in watchlist.channels for watchlist in config.watchlists):
            line = config.line("channel", name, "at")
            waits = f"{name}: digests wait for {channel.at:%H:%M}."
            yield line, f"{waits} From cron, run at least hourly, or leave out `at`."
