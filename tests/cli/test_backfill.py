"""backfill."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot.sandbox import Sandbox
from bot.sandbox.answers import Answer, Request
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
        assert "2026-11-10 is the newest complete day: this backfill ends there." in said.out
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

    def test_a_board_that_had_not_begun_is_one_line_and_all_is_well(
        self, bench: Bench, world: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        usual = world.answer

        def young(request: Request) -> Answer:
            if request.path.endswith("app-rankings") and request.query["end_date"] < "2026-11-04":
                answer = json.loads(usual(request).body)
                return Answer(200, {}, json.dumps({**answer, "data": []}).encode())
            return usual(request)

        monkeypatch.setattr(world, "answer", young)
        said = bench("backfill", "--from", "2026-11-01", "--to", "2026-11-05")
        assert (said.code, said.err) == (0, "")
        assert "nothing     CLI agents: the feed has none of 3 windows, 1 to 3 November 2026" in said.out
        assert "failures    none open" in bench("status").out

    def test_an_answer_that_is_not_believed_can_be(
        self, bench: Bench, world: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        usual = world.answer

        def halved(request: Request) -> Answer:
            answer = json.loads(usual(request).body)
            if request.path.endswith("app-rankings") and request.query["end_date"] == "2026-11-03":
                answer["data"] = answer["data"][:3]
            return Answer(200, {}, json.dumps(answer).encode())

        monkeypatch.setattr(world, "answer", halved)
        said = bench("backfill", "--from", "2026-11-01", "--to", "2026-11-05")
        assert said.code == 1
        believe = "backfill --from 2026-11-03 --to 2026-11-03 --accept apps:coding:cli-agent:popular:7d"
        assert f"If it is right: rankbot {believe}" in said.flat
        (bench.folder / "other.toml").write_text((bench.folder / "config.toml").read_text(encoding="utf-8"))
        said = bench("backfill", "--from", "2026-11-01", "--to", "2026-11-05", "-c", "other.toml")
        assert f"If it is right: rankbot -c other.toml {believe}" in said.flat
        assert "failures    none open" in bench("status").out
        assert bench(*believe.split()).code == 0
        assert bench("backfill", "--from", "2026-11-01", "--to", "2026-11-05").out.startswith("All of it is stored")
