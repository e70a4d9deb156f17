"""What a digest is made from, gathered from the store: a few statements for all watchlists of a channel."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from bot.app.ports import Store
from bot.app.standpoint import Footing
from bot.core.charting import COURSE_DAYS
from bot.core.days import ONE_DAY
from bot.core.event import Event, EventStatus, Kind
from bot.core.first_place import BACK
from bot.core.history import History, last_stored
from bot.core.ranking import Board, Snapshot
from bot.core.states import Truths
from bot.core.view import Truth, View
from bot.core.watchlist import Watchlist


def views_of(
    store: Store,
    history: History,
    shown: Sequence[Watchlist],
    day: date,
    *,
    footings: Mapping[str, Footing],
    events: Sequence[Event],
    new: Collection[str],
) -> list[View]:
    """Each watchlist as the digest of ``day`` sees it: its boards, its ``events``, every name, and what was said.

    ``footings`` has from where it speaks of each; ``new`` are those that the channel never had.
    """
    own = _by_watchlist(shown, events)
    history.fetch(window for one in shown for window in _looked_at(one, day, footings[one.id].base, own[one.id]))
    boards = {one.id: _boards(history, one, day, footings[one.id].base) for one in shown}
    items = {one.id: set(_items(boards[one.id], own[one.id])) for one in shown}
    names = store.names({item for some in items.values() for item in some})
    last_news = store.last_news(own, day)
    truths = _truths(store, history, shown, day, events=own, footings=footings)
    views = []
    for one in shown:
        current, previous, compared = (board.cut(one.depth) if board else None for board in boards[one.id])
        view = View(
            watchlist=one,
            new=one.id in new,
            current=current,
            previous=previous,
            compared=compared,
            twin=history.at(one.board.twin, day) if _shows_twin(one) else None,
            events=own[one.id],
            names={item: names[item] for item in items[one.id] if item in names},
            not_evaluated=footings[one.id].notes,
            last_news=last_news.get(one.id),
            leaders=_leaders(store, one, own[one.id], day),
            recent=tuple(_recent(history, one, day)) if _draws(one, own[one.id]) else (),
            truths=truths.get(one.id, {}),
        )
        views.append(view)
    return views


def _by_watchlist(shown: Iterable[Watchlist], events: Iterable[Event]) -> Mapping[str, tuple[Event, ...]]:
    found: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        found[event.watchlist].append(event)
    return {one.id: tuple(found[one.id]) for one in shown}


def holds(event: Event) -> bool:
    """Whether no restatement has taken the event back."""
    return event.status is not EventStatus.RETRACTED


def _boards(history: History, watchlist: Watchlist, day: date, base: date) -> Sequence[Snapshot | None]:
    """The board on the day, at the base of ranks, and at that of tokens."""
    board = watchlist.board
    return [history.at(board, day), last_stored(history, board, base), history.at(board, day - board.step)]


def _items(boards: Iterable[Snapshot | None], events: Iterable[Event]) -> Iterator[str]:
    for board in boards:
        yield from board.by_item if board else ()
    yield from (event.item for event in events)


def _looked_at(watchlist: Watchlist, day: date, base: date, events: Sequence[Event]) -> Iterator[tuple[Board, date]]:
    """The windows that the view of a watchlist takes."""
    board = watchlist.board
    yield from ((board, end) for end in (day, base, day - board.step))
    if _shows_twin(watchlist):
        yield board.twin, day
    if _draws(watchlist, events):
        yield from ((board, day - back * ONE_DAY) for back in range(COURSE_DAYS))


def _shows_twin(watchlist: Watchlist) -> bool:
    return any(rule.kind is Kind.TRENDING for rule in watchlist.rules)


def _draws(watchlist: Watchlist, events: Iterable[Event]) -> bool:
    """Whether the digest may draw courses of the board: of the reader's own, of the followed, or of a new #1."""
    return bool(watchlist.mine or watchlist.follow) or any(event.kind is Kind.NEW_LEADER for event in events)


def _recent(history: History, watchlist: Watchlist, day: date) -> Sequence[Snapshot]:
    """The stored boards of the days that a digest may draw, oldest first."""
    ends = history.days(watchlist.board, day - (COURSE_DAYS - 1) * ONE_DAY, day)
    boards = (history.at(watchlist.board, end) for end in ends)
    return [board.cut(watchlist.depth) for board in boards if board]


def _leaders(store: Store, watchlist: Watchlist, events: Iterable[Event], day: date) -> tuple[Event, ...]:
    """The changes of #1 that hold which a change among the ``events`` may be told with; none where there is none."""
    changes = [event.date for event in events if event.kind is Kind.NEW_LEADER]
    if not changes:
        return ()
    start = min(changes) - BACK * ONE_DAY
    known = store.events(watchlist=watchlist.id, start=start, end=day, kind=Kind.NEW_LEADER)
    return tuple(event for event in known if holds(event))


def _truths(
    store: Store,
    history: History,
    shown: Iterable[Watchlist],
    day: date,
    *,
    events: Mapping[str, Sequence[Event]],
    footings: Mapping[str, Footing],
) -> Mapping[str, Mapping[str, Truth]]:
    """Of each watchlist's events by key, whether what they say was so on the last day told, and is so on the day.

    Where that is the day before, an event is about these very two days, and its own proof: nothing is asked.
    """
    told = {name: footings[name].told_before(some) for name, some in events.items() if some}
    asked = [one for one in shown if one.id in told and told[one.id] < day - ONE_DAY]
    if not asked:
        return {}
    begun, truths = store.begun([one.id for one in asked], day, until=day), Truths(history, day)
    return {
        one.id: truths.of(one, events[one.id], told=told[one.id], since=begun[one.id].first)
        for one in asked
        if one.id in begun
    }
