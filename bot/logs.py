"""Logs: on stderr, for people or for a collector, and never with what a library says of addresses."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from shutil import get_terminal_size
from textwrap import wrap

from bot.config import Config
from bot.config.tables import Log
from bot.core.text import as_json, inert

LOG = logging.getLogger("rankbot")


class PlainFormatter(logging.Formatter):
    """Lines for people, which a terminal only shows, whatever an error quotes. Times are in UTC, as everywhere.

    ``width``: the columns of that terminal, at which they are folded; None where a file or a pipe takes them.
    """

    def __init__(self, *, width: int | None = None) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%SZ")
        self.converter = time.gmtime
        self._width = width

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  (the base class's name)
        """The record's line, and those that it has besides (``lines``)."""
        line = super().formatMessage(record)
        if self._width:
            line = "\n".join(
                wrap(line, self._width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
            )
        return "\n".join([line, *getattr(record, "lines", ())])

    def format(self, record: logging.LogRecord) -> str:
        """The record, and the traceback of a bug below it."""
        return inert(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, what a record has besides, and the traceback of a bug."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        fields = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return as_json(fields)


QUIET_LOGGERS: Mapping[str, int] = {
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "slack_sdk": logging.INFO,
    "apprise": logging.CRITICAL,  # bot/adapters/apprise.py hears it while it sends
    "urllib3": logging.ERROR,
    "matplotlib": logging.ERROR,  # it warns where its cache of fonts can't be kept
    "PIL": logging.INFO,
    "requests_oauthlib": logging.WARNING,
    "oauthlib": logging.WARNING,
    "apscheduler": logging.WARNING,
    "alembic": logging.WARNING,
}
"""Libraries that log addresses (which may be secrets) below these levels, or chatter."""


def set_up_logging(log: Log) -> None:
    """Logs to stderr, in the configured form; lines for people fit the terminal, if it is one."""
    handler = logging.StreamHandler(sys.stderr)
    width = get_terminal_size().columns if sys.stderr and sys.stderr.isatty() else None
    handler.setFormatter(JsonFormatter() if log.format == "json" else PlainFormatter(width=width))
    logging.basicConfig(level=log.level.upper(), handlers=[handler], force=True)
    for name, level in QUIET_LOGGERS.items():
        logging.getLogger(name).setLevel(max(level, logging.getLogger().level))


def log_warnings(config: Config) -> None:
    """Logs what of the configuration will be an error in a later version."""
    for warning in config.warnings:
        LOG.warning("%s", warning)
