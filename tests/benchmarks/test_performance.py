"""Each part of ``python -m benchmarks`` works: on little data, without urlwatch and without measuring anything."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks import idling, judging, prepare, storing
from benchmarks.asking import rate
from benchmarks.feed import Marketplace, boards, ranked, ranking
from benchmarks.rows import BENCHMARKS, ONE_DAY, Bench, backtest, sandbox, starts
from benchmarks.scene import FIRST, bot, morning, urlwatch
from benchmarks.table import Row, figure, markdown
from benchmarks.usage import measure
from benchmarks.venvs import Tools
from bot.core.ranking import APP_PAGE, Sort
from bot.sandbox import Sandbox
from bot.sandbox.source import AppTable, AppView
from bot.wiring import House, load_config

TOOLS = Tools(Path(sys.executable), Path("urlwatch"), "urlwatch 0")
NOWHERE = "http://127.0.0.1:9/api/v1"


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-or-benchmark")


def test_there_are_forty_full_boards_that_move_from_day_to_day() -> None:
    assert len(set(boards(40))) == 40
    assert len(set(boards(20))) == 20
    today, eve = (ranking(boards(1)[0], FIRST - back) for back in (timedelta(0), ONE_DAY))
    assert len(today.entries) == APP_PAGE
    assert [entry.rank for entry in today.entries] == list(range(1, 101))
    assert [entry.item for entry in today.entries] != [entry.item for entry in eve.entries]
    assert ranked(0, 7, FIRST, sort=Sort.TRENDING) != ranked(0, 7, FIRST)


def test_the_feed_answers_over_http_what_was_stored_in_memory() -> None:
    board = boards(7)[6]
    view = AppView(board.start(FIRST), FIRST, board.category, board.subcategory, board.sort)
    table = Marketplace().apps(view, morning(FIRST))
    assert isinstance(table, AppTable)
    stored = [(entry.item, entry.name, entry.tokens) for entry in ranking(board, FIRST).entries]
    assert [(str(row.app_id), row.name, row.tokens) for row in table.rows] == stored


def test_a_process_is_measured_and_a_failure_is_not_taken_for_a_measurement(tmp_path: Path) -> None:
    used = measure([sys.executable, "-c", "print('here')"], cwd=tmp_path)
    assert used.output == "here"
    assert used.code == 0
    assert used.cpu > 0
    assert used.wall > 0
    assert used.peak > 2**20
    assert measure([sys.executable, "-c", "raise SystemExit(1)"], cwd=tmp_path, codes=(0, 1)).code == 1
    with pytest.raises(RuntimeError, match="ended with 3"):
        measure([sys.executable, "-c", "raise SystemExit(3)"], cwd=tmp_path)


def test_the_table_says_of_each_bar_whether_it_is_met() -> None:
    rows = [
        Row("a cycle", "s", [3.0, 2.0, 9.0], [2.0, 2.0, 3.0], "theirs", at_most=1.5),
        Row("too slow", "s", [4.0], [2.0], at_most=1.5),
        Row("a start", "ms", [120.0], [20.0], at_most=150, difference=True),
        Row("a rate", "", [900.0], at_least=1000),
        Row("a size", "MiB", [1.5], notes=["as it is"]),
    ]
    assert [row.met for row in rows] == [True, False, True, False, None]
    table = markdown(rows)
    assert "| a cycle | 3.00 s | 2.00 s theirs | 1.50 × | ≤ 1.50 × | yes |" in table
    assert "| a start | 120 ms | 20.0 ms | +100 ms | ≤ +150 ms | yes |" in table
    assert "| a rate | 900 | – | – | ≥ 1,000 | **no** |" in table
    assert "- a size: as it is" in table
    assert figure(12_345, "") == "12,345"


def test_a_store_is_filled_with_a_history_that_was_lived_through(tmp_path: Path) -> None:
    one = bot(tmp_path, TOOLS, boards(2), url=NOWHERE)
    said = prepare.main(one.config, "years", FIRST - timedelta(days=40), FIRST - ONE_DAY)
    assert said.startswith("8000 entries, ")
    with House(load_config(one.config)) as house:
        assert len(house.store.ledger("all-7")) == 40
        assert len(house.store.deliveries()) == 40
        assert house.store.deliveries(open_only=True) == []


def test_storing_is_measured_against_the_same_rows(tmp_path: Path) -> None:
    ours, theirs = storing.one_round(tmp_path, storing.rankings(5))
    assert ours > 0
    assert theirs > 0


def test_many_watchlists_are_judged(tmp_path: Path) -> None:
    one = bot(tmp_path, TOOLS, boards(2), url=NOWHERE)
    with House(load_config(one.config)) as house:
        prepare.fill(house.store, boards(2), FIRST - timedelta(days=30), FIRST - ONE_DAY)
        spent, _ = judging.one_round(house, judging.many(house.config.watchlists, 6), FIRST)
    assert spent > 0


def test_serving_is_simulated_minute_by_minute(tmp_path: Path) -> None:
    with Sandbox(Marketplace(), now=lambda: morning(FIRST), limits=False) as feed:
        one = bot(tmp_path / "bot", TOOLS, boards(1), url=feed.url)
        held = list(idling.idle(one.config, 1, minutes=3))
        assert feed.requests_count > 0
    assert held[0] > 2**20


def test_the_rate_of_a_sandbox_is_counted() -> None:
    with Sandbox(Marketplace(), now=lambda: morning(FIRST), limits=False) as feed:
        assert rate(feed.url, 0.01) > 0


def test_urlwatch_gets_as_many_addresses_as_there_are_boards(tmp_path: Path) -> None:
    one = urlwatch(tmp_path, TOOLS, 40, url=NOWHERE)
    written = (one.folder / "urls.yaml").read_text(encoding="utf-8")
    assert len({line for line in written.splitlines() if line.startswith("url:")}) == 40


@pytest.mark.slow
@pytest.mark.parametrize("part", [backtest, starts, sandbox])
def test_a_row_is_measured(tmp_path: Path, part: object) -> None:
    assert part in BENCHMARKS.values()
    rows = BENCHMARKS[part.__name__](Bench(tmp_path, TOOLS, rounds=1))  # type: ignore[attr-defined]
    assert all(row.value for row in rows)
