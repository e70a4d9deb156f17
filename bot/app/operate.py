"""The operator: every failure once, with what to do, and its end; never to readers."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, timedelta

from bot.app.deliver import Attempt, put_apart
from bot.app.poll import BELIEVE, PollReport
from bot.app.ports import Channel, Renderer, Store
from bot.app.preview import preview_day
from bot.app.records import Incident, NewDelivery
from bot.app.subscription import Subscription
from bot.app.troubles import (
    FEED_FAILS,
    FEED_REFUSES,
    OF_DELIVERIES,
    REFUSED,
    TEMPLATES,
    in_words,
    incident_key,
    noted,
)
from bot.core.delivery import Delivery, DeliveryStatus
from bot.core.ranking import Board
from bot.core.wording import count, listing, sentence, window
from bot.errors import RankbotError

NAMED = 2
"""Kinds of trouble that the subject of a notice names."""


def note_poll(store: Store, report: PollReport, *, now: datetime) -> None:
    """Opens and ends the incidents that a poll shows: the feed fails, refuses, or gave what is not believed."""
    passing = [failure for failure in report.failures if not failure.permanent and not failure.quarantined]
    refused = [failure for failure in report.failures if failure.permanent]
    for key, failures in ((FEED_FAILS, passing), (FEED_REFUSES, refused)):
        if failures:
            more = f" And {count(len(failures) - 1, 'more failure')}." if len(failures) > 1 else ""
            store.open_incident(key, noted(failures[0].message + more, failures[0].hint), now)
        elif report.answered or not report.planned:
            store.end_incident(key, now)
    held = {f"quarantine:{entry.board}:{entry.end_date}": entry for entry in store.quarantined()}
    for key, entry in held.items():
        board = Board.parse(entry.board)
        which = f"{board.title}, {window(board.window_days, entry.end_date)}"
        reason, believe, board_key = entry.reason.partition(BELIEVE)
        then = f"It is quarantined, and asked for again. {believe}{board_key}"
        store.open_incident(key, noted(f"{which}: an answer was not believed. {reason}", then), now)
    for incident in store.incidents():
        if incident.key.startswith("quarantine:") and incident.key not in held:
            store.end_incident(incident.key, now)


def note_attempts(store: Store, attempts: Sequence[Attempt], *, now: datetime) -> None:
    """Opens an incident for each delivery that is dead, or of which only the operator can say whether it arrived.

    Those are read from the outbox, for whoever found out may have died before it could be noted; ``attempts`` only say
    what to do. The incident of one that is no longer so ends. Who was refused as one of several is noted by channel,
    until a message goes to all.
    """
    hints = {attempt.delivery.id: attempt.hint for attempt in attempts}
    with store.transaction() as tx:
        stuck = {incident_key(one): one for one in tx.deliveries(open_only=True) if one.needs_somebody}
        for key, delivery in stuck.items():
            tx.open_incident(key, _trouble(delivery, hints.get(delivery.id, "")), now)
        for incident in tx.incidents():
            if incident.key.startswith(OF_DELIVERIES) and incident.key not in stuck:
                tx.end_incident(incident.key, now)
        for attempt in attempts:
            if attempt.status is DeliveryStatus.SENT:
                _note_refused(tx, attempt, now)


def _note_refused(tx: Store, attempt: Attempt, now: datetime) -> None:
    """Opens the incident of a channel whose message went out, but not to all, or ends it where it went to all."""
    channel = attempt.delivery.channel
    if attempt.error:
        message = f"{channel}: “{attempt.delivery.subject}” went out, but not to all: {attempt.error}."
        tx.open_incident(f"{REFUSED}:{channel}", noted(message, f"Look at `to` of [channel.{channel}]."), now)
    else:
        tx.end_incident(f"{REFUSED}:{channel}", now)


def _trouble(delivery: Delivery, hint: str) -> str:
    """What the operator is told of a delivery that is stuck."""
    what, then = "was not delivered", f"Then: rankbot deliveries retry {delivery.id}"
    if delivery.status is not DeliveryStatus.DEAD:
        what = "may have been delivered or not"
        then = f"Look whether it is there; then: rankbot deliveries discard {delivery.id}, or retry {delivery.id}"
    return noted(f"{delivery.channel}: “{delivery.subject}” {what}: {sentence(delivery.last_error)}", f"{hint} {then}")


def bug_key(stage: str, subject: str) -> str:
    """The key of the incident that notes a bug."""
    return f"{stage}:{subject}"


def note_bug(store: Store, stage: str, subject: str, error: Exception | None, *, now: datetime) -> None:
    """Opens an incident for a stage that failed on one subject by a bug, or ends it where it did not (None)."""
    key = bug_key(stage, subject)
    if error is None:
        store.end_incident(key, now)
        return
    what = f"{error.message} {error.hint}".strip() if isinstance(error, RankbotError) else type(error).__name__
    message = f"{subject} could not be {stage}: {what}.".replace("..", ".")
    store.open_incident(key, noted(message, "The log has the details; all others went on."), now)


def end_orphans(store: Store, stage: str, subjects: AbstractSet[str], *, now: datetime) -> None:
    """Ends the stage's incidents on what is no longer configured: nothing else would."""
    for incident in store.incidents():
        noted, _, subject = incident.key.partition(":")
        if noted == stage and subject not in subjects:
            store.end_incident(incident.key, now)


def note_templates(store: Store, complaints: list[str], *, now: datetime) -> None:
    """Opens an incident for templates that failed since the last time, or ends it; takes the complaints away."""
    if complaints:
        store.open_incident(TEMPLATES, noted(" ".join(dict.fromkeys(complaints))), now)
    else:
        store.end_incident(TEMPLATES, now)
    complaints.clear()


def retry_templates(
    store: Store,
    subscriptions: Sequence[Subscription],
    renderer: Renderer,
    complaints: list[str],
    *,
    now: datetime,
    settle: timedelta,
) -> None:
    """Ends the incident of failed templates where they work by now: the next digest, which would show it, may be far.

    They are tried on the newest stored day, on which they may have failed, and on made-up digests.
    """
    if not any(incident.key == TEMPLATES for incident in store.incidents()):
        return
    failing = bool(renderer.check())
    for subscription in subscriptions:
        preview_day(store, subscription, None, renderer=renderer, now=now, settle=settle)
    if not (failing or complaints):
        store.end_incident(TEMPLATES, now)
    complaints.clear()


def tell_operator(store: Store, operators: Sequence[Channel], renderer: Renderer, *, now: datetime) -> int:
    """Puts one notice of all that is new into the outbox of each operator's channel; returns how many incidents.

    The notice and the mark that it was told are one transaction. Trouble with an operator's own channel is not sent
    through that same channel.
    """
    with store.transaction() as tx:
        untold = tx.untold_incidents()
        if not untold:
            return 0
        for channel in operators:
            told = [one for one in untold if not one.key.startswith(f"{OF_DELIVERIES}{channel.name}:")]
            if told:
                subject, lines = _subject(told), [_line(incident) for incident in told]
                message = renderer.notice(subject, lines, key=f"{channel.name}/notice/{now.isoformat()}", now=now)
                steps = channel.steps(message)
                put_apart(tx, NewDelivery(channel.name, now, _yesterday(now), subject, steps, notice=True))
        tx.mark_incidents_told(untold)
        return len(untold)


def _subject(incidents: Sequence[Incident]) -> str:
    """How many began and how many ended, and which: "rankbot: 1 problem: feed failed; 1 ended: team not delivered"."""
    opened = [incident for incident in incidents if incident.ended_at is None]
    ended = [incident for incident in incidents if incident.ended_at is not None]
    parts = [f"{count(len(opened), 'problem')}: {_named(opened)}"] if opened else []
    if ended:
        how_many = str(len(ended)) if opened else count(len(ended), "problem")
        parts.append(f"{how_many} ended: {_named(ended)}")
    return f"rankbot: {'; '.join(parts)}"


def _named(incidents: Sequence[Incident]) -> str:
    return listing(list(dict.fromkeys(in_words(incident.key) for incident in incidents)), NAMED)


def _line(incident: Incident) -> str:
    """A trouble with what to do about it; of one that ended, only what it was."""
    if incident.ended_at is None:
        return f"Since {incident.opened_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC: {incident.text}"
    return f"Ended {incident.ended_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC: {incident.what}"


def _yesterday(now: datetime) -> date:
    return (now.astimezone(UTC) - timedelta(days=1)).date()
