"""What the bot's own troubles are called, and how they are noted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.app.records import Incident
from bot.app.troubles import in_words, noted

NOW = datetime(2026, 11, 11, 2, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("feed:fails", "feed failed"),
        ("templates", "templates failed"),
        ("quarantine:models:1d:2026-11-10", "answer for models:1d not believed"),
        ("delivery:team:7", "team not delivered"),
        ("refused:team", "team not to all"),
        ("evaluated:cli-agents", "cli-agents not evaluated"),
    ],
)
def test_each_has_a_name_of_a_few_words(key: str, words: str) -> None:
    assert in_words(key) == words


@pytest.mark.parametrize(
    ("what", "then", "message"),
    [
        ("HTTP 503.", "It is asked again.", "HTTP 503.\nIt is asked again."),
        ("two\nlines", " and\nmore", "two lines\nand more"),
        ("HTTP 503.", "", "HTTP 503."),
    ],
)
def test_what_to_do_stands_on_a_line_of_its_own(what: str, then: str, message: str) -> None:
    assert noted(what, then) == message


def test_an_incident_is_read_whole_or_without_what_to_do() -> None:
    incident = Incident("feed:fails", noted("HTTP 503.", "It is asked again."), NOW)
    assert (incident.what, incident.text) == ("HTTP 503.", "HTTP 503. It is asked again.")
