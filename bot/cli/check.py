"""Reading a configuration back in sentences: what is watched, told and shown, who gets what and when, and the cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.adapters.charts import is_installed
from bot.cli.check_advice import advice
from bot.cli.check_requests import Outlook, asking
from bot.cli.output import WIDTH, field, paragraph, say
from bot.cli.report import next_digest
from bot.config import Channel, Config, EmailChannel, FileChannel, PluggedChannel, QuietWord, SlackChannel
from bot.core import wording
from bot.core.due import days_told, next_due
from bot.core.ranking import Board, By, Dataset
from bot.core.rules import (
    Climbed,
    Dropped,
    EnteredTop,
    LeftTop,
    Milestone,
    Moved,
    NewLeader,
    Overtook,
    Renamed,
    Rule,
    Share,
    Spike,
    Trending,
    parameters,
)
from bot.core.taxonomy import CATEGORY_OF, TITLES
from bot.core.watchlist import Watchlist
from bot.core.wording import count, limit

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
QUIET: Mapping[QuietWord, str] = {
    "weekly-line": "",
    "nothing": "nothing on quiet days",
    "line": "a line on quiet days",
}
"""What is not as everybody expects of a quiet day."""


def read_back(config: Config, *, now: datetime, outlook: Outlook) -> None:
    """Prints the configuration as what it will do."""
    say()
    say("Watching")
    for watchlist in config.watchlists:
        _watching(watchlist)
    say()
    say("Sending")
    for name, channel in config.channels.items():
        _sending(config, name, channel, now, owed=outlook.owed.get(name))
    if config.operator.channels:
        where = [f"{name} ({address(config.channels[name], config)})" for name in config.operator.channels]
        field("failures", f"{', '.join(where)}, at once")
    else:
        field("failures", "to the log and to `rankbot status` only")
    if not is_installed() and any(isinstance(each, EmailChannel | FileChannel) for each in config.channels.values()):
        field("charts", "none in mail and HTML; they need: pip install 'openrouter-rankbot[charts]'")
    say()
    say("Asking OpenRouter")
    asking(config, outlook)
    say()
    to_know(config, online=False)


def to_know(config: Config, *, online: bool) -> None:
    """Prints the notes with their lines, then what else one should know; nothing where there is nothing."""
    found = [(note.line, note.message, note.excerpt) for note in config.notes]  # without a line, it is what to do
    found += [(line, text, "") for line, text in advice(config, online=online)]
    if not found:
        return
    say(f"{count(len(found), 'thing')} to know")
    wheres = [f"{config.file.name}:{line}" if line else config.file.name for line, _, _ in found]
    room = min(max(map(len, wheres)), WIDTH // 2)
    for where, (line, text, excerpt) in zip(wheres, found, strict=True):
        paragraph(f"{where:<{room}}  {text}", indent=2, hanging=room + 2)
        if excerpt and line:
            say(excerpt)
        elif excerpt:
            paragraph(" ".join(excerpt.split()), indent=room + 4)
    say()


def _watching(watchlist: Watchlist) -> None:
    field(watchlist.id, scope(watchlist.board))
    field("", f"tells: {'; '.join(told(watchlist.rules)) or 'nothing: all rules are off'}")
    shown = [f"{pattern.text} (yours)" for pattern in watchlist.mine] + [pattern.text for pattern in watchlist.follow]
    if shown:
        field("", f"shows every time: {', '.join(shown)}")
    if watchlist.exclude:
        field("", f"leaves out: {', '.join(pattern.text for pattern in watchlist.exclude)}")
    if not watchlist.channels:
        field("", "no channel gets it; its changes are in `rankbot events`")


def scope(board: Board) -> str:
    """A board in words: "Apps > Coding > CLI agents, 7-day totals", "Labs, listed models only, 7-day totals"."""
    parts = [board.title if board.dataset is Dataset.MODELS else "Apps"]
    group = board.category or (CATEGORY_OF[board.subcategory] if board.subcategory else None)
    parts += [TITLES[group]] if group else []
    parts += [TITLES[board.subcategory]] if board.subcategory else []
    days = "daily totals" if board.window_days == 1 else f"{board.window_days}-day totals"
    listed = ", listed models only" if board.by is By.AUTHOR else ""
    return f"{' > '.join(parts)}{listed}, {days}"


def told(rules: Iterable[Rule]) -> list[str]:
    """What the rules tell, in words; several tops of a kind in one."""
    alike: dict[type[Any], list[Rule]] = {}
    for rule in rules:
        alike.setdefault(type(rule), []).append(rule)
    return [_tops(alike[kind]) if kind in _TOPS else _rule(alike[kind][0]) for kind in alike]


def _tops(rules: Sequence[Any]) -> str:
    ranks = sorted(rule.n for rule in rules)
    return f"{_TOPS[type(rules[0])]} the top {wording.listing([str(rank) for rank in ranks])}"


def _rule(rule: Rule) -> str:
    words = _WORDS.get(type(rule))
    if words:
        return words(rule)
    values = ", ".join(f"{name} {value}" for name, value in parameters(rule).items())
    return f"{rule.kind.value} ({values})"


def _overtakes(rule: Overtook) -> str:
    pairs = [f"{first} passing {second}" for first, second in rule.pairs]
    return ", ".join(["overtakes among yours and followed", *pairs])


_TOPS: Mapping[type[Any], str] = {EnteredTop: "entries into", LeftTop: "exits from"}
"""The rules of which a watchlist may have several, one for each top."""
_WORDS: Mapping[type[Any], Callable[[Any], str]] = {
    NewLeader: lambda _rule: "a new #1",
    Climbed: lambda rule: f"climbs within {count(rule.over_days, 'day')}",
    Dropped: lambda rule: f"drops within {count(rule.over_days, 'day')}",
    Spike: lambda rule: f"spikes ({float(rule.ratio):g}x and {limit(rule.min_growth)})",
    Trending: lambda rule: f"news in the trending top {rule.n}",
    Moved: lambda _rule: "every move of yours and followed",
    Overtook: _overtakes,
    Milestone: lambda rule: f"{wording.listing([limit(each) for each in rule.tokens])} tokens reached",
    Share: lambda rule: f"shares that move by {float(rule.points):g} points within {count(rule.over_days, 'day')}",
    Renamed: lambda _rule: "new names",
}
"""What each rule tells, in words; one that is missing here is shown with its parameters."""


def _sending(config: Config, name: str, channel: Channel, now: datetime, *, owed: datetime | None) -> None:
    lists = [watchlist.id for watchlist in config.watchlists if name in watchlist.channels]
    if not lists:
        if name not in config.operator.channels:
            field(name, f"{address(channel, config)}: no watchlist sends here")
        return
    cadence = channel.cadence
    at = f"{cadence.at:%H:%M} {channel.timezone}" if cadence.at else "as soon as a day is complete"
    field(name, f"{address(channel, config)}, {_days(cadence.weekdays)} {at}: {', '.join(lists)}")
    settle = timedelta(hours=config.openrouter.settle_hours)
    due = next_due(cadence, now, settle)
    when = next_digest(cadence, now, settle, owed)
    if due and not owed:
        when = f"{when}, about {days_told(cadence, due, settle)}"
    quiet = "" if cadence.briefing else QUIET[channel.when_quiet]
    field("", "; ".join(part for part in (f"next: {when}", quiet) if part))


def address(channel: Channel, config: Config) -> str:
    """Where a channel leads, without a secret; a folder as seen from the configuration."""
    if isinstance(channel, SlackChannel):
        return "Slack webhook" if channel.webhook_url else f"Slack {channel.channel}"
    if isinstance(channel, EmailChannel):
        return f"mail to {channel.to[0] if len(channel.to) == 1 else len(channel.to)}"
    if isinstance(channel, PluggedChannel):
        return f"by {channel.type}"
    home = config.file.parent
    inside = channel.directory.is_relative_to(home)
    return f"files in {channel.directory.relative_to(home) if inside else channel.directory}"


def _days(weekdays: frozenset[int]) -> str:
    if len(weekdays) == len(WEEKDAYS):
        return "daily"
    if weekdays == frozenset(range(5)):
        return "Mon-Fri"
    return ", ".join(WEEKDAYS[number] for number in sorted(weekdays))
