"""Where there is nothing to show, it is said of what, what there is instead, and what would help, if anything."""

from __future__ import annotations

from contextlib import closing
from datetime import date

import pytest

from bot.adapters.store import open_store
from bot.app.records import DayStatus, WatchlistDay
from tests.cli.bench import NOW, Bench


class TestNotStored:
    """A board, or a day of it."""

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("--date", "2026-09-01"), "To fetch it: rankbot backfill --from 2026-09-01 --to 2026-09-01"),
            (("--date", "2026-11-30"), "The newest complete day is 2026-11-10."),
            (("--date", "2024-12-31"), "OpenRouter's data begins on 2025-01-01."),
        ],
    )
    @pytest.mark.parametrize("command", [("top",), ("top", "models")])
    def test_a_day_of_a_board_that_is(
        self, lived: Bench, command: tuple[str, ...], arguments: tuple[str, ...], words: str
    ) -> None:
        said = lived(*command, *arguments)
        assert (said.code, words in said.flat) == (2, True)
        assert said.err.startswith(f"rankbot: Nothing is stored for {arguments[1]}.\n")
        assert "-day totals: stored from 2026-" in said.flat or "daily totals: stored from 2026-" in said.flat
        assert "to 2026-11-10. " in said.flat

    def test_what_it_advises_helps(self, lived: Bench) -> None:
        lived("backfill", "--from", "2026-09-01", "--to", "2026-09-01")
        assert lived("top", "--date", "2026-09-01").code == 0
        assert lived("top", "models", "--date", "2026-09-01").code == 0

    @pytest.mark.parametrize("board", ["apps:coding:all:popular:7d", "apps:coding:cli-agent:popular:30d"])
    def test_a_board_that_nobody_watches(self, lived: Bench, board: str) -> None:
        said = lived("top", board)
        assert (said.code, "backfill" in said.flat, "rankbot run" in said.flat) == (2, False, False)
        assert "No watchlist has this board, so that nothing fetches it. Watchlists here: cli-agents" in said.flat

    def test_a_board_before_the_first_run(self, bench: Bench) -> None:
        for command in (("top",), ("explain", "--item", "Sable")):
            said = bench(*command)
            assert (said.code, said.flat.endswith("7-day totals. To begin: rankbot run")) == (2, True)

    @pytest.mark.parametrize(
        ("day", "words"),
        [
            ("2020-01-01", "OpenRouter's data begins on 2025-01-01."),
            ("2026-09-01", "To fetch it: rankbot backfill --from 2026-09-01 --to 2026-09-01"),
        ],
    )
    def test_a_day_to_preview(self, lived: Bench, day: str, words: str) -> None:
        said = lived("preview", "--date", day)
        assert (said.code, said.flat.endswith(words)) == (2, True)
        assert f"Nothing is stored of {day} to make a digest from. The channel's boards: stored from 2026-" in said.flat

    def test_no_day_to_preview(self, bench: Bench) -> None:
        said = bench("preview")
        assert (said.code, "the newest day would bring: rankbot run --dry-run" in said.flat) == (2, True)


@pytest.mark.parametrize(
    ("name", "watchlist", "words"),
    [
        ("Sable", "models", "No model is called `Sable`, but an app is. With -w cli-agents it is looked for among"),
        ("Simmer 5 Max", "cli-agents", "No app is called `Simmer 5 Max`, but a model is. With -w models it is"),
    ],
)
def test_an_item_of_the_other_dataset(lived: Bench, name: str, watchlist: str, words: str) -> None:
    said = lived("explain", "--item", name, "-w", watchlist)
    assert (said.code, words in said.flat) == (2, True)


class TestNoEvents:
    """A day that nobody judged is not a quiet one."""

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (
                ("--date", "2026-11-11"),
                "No events: 2026-11-11 is not complete yet. The newest complete day is 2026-11-10.",
            ),
            (
                ("--date", "2027-11-01"),
                "No events: 2027-11-01 is not complete yet. The newest complete day is 2026-11-10.",
            ),
            (("--date", "2026-10-20"), "No events on 2026-10-20: not judged, it is before the first day, 2026-11-03."),
            (("--from", "2026-10-20", "--to", "2026-10-25"), "No events: none of these days was judged."),
            (("--from", "2026-11-12"), "No events: none of these days was judged."),
            (("--date", "2026-11-05", "-w", "cli-agents"), "No events."),
        ],
    )
    def test_why(self, lived: Bench, arguments: tuple[str, ...], words: str) -> None:
        said = lived("events", *arguments)
        assert (said.code, " ".join(said.out.split())) == (0, words)

    @pytest.mark.parametrize(
        ("status", "words"),
        [
            (
                DayStatus.GAP,
                "No events on 2026-11-10: cli-agents: a gap, no data came in time; models: not judged yet.",
            ),
            (
                DayStatus.WAITING,
                "No events on 2026-11-10: cli-agents: not judged yet, it waits for data; models: not judged yet.",
            ),
            (DayStatus.EVALUATED, "No events on 2026-11-10: models: not judged yet."),
        ],
    )
    def test_by_watchlist_where_they_differ(self, bench: Bench, status: DayStatus, words: str) -> None:
        bench("run", "--dry-run")
        with closing(open_store(f"sqlite:///{bench.folder}/rankbot.db")) as store:
            store.mark(WatchlistDay("cli-agents", date(2026, 11, 10), status, NOW))
        assert " ".join(bench("events", "--date", "2026-11-10").out.split()) == words

    def test_of_a_board_at_hand_that_nobody_judged(self, bench: Bench) -> None:
        bench("run", "--dry-run")
        assert bench("events", "--date", "2026-11-10").out == "No events on 2026-11-10: not judged yet.\n"
