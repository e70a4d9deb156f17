"""The tables of a configuration as models: every key, its kind and its default. Nothing here looks beyond its table."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from bot.adapters.channels import PLUGS
from bot.config.addresses import Host, Mailbox, Reply, SlackChannelName, SlashedUrl, Url
from bot.config.channel_table import ChannelTable, Table
from bot.config.fields import Filled, Seconds, Zone, one_of, times, whole
from bot.config.plugs import PluggedChannel, table_of
from bot.config.references import ExistingFolder, FolderPath, SecretText, StoreAddress
from bot.config.secret import Secret
from bot.core.ranking import MAX_WINDOW_DAYS
from bot.core.retention import SHORTEST_DAYS
from bot.core.watchlist import COOLDOWN_DAYS

LONGEST_REQUEST = 110
"""Seconds that sending one part may take (a mail server's patience is the longest): while it is sent, nobody else may
take the delivery over, or it is sent twice."""
ONCE: dict[str, Any] = {"uniqueItems": True}
"""A list in which nothing is to stand twice; the errors say it of what differs in its case, too."""
PORTS = {"starttls": 587, "tls": 465, "none": 25}
"""The usual port of a mail server, by ``security``."""


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
    """``[store]``: the database, and for how long it keeps what nothing is decided by any more (None: for ever)."""

    url: StoreAddress = Field(default="sqlite:///rankbot.db", validate_default=True)
    keep_boards_days: Annotated[int, whole(SHORTEST_DAYS, 36_500)] | None = None
    keep_messages_days: Annotated[int, whole(1, 36_500)] | None = None


class Metrics(Table):
    """``[metrics]``: figures for Prometheus, answered by ``serve``; ``port`` None: none are."""

    port: Annotated[int, whole(1, 65_535)] | None = None
    address: Filled = "127.0.0.1"


class Defaults(Table):
    """``[defaults]``: what every watchlist and channel starts from."""

    channels: tuple[str, ...] = Field(default=(), json_schema_extra=ONCE)
    timezone: Zone = ZoneInfo("UTC")
    cooldown_days: Annotated[int, whole(0, 366)] = COOLDOWN_DAYS
    templates: ExistingFolder | None = None


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
    host: Host = Field(examples=["smtp.example.com"])
    security: Annotated[Literal["starttls", "tls", "none"], one_of("starttls", "tls", "none")] = "starttls"
    port: Annotated[int, whole(1, 65_535)] = PORTS["starttls"]
    username: SecretText | None = None
    password: SecretText | None = None
    auth: Annotated[Literal["password", "xoauth2"], one_of("password", "xoauth2")] = "password"
    sender: Mailbox = Field(alias="from", examples=["Rankings <rankings@example.com>"])
    to: tuple[Mailbox, ...] = Field(examples=[["name@example.com"]], json_schema_extra={"minItems": 1, **ONCE})
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

    channels: tuple[str, ...] = Field(default=(), json_schema_extra=ONCE)
    ping_url: SecretText | None = None


class Delivery(Table):
    """``[delivery]``: how a failed send is tried again."""

    first_retry_seconds: Annotated[int, whole(1, 21_600)] = 60
    give_up_after_days: Annotated[int, whole(1, 31)] = 3
    lease_seconds: Annotated[int, whole(LONGEST_REQUEST, 3600)] = 120
    look_seconds: Annotated[tuple[Annotated[int, whole(1, 600)], ...], AfterValidator(times)] = Field(
        default=(5, 15, 40), json_schema_extra={"minItems": 1}
    )


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
    channels: tuple[str, ...] = Field(default=(), json_schema_extra=ONCE)
    cooldown_days: Annotated[int, whole(0, 366)] = COOLDOWN_DAYS
    rules: dict[str, Any] = Field(default_factory=dict)


Channel = SlackChannel | EmailChannel | FileChannel | PluggedChannel
"""One ``[channel.NAME]``; its ``cadence`` says when its digests are due."""

CHANNELS: dict[str, type[Channel]] = {
    "slack": SlackChannel,
    "email": EmailChannel,
    "file": FileChannel,
    **{kind: table_of(plug) for kind, plug in PLUGS.items()},
}
"""The model of a channel by its ``type``."""

SECTIONS: dict[str, type[Table]] = {
    "openrouter": OpenRouter,
    "store": Store,
    "defaults": Defaults,
    "operator": Operator,
    "delivery": Delivery,
    "log": Log,
    "metrics": Metrics,
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
