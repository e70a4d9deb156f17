"""The demo: the whole thing, without a key or a network, on days of which some go wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.bench import Bench


def folder_of(out: str) -> Path:
    """Where the demo that said so left its files."""
    return next(Path(line.split()[-1]) for line in out.splitlines() if "rankbot.db" in line).parent


def test_it_runs_days_and_shows_the_digest(bench: Bench) -> None:
    said = bench("demo", "--days", "4")
    assert said.code == 0
    assert "4 polled over HTTP" in said.out
    assert said.out.count("SAMPLE DATA") >= 2
    assert "Source: OpenRouter (openrouter.ai/apps)" in said.out
    assert "on the way" not in said.out
    assert len(list((folder_of(said.out) / "digests").glob("*.html"))) == 4
    assert "Kestrel Code" in bench("history", "Kestrel Code", "--demo").out
    assert bench("events", "--all", "--demo").code == 0


def test_its_files_are_named_in_one_piece(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = bench.folder / "a folder with blanks" / ("long" * 20)
    folder.mkdir(parents=True)
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    said = bench("demo", "--days", "1")
    made = next(folder.iterdir())
    assert f"  stored      {made}/rankbot.db\n" in said.out
    assert f"  mail        {made}/digests/2026-11-10.html  (open it in a browser)\n" in said.out
    assert f"  slack       {made}/digests/2026-11-10.slack.json\n" in said.out


def lines_of(bench: Bench) -> list[Any]:
    """The events of the newest demo."""
    return bench("events", "--all", "--demo", "--json").lines


def lived_through(bench: Bench) -> None:
    """Runs the demo as it is, and asks it for all that went wrong on the way."""
    said = bench("demo")
    assert said.code == 0
    on_the_way = said.flat.partition("on the way ")[2].partition(" ──")[0]
    assert "machine off; told in one digest, late." in on_the_way
    assert "3 answers not believed; good ones 20 min later." in on_the_way
    assert "restated after it was told; put right the day after." in on_the_way
    shown = said.out.partition("SAMPLE DATA ──\n")[2]
    assert "not reported in time" not in shown
    assert "REVISED BY OPENROUTER" not in shown

    assert "rankbot deliveries show 4 --demo  the days off, told late but whole" in said.out
    late = bench("deliveries", "show", "4", "--demo").flat
    assert "not reported in time" in late
    assert "Nothing is missing." in late
    readers = [one for one in bench("deliveries", "--demo", "--json").lines if one["channel"] == "files"]
    assert {one["status"] for one in readers} == {"sent"}
    assert len(readers) == 15 - 3

    everything = bench("events", "--all", "--demo").out
    refused = everything.partition("Answers that were not believed")[2]
    assert refused.count("of the top 20 of the stored snapshot") == refused.count("a good one came") == 3
    assert "rankbot run --accept" not in refused
    wrong = [one for one in lines_of(bench) if one["status"] == "retracted"]
    assert ("cli-agents", "new_leader") in {(one["watchlist"], one["kind"]) for one in wrong}
    for one in wrong:
        told = everything.partition(f"{one['id']} ")[2]
        assert " ".join(told.split("\n", 3)[1:3]).split()[:2] == ["Before:", f"#{one['rank']},"]

    edge = bench("explain", "--item", "Ibex", "--demo").flat
    assert "CLI agents tells nothing." in edge
    assert "rank #10 #11" in edge
    assert "state before in, until beyond #15 wanted: out" in edge
    came = [(one["kind"], one["rank"]) for one in lines_of(bench) if one["item"]["name"] == "Ibex"]
    assert came == [("entered_top", 10)]

    every_day = bench("backtest", "--demo").out
    assert "gaps" not in every_day
    assert " ".join(every_day.split()).count("held back none") <= 3


def test_it_lives_through_an_outage_a_nonsense_answer_and_a_restated_day(bench: Bench) -> None:
    lived_through(bench)


@pytest.mark.slow
@pytest.mark.parametrize(
    "now",
    [
        datetime(2027, 1, 12, 3, tzinfo=UTC),
        datetime(2027, 3, 3, 18, tzinfo=UTC),
        datetime(2028, 3, 1, 0, 5, tzinfo=UTC),
    ],
)
def test_on_whatever_day_it_is_run(bench: Bench, now: datetime) -> None:
    bench.now = now
    lived_through(bench)


def test_with_too_few_days_for_an_outage_the_machine_is_never_off(bench: Bench) -> None:
    said = bench("demo", "--days", "12")
    assert "machine off" not in said.out
    assert "put right the day after" in said.out
