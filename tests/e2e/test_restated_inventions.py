"""Invented restatements that flip verdicts, over real HTTP and a real database, against a computation of its own.

What stands in the end is what the last figures say; what was taken back is what was told and does not stand; and after
each digest its readers believe exactly what stands of all that they were told (``tests.e2e.mornings`` checks that).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from bot.core.event import EventStatus, HeldBack
from tests.e2e import invented
from tests.e2e.invented import (
    BILLION,
    DAWN,
    FIRST,
    POPULAR,
    TRENDING,
    USUAL,
    Feed,
    Known,
    Rules,
    Table,
    Version,
    day,
    happened,
    mornings,
    noon,
)
from tests.e2e.mornings import Outcome, play, verdict_of

RULES = Rules(tops=(3, 10), margin=0, trending=3)


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", "any-key-will-do")


Brief = tuple[int, str, str]
"""What happened: the day counted from the first, the kind, the item."""


def version(changes: Table, since: datetime = DAWN, *, sort: str = POPULAR) -> Version:
    """The usual figures but for some."""
    return Version(since, invented.ranked({**USUAL[sort], **changes}))


@dataclass(frozen=True, slots=True)
class Story:
    """What the feed says when, and what becomes of it."""

    versions: Mapping[tuple[str, int], Sequence[Version]]
    retracted: frozenset[Brief] = frozenset()
    late: frozenset[Brief] = frozenset()
    polled: tuple[int, ...] = tuple(range(6))
    restate_days: int = 1

    def play(self, folder: Path, cooldown: int = 0) -> Outcome:
        """What the bot makes of it."""
        return play(folder, self.feed, RULES.config(cooldown), mornings(*self.polled), restate_days=self.restate_days)

    @property
    def feed(self) -> Feed:
        """The feed of it."""
        return Feed(USUAL, {(sort, day(offset)): told for (sort, offset), told in self.versions.items()})

    @property
    def known(self) -> Known:
        """What is known in the end."""
        polled = mornings(*self.polled)
        return Known(self.feed, polled, polled[-1], self.restate_days)


def verdicts(*found: Brief) -> frozenset[Brief]:
    return frozenset(found)


LEADS = {"2": 40 * BILLION}
ENTERS = {"11": 22 * BILLION}
GROWS = {"20": 7 * BILLION // 2}
RISES = {"19": 50 * BILLION}
LONG = 10
"""Days to restate, where the base of a spike is to change after the spike was told."""

STORIES = {
    "a new leader that was none": Story(
        {(POPULAR, 3): [version(LEADS), version({}, noon(3))]}, retracted=verdicts((3, "new_leader", "2"))
    ),
    "a new leader that nobody saw": Story(
        {(POPULAR, 3): [version({}), version(LEADS, noon(3))]}, late=verdicts((3, "new_leader", "2"))
    ),
    "another leader than was told": Story(
        {(POPULAR, 3): [version(LEADS), version({"3": 45 * BILLION}, noon(3))]},
        retracted=verdicts((3, "new_leader", "2")),
        late=verdicts((3, "new_leader", "3")),
    ),
    "an entry and an exit that were none": Story(
        {(POPULAR, 3): [version(ENTERS), version({}, noon(3))]},
        retracted=verdicts((3, "entered_top:10", "11"), (3, "left_top:10", "10")),
    ),
    "an entry and an exit that nobody saw": Story(
        {(POPULAR, 3): [version({}), version(ENTERS, noon(3))]},
        late=verdicts((3, "entered_top:10", "11"), (3, "left_top:10", "10")),
    ),
    "a spike that was none": Story(
        {(POPULAR, 3): [version(GROWS), version({}, noon(3))]}, retracted=verdicts((3, "spike", "20"))
    ),
    "a spike that nobody saw": Story(
        {(POPULAR, 3): [version({}), version(GROWS, noon(3))]}, late=verdicts((3, "spike", "20"))
    ),
    "a spike whose base had been higher": Story(
        {(POPULAR, 0): [version({}), version({"20": 9 * BILLION}, noon(7))], (POPULAR, 7): [version(GROWS)]},
        retracted=verdicts((7, "spike", "20")),
        late=verdicts((0, "spike", "20")),
        polled=tuple(range(9)),
        restate_days=LONG,
    ),
    "a spike whose base had been lower": Story(
        {
            (POPULAR, 0): [version({"20": 9 * BILLION}), version({}, noon(7))],
            (POPULAR, 7): [version(GROWS)],
        },
        retracted=verdicts((0, "spike", "20")),
        late=verdicts((7, "spike", "20")),
        polled=tuple(range(9)),
        restate_days=LONG,
    ),
    "a rise that was none": Story(
        {(TRENDING, 3): [version(RISES, sort=TRENDING), version({}, noon(3), sort=TRENDING)]},
        retracted=verdicts((3, "trending", "19")),
    ),
    "a rise that nobody saw": Story(
        {(TRENDING, 3): [version({}, sort=TRENDING), version(RISES, noon(3), sort=TRENDING)]},
        late=verdicts((3, "trending", "19")),
    ),
    "a day that flips itself and the day after": Story(
        {(POPULAR, 3): [version(LEADS), version({}, noon(4))], (POPULAR, 4): [version(LEADS)]},
        retracted=verdicts((3, "new_leader", "2")),
        late=verdicts((4, "new_leader", "2")),
        restate_days=2,
    ),
    "a day that flips back": Story(
        {(POPULAR, 3): [version(LEADS), version({}, noon(3)), version(LEADS, noon(4))]},
        late=verdicts((4, "new_leader", "1")),
        restate_days=2,
    ),
    "a day that flips back once it is too late": Story(
        {(POPULAR, 3): [version(LEADS), version({}, noon(3)), version(LEADS, noon(4))]},
        retracted=verdicts((3, "new_leader", "2")),
    ),
    "a change that is found after an outage": Story(
        {(POPULAR, 3): [version(LEADS), version({}, noon(3))], (POPULAR, 5): [version(ENTERS)]},
        retracted=verdicts((3, "new_leader", "2")),
        polled=(0, 1, 2, 3, 8, 9),
    ),
    "changes before and within an outage": Story(
        {(POPULAR, 3): [version({}), version(LEADS, noon(3))], (POPULAR, 4): [version(ENTERS), version({}, noon(4))]},
        late=verdicts((3, "new_leader", "2")),
        polled=(0, 1, 2, 3, 8, 9),
    ),
    "an absence that began a day earlier": Story(
        {
            (POPULAR, 2): [version({}), version({"5": 0}, noon(5))],
            **{(POPULAR, offset): [version({"5": 0})] for offset in range(3, 8)},
        },
        retracted=verdicts((3, "entered_top:10", "11"), (5, "left_top:10", "5")),
        late=verdicts((2, "entered_top:10", "11"), (4, "left_top:10", "5")),
        polled=tuple(range(8)),
        restate_days=4,
    ),
    "other figures and the same verdicts": Story(
        {
            (POPULAR, offset): [version(LEADS), version({"2": 41 * BILLION, "20": 3 * BILLION // 2}, noon(offset))]
            for offset in range(6)
        }
    ),
}


USUALLY = {
    "another leader than was told",
    "a spike whose base had been higher",
    "a rise that nobody saw",
    "a day that flips itself and the day after",
    "a day that flips back",
    "an absence that began a day earlier",
    "changes before and within an outage",
    "other figures and the same verdicts",
}
"""Those that every test run tells; the rest are their reverses and variants."""


@pytest.mark.parametrize(
    "name", [name if name in USUALLY else pytest.param(name, marks=pytest.mark.slow) for name in STORIES]
)
def test_exactly_what_flipped_is_corrected(tmp_path: Path, name: str) -> None:
    """By hand, and by the computation: what stands, what was taken back, what came late; each said once."""
    story = STORIES[name]
    outcome = story.play(tmp_path)
    assert outcome.retracted == {(day(offset), *rest) for offset, *rest in story.retracted}
    assert outcome.late == {(day(offset), *rest) for offset, *rest in story.late}
    assert outcome.stands == happened(story.known, FIRST, day(story.polled[-1]), RULES)
    daily = outcome.readers["daily"]
    assert outcome.retracted == outcome.verdicts(daily.told) - outcome.stands


def test_a_day_that_flips_back_is_told_three_times(tmp_path: Path) -> None:
    """As news, as wrong and as right after all to who reads every day; the weekly reader hears only the last of it."""
    outcome = STORIES["a day that flips back"].play(tmp_path)
    (lead,) = [event for event in outcome.events if verdict_of(event) == (day(3), "new_leader", "2")]
    assert lead.status is EventStatus.TOLD
    readers = outcome.readers
    assert (lead.id in readers["daily"].told, readers["daily"].revised[lead.id]) == (True, 2)
    assert lead.id not in readers["weekly"].revised


def test_a_correction_waits_for_the_digest_of_whoever_was_told(tmp_path: Path) -> None:
    """What a Monday's briefing told of Sunday the next one takes back; who is told a day later never hears of it."""
    story = Story({(POPULAR, 6): [version(LEADS), version({}, noon(6))]}, polled=(5, 6, 7, 13))
    outcome = story.play(tmp_path)
    (lead,) = [event for event in outcome.events if event.status is EventStatus.RETRACTED]
    assert verdict_of(lead) == (day(6), "new_leader", "2")
    assert {name: (lead.id in reader.told, reader.revised[lead.id]) for name, reader in outcome.readers.items()} == {
        "daily": (True, 1),
        "weekly": (True, 1),
        "noon": (False, 0),
    }


def test_a_cooldown_counts_what_stands(tmp_path: Path) -> None:
    """Of two spikes in a week the second is held back; told after all, where the first turns out to be none."""
    versions = {
        (POPULAR, 3): [version(GROWS), version({}, noon(5))],
        (POPULAR, 5): [version(GROWS)],
    }
    first, second = (day(3), "spike", "20"), (day(5), "spike", "20")
    kept = Story(versions, polled=tuple(range(2, 7))).play(_folder(tmp_path, "kept"), cooldown=7)
    assert {verdict_of(event) for event in kept.events if event.held_back is HeldBack.COOLDOWN} == {second}
    outcome = Story(versions, polled=tuple(range(2, 7)), restate_days=4).play(_folder(tmp_path, "restated"), cooldown=7)
    assert (outcome.retracted, outcome.late, outcome.stands) == ({first}, {second}, {second})
    daily = outcome.readers["daily"]
    assert outcome.verdicts(daily.heard) == {first, second}


def _folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder


def test_a_gap_that_closes_is_judged_late(tmp_path: Path) -> None:
    """Neither day 1 nor the day after it waits longer than three days; once day 8 needs that window, it is there."""
    whole = Story({(POPULAR, 1): [version(LEADS)]}, polled=tuple(range(10)))
    story = Story({(POPULAR, 1): [Version(DAWN, {}), version(LEADS, noon(6))]}, polled=tuple(range(10)))
    outcome = story.play(tmp_path)
    assert outcome.late == outcome.stands == happened(whole.known, FIRST, day(9), RULES)
    assert outcome.stands == {(day(1), "new_leader", "2"), (day(2), "new_leader", "1")}
    assert outcome.verdicts(outcome.readers["daily"].revised) == outcome.stands
