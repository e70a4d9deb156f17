"""What ``rankbot init`` writes: a short configuration for each kind of reader; it takes two variables to work."""

from __future__ import annotations

_HEAD = """\
#:schema ./config.schema.json
# Every key, with why one would change it: rankbot init --example. Next: rankbot check
[openrouter]
api_key = "env:OPENROUTER_API_KEY"       # any OpenRouter key will do

[channel.team]
type = "slack"
webhook_url = "env:SLACK_WEBHOOK_URL"    # api.slack.com/apps > Incoming Webhooks
"""

_APP = """
# The category in which your app competes. Others: ide-extension, roleplay, image-gen, ...
[watchlist.cli-agents]
subcategory = "cli-agent"
mine = ["Your App"]                      # its name as OpenRouter lists it, or "id:2262242"
follow = ["A Rival", "Another*"]         # always shown, right after yours

[watchlist.cli-agents.rules]
left_top = true                          # exits too; new #1, entries and spikes are told anyway
"""

_ANALYST = """\
days = ["mon"]                           # a weekly briefing; leave it out for a daily digest
at = "09:00"
timezone = "UTC"

[watchlist.models]
dataset = "models"
rules.entered_top = { n = [10, 20] }     # left out: 10 and 50

[watchlist.labs]
dataset = "models"
by = "author"                            # z-ai and the like, each with the sum of its models

[watchlist.marketplace]
title = "All apps"
"""

_MARKET = """
[watchlist.marketplace]
title = "All apps"
rules.trending = true                    # OpenRouter's own list of those that grow most

[watchlist.coding]
category = "coding"
rules.entered_top = { n = [10, 20] }     # left out: 10 and 50

[watchlist.models]
dataset = "models"
"""

PLACEHOLDERS = frozenset({"Your App", "A Rival", "Another*"})
"""The names in the starters that stand for names of the reader's own."""

STARTERS: dict[str, str] = {"app": _HEAD + _APP, "analyst": _HEAD + _ANALYST, "market": _HEAD + _MARKET}
"""A configuration by who it is for: the maker of an app, an analyst, someone who watches the whole market."""


def starter(audience: str | None = None) -> str:
    """The text for an audience of STARTERS; the maker of an app where none is named."""
    return STARTERS[audience or "app"]
