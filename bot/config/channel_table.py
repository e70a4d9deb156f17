"""What every table has, and every kind of channel: when its digests are due, and what a lost answer means."""

from __future__ import annotations

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict

from bot.config.fields import At, Days, Zone, one_of
from bot.core.delivery import IfUnsure
from bot.core.due import Cadence, WhenQuiet

QuietWord = Literal["weekly-line", "nothing", "line"]
"""What a channel says on a quiet day, as it is written: one line after a quiet week, nothing, or one line each time."""


class Table(BaseModel):
    """The base of every table: strict, frozen, and silent about what it was given.

    Its validator is built when such a table is read first. To build those of all tables, most of which a configuration
    does not have, took 12 ms of every start.
    """

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        hide_input_in_errors=True,
        arbitrary_types_allowed=True,
        defer_build=True,
    )

    @classmethod
    def key_names(cls) -> tuple[str, ...]:
        """The keys of the table as they are written."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())


class ChannelTable(Table):
    """What every kind of channel has."""

    days: Days = frozenset(range(7))
    at: At | None = None
    timezone: Zone = ZoneInfo("UTC")
    when_quiet: Annotated[QuietWord, one_of("weekly-line", "nothing", "line")] = "weekly-line"
    if_unsure: Annotated[IfUnsure, BeforeValidator(IfUnsure), one_of("resend", "ask")] = IfUnsure.RESEND

    @property
    def cadence(self) -> Cadence:
        """When its digests are due, and what it says when nothing happened."""
        return Cadence(self.timezone, self.days, self.at, WhenQuiet(self.when_quiet))
