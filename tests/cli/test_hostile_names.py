"""Hostile names on a terminal, in JSON and in CSV: whatever a stranger registered is shown, and does nothing."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from bot.adapters.sheet import FORMULA
from bot.cli.output import field, json_line, rows, say, whisper
from bot.cli.tables import table
from bot.sandbox import Sandbox, World, last_completed_day
from bot.sandbox.source import AppTable, AppView
from tests.cli.bench import NOW, Bench, Said
from tests.hostile import hostile_names

TITLE = '"<!channel> <b>*_x_*</b> =1+1 {{ 7 }} &lt;"'
WATCHLISTS = """
[watchlist.strange]
title = {title}
mine = ["id:{mine}", "*\\u202e*"]
follow = ["[<]*"]
cooldown_days = 0
rules = {{ left_top = true, renamed = true, overtook = {{ pairs = [["*", "id:{mine}"]] }} }}

[watchlist.labs]
title = {title}
dataset = "models"
by = "author"
"""
LOOK = (
    ("status",),
    ("status", "--json"),
    ("deliveries",),
    ("deliveries", "--json"),
    ("deliveries", "show", "1"),
    ("top", "strange", "-n", "200"),
    ("top", "strange", "-n", "200", "--json"),
    ("top", "models", "-n", "50"),
    ("find", "e"),
    ("find", "<"),
    ("find", "e", "--json"),
    ("history", "e"),
    ("events", "--all"),
    ("events", "--all", "--json"),
    ("preview",),
    ("check",),
    ("check", "--online"),
    ("backtest", "--all"),
    ("backtest", "--from", "2026-11-09", "--all"),
    ("backtest", "--from", "2026-11-10", "--json"),
    ("backtest", "strange", "--from", "2026-11-10", "--sweep", "entered_top.n=5,10"),
    ("export", "--format", "json"),
    ("export", "--format", "json", "--events", "--all"),
)


def names_of(count: int, seed: int) -> list[str]:
    """Names as they come out of an answer, in which half a surrogate pair is a replacement character."""
    return [name.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for name in hostile_names(count, seed)]


NAMES = names_of(400, 20_261_121)


class Strangers(World):
    """A world in which every app and model has a hostile name, and some another one after some days."""

    def apps(self, view: AppView, now: datetime) -> AppTable:
        table = super().apps(view, now)
        changes = view.end.toordinal() // 4 * 31
        names = [NAMES[(row.app_id * 7 + changes * (row.app_id % 8 == 0)) % len(NAMES)] for row in table.rows]
        return replace(table, rows=[replace(row, name=name) for row, name in zip(table.rows, names, strict=True)])

    def catalogue(self, now: datetime) -> Sequence[dict[str, Any]]:
        listed = super().catalogue(now)
        return [{**entry, "name": NAMES[place % len(NAMES)] or "-"} for place, entry in enumerate(listed)]


@pytest.fixture(scope="module")
def world() -> Iterator[Sandbox]:
    """A feed of strangers."""
    with Sandbox(Strangers(7, last_completed_day(NOW)), now=lambda: NOW, limits=False) as sandbox:
        yield sandbox


def assert_shown(text: str) -> None:
    """Nothing in it controls a terminal, or hides or reorders what it shows."""
    for char in set(text) - {"\n"}:
        assert char == "\u200d" or unicodedata.category(char) not in ("Cc", "Cf", "Zl", "Zp"), f"{char!r} in {text!r}"


def assert_said(said: Said, codes: tuple[int, ...] = (0, 1)) -> None:
    assert said.code in codes, said
    assert "Traceback" not in said.err
    assert_shown(said.out + said.err)


def test_commands_only_show_them(bench: Bench) -> None:
    """A first run of a board of strangers, and what is mostly looked at."""
    for arguments in (("run",), ("top", "-n", "200"), ("find", "e"), ("events", "--all"), ("preview",), ("status",)):
        assert_said(bench(*arguments), (0,))
    for file in (bench.folder / "digests").iterdir():
        assert_shown(file.read_text(encoding="utf-8-sig"))


@pytest.mark.slow
def test_every_command_only_shows_them(bench: Bench) -> None:
    """Some days of a whole marketplace of strangers, looked at in every way."""
    bench.add(WATCHLISTS.format(title=TITLE, mine=3067167))
    for day in ("2026-11-06", "2026-11-09"):
        assert_said(bench("run", "--date", day, "--send"), (0,))
    assert_said(bench("run"), (0,))
    events = bench("events", "--all", "--json").lines
    kinds = {event["kind"]: event for event in events}
    assert kinds.keys() >= {"entered_top", "overtook", "renamed"}
    for arguments in LOOK:
        assert_said(bench(*arguments), (0,) if arguments[0] != "check" else (0, 1))
    for event in kinds.values():
        assert_said(bench("explain", event["id"]), (0,))
        assert_said(bench("explain", "--item", event["item"]["id"], "-w", event["watchlist"], "--date", event["date"]))
        assert_said(bench("history", event["item"]["id"]))
        assert_said(bench("find", event["item"]["name"]), (0, 2))


def test_a_configuration_that_is_refused_is_only_shown(bench: Bench) -> None:
    """The line with the mistake is cited, whatever else stands in it."""
    bench.add('[watchlist.x] # \u202e\u009b31m\ntitle = "\u202e\u2066x"\nfollow = ["\u009b2J"]\nmime = ["\u202e"]\n')
    assert_said(bench("check"), (2,))


def test_a_spreadsheet_calculates_nothing_and_json_keeps_every_character(bench: Bench) -> None:
    assert bench("run").code == 0
    lines = bench("export", "--format", "json").lines
    written = list(csv.reader(io.StringIO(bench("export", "--format", "csv").out)))
    assert len(written) == len(lines) + 1
    assert len({line["name"] for line in lines} & set(NAMES)) > 40
    for row in written:
        for cell in row:
            assert not cell.startswith((*FORMULA, "\t", "\r", " "))
            assert_shown(cell)
            assert "\n" not in cell


def test_whatever_is_printed_is_only_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Thousands of names through all that commands print with."""
    for name in names_of(3_000, 3):
        say(name)
        field("label", name)
        table([(name, "x"), ("y", name)], fold=1)
        rows([("label", name)])
        whisper(name)
    out, err = capsys.readouterr()
    assert_shown(out.replace("\t", " "))
    assert_shown(err.replace("\t", " "))


def test_json_means_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    names = list(hostile_names(2_000, 4))
    for name in names:
        json_line({"name": name})
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["name"] for line in lines] == names
    assert all(line.isprintable() for line in lines)
