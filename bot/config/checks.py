"""What no single table shows: channels that do not exist, and settings that are valid but surely not meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from typing import Any

from bot.config.addresses import is_loopback
from bot.config.channel_table import Table
from bot.config.plugs import PluggedChannel
from bot.config.positions import Path
from bot.config.references import usual_variable
from bot.config.report import Report
from bot.config.secret import FOR_OTHERS, Origin, Secret, StoreUrl
from bot.config.tables import Channel, EmailChannel, Metrics, OpenRouter, Operator, secrets
from bot.config.wrong import Wrong, nearest
from bot.core.rules import Moved, Overtook
from bot.core.text import clean
from bot.core.watchlist import Watchlist

_WINTER, _SUMMER = date(2026, 1, 15), date(2026, 7, 15)
"""Two days that show a zone's standard and summer time: enough for a note, and no clock is needed."""
_UTC = frozenset({"UTC", "Etc/UTC"})
"""The zones that need no conversion to UTC."""


def check_channel_names(path: Path, names: object, channels: Mapping[str, Any], report: Report) -> None:
    """Reports each name in a list of channels that no ``[channel.NAME]`` has."""
    if not isinstance(names, tuple):
        return
    for index, name in enumerate(names):
        if isinstance(name, str) and name not in channels:
            report.error((*path, index), _no_channel(name, channels, report))
    check_repeats(path, names, report)


def check_repeats(path: Path, texts: Sequence[object], report: Report) -> None:
    """Reports each element of a list that stood there before, no matter its case: nothing is to be sent twice."""
    folded = [text.casefold() if isinstance(text, str) else text for text in texts]
    for index, text in enumerate(folded):
        if text in folded[:index]:
            report.error((*path, index), Wrong("this stands twice in the list", under="leave it out"))


def _no_channel(name: str, channels: Mapping[str, Any], report: Report) -> Wrong:
    cited = f"no channel `{clean(name)}`"
    if not channels:
        return Wrong(cited, under="there is no [channel.NAME] yet")
    near = nearest(name, channels)
    there = ", ".join(f"{known} (line {report.line(('channel', known))})" for known in channels)
    meant = f'; did you mean "{near}"?' if near else ""
    return Wrong(cited, under=f"channels here: {there}{meant}")


def check_slack(path: Path, raw: Mapping[str, Any], report: Report) -> None:
    """Reports a Slack channel that has no way to post, half a one, or two."""
    webhook, bot = "webhook_url" in raw, [key for key in ("token", "channel") if key in raw]
    if webhook and bot:
        wrong = Wrong(
            "Slack wants either `webhook_url`, or `token` and `channel`",
            under="leave out `webhook_url`, or this and `channel`",
        )
        report.error((*path, bot[0]), wrong, key=True, also=((*path, "webhook_url"),))
    elif not webhook and not bot:
        wrong = Wrong(
            "Slack wants `webhook_url`, or `token` and `channel`",
            under='add webhook_url = "env:SLACK_WEBHOOK_URL"',
        )
        report.error(path, wrong)
    elif len(bot) == 1:
        example = 'channel = "C0123456789"' if bot == ["token"] else 'token = "env:SLACK_BOT_TOKEN"'
        report.error((*path, bot[0]), Wrong(f"`{bot[0]}` alone can't post", under=f"add {example}"), key=True)


def check_email(path: Path, raw: Mapping[str, Any], report: Report) -> None:
    """Reports half a login, and a mail to nobody."""
    given = [key for key in ("username", "password") if key in raw]
    if len(given) == 1:
        other = "password" if given == ["username"] else "username"
        wrong = Wrong(f"`{given[0]}` alone can't log in", under=f'add {other} = "env:SMTP_{other.upper()}"')
        report.error((*path, given[0]), wrong, key=True)
    recipients = raw.get("to")
    if isinstance(recipients, tuple):
        check_repeats((*path, "to"), recipients, report)
    if recipients == ():
        report.error((*path, "to"), Wrong("a mail wants at least one address", under='such as ["name@example.com"]'))


# ── notes ────────────────────────────────────────────────────────────────────────────────────────────────────


def note_secrets(path: Path, table: Table, report: Report) -> None:
    """Notes each secret that stands in the file itself, or in a file that others can read."""
    for name, secret in secrets(table).items():
        place = (*path, name)
        if name != "username" and _stands_here(secret):
            variable = usual_variable(name, table.type if isinstance(table, PluggedChannel) else "")
            report.note(place, "a secret stands in this file", under=f'put it in a variable: {name} = "env:{variable}"')
        elif secret.file and secret.file.exists() and secret.file.stat().st_mode & FOR_OTHERS:
            report.note(place, f"others on this machine can read {secret.place}", under=f"chmod 600 {secret.file}")


def _stands_here(secret: Secret) -> bool:
    return secret.holds_password if isinstance(secret, StoreUrl) else secret.origin is Origin.LITERAL


def note_clear_text(path: Path, channel: Channel, report: Report) -> None:
    """Notes a password that would travel without encryption."""
    if isinstance(channel, EmailChannel) and channel.security == "none" and not is_loopback(channel.host):
        what = "the password and every mail" if channel.password else "every mail"
        report.note(
            (*path, "security"), f"{what} would travel without encryption", under='"starttls" or "tls" encrypts'
        )


def note_early(path: Path, channel: Channel, openrouter: OpenRouter, report: Report) -> None:
    """Notes a local time at which the newest day is not complete yet, in winter or in summer."""
    if channel.at is None:
        return
    settle = timedelta(hours=openrouter.settle_hours)
    for day in (_WINTER, _SUMMER):
        due = datetime.combine(day, channel.at, tzinfo=channel.timezone).astimezone(UTC)
        complete = due.replace(hour=0, minute=0) + settle
        if due < complete:
            local = complete.astimezone(channel.timezone)
            early = f"{_lead(complete - due)} before the day before is complete"
            here = f"{channel.at:%H:%M} {channel.timezone.key} is"
            report.note(
                (*path, "at"),
                f"{here} {early}" if channel.timezone.key in _UTC else f"{here} {due:%H:%M} UTC, {early}",
                under=f"each digest would be a day older than need be; from {local:%H:%M} on it is not",
            )
            return


def _lead(lead: timedelta) -> str:
    """A short time in words: ``2 hours``, ``1 hour 30 minutes``."""
    hours, minutes = divmod(int(lead.total_seconds()) // 60, 60)
    parts = ((hours, "hour"), (minutes, "minute"))
    return " ".join(f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in parts if count)


def check_metrics(metrics: Metrics, report: Report) -> None:
    """Reports figures that can't be answered, and notes those that others than this machine may ask for."""
    if metrics.port is None:
        return
    if find_spec("prometheus_client") is None:
        report.error(
            ("metrics", "port"),
            Wrong("`port` needs a package that is not installed", advice="pip install 'openrouter-rankbot[metrics]'"),
        )
    if not is_loopback(metrics.address):
        report.note(
            ("metrics", "address"),
            f"whoever reaches {metrics.address} can read the figures",
            under="they name nobody; 127.0.0.1 keeps them on this machine",
        )


def note_operator(operator: Operator, watchlists: Sequence[Watchlist], report: Report) -> None:
    """Notes failures that would reach readers, or nobody."""
    if not operator.channels and operator.ping_url is None:
        report.note(
            ("operator",),
            "nobody is told when something fails",
            advice='Give the operator a channel: [operator] channels = ["NAME"], or a ping_url.',
        )
    for index, name in enumerate(operator.channels):
        readers = [watchlist.id for watchlist in watchlists if name in watchlist.channels]
        if readers:
            report.note(
                ("operator", "channels", index),
                f"`{name}` is also a channel of watchlist {', '.join(readers)}, so its readers would get failures",
                under="give the operator a channel of its own",
            )


def note_audience(
    channels: Mapping[str, Channel], operator: Operator, watchlists: Sequence[Watchlist], report: Report
) -> None:
    """Notes watchlists that reach nobody or have nothing to tell, and channels to which nothing is sent."""
    if not channels:
        advice = "Changes are found and stored, but sent nowhere. Add [channel.NAME]."
        report.note((), "there is no channel", advice=advice)
    for watchlist in watchlists:
        path = ("watchlist", watchlist.id)
        if channels and not watchlist.channels:
            report.note(path, f"{watchlist.id} is told on no channel", under="every channel is the operator's")
        if not watchlist.rules:
            report.note(path, f"{watchlist.id} has no rule that is on", under="its digests would never have news")
        if watchlist.only_followed and not (watchlist.mine or watchlist.follow):
            under = "name items in `mine` or `follow`"
            report.note((*path, "only_followed"), f"{watchlist.id} follows nothing, so nothing is told", under=under)
        _note_nobody_followed(path, watchlist, report)
    for name in channels:
        if name not in operator.channels and not any(name in watchlist.channels for watchlist in watchlists):
            report.note(("channel", name), f"nothing is sent to `{name}`", under="no watchlist names it")


def _note_nobody_followed(path: Path, watchlist: Watchlist, report: Report) -> None:
    """Notes rules about what is followed, where nothing is."""
    if watchlist.mine or watchlist.follow:
        return
    for rule in watchlist.rules:
        if isinstance(rule, Moved) or (isinstance(rule, Overtook) and not rule.pairs):
            pairs = ", or pairs here" if isinstance(rule, Overtook) else ""
            under = f"name items in `mine` or `follow`{pairs}"
            message = f"{watchlist.id} follows nothing, so `{rule.kind.value}` tells nothing"
            report.note((*path, "rules", rule.kind.value), message, under=under)
