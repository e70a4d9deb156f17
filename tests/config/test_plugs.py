"""A channel whose kind is one file: its table is made from the settings that the file declares."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.adapters.plug import Plug, SecretReader
from bot.cli.check import address
from bot.config import PluggedChannel
from bot.config.plugs import table_of
from bot.config.secret import Surroundings
from tests.config.reading import ENVIRON, complete, errors, read

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One setting of each kind."""

    token: SecretReader
    room: str = "news"
    loud: bool = False
    depth: int = field(default=5, metadata={"minimum": 1, "maximum": 9})
    folder: Path = Path("spool")
    to: tuple[str, ...] = ()


def build(*_: Any) -> Any:
    """Builds nothing: only the table is looked at."""


PIGEON = table_of(Plug("pigeon", Settings, build))


def pigeon(**changes: object) -> PluggedChannel:
    given = {"type": "pigeon", "token": "env:SLACK_BOT_TOKEN", **changes}
    return PIGEON.model_validate(given, context=Surroundings(Path("/x/config.toml"), ENVIRON))


def test_every_kind_of_setting_has_a_key_with_its_default_and_its_check() -> None:
    settings = pigeon().settings()
    assert settings.token() == ENVIRON["SLACK_BOT_TOKEN"]
    assert (settings.room, settings.loud, settings.depth, settings.to) == ("news", False, 5, ())
    assert settings.folder == Path("/x/spool")


@pytest.mark.parametrize(
    "wrong", [{"room": " "}, {"loud": "yes"}, {"depth": 10}, {"folder": 3}, {"to": ("a", 1)}, {"wings": 2}]
)
def test_what_does_not_fit_is_an_error(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        pigeon(**wrong)


class TestApprise:
    """A channel whose kind is one file: its keys are those that the file declares."""

    TEXT = '[channel.phone]\ntype = "apprise"\n{}\nat = "09:00"\n'

    def test_it_is_read_with_its_secret_read_anew(self, tmp_path: Path) -> None:
        environ = {**ENVIRON, "APPRISE_URL": "ntfy://topic"}
        table = read(complete(self.TEXT.format('url = "env:APPRISE_URL"')), tmp_path, environ=environ).channels["phone"]
        assert isinstance(table, PluggedChannel)
        assert table.cadence.at == time(9)
        settings = table.settings()
        environ["APPRISE_URL"] = "ntfy://other"
        assert settings.url() == "ntfy://other"

    def test_it_is_read_back_by_its_kind(self, tmp_path: Path) -> None:
        text = complete(self.TEXT.format('url = "env:SLACK_BOT_TOKEN"'))
        config = read(text, tmp_path)
        assert address(config.channels["phone"], config) == "by apprise"

    def test_its_address_is_required_and_a_variable_may_be_missing(self, tmp_path: Path) -> None:
        (missing,) = errors(complete(self.TEXT.format("")))
        assert missing.message == "`url` is missing in [channel.phone]"
        environ = {"OPENROUTER_API_KEY": "k"}
        (unset,) = errors(complete(self.TEXT.format('url = "env:APPRISE_URL"')), environ=environ)
        assert "the environment variable APPRISE_URL is not set" in unset.message
        assert 'use "file:/run/secrets/apprise-url"' in str(unset)

    def test_an_address_in_the_file_is_noted_and_never_shown(self, tmp_path: Path) -> None:
        text = complete(self.TEXT.format('url = "tgram://123:s3cretword/45"'))
        note = next(note for note in read(text, tmp_path).notes if "secret stands" in note.message)
        assert 'url = "env:APPRISE_URL"' in str(note)
        assert "s3cret" not in str(note)

    def test_without_the_package_it_says_what_to_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.adapters.plug.find_spec", lambda _name: None)
        text = complete(self.TEXT.format('url = "env:SMTP_PASSWORD"'))
        (missing,) = errors(text)
        assert missing.line == 2
        assert 'type = "apprise" needs a package that is not installed' in missing.message
        assert "pip install 'openrouter-rankbot[apprise]'" in str(missing)

    def test_nothing_of_it_is_imported_until_it_is_used(self, tmp_path: Path) -> None:
        (tmp_path / "config.toml").write_text(complete(self.TEXT.format('url = "env:A"')), encoding="utf-8")
        script = (
            "import sys; from pathlib import Path; from bot.wiring import House, load_config;"
            "House(load_config(Path('config.toml'))); print('apprise' in sys.modules)"
        )
        environment = {**os.environ, "A": "ntfy://topic", "OPENROUTER_API_KEY": "k", "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert (done.stdout, done.stderr) == ("False\n", "")
