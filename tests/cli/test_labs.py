"""A watchlist of labs on the command line: looked at, exported, found and checked like any other."""

from __future__ import annotations

import csv
import io
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from bot.adapters.store import open_store
from bot.core.ranking import MODEL_DAY, MODEL_DEPTH
from tests.builders import DAY
from tests.cli.bench import Bench
from tests.cli.lived import run_once

LABS = """
[watchlist.labs]
dataset = "models"
by = "author"
mine = ["{mine}"]
"""
DAILY = """
[watchlist.daily]
dataset = "models"
by = "author"
window_days = 1
rules.entered_top = { n = [3, 5], margin = 0 }
rules.left_top = true
"""


@pytest.fixture(autouse=True)
def _ran(bench: Bench, kept_runs: Path) -> None:
    """The labs were added before a first run."""
    bench.add(LABS.format(mine="o*"))
    run_once(bench, kept_runs / "labs")


def stored_day(bench: Bench) -> Counter[str]:
    """Each lab's tokens of the newest day, summed from the stored lines."""
    sums: Counter[str] = Counter()
    with closing(open_store(f"sqlite:///{bench.folder}/rankbot.db")) as store:
        day = store.snapshot(MODEL_DAY, DAY)
        assert day is not None
        for entry in day.entries:
            sums[entry.item.split("/")[0]] += entry.tokens
    return sums


class TestTop:
    """The board, with shares of all tokens."""

    def test_a_day_is_the_sum_of_its_models(self, bench: Bench) -> None:
        lines = bench("top", "authors:1d", "-n", "50", "--json").lines
        assert {line["id"]: int(line["tokens"]) for line in lines} == stored_day(bench)
        assert [line["rank"] for line in lines] == list(range(1, len(lines) + 1))
        assert all(line["id"] == line["name"] for line in lines)

    def test_shares_are_of_all_tokens(self, bench: Bench) -> None:
        said = bench("top", "labs")
        assert said.out.startswith("Labs, listed models only, 7-day totals, 7 days to Tue 10 Nov\n")
        assert "openrouter.ai/rankings" in said.out
        assert said.out.splitlines()[1].split() == ["#", "was", "Lab", "Tokens", "Change", "Share"]
        assert "id " not in said.out
        shares = [line["share"] for line in bench("top", "labs", "-n", "50", "--json").lines]
        assert 0.5 < sum(shares) < 1  # the models outside the daily lists have the rest
        assert shares == sorted(shares, reverse=True)

    def test_models_have_shares_too_and_apps_have_none(self, bench: Bench) -> None:
        assert "Share" in bench("top", "models").out
        assert "Share" not in bench("top", "cli-agents").out
        assert {line["share"] for line in bench("top", "cli-agents", "--json").lines} == {None}


class TestLooking:
    """By its prefix a lab is found, drawn and exported."""

    def test_a_lab_is_found_beside_its_models(self, bench: Bench) -> None:
        lab = bench("top", "labs", "-n", "1", "--json").lines[0]
        found = bench("find", lab["id"].upper(), "--json").lines
        (own,) = [line for line in found if line["board"] == "authors:7d"]
        assert (own["id"], own["rank"], own["tokens"], own["date"]) == (lab["id"], 1, lab["tokens"], "2026-11-10")
        assert any(line["id"].startswith(f"{lab['id']}/") for line in found)

    def test_its_course_is_drawn_and_not_that_of_its_models(self, bench: Bench) -> None:
        lab = bench("top", "labs", "-n", "1", "--json").lines[0]["id"]
        said = bench("history", lab)
        assert f"{lab} in Labs, listed models only, 7-day totals" in said.out
        assert said.out.count(" in Labs") == 1
        assert "(id " not in said.out  # a lab is its own id
        boards = {(line["id"], line["board"]) for line in bench("history", lab, "--json").lines}
        assert boards == {(lab, "authors:7d")}

    def test_without_a_board_of_labs_none_is_found(self, bench: Bench) -> None:
        text = (bench.folder / "config.toml").read_text().replace('by = "author"', "")
        lab = bench("top", "labs", "-n", "1", "--json").lines[0]["id"]
        bench.configure(text)
        assert {line["id"] for line in bench("find", lab, "--json").lines}.isdisjoint({lab})

    def test_it_is_exported_like_any_board(self, bench: Bench) -> None:
        day = ("--from", "2026-11-10", "--to", "2026-11-10")
        out = bench("export", "--format", "csv", "--watchlist", "labs", *day).out
        rows = list(csv.DictReader(io.StringIO(out)))
        shown = bench("top", "labs", "-n", str(MODEL_DEPTH), "--json").lines
        assert [(row["item"], row["tokens"]) for row in rows] == [(line["id"], line["tokens"]) for line in shown]
        assert {(row["board"], row["start_date"]) for row in rows} == {("authors:7d", "2026-11-04")}
        assert bench("export", "--format", "csv", "--board", "authors:7d", *day).out == out

    def test_its_events_bear_the_board(self, bench: Bench) -> None:
        bench.add(DAILY)
        for file in bench.folder.glob("rankbot.db*"):  # nothing has begun yet
            file.unlink()
        for day in range(6, 11):
            assert bench("run", "--date", f"2026-11-{day:02}", "--send").code == 0
        events = bench("events", "--watchlist", "daily", "--all", "--json").lines
        assert {line["board"] for line in events} == {"authors:1d"}
        assert all(line["item"]["id"] == line["item"]["name"] for line in events)
        assert all(f"authors:1d/{line['kind']}" in line["key"] for line in events)
        out = bench("export", "--format", "csv", "--events", "--board", "authors:1d").out
        assert {row["watchlist"] for row in csv.DictReader(io.StringIO(out))} == {"daily"}

    def test_the_digest_has_the_table_of_labs(self, bench: Bench) -> None:
        said = bench("preview", "--channel", "files")
        assert "Labs, 7 days to Tue 10 Nov" in said.out
        assert "listed models only" in said.flat
        assert "Share" in said.out


class TestChecking:
    """Prefixes are looked up among labs, not among models."""

    def test_it_is_read_back_and_costs_no_request(self, bench: Bench) -> None:
        said = bench("check")
        assert "labs        Labs, listed models only, 7-day totals" in said.out

    def test_names_are_resolved_by_the_newest_day(self, bench: Bench) -> None:
        lab, tokens = stored_day(bench).most_common(1)[0]
        bench.configure((bench.folder / "config.toml").read_text().replace('"o*"', f'"{lab}", "id:nobody"'))
        said = bench("check", "--online")
        assert (said.code, tokens > 0) == (1, True)
        assert f"{lab} = id {lab}, #1" in said.out
        assert '"id:nobody" matches nothing.' in said.out

    def test_status_says_which_matches_nothing(self, bench: Bench) -> None:
        lab = stored_day(bench).most_common(1)[0][0]
        bench.configure((bench.folder / "config.toml").read_text().replace('"o*"', f'"{lab}", "nobody"'))
        told = bench("status", "--json").lines[0]["unmatched"]
        assert told == ['labs: "nobody" matches nothing yet']
