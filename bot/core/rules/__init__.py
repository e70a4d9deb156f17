"""The rules by which a change is worth telling. To add one: a module with its dataclass, a test, and a line here."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from bot.core.event import Event
from bot.core.rules.base import Change, Day, Need, NotEvaluated, Rule, Stateful, States, Walk, parameters
from bot.core.rules.climb import Climbed, Dropped
from bot.core.rules.milestone import Milestone
from bot.core.rules.moved import Moved
from bot.core.rules.new_leader import NewLeader
from bot.core.rules.overtook import Overtook
from bot.core.rules.renamed import Renamed
from bot.core.rules.share import Share
from bot.core.rules.spike import Spike
from bot.core.rules.top import EnteredTop, LeftTop
from bot.core.rules.trending import Trending

_ALL: tuple[type[Rule], ...] = (
    NewLeader,
    EnteredTop,
    LeftTop,
    Climbed,
    Dropped,
    Spike,
    Trending,
    Moved,
    Overtook,
    Milestone,
    Share,
    Renamed,
)

RULES: dict[str, type[Rule]] = {rule.kind.value: rule for rule in _ALL}
"""Every rule by the name that it has in a configuration."""

DEFAULT_RULES = ("new_leader", "entered_top", "spike", "share")
"""The rules that a watchlist has unless it says otherwise, as far as its dataset can have them (docs/defaults.md)."""

FOLLOWING_RULES = ("moved", "overtook")
"""Those that it has besides where it has ``mine`` or ``follow``."""

__all__ = [
    "DEFAULT_RULES",
    "FOLLOWING_RULES",
    "RULES",
    "Change",
    "Climbed",
    "Day",
    "Dropped",
    "EnteredTop",
    "LeftTop",
    "Milestone",
    "Moved",
    "Need",
    "NewLeader",
    "NotEvaluated",
    "Overtook",
    "Renamed",
    "Rule",
    "Share",
    "Spike",
    "Stateful",
    "States",
    "Trending",
    "Walk",
    "parameters",
    "rule_of",
]


def rule_of(event: Event) -> Rule | None:
    """The rule with the parameters that it had when it found the event; None where it has no such parameters now."""
    try:
        return RULES[event.kind.value](**{name: _parameter(value) for name, value in event.rule.items()})
    except (KeyError, TypeError):
        return None


def _parameter(value: Any) -> Any:
    """A parameter as the rule has it, of its JSON value."""
    if isinstance(value, float):
        return Fraction(str(value))
    return tuple(_parameter(part) for part in value) if isinstance(value, list) else value
