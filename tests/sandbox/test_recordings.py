"""Recorded answers served again: what was known when, and what was never recorded."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.core.ranking import Sort
from bot.errors import UsageError
from bot.sandbox import Recordings, Sandbox
from bot.sandbox.answers import Request, compose
from bot.sandbox.source import AppTable, AppView, Missing

APP_COLUMNS = (
    "fetched_at,start_date_assumed,end_date,sort,category,subcategory,rank,app_id,app_name,total_tokens,total_requests"
)
WEEK = AppView(date(2026, 3, 1), date(2026, 3, 7))
MARCH_8 = datetime(2026, 3, 8, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small folder with every kind of file."""
    (tmp_path / "rankings_daily.csv").write_text(
        "date,model_permaslug,total_tokens\n"
        "2026-03-06,lab/a-20260101,20\n2026-03-06,other,5\n2026-03-07,lab/a-20260101,30\n",
        encoding="utf-8",
    )
    (tmp_path / "rankings_daily_early.csv").write_text(
        "fetched_at,date,model_permaslug,total_tokens\n2026-03-08T00:05:00Z,2026-03-07,lab/a-20260101,29\n",
        encoding="utf-8",
    )
    (tmp_path / "app_rankings_week.csv").write_text(
        f"{APP_COLUMNS}\n"
        "2026-03-08T03:00:00Z,2026-03-01,2026-03-07,popular,,,2,12,Two,40,4\n"
        "2026-03-08T03:00:00Z,2026-03-01,2026-03-07,popular,,,1,11,One,50,5\n"
        "2026-03-08T09:00:00Z,2026-03-01,2026-03-07,popular,,,1,11,One renamed,51,5\n",
        encoding="utf-8",
    )
    (tmp_path / "app_rankings_views.csv").write_text(
        "run_date,end_date,window_days,category,subcategory,sort,rank,app_id,app_name,total_tokens,total_requests\n"
        "2026-03-08,2026-03-07,7,coding,cli-agent,popular,1,13,Three,60,6\n",
        encoding="utf-8",
    )
    envelopes = tmp_path / "app_rankings_envelopes"
    envelopes.mkdir()
    (envelopes / "app-rankings_7d_trending_coding_end-2026-03-07.json").write_text(
        json.dumps(
            {
                "data": [
                    {"rank": 1, "app_id": 14, "app_name": "Four", "total_tokens": "70", "total_requests": 7},
                ],
                "meta": {
                    "as_of": "2026-03-08T04:00:00.5Z",
                    "version": "v1",
                    "start_date": "2026-03-01",
                    "end_date": "2026-03-07",
                },
            }
        ),
        encoding="utf-8",
    )
    return tmp_path


def table(recordings: Recordings, view: AppView, now: datetime) -> AppTable:
    answered = recordings.apps(view, now)
    assert isinstance(answered, AppTable)
    return answered


def test_of_several_fetches_the_newest_that_was_known_is_served(folder: Path) -> None:
    recordings = Recordings(folder)
    early, late = (table(recordings, WEEK, MARCH_8.replace(hour=hour)) for hour in (8, 9))
    assert [row.name for row in early.rows] == ["One", "Two"]
    assert early.as_of == "2026-03-08T03:00:00.000Z"
    assert [row.name for row in late.rows] == ["One renamed"]


def test_what_was_fetched_later_than_now_is_not_there_yet(folder: Path) -> None:
    missing = Recordings(folder).apps(WEEK, MARCH_8.replace(hour=2))
    assert isinstance(missing, Missing)
    assert missing.message.endswith("Recorded: none.")


def test_a_window_that_was_not_recorded_is_missing_and_says_which_there_are(folder: Path) -> None:
    view = AppView(date(2026, 3, 1), date(2026, 3, 6))
    answer = compose(
        Request("GET", "/api/v1/datasets/app-rankings", {"start_date": "2026-03-01", "end_date": str(view.end)}),
        Recordings(folder),
        MARCH_8.replace(hour=12),
    )
    assert answer.status == 404
    assert "2026-03-01..2026-03-07" in json.loads(answer.body)["error"]["message"]


def test_rows_without_a_time_are_known_two_hours_after_their_windows_end(folder: Path) -> None:
    recordings = Recordings(folder)
    view = AppView(WEEK.start, WEEK.end, None, "cli-agent")
    assert isinstance(recordings.apps(view, MARCH_8.replace(hour=1, minute=59)), Missing)
    known = table(recordings, view, MARCH_8.replace(hour=2))
    assert (known.rows[0].app_id, known.as_of) == (13, "2026-03-08T02:00:00.000Z")


def test_an_envelope_keeps_its_own_as_of_to_the_letter(folder: Path) -> None:
    view = AppView(WEEK.start, WEEK.end, "coding", None, Sort.TRENDING)
    assert table(Recordings(folder), view, MARCH_8.replace(hour=5)).as_of == "2026-03-08T04:00:00.5Z"


def test_a_day_looks_as_it_did_at_the_time(folder: Path) -> None:
    recordings = Recordings(folder)
    start, end = date(2026, 3, 5), date(2026, 3, 7)
    before, early, later = (recordings.models(start, end, MARCH_8.replace(hour=hour)) for hour in (0, 1, 2))
    assert [tokens for _, _, tokens in before.rows] == [20, 5]
    assert [tokens for _, _, tokens in early.rows] == [20, 5, 29]
    assert [tokens for _, _, tokens in later.rows] == [20, 5, 30]
    assert [early.as_of, later.as_of] == ["2026-03-08T00:05:00.000Z", "2026-03-08T02:00:00.000Z"]


def test_days_that_were_not_recorded_are_left_out(folder: Path) -> None:
    now = MARCH_8.replace(hour=2)
    nothing = Recordings(folder).models(date(2026, 2, 1), date(2026, 2, 3), now)
    assert (list(nothing.rows), nothing.as_of) == ([], "2026-03-08T02:00:00.000Z")


def test_limit_and_offset_cut_recorded_rows(folder: Path) -> None:
    query = {"start_date": "2026-03-01", "end_date": "2026-03-07", "offset": "1", "limit": "1"}
    request = Request("GET", "/api/v1/datasets/app-rankings", query)
    body = json.loads(compose(request, Recordings(folder), MARCH_8.replace(hour=8)).body)
    assert [(row["rank"], row["app_name"]) for row in body["data"]] == [(2, "Two")]


def test_answers_say_that_their_figures_were_recorded(folder: Path) -> None:
    with Sandbox(Recordings(folder), now=lambda: MARCH_8) as sandbox:
        request = Request("GET", "/api/v1/models", headers={"authorization": "Bearer sk-or-test"})
        assert sandbox.answer(request).headers["X-Rankbot-Sample"] == "recorded"


def test_without_a_recorded_catalogue_there_is_none(folder: Path) -> None:
    assert compose(Request("GET", "/api/v1/models"), Recordings(folder), MARCH_8).status == 404
    (folder / "models.json").write_text('{"data": [{"id": "lab/a"}]}', encoding="utf-8")
    answer = compose(Request("GET", "/api/v1/models"), Recordings(folder), MARCH_8)
    assert json.loads(answer.body) == {"data": [{"id": "lab/a"}]}


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("rankings_daily.csv", "date,model_permaslug,total_tokens\n2026-03-06,lab/a,many\n", r"rankings_daily\.csv:2"),
        ("rankings_daily.csv", "date,model_permaslug,total_tokens\n2026-03-06,lab/a\n", r"rankings_daily\.csv:2"),
        ("rankings_daily.csv", f"date,model_permaslug,total_tokens\n2026-03-06,{'x' * 200_000},5\n", r"daily\.csv:\d "),
        (
            "rankings_daily.csv",
            "date,model_permaslug,total_tokens\n2026-03-06,lab/\udcff,5\n",
            r"rankings_daily\.csv:\d",
        ),
        ("app_rankings_x.csv", "end_date\n2026-03-06\n", r"app_rankings_x\.csv:2"),
        (
            "app_rankings_y.csv",
            f"{APP_COLUMNS}\n2026-03-08T03:00:00Z,2026-03-01,2026-03-07,popular,cooking,,1,1,A,1,1\n",
            "cooking is no category",
        ),
        (
            "app_rankings_z.csv",
            f"{APP_COLUMNS}\n2026-03-08T03:00:00Z,2026-03-01,2026-03-07,popular,,,51,1,A,1,1\n",
            "ranks are not 1, 2, 3",
        ),
        ("models.json", "[]", r"models\.json"),
        ("app_rankings_envelopes/app-rankings_latest.json", "{}", "not named as an envelope"),
        ("app_rankings_envelopes/app-rankings_7d_popular_end-2026-03-06.json", "{}", "can't be read"),
    ],
)
def test_a_file_that_is_no_recording_is_named_with_its_line(folder: Path, name: str, text: str, words: str) -> None:
    (folder / name).write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(UsageError, match=words):
        Recordings(folder)


def test_a_folder_without_recordings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no recordings"):
        Recordings(tmp_path)
    with pytest.raises(UsageError, match="no folder"):
        Recordings(tmp_path / "nowhere")


# ── the real ones ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def real(recorded: Path) -> Recordings:
    return Recordings(recorded)


def test_real_days_are_served_complete(real: Recordings) -> None:
    now = datetime(2026, 8, 8, tzinfo=UTC)
    rows = real.models(date(2026, 5, 24), date(2026, 8, 5), now).rows
    assert len(rows) == 3774
    assert sum(slug == "other" for _, slug, _ in rows) == 74


def test_a_real_day_lacked_some_tokens_minutes_after_its_end(real: Recordings) -> None:
    day = date(2026, 7, 18)
    early = real.models(day, day, datetime(2026, 7, 19, 1, tzinfo=UTC)).rows
    final = real.models(day, day, datetime(2026, 7, 19, 2, tzinfo=UTC)).rows
    assert 0 < sum(tokens for _, _, tokens in early) < sum(tokens for _, _, tokens in final)


@pytest.mark.parametrize(
    ("view", "now", "count"),
    [
        (AppView(date(2026, 9, 21), date(2026, 9, 27), None, "cli-agent"), datetime(2026, 10, 2, tzinfo=UTC), 78),
        (AppView(date(2026, 7, 21), date(2026, 7, 27), "coding"), datetime(2026, 7, 29, tzinfo=UTC), 50),
        (AppView(date(2026, 7, 9), date(2026, 8, 7)), datetime(2026, 8, 9, tzinfo=UTC), 50),
        (
            AppView(date(2026, 9, 24), date(2026, 9, 30), sort=Sort.TRENDING),
            datetime(2026, 10, 2, tzinfo=UTC),
            10,
        ),
    ],
)
def test_real_app_rankings_are_served_whole(real: Recordings, view: AppView, now: datetime, count: int) -> None:
    assert len(table(real, view, now).rows) == count
