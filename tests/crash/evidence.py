"""What a trial left behind: in the store, at Slack, in mailboxes, in files; and what is wrong with it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.adapters.email_message import message_id
from bot.app.ports import Store
from bot.core.delivery import DeliveryStatus, StepStatus
from bot.core.event import Event
from tests.crash.services import Item

CHANNELS = ("team", "hook", "mail", "archive")
OPERATOR = "ops"
_DATE = re.compile(rb"(?m)^Date: .*\r\n")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is the same however often the bot died: the events, the deliveries, and what each channel's readers have.

    Posts are (text, blocks, is a reply); mails (recipient, bytes but for their date). ``events`` are by key, without
    their handles. ``notices`` to the operator are about the troubles themselves, and not part of what is the same.
    """

    events: Mapping[str, Event]
    deliveries: frozenset[tuple[str, str, str, str]]
    unsettled: tuple[str, ...]
    posts: Mapping[str, int]
    hooks: frozenset[str]
    mails: frozenset[tuple[str, bytes]]
    files: Mapping[str, bytes]
    notices: tuple[str, ...] = ()

    def without_webhook(self, due_at: str) -> Evidence:
        """The same where the webhook refuses the post that is due."""
        refused = {one for one in self.deliveries if one[:2] == ("hook", due_at)}
        dead = {(*one[:3], DeliveryStatus.DEAD.value) for one in refused}
        return replace(self, hooks=frozenset(), deliveries=self.deliveries - refused | dead)


def gather(store: Store, items: Sequence[Item], folder: Path) -> Evidence:
    """What is there now."""
    events = {event.key: replace(event, id="") for event in store.events(held_back=True)}
    watchlists = sorted({event.watchlist for event in events.values()})
    last = max(event.date for event in events.values())
    return Evidence(
        events=events,
        deliveries=frozenset(
            (one.channel, one.due_at.isoformat(), one.subject, one.status.value)
            for one in store.deliveries()
            if one.channel != OPERATOR
        ),
        unsettled=tuple(
            f"{event.key} on {channel}" for channel in CHANNELS for event in store.unsettled(channel, watchlists, last)
        ),
        posts=Counter(_post(item.content) for item in items if item.kind == "slack" and not _is_notice(item)),
        hooks=frozenset(_post(item.content) for item in items if item.kind == "webhook"),
        mails=frozenset((item.name, _DATE.sub(b"", item.content)) for item in items if item.kind == "mail"),
        files={path.name: path.read_bytes() for path in sorted((folder / "digests").glob("[!.]*"))},
        notices=tuple(_post(item.content) for item in items if item.kind == "slack" and _is_notice(item)),
    )


def _is_notice(item: Item) -> bool:
    return str(json.loads(item.name)["delivery"]).startswith(f"rankbot-{OPERATOR}-")


def _post(body: Mapping[str, Any]) -> str:
    """A post as its readers see it."""
    return json.dumps([body.get("text"), body.get("blocks"), bool(body.get("thread_ts"))], sort_keys=True)


# ── what is wrong ────────────────────────────────────────────────────────────────────────────────────────────


def differences(found: Evidence, wanted: Evidence) -> list[str]:
    """How what is there differs from what an uninterrupted run leaves."""
    wrong = [f"event lost: {key}" for key in wanted.events.keys() - found.events.keys()]
    wrong += [f"event invented: {key}" for key in found.events.keys() - wanted.events.keys()]
    wrong += [
        f"event differs: {key}: {_changes(found.events[key], event)}"
        for key, event in wanted.events.items()
        if key in found.events and found.events[key] != event
    ]
    wrong += [f"never settled: {one}" for one in found.unsettled]
    wrong += [f"delivery missing: {one}" for one in wanted.deliveries - found.deliveries]
    wrong += [f"delivery too many: {one}" for one in found.deliveries - wanted.deliveries]
    wrong += [f"Slack post missing: {one[:200]}" for one in wanted.posts.keys() - found.posts.keys()]
    wrong += [f"Slack post too many: {one[:200]}" for one in found.posts.keys() - wanted.posts.keys()]
    wrong += [f"webhook's post missing: {one[:200]}" for one in wanted.hooks - found.hooks]
    wrong += [f"webhook's post too many: {one[:200]}" for one in found.hooks - wanted.hooks]
    wrong += [f"mail missing: {to}" for to, _ in wanted.mails - found.mails]
    wrong += [f"mail too many: {to}" for to, _ in found.mails - wanted.mails]
    wrong += [] if found.files == wanted.files else [f"files differ: {sorted(found.files)}, {sorted(wanted.files)}"]
    return wrong


def _changes(one: Event, other: Event) -> str:
    return str({name: value for name, value in one.to_json().items() if other.to_json().get(name) != value})


Identity = tuple[str, str]
"""A kind of message, and by what it is known: its marker, a mail's Message-ID, a webhook's text."""


def told_twice(items: Sequence[Item], killed: Mapping[str, AbstractSet[Identity]]) -> list[str]:
    """What was told twice though its answer was not lost, or is not the same the second time.

    An answer is lost if the service dropped it, or if the life that sent the message was killed before it had recorded
    the answer. ``killed`` are those lives, with what was recorded as sent when they died.
    """
    lost = lost_answers(items, killed)
    wrong: list[str] = []
    for group in _copies(items).values():
        if len(group) == 1:
            continue
        kind, name = items[group[0]].kind, items[group[0]].name
        if kind == "slack":
            wrong.append(f"Slack post doubled: {name}")
        if any(position not in lost for position in group[:-1]):
            wrong.append(f"{kind} doubled though it was answered: {name[:120]}")
        if len({_bytes(items[position]) for position in group}) > 1:
            wrong.append(f"{kind} differs the second time: {name[:120]}")
    return wrong


def doubled(items: Sequence[Item], kind: str) -> int:
    """How many messages of a kind came more than once."""
    return sum(len(group) - 1 for group in _copies(items).values() if items[group[0]].kind == kind)


def lost_answers(items: Sequence[Item], killed: Mapping[str, AbstractSet[Identity]]) -> set[int]:
    """The positions of the items whose answers were lost.

    Of a life that was killed that can be the last one only: what it sends next, it sends after recording the answer.
    """
    last = {item.life: position for position, item in enumerate(items)}
    unrecorded = {at for life, at in last.items() if life in killed and _identity(items[at]) not in killed[life]}
    return {position for position, item in enumerate(items) if item.lost} | unrecorded


def recorded(store: Store) -> AbstractSet[Identity]:
    """The mails and webhook posts that the store holds as sent."""
    steps = [step for one in store.deliveries() for step in one.steps if step.status is StepStatus.SENT]
    mails = {("mail", message_id(step.payload)) for step in steps if "@" in step.target}
    return mails | {("webhook", json.loads(step.payload)["text"]) for step in steps if step.target == "webhook"}


def _identity(item: Item) -> Identity:
    return item.kind, message_id(item.content.decode()) if item.kind == "mail" else item.name


def _copies(items: Sequence[Item]) -> dict[Identity, list[int]]:
    """The positions of the same message."""
    groups: dict[Identity, list[int]] = {}
    for position, item in enumerate(items):
        groups.setdefault(_identity(item), []).append(position)
    return groups


def _bytes(item: Item) -> bytes:
    return item.content if isinstance(item.content, bytes) else json.dumps(item.content, sort_keys=True).encode()


def still_open(store: Store) -> list[str]:
    """The deliveries that are not sent, nor refused for good."""
    return [
        f"{one.channel} {one.status.value}: {one.last_error}"
        for one in store.deliveries()
        if one.status not in (DeliveryStatus.SENT, DeliveryStatus.DEAD)
    ]
