"""What the use cases need of the world outside. Adapters implement these; tests bring fakes of the same shape."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from bot.app.books import Books
from bot.app.outbox import Outbox

if TYPE_CHECKING:  # all of it is spoken of only: whoever needs a port need not load what its methods take
    from bot.app.records import (
        Begun,
        Belief,
        DayStatus,
        Match,
        Message,
        Quarantined,
        WatchlistDay,
    )
    from bot.core.catalogue import Catalogue, Listing
    from bot.core.delivery import Delivery, IfUnsure, Outcome, Step
    from bot.core.digest import Digest, Provenance, Revision
    from bot.core.event import Event, EventStatus, Kind
    from bot.core.history import History
    from bot.core.naming import Sightings
    from bot.core.ranking import Board, Ranking, Snapshot
    from bot.core.watchlist import Names
    from bot.errors import TemplateError


class Feed(Protocol):
    """The Data API. Each call raises a FeedError sorted into transient, permanent or malformed.

    ``requests`` is the number of HTTP requests made so far.
    """

    requests: int

    def app_ranking(self, board: Board, end_date: date, depth: int) -> Ranking:
        """An app board's ranking of the window that ends on ``end_date``; page two only if page one is full.

        A request each hundred ranks. The two pages are joined as they came: the gate judges them.
        """
        ...

    def model_days(self, start: date, end: date) -> Sequence[Ranking]:
        """One ranking (board MODEL_DAY) for each day that the answer holds; one request for up to 366 days."""
        ...

    def catalogue(self) -> Sequence[Listing]:
        """The models that can be called now, in one request, as they came."""
        ...


class CatalogueStore(Protocol):
    """What the database keeps of the catalogue of models; a part of Store."""

    def keep_listings(self, listings: Iterable[Listing], day: date) -> None:
        """Stores the day's catalogue, which ``bot.core.catalogue.rankable`` has gone through: a row for each change.

        A listing that is absent stays as it was last seen; one that returns unchanged was there all along.
        """
        ...

    def catalogued(self, until: date = date.max) -> date | None:
        """The newest day up to ``until`` of which there is a catalogue."""
        ...

    def catalogue(self, until: date) -> Catalogue | None:
        """The catalogue of the newest day up to ``until`` of which there is one; it has the names that came later, too.

        None where none ever came.
        """
        ...


class Store(CatalogueStore, Books, Outbox, Protocol):
    """The database. Each call is a transaction of its own, unless made on what ``transaction`` gave.

    Raises StoreBusyError where another process holds it for too long, StoreError where it can't be used.
    """

    def transaction(self) -> AbstractContextManager[Store]:
        """One write transaction: all that is called on the yielded store commits together, or not at all."""
        ...

    # snapshots
    def save(self, rankings: Iterable[Ranking]) -> Sequence[Snapshot]:
        """Stores what changed: a window not stored yet as revision 1; a changed or deeper one as the next revision.

        An answer equal to the newest stored revision (same entries, same depth) adds nothing, but that it was checked.
        Returns what was added.
        """
        ...

    def snapshot(self, board: Board, end_date: date, revision: int | None = None) -> Snapshot | None:
        """A stored snapshot (newest revision unless named); never a computed model window."""
        ...

    def depths(self, board: Board, start: date, end: date) -> dict[date, int]:
        """End dates within ``start..end`` that are stored, with the depth of the newest revision."""
        ...

    def depths_of(self, windows: Collection[tuple[Board, date]]) -> Mapping[tuple[Board, date], int]:
        """The same of these windows, whatever their boards; those that are not stored are left out."""
        ...

    def checked(self, boards: Collection[Board], start: date, end: date) -> Mapping[Board, Mapping[date, datetime]]:
        """Of each board the end dates within ``start..end`` that are stored, ascending: when each was last asked for.

        Boards without any are left out.
        """
        ...

    def thinned_until(self, board: Board) -> date | None:
        """The newest day of which the board's window was thinned, so that verdicts on days about it can't be redone."""
        ...

    def version(self) -> int:
        """A number that grows with every snapshot that is stored; 0 of an empty store."""
        ...

    def changed(self, boards: Iterable[Board], since: int) -> dict[tuple[Board, date], int]:
        """The windows of these boards that were stored, or stored anew, after that version, each with its own."""
        ...

    def history(self, until: int | None = None) -> History:
        """All stored snapshots as detection sees them, model windows computed; or as they were at that version."""
        ...

    def names(self, items: Iterable[str] | None = None, until: date | None = None) -> Names:
        """Every name that items (all, if None) have borne, newest first; then those that the catalogue gave models.

        With ``until``, of the former those that windows up to that day gave, of any board. An item that only ever bore
        one name has it whenever it was first seen.
        """
        ...

    def naming(self) -> Callable[[Iterable[str], date], Names]:
        """`names` up to a day, for whoever asks for many days: what is read of an item is kept from then on."""
        ...

    def sightings(self, items: Iterable[str], until: date) -> Sightings:
        """By which names the windows that ended in the 31 days up to ``until`` called those items that bear several.

        Of every board, each (end date, name) once, ascending. Items that only ever bore one name are left out.
        """
        ...

    def find(self, text: str) -> Sequence[Match]:
        """All items whose id is ``text`` or whose names contain it (no case), with each board's newest entry."""
        ...

    # quarantine
    def quarantine(self, board: str, end_date: date, reason: str, fingerprint: str, now: datetime) -> Quarantined:
        """Remembers a refused answer and returns the open entry: the same fingerprint keeps its ``first_at``."""
        ...

    def quarantined(self, *, settled: bool = False) -> Sequence[Quarantined]:
        """The open ones, oldest first; with ``settled`` also those that were closed."""
        ...

    def settle(self, board: str, end_date: date, now: datetime) -> bool:
        """Closes the open entries of a window after a good answer; True if there were any."""
        ...

    # the ledger of days, and events
    def ledger(self, watchlist: str) -> Sequence[WatchlistDay]:
        """All days of a watchlist that were asked for, ascending."""
        ...

    def ledgers(
        self, watchlists: Iterable[str], since: date, until: date = date.max
    ) -> Mapping[str, Sequence[WatchlistDay]]:
        """The same of several watchlists, from ``since`` to ``until``; those without any are left out."""
        ...

    def statuses(
        self, watchlists: Collection[str], since: date, *, until: date = date.max, asked_by: datetime | None = None
    ) -> Mapping[str, Mapping[date, DayStatus]]:
        """How each day from ``since`` to ``until`` stands, ascending, and nothing else.

        With ``asked_by``, gaps that were first asked for later are left out. So are watchlists without any day.
        """
        ...

    def begun(self, watchlists: Collection[str], before: date, *, until: date) -> Mapping[str, Begun]:
        """Of each watchlist its first day, and how many days ``before`` that one are done; others are left out.

        What only waits, or was given up, after ``until`` is no beginning: a clock that was ahead wrote it. A later day
        that was judged is one: then the clock is behind now.
        """
        ...

    def mark(self, *days: WatchlistDay) -> None:
        """Writes the state of days, in their order, where it supersedes what is there (``WatchlistDay.supersedes``).

        Of a day that is marked again the earliest ``first_asked_at`` is kept.
        """
        ...

    def add_events(self, events: Iterable[Event]) -> Sequence[Event]:
        """Stores events, giving each its handle, and returns what was added; a key that is stored already is left."""
        ...

    def change_events(self, events: Iterable[Event]) -> None:
        """Overwrites stored events, found by their handles, with what became of them."""
        ...

    def events(
        self,
        *,
        watchlist: str | None = None,
        start: date | None = None,
        end: date | None = None,
        status: EventStatus | None = None,
        kind: Kind | None = None,
        held_back: bool = False,
        evidence: bool = True,
    ) -> Sequence[Event]:
        """Events by date, then strength of kind, then rank; those held back only on request.

        Without ``evidence`` their rule and evidence are empty and ``revised`` is None: for whoever asks only what was
        said when, which takes a fifth of the time.
        """
        ...

    def last_news(self, watchlists: Iterable[str], until: date) -> Mapping[str, date]:
        """Of each watchlist the day of its newest event up to ``until`` that is neither held back nor retracted.

        Those without any are left out.
        """
        ...

    def event(self, event_id: str) -> Event | None:
        """The event with that handle."""
        ...

    def unsettled(self, channel: str, watchlists: Iterable[str], until: date) -> Sequence[Event]:
        """Events of the watchlists up to ``until``, not held back or retracted, that the channel has not settled."""
        ...

    def netted(self) -> frozenset[str]:
        """The ids of events that no digest has told, for one that was composed found them undone or overtaken."""
        ...

    def disputed(self, channel: str, watchlists: Iterable[str]) -> Sequence[Belief]:
        """What the channel was told of these watchlists that does not hold, or does hold after all, and it can't know.

        In the order of events. It knows by a digest and by a reply in the thread: either may be missing. What a dead or
        discarded delivery told, of which no part was sent, nobody was told; revived, it counts again.
        """
        ...

    def note_beliefs(self, channel: str, beliefs: Iterable[Belief]) -> None:
        """Remembers what the channel's readers have been told now (``retracted`` and ``answered`` of each)."""
        ...


class Channel(Protocol):
    """A way out. Built by the composition root from one ``[channel.NAME]``."""

    name: str
    kind: str
    if_unsure: IfUnsure
    can_be_asked: bool
    has_threads: bool
    shows_pictures: bool

    def steps(self, message: Message) -> tuple[Step, ...]:
        """The requests that sending the message takes, payloads and all, within the service's limits."""
        ...

    def send(self, delivery: Delivery, step: Step, thread: str) -> Outcome:
        """Sends one step and sorts the answer. ``thread`` is the receipt of the first step (empty for that itself).

        Never raises for what the service or the network does.
        """
        ...

    def find(self, delivery: Delivery, step: Step, thread: str) -> Outcome:
        """Looks for a step whose answer was lost: Sent if it is there, Failed if not, Unknown if it can't tell."""
        ...

    def test(self) -> Outcome:
        """Sends a message marked TEST and reports what the service said."""
        ...

    def probe(self) -> Outcome:
        """Asks the service whether the credentials work, without sending: Sent with its words, else why not."""
        ...

    def describe(self) -> str:
        """Where messages go, in words, without a secret: ``Slack webhook``, ``mail to 4``."""
        ...


class Renderer(Protocol):
    """Turns a digest into a message. Raises TemplateError."""

    def render(self, digest: Digest, *, key: str, now: datetime) -> Message:
        """The digest in every form, each part with its citation, caveat and scope."""
        ...

    def correction(
        self, revisions: Sequence[Revision], subject: str, provenance: Provenance, *, key: str, now: datetime
    ) -> Message:
        """What OpenRouter revised of one message, as one Slack part for a reply in its thread, and in every form.

        ``subject`` is that of the first (``bot.core.correction.subject``). It carries its source like a digest.
        """
        ...

    def notice(self, subject: str, lines: Sequence[str], *, key: str, now: datetime) -> Message:
        """A note to the operator in every form: a subject and plain lines."""
        ...

    def check(self) -> Sequence[TemplateError]:
        """What fails of the user's templates when made-up digests are rendered."""
        ...
