"""Fakes with the real interfaces. Each passes the same contract suite as what it stands for."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.app.ports import Store
from bot.app.records import (
    Begun,
    Belief,
    DayStatus,
    Incident,
    Match,
    NewDelivery,
    Quarantined,
    Settlement,
    WatchlistDay,
)
from bot.core import pace
from bot.core.catalogue import Catalogue, Listing, Spell, every_name, key
from bot.core.clocks import ahead
from bot.core.delivery import LONGEST_WAIT, Delivery, DeliveryStatus, Step, StepStatus
from bot.core.event import HANDLE_LENGTH, Event, EventStatus, Kind, handle
from bot.core.history import History
from bot.core.naming import LOOK_BACK, Sightings
from bot.core.ranking import Board, Entry, Ranking, Snapshot
from bot.core.watchlist import Names
from bot.errors import BudgetExhaustedError
from tests.fake_history import FakeHistory, newest_revisions

_NAME_LENGTH = 500
_CLOSED = (DeliveryStatus.SENT, DeliveryStatus.DISCARDED)


@dataclass
class _Rows:
    """All that a FakeStore holds. The values are frozen, so a copy of the containers is a copy."""

    snapshots: list[Snapshot] = field(default_factory=list)
    checked: dict[tuple[Board, date], datetime] = field(default_factory=dict)
    quarantine: list[Quarantined] = field(default_factory=list)
    days: dict[tuple[str, date], WatchlistDay] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    settled: dict[tuple[str, str], tuple[Settlement, Belief]] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)
    new: list[NewDelivery] = field(default_factory=list)
    told: dict[tuple[str, str], date | None] = field(default_factory=dict)
    budget: dict[date, int] = field(default_factory=dict)
    incidents: list[Incident] = field(default_factory=list)
    moments: dict[str, datetime] = field(default_factory=dict)
    spells: dict[tuple[str, date], Spell] = field(default_factory=dict)
    catalogued: set[date] = field(default_factory=set)

    def copy(self) -> _Rows:
        return _Rows(**{spec.name: getattr(self, spec.name).copy() for spec in fields(self)})


class FakeStore:
    """The Store in memory, for one thread."""

    def __init__(self) -> None:
        self._rows = _Rows()
        self._nested = 0

    @contextmanager
    def transaction(self) -> Iterator[Store]:
        before = self._rows.copy()
        self._nested += 1
        try:
            yield self
        except BaseException:
            if self._nested == 1:
                self._rows = before
            raise
        finally:
            self._nested -= 1

    # snapshots
    def save(self, rankings: Iterable[Ranking]) -> Sequence[Snapshot]:
        added = []
        for ranking in map(_cleaned, rankings):
            known = self.snapshot(ranking.board, ranking.end_date)
            self._rows.checked[ranking.board, ranking.end_date] = ranking.fetched_at
            if known and ranking.depth <= known.depth and _figures(known.cut(ranking.depth)) == _figures(ranking):
                continue
            values = {spec.name: getattr(ranking, spec.name) for spec in fields(Ranking)}
            added.append(Snapshot(**values, revision=known.revision + 1 if known else 1))
            self._rows.snapshots.append(added[-1])
        return added

    def snapshot(self, board: Board, end_date: date, revision: int | None = None) -> Snapshot | None:
        found = (
            snapshot
            for snapshot in reversed(self._rows.snapshots)
            if snapshot.end_date == end_date and snapshot.board == board and revision in (None, snapshot.revision)
        )
        return next(found, None)

    def depths(self, board: Board, start: date, end: date) -> dict[date, int]:
        found = [snapshot for snapshot in self._rows.snapshots if snapshot.board == board]
        return {
            snapshot.end_date: snapshot.depth
            for snapshot in sorted(found, key=lambda snapshot: (snapshot.end_date, snapshot.revision))
            if start <= snapshot.end_date <= end
        }

    def depths_of(self, windows: Collection[tuple[Board, date]]) -> Mapping[tuple[Board, date], int]:
        return {(board, end): depth for board, end in windows if (depth := self.depths(board, end, end).get(end))}

    def checked(self, boards: Collection[Board], start: date, end: date) -> Mapping[Board, Mapping[date, datetime]]:
        found: dict[Board, dict[date, datetime]] = {}
        for (board, known), at in sorted(self._rows.checked.items(), key=lambda pair: pair[0][1]):
            if board in boards and start <= known <= end:
                found.setdefault(board, {})[known] = at
        return found

    def thinned_until(self, board: Board) -> date | None:
        return None

    def version(self) -> int:
        return len(self._rows.snapshots)

    def changed(self, boards: Iterable[Board], since: int) -> dict[tuple[Board, date], int]:
        wanted = set(boards)
        numbered = enumerate(self._rows.snapshots[since:], start=since + 1)
        return {(one.board, one.end_date): number for number, one in numbered if one.board in wanted}

    def history(self, until: int | None = None) -> History:
        return FakeHistory(self._rows.snapshots[:until])

    # the catalogue
    def keep_listings(self, listings: Iterable[Listing], day: date) -> None:
        for listing in map(_cleaned_listing, listings):
            known = self._newest_spell(listing.id, day)
            if known and known.listing == listing:
                longer = replace(known, seen_to=max(known.seen_to, day))
                self._rows.spells[listing.id, known.seen_from] = longer
            else:
                self._rows.spells[listing.id, day] = Spell(listing, day, day)
        self._rows.catalogued.add(day)

    def catalogued(self, until: date = date.max) -> date | None:
        return max((day for day in self._rows.catalogued if day <= until), default=None)

    def catalogue(self, until: date) -> Catalogue | None:
        day = self.catalogued(until)
        return Catalogue(day, self._rows.spells.values()) if day or self._rows.spells else None

    def _newest_spell(self, listing_id: str, until: date) -> Spell | None:
        own = [spell for (its_id, start), spell in self._rows.spells.items() if its_id == listing_id and start <= until]
        return max(own, key=lambda spell: spell.seen_from, default=None)

    def _listed_names(self, item: str) -> tuple[str, ...]:
        own = [spell for spell in self._rows.spells.values() if spell.listing.key == key(item)]
        newest = sorted(
            sorted(own, key=lambda spell: spell.listing.id), key=lambda spell: spell.seen_from, reverse=True
        )
        return every_name(spell.listing.name for spell in newest)

    def names(self, items: Iterable[str] | None = None, until: date | None = None) -> Names:
        return {
            item: (*borne, *(name for name in self._listed_names(item) if name not in borne))
            for item, borne in self._borne(items, until).items()
        }

    def naming(self) -> Callable[[Iterable[str], date], Names]:
        return self.names

    def _borne(self, items: Iterable[str] | None, until: date | None) -> Names:
        wanted = None if items is None else set(items)
        seen = [
            (entry.item, entry.name, snapshot.end_date, snapshot.fetched_at)
            for snapshot in self._rows.snapshots
            for entry in snapshot.entries
            if wanted is None or entry.item in wanted
        ]
        ever: dict[str, set[str]] = {}
        for item, name, _, _ in seen:
            ever.setdefault(item, set()).add(name)
        newest: dict[tuple[str, str], tuple[date, datetime]] = {}
        for item, name, end, fetched in seen:
            if until is None or end <= until or len(ever[item]) == 1:
                newest[item, name] = max(newest.get((item, name), (end, fetched)), (end, fetched))
        found: dict[str, tuple[str, ...]] = {}
        for item, name in sorted(sorted(newest), key=lambda borne: newest[borne], reverse=True):
            found[item] = (*found.get(item, ()), name)
        return found

    def sightings(self, items: Iterable[str], until: date) -> Sightings:
        several = {item for item, names in self._borne(items, None).items() if len(names) > 1}
        found: dict[str, set[tuple[date, str]]] = {}
        for snapshot in self._rows.snapshots:
            if until - LOOK_BACK <= snapshot.end_date <= until:
                for entry in snapshot.entries:
                    if entry.item in several:
                        found.setdefault(entry.item, set()).add((snapshot.end_date, entry.name))
        return {item: sorted(seen) for item, seen in found.items()}

    def find(self, text: str) -> Sequence[Match]:
        called = {
            item: names[0]
            for item, names in self.names().items()
            if item == text or any(text.casefold() in name.casefold() for name in names)
        }
        last: dict[tuple[str, str], Match] = {}
        for snapshot in sorted(newest_revisions(self._rows.snapshots).values(), key=lambda snapshot: snapshot.end_date):
            for entry in snapshot.entries:
                if entry.item in called:
                    where = (snapshot.board, snapshot.end_date, entry.rank, entry.tokens)
                    last[entry.item, snapshot.board.key] = Match(entry.item, called[entry.item], *where)
        return sorted(last.values(), key=lambda match: (match.name.casefold(), match.item, match.board.key))

    # quarantine
    def quarantine(self, board: str, end_date: date, reason: str, fingerprint: str, now: datetime) -> Quarantined:
        for place, known in enumerate(self._rows.quarantine):
            same = (known.board, known.end_date, known.fingerprint) == (board, end_date, fingerprint)
            if same and known.settled_at is None:
                self._rows.quarantine[place] = replace(known, reason=reason, last_at=now)
                return self._rows.quarantine[place]
        self._rows.quarantine.append(Quarantined(board, end_date, reason, fingerprint, now, now))
        return self._rows.quarantine[-1]

    def quarantined(self, *, settled: bool = False) -> Sequence[Quarantined]:
        wanted = [known for known in self._rows.quarantine if settled or known.settled_at is None]
        return sorted(wanted, key=lambda known: known.first_at)

    def settle(self, board: str, end_date: date, now: datetime) -> bool:
        closed = False
        for place, known in enumerate(self._rows.quarantine):
            if (known.board, known.end_date, known.settled_at) == (board, end_date, None):
                self._rows.quarantine[place] = replace(known, settled_at=now)
                closed = True
        return closed

    # the ledger of days, and events
    def ledger(self, watchlist: str) -> Sequence[WatchlistDay]:
        return [day for (owner, _), day in sorted(self._rows.days.items()) if owner == watchlist]

    def ledgers(
        self, watchlists: Iterable[str], since: date, until: date = date.max
    ) -> Mapping[str, Sequence[WatchlistDay]]:
        found = {name: [day for day in self.ledger(name) if since <= day.date <= until] for name in watchlists}
        return {name: days for name, days in found.items() if days}

    def statuses(
        self, watchlists: Collection[str], since: date, *, until: date = date.max, asked_by: datetime | None = None
    ) -> Mapping[str, Mapping[date, DayStatus]]:
        found: dict[str, dict[date, DayStatus]] = {}
        for name, days in self.ledgers(watchlists, since, until).items():
            chosen = {
                day.date: day.status
                for day in days
                if day.status is not DayStatus.GAP or asked_by is None or day.first_asked_at <= asked_by
            }
            found |= {name: chosen} if chosen else {}
        return found

    def begun(self, watchlists: Collection[str], before: date, *, until: date) -> Mapping[str, Begun]:
        found: dict[str, Begun] = {}
        for name, days in self.ledgers(watchlists, date.min).items():
            first = [day for day in days if day.date <= until or day.status is DayStatus.EVALUATED][:1]
            past = [day for day in days if day.date < before and day.date <= until]
            done = [day for day in past if day.status is not DayStatus.WAITING]
            found.update((name, Begun(day.date, len(done))) for day in first)
        return found

    def mark(self, *days: WatchlistDay) -> None:
        for day in days:
            known = self._rows.days.get((day.watchlist, day.date), day)
            if day.supersedes(known):
                first = min(day.first_asked_at, known.first_asked_at)
                self._rows.days[day.watchlist, day.date] = replace(day, first_asked_at=first)

    def add_events(self, events: Iterable[Event]) -> Sequence[Event]:
        added = []
        for event in events:
            if any(known.key == event.key for known in self._rows.events.values()):
                continue
            length = HANDLE_LENGTH
            while handle(event.key, length) in self._rows.events:
                length += 1
            named = replace(
                event, id=handle(event.key, length), rule=_as_json(event.rule), evidence=_as_json(event.evidence)
            )
            self._rows.events[named.id] = named
            added.append(named)
        return added

    def change_events(self, events: Iterable[Event]) -> None:
        for event in events:
            self._rows.events[event.id] = replace(event, rule=_as_json(event.rule), evidence=_as_json(event.evidence))

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
        return _in_order(
            event if evidence else replace(event, rule={}, evidence={}, revised=None)
            for event in self._rows.events.values()
            if watchlist in (None, event.watchlist)
            and (start or date.min) <= event.date <= (end or date.max)
            and status in (None, event.status)
            and kind in (None, event.kind)
            and (held_back or event.held_back is None)
        )

    def last_news(self, watchlists: Iterable[str], until: date) -> Mapping[str, date]:
        found = {}
        for name in watchlists:
            held = [
                one.date for one in self.events(watchlist=name, end=until) if one.status is not EventStatus.RETRACTED
            ]
            if held:
                found[name] = held[-1]
        return found

    def event(self, event_id: str) -> Event | None:
        return self._rows.events.get(event_id)

    def unsettled(self, channel: str, watchlists: Iterable[str], until: date) -> Sequence[Event]:
        wanted = set(watchlists)
        return [
            event
            for event in self.events(end=until)
            if event.watchlist in wanted
            and event.status is not EventStatus.RETRACTED
            and (event.id, channel) not in self._rows.settled
        ]

    def netted(self) -> frozenset[str]:
        rows = self._rows
        return frozenset(key for key, _ in rows.settled if rows.events[key].status is EventStatus.NEW)

    def disputed(self, channel: str, watchlists: Iterable[str]) -> Sequence[Belief]:
        wanted = set(watchlists)
        found = {}
        for (event_id, told), (settled, belief) in self._rows.settled.items():
            event = self._rows.events[event_id]
            gone = event.status is EventStatus.RETRACTED
            differs = belief.retracted is not gone or belief.answered is not gone
            delivery = self._rows.deliveries[belief.delivery_id - 1]
            given_up = delivery.status in (DeliveryStatus.DEAD, DeliveryStatus.DISCARDED)
            unsent = given_up and all(step.status is not StepStatus.SENT for step in delivery.steps)
            if told == channel and settled.stated and event.watchlist in wanted and differs and not unsent:
                found[event_id] = replace(belief, event=event)
        return [found[event.id] for event in _in_order(belief.event for belief in found.values())]

    def note_beliefs(self, channel: str, beliefs: Iterable[Belief]) -> None:
        for belief in beliefs:
            settled, _ = self._rows.settled[belief.event.id, channel]
            self._rows.settled[belief.event.id, channel] = (settled, belief)

    # the outbox
    def enqueue(self, delivery: NewDelivery, settlements: Iterable[Settlement], now: datetime) -> Delivery | None:
        unique = (delivery.channel, delivery.due_at, delivery.notice)
        if any((known.channel, known.due_at, known.notice) == unique for known in self._rows.new):
            return None
        self._rows.new.append(delivery)
        stored = Delivery(
            id=len(self._rows.new),
            channel=delivery.channel,
            due_at=delivery.due_at,
            status=DeliveryStatus.PENDING,
            subject=delivery.subject,
            steps=delivery.steps,
            created_at=now,
            thread=delivery.thread,
        )
        self._rows.deliveries.append(stored)
        for settled in settlements:
            event = self._rows.events[settled.event_id]
            self._rows.settled[event.id, delivery.channel] = (settled, Belief(event, stored.id))
            if settled.stated and event.status is EventStatus.NEW:
                self._rows.events[event.id] = replace(event, status=EventStatus.TOLD)
        return stored

    def claim(self, now: datetime, lease_until: datetime, *, among: Collection[str] | None = None) -> Delivery | None:
        due = [
            delivery
            for delivery in self._rows.deliveries
            if _may_be_sent(delivery, now, lease_until) and (among is None or delivery.channel in among)
        ]
        if not due:
            return None
        first = min(due, key=lambda delivery: (delivery.due_at, delivery.id))
        created = min(first.created_at, now)
        return self._put(replace(first, status=DeliveryStatus.CLAIMED, lease_until=lease_until, created_at=created))

    def record_step(
        self, delivery_id: int, step: Step, *, held_until: datetime | None, lease_until: datetime | None
    ) -> bool:
        known = self._held(delivery_id, held_until)
        if known is None:
            return False
        lease = lease_until if held_until and lease_until else known.lease_until
        looks = 0 if step.status is StepStatus.SENT else known.looks
        self._put(replace(known.with_step(step), lease_until=lease, looks=looks))
        return True

    def release(
        self,
        delivery_id: int,
        status: DeliveryStatus,
        *,
        held_until: datetime | None,
        next_attempt_at: datetime | None,
        attempts: int,
        looks: int,
        last_error: str,
        renewed_at: datetime | None = None,
    ) -> bool:
        known = self._held(delivery_id, held_until)
        if known is None:
            return False
        self._put(
            replace(
                known,
                status=status,
                next_attempt_at=next_attempt_at,
                attempts=attempts,
                looks=looks,
                last_error=_storable(last_error),
                lease_until=None,
                created_at=renewed_at or known.created_at,
            )
        )
        return True

    def delivery(self, delivery_id: int) -> Delivery | None:
        return next((delivery for delivery in self._rows.deliveries if delivery.id == delivery_id), None)

    def deliveries(self, *, open_only: bool = False, limit: int | None = None) -> Sequence[Delivery]:
        chosen = [delivery for delivery in self._rows.deliveries if not (open_only and delivery.status in _CLOSED)]
        return sorted(chosen, key=lambda delivery: (delivery.due_at, delivery.id), reverse=True)[:limit]

    def last_delivery(self, channel: str, *, until: datetime | None = None) -> tuple[datetime, date] | None:
        digests = [(new.due_at, new.day) for new in self._rows.new if new.channel == channel and not new.notice]
        return max((digest for digest in digests if until is None or digest[0] <= until), default=None)

    def told_watchlists(self, channel: str) -> Mapping[str, date | None]:
        return {watchlist: until for (told, watchlist), until in self._rows.told.items() if told == channel}

    def note_told(self, channel: str, until: Mapping[str, date]) -> None:
        self._rows.told.update({(channel, watchlist): day for watchlist, day in until.items()})

    def forget_told(self, channel: str, watchlists: Collection[str]) -> None:
        for watchlist in watchlists:
            self._rows.told.pop((channel, watchlist), None)

    def forget_days(self, channel: str) -> None:
        """As a version leaves it that remembered which watchlists a channel has had, and not until when."""
        self._rows.told.update({key: None for key in self._rows.told if key[0] == channel})

    # budget and incidents
    def spend(self, day: date, limit: int) -> int:
        if self.spent(day) >= limit:
            raise BudgetExhaustedError(f"The {limit} requests of {day} (UTC) are used up.")
        self._rows.budget[day] = self.spent(day) + 1
        return self._rows.budget[day]

    def spent(self, day: date) -> int:
        return self._rows.budget.get(day, 0)

    def reserve(self, now: datetime, space: timedelta) -> datetime:
        moment = pace.turn(self._rows.moments.get("following"), now, space)
        self._rows.moments["following"] = moment + space
        return moment

    def pause_feed(self, until: datetime, now: datetime) -> None:
        self._rows.moments["paused"] = pace.pause(self._rows.moments.get("paused"), until, now)

    def feed_paused_until(self, now: datetime) -> datetime | None:
        return pace.paused(self._rows.moments.get("paused"), now)

    def open_incident(self, key: str, message: str, now: datetime) -> bool:
        if any(known.key == key for known in self.incidents()):
            return False
        self._rows.incidents.append(Incident(key, message, now))
        return True

    def end_incident(self, key: str, now: datetime) -> Incident | None:
        for place, known in enumerate(self._rows.incidents):
            if known.key == key and known.ended_at is None:
                self._rows.incidents[place] = replace(known, ended_at=now, told=False)
                return self._rows.incidents[place]
        return None

    def incidents(self) -> Sequence[Incident]:
        return sorted(
            (known for known in self._rows.incidents if known.ended_at is None), key=lambda known: known.opened_at
        )

    def untold_incidents(self) -> Sequence[Incident]:
        return sorted((known for known in self._rows.incidents if not known.told), key=lambda known: known.opened_at)

    def mark_incidents_told(self, incidents: Iterable[Incident]) -> None:
        told = {(incident.key, incident.opened_at, incident.ended_at) for incident in incidents}
        self._rows.incidents = [
            replace(known, told=known.told or (known.key, known.opened_at, known.ended_at) in told)
            for known in self._rows.incidents
        ]

    def _held(self, delivery_id: int, held_until: datetime | None) -> Delivery | None:
        known = self.delivery(delivery_id)
        if known is None or (known.status is DeliveryStatus.CLAIMED) is (held_until is None):
            return None
        return known if known.lease_until == held_until else None

    def _put(self, delivery: Delivery) -> Delivery:
        self._rows.deliveries[delivery.id - 1] = delivery
        return delivery


def _figures(ranking: Ranking) -> tuple[object, ...]:
    entries = tuple((entry.rank, entry.item, entry.tokens, entry.requests) for entry in ranking.entries)
    return (*entries, ranking.other_tokens)


def _cleaned(ranking: Ranking) -> Ranking:
    entries = tuple(map(_cleaned_entry, ranking.entries))
    return replace(ranking, entries=entries, fetched_at=ranking.fetched_at.astimezone(UTC))


def _cleaned_entry(entry: Entry) -> Entry:
    item, name = _storable(entry.item), _storable(entry.name)
    return replace(
        entry, item=item, name=name if len(name) <= _NAME_LENGTH else name[: _NAME_LENGTH - 1].rstrip() + "…"
    )


def _cleaned_listing(listing: Listing) -> Listing:
    return replace(
        listing,
        id=_storable(listing.id),
        canonical_slug=_storable(listing.canonical_slug),
        name=_storable(listing.name),
    )


def _storable(text: str) -> str:
    return "".join("\ufffd" if char == "\0" or "\ud800" <= char <= "\udfff" else char for char in text)


def _as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(json.dumps(dict(values)))
    return read


def _in_order(events: Iterable[Event]) -> list[Event]:
    strength = list(Kind)
    return sorted(
        events,
        key=lambda event: (event.date, strength.index(event.kind), event.rank or 10**9, event.key),
    )


def _may_be_sent(delivery: Delivery, now: datetime, lease_until: datetime) -> bool:
    next_at, held_until = delivery.next_attempt_at, delivery.lease_until
    begun = [step.started_at for step in delivery.steps if step.status not in (StepStatus.SENT, StepStatus.DEAD)]
    unbelieved = bool(next_at and ahead(next_at, now) and any(at and ahead(at, now) for at in begun))
    match delivery.status:
        case DeliveryStatus.PENDING:
            return next_at is None or next_at <= now or unbelieved
        case DeliveryStatus.UNKNOWN:
            return next_at is not None and (next_at <= now or unbelieved or ahead(next_at, now + LONGEST_WAIT))
        case DeliveryStatus.CLAIMED:
            return held_until is not None and (held_until <= now or ahead(held_until, lease_until))
    return False
