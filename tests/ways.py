"""Invented events of an item's way, one of each kind, on the boards of tests/scenes.py."""

from __future__ import annotations

from typing import Any

from bot.core.event import Event, Kind
from tests.builders import DAY, MODELS, B, as_of, event
from tests.scenes import YESTERDAY


def climbed(**changes: Any) -> Event:
    """Sable's climb within a week."""
    usual: dict[str, Any] = {
        "id": "c11m",
        "kind": Kind.CLIMBED,
        "rule": {"over_days": 7, "bands": [[10, 3], [20, 5]]},
        "evidence": {
            "base_date": "2026-11-03",
            "base_rank": 22,
            "base_tokens": "283000000000",
            "places": 12,
            "places_among_both": 11,
            "places_asked": 3,
        },
    }
    return event(**{**usual, **changes})


def dropped(**changes: Any) -> Event:
    """Tern CLI's drop within a week."""
    usual: dict[str, Any] = {
        "id": "dr0p",
        "kind": Kind.DROPPED,
        "item": "tern",
        "name": "Tern CLI",
        "rule": {"over_days": 7, "bands": [[10, 3], [20, 5]]},
        "rank": 11,
        "previous_rank": 10,
        "tokens": 402 * B,
        "compared_tokens": 437 * B,
        "evidence": {
            "base_date": "2026-11-03",
            "base_rank": 5,
            "base_tokens": "1100000000000",
            "places": 6,
            "places_among_both": 6,
            "places_asked": 3,
        },
    }
    return event(**{**usual, **changes})


def moved(**changes: Any) -> Event:
    """Kestrel Code's step up; other ranks make it another move."""
    now, before = changes.get("rank", 4), changes.get("previous_rank", 5)
    way = "in" if before is None else "out" if now is None else "up" if now < before else "down"
    usual: dict[str, Any] = {
        "id": "m0ve",
        "variant": way,
        "kind": Kind.MOVED,
        "item": "kestrel",
        "name": "Kestrel Code",
        "rule": {},
        "rank": 4,
        "previous_rank": 5,
        "tokens": 1842 * B,
        "previous_tokens": 1781 * B,
        "compared_tokens": 1738 * B,
        "evidence": {"place_among_both": 4, "previous_place_among_both": 5, "depth": None, "previous_depth": None},
    }
    return event(**{**usual, **changes})


def overtook(**changes: Any) -> Event:
    """Kestrel Code passes Marlin."""
    passed = {
        "id": "marlin",
        "name": "Marlin",
        "rank": 5,
        "tokens": "1791000000000",
        "previous_rank": 4,
        "previous_tokens": "1786000000000",
    }
    usual: dict[str, Any] = {
        "id": "0ver",
        "variant": "kestrel>marlin",
        "kind": Kind.OVERTOOK,
        "rule": {"pairs": []},
        "evidence": {"passed": passed},
    }
    return moved(**{**usual, **changes})


def milestone(**changes: Any) -> Event:
    """Kestrel Code's 1.8T tokens."""
    threshold = changes.pop("threshold", 1800 * B)
    usual: dict[str, Any] = {
        "id": "m11e",
        "variant": str(threshold),
        "kind": Kind.MILESTONE,
        "rule": {"tokens": [1800 * B]},
        "previous_rank": 4,
        "evidence": {"threshold": str(threshold)},
    }
    return moved(**{**usual, **changes})


def share(**changes: Any) -> Event:
    """A model's growing share."""
    usual: dict[str, Any] = {
        "id": "5hare",
        "kind": Kind.SHARE,
        "board": MODELS.key,
        "watchlist": "models",
        "item": "ada/one",
        "name": "ada/one",
        "rule": {"points": 2, "over_days": 7},
        "rank": 2,
        "previous_rank": 2,
        "tokens": 132 * B,
        "evidence": {
            "direction": "up",
            "points": "2.4000",
            "share": "13.2000",
            "total_tokens": str(1000 * B),
            "base_date": "2026-11-03",
            "base_share": "10.8000",
            "base_total_tokens": str(1000 * B),
            "base_rank": 3,
            "base_tokens": str(108 * B),
        },
    }
    return event(**{**usual, **changes})


def renamed(**changes: Any) -> Event:
    """Marlin's new name."""
    usual: dict[str, Any] = {
        "id": "n4me",
        "kind": Kind.RENAMED,
        "item": "marlin",
        "name": "Swordfish",
        "rule": {"confirm_days": 2},
        "rank": 5,
        "previous_rank": 4,
        "tokens": 1791 * B,
        "previous_tokens": 1786 * B,
        "compared_tokens": 1773 * B,
        "as_of": as_of(DAY),
        "evidence": {
            "old_name": "Marlin",
            "old_name_last": "2026-11-08",
            "new_name": "Swordfish",
            "days": [f"{YESTERDAY}", f"{DAY}"],
        },
    }
    return event(**{**usual, **changes})
