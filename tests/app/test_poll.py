"""Polling stores what passes the gate, quarantines what does not, tries a passing failure again, and then lets go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from bot.app.poll import Poll, PollReport
from bot.core.plan import Request
from bot.core.ranking import MODEL_DAY, Board
from bot.errors import (
    BudgetExhaustedError,
    FeedError,
    FeedMalformedError,
    FeedPermanentError,
    FeedRateLimitError,
    FeedRefusedError,
    FeedTransientError,
)
from tests.app.doubles import Clock, FakeFeed, steady
from tests.builders import CLI_AGENTS, DAY
from tests.core.rules.days import ago
from tests.fakes import FakeStore

WINDOWS = [ago(0), ago(1), ago(7), ago(8)]
REQUESTS = [Request(CLI_AGENTS, CLI_AGENTS.start(end), end, 100) for end in WINDOWS]
WANTED = {(CLI_AGENTS, end) for end in WINDOWS}
KEY = CLI_AGENTS.key


def poll(
    feed: FakeFeed, store: FakeStore, clock: Clock | None = None, accept: frozenset[str] = frozenset()
) -> PollReport:
    return Poll(feed, store, clock or Clock(), accept).run(REQUESTS, WANTED)


def stored(store: FakeStore, board: Board = CLI_AGENTS) -> list[date]:
    return sorted(store.depths(board, ago(400), DAY))


def test_what_comes_is_stored() -> None:
    store, feed = FakeStore(), FakeFeed()
    shown: list[tuple[int, int]] = []
    report = Poll(feed, store, Clock(), progress=lambda done, planned: shown.append((done, planned))).run(
        REQUESTS, WANTED
    )
    assert stored(store) == sorted(WINDOWS)
    assert (report.planned, report.answered, report.boards, report.entries, report.left) == (4, 4, 1, 80, 0)
    assert not report.failures
    assert shown == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_passing_failure_is_asked_again_at_the_end() -> None:
    store, feed = FakeStore(), FakeFeed(fails={(KEY, ago(1)): [FeedTransientError("HTTP 502")]})
    report = poll(feed, store)
    assert stored(store) == sorted(WINDOWS)
    assert not report.failures
    assert [end for _, end in feed.asked] == [*WINDOWS, ago(1)]


def test_one_that_fails_twice_is_left_and_said() -> None:
    twice: list[FeedError] = [FeedTransientError("HTTP 502"), FeedTransientError("HTTP 502")]
    store, feed = FakeStore(), FakeFeed(fails={(KEY, ago(1)): twice})
    report = poll(feed, store)
    assert [(failure.message, failure.permanent) for failure in report.failures] == [("HTTP 502", False)]
    assert stored(store) == sorted(set(WINDOWS) - {ago(1)})


def test_a_stop_leaves_the_rest_for_later() -> None:
    feed = FakeFeed(fails={(KEY, ago(0)): [FeedTransientError("HTTP 502")]})
    report = Poll(feed, FakeStore(), Clock(), stop=lambda: len(feed.asked) == 2).run(REQUESTS, WANTED)
    assert (len(feed.asked), report.answered, report.left) == (2, 1, 3)


def test_a_feed_that_is_down_is_not_asked_for_ever() -> None:
    feed = FakeFeed(down=FeedTransientError("refused"))
    report = poll(feed, FakeStore())
    assert len(feed.asked) == 3
    assert (report.answered, report.left, len(report.failures)) == (0, 3, 1)


@pytest.mark.parametrize(
    ("error", "permanent"),
    [
        (FeedRefusedError("HTTP 401"), True),
        (FeedRateLimitError("HTTP 429"), False),
        (BudgetExhaustedError("used up"), False),
    ],
)
def test_a_refused_key_a_rate_limit_or_a_used_up_budget_ends_the_poll(error: FeedError, permanent: bool) -> None:
    feed = FakeFeed(fails={(KEY, ago(0)): [FeedTransientError("HTTP 502")], (KEY, ago(1)): [error]})
    report = poll(feed, FakeStore())
    assert len(feed.asked) == 2
    assert [(failure.message, failure.permanent) for failure in report.failures] == [(error.message, permanent)]
    assert report.left == 3


def test_where_the_feed_says_how_long_to_wait_that_is_stored() -> None:
    store, clock = FakeStore(), Clock()
    feed = FakeFeed(fails={(KEY, ago(1)): [FeedRateLimitError("HTTP 429", retry_after=90)]})
    assert poll(feed, store, clock).left == 2
    assert store.feed_paused_until(clock.now) == clock.now + timedelta(seconds=90)


@pytest.mark.parametrize("error", [FeedRateLimitError("HTTP 429"), FeedTransientError("HTTP 503", retry_after=90)])
def test_else_nothing_outlasts_the_poll(error: FeedError) -> None:
    store, clock = FakeStore(), Clock()
    poll(FakeFeed(down=error), store, clock)
    assert store.feed_paused_until(clock.now) is None


def test_what_does_not_fit_into_todays_budget_is_left_for_tomorrow() -> None:
    feed = FakeFeed(fails={(KEY, ago(8)): [FeedTransientError("HTTP 502")]})
    report = Poll(feed, FakeStore(), Clock(), fits=lambda request: request.end != ago(1) and len(feed.asked) < 3).run(
        REQUESTS, WANTED
    )
    assert [end for _, end in feed.asked] == [ago(0), ago(7), ago(8)]
    assert ([request.end for request in report.later], report.later_cost) == ([ago(1), ago(8)], 2)
    assert (report.answered, report.left, report.failures) == (2, 0, [])


def test_what_asking_again_cannot_mend_is_not_asked_again() -> None:
    feed = FakeFeed(fails={(KEY, ago(1)): [FeedPermanentError("HTTP 404", hint="Look at base_url.")]})
    report = poll(feed, FakeStore())
    assert len(feed.asked) == 4
    assert [(failure.message, failure.hint, failure.permanent) for failure in report.failures] == [
        ("HTTP 404", "Look at base_url.", True)
    ]


def test_what_no_day_waits_for_may_be_missing_without_trouble() -> None:
    base = Request(CLI_AGENTS, CLI_AGENTS.start(ago(7)), ago(7), 100, waits=False)
    feed = FakeFeed(fails={(KEY, ago(7)): [FeedPermanentError("HTTP 404")]})
    report = Poll(feed, FakeStore(), Clock()).run([base], {(CLI_AGENTS, ago(7))})
    assert ([failure.message for failure in report.missed], report.failures) == (["HTTP 404"], [])
    late = FakeFeed(fails={(KEY, ago(7)): [FeedTransientError("HTTP 502")] * 2})
    assert Poll(late, FakeStore(), Clock()).run([base], {(CLI_AGENTS, ago(7))}).failures


def test_an_answer_that_is_not_what_is_documented_is_quarantined() -> None:
    store, feed = FakeStore(), FakeFeed(fails={(KEY, ago(1)): [FeedMalformedError("no meta")]})
    report = poll(feed, store)
    assert report.failures[0].quarantined
    assert [(entry.end_date, entry.reason) for entry in store.quarantined()] == [(ago(1), "no meta")]


def test_ranks_that_do_not_fit_are_quarantined_and_the_next_good_answer_ends_it() -> None:
    def rising(board: Board, day: date) -> Sequence[tuple[str, int]]:
        return [("a", 1), ("b", 2)] if day == DAY else steady(board, day)

    store = FakeStore()
    report = poll(FakeFeed(rising), store)
    assert DAY not in stored(store)
    assert "CLI agents, 7 days to Tue 10 Nov: the answer is not believed." in report.failures[0].message
    poll(FakeFeed(), store)
    assert DAY in stored(store)
    assert not store.quarantined()


class TestImplausible:
    """An answer that can't well be true is held back until it says the same half an hour later, or is accepted."""

    def tenfold(self, board: Board, day: date) -> Sequence[tuple[str, int]]:
        """On DAY, everything has ten times its tokens."""
        return [(item, tokens * (10 if day == DAY else 1)) for item, tokens in steady(board, day)]

    def prepared(self) -> FakeStore:
        store = FakeStore()
        yesterday = Request(CLI_AGENTS, CLI_AGENTS.start(ago(1)), ago(1), 100)
        Poll(FakeFeed(), store, Clock()).run([yesterday], {(CLI_AGENTS, ago(1))})
        return store

    def test_it_is_not_stored(self) -> None:
        store = self.prepared()
        report = poll(FakeFeed(self.tenfold), store)
        assert DAY not in stored(store)
        assert report.failures[0].quarantined
        assert f"rankbot run --accept {KEY}" in report.failures[0].hint

    def test_it_is_believed_when_it_says_the_same_half_an_hour_later(self) -> None:
        store, clock = self.prepared(), Clock()
        poll(FakeFeed(self.tenfold), store, clock)
        clock.now += timedelta(minutes=29)
        poll(FakeFeed(self.tenfold), store, clock)
        assert DAY not in stored(store)
        clock.now += timedelta(minutes=1)
        poll(FakeFeed(self.tenfold), store, clock)
        assert DAY in stored(store)
        assert not store.quarantined()

    def test_the_operator_may_believe_it(self) -> None:
        store = self.prepared()
        poll(FakeFeed(self.tenfold), store, accept=frozenset({KEY}))
        assert DAY in stored(store)

    def test_short_snapshots_say_nothing_about_it(self) -> None:
        def short(_board: Board, day: date) -> Sequence[tuple[str, int]]:
            return [("a", 10**6 if day == DAY else 1)]

        store = FakeStore()
        poll(FakeFeed(short), store)
        assert stored(store) == sorted(WINDOWS)


class TestModels:
    """Model days come by range."""

    def run(self, feed: FakeFeed, store: FakeStore, wanted: set[tuple[Board, date]]) -> PollReport:
        return Poll(feed, store, Clock()).run([Request(MODEL_DAY, ago(3), DAY, 50)], wanted)

    def test_only_the_wanted_days_of_a_range_are_stored(self) -> None:
        store = FakeStore()
        self.run(FakeFeed(), store, {(MODEL_DAY, DAY), (MODEL_DAY, ago(3))})
        assert stored(store, MODEL_DAY) == [ago(3), DAY]

    def test_a_day_that_is_missing_in_the_answer_is_said(self) -> None:
        def without_yesterday(board: Board, day: date) -> Sequence[tuple[str, int]]:
            return () if day == ago(1) else steady(board, day)

        store = FakeStore()
        report = self.run(FakeFeed(without_yesterday), store, {(MODEL_DAY, ago(back)) for back in range(3)})
        assert [failure.message for failure in report.failures] == ["Models, Mon 9 Nov: the answer holds no such day."]
        assert stored(store, MODEL_DAY) == [ago(2), DAY]

    def test_a_malformed_range_quarantines_each_of_its_wanted_days_until_a_good_answer(self) -> None:
        store = FakeStore()
        feed = FakeFeed(fails={(MODEL_DAY.key, DAY): [FeedMalformedError("no data")]})
        wanted: set[tuple[Board, date]] = {(MODEL_DAY, ago(3)), (MODEL_DAY, DAY)}
        self.run(feed, store, wanted)
        assert [entry.end_date for entry in store.quarantined()] == [ago(3), DAY]
        self.run(feed, store, wanted)
        assert not store.quarantined()

    def test_a_malformed_range_leaves_out_the_days_that_are_stored_for_they_are_not_awaited(self) -> None:
        store = FakeStore()
        wanted: set[tuple[Board, date]] = {(MODEL_DAY, ago(back)) for back in range(4)}
        self.run(FakeFeed(), store, wanted - {(MODEL_DAY, ago(3)), (MODEL_DAY, DAY)})
        self.run(FakeFeed(fails={(MODEL_DAY.key, DAY): [FeedMalformedError("no data")]}), store, wanted)
        assert [entry.end_date for entry in store.quarantined()] == [ago(3), DAY]

    def test_a_malformed_range_of_stored_days_that_was_asked_for_all_the_same_is_quarantined(self) -> None:
        store = FakeStore()
        wanted: set[tuple[Board, date]] = {(MODEL_DAY, ago(back)) for back in range(4)}
        self.run(FakeFeed(), store, wanted)
        self.run(FakeFeed(fails={(MODEL_DAY.key, DAY): [FeedMalformedError("no data")]}), store, wanted)
        assert len(store.quarantined()) == 4


class TestTwoPages:
    """Pages that were taken at different moments are asked for afresh, once, before they count as wrong."""

    REQUEST = Request(CLI_AGENTS, CLI_AGENTS.start(DAY), DAY, 200)

    def moved(self, times: int) -> FakeFeed:
        """A feed whose board moves between the two pages, so many times: rank 100 comes again as 101."""
        left = [times]

        def figures(_board: Board, _day: date) -> Sequence[tuple[str, int]]:
            left[0] -= 1
            places = [*range(100), 99 if left[0] >= 0 else 100, *range(101, 150)]
            return [(f"item{place:03}", 1000 - place) for place in places]

        return FakeFeed(figures)

    def test_a_fresh_pair_that_fits_is_stored_and_nothing_is_quarantined(self) -> None:
        store, feed = FakeStore(), self.moved(1)
        report = Poll(feed, store, Clock()).run([self.REQUEST], {(CLI_AGENTS, DAY)})
        assert (stored(store), feed.requests, report.answered, report.failures) == ([DAY], 2, 1, [])
        assert not store.quarantined()

    def test_a_fresh_pair_that_does_not_fit_either_is_quarantined(self) -> None:
        store, feed = FakeStore(), self.moved(2)
        report = Poll(feed, store, Clock()).run([self.REQUEST], {(CLI_AGENTS, DAY)})
        assert (stored(store), feed.requests) == ([], 2)
        assert [failure.hint for failure in report.failures] == ["It is asked for again."]
        (entry,) = store.quarantined()
        assert entry.reason == "`item099` stands at rank 100 and again at 101."


class TestBackfill:
    """Nobody waits for what is fetched to look back at, and nothing asks for it again by itself."""

    def poll(self, feed: FakeFeed, store: FakeStore, *, accept: frozenset[str] = frozenset()) -> PollReport:
        return Poll(feed, store, Clock(), accept, backfill=True).run(REQUESTS, WANTED)

    def test_what_lies_before_a_boards_beginning_is_no_failure(self) -> None:
        """The feed answers with no entries then."""
        store = FakeStore()
        report = self.poll(FakeFeed(lambda board, day: steady(board, day) if day >= ago(1) else []), store)
        assert stored(store) == [ago(1), DAY]
        assert sorted(report.empty) == [(CLI_AGENTS, ago(8)), (CLI_AGENTS, ago(7))]
        assert (report.failures, store.quarantined()) == ([], [])

    def test_nor_are_days_of_models_that_the_feed_does_not_have(self) -> None:
        request = Request(MODEL_DAY, ago(2), DAY, 50)
        feed = FakeFeed(lambda board, day: () if day == ago(2) else steady(board, day))
        report = Poll(feed, FakeStore(), Clock(), backfill=True).run([request], {(MODEL_DAY, ago(n)) for n in range(3)})
        assert (report.empty, report.failures, len(report.stored)) == ([(MODEL_DAY, ago(2))], [], 2)

    def test_what_is_not_believed_is_not_held_either_and_says_how_it_would_be(self) -> None:
        def tenfold(board: Board, day: date) -> Sequence[tuple[str, int]]:
            return [(item, tokens * (10 if day == ago(8) else 1)) for item, tokens in steady(board, day)]

        store = FakeStore()
        (failure,) = self.poll(FakeFeed(tenfold), store).failures
        assert failure.hint == f"If it is right: rankbot backfill --from {ago(8)} --to {ago(8)} --accept {KEY}"
        assert (ago(8) in stored(store), store.quarantined()) == (False, [])
        self.poll(FakeFeed(tenfold), store, accept=frozenset({KEY}))
        assert ago(8) in stored(store)

    def test_nor_is_what_is_no_answer(self) -> None:
        store = FakeStore()
        report = self.poll(FakeFeed(fails={(KEY, ago(1)): [FeedMalformedError("no meta")]}), store)
        assert ([failure.message for failure in report.failures], store.quarantined()) == (["no meta"], [])
