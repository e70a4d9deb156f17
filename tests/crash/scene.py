"""The world that a trial plays in: the bot's configuration, and a store in which the day before is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.sandbox import Sandbox, World, last_completed_day
from tests.crash.evidence import Evidence
from tests.servers.slack import CHANNEL, TOKEN

MORNING = datetime(2026, 11, 11, 3, 0, tzinfo=UTC)
"""When a trial begins: the tenth is over, settled, and to be told as soon as it is judged."""
DUE_AT = "2026-11-11T02:00:00+00:00"
"""When the digest of the tenth is due."""
CONFIG = """\
[openrouter]
api_key = "env:OPENROUTER_API_KEY"
base_url = "{feed}"
requests_per_minute = 10000
requests_per_day = 10000

[store]
url = "env:DATABASE_URL"

[channel.team]
type = "slack"
token = "env:SLACK_BOT_TOKEN"
channel = "{channel}"
api_url = "{slack}/api/"
when_quiet = "line"

[channel.hook]
type = "slack"
webhook_url = "env:SLACK_WEBHOOK_URL"
when_quiet = "line"

[channel.mail]
type = "email"
host = "127.0.0.1"
port = {port}
security = "none"
from = "Rankings <rankings@example.com>"
to = ["one@example.com", "two@example.com"]
when_quiet = "line"

[channel.archive]
type = "file"
when_quiet = "line"

[channel.ops]
type = "slack"
token = "env:SLACK_BOT_TOKEN"
channel = "{channel}"
api_url = "{slack}/api/"

[operator]
channels = ["ops"]

[delivery]
first_retry_seconds = 10
lease_seconds = 110

[watchlist.cli-agents]
subcategory = "cli-agent"
mine = ["Kestrel Code"]

[watchlist.models]
dataset = "models"
window_days = 1
"""


@dataclass(slots=True)
class Scene:
    """A generated world with its feed, the store that trials start from, and what an uninterrupted run makes of it.

    ``boundaries`` and ``syscalls`` are how many such a run passes; ``took`` is its time in seconds.
    """

    sandbox: Sandbox
    clock: list[datetime]
    store: str = ""
    wanted: Evidence | None = None
    boundaries: int = 0
    syscalls: int = 0
    took: float = 0.0

    def turn_to(self, now: datetime) -> None:
        """Sets the feed's clock."""
        self.clock[0] = now


def scene(seed: int) -> Scene:
    """A world, on the morning before that of the trials; its feed does not serve yet."""
    clock = [MORNING - timedelta(days=1)]
    return Scene(Sandbox(World(seed, last_completed_day(MORNING)), now=lambda: clock[0], limits=False), clock)


def configure(folder: Path, *, feed: str, slack: str, port: int) -> None:
    """Writes the configuration of a trial."""
    folder.mkdir(parents=True)
    text = CONFIG.format(feed=feed, slack=slack, port=port, channel=CHANNEL)
    (folder / "config.toml").write_text(text, encoding="utf-8")


def environment(store: str, webhook: str) -> Mapping[str, str]:
    """The secrets of the configuration."""
    return {
        "DATABASE_URL": store,
        "OPENROUTER_API_KEY": "sk-or-invented",
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_WEBHOOK_URL": webhook,
        "RANKBOT_CONFIG": "config.toml",
    }
