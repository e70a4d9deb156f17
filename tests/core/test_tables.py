"""The whole boards of a digest, for whoever computes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from bot.core import tables
from bot.core.digest import Table, TableRow
from bot.core.ranking import Board, Dataset
from bot.core.view import View
from bot.core.watchlist import Watchlist
from tests.builders import CLI_AGENTS, DAY, MODELS, B, snapshot
from tests.scenes import CLI, LAST_WEEK, NOW, YESTERDAY, calm, cli, digest, ide


def many(place: int, rows: int) -> View:
    """A board of its own with that many lines."""
    board = Board(Dataset.APPS, place + 1)
    lines = [(f"i{number}", f"App {number}", (rows - number) * B) for number in range(rows)]
    return View(Watchlist(f"w{place}", "Many", board, ()), False, snapshot(board, DAY, lines), None, None, (), {})


def test_every_line_has_both_bases_to_the_last_digit() -> None:
    (table,) = tables.tables([cli()])
    assert replace(table, rows=()) == Table(
        board=CLI_AGENTS.key,
        start_date=date(2026, 11, 4),
        end_date=DAY,
        previous_date=YESTERDAY,
        compared_date=LAST_WEEK,
        rows=(),
        listed=len(NOW),
        source="Source: OpenRouter (openrouter.ai/apps), as of 2026-11-11T02:15:41.208Z.",
    )
    assert len(table.rows) == len(NOW)
    assert table.rows[3] == TableRow(4, 5, "kestrel", "Kestrel Code", 1842 * B, 1738 * B, None)
    assert table.rows[-1] == TableRow(13, None, "loom", "Loomwright", 148 * B, None, None)


def test_without_bases_their_cells_are_unknown() -> None:
    (table,) = tables.tables([cli(previous=None, compared=None)])
    assert (table.previous_date, table.compared_date) == (None, None)
    assert {(row.previous_rank, row.compared_tokens) for row in table.rows} == {(None, None)}


def test_models_have_their_share_of_all_tokens() -> None:
    current = snapshot(MODELS, DAY, [("a/x", "X", 30), ("b/y", "Y", 10)], other_tokens=60)
    (table,) = tables.tables([calm(watchlist=replace(CLI, board=MODELS), current=current)])
    assert [row.share for row in table.rows] == [Fraction(3, 10), Fraction(1, 10)]


def test_a_board_that_two_watchlists_have_is_there_once_and_as_deep_as_any_sees_it() -> None:
    shallow = cli(watchlist=replace(CLI, id="other", mine=(), follow=()), current=snapshot(CLI_AGENTS, DAY, NOW[:5]))
    for views in ([shallow, cli(), ide()], [cli(), shallow, ide()]):
        assert [len(table.rows) for table in tables.tables(views)] == [len(NOW), 5]


def test_boards_without_figures_are_left_out() -> None:
    assert tables.tables([cli(current=None), ide(current=snapshot(ide().watchlist.board, DAY, ()))]) == ()


@pytest.mark.parametrize(
    ("boards", "rows", "kept"), [(10, 100, 100), (11, 100, tables.ROWS // 11), (6, 200, tables.ROWS // 6)]
)
def test_all_together_are_bounded(boards: int, rows: int, kept: int) -> None:
    found = tables.tables([many(place, rows) for place in range(boards)])
    assert [len(table.rows) for table in found] == [kept] * boards
    assert [table.listed for table in found] == [rows] * boards


def test_a_stand_ins_figures_are_marked() -> None:
    (table,) = tables.tables([cli(current=snapshot(CLI_AGENTS, DAY, NOW, sample=True))])
    assert table.source.endswith("SAMPLE DATA, not real rankings.")


def test_names_and_ids_are_harmless() -> None:
    rows = [("a\nb", "Ke\u202estrel\r\nCode", B), *NOW]
    (table,) = tables.tables([cli(current=snapshot(CLI_AGENTS, DAY, rows))])
    assert (table.rows[0].item, table.rows[0].name) == ("a b", "Kestrel Code")


def test_a_digest_has_the_tables_of_all_its_boards() -> None:
    told = digest(cli(), ide())
    assert [table.board for table in told.tables] == [CLI.board.key, ide().watchlist.board.key]
    assert {table.end_date - table.start_date for table in told.tables} == {timedelta(days=6)}
