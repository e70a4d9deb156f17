"""Real input: the recorded answers, day by day over HTTP, against what the files say happened.

The whole bot runs: the sandbox serves each morning's answers, a real database, digests as files. What it stored is
compared with a computation of its own (``tests.e2e.recorded``), to the rank and the token.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot.app.cycle import CycleReport
from bot.app.records import DayStatus
from bot.core.event import Event, Kind
from bot.core.ranking import Board, Dataset
from bot.sandbox import Recordings, Sandbox
from bot.wiring import House, load_config
from tests.e2e import recorded
from tests.e2e.mornings import fact_of, without_charts
from tests.e2e.recorded import APPS, DATA, Fact, Recorded, asked_at

MODEL_DAYS = (date(2026, 6, 24), date(2026, 8, 5))
APP_DAYS = (date(2026, 7, 21), date(2026, 8, 7))
APPS_30 = Board(Dataset.APPS, 30)
VANISHED, VANISHED_ON = "OpenManus Low-Cost Agent", date(2026, 7, 22)
"""An app that left the board, and the windows that had closed before, too."""

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the recorded answers (../shared/data) are not there")

COMMON = """
[openrouter]
api_key = "file:any.key"
base_url = "{url}"
requests_per_minute = 10000
requests_per_day = 100000
restate_days = 0

[operator]
channels = ["ops"]

[channel.ops]
type = "file"
directory = "ops"

[channel.files]
type = "file"
directory = "digests"
when_quiet = "line"
"""
MODELS = """
[watchlist.weekly]
dataset = "models"

[watchlist.weekly-tops]
dataset = "models"
rules = { entered_top = { n = [10, 50] }, left_top = true }

[watchlist.weekly-exact]
dataset = "models"
rules = { entered_top = { n = [10, 50], margin = 0 }, left_top = true }

[watchlist.daily-confirmed]
dataset = "models"
window_days = 1
rules = { new_leader = { confirm_days = 2 }, entered_top = { n = [10, 40], confirm_days = 2 }, left_top = true }

[watchlist.labs]
dataset = "models"
by = "author"
rules = { entered_top = { n = [3, 10, 50], margin = 0, absent_days = 1 }, left_top = true }

[watchlist.daily-labs]
dataset = "models"
by = "author"
window_days = 1
rules = { entered_top = { n = [3, 10, 50], margin = 0, absent_days = 1 }, left_top = true }

[watchlist.daily-exact]
dataset = "models"
window_days = 1
rules = { entered_top = { n = [10, 50], margin = 0 }, left_top = true }
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run over several days left: each morning's report, every event, ``as_of`` and the digest by day."""

    reports: dict[date, CycleReport]
    events: tuple[Event, ...]
    as_ofs: dict[date, str]
    digests: dict[date, str]

    def of(self, watchlist: str) -> list[Event]:
        """The watchlist's events, those held back too."""
        return [event for event in self.events if event.watchlist == watchlist]

    def facts(self, watchlist: str, *, held_back: bool | None = None) -> set[Fact]:
        """The watchlist's events; only those held back, or only those told, where it is asked for."""
        return {fact_of(event) for event in self.of(watchlist) if held_back in (None, event.held_back is not None)}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Six weeks of models on five watchlists, and of labs on two."""
    return _run(tmp_path_factory.mktemp("models"), MODELS, *MODEL_DAYS)


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Eighteen days of the app board of 30 days, as far as it was recorded: to rank 50."""
    return _run(tmp_path_factory.mktemp("apps"), APPS, *APP_DAYS)


def _run(folder: Path, watchlists: str, first: date, last: date) -> Outcome:
    """Every morning a cycle, with the answers that there were by then."""
    mornings = [asked_at(first + timedelta(days=place)) for place in range((last - first).days + 1)]
    now = mornings[0]
    reports: dict[date, CycleReport] = {}

    def clock() -> datetime:
        return now

    with Sandbox(Recordings(DATA), now=clock, limits=False) as sandbox, without_charts():
        (folder / "config.toml").write_text(COMMON.format(url=sandbox.url) + watchlists, encoding="utf-8")
        (folder / "any.key").touch(mode=0o600)
        (folder / "any.key").write_text("any-key-will-do\n", encoding="utf-8")
        with House(load_config(folder / "config.toml"), clock=clock, sleep=lambda _seconds: None) as house:
            cycle = house.cycle()
            for now in mornings:
                reports[now.date() - timedelta(days=1)] = cycle.run()
            snapshots = [found for day in reports if (found := house.store.snapshot(APPS_30, day))]
            events = tuple(house.store.events(held_back=True))
    digests = {day: (folder / "digests" / f"{day}.txt").read_text(encoding="utf-8") for day in reports}
    return Outcome(reports, events, {snapshot.end_date: snapshot.as_of for snapshot in snapshots}, digests)


def _models_of(length: int) -> Recorded:
    return Recorded(recorded.model_windows(recorded.model_days(DATA), length), *MODEL_DAYS, _totals(length))


def _labs_of(length: int) -> Recorded:
    windows = recorded.model_windows(recorded.lab_days(recorded.model_days(DATA)), length)
    return Recorded(windows, *MODEL_DAYS, _totals(length))


def _totals(length: int) -> dict[date, int]:
    return recorded.window_totals(recorded.day_totals(DATA / "rankings_daily.csv"), length)


def _apps() -> Recorded:
    """The app boards as they were when the bot asked for them: the eve of the first day together with that day."""
    fetches = recorded.app_fetches(DATA)
    first, last = APP_DAYS
    boards = {}
    for day in [first - timedelta(days=1), *Recorded({}, first, last).days]:
        boards[day] = fetches[day, recorded.known_at(fetches, day, asked_at(max(day, first)))]
    return Recorded(boards, first, last)


TOPS = {"entered_top:10", "entered_top:50", "left_top:10", "left_top:50"}


def _besides(truth: Recorded, length: int) -> set[Fact]:
    """What models are told of by default besides the tops: leaders, spikes and shares."""
    spikes = recorded.spikes(truth, recorded.model_days(DATA), length)
    return recorded.new_leaders(truth) | spikes | recorded.shares(truth)


# ── models ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
@pytest.mark.parametrize(("watchlist", "length"), [("weekly-exact", 7), ("daily-exact", 1)])
def test_models_without_a_margin_are_told_as_the_tops_differ(models: Outcome, watchlist: str, length: int) -> None:
    """Entries and exits are set differences, leaders whoever stands first, spikes and shares by the fractions."""
    truth = _models_of(length)
    expected = recorded.smallest_entries(recorded.set_differences(truth, 10) | recorded.set_differences(truth, 50))
    expected |= _besides(truth, length)
    assert models.facts(watchlist) == expected
    assert models.facts(watchlist, held_back=True) == recorded.cooled(expected)
    assert {fact.kind for fact in expected} == {"new_leader", *TOPS, "spike", "share:up", "share:down"}


@pytest.mark.slow
@pytest.mark.parametrize(("watchlist", "length"), [("weekly-exact", 7), ("daily-exact", 1)])
def test_models_that_only_others_moved_are_marked_passive(models: Outcome, watchlist: str, length: int) -> None:
    """On 21 July the leader of the day before was gone: who leads now has not moved among the others."""
    truth = _models_of(length)
    events = models.of(watchlist)
    passive = {(event.date, event.item) for event in events if event.passive}
    assert passive == {(event.date, event.item) for event in events if truth.is_passive(fact_of(event))}
    assert ((date(2026, 7, 21), "xiaomi/mimo-v2.5-20260422") in passive) is (length == 1)


@pytest.mark.slow
@pytest.mark.parametrize(("watchlist", "length"), [("weekly-exact", 7), ("daily-exact", 1)])
def test_a_new_leader_names_whom_it_follows_and_for_how_long(models: Outcome, watchlist: str, length: int) -> None:
    """The former leader, where it stands now, and the days that it had led running."""
    truth = _models_of(length)
    for event in models.of(watchlist):
        if event.kind is Kind.NEW_LEADER:
            former = truth.leader(event.date - timedelta(days=1))
            assert event.evidence["previous_leader"]["id"] == former
            assert event.evidence["previous_leader_rank"] == truth.rank(former, event.date)
            assert event.evidence["led_days"] == truth.led(event.date)


@pytest.mark.slow
def test_models_with_the_default_margin_are_told_once(models: Outcome) -> None:
    """In up to 10 and out beyond 15; of the top 50 the feed shows no margin."""
    truth = _models_of(7)
    tops = recorded.with_hysteresis(truth, 10, outer=15) | recorded.with_hysteresis(truth, 50, outer=50)
    expected = recorded.smallest_entries(tops) | _besides(truth, 7)
    assert models.facts("weekly-tops") == expected
    assert models.facts("weekly-tops", held_back=True) == recorded.cooled(expected)
    assert len(recorded.set_differences(truth, 10)) > len([fact for fact in tops if fact.kind.endswith(":10")])


@pytest.mark.slow
def test_models_by_default_rules(models: Outcome) -> None:
    """Nothing configured: leaders, entries into 50 and 10, spikes, shares; who is back within the week is held back."""
    truth = _models_of(7)
    tops = recorded.with_hysteresis(truth, 10, outer=15) | recorded.with_hysteresis(truth, 50, outer=50)
    entries = {fact for fact in recorded.smallest_entries(tops) if fact.kind.startswith("entered_top")}
    expected = entries | _besides(truth, 7)
    held_back = recorded.cooled(expected)
    assert models.facts("weekly") == expected
    assert models.facts("weekly", held_back=True) == held_back
    assert held_back


@pytest.mark.slow
def test_models_that_must_confirm_for_two_days(models: Outcome) -> None:
    """Each change is told on the second day running that asks for it, with a margin of five around the tops."""
    truth = _models_of(1)
    tops = [recorded.with_hysteresis(truth, n, outer=n + 5, confirm_days=2) for n in (10, 40)]
    expected = recorded.smallest_entries(tops[0] | tops[1]) | recorded.new_leaders(truth, confirm_days=2)
    expected |= {fact for fact in _besides(truth, 1) if fact.kind != "new_leader"}
    assert models.facts("daily-confirmed") == expected
    assert models.facts("daily-confirmed", held_back=True) == recorded.cooled(expected)
    assert recorded.new_leaders(truth, confirm_days=2) != recorded.new_leaders(truth)


@pytest.mark.slow
def test_models_came_without_a_failure(models: Outcome) -> None:
    """One request a morning; every day of every watchlist evaluated on its own morning, nothing quarantined."""
    for day, report in models.reports.items():
        assert report.complete
        assert (report.poll.planned, report.poll.answered) == (1, 1)
        assert [(found.date, found.status) for found in report.days] == [(day, DayStatus.EVALUATED)] * 7


@pytest.mark.slow
def test_every_told_model_event_is_proven_in_its_digest_once(models: Outcome) -> None:
    """A digest a day, with the handle of each event of that day that is not held back, and no other."""
    _assert_told_once(models)


@pytest.mark.slow
@pytest.mark.parametrize(("watchlist", "length"), [("labs", 7), ("daily-labs", 1)])
def test_labs_are_told_by_the_sums_of_their_models(models: Outcome, watchlist: str, length: int) -> None:
    """Leaders, set differences, spikes and shares of the sums; a lab that a baseline window lacks does not spike."""
    truth = _labs_of(length)
    days = recorded.lab_days(recorded.model_days(DATA))
    tops = set().union(*(recorded.set_differences(truth, n) for n in (3, 10, 50)))
    spikes = recorded.lab_spikes(truth, days, length)
    expected = recorded.smallest_entries(tops) | recorded.new_leaders(truth) | spikes
    expected |= recorded.shares(truth)
    assert models.facts(watchlist) == expected
    assert models.facts(watchlist, held_back=True) == recorded.cooled(expected)
    assert {"new_leader", "entered_top:3", "left_top:50", "spike"} <= {fact.kind for fact in expected}
    bounded = recorded.spikes(truth, days, length) - spikes
    assert {"inclusionai", "perplexity"} <= {fact.item for fact in bounded}, "with a bound, these would have spiked"


# ── apps ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_apps_are_told_as_the_tops_differ(apps: Outcome) -> None:
    """Entries and exits are set differences; Hermes Agent leads throughout, so there is no new leader."""
    truth = _apps()
    expected = recorded.smallest_entries(recorded.set_differences(truth, 10) | recorded.set_differences(truth, 50))
    assert apps.facts("apps") == expected | recorded.new_leaders(truth)
    assert apps.facts("apps", held_back=True) == recorded.cooled(expected)
    assert {fact.kind for fact in expected} == TOPS


def test_apps_were_served_as_they_were_in_the_morning(apps: Outcome) -> None:
    """The newest fetch of the night after, not the evening's, which did not exist yet."""
    fetches = recorded.app_fetches(DATA)
    known = {day: recorded.known_at(fetches, day, asked_at(day)) for day in _apps().days}
    assert apps.as_ofs == {day: f"{moment:%Y-%m-%dT%H:%M:%S}.000Z" for day, moment in known.items()}


def test_an_app_that_vanished_leaves_once_and_lifts_nobody(apps: Outcome) -> None:
    """On 22 July an app left the window with all its days: one exit, and none of the 25 below it is told to rise."""
    told = {(event.kind.value, event.name, event.previous_rank) for event in apps.events if event.date == VANISHED_ON}
    assert told == {("left_top", VANISHED, 24), ("entered_top", "Pocket AI", None)}


def test_a_day_does_not_wait_for_the_base_of_the_tokens(apps: Outcome) -> None:
    """The window thirty days before was never recorded: every day is evaluated on time, and says what it lacks."""
    for day, report in apps.reports.items():
        assert [(found.date, found.status) for found in report.days] == [(day, DayStatus.EVALUATED)]
        assert "no earlier tokens" in " ".join(apps.digests[day].split())


def test_every_told_app_event_is_proven_in_its_digest_once(apps: Outcome) -> None:
    """A digest a day, with the handle of each event of that day that is not held back, and no other."""
    _assert_told_once(apps)


def _assert_told_once(outcome: Outcome) -> None:
    proven = {day: _handles(text) for day, text in outcome.digests.items()}
    for day, handles in proven.items():
        told = [event.id for event in outcome.events if event.date == day and event.held_back is None]
        assert sorted(handles) == sorted(told)


def _handles(text: str) -> list[str]:
    """The handles with which the proofs of a digest begin."""
    _, _, proofs = text.partition("\nWHY\n")
    return re.findall(r"^  ([0-9a-z]{5,})  \S", proofs, re.MULTILINE)
