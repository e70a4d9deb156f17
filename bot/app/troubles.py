"""The bot's own troubles: their keys, of each of which there is one at a time, and how they are noted and named."""

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
_NAMES = {
    FEED_FAILS: "feed failed",
    FEED_REFUSES: "feed refused",
    TEMPLATES: "templates failed",
    CATALOGUE_FAILS: "catalogue failed",
    CATALOGUE_SHRUNK: "catalogue not believed",
}
"""Troubles of which there is one at a time, in two or three words."""
_OF_SUBJECTS = {
    "quarantine": "answer for {} not believed",
    OF_DELIVERIES.rstrip(":"): "{} not delivered",
    REFUSED: "{} not to all",
}
"""Those on something, by how their keys begin; any other's begins with what could not be done to it."""


def incident_key(delivery: Delivery) -> str:
    """How the trouble with one delivery is known among the incidents: by its channel, too."""
    return f"{OF_DELIVERIES}{delivery.channel}:{delivery.id}"


def in_words(key: str) -> str:
    """Which trouble it is, by its key: "feed failed", "team not delivered"."""
    if key in _NAMES:
        return _NAMES[key]
    stage, _, subject = key.partition(":")
    name = subject.rpartition(":")[0] or subject
    return _OF_SUBJECTS[stage].format(name) if stage in _OF_SUBJECTS else f"{subject} not {stage}"


def noted(what: str, then: str = "") -> str:
    """The message of an incident: what failed, and on a line of its own what to do about it, for an end needs none."""
    return "\n".join(" ".join(part.split()) for part in (what, then) if part.strip())
