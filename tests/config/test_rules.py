"""``[watchlist.ID.rules]``: what a watchlist tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import ClassVar

import pytest

from bot.core.event import Kind
from bot.core.ranking import Board, Dataset
from bot.core.rules import RULES, Change, Day, EnteredTop, LeftTop, Need, NewLeader, Rule, Spike, Trending
from tests.config.reading import errors, read


def rules(text: str, keys: str = "") -> tuple[Rule, ...]:
    """The rules of a watchlist with these lines under its rules (and these among its own keys)."""
    (watchlist,) = read(f"[watchlist.a]\n{keys}\n[watchlist.a.rules]\n{text}\n").watchlists
    return watchlist.rules


SUBCATEGORY = 'subcategory = "cli-agent"'
MODELS = 'dataset = "models"'


@pytest.mark.parametrize(
    ("text", "keys", "expected"),
    [
        ("", "", [NewLeader(), EnteredTop(n=50), Spike()]),
        ("", SUBCATEGORY, [NewLeader(), EnteredTop(n=10), Spike()]),
        ("", 'category = "coding"', [NewLeader(), EnteredTop(n=50), Spike()]),
        ("", MODELS, [NewLeader(), EnteredTop(n=50), Spike()]),
        ("entered_top = { margin = 2 }", SUBCATEGORY, [NewLeader(), EnteredTop(n=10, margin=2), Spike()]),
        ("entered_top = { n = 20 }", SUBCATEGORY, [NewLeader(), EnteredTop(n=20), Spike()]),
        ("entered_top = { n = [25, 10] }", "", [NewLeader(), EnteredTop(n=25), EnteredTop(n=10), Spike()]),
        ("new_leader = false\nspike = false", "", [EnteredTop(n=50)]),
        ("new_leader = { confirm_days = 3 }", "", [NewLeader(confirm_days=3), EnteredTop(n=50), Spike()]),
        ("default = false", "", []),
        ("default = false\nspike = true", "", [Spike()]),
        ("default = true\ntrending = true", "", [NewLeader(), EnteredTop(n=50), Spike(), Trending()]),
        ("default = false\ntrending = { n = 5 }", "", [Trending(n=5)]),
        ("trending = false", MODELS, [NewLeader(), EnteredTop(n=50), Spike()]),
    ],
)
def test_what_is_named_is_set_and_the_rest_keeps_its_default(text: str, keys: str, expected: list[Rule]) -> None:
    assert list(rules(text, keys)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("left_top = true", [LeftTop(n=10)]),
        ("left_top = { n = 30 }", [LeftTop(n=30)]),
        (
            "entered_top = { n = [20, 40], margin = 1 }\nleft_top = true",
            [LeftTop(n=20, margin=1), LeftTop(n=40, margin=1)],
        ),
        ("entered_top = { n = [20, 40], margin = 1 }\nleft_top = { n = 5 }", [LeftTop(n=5, margin=1)]),
        ("entered_top = false\nleft_top = { absent_days = 1 }", [LeftTop(n=10, absent_days=1)]),
    ],
)
def test_exits_take_the_parameters_of_entries(text: str, expected: list[Rule]) -> None:
    assert [rule for rule in rules(text, SUBCATEGORY) if isinstance(rule, LeftTop)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ratio = 2.1", Spike(ratio=Fraction(21, 10))),
        ("ratio = 3", Spike(ratio=Fraction(3))),
        ('min_growth = "5B"', Spike(min_growth=5 * 10**9)),
        ('min_growth = "1.5T"', Spike(min_growth=15 * 10**11)),
        ('min_growth = "250 m"', Spike(min_growth=250 * 10**6)),
        ('min_growth = "0.001K"', Spike(min_growth=1)),
        ('min_growth = "7"', Spike(min_growth=7)),
        ("min_growth = 0", Spike(min_growth=0)),
        ("min_growth = 5_000", Spike(min_growth=5000)),
        ("within = 200", Spike(within=200)),
    ],
)
def test_numbers_are_exact(text: str, expected: Spike) -> None:
    assert rules(f"default = false\nspike = {{ {text} }}") == (expected,)


def test_rules_may_stand_in_the_watchlist_itself() -> None:
    (watchlist,) = read("[watchlist.a]\nrules.default = false\nrules.trending.n = 3\n").watchlists
    assert watchlist.rules == (Trending(n=3),)


# ── a rule that is not there yet ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Overtook:
    """A rule whose parameters are of every kind."""

    kind: ClassVar[Kind] = Kind.NEW_LEADER
    datasets: ClassVar[frozenset[Dataset]] = frozenset({Dataset.MODELS})
    formula: ClassVar[str] = ""

    bands: tuple[tuple[int, int], ...] = ((10, 3),)
    pairs: tuple[tuple[str, str], ...] = ()
    tokens: tuple[int, ...] = field(default=(), metadata={"unit": "tokens"})
    points: Fraction = field(default=Fraction(2), metadata={"minimum": 0})
    days: int = 7
    deep: int = field(default=100, metadata={"rank": True})

    @property
    def reach(self) -> int:
        return 1

    def needs(self, board: Board, day: date) -> Iterator[Need]:
        yield from ()

    def find(self, day: Day) -> Iterator[Change]:
        yield from ()


@pytest.fixture
def overtook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, "overtook", Overtook)


@pytest.mark.usefixtures("overtook")
def test_a_new_rule_needs_no_line_here() -> None:
    text = (
        'overtook = { bands = [[5, 1], [9, 2]], pairs = [["a", "b"]], tokens = ["1T", 5], points = 0.5, days = 3 }\n'
        "default = false"
    )
    assert rules(text, MODELS) == (
        Overtook(
            bands=((5, 1), (9, 2)),
            pairs=(("a", "b"),),
            tokens=(10**12, 5),
            points=Fraction(1, 2),
            days=3,
            deep=50,
        ),
    )


@pytest.mark.usefixtures("overtook")
@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("bands = 3", "`bands` wants a list", 22),
        ("bands = [[1, 2], [3]]", "`bands` wants lists of 2", 31),
        ('bands = [[1, "2"]]', "`bands` wants a whole number", 27),
        ('pairs = [["a", ""]]', "`pairs` wants text, in quotes", 29),
        ("days = 0", "`days` is at least 1", 21),
        ("deep = 51", "`deep` goes from 1 to 50 for models", 21),
    ],
)
def test_its_parameters_are_checked(text: str, message: str, column: int) -> None:
    (problem,) = errors(f"[watchlist.a]\n{MODELS}\n[watchlist.a.rules]\novertook = {{ {text} }}\n")
    assert (problem.line, problem.column, problem.message) == (4, column, message)


@pytest.mark.usefixtures("overtook")
def test_a_rule_for_models_is_refused_for_apps() -> None:
    (problem,) = errors("[watchlist.a.rules]\novertook = true\n")
    assert problem.message == "`overtook` exists for models only"
