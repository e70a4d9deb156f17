"""A model is found on the boards that are watched, not among the days that the store sums them from."""

from __future__ import annotations

import pytest

from tests.cli.bench import Bench


@pytest.fixture
def weekly(bench: Bench) -> Bench:
    """The bot watches models by the week."""
    text = (bench.folder / "config.toml").read_text(encoding="utf-8")
    bench.configure(text.replace("window_days = 1", "window_days = 7"))
    assert bench("run").code == 0
    return bench


def test_a_model_s_place_is_that_of_the_digest(weekly: Bench) -> None:
    board = {line["id"]: line for line in weekly("top", "models", "-n", "50", "--json").lines}
    found = [line for line in weekly("find", "a", "--json").lines if "/" in line["id"]]
    listed = [line for line in found if line["id"] in board]
    assert len(listed) > 10
    assert {line["board"] for line in listed} == {"models:7d"}
    for line in listed:
        shown = board[line["id"]]
        assert (line["rank"], line["tokens"], line["date"]) == (shown["rank"], shown["tokens"], shown["date"])


def test_where_days_are_watched_too_both_are_shown(weekly: Bench) -> None:
    weekly.add('[watchlist.daily]\ndataset = "models"\nwindow_days = 1\n')
    found = weekly("find", "Simmer 5 Max", "--json").lines
    assert sorted({line["board"] for line in found}) == ["models:1d", "models:7d"]


def test_before_a_whole_window_is_stored_the_day_is_shown(bench: Bench) -> None:
    assert bench("run").code == 0
    text = (bench.folder / "config.toml").read_text(encoding="utf-8")
    bench.configure(text.replace("window_days = 1", "window_days = 300"))
    assert {line["board"] for line in bench("find", "Simmer 5 Max", "--json").lines} == {"models:1d"}


@pytest.mark.parametrize(
    ("command", "pages"),
    [
        (("find", "e"), ["apps", "rankings"]),
        (("find", "Kestrel Code"), ["apps"]),
        (("events",), ["apps", "rankings"]),
        (("events", "-w", "models"), ["rankings"]),
        (("events", "--date", "2026-10-01"), []),
        (("backtest", "--from", "2026-10-20"), ["apps", "rankings"]),
        (("backtest", "cli-agents", "--from", "2026-11-05", "--to", "2026-11-05"), ["apps"]),
        (("backtest", "models", "--from", "2026-10-20", "--sweep", "spike.ratio=2"), ["rankings"]),
    ],
)
def test_what_is_shown_is_cited_once_a_dataset(lived: Bench, command: tuple[str, ...], pages: list[str]) -> None:
    out = lived(*command).out.splitlines()
    cited = [number for number, line in enumerate(out) if line.startswith("Source: OpenRouter (openrouter.ai/")]
    assert [out[number].split("/")[1].split(")")[0] for number in cited] == pages
    assert all(out[number + 1] == "SAMPLE DATA, not real rankings." for number in cited)
