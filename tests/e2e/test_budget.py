"""The feed's real limits on a simulated clock: never a 429, never more requests than planned, nothing asked twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.app.cycle import Cycle, Plan
from bot.app.poll import PollReport, no_progress
from bot.core.plan import day_cost, day_windows
from bot.core.taxonomy import CATEGORIES
from bot.errors import FeedRateLimitError
from bot.sandbox import Answer, Request, Sandbox, World
from bot.wiring import House, load_config
from tests.app.doubles import Clock

FIRST = date(2026, 11, 2)
"""The first simulated day; the newest complete day is then the one before."""
HISTORY_DAYS = 30
WEEK = 7
LIMIT = 500
OPENROUTER = """\
[openrouter]
api_key = "env:OPENROUTER_API_KEY"
base_url = "{url}"

"""
MODELS = '[watchlist.models]\ndataset = "models"\n'
SMALL = '[watchlist.all]\nfollow = ["Marlin"]\n[watchlist.cli]\nsubcategory = "cli-agent"\n' + MODELS


def everything() -> str:
    """Watchlists on every scope of apps there is, each 200 deep, and on the models."""
    scopes = ["", *(f'category = "{name}"\n' for name in CATEGORIES)]
    scopes += [f'subcategory = "{sub}"\n' for subs in CATEGORIES.values() for sub in subs]
    assert len(scopes) == 20
    lists = [f'[watchlist.w{number}]\n{scope}follow = ["Marlin"]\n' for number, scope in enumerate(scopes)]
    return "".join(lists) + MODELS


class Office:
    """A bot over a sandbox that lives by the same simulated clock, and what the sandbox saw."""

    def __init__(self, folder: Path, sandbox: Sandbox, clock: Clock, watchlists: str) -> None:
        self.clock, self.sandbox = clock, sandbox
        self.statuses: Counter[int] = Counter()
        self.by_day: Counter[date] = Counter()
        self.asked: Counter[tuple[str, str, str, str]] = Counter()
        self.refusals: list[Answer] = []
        (folder / "config.toml").write_text(OPENROUTER.format(url=sandbox.url) + watchlists, encoding="utf-8")
        self._config = folder / "config.toml"
        self._answer, sandbox.answer = sandbox.answer, self._seen

    def _seen(self, request: Request) -> Answer:
        answer = self.refusals.pop(0) if self.refusals else self._answer(request)
        self.statuses[answer.status] += 1
        self.by_day[self.clock.now.date()] += 1
        query = request.query
        scope = query.get("subcategory") or query.get("category") or request.path
        if "start_date" in query:  # the catalogue has no window
            self.asked[scope, query["start_date"], query["end_date"], query.get("offset", "0")] += 1
        return answer

    def house(self, sleep: Callable[[float], None] | None = None) -> House:
        """A process that just started."""
        return House(load_config(self._config), clock=self.clock, sleep=sleep or self.clock.sleep)

    def at(self, day: date, hour: int, minute: int) -> None:
        """Lets time pass until then."""
        self.clock.now = max(self.clock.now, datetime.combine(day, time(hour, minute), UTC))


@pytest.fixture(scope="module")
def world() -> World:
    """One for all tests: it is only read."""
    return World(7, FIRST - timedelta(days=1))


@contextmanager
def opened(folder: Path, monkeypatch: pytest.MonkeyPatch, world: World, watchlists: str) -> Iterator[Office]:
    """An office with the feed's real limits."""
    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-or-invented")
    clock = Clock(datetime.combine(FIRST, time(0, 30), UTC))
    with Sandbox(world, now=clock) as sandbox:
        yield Office(folder, sandbox, clock, watchlists)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: World) -> Iterator[Office]:
    """One with a small configuration."""
    with opened(tmp_path, monkeypatch, world, SMALL) as made:
        yield made


def backfill(cycle: Cycle, first: date, last: date) -> tuple[Plan, PollReport]:
    """What ``rankbot backfill`` does."""
    plan = cycle.plan_history(first, last)
    return plan, cycle.poll(plan, accept=frozenset(), progress=no_progress)


def held(house: House, day: date) -> bool:
    """Whether all of a day's own windows are stored."""
    wanted = day_windows(house.config.watchlists, day)
    return all(house.store.depths(board, end, end).get(end, 0) >= wish.depth for (board, end), wish in wanted.items())


@pytest.mark.slow
def test_twenty_scopes_a_month_back_and_a_week_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    """Backfilled over several days beside the daily run, then polled for a week: within the limits, and as planned."""
    with opened(tmp_path, monkeypatch, world, everything()) as office:
        newest = FIRST - timedelta(days=2)  # at half past midnight the day before is not final yet
        first = newest - timedelta(days=HISTORY_DAYS - 1)
        planned, day, over = 0, FIRST, False
        while not over:
            with office.house() as house:
                office.at(day, 0, 30)
                plan, report = backfill(house.cycle(), first, newest)
                planned = planned or plan.cost
                ordinary = day_cost(house.config.watchlists, newest)
                room = house.store.spent(day) <= LIMIT - ordinary
                office.at(day, 2, 15)
                cycle = house.cycle().run()
                planned += cycle.plan.cost
                assert room, "the current day's share was touched before it was final"
                assert held(house, day - timedelta(days=1))
                _, rest = backfill(house.cycle(), first, newest)
                assert not report.failures + rest.failures + cycle.poll.failures
                over = not (rest.later or cycle.poll.later)
                day += timedelta(days=1)
        backfilled = day - FIRST
        for _ in range(WEEK):
            with office.house() as house:
                office.at(day, 2, 15)
                before = office.sandbox.requests_count
                cycle = house.cycle().run()
                assert cycle.complete
                assert office.sandbox.requests_count - before <= cycle.plan.cost
                planned += cycle.plan.cost
                day += timedelta(days=1)
        with office.house() as house:
            assert not house.cycle().plan_history(first, day).requests
        made = office.sandbox.requests_count
        figures = ", ".join(f"{on:%d %b} {number}" for on, number in sorted(office.by_day.items()))
        print(f"planned {planned}, made {made}, backfilled in {backfilled.days} days; {figures}")  # noqa: T201  (asked for)
        assert office.statuses == {200: made}
        assert made <= planned
        assert max(office.by_day.values()) <= LIMIT
        twice = {window for window, times in office.asked.items() if times > 1}
        assert max(office.asked.values()) == 2
        assert all(end >= newest.isoformat() for _, _, end, _ in twice), "only what was fetched in time is checked"


class Killed(BaseException):
    """The process died."""


@pytest.mark.parametrize("survived", range(1, 24))
def test_a_backfill_that_was_killed_goes_on_where_it_stopped(office: Office, survived: int) -> None:
    """No window is fetched twice and none is missing; of one that was half fetched, its first page is asked again."""
    first, last = FIRST - timedelta(days=9), FIRST - timedelta(days=2)
    waits = iter(range(1, 99))

    def dying(seconds: float) -> None:
        if next(waits) == survived:
            raise Killed
        office.clock.sleep(seconds)

    with office.house(dying) as house:
        plan = house.cycle().plan_history(first, last)
        with pytest.raises(Killed):
            backfill(house.cycle(), first, last)
        stored = sum(len(house.store.depths(board, first, last)) for board, _ in plan.wanted)
    assert office.sandbox.requests_count == survived
    half = [window for window in office.asked if window[0].endswith("app-rankings") and window[3] == "0"]
    half = [window for window in half if (*window[:3], "100") not in office.asked]
    assert stored or half
    office.clock.now += timedelta(hours=3)
    with office.house() as house:
        _, report = backfill(house.cycle(), first, last)
        assert (report.failures, report.later, report.left) == ([], [], 0)
        assert not house.cycle().plan_history(first, last).requests
    assert office.statuses.keys() == {200}
    assert {window for window, times in office.asked.items() if times > 1} == set(half)
    assert len(half) <= 1
    assert sum(office.asked.values()) - len(half) <= plan.cost


def test_processes_and_restarts_share_one_pace(office: Office) -> None:
    """Two processes at a time, each started anew for every fifth request, as fast as they may."""
    begun = office.clock.now
    for _ in range(8):
        with office.house() as one, office.house() as other:
            feeds = (one.feed(), other.feed())
            for _ in range(5):
                for feed in feeds:
                    feed.model_days(FIRST - timedelta(days=2), FIRST - timedelta(days=2))
    assert office.statuses == {200: 80}
    assert office.clock.now - begun >= timedelta(minutes=2.6)


class TestWait:
    """The feed says 429: with a time, every process obeys it until then; without, only that cycle ends."""

    def refuse(self, office: Office, **headers: str) -> None:
        office.refusals.append(Answer(429, {name.replace("_", "-"): value for name, value in headers.items()}, b"{}"))

    @pytest.mark.parametrize("words", ["600", "Mon, 02 Nov 2026 02:25:00 GMT"])
    def test_a_time_holds_for_every_process(self, office: Office, words: str) -> None:
        office.at(FIRST, 2, 15)
        self.refuse(office, Retry_After=words)
        with office.house() as one, office.house() as other:
            report = one.cycle().run()
            assert (office.sandbox.requests_count, report.poll.answered, report.complete) == (1, 0, False)
            for house in (one, other):
                again = house.cycle().run()
                assert "The feed asked to wait until 02:25 UTC" in again.poll.failures[0].message
            with pytest.raises(FeedRateLimitError):
                other.feed().model_days(FIRST - timedelta(days=2), FIRST - timedelta(days=2))
            assert (office.sandbox.requests_count, other.store.spent(FIRST)) == (1, 1)
            office.at(FIRST, 2, 26)
            assert other.cycle().run().complete

    def test_without_one_the_next_cycle_asks(self, office: Office) -> None:
        office.at(FIRST, 2, 15)
        self.refuse(office)
        with office.house() as house:
            assert not house.cycle().run().complete
            assert office.sandbox.requests_count == 1
            assert house.cycle().run().complete

    def test_another_process_may_be_told_while_one_waits_its_turn(self, office: Office) -> None:
        with office.house() as house:

            def told(seconds: float) -> None:
                office.clock.sleep(seconds)
                house.store.pause_feed(office.clock.now + timedelta(days=1), office.clock.now)

            with office.house(told) as waiting:
                feed = waiting.feed()
                feed.model_days(FIRST - timedelta(days=2), FIRST - timedelta(days=2))
                with pytest.raises(FeedRateLimitError, match=r"until 2026-11-03 00:30 UTC"):
                    feed.model_days(FIRST - timedelta(days=2), FIRST - timedelta(days=2))
                assert (office.sandbox.requests_count, waiting.store.spent(FIRST)) == (1, 1)


def test_a_clock_that_is_set_back_stalls_nobody(office: Office) -> None:
    with office.house() as house:
        feed = house.feed()
        feed.model_days(FIRST - timedelta(days=2), FIRST - timedelta(days=2))
        feed.model_days(FIRST - timedelta(days=2), FIRST - timedelta(days=2))
        office.clock.now -= timedelta(hours=1)
        set_back = office.clock.now
        feed.model_days(FIRST - timedelta(days=3), FIRST - timedelta(days=3))
        assert timedelta(0) < office.clock.now - set_back < timedelta(seconds=5)
