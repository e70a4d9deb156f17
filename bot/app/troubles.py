"""The keys of the bot's own troubles: of each there is one at a time. No more is loaded to know them by."""

from __future__ import annotations

from bot.core.delivery import Delivery

FEED_FAILS = "feed:fails"
FEED_REFUSES = "feed:refuses"
CATALOGUE_FAILS = "catalogue:fails"
CATALOGUE_SHRUNK = "catalogue:shrunk"
TEMPLATES = "templates"
REFUSED = "refused"
"""The stage of the incidents of channels whose messages to several some do not get."""
OF_DELIVERIES = "delivery:"
"""How the keys of the troubles with deliveries begin."""


def incident_key(delivery: Delivery) -> str:
    """How the trouble with one delivery is known among the incidents: by its channel, too."""
    return f"{OF_DELIVERIES}{delivery.channel}:{delivery.id}"
