"""Random restatements of random worlds, over real HTTP and a real database, against a computation of its own.

After each digest its readers believe exactly what stands of all that they were told (``tests.e2e.mornings``).
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bot.core.event import EventStatus
from tests.e2e import recorded
from tests.e2e.invented import (
    BILLION,
    DAWN,
    FIRST,
    MODELS,
    ONE_DAY,
    POPULAR,
    TRENDING,
    USUAL,
    Feed,
    Known,
    Rules,
    Table,
    Version,
    day,
    days_of,
    happened,
    mornings,
    noon,
    ranked,
    slug,
)
from tests.e2e.mornings import Verdict, bare, play, verdict_of

LOOSE = Rules(tops=(3, 8), margin=1, trending=3)
COOLDOWN = 7
LENGTH = 3
"""The days of the models' windows: what changes in a day changes the windows of three."""
MODEL_CONFIG = f"""
[watchlist.models]
dataset = "models"
window_days = {LENGTH}
cooldown_days = 0
[watchlist.models.rules]
default = false
new_leader = true
entered_top = {{ n = [3, 8], margin = 1, absent_days = 1 }}
left_top = true
spike = true
"""
LAST = 12
"""How many days after the first the random worlds go on."""
SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 12))]


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", "any-key-will-do")


def _random_table(chance: random.Random, sort: str, before: Table | None) -> Table:
    """A day's figures: everybody's (``before`` is None), or those of before, but for three or four."""
    items = range(5, 17) if sort == TRENDING else range(1, 17)
    table = dict(before or {})
    for item in chance.sample(items, 4) if before else items:
        usual = (60 - 3 * item) * BILLION
        tokens = usual * chance.randint(92, 108) // 100
        table[str(item)] = chance.choices([tokens, tokens * 9 // 4, 0], [86, 7, 7])[0]
    return ranked(table)


def _random_feed(seed: int) -> Feed:
    """Figures of its own for each day, two in five of them restated after their first day, and as many after two."""
    versions = {}
    for sort in (POPULAR, TRENDING, MODELS):
        for offset in range(-25, LAST + 1):
            chance = random.Random(f"{seed} {sort} {offset}")  # noqa: S311  (invented figures, not secrets)
            told = [Version(DAWN, _random_table(chance, sort, None))]
            for later in (0, 1):
                if chance.random() < 0.4:
                    told.append(Version(noon(offset + later), _random_table(chance, sort, told[-1].table)))
            versions[sort, day(offset)] = told
    return Feed(USUAL, versions)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_worlds_without_an_outage(tmp_path: Path, seed: int) -> None:
    """Every day is told by what was known on its morning, and in the end all that stands was told."""
    feed, polled, restate_days = _random_feed(seed), mornings(*range(LAST + 1)), 1 + seed % 3
    outcome = play(tmp_path, feed, LOOSE.config(), polled, restate_days=restate_days)
    assert outcome.stands == happened(Known(feed, polled, polled[-1], restate_days), FIRST, day(LAST), LOOSE)
    daily = outcome.readers["daily"]
    told: set[Verdict] = set()
    for offset, now in enumerate(polled):
        then = happened(Known(feed, polled[: offset + 1], now, restate_days), FIRST, day(offset), LOOSE)
        told |= days_of(then, day(offset))
    assert outcome.verdicts(daily.told) == told
    assert outcome.verdicts(daily.heard) >= outcome.stands
    assert outcome.retracted >= told - outcome.stands
    assert told - outcome.stands


@pytest.mark.parametrize("seed", SEEDS)
def test_random_worlds_with_outages_and_a_cooldown(tmp_path: Path, seed: int) -> None:
    """Whatever was missed: what stands in the end is what the last figures say, and readers know it.

    What was never told is held back exactly where what stands had told the same within the week.
    """
    chance = random.Random(seed)  # noqa: S311  (an invented outage)
    offsets = [0, *(offset for offset in range(1, LAST) if chance.random() < 0.5), LAST]
    feed, polled, restate_days = _random_feed(seed + 1000), mornings(*offsets), 1 + seed % 3
    outcome = play(tmp_path, feed, LOOSE.config(COOLDOWN), polled, restate_days=restate_days)
    assert outcome.stands == happened(Known(feed, polled, polled[-1], restate_days), FIRST, day(LAST), LOOSE)
    standing = [event for event in outcome.events if event.status is not EventStatus.RETRACTED]
    counted = {verdict_of(event) for event in standing if not event.held_back}
    for event in standing:
        if event.status is EventStatus.NEW:
            assert (event.held_back is not None) == _cooling(verdict_of(event), counted)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_models(tmp_path: Path, seed: int) -> None:
    """A restated day changes every window that it is in, some of them told before.

    Each day is checked until its last version is there: a request for a range may hold days that need no check.
    """
    chance = random.Random(seed)  # noqa: S311  (an invented outage)
    missed = {offset for offset in range(1, LAST) if seed % 2 and chance.random() < 0.4}
    polled, restate_days = mornings(*sorted({*range(LAST + 1)} - missed)), 2 + seed % 2
    feed = _random_feed(seed + 2000)
    outcome = play(tmp_path, feed, MODEL_CONFIG, polled, restate_days=restate_days)
    known = Known(feed, polled, polled[-1], restate_days)
    days = {
        day(offset): {slug(item): tokens for item, tokens in known.table(MODELS, day(offset)).items()}
        for offset in range(-25, LAST + 1)
    }
    truth = recorded.Recorded(recorded.model_windows(days, LENGTH), FIRST, day(LAST))
    tops = recorded.with_hysteresis(truth, 3, outer=4) | recorded.with_hysteresis(truth, 8, outer=9)
    facts = recorded.smallest_entries(tops) | recorded.new_leaders(truth) | recorded.spikes(truth, days, LENGTH)
    assert outcome.stands == {bare(fact) for fact in facts}
    assert outcome.late | outcome.retracted


def _cooling(verdict: Verdict, counted: set[Verdict]) -> bool:
    """Whether the same was told in the week before, and nothing has reversed it since."""
    when, kind, item = verdict
    since = when - ONE_DAY * COOLDOWN
    before = {(day, kind) for day, kind, other in counted if other == item and since < day < when}
    same = max((day for day, other in before if other == kind), default=None)
    undone = any(recorded.reverses(other, kind) for day, other in before if same is not None and day > same)
    return kind != "new_leader" and same is not None and not undone
