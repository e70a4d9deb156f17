"""Asking the services: is the key good, which ids do the followed names have, do the credentials work."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.app import catalogue
from bot.app.poll import Failure, failure_of, obey
from bot.app.ports import Channel, Feed
from bot.cli.output import field, say
from bot.config import Config
from bot.core.delivery import Failed, Sent, Unknown
from bot.core.plan import last_complete_day
from bot.core.ranking import APP_PAGE, MODEL_DAY, By, Dataset, Entry, Ranking, Snapshot, sum_days
from bot.core.rules import EnteredTop
from bot.core.text import clean
from bot.core.watchlist import Names, Pattern, Watchlist
from bot.core.wording import count, day, tokens
from bot.errors import FeedError, FeedTransientError
from bot.wiring import House

CLOSE = 3
"""How many near names are offered for one that matches nothing."""
TENTH = 10
"""The rank whose tokens are said, for an idea of the board."""
NOUNS = {
    (Dataset.APPS, By.ITEM): ("app", "apps"),
    (Dataset.MODELS, By.ITEM): ("model", "models"),
    (Dataset.MODELS, By.AUTHOR): ("lab", "labs"),
}


def requests_of(config: Config) -> str:
    """How many requests to OpenRouter it takes at most, in words."""
    pages = [1 if each.board.dataset is Dataset.MODELS else -(-each.depth // APP_PAGE) for each in config.watchlists]
    return count(sum(pages) + catalogue.wanted(config.watchlists), "request")


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem in a sentence. ``passing``: nothing is to be put right, and asking again later may show none."""

    sentence: str
    passing: bool = False


def ask_services(config: Config, *, clock: Callable[[], datetime], sleep: Callable[[float], None]) -> list[Finding]:
    """Asks every service, sends nothing, and returns the problems that showed."""
    problems: list[Finding] = []
    last = last_complete_day(clock(), timedelta(hours=config.openrouter.settle_hours))
    with House(config, clock=clock, sleep=sleep) as house:
        feed = house.feed()
        say()
        problems += _catalogue(house, feed)
        in_vain = house.store.feed_paused_until(clock()) or any(not problem.passing for problem in problems)
        for number, watchlist in enumerate(() if in_vain else config.watchlists):
            try:
                ranking = _newest(feed, watchlist, last)
            except FeedError as error:
                obey(house.store, error, now=clock())
                problems += _refused(failure_of(error))
                break
            if not number:
                field("OpenRouter", f"key accepted; newest complete day {day(last)}")
            problems += _names(config, watchlist, ranking, house.store.names(ranking.by_item))
        for name, channel in house.channels.items():
            problems += _channel(name, channel)
    say()
    return problems


def _refused(failure: Failure) -> list[Finding]:
    field("OpenRouter", f"{failure.message}\n{failure.hint}".rstrip())
    return [Finding(f"OpenRouter: {failure.message}", passing=not failure.permanent)]


def _catalogue(house: House, feed: Feed) -> list[Finding]:
    """Has the names of models in the store, by which they may be followed."""
    if not catalogue.due(house.store, house.config.watchlists, house.clock()):
        return []
    failure = catalogue.refresh(feed, house.store, now=house.clock())
    return _refused(failure) if failure else []


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


def _names(config: Config, watchlist: Watchlist, ranking: Ranking, borne: Names) -> list[Finding]:
    """Prints which item each pattern means, by any name ``borne``; returns a sentence for each that means none."""
    nouns = NOUNS[ranking.board.dataset, ranking.board.by]
    found = ranking.entries
    tenth = f", #{len(found[:TENTH])} at {tokens(found[:TENTH][-1].tokens)}" if found else ""
    lines = [f"{count(len(found), *nouns)} listed{tenth}"]
    tops = [rule.n for rule in watchlist.rules if isinstance(rule, EnteredTop)]
    lines += [f'"top {n}" would be the whole board' for n in tops if len(found) < n]
    problems = []
    for key in ("mine", "follow"):
        for number, pattern in enumerate(getattr(watchlist, key)):
            meant = [each for each in found if pattern.matches(each.item, (each.name, *borne.get(each.item, ())))]
            lines += _meaning(pattern, meant, nouns[1])
            if not meant:
                lines.append(f'"{clean(pattern.text)}" matches nothing.{_close(pattern, ranking)}')
                place = f"{config.file.name}:{config.line('watchlist', watchlist.id, key, number)}"
                problems.append(Finding(f'{place} {key} "{clean(pattern.text)}" matches no {nouns[0]}.'))
    field(watchlist.id, "\n".join(lines))
    return problems


def _meaning(pattern: Pattern, meant: Sequence[Entry], noun: str) -> list[str]:
    """The items that a pattern means, each with its id, and a word where a name alone means several."""
    shown = [f"{clean(entry.name)} = id {clean(entry.item)}, #{entry.rank}" for entry in meant]
    if len(meant) > 1 and not any(sign in pattern.text for sign in "*?["):
        return [
            f'"{clean(pattern.text)}" is the name of {len(meant)} {noun}; to mean one: "id:{meant[0].item}"',
            *shown,
        ]
    return shown


def _close(pattern: Pattern, ranking: Ranking) -> str:
    """Names near to one that matches nothing: those that contain it, then those spelt alike."""
    names: dict[str, Entry] = {}
    for entry in ranking.entries:
        names.setdefault(entry.name.casefold(), entry)
    wanted = pattern.text.casefold()
    near = [name for name in names if wanted in name] or difflib.get_close_matches(wanted, names, CLOSE)
    shown = [f'"{clean(names[name].name)}" id {clean(names[name].item)}, #{names[name].rank}' for name in near[:CLOSE]]
    return f" Close: {'; '.join(shown)}" if shown else ""


def _channel(name: str, channel: Channel) -> list[Finding]:
    """Asks one channel's service; returns what is wrong with it."""
    match channel.probe():
        case Sent(words):
            field(name, f"{channel.describe()}: {words}")
            return []
        case Failed(reason, permanent, hint):
            field(name, f"{channel.describe()}: {reason}\n{hint}".rstrip())
            return [Finding(f"{name}: {reason}", passing=not permanent)]
        case Unknown(reason):
            field(name, f"{channel.describe()}: {reason}")
            return []
