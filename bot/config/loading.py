"""Reads a configuration file: every table, then what joins them. All errors are gathered and raised at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from bot.adapters.channels import PLUGS
from bot.config.channel_table import ChannelTable
from bot.config.checks import (
    check_channel_names,
    check_email,
    check_metrics,
    check_slack,
    note_audience,
    note_clear_text,
    note_early,
    note_operator,
    note_secrets,
)
from bot.config.fields import NAME
from bot.config.model import Config
from bot.config.names import note_names
from bot.config.plugs import missing_package
from bot.config.positions import Path
from bot.config.report import AnyTable, Report, homes_of, read_table, unknown_key
from bot.config.retired import RETIRED, RetiredKeys, without_retired
from bot.config.rules import read_rules
from bot.config.secret import Surroundings
from bot.config.source import read
from bot.config.tables import (
    CHANNELS,
    SECTIONS,
    Channel,
    Defaults,
    Delivery,
    Log,
    Metrics,
    OpenRouter,
    Operator,
    Store,
    WatchlistTable,
)
from bot.config.watchlists import board_of, build_watchlist, check_watchlist
from bot.config.wrong import Wrong, did_you_mean, nearest, one_from
from bot.core.text import clean
from bot.core.watchlist import Watchlist
from bot.errors import ConfigError, Problem

_NAMED = {"channel": "NAME", "watchlist": "ID"}
"""The tables of which there are many, each with a name of its own."""
_CHECKS = {"slack": check_slack, "email": check_email}
"""What joins the keys of a channel, by its type."""


def load(
    path: FilePath,
    *,
    environ: Mapping[str, str],
    secrets: bool = True,
    store: bool = False,
    retired: RetiredKeys = RETIRED,
) -> Config:
    """The configuration in ``path``.

    Raises ConfigError with all errors (and notes) of the file, in file order. With ``secrets=False`` it does not matter
    whether secrets can be read, except the store's address, which every command needs. With ``store`` it is an error
    where a store can't be: whoever opens it finds out anyway, and may well find its disk there a minute later.
    ``retired`` keys are warned about and left out.
    """
    source = read(path)
    report = Report(source)
    data, warnings = without_retired(_frozen(source.data), retired, report)
    config = _Loading(data, report, Surroundings(path, environ, secrets, store)).config()
    if config is None:
        raise ConfigError(report.problems)
    config.notes.extend(report.problems)
    config.warnings.extend(warnings)
    return config


def summary(problems: list[Problem]) -> str:
    """The last line after a list of findings, such as "config.toml: 7 errors, 2 notes. Nothing was started."."""
    notes = sum(problem.note for problem in problems)
    errors = len(problems) - notes
    counts = [_counted(errors, "error")] if errors else []
    counts += [_counted(notes, "note")] if notes else []
    end = " Nothing was started." if errors else ""
    return f"{problems[0].file}: {', '.join(counts)}.{end}" if problems else ""


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _usable(name: str) -> str:
    """A name that can be used, near to one that can't."""
    near = re.sub(r"[^a-z0-9_-]+", "-", clean(name).casefold()).strip("-_")
    return f"did you mean `{near}`?" if NAME.match(near) else "such as `cli-agents`"


def _frozen(value: Any) -> Any:
    """TOML's data with tuples for lists, as the strict models want them."""
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class _Loading:
    """One configuration being read."""

    data: Mapping[str, Any]
    report: Report
    where: Surroundings

    def config(self) -> Config | None:
        """The configuration; None where errors were reported."""
        self._check_tables()
        openrouter = self._section("openrouter", OpenRouter)
        store = self._section("store", Store)
        defaults = self._section("defaults", Defaults)
        operator = self._section("operator", Operator)
        delivery = self._section("delivery", Delivery)
        log = self._section("log", Log)
        metrics = self._section("metrics", Metrics)
        base = defaults or Defaults()
        channels = self._channels(base, openrouter)
        watchlists = self._watchlists(base, operator or Operator())
        if metrics:
            check_metrics(metrics, self.report)
        if not (openrouter and store and defaults and operator and delivery and log and metrics):
            return None
        if self.report.has_errors:
            return None
        note_operator(operator, watchlists, self.report)
        note_audience(channels, operator, watchlists, self.report)
        for watchlist in watchlists:
            note_names(watchlist, self.report)
        return Config(
            file=self.where.file.absolute(),
            openrouter=openrouter,
            store=store,
            defaults=defaults,
            channels=channels,
            operator=operator,
            delivery=delivery,
            log=log,
            metrics=metrics,
            watchlists=watchlists,
            lines={path: self.report.line(path) for path in self.report.source.places},
        )

    def _check_tables(self) -> None:
        """Reports top-level tables that do not exist, and keys that stand outside of any table."""
        names = (*SECTIONS, *_NAMED)
        for name, value in self.data.items():
            if name in names:
                continue
            home = "" if isinstance(value, Mapping) else homes_of(name)
            if home:
                wrong = Wrong(f"`{clean(name)}` stands outside of any table", under=f"it belongs to {home}")
            else:
                near = did_you_mean(name, names, quote="`")
                wrong = Wrong(f"unknown table `{clean(name)}`", under=near or f"tables: {', '.join(names)}")
            self.report.error((name,), wrong, key=True)

    def _section(self, name: str, model: type[AnyTable]) -> AnyTable | None:
        table = read_table(model, self.data.get(name, {}), (name,), report=self.report, where=self.where)
        if table:
            note_secrets((name,), table, self.report)
        raw = self.data.get(name)
        if isinstance(raw, Mapping) and "channels" in raw:
            check_channel_names((name, "channels"), raw["channels"], self._named("channel"), self.report)
        return table

    def _named(self, kind: str) -> Mapping[str, Mapping[str, Any]]:
        """The tables ``[kind.NAME]`` that there are, whatever is in them."""
        tables = self.data.get(kind, {})
        return (
            {name: table for name, table in tables.items() if isinstance(table, Mapping)}
            if isinstance(tables, Mapping)
            else {}
        )

    def _check_names(self, kind: str, model_keys: tuple[str, ...]) -> None:
        """Reports names that can't be used, and keys that stand right under ``[channel]`` or ``[watchlist]``."""
        tables, example = self.data.get(kind, {}), f"[{kind}.{_NAMED[kind]}]"
        if not isinstance(tables, Mapping):
            wrong = Wrong(f"`{kind}` wants tables with names", under=f"such as {example}")
            self.report.error((kind,), wrong, key=True)
            return
        for name, table in tables.items():
            if not isinstance(table, Mapping):
                wrong = Wrong(
                    f"`{clean(name)}` stands right under [{kind}]", under=f"each {kind} has a name: {example}"
                )
                known = unknown_key(name, model_keys, f"[{kind}]")
                self.report.error((kind, name), wrong if name in model_keys else known, key=True)
            elif not NAME.match(name):
                wrong = Wrong(
                    f"`{clean(name)}` can't be the name of a {kind}",
                    under=_usable(name),
                    advice="It has letters, digits, - and _, and begins with a letter or a digit.",
                )
                self.report.error((kind, name), wrong, key=True)

    def _channels(self, defaults: Defaults, openrouter: OpenRouter | None) -> dict[str, Channel]:
        keys = tuple({key: None for model in CHANNELS.values() for key in model.key_names()})
        self._check_names("channel", keys)
        found: dict[str, Channel] = {}
        for name, raw in self._named("channel").items():
            path = ("channel", name)
            channel = self._channel(path, {"timezone": defaults.timezone.key, **raw}, keys)
            if channel:
                found[name] = channel
                note_secrets(path, channel, self.report)
                note_clear_text(path, channel, self.report)
                if openrouter:
                    note_early(path, channel, openrouter, self.report)
        return found

    def _channel(self, path: Path, raw: Mapping[str, Any], keys: tuple[str, ...]) -> Channel | None:
        kind = raw.get("type")
        if not isinstance(kind, str) or kind not in CHANNELS:
            self._report_rest(path, raw, self._report_type(path, raw), keys)
            return None
        if kind in PLUGS and not PLUGS[kind].is_installed:
            self.report.error((*path, "type"), missing_package(PLUGS[kind]))
        return self._channel_of(kind, path, raw)

    def _channel_of(self, kind: str, path: Path, raw: Mapping[str, Any]) -> Channel | None:
        if kind in _CHECKS:
            _CHECKS[kind](path, raw, self.report)
        return read_table(CHANNELS[kind], raw, path, report=self.report, where=self.where)

    def _report_type(self, path: Path, raw: Mapping[str, Any]) -> str | None:
        """Reports a channel without a usable type; returns the one that was probably meant, if any."""
        if "type" not in raw:
            fitting = [kind for kind, model in CHANNELS.items() if set(raw) <= {*model.key_names()}]
            meant = fitting[0] if len(fitting) == 1 else None
            self.report.error(path, Wrong("this channel has no `type`", under=f'add type = "{meant or "slack"}"'))
            return meant
        kind = raw["type"]
        near = nearest(kind, CHANNELS) if isinstance(kind, str) else None
        cited = f"`{clean(kind)}`" if isinstance(kind, str) else "this"
        under = f'did you mean "{near}"?' if near else one_from(CHANNELS)
        self.report.error((*path, "type"), Wrong(f"{cited} is not a type of channel", under=under))
        return near

    def _report_rest(self, path: Path, raw: Mapping[str, Any], meant: str | None, keys: tuple[str, ...]) -> None:
        """Reports what else is wrong with a channel of no usable type: by the type that was meant, if one was.

        Without one, the keys that no type has, and the values of those that all types have.
        """
        if meant:
            self._channel_of(meant, path, {**raw, "type": meant})
            return
        for key in raw:
            if key not in keys:
                self.report.error((*path, key), unknown_key(key, keys, f"[channel.{path[-1]}]"), key=True)
        shared = {key: raw[key] for key in ChannelTable.key_names() if key in raw}
        read_table(ChannelTable, shared, path, report=self.report, where=self.where)

    def _watchlists(self, defaults: Defaults, operator: Operator) -> tuple[Watchlist, ...]:
        self._check_names("watchlist", WatchlistTable.key_names())
        tables = self._named("watchlist")
        if not tables and not self.data.get("watchlist"):
            advice = 'Add one, such as:\n[watchlist.cli-agents]\nsubcategory = "cli-agent"'
            self.report.error((), Wrong("there is no watchlist, so there is nothing to watch", advice=advice))
        found = (self._watchlist(("watchlist", name), raw, defaults, operator) for name, raw in tables.items())
        return tuple(watchlist for watchlist in found if watchlist)

    def _watchlist(
        self, path: Path, raw: Mapping[str, Any], defaults: Defaults, operator: Operator
    ) -> Watchlist | None:
        check_watchlist(path, raw, self.report)
        check_channel_names((*path, "channels"), raw.get("channels"), self._named("channel"), self.report)
        given = {"cooldown_days": defaults.cooldown_days, **raw}
        table = read_table(WatchlistTable, given, path, report=self.report, where=self.where)
        if table is None:
            rules = raw.get("rules")
            if isinstance(rules, Mapping):
                read_rules((*path, "rules"), rules, board_of(raw), self.report)
            return None
        others = tuple(name for name in self._named("channel") if name not in operator.channels)
        channels = table.channels or defaults.channels or others
        return build_watchlist(path, table, channels, report=self.report)
