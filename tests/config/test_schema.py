"""The schema for editors: it is what the models say, takes what is valid, and refuses the mistakes that it can see."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.config import STARTERS, starter
from bot.config.schema import descriptions_of, schema, written
from bot.config.tables import CHANNELS, SECTIONS, WatchlistTable
from bot.core.rules import RULES
from bot.wiring import bundled_schema
from tests.config.mistakes import MISTAKES, NOTES, Mistake, mended

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = (ROOT / "config.example.toml").read_text(encoding="utf-8")
UNSEEN = {
    **dict.fromkeys(
        ("unknown channel", "no channel at all", "channel of the operator", "channel of the defaults"),
        "what another table is called",
    ),
    **dict.fromkeys(
        (
            "no such folder",
            "unset variable",
            "missing file",
            "folder for a file",
            "a variable without env:",
            "unset variable of a channel",
            "missing file of a channel",
        ),
        "what the machine has",
    ),
    **dict.fromkeys(("near zone", "no zone"), "the zones that this system knows"),
    **dict.fromkeys(("webhook of no kind", "webhook in the clear"), "a secret is any text to it"),
    "recipient twice": "the same but for its case",
    "broken address": "an address is more than a pattern",
    "endless ratio": "NaN is a number to it",
    "a whole number as a decimal": "3.0 is a whole number to it",
    "part of a token": "what a text counts",
    "milestone twice": "what texts count",
    "bands that fall": "what one pair says of another",
}
"""The mistakes that only reading the file shows, and why."""


@pytest.fixture(scope="module")
def validator() -> Any:
    return jsonschema.Draft7Validator(schema())


def refused(validator: Any, text: str) -> list[str]:
    """What the schema finds wrong with a configuration."""
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(tomllib.loads(text))]


def test_it_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(schema())


def test_the_file_that_ships_is_made_of_the_models_and_the_example() -> None:
    """If not: ``python -m bot.config.schema config.example.toml > config.schema.json``."""
    assert bundled_schema() == ROOT / "config.schema.json"
    assert bundled_schema().read_text(encoding="utf-8") == written(EXAMPLE)


@pytest.mark.parametrize("text", [EXAMPLE, *map(starter, STARTERS)], ids=["example", *STARTERS])
def test_what_comes_with_rankbot_is_taken_and_names_the_schema(validator: Any, text: str) -> None:
    assert refused(validator, text) == []
    assert text.startswith("#:schema ./config.schema.json\n")


def test_every_alternative_of_the_example_is_taken(validator: Any) -> None:
    """Each line that is commented out there, by itself instead of the one before it or beside the others."""
    lines = EXAMPLE.splitlines()
    for number, line in enumerate(lines):
        text = line.removeprefix("#")
        if not line.startswith("#") or line.startswith("# ") or " = " not in text or "token" in text:
            continue
        key = text.partition(" = ")[0]
        header = max(place for place, known in enumerate(lines[:number]) if known.startswith(("[", "#[")))
        if lines[header].startswith("#[") or key == "channel":
            continue
        end = next((place for place in range(number, len(lines)) if lines[place].startswith("[")), len(lines))
        kept = [known for known in lines[header:end] if not known.startswith(f"{key} = ")]
        at = kept.index(line)
        changed = [*lines[:header], *kept[:at], text, *kept[at + 1 :], *lines[end:]]
        assert refused(validator, "\n".join(changed)) == [], text


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_that_it_can_see_is_refused_and_what_mends_it_is_taken(validator: Any, mistake: Mistake) -> None:
    assert (not refused(validator, mistake.toml)) == (mistake.name in UNSEEN)
    after = mended(mistake)
    if after is not None:
        assert refused(validator, after) == []


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.name)
def test_what_is_valid_but_surely_not_meant_is_taken(validator: Any, note: Mistake) -> None:
    assert refused(validator, note.toml) == []


def test_every_key_and_every_rule_is_in_it() -> None:
    found = schema()
    for name, model in SECTIONS.items():
        assert list(found["properties"][name]["properties"]) == list(model.key_names())
    channels = found["definitions"]["channel"]["oneOf"]
    for table, model in zip(channels, CHANNELS.values(), strict=True):
        assert list(table["properties"]) == list(model.key_names())
    watchlist = found["definitions"]["watchlist"]["properties"]
    assert list(watchlist) == list(WatchlistTable.key_names())
    assert list(watchlist["rules"]["properties"]) == ["default", *RULES]


def test_an_editor_shows_what_the_example_says_of_a_key() -> None:
    made = json.loads(written(EXAMPLE))
    assert made["properties"]["log"]["properties"]["format"]["description"] == '"json" for a log collector.'
    rules = made["definitions"]["watchlist"]["properties"]["rules"]["properties"]
    assert rules["spike"]["description"].startswith("An item within the top `within` that grew to `ratio` times")
    said = descriptions_of(EXAMPLE)
    assert ("email", "username") not in said
    assert not any("You will not need these" in text for text in said.values())
    assert {("rules", name) for name in RULES} <= set(said)
