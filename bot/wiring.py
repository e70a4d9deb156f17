"""The one composition root: from a configuration to adapters and use cases. The only module with a real clock.

An adapter is imported where it is built: most commands need neither HTTP nor templates, and nobody has every channel.
"""

from __future__ import annotations

import logging
import os
import random
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bot import config as configuration
from bot.adapters import metrics
from bot.adapters.service_manager import ServiceManager
from bot.adapters.store import SqlStore, open_store, sqlite_version_warning
from bot.app.figures import Figures, figures
from bot.app.subscription import Subscription
from bot.config import Config, Secret
from bot.core.delivery import RetryPolicy
from bot.core.due import Cadence, rhythm
from bot.core.plan import complete_at
from bot.errors import StoreBusyError

if TYPE_CHECKING:
    from bot.adapters.openrouter import OpenRouterFeed
    from bot.adapters.pacing import Pacer
    from bot.adapters.render import JinjaRenderer
    from bot.app.cycle import Cycle, Timing
    from bot.app.deliver import Deliver
    from bot.app.ports import Channel
    from bot.app.prune import Pruned
    from bot.core.watchlist import Watchlist

LOG = logging.getLogger("rankbot")
_PICTURES = 32
"""Charts of which the pictures are kept: more than a cycle has."""
SLACK_PER_MINUTE = 60
"""Slack takes one message a second for each of its channels, whoever sends it, and bears short bursts: so processes
need not take turns. What comes too fast all the same is refused with a time to wait, which the outbox keeps."""
LOOK_PATIENCE = timedelta(seconds=75)
"""How long a single run waits to look for messages whose answers were lost: a little over the sum of the looks."""


def real_now() -> datetime:
    """The time, aware UTC."""
    return datetime.now(UTC)


def this_process() -> str:
    """How other processes are told of this one."""
    return f"process {os.getpid()} on {socket.gethostname()}"


def service_manager() -> ServiceManager:
    """The service manager that started this process, if one did."""
    return ServiceManager(os.environ.get("NOTIFY_SOCKET"))


def bundled_templates() -> Path:
    """The folder of the templates that come with the program: in the package, or beside it in a source tree."""
    inside = Path(__file__).parent / "templates"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "templates"


def bundled_schema() -> Path:
    """The JSON Schema of the configuration that comes with the program: in the package, or beside it."""
    return _bundled("config.schema.json")


def bundled_example() -> Path:
    """The configuration with every key, and why one would change it: in the package, or beside it."""
    return _bundled("config.example.toml")


def _bundled(name: str) -> Path:
    inside = Path(__file__).parent / name
    return inside if inside.is_file() else Path(__file__).parent.parent / name


def load_config(path: Path, *, secrets: bool = True, store: bool = False) -> Config:
    """The configuration at ``path``; raises ConfigError with every problem of the file.

    ``secrets``: whether they must be there; ``store``: whether there must be a place for it.
    """
    return configuration.load(path, environ=os.environ, secrets=secrets, store=store)


class House:
    """Everything that a configuration asks for, built once and closed at the end.

    ``clock`` is what the time is taken from (the demo has its own), ``sleep`` what waiting is done with. Nothing is
    connected until it is used; the store is opened (and upgraded) at once.
    """

    def __init__(
        self,
        config: Config,
        *,
        clock: Callable[[], datetime] = real_now,
        sleep: Callable[[float], None] = time.sleep,
        stop: Callable[[], bool] = lambda: False,
        patience: timedelta = LOOK_PATIENCE,
    ) -> None:
        self.config = config
        self.clock = clock
        self._sleep = sleep
        self._stop = stop
        self._patience = patience
        self._closing = ExitStack()
        self.settle = timedelta(hours=config.openrouter.settle_hours)
        self.store: SqlStore = open_store(config.store_url.read())
        self._closing.callback(self.store.close)
        self._paces: dict[object, Pacer] = {}
        self.complaints: list[str] = []
        self.cycles = metrics.Cycles()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    def rest(self) -> None:
        """Gives back what a cycle took and nobody needs before the next one: connections, and free memory."""
        from bot.adapters.memory import give_back

        self.store.rest()
        give_back()

    # ── what it is made of ───────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def channels(self) -> dict[str, Channel]:
        """Every channel by its name, made when the first is asked for: who only looks loads no service's library."""
        return {name: self._channel(name, table) for name, table in self.config.channels.items()}

    @cached_property
    def renderer(self) -> JinjaRenderer:
        """What writes digests, by the user's templates and the bundled ones."""
        from bot.adapters import charts
        from bot.adapters.render import JinjaRenderer

        return JinjaRenderer(
            bundled_templates(),
            self.config.defaults.templates,
            warnings=self._complain,
            draw=lru_cache(_PICTURES)(charts.draw) if charts.is_installed() else None,  # once for all channels
        )

    def feed(self) -> OpenRouterFeed:
        """The feed, paced and counted against the day's budget, with all processes that share the store."""
        from bot.adapters.openrouter import OpenRouterFeed
        from bot.adapters.pacing import SharedPacer

        table = self.config.openrouter
        before_request = SharedPacer(
            self.store,
            requests_per_minute=table.requests_per_minute,
            requests_per_day=table.requests_per_day,
            clock=self.clock,
            sleep=self._sleep,
        )
        feed = OpenRouterFeed(
            base_url=table.base_url,
            api_key=table.api_key.read,
            clock=self.clock,
            before_request=before_request,
            timeout_seconds=table.timeout_seconds,
        )
        self._closing.callback(feed.close)
        return feed

    def cycle(self, *, day: date | None = None) -> Cycle:
        """A cycle over everything. ``day`` is taken as the last complete day: planning then lives on its morrow."""
        from bot.adapters.store.turn import PollTurn
        from bot.app.cycle import Cycle

        return Cycle(
            store=self.store,
            feed=self.feed(),
            renderer=self.renderer,
            watchlists=self.config.watchlists,
            subscriptions=self.subscriptions(),
            operators=[self.channels[name] for name in self.config.operator.channels],
            deliver=self.deliver(),
            timing=self.timing(day),
            complaints=self.complaints,
            day=day,
            requests_per_day=self.config.openrouter.requests_per_day,
            alone=PollTurn(self.config.store_url.read(), who=this_process(), sleep=self._sleep, stop=self._stop),
        )

    def timing(self, day: date | None = None) -> Timing:
        """The clock, and the moment that planning lives in."""
        from bot.app.cycle import Timing

        fixed = complete_at(day, self.settle) if day else None
        return Timing(
            clock=self.clock,
            now=(lambda: fixed) if fixed else self.clock,
            settle=self.settle,
            catch_up_days=self.config.openrouter.max_catch_up_days,
            restate_days=self.config.openrouter.restate_days,
        )

    def deliver(self) -> Deliver:
        """The outbox's sender."""
        from bot.app.deliver import Deliver

        table = self.config.delivery
        policy = RetryPolicy(
            first=timedelta(seconds=table.first_retry_seconds),
            give_up=timedelta(days=table.give_up_after_days),
            lease=timedelta(seconds=table.lease_seconds),
            looks=tuple(timedelta(seconds=seconds) for seconds in table.look_seconds),
        )
        return Deliver(
            store=self.store,
            channels=self.channels,
            policy=policy,
            clock=self.clock,
            jitter=random.random,
            sleep=self._sleep,
            patience=self._patience,
            stop=self._stop,
        )

    def readers(self) -> Iterator[tuple[str, Cadence, tuple[Watchlist, ...]]]:
        """The name of each channel that readers have, with its cadence and its watchlists."""
        for name, table in self.config.channels.items():
            watchlists = tuple(watchlist for watchlist in self.config.watchlists if name in watchlist.channels)
            if watchlists:
                yield name, table.cadence, watchlists

    def subscriptions(self) -> tuple[Subscription, ...]:
        """The same with the channels themselves."""
        return tuple(
            Subscription(self.channels[name], cadence, watchlists) for name, cadence, watchlists in self.readers()
        )

    def figures(self) -> Figures:
        """The state of things in numbers."""
        limit = self.config.openrouter.requests_per_day
        return figures(self.store, self.config.watchlists, now=self.clock(), settle=self.settle, requests_limit=limit)

    def metrics(self) -> AbstractContextManager[object]:
        """Answers Prometheus while it lasts, where the configuration asks for it."""
        table = self.config.metrics
        if table.port is None:
            return nullcontext()
        return metrics.answering(self.figures, self.cycles, address=table.address, port=table.port)

    def prune(self) -> Pruned:
        """Lets go of what is older than the configuration keeps."""
        from bot.app.prune import Keep, prune

        keep = Keep(self.config.store.keep_boards_days, self.config.store.keep_messages_days)
        return prune(self.store, keep, self.config.watchlists, timing=self.timing())

    def ping(self) -> str | None:
        """Tells the dead man's switch that all is well; why it could not be told, if so."""
        from bot.adapters.ping import ping

        url = self.config.operator.ping_url
        return ping(url.read) if url else None

    def _complain(self, complaint: str) -> None:
        """A user's template or a chart failed: the log has it at once, the operator when the digests are composed."""
        LOG.warning("%s", complaint)
        self.complaints.append(complaint)

    def _channel(self, name: str, table: configuration.Channel) -> Channel:
        if isinstance(table, configuration.SlackChannel):
            return self._slack(name, table)
        if isinstance(table, configuration.EmailChannel):
            return self._email(name, table)
        if isinstance(table, configuration.PluggedChannel):
            return table.plug.build(name, table.settings(), table.if_unsure)
        from bot.adapters.file import FileChannel

        return FileChannel(name, directory=table.directory)

    def _slack(self, name: str, table: configuration.SlackChannel) -> Channel:
        from bot.adapters.slack import SlackToken, SlackWebhook

        pace = self._pace(table.webhook_url or (table.api_url, table.channel))
        if table.webhook_url:
            return SlackWebhook(name, url=table.webhook_url.read, pace=pace, if_unsure=table.if_unsure)
        return SlackToken(
            name,
            token=_reader(table.token),
            channel=table.channel or "",
            pace=pace,
            if_unsure=table.if_unsure,
            api_url=table.api_url,
        )

    def _email(self, name: str, table: configuration.EmailChannel) -> Channel:
        from bot.adapters.email import EmailChannel

        return EmailChannel(
            name,
            host=table.host,
            port=table.port,
            security=table.security,
            username=table.username.read if table.username else None,
            password=table.password.read if table.password else None,
            bearer=table.auth == "xoauth2",
            sender=table.sender,
            to=table.to,
            reply_to=table.reply_to,
            together=table.together,
            rhythm=rhythm(table.cadence),
            now=self.clock,
            if_unsure=table.if_unsure,
        )

    def _pace(self, place: object) -> Pacer:
        """The pace of a place in Slack, one for all channels that lead there."""
        from bot.adapters.pacing import Pacer

        made = Pacer(SLACK_PER_MINUTE, clock_monotonic=time.monotonic, sleep=self._sleep)
        return self._paces.setdefault(place, made)


def _reader(secret: Secret | None) -> Callable[[], str]:
    if secret is None:
        raise ValueError("a Slack channel without a webhook has a token: the configuration saw to it")
    return secret.read


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a cycle left everything in order: data stored, outbox empty."""

    complete: bool
    drained: bool


def after_cycle(house: House, *, complete: bool) -> Health:
    """Lets go of what is old, and pings the dead man's switch where all data is stored and the outbox is empty.

    ``complete`` is what the cycle's report says of its data.
    """
    _prune(house)
    health = Health(complete, not house.store.deliveries(open_only=True))
    house.cycles.last_at = house.clock()
    if health.complete and health.drained:
        house.cycles.good_at = house.cycles.last_at
        trouble = house.ping()
        if trouble:
            LOG.warning("ping failed reason=%s", trouble)
    return health


def _prune(house: House) -> None:
    try:
        pruned = house.prune()
    except StoreBusyError as error:  # there is time: the next cycle prunes
        LOG.warning("nothing was pruned reason=%s", error)
        return
    if pruned:
        LOG.info("pruned windows=%d parts=%d", pruned.windows, pruned.parts)


def warn_of_old_sqlite() -> None:
    """Logs it where this Python's SQLite has a known fault that a store of several processes may meet."""
    warning = sqlite_version_warning()
    if warning:
        LOG.warning("%s", warning)
