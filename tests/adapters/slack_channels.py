"""Slack channels for tests: by token and by webhook, at a workspace on loopback."""

from __future__ import annotations

import socket
from collections.abc import Callable

from bot.adapters.slack import SlackToken, SlackWebhook
from tests.servers.slack import CHANNEL, TOKEN, FakeSlack


class Paces:
    """Counts how often a post was waited for."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


def by_token(slack: FakeSlack, *, token: Callable[[], str] = lambda: TOKEN, **changes: object) -> SlackToken:
    arguments = {"channel": CHANNEL, "pace": Paces(), "api_url": slack.api_url, **changes}
    return SlackToken("team", token=token, **arguments)  # type: ignore[arg-type]


def by_webhook(slack: FakeSlack, **changes: object) -> SlackWebhook:
    arguments: dict[str, object] = {"url": lambda: slack.webhook_url, "pace": Paces(), **changes}
    return SlackWebhook("team", **arguments)  # type: ignore[arg-type]


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
