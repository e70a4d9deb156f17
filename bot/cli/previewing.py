"""A digest of a stored day, without storing or sending anything."""

from __future__ import annotations

import tempfile
import webbrowser
from datetime import date
from pathlib import Path

from bot.adapters.file import slack_json
from bot.adapters.pictures import self_contained
from bot.app.compose import Composed
from bot.app.preview import preview_day
from bot.app.records import Message
from bot.app.subscription import Subscription
from bot.cli.nothing import nothing_to_preview
from bot.cli.output import whisper
from bot.errors import UsageError
from bot.wiring import House


def compose_preview(house: House, channel: str | None, day: date | None) -> list[tuple[Subscription, Composed]]:
    """The digest of each channel (or the one named) for ``day``, or the newest day that is stored."""
    subscriptions = house.subscriptions()
    chosen = [known for known in subscriptions if channel in (None, known.channel.name)]
    if not chosen:
        names = ", ".join(known.channel.name for known in subscriptions) or "none"
        raise UsageError(f"No channel `{channel}` gets a digest.", hint=f"Those that do: {names}.")
    found = []
    for subscription in chosen:
        digest = preview_day(
            house.store, subscription, day, renderer=house.renderer, now=house.clock(), settle=house.settle
        )
        if digest:
            found.append((subscription, digest))
    if not found:
        raise nothing_to_preview(house, [one for known in chosen for one in known.watchlists], day)
    return found


def write_html(message: Message, file: Path) -> None:
    """Writes the mail's HTML, with its pictures within."""
    _write(file, self_contained(message))


def write_slack(message: Message, file: Path) -> None:
    """Writes the messages as Slack would get them with a bot token: a JSON list, the parent first."""
    _write(file, slack_json(message))


def open_html(message: Message, file: Path | None) -> None:
    """Shows the HTML in the browser, from ``file`` or a file of its own; says where it is if there is no browser."""
    if file is None:
        file = Path(tempfile.mkdtemp(prefix="rankbot-preview-")) / f"{message.day}.html"
        write_html(message, file)
    if not webbrowser.open(file.absolute().as_uri()):
        whisper(f"No browser can be opened here. The page is in {file}")


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} can't be written: {error.strerror}.") from error
