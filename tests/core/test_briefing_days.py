"""Digests over several days of made-up boards, judged by the rules as in life: what is called "now" is now."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import event as note
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.briefing import compose
from bot.core.detect import evaluate
from bot.core.digest import Digest, News
from bot.core.event import Event, HeldBack
from bot.core.history import MemoryHistory
from bot.core.ranking import Board, Snapshot
from bot.core.rules import EnteredTop, LeftTop, NewLeader, Rule, Spike, Trending
from bot.core.states import Truths
from bot.core.view import View
from bot.core.watchlist import Pattern, Watchlist
from tests.builders import CLI_AGENTS, CODING, DAY, snapshot

ITEMS = ("Ada", "Bea", "Cid", "Dot", "Eve", "Fay")
RULES: tuple[Rule, ...] = (
    NewLeader(),
    EnteredTop(n=2, margin=1),
    LeftTop(n=2, margin=1),
    Spike(min_growth=0),
    Trending(n=2),
)
LENGTH = 6
"""Days that are judged; the last of them is the digest's."""
BASE = DAY - timedelta(days=LENGTH)
EARLIER = tuple(BASE - timedelta(days=back) for back in range(22))
"""Days before the first one that is judged, all alike: the baselines of spikes."""

ORDERS = st.lists(st.sampled_from(ITEMS), unique=True, min_size=1)
"""Who is listed, and in which order; the others are absent."""
WEEKS = st.lists(ORDERS, min_size=LENGTH, max_size=LENGTH)


def ranked(board: Board, day: date, order: Sequence[str], scale: int = 10) -> Snapshot:
    return snapshot(board, day, [(name.lower(), name, scale * (100 - place)) for place, name in enumerate(order)])


def stored(board: Board, week: Sequence[Sequence[str]]) -> list[Snapshot]:
    """The board's days: long alike, then as drawn, the tokens of every second day tripled."""
    days = [DAY - timedelta(days=LENGTH - 1 - place) for place in range(LENGTH)]
    later = [ranked(board, day, order, 10 + 20 * (day.day % 2)) for day, order in zip(days, week, strict=True)]
    return [*(ranked(board, day, ITEMS) for day in EARLIER), *later]


def judged(watchlist: Watchlist, history: MemoryHistory) -> tuple[Event, ...]:
    """Every event of the days up to the digest's that is to be told."""
    told: list[Event] = []
    for place in range(LENGTH):
        day = BASE + timedelta(days=place + 1)
        since = BASE + timedelta(days=1)
        told += evaluate(watchlist, day, history=history, since=since, told=told, names={}).events
    return tuple(event for event in told if event.held_back is not HeldBack.COOLDOWN)


def view(watchlist: Watchlist, history: MemoryHistory, *, twin: bool) -> View:
    board, events = watchlist.board, judged(watchlist, history)
    return View(
        watchlist=watchlist,
        new=False,
        current=history.at(board, DAY),
        previous=history.at(board, BASE),
        compared=history.at(board, DAY - board.step),
        events=events,
        names={},
        twin=history.at(board.twin, DAY) if twin else None,
        truths=Truths(history, DAY).of(watchlist, events, told=BASE, since=BASE + timedelta(days=1)),
    )


def claims(news: News, digest: Digest) -> list[tuple[str, str, int]]:
    """(name, which list, rank) of all that a line says of how things are now."""
    title = next(section.title for section in digest.sections if news in section.news)
    listed = f"{title} trending" if news.kind == "trending" else title
    claimed = [(news.name, listed, int(rank)) for rank in re.findall(r"[Nn]ow #(\d+)(?!\d|.*had led)", news.detail)]
    claimed += [(name, title, int(rank)) for name, rank in re.findall(r"(\w+), now #(\d+), had led", news.detail)]
    beside = " ".join([news.detail.partition(" Also ")[2], *(proof.head for proof in news.also)])
    claimed += [
        (news.name, f"{within or title} trending", int(rank))
        for rank, within in re.findall(r"#(\d+) of those trending(?: in (\w+))?", beside)
    ]
    claimed += [(news.name, within, int(rank)) for rank, within in re.findall(r"#(\d+) in (\w+)", beside)]
    return claimed


@settings(max_examples=150, deadline=None)
@given(WEEKS, WEEKS, WEEKS, st.sets(st.sampled_from(RULES), min_size=1), st.booleans())
def test_every_rank_that_is_called_now_is_that_of_the_digests_day(
    agents: list[list[str]], coding: list[list[str]], trending: list[list[str]], rules: set[Rule], twin: bool
) -> None:
    watchlists = [
        Watchlist("a", "Agents", CLI_AGENTS, tuple(rules), follow=(Pattern("*"),)),
        Watchlist("c", "Coding", CODING, tuple(rules)),
    ]
    history = MemoryHistory(
        [
            *stored(CLI_AGENTS, agents),
            *stored(CODING, coding),
            *stored(CLI_AGENTS.twin, trending),
            *stored(CODING.twin, trending),
        ]
    )
    views = [view(watchlist, history, twin=twin) for watchlist in watchlists]
    days = tuple(BASE + timedelta(days=place + 1) for place in range(LENGTH))
    digest = compose("team", day=DAY, days=days, views=views, late="", checked=DAY)
    shown = {one.title: one.current for one in views}
    shown |= {f"{one.title} trending": history.at(one.watchlist.board.twin, DAY) for one in views}
    for news in (line for section in digest.sections for line in section.news):
        for name, board, rank in claims(news, digest):
            note(f"{news.kind} {board}")
            standing = shown[board]
            assert standing is not None
            assert standing.rank(name.lower()) == rank, news.text
