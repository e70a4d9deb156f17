"""export: what is stored as rows, each with its source."""

from __future__ import annotations

import csv
import io
import json
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.adapters.sheet import cell
from bot.adapters.store import open_store
from bot.cli.export import EVENT_COLUMNS, SNAPSHOT_COLUMNS
from tests.builders import CLI_AGENTS, DAY
from tests.cli.bench import NOW, Bench

BOARD = "apps:coding:cli-agent:popular:7d"
SOURCE = "Source: OpenRouter (openrouter.ai/apps), as of 2026-11-11T05:00:00.000Z. SAMPLE DATA, not real rankings."


@pytest.fixture(autouse=True)
def _ran(ran: Bench) -> None:
    """A first run is behind us."""


def rows(text: str) -> list[dict[str, str]]:
    """CSV as a program reads it."""
    return list(csv.DictReader(io.StringIO(text)))


class TestSnapshots:
    """The boards of the watchlists, line by line."""

    def test_both_formats_say_the_same(self, bench: Bench) -> None:
        table, lines = rows(bench("export", "--format", "csv").out), bench("export", "--format", "json").lines
        assert tuple(table[0]) == tuple(lines[0]) == SNAPSHOT_COLUMNS
        assert [list(row.values()) for row in table] == [[cell(value) for value in line.values()] for line in lines]
        assert {row["board"] for row in table} == {BOARD, "models:1d"}
        assert all(row["tokens"].isdecimal() for row in table)

    def test_it_is_what_top_shows(self, bench: Bench) -> None:
        out = bench("export", "--format", "json", "--watchlist", "cli-agents", "--from", "2026-11-10").lines
        shown = bench("top", "--json", "-n", "200").lines
        assert [(line["rank"], line["item"], line["tokens"], line["requests"], line["source"]) for line in out] == [
            (line["rank"], line["id"], line["tokens"], line["requests"], SOURCE) for line in shown
        ]
        first = out[0]
        assert (first["board"], first["start_date"], first["end_date"]) == (BOARD, "2026-11-04", "2026-11-10")
        assert (first["revision"], first["as_of"]) == (1, "2026-11-11T05:00:00.000Z")

    def test_days_and_boards_are_chosen(self, bench: Bench) -> None:
        table = rows(bench("export", "--format", "csv", "--board", "models:1d", "--to", "2026-11-09").out)
        assert {row["board"] for row in table} == {"models:1d"}
        assert max(row["end_date"] for row in table) == "2026-11-09"
        assert {row["requests"] for row in table} == {""}
        assert "openrouter.ai/rankings" in table[0]["source"]

    def test_nothing_stored_is_a_head_without_rows(self, bench: Bench) -> None:
        nothing = ("--board", "apps:all:all:popular:30d")
        assert bench("export", "--format", "csv", *nothing).out == ",".join(SNAPSHOT_COLUMNS) + "\n"
        assert bench("export", "--format", "json", *nothing).out == ""

    def test_the_newest_revision_under_the_names_that_came_with_it(self, bench: Bench) -> None:
        with closing(open_store(f"sqlite:///{bench.folder}/rankbot.db")) as store:
            known = store.snapshot(CLI_AGENTS, DAY)
            assert known is not None
            first = replace(known.entries[0], name='=HYPERLINK("http://x")', tokens=known.entries[0].tokens + 1)
            store.save([replace(known, entries=(first, *known.entries[1:]), fetched_at=NOW + timedelta(hours=1))])
        chosen = ("--from", "2026-11-10", "--board", BOARD)
        (line, *_) = rows(bench("export", "--format", "csv", *chosen).out)
        assert (line["revision"], line["name"]) == ("2", """'=HYPERLINK("http://x")""")
        assert bench("export", "--format", "json", *chosen).lines[0]["name"] == '=HYPERLINK("http://x")'


class TestEvents:
    """What was detected, line by line."""

    @pytest.fixture(autouse=True)
    def _several_days(self, bench: Bench, _ran: None) -> None:
        for day in ("2026-11-06", "2026-11-07"):
            bench("run", "--date", day, "--send")

    def test_they_are_those_of_events_with_their_source(self, bench: Bench) -> None:
        for more in ((), ("--all",)):
            told = bench("events", "--json", *more).lines
            lines = bench("export", "--format", "json", "--events", *more).lines
            assert [{**line, "source": None} for line in lines] == [{**event, "source": None} for event in told]
        assert lines
        for line in lines:
            assert f"as of {line['as_of']}. SAMPLE DATA" in line["source"]

    def test_as_csv(self, bench: Bench) -> None:
        lines = bench("export", "--format", "json", "--events", "--all").lines
        table = rows(bench("export", "--format", "csv", "--events", "--all").out)
        assert tuple(table[0]) == EVENT_COLUMNS
        assert [(row["id"], row["item"], row["name"]) for row in table] == [
            (line["id"], line["item"]["id"], line["item"]["name"]) for line in lines
        ]
        assert [json.loads(row["evidence"]) for row in table] == [line["evidence"] for line in lines]
        assert {row["passive"] for row in table} <= {"true", "false"}

    def test_of_one_board_or_watchlist_and_some_days(self, bench: Bench) -> None:
        everything = bench("export", "--format", "json", "--events", "--all").lines
        for option, value, field in (("--watchlist", "models", "watchlist"), ("--board", BOARD, "board")):
            chosen = bench("export", "--format", "json", "--events", "--all", option, value).lines
            assert chosen == [line for line in everything if line[field] == value]
        assert bench("export", "--format", "json", "--events", "--board", "cli-agents", "--all").lines == [
            line for line in everything if line["board"] == BOARD
        ]
        days = bench("export", "--format", "json", "--events", "--from", "2026-11-07", "--to", "2026-11-07").lines
        assert {line["date"] for line in days} <= {"2026-11-07"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (7, "7"),
        ("", ""),
        ("plain", "plain"),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'=1"),
        ("\r\n=1", "'=1"),
        ("\u202e=1", "'=1"),
        ("＝1", "'＝1"),
        ("a\nb", "a b"),
        ({"n": 10}, '{"n": 10}'),
    ],
)
def test_no_cell_is_a_formula_or_more_than_a_line(value: object, text: str) -> None:
    assert cell(value) == text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--format", "xml"), "xml"),
        ((), "--format"),
        (("--format", "csv", "-w", "x"), "Watchlists here: cli-agents"),
        (("--format", "csv", "--board", "x"), "no watchlist and no board"),
        (("--format", "csv", "--board", "models:1d", "-w", "models"), "Give one of them."),
        (("--format", "csv", "--all"), "--all is about events."),
        (("--format", "csv", "--from", "2026-11-02", "--to", "2026-11-01"), "later than"),
    ],
)
def test_what_does_not_fit_is_said(bench: Bench, arguments: tuple[str, ...], words: str) -> None:
    said = bench("export", *arguments)
    assert (said.code, words in said.flat) == (2, True)
