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
from bot.core.rules import (
    RULES,
    Change,
    Climbed,
    Day,
    Dropped,
    EnteredTop,
    LeftTop,
    Milestone,
    Moved,
    Need,
    NewLeader,
    Overtook,
    Renamed,
    Rule,
    Share,
    Spike,
    Trending,
)
from tests.config.reading import covered, errors, notes, read


def rules(text: str, keys: str = "") -> tuple[Rule, ...]:
    """The rules of a watchlist with these lines under its rules (and these among its own keys)."""
    (watchlist,) = read(f"[watchlist.a]\n{keys}\n[watchlist.a.rules]\n{text}\n").watchlists
    return watchlist.rules


SUBCATEGORY = 'subcategory = "cli-agent"'
MODELS = 'dataset = "models"'
LABS = f'{MODELS}\nby = "author"'
TOPS = (EnteredTop(n=10), EnteredTop(n=50))
SHORT_TOPS = (EnteredTop(n=10), EnteredTop(n=20))


@pytest.mark.parametrize(
    ("text", "keys", "expected"),
    [
        ("", "", [NewLeader(), *TOPS, Spike()]),
        ("", SUBCATEGORY, [NewLeader(), EnteredTop(n=10), Spike()]),
        ("", 'category = "coding"', [NewLeader(), *TOPS, Spike()]),
        ("", "window_days = 6", [NewLeader(), *SHORT_TOPS, Spike()]),
        ("", f"{SUBCATEGORY}\nwindow_days = 1", [NewLeader(), EnteredTop(n=10), Spike()]),
        ("", MODELS, [NewLeader(), *TOPS, Spike(), Share()]),
        ("", f"{MODELS}\nwindow_days = 1", [NewLeader(), *SHORT_TOPS, Spike(), Share()]),
        ("", LABS, [NewLeader(), EnteredTop(n=10, margin=1), EnteredTop(n=50, margin=1), Spike(), Share()]),
        ("entered_top = { n = 5 }", LABS, [NewLeader(), EnteredTop(n=5, margin=1), Spike(), Share()]),
        ("share = false", MODELS, [NewLeader(), *TOPS, Spike()]),
        ("entered_top = { margin = 2 }", SUBCATEGORY, [NewLeader(), EnteredTop(n=10, margin=2), Spike()]),
        ("entered_top = { margin = 2 }", "", [NewLeader(), EnteredTop(n=10, margin=2), EnteredTop(margin=2), Spike()]),
        ("entered_top = { n = 20 }", SUBCATEGORY, [NewLeader(), EnteredTop(n=20), Spike()]),
        ("entered_top = { n = [25, 10] }", "", [NewLeader(), EnteredTop(n=25), EnteredTop(n=10), Spike()]),
        ("new_leader = false\nspike = false", "", [*TOPS]),
        ("new_leader = { confirm_days = 3 }", "", [NewLeader(confirm_days=3), *TOPS, Spike()]),
        ("default = false", "", []),
        ("default = false\nspike = true", "", [Spike()]),
        ("default = true\ntrending = true", "", [NewLeader(), *TOPS, Spike(), Trending()]),
        ("default = false\ntrending = { n = 5 }", "", [Trending(n=5)]),
        ("trending = false", MODELS, [NewLeader(), *TOPS, Spike(), Share()]),
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


FOLLOWING = 'follow = ["Marlin"]'


@pytest.mark.parametrize(
    ("text", "keys", "expected"),
    [
        ("", 'mine = ["Kestrel"]', [NewLeader(), *TOPS, Spike(), Moved(), Overtook()]),
        ("", FOLLOWING, [NewLeader(), *TOPS, Spike(), Moved(), Overtook()]),
        ("default = false", FOLLOWING, []),
        ("moved = false", FOLLOWING, [NewLeader(), *TOPS, Spike(), Overtook()]),
        ("default = false\novertook = true", FOLLOWING, [Overtook()]),
        ("default = false\nmoved = true", "", [Moved()]),
    ],
)
def test_moves_and_overtakes_are_on_by_themselves_where_something_is_followed(
    text: str, keys: str, expected: list[Rule]
) -> None:
    assert list(rules(text, keys)) == expected


@pytest.mark.parametrize(
    ("text", "keys", "expected"),
    [
        ("climbed = true", "", Climbed()),
        ("climbed = { over_days = 14 }", MODELS, Climbed(over_days=14)),
        ("climbed = { bands = [[5, 1], [100, 20]] }", "", Climbed(bands=((5, 1), (100, 20)))),
        ("dropped = { over_days = 1 }", "", Dropped(over_days=1)),
        ("moved = true", "", Moved()),
        ('overtook = { pairs = [["Marlin", "id:4410982"]] }', "", Overtook(pairs=(("Marlin", "id:4410982"),))),
        ("overtook = { pairs = [] }", "", Overtook()),
        ('milestone = { tokens = "1T" }', "", Milestone(tokens=(10**12,))),
        ('milestone = { tokens = ["1T", "2.5T", 7] }', "", Milestone(tokens=(10**12, 25 * 10**11, 7))),
        ("share = true", MODELS, Share()),
        ("share = { points = 2.5, over_days = 30 }", MODELS, Share(points=Fraction(5, 2), over_days=30)),
        ("share = { points = 0.01 }", MODELS, Share(points=Fraction(1, 100))),
        ("renamed = { confirm_days = 3 }", "", Renamed(confirm_days=3)),
    ],
)
def test_each_rule_has_its_parameters(text: str, keys: str, expected: Rule) -> None:
    assert rules(f"default = false\n{text}", keys) == (expected,)


@pytest.mark.parametrize(
    ("text", "keys", "message", "guilty"),
    [
        ("share = true", "", "`share` exists for models only", "share"),
        ("renamed = true", MODELS, "`renamed` exists for apps only", "renamed"),
        ("trending = true", MODELS, "`trending` exists for apps only", "trending"),
        ("moved = 3", "", "`moved` wants true or false", "3"),
        ("moved = { over_days = 3 }", "", "`moved` has no parameter `over_days`", "over_days"),
        ("climbed = 3", "", "`climbed` wants true, false, or a table", "3"),
        ("climbed = { over_days = 0 }", "", "`over_days` goes from 1 to 366", "0"),
        ("climbed = { bands = [[10, 3], [20]] }", "", "`bands` wants lists of 2", "[20]"),
        ("climbed = { bands = [[201, 3]] }", "", "`bands` goes from 1 to 200 for apps", "201"),
        ("climbed = { bands = [[51, 3]] }", MODELS, "`bands` goes from 1 to 50 for models", "51"),
        ("climbed = { bands = [[10, 3], [10, 5]] }", "", "`bands` wants rising ranks", "[10, 5]"),
        ('overtook = { pairs = [["a"]] }', "", "`pairs` wants lists of 2", '["a"]'),
        ('overtook = { pairs = "a" }', "", "`pairs` wants a list", '"a"'),
        ("milestone = true", "", "`milestone` wants `tokens`", "milestone"),
        ("milestone = {}", "", "`milestone` wants `tokens`", "milestone"),
        ("milestone = 3", "", "`milestone` wants true, false, or a table", "3"),
        ("milestone = { tokens = [] }", "", "`tokens` wants a list", "[]"),
        (
            'milestone = { tokens = ["1T", 1_000_000_000_000] }',
            "",
            "`tokens` wants different values",
            '["1T", 1_000_000_000_000]',
        ),
        ("milestone = { tokens = 0 }", "", "`tokens` is at least 1", "0"),
        (
            'milestone = { tokens = "much" }',
            "",
            "`tokens` wants a whole number of tokens",
            '"much"',
        ),
        ("share = { points = 0 }", MODELS, "`points` goes from 0.01 to 100", "0"),
        ("share = { points = 100.5 }", MODELS, "`points` goes from 0.01 to 100", "100.5"),
        ("renamed = { confirm_days = 31 }", "", "`confirm_days` goes from 1 to 30", "31"),
    ],
)
def test_what_a_rule_cannot_be_is_refused_at_its_place(text: str, keys: str, message: str, guilty: str) -> None:
    (problem,) = errors(f"[watchlist.a]\n{keys}\n[watchlist.a.rules]\n{text}\n")
    assert (problem.message, covered(problem)) == (message, guilty)


def test_a_rule_that_the_dataset_cannot_have_says_what_to_use_instead() -> None:
    (share,) = errors("[watchlist.a.rules]\nshare = true\n")
    assert "not all apps" in share.excerpt
    assert share.excerpt.rstrip().endswith("`climbed` tells apps that rise:\n   climbed = { over_days = 7 }")
    (renamed,) = errors(f"[watchlist.a]\n{MODELS}\n[watchlist.a.rules]\nrenamed = true\n")
    assert "another slug is another model" in renamed.excerpt


def test_rules_about_what_is_followed_are_noted_where_nothing_is() -> None:
    text = "[watchlist.a]\nchannels = []\n{keys}\n[watchlist.a.rules]\nmoved = true\novertook = {overtook}\n"
    said = [note.message for note in notes(text.format(keys="", overtook="true")) if "follows nothing" in note.message]
    assert said == ["a follows nothing, so `moved` tells nothing", "a follows nothing, so `overtook` tells nothing"]
    for keys, overtook in ((FOLLOWING, "true"), ("", '{ pairs = [["a", "b"]] }')):
        found = [
            note.message for note in notes(text.format(keys=keys, overtook=overtook)) if "`overtook`" in note.message
        ]
        assert found == []


def test_rules_may_stand_in_the_watchlist_itself() -> None:
    (watchlist,) = read("[watchlist.a]\nrules.default = false\nrules.trending.n = 3\n").watchlists
    assert watchlist.rules == (Trending(n=3),)


# ── a rule that is not there yet ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Novel:
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
def novel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, "novel", Novel)


@pytest.mark.usefixtures("novel")
def test_a_new_rule_needs_no_line_here() -> None:
    text = (
        'novel = { bands = [[5, 1], [9, 2]], pairs = [["a", "b"]], tokens = ["1T", 5], points = 0.5, days = 3 }\n'
        "default = false"
    )
    assert rules(text, MODELS) == (
        Novel(
            bands=((5, 1), (9, 2)),
            pairs=(("a", "b"),),
            tokens=(10**12, 5),
            points=Fraction(1, 2),
            days=3,
            deep=50,
        ),
    )


@pytest.mark.usefixtures("novel")
@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("bands = 3", "`bands` wants a list", 19),
        ("bands = [[1, 2], [3]]", "`bands` wants lists of 2", 28),
        ('bands = [[1, "2"]]', "`bands` wants a whole number", 24),
        ('pairs = [["a", ""]]', "`pairs` wants text, in quotes", 26),
        ("days = 0", "`days` is at least 1", 18),
        ("deep = 51", "`deep` goes from 1 to 50 for models", 18),
    ],
)
def test_its_parameters_are_checked(text: str, message: str, column: int) -> None:
    (problem,) = errors(f"[watchlist.a]\n{MODELS}\n[watchlist.a.rules]\nnovel = {{ {text} }}\n")
    assert (problem.line, problem.column, problem.message) == (4, column, message)


@pytest.mark.usefixtures("novel")
def test_a_rule_for_models_is_refused_for_apps() -> None:
    (problem,) = errors("[watchlist.a.rules]\nnovel = true\n")
    assert problem.message == "`novel` exists for models only"
