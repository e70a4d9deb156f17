"""Detection: one watchlist and one day in, events with their reasons out. No clock, no I/O.

One engine serves live runs, previews and backtests; every definition is in ``bot.core.rules``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType

from bot.core.event import ALSO_ENTERED, Event, EventStatus, HeldBack, Kind
from bot.core.history import History
from bot.core.ranking import FIRST_DAY, MODEL_DAY, Board, Dataset, Snapshot
from bot.core.rules import Change, Day, EnteredTop, Need, NotEvaluated, Rule
from bot.core.sights import PERSONAL, Sight, Sights
from bot.core.watchlist import Names, Watchlist

ENGINE = 2
"""The version of the rules' meaning. Raised when a verdict on the same data, an event's key or its name changes, so
that days that were judged before are left as they are: what we judge otherwise now, OpenRouter has not revised."""
COOLED = frozenset(
    {
        Kind.SPIKE,
        Kind.TRENDING,
        Kind.CLIMBED,
        Kind.DROPPED,
        Kind.SHARE,
        Kind.MILESTONE,
        Kind.ENTERED_TOP,
        Kind.LEFT_TOP,
    }
)
"""The kinds that a cooldown holds back; whoever leads is always told."""
REVERSES = {
    Kind.ENTERED_TOP: Kind.LEFT_TOP,
    Kind.LEFT_TOP: Kind.ENTERED_TOP,
    Kind.CLIMBED: Kind.DROPPED,
    Kind.DROPPED: Kind.CLIMBED,
    Kind.SHARE: Kind.SHARE,
}
"""The kind that makes an earlier event of a kind untrue, and so ends its cooldown; of one kind, the other way does."""
OTHER_WAY = {"up": "down", "down": "up"}
"""The variant of an event that says the reverse; every other variant is the same both ways."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a watchlist's day came to: every event, those held back too, strongest kind first, then by rank."""

    watchlist: str
    date: date
    events: tuple[Event, ...]
    not_evaluated: tuple[NotEvaluated, ...]


def needs(watchlist: Watchlist, day: date) -> tuple[Need, ...]:
    """The windows that judging ``day`` takes, the day's own first; none that ends before the dataset begins."""
    board = watchlist.board
    wanted = [Need(board, day), Need(board, day - timedelta(days=1))]
    for rule in watchlist.rules:
        wanted.extend(rule.needs(board, day))
    wanted.append(Need(board, day - board.step, waits=False))
    unique: dict[tuple[Board, date], Need] = {}
    for need in wanted:
        if need.end_date >= FIRST_DAY:
            unique.setdefault((need.board, need.end_date), need)
    return tuple(unique.values())


def sources(need: Need) -> Iterator[tuple[Board, date]]:
    """The stored windows that a needed one is made from: itself, or a model window's days."""
    if need.board.dataset is not Dataset.MODELS:
        yield need.board, need.end_date
        return
    for back in range(need.board.window_days):
        if need.end_date - timedelta(days=back) >= FIRST_DAY:
            yield MODEL_DAY, need.end_date - timedelta(days=back)


def evaluate(
    watchlist: Watchlist,
    day: date,
    *,
    history: History,
    since: date,
    told: Sequence[Event],
    names: Names,
    called: Mapping[str, str] = MappingProxyType({}),
    sights: Sights | None = None,
) -> Evaluation:
    """Judges one day by every rule of the watchlist.

    ``history`` has the names that came, ``called`` what items are called instead. ``since`` is the watchlist's first
    day. ``told`` are its stored events, neither held back nor retracted, from at least ``cooldown_days`` before ``day``
    on. ``names`` are all names that items have borne. The day's own snapshot must be stored (LookupError otherwise).
    ``sights`` are what it shares with other watchlists, or with its other days, of the same history.
    """
    sight = _sight(sights or Sights(history), watchlist, day, since=since, called=called)
    events: list[Event] = []
    missing: list[NotEvaluated] = []
    for rule, finding in _findings(watchlist, sight, names):
        if isinstance(finding, NotEvaluated):
            missing.append(finding)
        else:
            event = _event(watchlist, sight, rule, finding)
            events.append(_hold_back(watchlist, event, told, names.get(finding.item, ())))
    events.sort(key=lambda event: event.order)
    return Evaluation(watchlist.id, day, tuple(events), tuple(missing))


def day_of(
    watchlist: Watchlist, day: date, *, stored: History, called: Mapping[str, str], since: date, names: Names
) -> Day:
    """One day as the watchlist's rules see it. Its own snapshot must be stored (LookupError otherwise)."""
    return _own(watchlist, _sight(Sights(stored), watchlist, day, since=since, called=called), names)


def _sight(sights: Sights, watchlist: Watchlist, day: date, *, since: date, called: Mapping[str, str]) -> Sight:
    return sights.of(watchlist.board, day, depth=watchlist.depth, since=since, called=called)


def _own(watchlist: Watchlist, sight: Sight, names: Names) -> Day:
    """The day with the watchlist's own items, and with the names of all."""
    boards = [board for board in (sight.day.previous, sight.day.current) if board]
    return replace(sight.day, followed=_followed(watchlist, boards, names), names=names)


def _followed(watchlist: Watchlist, boards: Iterable[Snapshot], names: Names) -> frozenset[str]:
    """The items on the boards that are the reader's own, or followed."""
    if not watchlist.mine and not watchlist.follow:
        return frozenset()
    listed = {entry.item: entry.name for board in boards for entry in board.entries}
    return frozenset(item for item, name in listed.items() if watchlist.is_followed(item, (name, *names.get(item, ()))))


def _findings(watchlist: Watchlist, sight: Sight, names: Names) -> Iterator[tuple[Rule, Change | NotEvaluated]]:
    """What the rules find; an item that enters several tops at once counts for the smallest, which names the others."""
    entered: dict[str, tuple[Rule, Change]] = {}
    own = _own(watchlist, sight, names) if any(rule.kind in PERSONAL for rule in watchlist.rules) else sight.day
    for rule in sorted(watchlist.rules, key=lambda rule: rule.n if isinstance(rule, EnteredTop) else 0):
        for finding in rule.find(own) if rule.kind in PERSONAL else sight.found(rule):
            if not isinstance(rule, EnteredTop) or isinstance(finding, NotEvaluated):
                yield rule, finding
            elif finding.item in entered:
                smallest, change = entered[finding.item]
                also = [*change.evidence.get(ALSO_ENTERED, ()), rule.n]
                entered[finding.item] = smallest, replace(change, evidence={**change.evidence, ALSO_ENTERED: also})
            else:
                entered[finding.item] = rule, finding
    yield from entered.values()


def _event(watchlist: Watchlist, sight: Sight, rule: Rule, change: Change) -> Event:
    fact = sight.fact(rule, change)
    kind = f"{rule.kind.value}:{change.variant}" if change.variant else rule.kind.value
    return replace(fact, key=f"{watchlist.id}/{fact.board}/{kind}/{fact.item}/{fact.date}", watchlist=watchlist.id)


def _hold_back(watchlist: Watchlist, event: Event, told: Sequence[Event], names: tuple[str, ...]) -> Event:
    """The event, marked with the reason if it is not to be told."""
    known = (event.name, *names)
    if watchlist.is_excluded(event.item, known):
        return replace(event, held_back=HeldBack.EXCLUDED)
    if event.kind in COOLED and not watchlist.is_followed(event.item, known) and cooled_by(watchlist, event, told):
        return replace(event, held_back=HeldBack.COOLDOWN)
    return event


def cooled_by(watchlist: Watchlist, event: Event, told: Sequence[Event]) -> Event | None:
    """The event that told the same within the cooldown, if nothing has reversed it since."""
    earliest = event.date - timedelta(days=watchlist.cooldown_days)
    counted = [
        other
        for other in told
        if other.watchlist == event.watchlist
        and other.item == event.item
        and earliest < other.date < event.date
        and other.held_back is None
        and other.status is not EventStatus.RETRACTED
    ]
    same = [other for other in counted if _claim(other) == _claim(event)]
    undone = [other.date for other in counted if _undoes(other, event)]
    last = max(same, key=lambda other: other.date, default=None)
    return last if last and not any(when > last.date for when in undone) else None


def _claim(event: Event) -> tuple[Kind, str]:
    """What an event says of its item: the same said again within the cooldown is no news."""
    return event.kind, event.threshold


def _undoes(other: Event, event: Event) -> bool:
    """Whether the other event says the reverse of what this one says.

    Whoever enters several tops at once is told for the smallest, so that an entry there undoes the exits from all
    larger ones.
    """
    if REVERSES.get(event.kind) is not other.kind:
        return False
    if event.kind is Kind.LEFT_TOP:
        return int(other.threshold) <= int(event.threshold)
    return other.threshold == OTHER_WAY.get(event.threshold, event.threshold)
