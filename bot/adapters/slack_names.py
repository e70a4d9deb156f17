"""The id of a channel of which only the name is known: posting takes names, but looking for a post takes the id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slack_sdk import WebClient
from slack_sdk.web.slack_response import SlackResponse

from bot.adapters.slack_call import Refusal, next_cursor

_PAGE = 1000
_PAGES = 20
Call = Callable[[Callable[[WebClient], SlackResponse]], dict[str, Any] | Refusal]
"""What makes a request with the channel's token."""


def advice_on_name(call: Call, name: str) -> str:
    """What the id of a public channel ("#name") is, to be put into the configuration, or how it is found otherwise."""
    found = _id_of(call, name.removeprefix("#"))
    if isinstance(found, Refusal) and found.code == "missing_scope":
        return "to have it looked up, the app needs the scope channels:read; test-channel says it, too"
    if isinstance(found, Refusal):
        return f"it can't be looked up: {found.outcome.reason}"
    if found:
        return f'so write channel = "{found}"'
    return f"{name} is none of the public channels; of a private one, test-channel says it"


def _id_of(call: Call, name: str) -> str | Refusal | None:
    cursor = ""
    for _ in range(_PAGES):
        page = call(
            lambda client, cursor=cursor: client.conversations_list(  # type: ignore[misc]
                types="public_channel", exclude_archived=True, limit=_PAGE, cursor=cursor or None
            )
        )
        if isinstance(page, Refusal):
            return page
        listed = page.get("channels")
        for channel in listed if isinstance(listed, list) else []:
            if isinstance(channel, dict) and channel.get("name") == name:
                return str(channel.get("id", "")) or None
        cursor = next_cursor(page)
        if not cursor:
            return None
    return None
