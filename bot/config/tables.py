"""The tables of a configuration as models: every key, its kind and its default. Nothing here looks beyond its table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bot.config.fields import (
    At,
    Days,
    ExistingFolder,
    Filled,
    FolderPath,
    Host,
    Mailbox,
    Reply,
    Seconds,
    SecretText,
    SlackChannelName,
    SlashedUrl,
    StoreAddress,
    Url,
    Zone,
    one_of,
    times,
    whole,
)
from bot.config.secret import Secret
from bot.core.delivery import IfUnsure
from bot.core.ranking import MAX_WINDOW_DAYS
from bot.core.watchlist import COOLDOWN_DAYS

PORTS = {"starttls": 587, "tls": 465, "none": 25}
"""The usual port of a mail server, by ``security``."""

WhenQuiet = Literal["weekly-line", "nothing", "line"]
"""What a channel says on a quiet day: one line after a quiet week, nothing, or one line every quiet day."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """When a channel's digests are due, and what it says when nothing happened.

    ``days`` are those of ``date.weekday``. Without ``at`` a digest is due in the first cycle that evaluates one of its
    boards for the day. A single day makes it a weekly briefing, which always goes out.
    """

    days: frozenset[int]
    at: time | None
    timezone: ZoneInfo
    when_quiet: WhenQuiet
    if_unsure: IfUnsure

    @property
    def weekly(self) -> bool:
        """Whether its digests are weekly briefings."""
        return len(self.days) == 1


class Table(BaseModel):
    """The base of every table: strict, frozen, and silent about what it was given."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=True
    )

    @classmethod
    def key_names(cls) -> tuple[str, ...]:
        """The keys of the table as they are written."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())


class OpenRouter(Table):
    """``[openrouter]``: the feed, its limits, and when a day counts as complete."""

    api_key: SecretText = Field(default="env:OPENROUTER_API_KEY", validate_default=True)
    base_url: Url = "https://openrouter.ai/api/v1"
    requests_per_minute: Annotated[int, whole(1, 10_000)] = 30
    requests_per_day: Annotated[int, whole(1, 1_000_000)] = 500
    timeout_seconds: Seconds = 30.0
    settle_hours: Annotated[int, whole(0, 23)] = 2
    restate_days: Annotated[int, whole(0, 31)] = 1
    max_catch_up_days: Annotated[int, whole(1, 366)] = 31


class Store(Table):
    """``[store]``: the database."""

    url: StoreAddress = Field(default="sqlite:///rankbot.db", validate_default=True)


class Defaults(Table):
    """``[defaults]``: what every watchlist and channel starts from."""

    channels: tuple[str, ...] = ()
    timezone: Zone = ZoneInfo("UTC")
    cooldown_days: Annotated[int, whole(0, 366)] = COOLDOWN_DAYS
    templates: ExistingFolder | None = None


class ChannelTable(Table):
    """What every kind of channel has."""

    days: Days = frozenset(range(7))
    at: At | None = None
    timezone: Zone = ZoneInfo("UTC")
    when_quiet: Annotated[WhenQuiet, one_of("weekly-line", "nothing", "line")] = "weekly-line"
    if_unsure: Annotated[IfUnsure, BeforeValidator(IfUnsure), one_of("resend", "ask")] = IfUnsure.RESEND

    @property
    def cadence(self) -> Cadence:
        """When its digests are due."""
        return Cadence(self.days, self.at, self.timezone, self.when_quiet, self.if_unsure)


class SlackChannel(ChannelTable):
    """A channel of ``type = "slack"``: either ``webhook_url``, or ``token`` and ``channel``."""

    type: Literal["slack"]
    webhook_url: SecretText | None = None
    token: SecretText | None = None
    channel: SlackChannelName | None = None
    api_url: SlashedUrl = "https://slack.com/api/"


class EmailChannel(ChannelTable):
    """A channel of ``type = "email"``. ``port`` follows ``security`` where it is left out."""

    type: Literal["email"]
    host: Host
    security: Annotated[Literal["starttls", "tls", "none"], one_of("starttls", "tls", "none")] = "starttls"
    port: Annotated[int, whole(1, 65_535)] = PORTS["starttls"]
    username: SecretText | None = None
    password: SecretText | None = None
    sender: Mailbox = Field(alias="from")
    to: tuple[Mailbox, ...]
    reply_to: Reply = ""
    together: bool = False

    @model_validator(mode="before")
    @classmethod
    def _usual_port(cls, table: dict[str, Any]) -> dict[str, Any]:
        port = PORTS.get(str(table.get("security")))
        return {"port": port, **table} if port else table


class FileChannel(ChannelTable):
    """A channel of ``type = "file"``: each digest as files in a folder, which is made when it is needed."""

    type: Literal["file"]
    directory: FolderPath = Field(default="digests", validate_default=True)


class Operator(Table):
    """``[operator]``: where failures go, and the dead man's switch."""

    channels: tuple[str, ...] = ()
    ping_url: SecretText | None = None


class Delivery(Table):
    """``[delivery]``: how a failed send is tried again."""

    first_retry_seconds: Annotated[int, whole(1, 21_600)] = 60
    give_up_after_days: Annotated[int, whole(1, 31)] = 3
    lease_seconds: Annotated[int, whole(10, 3600)] = 120
    look_seconds: Annotated[tuple[Annotated[int, whole(1, 600)], ...], AfterValidator(times)] = (5, 15, 40)


class Log(Table):
    """``[log]``: how the program writes down what it did."""

    format: Annotated[Literal["text", "json"], one_of("text", "json")] = "text"
    level: Annotated[Literal["debug", "info", "warning", "error"], one_of("debug", "info", "warning", "error")] = "info"


class WatchlistTable(Table):
    """``[watchlist.ID]``, before its board and its rules are made."""

    title: Filled | None = None
    dataset: Annotated[Literal["apps", "models"], one_of("apps", "models")] = "apps"
    category: str | None = None
    subcategory: str | None = None
    by: Annotated[Literal["item", "author"], one_of("item", "author")] = "item"
    window_days: Annotated[int, whole(1, MAX_WINDOW_DAYS)] = 7
    mine: tuple[Filled, ...] = ()
    follow: tuple[Filled, ...] = ()
    exclude: tuple[Filled, ...] = ()
    only_followed: bool = False
    channels: tuple[str, ...] = ()
    cooldown_days: Annotated[int, whole(0, 366)] = COOLDOWN_DAYS
    rules: dict[str, Any] = Field(default_factory=dict)


CHANNELS: dict[str, type[SlackChannel | EmailChannel | FileChannel]] = {
    "slack": SlackChannel,
    "email": EmailChannel,
    "file": FileChannel,
}
"""The model of a channel by its ``type``."""

SECTIONS: dict[str, type[Table]] = {
    "openrouter": OpenRouter,
    "store": Store,
    "defaults": Defaults,
    "operator": Operator,
    "delivery": Delivery,
    "log": Log,
}
"""The tables that stand once, by their names."""

LABELS: dict[str, type[Table]] = {
    **{f"[{name}]": model for name, model in SECTIONS.items()},
    **{f'a channel of type "{kind}"': model for kind, model in CHANNELS.items()},
    "[watchlist.ID]": WatchlistTable,
}
"""Every table, as an error speaks of it."""


def secrets(table: Table) -> dict[str, Secret]:
    """The secrets that a table holds, by their keys."""
    return {name: value for name in type(table).model_fields if isinstance(value := getattr(table, name), Secret)}
