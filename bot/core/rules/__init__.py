"""The rules by which a change is worth telling. To add one: a module with its dataclass, a test, and a line here."""

from __future__ import annotations

from bot.core.rules.base import Change, Day, Need, NotEvaluated, Rule, parameters
from bot.core.rules.new_leader import NewLeader
from bot.core.rules.spike import Spike
from bot.core.rules.top import EnteredTop, LeftTop
from bot.core.rules.trending import Trending

RULES: dict[str, type[Rule]] = {rule.kind.value: rule for rule in (NewLeader, EnteredTop, LeftTop, Spike, Trending)}
"""Every rule by the name that it has in a configuration."""

DEFAULT_RULES = ("new_leader", "entered_top", "spike")
"""The rules that a watchlist has unless it says otherwise (detection: Rules)."""

__all__ = [
    "DEFAULT_RULES",
    "RULES",
    "Change",
    "Day",
    "EnteredTop",
    "LeftTop",
    "Need",
    "NewLeader",
    "NotEvaluated",
    "Rule",
    "Spike",
    "Trending",
    "parameters",
]
