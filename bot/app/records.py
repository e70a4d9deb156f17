"""What passes between the use cases and the adapters: plain values, with no rules of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.core.delivery import Step
from bot.core.event import Event
from bot.core.ranking import Board


class DayStatus(StrEnum):
    """How far a watchlist's day got, ascending: it waits for data, it is a gap, or it was evaluated."""

    WAITING = "waiting"
    GAP = "gap"
    EVALUATED = "evaluated"


@dataclass(frozen=True, slots=True)
class WatchlistDay:
    """A watchlist's day in the ledger. ``notes`` says in words what could not be evaluated.

    ``seen`` is the store's version that it was judged by, ``policy`` the fingerprint of the rules it was judged by.
    ``first_asked_at`` says whether a day has waited long enough: a clock that was ahead may have it in the future.
    """

    watchlist: str
    date: date
    status: DayStatus
    first_asked_at: datetime
    notes: tuple[str, ...] = ()
    seen: int = 0
    policy: str = ""

    def supersedes(self, known: WatchlistDay) -> bool:
        """Whether this mark may take the place of the one that is ``known``: nothing goes back to an earlier view.

        A day that was given up is not judged any less, nor one that was judged; what an older version of the store
        says never counts. But a day waits again where it was first asked for earlier than the known mark has it: a
        clock that was ahead gave it up.
        """
        if self.status is DayStatus.WAITING and known.status is DayStatus.GAP:
            return self.first_asked_at < known.first_asked_at
        order = list(DayStatus)
        return order.index(self.status) >= order.index(known.status) and self.seen >= known.seen


@dataclass(frozen=True, slots=True)
class Begun:
    """When a watchlist began, and how many of its first days are done: evaluated, or given up."""

    first: date
    done: int


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An answer that did not pass the gate. ``fingerprint`` is the SHA-256 of its entries."""

    board: str
    end_date: date
    reason: str
    fingerprint: str
    first_at: datetime
    last_at: datetime
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """One of the bot's own troubles, from its first occurrence to its end. ``key`` says which trouble on what.

    ``message`` says what failed and, on a line of its own, what to do about it as long as it lasts (app/troubles.py).
    ``told``: the operator knows how it stands; its end makes that untrue again.
    """

    key: str
    message: str
    opened_at: datetime
    ended_at: datetime | None = None
    told: bool = False

    @property
    def what(self) -> str:
        """What failed, without what was to be done."""
        return self.message.partition("\n")[0]

    @property
    def text(self) -> str:
        """All of it on one line."""
        return " ".join(self.message.splitlines())


@dataclass(frozen=True, slots=True)
class Settlement:
    """An event was dealt with on a channel: stated in a digest, or netted out."""

    event_id: str
    stated: bool


@dataclass(frozen=True, slots=True)
class Belief:
    """What a channel's readers were told of an event, by ``delivery_id``.

    ``retracted``: a digest has taken it back since; ``answered``: so has a reply in that delivery's thread.
    """

    event: Event
    delivery_id: int
    retracted: bool = False
    answered: bool = False


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A message ready to be enqueued: a composed digest, or (``notice``) a notice to the operator or a correction.

    ``thread`` is the receipt of the message that it answers.
    """

    channel: str
    due_at: datetime
    day: date
    subject: str
    steps: tuple[Step, ...]
    notice: bool = False
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """An item that was found by name: its id, newest name, and a board on which it was last ranked."""

    item: str
    name: str
    board: Board
    end_date: date
    rank: int
    tokens: int


@dataclass(frozen=True, slots=True)
class SlackPart:
    """A part of a Slack message as a template yields it: text in the line markup of ``adapters.slack_blocks``."""

    markup: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The day's boards as one CSV file, with CRLF, for a file beside the message. ``title`` says how full they are."""

    title: str
    csv: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message. With a ``cid`` it is a picture that the HTML shows as ``cid:CID``."""

    name: str
    media_type: str
    content: bytes
    cid: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A rendered digest in every form. ``key`` names it stably (channel and due time); ``day`` is what it is about.

    ``source`` is how ``text`` ends: where its figures come from, which every part of a split text bears; what is no
    digest (a notice, a test) has none. ``sheet`` is for the channels that can attach a file.
    """

    key: str
    day: date
    created_at: datetime
    subject: str
    text: str
    html: str
    slack: tuple[SlackPart, ...]
    source: str = ""
    sheet: Sheet | None = None
    attachments: tuple[Attachment, ...] = ()
