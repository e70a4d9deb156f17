"""The catalogue is asked for once a day, where models are ranked, and its failures hold up nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.app.cycle import CycleReport
from bot.app.troubles import CATALOGUE_FAILS, CATALOGUE_SHRUNK
from bot.core.catalogue import Listing
from bot.core.ranking import MODEL_DAY, Board, By
from bot.core.rules import NewLeader
from bot.core.watchlist import Watchlist
from bot.errors import (
    FeedError,
    FeedMalformedError,
    FeedPermanentError,
    FeedRateLimitError,
    FeedRefusedError,
    FeedTransientError,
)
from tests.app.doubles import steady
from tests.app.world import AGENTS, World
from tests.builders import DAY
from tests.listings import listing

MODELS = Watchlist("models", "Models", MODEL_DAY, (NewLeader(),), channels=("team",))
MORROW = DAY + timedelta(days=1)
BROKEN = FeedMalformedError("models: the answer is not JSON.", hint="It is asked again.")


def many(number: int) -> list[Listing]:
    return [
        listing(id=f"lab/m{place}", canonical_slug=f"item{place:02}", name=f"Lab: Model {place}")
        for place in range(number)
    ]


def world(*watchlists: Watchlist, listings: Sequence[Listing] = ()) -> World:
    made = World(steady, watchlists=watchlists or (MODELS,))
    made.feed.listings = listings or many(20)
    return made


def keys(made: World) -> list[str]:
    return [incident.key for incident in made.store.incidents()]


def on(made: World, day: date, hour: int = 2) -> CycleReport:
    return made.on(day, hour).cycle().run()


def test_it_is_asked_for_once_a_day_and_names_are_shown() -> None:
    made = world()
    assert made.cycle().plan().catalogue
    report = on(made, MORROW)
    assert (made.feed.catalogue_asked, report.catalogue, report.complete) == (1, None, True)
    assert "Model 0 leads" in made.told[0]
    on(made, MORROW, hour=20)
    assert made.feed.catalogue_asked == 1
    on(made, MORROW + timedelta(days=1))
    assert (made.feed.catalogue_asked, made.store.catalogued()) == (2, MORROW + timedelta(days=1))


def test_it_comes_after_what_the_day_needs_and_counts_as_a_request() -> None:
    made = world()
    plan = made.cycle().plan()
    assert plan.cost == sum(request.cost for request in plan.requests) + 1
    assert made.cycle().allowance.beside == 1
    on(made, MORROW)
    assert (made.cycle().allowance.beside, made.cycle().plan().cost) == (0, 0)


def test_apps_need_none() -> None:
    made = world(AGENTS)
    on(made, MORROW)
    assert (made.feed.catalogue_asked, made.store.catalogue(MORROW)) == (0, None)


def test_labs_need_none_and_it_says_nothing_of_them() -> None:
    """Of a model that takes #1 it is told that the catalogue lacks it; of a lab that would always be so."""

    def changed(_board: Board, day: date) -> Sequence[tuple[str, int]]:
        slugs = ["b/1", "a/1"] if day == DAY else ["a/1", "b/1"]
        return [(slug, 900 - place) for place, slug in enumerate(slugs)]

    labs = Watchlist("labs", "Labs", replace(MODEL_DAY, by=By.AUTHOR), (NewLeader(),), channels=("team",))
    assert not world(labs).cycle().plan().catalogue
    made = World(changed, watchlists=(MODELS, labs))
    made.feed.listings = many(20)
    on(made, MORROW)
    (message,) = made.told
    model, lab = [line for line in message.splitlines() if "takes #1: " in line]
    assert model.startswith("B/1 ")
    assert "Not in OpenRouter's catalogue of models." in model
    assert lab.startswith("b ")
    assert "catalogue" not in lab


def test_a_feed_that_answers_nothing_is_not_asked_for_it() -> None:
    made = world()
    made.feed.down = FeedRefusedError("the feed does not accept the API key")
    on(made, MORROW)
    assert (made.feed.catalogue_asked, len(made.feed.asked)) == (0, 1)
    made.feed.down = None
    on(made, MORROW, hour=3)
    assert made.feed.catalogue_asked == 1


def test_a_feed_that_stops_answering_is_not_asked_for_it() -> None:
    made = world(AGENTS, MODELS)
    made.feed.fails = {(AGENTS.board.key, DAY): [FeedRateLimitError("slow down")]}
    report = on(made, MORROW)
    assert report.poll.left > 0
    assert made.feed.catalogue_asked == 0


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (BROKEN, [CATALOGUE_FAILS]),
        (FeedPermanentError("models: there is no such address."), [CATALOGUE_FAILS]),
        (FeedTransientError("models: 502"), []),
        (FeedRateLimitError("models: 429", retry_after=60), []),
    ],
)
def test_a_failure_holds_up_no_digest_and_is_told_where_it_will_not_pass(error: FeedError, told: list[str]) -> None:
    made = world()
    made.feed.catalogue_fails = [error]
    report = on(made, MORROW)
    assert report.catalogue is not None
    assert report.complete
    assert len(made.told) == 1
    assert "item00 leads" in made.told[0].casefold()
    assert keys(made) == told
    again = on(made, MORROW, hour=3)
    assert (again.catalogue, keys(made), made.store.catalogued()) == (None, [], MORROW)


def test_a_rate_limit_is_obeyed() -> None:
    made = world()
    made.feed.catalogue_fails = [FeedRateLimitError("models: 429", retry_after=600)]
    on(made, MORROW)
    assert made.store.feed_paused_until(made.clock.now) is not None


def test_one_that_stays_away_for_days_is_told() -> None:
    made = world()
    on(made, MORROW)
    made.feed.catalogue_fails = [FeedTransientError("models: 502")] * 3
    told = []
    for days in (1, 2, 3):
        on(made, MORROW + timedelta(days=days))
        told.append(keys(made))
    assert told == [[], [], [CATALOGUE_FAILS]]


def test_a_bug_in_it_holds_up_nothing() -> None:
    made = world()
    made.feed.catalogue_fails = [KeyError("a bug")]  # type: ignore[list-item]
    report = on(made, MORROW)
    assert (report.broken, len(made.told)) == (["the catalogue could not be stored"], 1)


class TestShrunk:
    """An answer that lost most of the listings is not believed until answers have said so for a day."""

    def test_it_is_doubted_and_told_then_over(self) -> None:
        made = world()
        on(made, MORROW)
        next_day = MORROW + timedelta(days=1)
        made.feed.listings = many(9)
        report = on(made, next_day)
        assert report.catalogue is not None
        assert "It holds 9 models, 20 on 11 Nov 2026." in report.catalogue.message
        assert (keys(made), made.store.catalogued()) == ([CATALOGUE_SHRUNK], MORROW)
        made.feed.listings = many(11)
        on(made, next_day, hour=5)
        assert (keys(made), made.store.catalogued()) == ([], next_day)

    def test_it_is_believed_after_a_day(self) -> None:
        made = world()
        on(made, MORROW)
        made.feed.listings = many(9)
        results = [on(made, MORROW + timedelta(days=days)).catalogue is None for days in (1, 2)]
        assert (results, keys(made)) == ([False, True], [])
        known = made.store.catalogue(date.max)
        assert known is not None
        assert known.size == 9

    def test_an_empty_one_never_is(self) -> None:
        made = world()
        made.feed.listings = [listing(id="~lab/latest")]
        for days in range(3):
            on(made, MORROW + timedelta(days=days))
        assert (keys(made), made.store.catalogued()) == ([CATALOGUE_SHRUNK], None)


def test_a_rehearsal_keeps_it_as_it_keeps_snapshots() -> None:
    made = world()
    made.on(MORROW).cycle().rehearse()
    assert made.store.catalogued() == MORROW
