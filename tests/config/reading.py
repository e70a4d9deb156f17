"""Reads configurations given as text, with an environment of invented secrets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.config import Config, load
from bot.errors import ConfigError, Problem

ENVIRON = {
    "HOME": "/home/someone",
    "OPENROUTER_API_KEY": "sk-or-v1-0123456789abcdef",
    "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T0/B0/abcdefghijkl",
    "SLACK_BOT_TOKEN": "xoxb-1234-abcdefgh",
    "SMTP_USERNAME": "mailer",
    "SMTP_PASSWORD": "correct horse battery",
    "HEALTHCHECK_URL": "https://hc-ping.com/0a1b2c3d",
    "APPRISE_URL": "json://127.0.0.1:9/invented",
}

CHANNEL = '[channel.team]\ntype = "slack"\nwebhook_url = "env:SLACK_WEBHOOK_URL"\n'


def complete(text: str) -> str:
    """The text with what it lacks to be a whole configuration, after its own lines."""
    text = text if text.endswith("\n") else f"{text}\n"
    return text if "[watchlist" in text else f"{text}[watchlist.whole]\n"


def read(
    text: str, folder: Path | None = None, *, environ: Mapping[str, str] | None = None, secrets: bool = True
) -> Config:
    """The configuration that a text makes, in a file of its own."""
    if folder is None:
        with TemporaryDirectory() as fresh:
            return read(text, Path(fresh), environ=environ, secrets=secrets)
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return load(file, environ=ENVIRON if environ is None else environ, secrets=secrets)


def problems(text: str, folder: Path | None = None, *, environ: Mapping[str, str] | None = None) -> list[Problem]:
    """All findings about a text, in their order, whether it is valid or not."""
    try:
        return read(text, folder, environ=environ).notes
    except ConfigError as error:
        return error.problems


def errors(text: str, folder: Path | None = None, *, environ: Mapping[str, str] | None = None) -> list[Problem]:
    """The errors of a text, without notes."""
    return [problem for problem in problems(text, folder, environ=environ) if not problem.note]


def notes(text: str, folder: Path | None = None, *, environ: Mapping[str, str] | None = None) -> list[Problem]:
    """The notes on a text that has no errors."""
    return read(text, folder, environ=environ).notes


def covered(problem: Problem) -> str:
    """What stands above the carets of a problem's excerpt."""
    lines = problem.excerpt.split("\n")
    carets = next(index for index, line in enumerate(lines) if line.startswith("      | ") and "^" in line)
    start = lines[carets].index("^")
    end = start + len(lines[carets][start:]) - len(lines[carets][start:].lstrip("^"))
    return lines[carets - 1][start:end]
