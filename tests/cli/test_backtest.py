"""backtest: what would have been told, by the same engine, and what another value would change."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.bench import Bench
from tests.cli.lived import END, EVERY_RULE_FROM

GOLDEN = Path(__file__).parent / "golden"
ASKED = {
    "backtest": ("cli-agents", "--from", "2026-10-12", "--all"),
    "backtest-gaps": ("models", "--from", "2026-09-12", "--to", "2026-09-26"),
    "sweep": ("--from", "2026-10-20", "--sweep", "entered_top.n=10,20,50"),
    "sweep-off": ("models", "--from", "2026-10-20", "--sweep", "left_top.n=20,50"),
    "sweep-milestone": ("--from", "2026-10-20", "--sweep", "milestone.tokens=500B,1T,1.5T"),
    "sweep-share": ("--from", "2026-10-20", "--sweep", "share.points=1,2,3"),
    "sweep-cooldown": ("models", "--from", "2026-10-20", "--sweep", "cooldown_days=0,3,7"),
}


def untold(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events without their status: a backtest's are in no digest."""
    return [{key: value for key, value in line.items() if key != "status"} for line in lines]


@pytest.mark.parametrize("name", ASKED)
def test_backtests_read_as_reviewed(lived: Bench, name: str) -> None:
    said = lived("backtest", *ASKED[name])
    assert said.code == 0
    assert said.out + said.err == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("watchlist", ["cli-agents", "models"])
def test_by_every_rule_too(every_rule: Bench, watchlist: str) -> None:
    live = every_rule("events", "-w", watchlist, "--all", "--json").lines
    span = ("--from", str(EVERY_RULE_FROM), "--to", str(END))
    tested = every_rule("backtest", watchlist, *span, "--all", "--json")
    assert untold(tested.lines) == untold(live)


@pytest.mark.parametrize("watchlist", ["cli-agents", "models"])
def test_it_tells_what_the_live_run_told_to_the_letter(lived: Bench, watchlist: str) -> None:
    for option in ((), ("--all",)):
        live = lived("events", "-w", watchlist, *option, "--json").lines
        tested = lived("backtest", watchlist, "--from", "2026-11-03", *option, "--json")
        assert untold(tested.lines) == untold(live)
        assert {line["status"] for line in tested.lines} == {"new"}
        later = lived("backtest", watchlist, "--from", "2026-11-08", "--to", "2026-11-09", *option, "--json").lines
        assert untold(later) == untold([line for line in live if line["date"] in ("2026-11-08", "2026-11-09")])


def test_all_watchlists_and_nothing_is_stored_by_it(lived: Bench) -> None:
    before = lived("events", "--all").out
    both = {line["watchlist"] for line in lived("backtest", "--from", "2026-10-20", "--json").lines}
    assert both == {"cli-agents", "models"}
    assert lived("events", "--all").out == before


def test_a_sweep_as_json(lived: Bench) -> None:
    lines = lived("backtest", "models", "--from", "2026-10-20", "--sweep", "spike.ratio=1.5,2", "--json").lines
    assert [(line["watchlist"], line["parameter"], line["value"]) for line in lines] == [
        ("models", "spike.ratio", 1.5),
        ("models", "spike.ratio", 2),
    ]
    assert (lines[0]["from"], lines[0]["to"], lines[0]["days"]) == ("2026-10-20", "2026-11-10", 22)
    assert lines[0]["told"] >= lines[1]["told"] > 0
    assert set(lines[0]) >= {"per_week", "busiest", "items", "held_back"}


def test_a_sweep_leaves_out_watchlists_that_can_not_have_the_rule(lived: Bench) -> None:
    said = lived("backtest", "--from", "2026-11-03", "--sweep", "trending.n=5,10")
    assert (said.code, "CLI agents" in said.out, "Models" in said.out) == (0, True, False)


class TestAFewDays:
    """Of less than a week nobody can say how often something is told in one."""

    def test_after_a_first_run_it_counts_and_says_what_fetches_some_weeks(self, ran: Bench) -> None:
        said = ran("backtest")
        assert " a week" not in said.out.replace("less than a week", "")
        assert "10 Nov 2026 to 10 Nov 2026: 0 told\n" in said.out
        offer = said.flat.partition("Of less than a week there is no rate. To fetch them: ")[2]
        assert offer.startswith("rankbot backfill --from 2026-")
        command = offer.split()[1:6]
        assert ran(*command).code == 0
        assert " a week\n" in ran("backtest").out

    @pytest.mark.parametrize("days", [6, 7])
    def test_a_named_span_is_taken_as_it_is(self, lived: Bench, days: int) -> None:
        said = lived(
            "backtest", "models", "--from", "2026-10-20", "--to", str(date(2026, 10, 19) + timedelta(days=days))
        )
        assert (" a week\n" in said.out, "backfill" in said.out) == (days == 7, False)

    def test_a_sweep_counts(self, lived: Bench) -> None:
        span = ("--from", "2026-10-20", "--to", "2026-10-22")
        said = lived("backtest", "models", *span, "--sweep", "spike.ratio=1.5,2")
        assert said.out.splitlines()[1].split()[:2] == ["value", "told"]


class TestWithoutAFirstDay:
    """It begins with the first day of which all is stored that the rules look at."""

    def test_it_begins_where_nothing_is_missing(self, lived: Bench) -> None:
        said = lived("backtest")
        assert (said.code, said.err) == (0, "")
        first = said.out.rpartition("--from ")[2].strip()
        assert lived("backtest", "--from", first) == said
        assert "window that it would look at" not in said.err
        before = date.fromisoformat(first) - timedelta(days=1)
        assert "that it would look at." in lived("backtest", "--from", str(before)).flat

    def test_a_last_day_and_a_sweep_go_with_it(self, lived: Bench) -> None:
        lines = lived("backtest", "models", "--to", "2026-11-06", "--sweep", "spike.ratio=2,3", "--json").lines
        assert {line["to"] for line in lines} == {"2026-11-06"}
        assert len({line["from"] for line in lines}) == 1

    def test_days_on_which_nothing_ran_yet_do_not_matter(self, lived: Bench) -> None:
        first = lived("backtest").out.rpartition("--from ")[2]
        lived.now += timedelta(days=3)
        assert lived("backtest").out.rpartition("--from ")[2] == first

    def test_with_too_little_stored_it_is_said_how_to_learn_what_is_missing(self, bench: Bench) -> None:
        said = bench("backtest")
        assert said.code == 2
        assert "Of no day up to 2026-11-10 all is stored that the rules look at." in said.err
        assert "rankbot backtest --from 2026-10-27" in said.err


class TestMissingHistory:
    """What is not stored is offered to be fetched, with its price."""

    def test_without_any_of_it_there_is_no_backtest(self, lived: Bench) -> None:
        for more in ((), ("--sweep", "cooldown_days=1")):
            said = lived("backtest", "cli-agents", "--from", "2026-07-01", "--to", "2026-07-02", *more)
            assert said.code == 2
            assert "Nothing is stored of 2026-07-01 to 2026-07-02." in said.err
            assert "rankbot backfill --from 2026-06-09 --to 2026-07-02" in said.err
            assert "requests at most" in said.err

    def test_the_command_fetches_what_is_missing(self, lived: Bench) -> None:
        arguments = ("backtest", "cli-agents", "--from", "2026-10-08", "--to", "2026-10-12")
        said = lived(*arguments)
        assert "To fetch them: rankbot backfill --from 2026-09-16 --to 2026-09-19" in said.flat
        assert lived("backfill", "--from", "2026-09-16", "--to", "2026-09-19").code == 0
        assert lived(*arguments).err == ""

    def test_what_is_tried_beyond_the_configuration_is_said(self, lived: Bench) -> None:
        said = lived("backtest", "models", "--from", "2026-10-20", "--sweep", "spike.ratio=2")
        assert said.err == ""
        config = (lived.folder / "config.toml").read_text(encoding="utf-8")
        lived.configure(config.replace("trending = { n = 5 }", "").replace('mine = ["Kestrel Code"]', ""))
        lived.configure((lived.folder / "config.toml").read_text(encoding="utf-8").replace('follow = ["Marlin"]', ""))
        lived("backfill", "--from", "2026-09-18", "--to", "2026-09-19")
        said = lived("backtest", "cli-agents", "--from", "2026-09-20", "--to", "2026-09-21", "--sweep", "trending.n=5")
        assert "can be fetched once what is tried is in the configuration." in said.flat


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--to", "2024-12-31"), "--to 2024-12-31 is too early."),
        (("--from", "2026-11-11"), "2026-11-11 is not complete yet. The newest complete day is 2026-11-10."),
        (("--from", "2026-11-02", "--to", "2026-11-01"), "--from 2026-11-02 is later than --to 2026-11-01."),
        (("--from", "2024-12-31"), "OpenRouter's data begins on 2025-01-01."),
        (("x", "--from", "2026-11-01"), "There is no watchlist `x`. Watchlists here: cli-agents, models."),
        (
            ("--from", "2026-11-01", "--sweep", "entred_top.n=1"),
            "unknown rule `entred_top` did you mean",
        ),
        (("models", "--from", "2026-11-01", "--sweep", "trending.n=1"), "`trending` exists for apps only"),
    ],
)
def test_what_does_not_fit_is_said(lived: Bench, arguments: tuple[str, ...], words: str) -> None:
    said = lived("backtest", *arguments)
    assert (said.code, words in said.flat) == (2, True)
