"""The promises of detection, held against awkward lives: all rules, gaps, lists of n, boards that end at the floor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core.detect import Evaluation, evaluate
from bot.core.event import Event, HeldBack, Kind
from bot.core.history import MemoryHistory
from bot.core.ranking import MODEL_DAY, Board, By, Dataset, Snapshot, sum_days
from bot.core.rules import (
    RULES,
    Climbed,
    Dropped,
    EnteredTop,
    LeftTop,
    Milestone,
    Moved,
    NewLeader,
    NotEvaluated,
    Overtook,
    Renamed,
    Rule,
    Share,
    Spike,
    Trending,
)
from bot.core.rules.spike import baseline_dates
from bot.core.watchlist import Pattern, Watchlist
from tests.builders import CLI_AGENTS, DAY, MODELS, snapshot
from tests.core.rules.days import ago, column

ITEMS = "abcdef"
DEPTH = len(ITEMS)
SPIKE = Spike(Fraction(3, 2), 1, DEPTH)
TWO_DAYS: tuple[Rule, ...] = (
    NewLeader(),
    EnteredTop(2, 1, absent_days=1),
    LeftTop(2, 1, absent_days=1),
    EnteredTop(4, 0, absent_days=1),
    LeftTop(4, 0, absent_days=1),
    Trending(2),
    Moved(),
    Overtook((("id:c", "*"),)),
    Milestone((200, 900)),
)
"""The rules that look at nothing but this day and the one before."""
EVERY: tuple[Rule, ...] = (
    *TWO_DAYS,
    Climbed(1, ((DEPTH, 1),)),
    Dropped(1, ((DEPTH, 1),)),
    SPIKE,
    Share(Fraction(5), 1),
    Renamed(1),
)
"""Each rule, as lively as it can be made."""
LOOKED_AT = (0, 1, 2, 7, 8, 14, 15, 21, 22)
"""How many days ago the windows end that any of them looks at."""
APPS_AND_MODELS = pytest.mark.parametrize("board", [CLI_AGENTS, MODELS], ids=["apps", "models"])

Line = tuple[str, str, int]
lines = st.tuples(st.sampled_from(ITEMS), st.sampled_from(["One", "Two"]), st.sampled_from([0, 100, 200, 400, 900]))
boards = st.lists(lines, max_size=DEPTH, unique_by=lambda line: line[0]).map(
    lambda rows: sorted(rows, key=lambda line: -line[2])
)
"""Boards of some of the items: equal tokens in any order, names that repeat, full ones and empty ones."""
places = st.permutations(ITEMS).flatmap(lambda items: st.integers(1, DEPTH).map(lambda length: items[:length]))
lives = st.tuples(places, st.lists(st.none() | places, min_size=1, max_size=14))
"""The board of the eve, and those of the days after it; None is a gap."""


def test_every_rule_takes_part() -> None:
    assert {rule.kind.value for rule in EVERY} == set(RULES)


def ranked(board: Board, day: date, rows: Sequence[Line]) -> Snapshot:
    """A stored board; it is exhaustive unless it lists all the items."""
    return snapshot(board, day, rows, depth=DEPTH)


def judge(
    rules: Iterable[Rule], stored: Iterable[Snapshot], *, day: date = DAY, told: Sequence[Event] = (), since: date = DAY
) -> Evaluation:
    """The verdict on a day; A and B are followed."""
    kept = list(stored)
    board = next(one.board for one in kept if one.board != CLI_AGENTS.twin)
    taking_part = tuple(rule for rule in rules if board.dataset in rule.datasets)
    watchlist = Watchlist("w", "W", board, taking_part, follow=(Pattern("id:a"), Pattern("id:b")))
    return evaluate(watchlist, day, history=MemoryHistory(kept), since=since, told=told, names={})


@APPS_AND_MODELS
@given(data=st.data())
def test_detection_is_deterministic_and_knows_no_order(board: Board, data: st.DataObject) -> None:
    """Neither of what is stored, nor of the rules, nor of what was told."""
    kinds = [board] if board is MODELS else [board, board.twin]
    rows = {(one, back): data.draw(boards if back < 3 else st.none() | boards) for one in kinds for back in LOOKED_AT}
    stored = [ranked(one, ago(back), made) for (one, back), made in rows.items() if made is not None]
    told = [event for back in (2, 1) for event in judge(EVERY, stored, day=ago(back), since=ago(2)).events]
    straight = judge(EVERY, stored, told=told, since=ago(2))
    again = judge(EVERY, stored, told=told, since=ago(2))
    turned = judge(
        data.draw(st.permutations(EVERY)),
        data.draw(st.permutations(stored)),
        told=data.draw(st.permutations(told)),
        since=ago(2),
    )
    assert straight == again
    assert turned.events == straight.events
    assert set(turned.not_evaluated) == set(straight.not_evaluated)


@APPS_AND_MODELS
@given(rows=boards, listed=boards)
def test_where_every_board_is_the_same_nothing_fires(board: Board, rows: list[Line], listed: list[Line]) -> None:
    stored = [ranked(board, ago(back), rows) for back in LOOKED_AT]
    stored += [ranked(board.twin, ago(back), listed) for back in LOOKED_AT]
    assert judge(EVERY, stored if board is CLI_AGENTS else stored[: len(LOOKED_AT)], since=ago(2)).events == ()


@given(st.lists(st.none() | boards, max_size=6), boards, boards, st.booleans())
def test_of_two_equal_days_nothing_that_compares_two_days_fires(
    earlier: list[list[Line] | None], rows: list[Line], listed: list[Line], gap: bool
) -> None:
    """Whatever was before them, and with or without days between them."""
    stored = [ranked(CLI_AGENTS, ago(4 + back), made) for back, made in enumerate(earlier) if made is not None]
    for back in (0, 3 if gap else 1):
        stored += [ranked(CLI_AGENTS, ago(back), rows), ranked(CLI_AGENTS.twin, ago(back), listed)]
    assert judge(TWO_DAYS, stored, since=ago(9)).events == ()


# ── what readers believe ─────────────────────────────────────────────────────────────────────────────────────


def lived(
    rules: Sequence[Rule], eve: Sequence[str], days: Sequence[Sequence[str] | None], *, cooldown_days: int = 7
) -> Iterator[tuple[Snapshot, list[Event]]]:
    """Each day's board with its events, held back ones too, as a watchlist by those rules lives through them."""
    stored = [
        column(ago(len(days) - place), items, depth=DEPTH)
        for place, items in enumerate([eve, *days])
        if items is not None
    ]
    watchlist = Watchlist("w", "W", CLI_AGENTS, tuple(rules), cooldown_days=cooldown_days)
    since, history = stored[0].end_date + timedelta(days=1), MemoryHistory(stored)
    past: list[Event] = []
    for now in stored[1:]:
        told = [event for event in past if event.held_back is None]
        found = evaluate(watchlist, now.end_date, history=history, since=since, told=told, names={}).events
        past += found
        yield now, list(found)


@given(lives, st.integers(1, 3))
def test_readers_know_who_leads_across_gaps_too(life: tuple[list[str], list[list[str] | None]], confirm: int) -> None:
    believed = confirmed = life[0][0]
    running: list[str] = []
    for now, events in lived([NewLeader(confirm)], *life):
        believed = next((event.item for event in events), believed)
        running = [*running, now.entries[0].item][-confirm:]
        confirmed = running[0] if running == running[:1] * confirm else confirmed
        assert believed == confirmed
        assert all(event.held_back is None for event in events)


def wanted(item: str, now: Snapshot, rule: EnteredTop, unseen: int) -> str:
    """What a day asks of an item's state, "" for nothing; ``unseen`` is for how many days running it is absent."""
    rank = now.rank(item)
    if rank is None:
        return "out" if not now.exhaustive or unseen >= rule.absent_days else ""
    return "in" if rank <= rule.n else "out" if rank > min(rule.reach, DEPTH) else ""


class Reader:
    """Who is in a top by the definition, and who is by what a reader was told."""

    def __init__(self, rule: EnteredTop, eve: Sequence[str]) -> None:
        self.rule = rule
        self.inside = set(eve[: rule.reach])
        self.believed = set(self.inside)
        self._asked: dict[str, list[str]] = {item: [] for item in ITEMS}
        self._unseen = {item: int(item not in eve) for item in ITEMS}

    def live(self, now: Snapshot) -> None:
        """A day passes."""
        for item in ITEMS:
            self._unseen[item] = 0 if now.rank(item) else self._unseen[item] + 1
            ask = wanted(item, now, self.rule, self._unseen[item])
            self._asked[item] = [*self._asked[item], ask][-self.rule.confirm_days :]
            if ask and self._asked[item] == [ask] * self.rule.confirm_days:
                (self.inside.add if ask == "in" else self.inside.discard)(item)

    def hear(self, event: Event) -> None:
        """News comes in. Whoever enters a smaller top is in this one, too."""
        if event.held_back is None and event.kind is Kind.ENTERED_TOP and event.rule["n"] <= self.rule.n:
            self.believed.add(event.item)
        if event.held_back is None and event.kind is Kind.LEFT_TOP and event.rule["n"] == self.rule.n:
            self.believed.discard(event.item)


ns = st.lists(st.integers(1, 4), min_size=1, max_size=3, unique=True)


@given(life=lives, n=ns, margin=st.integers(0, 2), days=st.tuples(*[st.integers(1, 3)] * 2), cooldown=st.integers(0, 7))
@example(life=(["b"], [["a"], ["b"], ["a"]]), n=[1, 2], margin=0, days=(1, 1), cooldown=3)  # back for the smallest n
def test_readers_know_who_is_in_each_of_several_tops(
    life: tuple[list[str], list[list[str] | None]], n: list[int], margin: int, days: tuple[int, int], cooldown: int
) -> None:
    """With a list of n, gaps, and whoever enters several at once told for the smallest only."""
    entered = [EnteredTop(one, margin, *days) for one in n]
    left = [LeftTop(one, margin, *days) for one in n]
    readers = [Reader(rule, life[0]) for rule in entered]
    for now, events in lived([*entered, *left], *life, cooldown_days=cooldown):
        for reader in readers:
            reader.live(now)
            for event in events:
                reader.hear(event)
            assert reader.believed == reader.inside


@given(lives, st.integers(1, 4), st.integers(0, 2), st.integers(1, 3), st.integers(0, 7))
def test_entries_and_exits_alternate_beginning_with_the_one_that_can_be(
    life: tuple[list[str], list[list[str] | None]], n: int, margin: int, confirm: int, cooldown: int
) -> None:
    rules = (EnteredTop(n, margin, confirm), LeftTop(n, margin, confirm))
    last = {item: Kind.ENTERED_TOP if item in life[0][: n + margin] else Kind.LEFT_TOP for item in ITEMS}
    for _, events in lived(rules, *life, cooldown_days=cooldown):
        for event in events:
            assert event.kind is not last[event.item]
            last[event.item] = event.kind


swings = st.lists(st.none() | st.integers(-2, 2), min_size=30, max_size=30)


def board_with(item: str, rank: int) -> list[str]:
    """All the items in their order, but that one at that rank."""
    others = [other for other in ITEMS if other != item]
    return [*others[: rank - 1], item, *others[rank - 1 :]]


@given(st.integers(1, 3), st.integers(0, 2), swings)
def test_who_swings_around_n_within_the_margin_is_told_once(n: int, margin: int, swung: list[int | None]) -> None:
    """From the best place to the margin's edge and back for thirty days, some of them without a snapshot."""
    days = [None if one is None else board_with("f", max(1, min(n + one, n + margin))) for one in swung]
    told = lived((EnteredTop(n, margin), LeftTop(n, margin)), board_with("f", DEPTH), [board_with("f", n), *days])
    assert [event.kind for _, events in told for event in events if event.item == "f"] == [Kind.ENTERED_TOP]


@given(st.integers(1, 2), st.integers(0, 2), swings)
def test_who_fell_out_and_swings_above_n_is_told_once(n: int, margin: int, swung: list[int | None]) -> None:
    """From beyond the margin up to n + 1 and down again for thirty days: out is told once, and nothing else."""
    days = [None if one is None else board_with("a", max(n + 1, n + margin + one)) for one in swung]
    told = lived((EnteredTop(n, margin), LeftTop(n, margin)), board_with("a", 1), [board_with("a", DEPTH), *days])
    assert [event.kind for _, events in told for event in events if event.item == "a"] == [Kind.LEFT_TOP]


# ── what is held back, and what is never claimed ─────────────────────────────────────────────────────────────


@APPS_AND_MODELS
@given(days=st.lists(st.tuples(boards, boards), min_size=26, max_size=26), cooldown=st.integers(1, 9))
@settings(max_examples=40, deadline=None)
def test_a_cooldown_hides_no_first_of_any_kind(
    board: Board, days: list[tuple[list[Line], list[Line]]], cooldown: int
) -> None:
    """What is held back was told before, of the same item and threshold, within the cooldown."""
    stored = [ranked(board, ago(back), rows) for back, (rows, _) in enumerate(days)]
    if board is CLI_AGENTS:
        stored += [ranked(board.twin, ago(back), rows) for back, (_, rows) in enumerate(days)]
    rules = tuple(rule for rule in EVERY if board.dataset in rule.datasets)
    watchlist, history = Watchlist("w", "W", board, rules, cooldown_days=cooldown), MemoryHistory(stored)
    told: list[Event] = []
    for back in (3, 2, 1, 0):
        events = evaluate(watchlist, ago(back), history=history, since=ago(3), told=told, names={}).events
        for event in events:
            earlier = [one for one in told if one.date > event.date - timedelta(days=cooldown)]
            same = [
                one
                for one in earlier
                if (one.kind, one.item, one.threshold) == (event.kind, event.item, event.threshold)
            ]
            assert event.held_back is None or (event.held_back is HeldBack.COOLDOWN and same)
        told += [event for event in events if event.held_back is None]


@given(st.sets(st.sampled_from(LOOKED_AT[1:])), st.sets(st.sampled_from(LOOKED_AT[1:])), st.data())
def test_a_spike_is_never_claimed_with_a_missing_baseline(gone: set[int], cut: set[int], data: st.DataObject) -> None:
    """Or with one that the feed's first day cut short. What can't be judged is said once."""
    rows = {back: [("a", "A", 900)] if back < 2 else data.draw(boards) for back in LOOKED_AT if back not in gone}
    stored = [ranked(CLI_AGENTS, ago(back), made) for back, made in rows.items()]
    stored = [shortened(one) if one.end_date in {ago(back) for back in cut} else one for one in stored]
    verdict = judge([SPIKE], stored, since=ago(2))
    usable = {one.end_date for one in stored if not one.clamped}
    if set(baseline_dates(CLI_AGENTS, DAY)) <= usable:
        assert verdict.not_evaluated == ()
    else:
        assert verdict.events == ()
        assert [finding.kind for finding in verdict.not_evaluated] == [Kind.SPIKE]


def shortened(one: Snapshot) -> Snapshot:
    """The same window, begun a day late."""
    rows = [(entry.item, entry.name, entry.tokens) for entry in one.entries]
    return snapshot(one.board, one.end_date, rows, depth=DEPTH, start_date=one.start_date + timedelta(days=1))


@pytest.mark.parametrize("by", list(By))
@given(missing=st.sets(st.integers(7, 27), max_size=2), absent=st.sets(st.integers(7, 27)))
def test_nor_with_a_missing_day_of_one(by: By, missing: set[int], absent: set[int]) -> None:
    """A window of models is there when all its days are; a lab that a window does not list does not spike."""
    board = Board(Dataset.MODELS, 7, by=by)
    item = "a/x" if by is By.ITEM else "a"
    days = {
        back: snapshot(
            MODEL_DAY,
            ago(back),
            [
                (slug, slug, tokens)
                for slug, tokens in (("a/x", 900 if back < 7 else 9), ("b/y", 5))
                if slug != "a/x" or back not in absent
            ],
        )
        for back in range(28)
        if back not in missing
    }
    windows = [
        sum_days(board, [days[back + 6 - day] for day in range(7)])
        for back in (0, 7, 14, 21)
        if all(back + day in days for day in range(7))
    ]
    verdict = judge([SPIKE], windows)
    listed = [any(back + day not in absent for day in range(7)) for back in (7, 14, 21)]
    if missing:
        assert (verdict.events, len(verdict.not_evaluated)) == ((), 1)
        assert isinstance(verdict.not_evaluated[0], NotEvaluated)
    else:
        assert verdict.not_evaluated == ()
        assert (item in {event.item for event in verdict.events}) is (all(listed) if by is By.AUTHOR else any(listed))
