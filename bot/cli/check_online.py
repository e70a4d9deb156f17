"""Asking the services: is the key good, which ids do the followed names have, do the credentials work."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.app import catalogue
from bot.app.poll import obey
from bot.app.ports import Channel, Feed
from bot.cli.output import field, say
from bot.config import Config
from bot.core.delivery import Failed, Sent, Unknown
from bot.core.plan import last_complete_day
from bot.core.ranking import MODEL_DAY, Dataset, Entry, Ranking, Snapshot, sum_days
from bot.core.rules import EnteredTop
from bot.core.text import clean
from bot.core.watchlist import Names, Pattern, Watchlist
from bot.core.wording import day, tokens
from bot.errors import FeedError, FeedTransientError
from bot.wiring import House

CLOSE = 3
"""How many near names are offered for one that matches nothing."""


def ask_services(config: Config, *, clock: Callable[[], datetime], sleep: Callable[[float], None]) -> int:
    """Asks every service, sends nothing, and returns how many problems showed."""
    problems = 0
    last = last_complete_day(clock(), timedelta(hours=config.openrouter.settle_hours))
    with House(config, clock=clock, sleep=sleep) as house:
        feed = house.feed()
        say("Asking the services:")
        say()
        problems += _catalogue(house, feed)
        for number, watchlist in enumerate(config.watchlists):
            try:
                ranking = _newest(feed, watchlist, last)
            except FeedError as error:
                obey(house.store, error, now=clock())
                field("OpenRouter", f"{error.message}\n{error.hint}".strip())
                problems += 1
                break
            if not number:
                field("OpenRouter", f"key accepted; newest complete day {day(last)}")
            problems += _names(watchlist, ranking, house.store.names(ranking.by_item))
        for name, channel in house.channels.items():
            problems += _channel(name, channel)
    say()
    return problems


def _catalogue(house: House, feed: Feed) -> int:
    """Has the names of models in the store, by which they may be followed; 1 if they can't be had."""
    if not catalogue.due(house.store, house.config.watchlists, house.clock()):
        return 0
    failure = catalogue.refresh(feed, house.store, now=house.clock())
    if failure:
        field("OpenRouter", f"{failure.message}\n{failure.hint}".rstrip())
    return int(failure is not None)


def _newest(feed: Feed, watchlist: Watchlist, last: date) -> Ranking:
    """The watchlist's board of the newest complete day; for models and labs that day alone, whatever the window."""
    board = watchlist.board
    if board.dataset is Dataset.APPS:
        return feed.app_ranking(board, last, watchlist.depth)
    days = feed.model_days(last, last)
    if not days:
        raise FeedTransientError(f"OpenRouter has no models for {day(last)} yet.")
    alone = replace(board, window_days=1)
    return days[-1] if alone == MODEL_DAY else sum_days(alone, [Snapshot.of(days[-1])])


def _names(watchlist: Watchlist, ranking: Ranking, borne: Names) -> int:
    """Prints which item each pattern means, by any name ``borne``; returns how many mean none."""
    entries = ranking.entries
    deepest = f", ends at {tokens(entries[-1].tokens)}" if entries else ""
    lines = [f"{len(entries)} listed{deepest}"]
    tops = [rule.n for rule in watchlist.rules if isinstance(rule, EnteredTop)]
    lines += [f'"top {n}" would be the whole board' for n in tops if len(entries) < n]
    missing = 0
    for pattern in (*watchlist.mine, *watchlist.follow):
        found = [entry for entry in entries if pattern.matches(entry.item, (entry.name, *borne.get(entry.item, ())))]
        lines += [f"{clean(entry.name)} = id {clean(entry.item)}, #{entry.rank}" for entry in found]
        if not found:
            missing += 1
            lines.append(f'"{clean(pattern.text)}" matches nothing.{_close(pattern, ranking)}')
    field(watchlist.id, "\n".join(lines))
    return missing


def _close(pattern: Pattern, ranking: Ranking) -> str:
    """Names near to one that matches nothing: those that contain it, then those spelt alike."""
    names: dict[str, Entry] = {}
    for entry in ranking.entries:
        names.setdefault(entry.name.casefold(), entry)
    wanted = pattern.text.casefold()
    near = [name for name in names if wanted in name] or difflib.get_close_matches(wanted, names, CLOSE)
    shown = [f'"{clean(names[name].name)}" id {clean(names[name].item)}, #{names[name].rank}' for name in near[:CLOSE]]
    return f" Close: {'; '.join(shown)}" if shown else ""


def _channel(name: str, channel: Channel) -> int:
    """Asks one channel's service; 1 if something is wrong with it."""
    match channel.probe():
        case Sent(words):
            field(name, f"{channel.describe()}: {words}")
            return 0
        case Failed(reason, _, hint):
            field(name, f"{channel.describe()}: {reason}\n{hint}".rstrip())
            return 1
        case Unknown(reason):
            field(name, f"{channel.describe()}: {reason}")
            return 0
