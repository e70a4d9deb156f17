"""What ``rankbot init`` writes loads at once, and is short."""

from __future__ import annotations

import pytest

from bot.config import STARTERS, starter
from bot.core.ranking import Board, By, Dataset
from tests.config.reading import read

NEEDED = {
    "OPENROUTER_API_KEY": "sk-or-v1-0123456789abcdef",
    "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T0/B0/abcdefghijkl",
}


PLACEHOLDERS_LEFT = "`Your App`, `A Rival` and `Another*` are names that `rankbot init` made up"


@pytest.mark.parametrize("audience", STARTERS)
def test_a_starter_loads_with_two_variables_and_reaches_someone(audience: str) -> None:
    config = read(starter(audience), environ=NEEDED)
    assert config.watchlists
    assert all(watchlist.channels and watchlist.rules for watchlist in config.watchlists)
    wanted = {"nobody is told when something fails"} | ({PLACEHOLDERS_LEFT} if audience == "app" else set())
    assert {note.message for note in config.notes} == wanted


@pytest.mark.parametrize("audience", STARTERS)
def test_a_starter_is_short(audience: str) -> None:
    lines = starter(audience).splitlines()
    assert len(lines) <= 25
    assert max(map(len, lines)) <= 100


def test_the_maker_of_an_app_is_meant_where_nobody_is_named() -> None:
    assert starter() == STARTERS["app"]


def test_each_watches_what_its_reader_asks_about() -> None:
    boards = {name: {watchlist.board for watchlist in read(text).watchlists} for name, text in STARTERS.items()}
    everything, models = Board(Dataset.APPS), Board(Dataset.MODELS)
    labs = Board(Dataset.MODELS, by=By.AUTHOR)
    assert boards == {
        "app": {Board(Dataset.APPS, 7, "coding", "cli-agent")},
        "analyst": {everything, models, labs},
        "market": {everything, models, Board(Dataset.APPS, 7, "coding")},
    }


def test_the_maker_of_an_app_has_their_own_and_rivals() -> None:
    (watchlist,) = read(starter("app")).watchlists
    assert watchlist.mine
    assert watchlist.follow


def test_the_analyst_gets_a_weekly_briefing() -> None:
    assert all(channel.cadence.briefing for channel in read(starter("analyst")).channels.values())
