"""Boards as CSV, as a spreadsheet and a program read it."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from fractions import Fraction

from bot.adapters.sheet import BYTE_ORDER_MARK, COLUMNS, sheet_of
from bot.app.records import Sheet
from bot.core.digest import Table
from tests.adapters.rendered import models, rendered
from tests.hostile import FORMULAS
from tests.scenes import cli, digest, ide


def tables() -> tuple[Table, ...]:
    return digest(cli(), ide()).tables


def sheet(*of: Table) -> Sheet:
    found = sheet_of(of)
    assert found
    return found


def rows(text: str) -> list[dict[str, str]]:
    assert text.startswith(BYTE_ORDER_MARK)
    return list(csv.DictReader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))


def test_a_row_has_all_that_is_known_and_its_source() -> None:
    assert rows(sheet(*tables()).csv)[3] == {
        "board": "apps:coding:cli-agent:popular:7d",
        "start_date": "2026-11-04",
        "end_date": "2026-11-10",
        "rank": "4",
        "previous_rank": "5",
        "previous_date": "2026-11-09",
        "item": "kestrel",
        "name": "Kestrel Code",
        "tokens": "1842000000000",
        "compared_tokens": "1738000000000",
        "compared_date": "2026-11-03",
        "share": "",
        "source": "Source: OpenRouter (openrouter.ai/apps), as of 2026-11-11T02:15:41.208Z.",
    }


def test_every_row_of_every_board_is_there_and_lines_end_as_the_standard_says() -> None:
    text = sheet(*tables()).csv
    assert len(rows(text)) == sum(table.listed for table in tables())
    assert text.count("\n") == text.count("\r\n") == len(rows(text)) + 1
    assert text.removeprefix(BYTE_ORDER_MARK).startswith(",".join(COLUMNS))


def test_what_is_unknown_is_an_empty_cell_and_a_share_a_part_of_one() -> None:
    (table, *_) = tables()
    row = replace(table.rows[0], previous_rank=None, compared_tokens=None, share=Fraction(1, 3))
    (found,) = rows(sheet(replace(table, rows=(row,), previous_date=None, compared_date=None)).csv)
    assert [found[name] for name in ("previous_rank", "previous_date", "compared_tokens", "compared_date")] == [""] * 4
    assert found["share"] == "0.333333"


def test_no_name_is_a_formula() -> None:
    (table, *_) = tables()
    strange = tuple(replace(table.rows[0], name=name, item=name) for name in FORMULAS)
    for row in rows(sheet(replace(table, rows=strange)).csv):
        assert not row["name"].startswith(("=", "+", "-", "@", "\t", "\r"))
        assert not row["item"].startswith(("=", "+", "-", "@", "\t", "\r"))


def test_it_says_how_full_it_is() -> None:
    (table, other) = tables()
    assert sheet(table, other).title == "Full tables"
    assert sheet(replace(table, rows=table.rows[:7]), other).title == "The first 7 lines of each table"


def test_the_same_digest_is_the_same_bytes_and_one_without_boards_has_none() -> None:
    assert sheet(*tables()) == sheet(*tables())
    assert sheet_of(()) is None


def test_a_message_has_it_with_every_dataset_that_the_digest_cites() -> None:
    found = rendered(models()).sheet
    assert found
    assert {row["source"] for row in rows(found.csv)} == {cited.text for cited in models().provenance.citations}
