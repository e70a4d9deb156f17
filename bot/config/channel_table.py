"""What every table has, and every kind of channel: when its digests are due, and what a lost answer means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict

from bot.config.fields import At, Days, Zone, one_of
from bot.core.delivery import IfUnsure

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
    when_quiet: Annotated[WhenQuiet, one_of("weekly-line", "nothing", "line")] = "weekly-line"
    if_unsure: Annotated[IfUnsure, BeforeValidator(IfUnsure), one_of("resend", "ask")] = IfUnsure.RESEND

    @property
    def cadence(self) -> Cadence:
        """When its digests are due."""
        return Cadence(self.days, self.at, self.timezone, self.when_quiet, self.if_unsure)
