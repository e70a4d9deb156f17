"""A digest that is due already is what comes next: who asks when is not sent to tomorrow."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.cli.bench import Bench

MONDAYS = 'days = ["mon"]\nat = "07:30"\n'
SOON = "with the next run, about Tue 10 Nov; then Thu 12 Nov 02:00 UTC"


def with_channel(bench: Bench, cadence: str) -> None:
    """The bench's channel has another cadence."""
    text = (bench.folder / "config.toml").read_text(encoding="utf-8")
    bench.configure(text.replace('when_quiet = "line"\n', f'when_quiet = "line"\n{cadence}'))


def away(bench: Bench) -> None:
    """The feed can't be reached."""
    text = (bench.folder / "config.toml").read_text(encoding="utf-8")
    bench.configure(re.sub(r'base_url = ".*"', 'base_url = "http://127.0.0.1:9/api/v1"', text))


def test_before_a_first_run(bench: Bench) -> None:
    assert f"next: {SOON}" in bench("check").flat
    assert f"files: nothing sent yet; next {SOON}" in bench("status").flat
    assert f"next: {SOON}" in bench("check").flat  # the store is there by now, and empty
    assert bench("status", "--json").lines[0]["channels"]["files"]["owed_since"] == "2026-11-11T02:00:00+00:00"
    assert "sent: " in bench("run").flat
    assert "next: Thu 12 Nov 02:00 UTC, about Wed 11 Nov" in bench("check").flat
    assert "next Thu 12 Nov 02:00 UTC" in bench("status").flat
    assert bench("status").out.startswith("OK   evaluated up to Tue 10 Nov; next: Thu 12 Nov 02:00 UTC to files\n")
    assert bench("status", "--json").lines[0]["channels"]["files"]["owed_since"] is None


def test_when_the_next_day_is_complete_and_nothing_ran(ran: Bench) -> None:
    ran.now += timedelta(days=1)
    owed = "with the next run, about Wed 11 Nov; then Fri 13 Nov 02:00 UTC"
    assert f"next {owed}" in ran("status").flat
    assert "evaluated up to Tue 10 Nov; next: with the next run to files" in ran("status").flat
    assert f"next: {owed}" in ran("check").flat


def test_while_the_data_does_not_come(bench: Bench) -> None:
    """What can't be composed yet is not said to be due in a day."""
    away(bench)
    said = bench("run")
    assert "files waits for data, about Tue 10 Nov" in said.flat
    assert "nothing due before" not in said.flat
    assert f"next {SOON}" in bench("status").flat


def test_a_briefing_is_about_a_week_that_a_first_run_may_not_know(bench: Bench) -> None:
    with_channel(bench, MONDAYS)
    assert "next: Mon 16 Nov 07:30 UTC, about 9 to 15 Nov" in bench("check").flat
    away(bench)
    assert "nothing due before Mon 16 Nov 07:30 UTC" in bench("run").flat


def test_a_briefing_that_was_missed_names_its_week(ran: Bench) -> None:
    with_channel(ran, MONDAYS)
    ran("run")
    ran.now += timedelta(days=5, hours=6)
    assert "next: with the next run, about 9 to 15 Nov 2026; then Mon 23 Nov 07:30 UTC" in ran("check").flat


@pytest.mark.parametrize("quiet", ["nothing", "weekly-line"])
def test_a_quiet_day_that_was_judged_is_not_owed(bench: Bench, quiet: str) -> None:
    text = (bench.folder / "config.toml").read_text(encoding="utf-8").replace('"line"', f'"{quiet}"')
    text = text.replace('mine = ["Kestrel Code"]\nfollow = ["Marlin"]\n', "")
    bench.configure(text + "[watchlist.models.rules]\ndefault = false\n[watchlist.cli-agents.rules]\ndefault = false\n")
    for day in ("2026-11-09", "2026-11-10"):
        bench("run", "--date", day, "--send")
    assert "next Thu 12 Nov 02:00 UTC" in bench("status").flat
