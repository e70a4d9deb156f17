"""What docs/defaults.md claims of the default rules, held against the recorded weeks."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from benchmarks.defaults import BOARDS, SPECIFIED, default_rules, first_weeks, measure, tables
from benchmarks.recorded_days import APPS_30, DAILY, LABS, MODELS, Recorded, lines, missed
from bot.core.ranking import Board

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the recorded answers (../shared/data) are not there")


@pytest.fixture(scope="module")
def recorded() -> Recorded:
    return Recorded.load(DATA)


@pytest.mark.parametrize(
    ("board", "mean", "usual", "fullest"),
    [(MODELS, 2, 4, 8), (LABS, 1, 2, 5), (APPS_30, 1, 2, 3), (DAILY, 2.5, 4, 6)],
    ids=lambda value: value.key if isinstance(value, Board) else None,
)
def test_the_default_rules_tell_a_handful_of_lines_a_day(
    recorded: Recorded, board: Board, mean: float, usual: int, fullest: int
) -> None:
    found = measure(recorded, board, default_rules(board))
    assert len(found.counts) == len(recorded.days[board])
    assert sum(found.counts) <= mean * len(found.counts)
    assert found.usual <= usual
    assert found.fullest <= fullest


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.key)
def test_every_first_week_has_something_to_read_and_not_too_much(recorded: Recorded, board: Board) -> None:
    sums = [sum(lines(week)) for week in first_weeks(recorded, board)]
    assert len(sums) == len(recorded.days[board]) - 6
    assert min(sums) >= 2
    assert max(sums) <= 23


@pytest.mark.parametrize(
    ("board", "day", "item", "kind"),
    [
        (MODELS, date(2026, 7, 22), "xiaomi/mimo-v2.5-20260422", "new_leader"),
        (MODELS, date(2026, 8, 1), "deepseek/deepseek-v4-flash-20260423", "new_leader"),
        (MODELS, date(2026, 7, 21), "tencent/hy3-20260706", "entered_top:50"),  # unlisted on the day before, now 16th
        (MODELS, date(2026, 7, 23), "tencent/hy3-20260706", "entered_top:10"),
        (MODELS, date(2026, 7, 27), "moonshotai/kimi-k3-20260715", "entered_top:10"),
        (MODELS, date(2026, 8, 3), "deepseek/deepseek-v4-flash-20260731", "entered_top:10"),
        (MODELS, date(2026, 7, 26), "anthropic/claude-opus-5-20260723", "entered_top:50"),
        (MODELS, date(2026, 7, 23), "tencent/hy3-20260706:free", "share:down"),  # five points less than a week before
        (LABS, date(2026, 7, 29), "deepseek", "new_leader"),
        (LABS, date(2026, 7, 19), "moonshotai", "entered_top:10"),
        (LABS, date(2026, 8, 2), "openai", "share:up"),
        (LABS, date(2026, 7, 21), "inclusionai", "entered_top:50"),
        (DAILY, date(2026, 8, 3), "deepseek/deepseek-v4-flash-20260731", "new_leader"),
        (DAILY, date(2026, 8, 5), "google/gemini-3.6-flash-20260721", "entered_top:10"),
        (APPS_30, date(2026, 7, 31), "Hello Minds, powered by Ethoswarm", "entered_top:10"),
    ],
)
def test_what_a_person_would_call_important_is_told(
    recorded: Recorded, board: Board, day: date, item: str, kind: str
) -> None:
    events = recorded.replay(board, default_rules(board))[day]
    told = {(event.kind.value, event.threshold) for event in events if {item} & {event.item, event.name}}
    assert kind in {":".join(filter(None, pair)) for pair in told if pair}


@pytest.mark.parametrize("board", [MODELS, LABS], ids=lambda board: board.key)
def test_nothing_of_note_is_missed_but_who_merely_swings_around_the_tenth_place(
    recorded: Recorded, board: Board
) -> None:
    found, noted = recorded.replay(board, default_rules(board)), recorded.noted(board)
    for one in missed(noted, found):
        assert one.what == "top 10"
        weeks = [recorded.history.at(board, one.day - timedelta(days=back)) for back in range(8, 22)]
        assert any((week.rank(one.item) or 99) <= 15 for week in weeks if week), one


def test_the_specified_defaults_missed_what_these_were_changed_for(recorded: Recorded) -> None:
    found = measure(recorded, MODELS, SPECIFIED)
    assert found.misses("top 10") == "9 of 11"
    assert found.misses("2 points a week") == "15 of 19"
    assert measure(recorded, LABS, SPECIFIED).misses("2 points a week") == "20 of 21"


@pytest.mark.slow
def test_the_tables_are_those_of_the_recordings(recorded: Recorded) -> None:
    text = (ROOT / "docs" / "defaults.md").read_text(encoding="utf-8")
    for title, table in tables(recorded):
        assert table in text, title
