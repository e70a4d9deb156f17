"""A local stand-in for OpenRouter's Data API, over HTTP, for the demo, for trying things out and for tests."""

from __future__ import annotations

from bot.sandbox.answers import Answer, Request
from bot.sandbox.hovering import Hovering
from bot.sandbox.recordings import Recordings
from bot.sandbox.server import Sandbox
from bot.sandbox.source import last_completed_day
from bot.sandbox.troubles import Troubles, steady_day
from bot.sandbox.world import World

__all__ = [
    "Answer",
    "Hovering",
    "Recordings",
    "Request",
    "Sandbox",
    "Troubles",
    "World",
    "last_completed_day",
    "steady_day",
]
