"""Keys that are gone are warned about for a release, and left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import load
from bot.config.channel_table import Table
from bot.config.retired import ANY, RETIRED, Retired
from bot.config.tables import CHANNELS, SECTIONS, WatchlistTable
from bot.errors import ConfigError

ENVIRON = {"OPENROUTER_API_KEY": "sk-or-invented"}
GONE = {
    ("log", "colour"): Retired("0.2.0", "Delete the line."),
    ("channel", ANY, "emoji"): Retired("0.3.0", "Write [channel.NAME] days instead."),
}
TEXT = """\
[log]
colour = "red"
level = "debug"

[channel.files]
type = "file"
emoji = true

[watchlist.cli-agents]
subcategory = "cli-agent"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A configuration with two keys that are no longer read."""
    path = tmp_path / "config.toml"
    path.write_text(TEXT)
    return path


def test_a_retired_key_is_noted_at_its_line_with_what_to_do(file: Path) -> None:
    config = load(file, environ=ENVIRON, retired=GONE)
    assert config.log.level == "debug"
    notes = [note for note in config.notes if "no longer read" in note.message]
    assert [(note.line, note.message) for note in notes] == [
        (2, "`colour` in [log] is no longer read, since rankbot 0.2.0"),
        (7, "`emoji` in [channel.files] is no longer read, since rankbot 0.3.0"),
    ]
    assert "Delete the line." in str(notes[0])


def test_and_logged_whenever_the_configuration_is_used(file: Path) -> None:
    assert load(file, environ=ENVIRON, retired=GONE).warnings == [
        "`colour` in [log] is no longer read, since rankbot 0.2.0. Delete the line.",
        "`emoji` in [channel.files] is no longer read, since rankbot 0.3.0. Write [channel.NAME] days instead.",
    ]


def test_after_that_release_it_is_an_unknown_key(file: Path) -> None:
    with pytest.raises(ConfigError, match="unknown key `colour`"):
        load(file, environ=ENVIRON)


def test_tables_that_are_none_are_left_to_the_other_checks(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('log = "loud"\nchannel = 3\n')
    with pytest.raises(ConfigError, match="`log` wants a table"):
        load(path, environ=ENVIRON, retired=GONE)


def test_no_key_that_can_be_set_is_retired() -> None:
    for path in RETIRED:
        models: dict[str, list[type[Table]]] = {"channel": [*CHANNELS.values()], "watchlist": [WatchlistTable]}
        tables = models.get(path[0]) or [SECTIONS[path[0]]]
        assert all(path[-1] not in table.key_names() for table in tables)
