"""backfill."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cli.bench import CONFIG, Bench


class TestBackfill:
    """Past windows, once each."""

    def test_it_fetches_what_is_missing(self, bench: Bench) -> None:
        said = bench("backfill", "--from", "2026-11-01", "--to", "2026-11-05")
        assert said.code == 0
        assert "fetched     6 of 6" in said.out
        assert "stored      10 windows" in said.out
        assert bench("backfill", "--from", "2026-11-01", "--to", "2026-11-05").out.startswith("All of it is stored")
        assert bench("events").out == "No events.\n"

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ((), "A backfill has a first day."),
            (("--from", "2026-11-05", "--to", "2026-11-01"), "--from 2026-11-05 is later than --to 2026-11-01."),
            (("--from", "2026-12-01"), "2026-12-01 is not complete yet. The newest complete day is 2026-11-10."),
            (("--from", "2026-11-11"), "2026-11-11 is not complete yet."),
            (("--from", "2024-01-01", "--to", "2024-12-31"), "OpenRouter's data begins on 2025-01-01."),
        ],
    )
    def test_what_does_not_fit_is_said(self, bench: Bench, arguments: tuple[str, ...], words: str) -> None:
        said = bench("backfill", *arguments)
        assert (said.code, words in said.flat, said.out) == (2, True, "")

    def test_days_that_the_feed_does_not_have_are_left_out(self, bench: Bench) -> None:
        said = bench("backfill", "--from", "2026-11-09", "--to", "2026-12-31")
        assert (said.code, "stored      4 windows" in said.out) == (0, True)
        bench.configure(CONFIG.format(url="http://127.0.0.1:9/api/v1"))
        said = bench("backfill", "--from", "2024-06-01", "--to", "2025-01-01")
        assert "OpenRouter's data begins on 2025-01-01: so does this backfill.\n3 requests at most" in said.out

    def test_a_used_up_budget_is_said_and_the_next_day_goes_on(self, bench: Bench) -> None:
        text = (bench.folder / "config.toml").read_text()
        bench.configure(text.replace("requests_per_day = 10000", "requests_per_day = 3"))
        said = bench("backfill", "--from", "2026-11-01", "--to", "2026-11-05")
        assert said.code == 75
        assert "11 requests at most, about 1 s. 9 of them may not fit into today's 3." in said.flat
        assert "fetched     2 of 6" in said.out
        assert "later 8 requests do not fit into today's 3; they come tomorrow." in said.flat
        assert "go on where it stopped" in said.err
        bench.now += timedelta(days=1)
        assert "fetched     1 of 4" in bench("backfill", "--from", "2026-11-01", "--to", "2026-11-05").out
