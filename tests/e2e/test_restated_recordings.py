"""Recorded restatements: days as they looked minutes after their end, asked for again once they were final.

The bot tells each day by the early figures and checks it on the morrow. What it takes back and what it tells late is
compared with a computation of its own (``tests.e2e.recorded``): each day judged by its early figures and by its final
ones, and the difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, time, timedelta
from types import MappingProxyType

import pytest

from bot.core.event import EventStatus, Kind
from bot.sandbox import Recordings
from tests.e2e import recorded
from tests.e2e.mornings import Outcome, Verdict, at, bare, fact_of, play
from tests.e2e.recorded import APPS, DATA, Board, Fact, Recorded

MODEL_DAYS = (date(2026, 6, 24), date(2026, 8, 5))
NOT_EARLY = date(2026, 7, 19)
"""The only one of these days that nobody recorded early: it is asked for when it is final."""
EARLY = time(0, 30, tzinfo=UTC)
"""After every early fetch of a day, and before its final figures."""
APP_DAYS = (date(2026, 7, 21), date(2026, 8, 7))
VANISHED, VANISHED_FROM = "OpenManus Low-Cost Agent", date(2026, 7, 21)
"""An app that left the board on the evening of 22 July, and the first closed window that it left, too."""
LATER = time(5, tzinfo=UTC)
ONE_DAY = timedelta(days=1)

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the recorded answers (../shared/data) are not there")

MODELS = """
[watchlist.weekly]
dataset = "models"

[watchlist.weekly-exact]
dataset = "models"
rules = { entered_top = { n = [10, 50], margin = 0 }, left_top = true }

[watchlist.daily]
dataset = "models"
window_days = 1

[watchlist.daily-exact]
dataset = "models"
window_days = 1
rules = { entered_top = { n = [10, 50], margin = 0 }, left_top = true }
"""

Judge = Callable[[Recorded], set[Fact]]
"""All that happened on the days of what was recorded, by a watchlist's rules."""


@pytest.fixture(scope="module", autouse=True)
def _key() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENROUTER_API_KEY", "any-key-will-do")
        yield


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Six weeks of models, each day asked for half an hour after its end; the last morning only checks."""
    mornings = [at(day, EARLY) for day in _days(MODEL_DAYS[0], MODEL_DAYS[1] + ONE_DAY)]
    return play(tmp_path_factory.mktemp("models"), Recordings(DATA), MODELS, mornings, settle_hours=0)


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Eighteen days of the app board of 30 days; the last morning only checks."""
    mornings = [at(day, LATER) for day in _days(APP_DAYS[0], APP_DAYS[1] + ONE_DAY)]
    return play(tmp_path_factory.mktemp("apps"), Recordings(DATA), APPS, mornings)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=place) for place in range((last - first).days + 1)]


# ── the computation ──────────────────────────────────────────────────────────────────────────────────────────


def _flips(
    early: Mapping[date, Board], final: Recorded, judge: Judge, totals: Mapping[date, int] = MappingProxyType({})
) -> tuple[set[Fact], set[Fact]]:
    """What holds by a day's early figures (all days before being final) and not by its final ones; and vice versa.

    ``totals`` are all tokens of the early windows, where shares are judged.
    """
    held = set()
    for day, board in early.items():
        then = Recorded({**final.boards, day: board}, final.first, day, {**final.totals, day: totals.get(day, 0)})
        held |= {fact for fact in judge(then) if fact.day == day}
    holds = judge(final)
    gone = {bare(fact) for fact in held} - {bare(fact) for fact in holds}
    come = {bare(fact) for fact in holds if fact.day in early} - {bare(fact) for fact in held}
    return {fact for fact in held if bare(fact) in gone}, {fact for fact in holds if bare(fact) in come}


def _early_days() -> dict[date, Board]:
    days: dict[date, Board] = {}
    for row in recorded.rows(DATA / "rankings_daily_early.csv"):
        if row["model_permaslug"] != "other":
            days.setdefault(date.fromisoformat(row["date"]), {})[row["model_permaslug"]] = int(row["total_tokens"])
    return days


def _models(length: int) -> tuple[dict[date, Board], Recorded]:
    """The windows as they looked early on the day after, and as they are."""
    days, early = recorded.model_days(DATA), _early_days()
    windows = {day: recorded.model_windows({**days, day: early[day]}, length)[day] for day in early}
    totals = recorded.window_totals(recorded.day_totals(DATA / "rankings_daily.csv"), length)
    return windows, Recorded(recorded.model_windows(days, length), *MODEL_DAYS, totals)


def _early_totals(length: int) -> dict[date, int]:
    """All tokens of the windows as they looked early on the day after."""
    final = recorded.day_totals(DATA / "rankings_daily.csv")
    early = recorded.day_totals(DATA / "rankings_daily_early.csv")
    return {day: recorded.window_totals({**final, day: early[day]}, length)[day] for day in early}


def _model_rules(length: int, *, exact: bool) -> Judge:
    days = recorded.model_days(DATA)

    def judge(boards: Recorded) -> set[Fact]:
        if exact:
            tops = recorded.set_differences(boards, 10) | recorded.set_differences(boards, 50)
            facts = recorded.smallest_entries(tops)
        else:
            larger = (50, 50) if length == 7 else (20, 25)  # (n, n + margin); the feed shows nothing beyond 50
            tops = recorded.with_hysteresis(boards, 10, outer=15)
            tops |= recorded.with_hysteresis(boards, larger[0], outer=larger[1])
            facts = {fact for fact in recorded.smallest_entries(tops) if fact.kind.startswith("entered_top")}
        facts |= recorded.new_leaders(boards) | recorded.shares(boards)
        return facts | recorded.spikes(boards, days, length)

    return judge


def _apps() -> tuple[dict[date, Board], Recorded]:
    """The boards as they were on the morning after each day, and a day later; the eve of the first with that day."""
    fetches = recorded.app_fetches(DATA)
    first, last = APP_DAYS
    days = _days(first, last)
    early = {day: fetches[day, recorded.known_at(fetches, day, recorded.asked_at(day))] for day in days}
    final = {day: fetches[day, recorded.known_at(fetches, day, recorded.asked_at(day + ONE_DAY))] for day in days}
    eve = first - ONE_DAY
    final[eve] = fetches[eve, recorded.known_at(fetches, eve, recorded.asked_at(first))]
    return early, Recorded(final, first, last)


def _app_rules(boards: Recorded) -> set[Fact]:
    tops = recorded.set_differences(boards, 10) | recorded.set_differences(boards, 50)
    return recorded.smallest_entries(tops) | recorded.new_leaders(boards)


def _assert_flipped(outcome: Outcome, gone: set[Fact], come: set[Fact]) -> None:
    """What was taken back is what was told of it; what is told late has the final figures; digests say so, once."""
    retracted = {fact_of(event) for event in outcome.events if event.status is EventStatus.RETRACTED}
    late = [event for event in outcome.events if event.late and event.status is not EventStatus.RETRACTED]
    assert retracted == gone
    assert {fact_of(event) for event in late} == come
    daily = outcome.readers["daily"]
    expected = {event.id for event in late if event.held_back is None}
    expected |= {event.id for event in outcome.events if event.status is EventStatus.RETRACTED and not event.held_back}
    own = {event.id for event in outcome.events}
    assert {handle: times for handle, times in daily.revised.items() if handle in own} == dict.fromkeys(expected, 1)


# ── models ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_days_were_told_by_their_early_figures_and_checked(models: Outcome) -> None:
    """All but one day were recorded early; each of them was restated, and judged again, though no rank changed."""
    early, final = _early_days(), recorded.model_days(DATA)
    assert set(_days(*MODEL_DAYS)) - set(early) == {NOT_EARLY}
    assert len(early) == 42
    changed = {day for day in early if early[day] != final[day]}
    again = {found.date for report in models.reports.values() for found in report.days if found.again}
    assert again == changed == set(early)
    firsts = [(found, now) for now, report in models.reports.items() for found in report.days if not found.again]
    on_time = {found.date for found, now in firsts if found.date in early and now == at(found.date, EARLY)}
    assert on_time == set(early)
    assert all(list(early[day]) == list(final[day]) for day in early)


@pytest.mark.slow
def test_the_default_rules_take_nothing_back_in_42_days(models: Outcome) -> None:
    """On the default window the early figures give the final verdicts: not a correction, and no digest has one."""
    early, final = _models(7)
    assert _flips(early, final, _model_rules(7, exact=False), _early_totals(7)) == (set(), set())
    _assert_flipped(models.of("weekly"), set(), set())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("watchlist", "length", "exact"),
    [("weekly", 7, False), ("weekly-exact", 7, True), ("daily", 1, False), ("daily-exact", 1, True)],
)
def test_models_are_corrected_as_the_files_say(models: Outcome, watchlist: str, length: int, exact: bool) -> None:
    """What stands is what the final figures say; what flipped is what the two sets of figures differ in."""
    early, final = _models(length)
    judge = _model_rules(length, exact=exact)
    own = models.of(watchlist)
    gone, come = _flips(early, final, judge, _early_totals(length))
    assert own.stands == {bare(fact) for fact in judge(final)}
    _assert_flipped(own, gone, come)


# ── apps ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_app_that_vanished_from_closed_windows_is_corrected_as_the_files_say(apps: Outcome) -> None:
    """It left the windows that were told in the morning by the evening: whoever its place lets in had entered then."""
    early, final = _apps()
    gone, come = _flips(early, final, _app_rules)
    assert apps.stands == {bare(fact) for fact in _app_rules(final)}
    assert gone | come
    _assert_flipped(apps, gone, come)


def _told(outcome: Outcome) -> set[Verdict]:
    return outcome.verdicts(outcome.readers["daily"].told)


def test_each_app_event_is_news_in_the_digest_of_its_own_day(apps: Outcome) -> None:
    """By the figures of that morning, less what is held back."""
    early, final = _apps()
    for day, board in early.items():
        then = Recorded({**final.boards, day: board}, final.first, day)
        found = {bare(fact) for fact in _app_rules(then) if fact.day == day}
        told = {verdict for verdict in _told(apps) if verdict[0] == day}
        held_back = {bare(fact_of(event)) for event in apps.events if event.held_back}
        assert told == found - held_back


def test_the_app_that_vanished_is_told_late_with_whom_it_let_in(apps: Outcome) -> None:
    """The window to 21 July held it on the next morning, but not by the evening: no day after tells of it."""
    vanished = [event for event in apps.events if event.name == VANISHED]
    assert [(event.date, event.kind, event.previous_rank, event.late) for event in vanished] == [
        (VANISHED_FROM, Kind.LEFT_TOP, 25, True)
    ]
    late = [event for event in apps.events if event.late and event.date == VANISHED_FROM]
    let_in = [(event.rank, event.revised) for event in late if event.kind is Kind.ENTERED_TOP]
    assert [(rank, revised and [one["name"] for one in revised["gone"]]) for rank, revised in let_in] == [
        (50, [VANISHED])
    ]
