"""Whole cycles with digests of several days: told is where the state of a rule is another than when last told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, time, timedelta

import pytest

from bot.app.preview import preview_day
from bot.app.records import Begun
from bot.core.digest import Digest
from bot.core.due import Cadence, WhenQuiet
from bot.core.ranking import Board
from bot.core.rules import EnteredTop, LeftTop, NewLeader, Rule
from bot.core.watchlist import Watchlist
from tests.app.doubles import SETTLE, Figures, PlainRenderer
from tests.app.world import AT_ONCE, World
from tests.builders import CLI_AGENTS
from tests.fakes import FakeStore

WEEKLY = Cadence(UTC, frozenset({0}))
WEEKDAYS = Cadence(UTC, frozenset(range(5)), time(9), WhenQuiet.NOTHING)
TOP = EnteredTop(n=3, margin=1)
OUT = LeftTop(n=3, margin=1)
"""Thresholds by which item02 is in, and item05 out."""
FIRST = date(2026, 11, 10)
"""The Tuesday with which the watchlists begin."""
THURSDAY, WEDNESDAY, FRIDAY, SATURDAY, SUNDAY = (date(2026, 11, day) for day in (12, 18, 20, 21, 22))
"""One of the first week, and four days of the second; each week's digest is about the days up to its Sunday."""

Change = Callable[[list[str], date], object]


def board(change: Change) -> Figures:
    """Twenty steady items, as ``change`` leaves them on each day."""

    def figures(_board: Board, day: date) -> Sequence[tuple[str, int]]:
        items = [f"item{place:02}" for place in range(20)]
        change(items, day)
        return [(item, 1000 - place) for place, item in enumerate(items)]

    return figures


def world(change: Change, *rules: Rule, cadence: Cadence = WEEKLY) -> World:
    watchlist = Watchlist("cli-agents", "CLI agents", CLI_AGENTS, rules, channels=("team",))
    return World(board(change), cadence=cadence, watchlists=(watchlist,))


def told(lived: World, until: date) -> list[Digest]:
    """The digests of every day up to that one, each run on the morning after."""
    composed = []
    day = lived.clock().date()
    while day <= until + timedelta(days=1):
        composed += lived.on(day, 10).cycle().run().composed
        day += timedelta(days=1)
    return [one.digest for one in composed]


def news(digest: Digest) -> list[str]:
    return [line.head for section in digest.sections for line in section.news]


def passed(digest: Digest) -> str:
    return digest.sections[0].passed


def test_who_is_absent_on_the_day_of_the_digest_alone_is_in() -> None:
    """The board ends at the feed's floor, where only the third day of absence asks for out."""

    def comet(items: list[str], day: date) -> None:
        if day >= WEDNESDAY and day != SUNDAY:
            items.insert(2, "comet")

    _, second, third = told(world(comet, TOP), SUNDAY + timedelta(days=7))
    assert news(second) == ["Comet enters the top 3 (Wed 18 Nov)"]
    assert second.sections[0].news[0].detail.endswith("First time in 15 stored days. Now not listed.")
    assert second.headline == "Comet enters the top 3 in CLI agents"
    assert (news(third), passed(third)) == ([], "")


def test_who_leads_on_the_day_of_the_digest_alone_has_not_taken_the_lead() -> None:
    def change(items: list[str], day: date) -> None:
        if day >= WEDNESDAY:
            items.insert(0, items.pop(1))
        if day == SUNDAY:
            items.insert(0, items.pop(2))

    _, second, third = told(world(change, NewLeader(confirm_days=2)), SUNDAY + timedelta(days=7))
    assert news(second) == ["Item01 takes #1 (Thu 19 Nov)"]
    assert second.sections[0].news[0].detail.endswith("Item00, now #3, had led for at least 15 days. Now #2.")
    assert (news(third), passed(third)) == ([], "")


@pytest.mark.parametrize(
    ("rules", "word"), [((TOP,), "in the top 3 again (Fri 20 Nov)"), ((TOP, OUT), "out of the top 3 (Wed 18 Nov)")]
)
def test_who_was_in_on_the_last_day_told_has_not_entered(rules: tuple[Rule, ...], word: str) -> None:
    """Whether a rule tells of exits or not."""

    def change(items: list[str], day: date) -> None:
        if WEDNESDAY <= day < FRIDAY:
            items.insert(11, items.pop(2))

    _, second, third = told(world(change, *rules), SUNDAY + timedelta(days=7))
    assert (news(second), passed(second)) == ([], f"Came and went: Item02 {word}.")
    assert (news(third), passed(third)) == ([], "")


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ((OUT,), "Item02 out of the top 3 (Wed 18 Nov) and Item05 out of the top 3 again (Fri 20 Nov)"),
        ((TOP, OUT), "Item05 in the top 3 (Wed 18 Nov) and Item02 out of the top 3 (Wed 18 Nov)"),
    ],
)
def test_who_was_out_on_the_last_day_told_has_not_left(rules: tuple[Rule, ...], words: str) -> None:
    """Item02 and Item05 change places for two days."""

    def change(items: list[str], day: date) -> None:
        if WEDNESDAY <= day < FRIDAY:
            items[2], items[5] = items[5], items[2]

    _, second, third = told(world(change, *rules), SUNDAY + timedelta(days=7))
    assert (news(second), passed(second)) == ([], f"Came and went: {words}.")
    assert (news(third), passed(third)) == ([], "")


def test_in_the_first_digest_all_is_told_since_before_its_first_event() -> None:
    """Nobody was told anything: neither on the day before, with which ranks compare, nor on any other."""

    def change(items: list[str], day: date) -> None:
        if day >= THURSDAY:
            items.insert(0, items.pop(5))

    lived = world(change, TOP, NewLeader())
    (first,) = told(lived, date(2026, 11, 15))
    assert news(first) == ["Item05 takes #1 (Thu 12 Nov)"]
    assert [line.head for line in first.sections[0].news[0].also] == ["Item05 also new in the top 3"]


def test_what_was_told_at_once_was_told() -> None:
    """An entry of Friday was asked for on Saturday; on Monday its end is news, though ranks compare with Thursday."""

    def change(items: list[str], day: date) -> None:
        if FRIDAY <= day < SUNDAY:
            items.insert(0, items.pop(5))

    lived = world(change, TOP, OUT, cadence=WEEKDAYS)
    told(lived, THURSDAY + timedelta(days=7))
    (asked,) = lived.on(SATURDAY, 10).cycle().run(at_once=True).composed
    (monday,) = told(lived, SUNDAY)
    assert "Item05 enters the top 3" in news(asked.digest)
    assert "Item05 leaves the top 3" in news(monday)


def test_the_rule_decides_that_found_the_event() -> None:
    """On Friday a margin is taken away, without which Item05, by then #4, would be out."""

    def change(items: list[str], day: date) -> None:
        if day >= WEDNESDAY:
            items.insert(2 if day < SATURDAY else 3, items.pop(5))

    lived = world(change, TOP)
    told(lived, FRIDAY)
    narrow = (replace(lived.watchlists[0], rules=(replace(TOP, margin=0),)),)
    lived.watchlists, lived.subscription = narrow, replace(lived.subscription, watchlists=narrow)
    (second,) = told(lived, SUNDAY)
    assert news(second) == ["Item05 enters the top 3 (Wed 18 Nov)"]


def test_a_preview_of_a_week_nets_like_its_briefing() -> None:
    def change(items: list[str], day: date) -> None:
        if WEDNESDAY <= day < FRIDAY:
            items.insert(11, items.pop(2))

    lived = world(change, TOP)
    told(lived, SUNDAY)
    shown = preview_day(
        lived.store, lived.subscription, SUNDAY, renderer=PlainRenderer(), now=lived.clock(), settle=SETTLE
    )
    assert shown
    assert passed(shown.digest) == "Came and went: Item02 in the top 3 again (Fri 20 Nov)."


class Asked(FakeStore):
    """A store that counts how often it is asked when watchlists began."""

    begins = 0

    def begun(self, watchlists: Collection[str], before: date, *, until: date) -> Mapping[str, Begun]:
        self.begins += 1
        return super().begun(watchlists, before, until=until)


@pytest.mark.parametrize(("cadence", "asked"), [(AT_ONCE, 1), (WEEKLY, 2)])
def test_a_digest_of_one_day_walks_no_state(cadence: Cadence, asked: int) -> None:
    """Its event is about that day and the one before. A cycle asks once when watchlists began, for its plan."""

    def change(items: list[str], day: date) -> None:
        if day >= SUNDAY:
            items.insert(0, items.pop(5))

    lived = world(change, TOP, cadence=cadence)
    lived.store = store = Asked()
    told(lived, SATURDAY)
    store.begins = 0
    (digest,) = told(lived.on(SUNDAY + timedelta(days=1)), SUNDAY)
    assert digest.days == (SUNDAY,)
    assert news(digest)
    assert store.begins == asked
