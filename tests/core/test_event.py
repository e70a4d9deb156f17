"""Handles and the JSON of events."""

from __future__ import annotations

import base64
import hashlib

from bot.core.event import HeldBack, Kind, handle
from tests.builders import event


def test_a_handle_is_short_and_stable() -> None:
    assert handle("cli-agents/x") == handle("cli-agents/x")
    assert len(handle("cli-agents/x")) == 5
    assert handle("cli-agents/x", 8).startswith(handle("cli-agents/x"))


def test_a_handle_is_the_beginning_of_the_keys_hash_in_base_32() -> None:
    """Handles are stored and typed: another release must not give an event another one."""
    digits = base64.b32encode(hashlib.sha256(b"cli-agents/x").digest()).decode()
    crockford = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789abcdefghjkmnpqrstvwxyz")
    assert handle("cli-agents/x", 20) == digits.translate(crockford)[:20]


def test_an_event_as_json_has_the_promised_fields() -> None:
    made = event(id="7k2f9", tokens=2**63 - 1, previous_tokens=None, held_back=HeldBack.COOLDOWN).to_json()
    assert list(made) == [
        "id", "key", "date", "previous_date", "window_days", "watchlist", "board", "kind", "rule", "item", "rank",
        "previous_rank", "tokens", "previous_tokens", "compared_tokens", "passive", "held_back", "status", "as_of",
        "evidence", "late", "revised",
    ]  # fmt: skip
    assert (made["tokens"], made["previous_tokens"]) == ("9223372036854775807", None)
    assert made["item"] == {"id": "sable", "name": "Sable"}
    assert made["held_back"] == "cooldown"
    assert (made["compared_tokens"], made["revised"]) == ("283000000000", None)
    revised = event(previous_tokens=2**63 - 2, compared_tokens=None, revised={"rank": 11}).to_json()
    assert (revised["previous_tokens"], revised["compared_tokens"]) == ("9223372036854775806", None)
    assert revised["revised"] == {"rank": 11}


def test_events_are_ordered_by_strength_then_by_rank_and_those_without_one_come_last() -> None:
    made = [
        event(kind=kind, rank=rank, item=item)
        for kind, rank, item in (
            (Kind.NEW_LEADER, 1, "a"),
            (Kind.ENTERED_TOP, 4, "a"),
            (Kind.ENTERED_TOP, 4, "b"),
            (Kind.LEFT_TOP, 60, "a"),
            (Kind.LEFT_TOP, None, "a"),
            (Kind.RENAMED, 2, "a"),
        )
    ]
    assert sorted([*made[3:], *made[:3]], key=lambda one: one.order) == made
    assert [kind.strength for kind in Kind] == list(range(len(Kind)))
