"""Invented boards and events of one Tuesday, from which tests of digests compose their scenes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot.core.briefing import View, compose
from bot.core.correction import Correction, Turn
from bot.core.digest import Digest
from bot.core.event import Event, Kind
from bot.core.watchlist import Pattern, Watchlist
from tests.builders import CLI_AGENTS, CODING, DAY, IDE_EXTENSIONS, B, Row, event, snapshot

YESTERDAY = DAY - timedelta(days=1)
LAST_WEEK = DAY - timedelta(days=7)
_NAMES = {
    "harrier": "Harrier",
    "foundry": "Foundry Agent",
    "roost": "Roost",
    "kestrel": "Kestrel Code",
    "marlin": "Marlin",
    "petrel": "Petrel",
    "otter": "Otter CLI",
    "copper": "Copperhead",
    "ibex": "Ibex",
    "sable": "Sable",
    "tern": "Tern CLI",
    "quill": "Quill",
    "loom": "Loomwright",
}
_NOW = (
    "harrier 7210 foundry 4880 roost 2150 kestrel 1842 marlin 1791 petrel 1120 otter 980 copper 871 ibex 512 sable 455"
)
_THEN = (
    "harrier 7200 foundry 4850 roost 2140 marlin 1786 kestrel 1781 petrel 1125 otter 960 copper 870 tern 520 ibex 500"
)
_WEEK = (
    "harrier 7070 foundry 4650 roost 2108 marlin 1773 kestrel 1738 petrel 1155 otter 899 copper 872 ibex 492 tern 437"
)


def rows(text: str) -> list[Row]:
    """Rows from "item billions item billions …"."""
    words = text.split()
    return [(item, _NAMES[item], int(tokens) * B) for item, tokens in zip(words[::2], words[1::2], strict=True)]


NOW = rows(f"{_NOW} tern 402 quill 390 loom 148")
THEN = rows(f"{_THEN} quill 440 sable 430")
WEEK_BEFORE = rows(f"{_WEEK} sable 283")


def patterns(*texts: str) -> tuple[Pattern, ...]:
    return tuple(Pattern(text) for text in texts)


CLI = Watchlist(
    "cli-agents",
    "CLI agents",
    CLI_AGENTS,
    (),
    mine=patterns("kestrel code"),
    follow=patterns("Marlin", "Roost", "tern*"),
)
IDE = Watchlist("ide", "IDE extensions", IDE_EXTENSIONS, ())
WHOLE = Watchlist("coding", "Coding", CODING, ())


def cli(**changes: Any) -> View:
    """The CLI agents, on which Kestrel Code has passed Marlin; no events."""
    usual = View(
        watchlist=CLI,
        new=False,
        current=snapshot(CLI_AGENTS, DAY, NOW),
        previous=snapshot(CLI_AGENTS, YESTERDAY, THEN),
        compared=snapshot(CLI_AGENTS, LAST_WEEK, WEEK_BEFORE),
        events=(),
        names={},
    )
    return replace(usual, **changes)


def calm(**changes: Any) -> View:
    """The same board, which was the same yesterday."""
    return cli(**{"previous": snapshot(CLI_AGENTS, YESTERDAY, NOW), **changes})


def ide(**changes: Any) -> View:
    """A small board without anybody's own."""
    usual = View(
        watchlist=IDE,
        new=False,
        current=snapshot(IDE_EXTENSIONS, DAY, NOW[:5]),
        previous=snapshot(IDE_EXTENSIONS, YESTERDAY, NOW[:5]),
        compared=snapshot(IDE_EXTENSIONS, LAST_WEEK, NOW[:5]),
        events=(),
        names={},
        last_news=date(2026, 11, 5),
    )
    return replace(usual, **changes)


def whole(**changes: Any) -> View:
    """All coding apps, of which Sable has become the third."""
    usual = View(
        watchlist=WHOLE,
        new=False,
        current=snapshot(CODING, DAY, rows("harrier 7210 foundry 4880 sable 455 kestrel 442 marlin 391")),
        previous=snapshot(CODING, YESTERDAY, rows("harrier 7200 foundry 4850 kestrel 440 sable 430 marlin 390")),
        compared=snapshot(CODING, LAST_WEEK, rows("harrier 7070 foundry 4650 kestrel 430 marlin 373 sable 283")),
        events=(),
        names={},
    )
    return replace(usual, **changes)


def whole_entry(**changes: Any) -> Event:
    """Sable's entry there."""
    usual = {"id": "c0de", "watchlist": "coding", "board": CODING.key, "rank": 3, "previous_rank": 4}
    return entry(**{**usual, **changes})


def entry(**changes: Any) -> Event:
    """Sable's entry."""
    return event(**{"id": "q83d", **changes})


def left(**changes: Any) -> Event:
    """Tern CLI's exit."""
    usual: dict[str, Any] = {
        "id": "t5w9",
        "kind": Kind.LEFT_TOP,
        "item": "tern",
        "name": "Tern CLI",
        "rank": 11,
        "previous_rank": 9,
        "tokens": 402 * B,
        "previous_tokens": 520 * B,
        "compared_tokens": 437 * B,
        "evidence": {"first_seen": False, "last_in": "2026-11-09", "left_board": []},
    }
    return event(**{**usual, **changes})


def spike(**changes: Any) -> Event:
    """Loomwright's growth."""
    windows = (("2026-11-03", "52000000000"), ("2026-10-27", "47500000000"), ("2026-10-20", "43900000000"))
    usual: dict[str, Any] = {
        "id": "m04x",
        "kind": Kind.SPIKE,
        "item": "loom",
        "name": "Loomwright",
        "rule": {"ratio": 2, "min_growth": B, "within": 50},
        "rank": 13,
        "previous_rank": 14,
        "tokens": 148_100_000_000,
        "previous_tokens": 130 * B,
        "compared_tokens": 52 * B,
        "evidence": {
            "baseline": [{"end_date": end, "tokens": tokens, "bounded": False} for end, tokens in windows],
            "mean": "47800000000",
            "ratio": "3.09",
            "excess": "100300000000",
            "at_least": False,
        },
    }
    return event(**{**usual, **changes})


def leader(**changes: Any) -> Event:
    """Foundry Agent's first place."""
    usual: dict[str, Any] = {
        "id": "7k2f",
        "kind": Kind.NEW_LEADER,
        "item": "foundry",
        "name": "Foundry Agent",
        "rule": {"confirm_days": 1},
        "rank": 1,
        "previous_rank": 2,
        "tokens": 6020 * B,
        "previous_tokens": 5900 * B,
        "compared_tokens": 4894 * B,
        "evidence": {
            "previous_leader": {"id": "harrier", "name": "Harrier"},
            "previous_leader_rank": 2,
            "led_days": 170,
            "led_since": "2026-05-24",
            "led_at_least": True,
            "second": {"id": "harrier", "name": "Harrier", "tokens": str(5970 * B)},
            "lead_percent": "0.8",
            "left_board": [],
        },
    }
    return event(**{**usual, **changes})


def flapping() -> View:
    """Harrier and Foundry Agent have changed places for the third time in four days."""
    pair = ("foundry", "harrier")
    changes = []
    for place, days in enumerate((3, 2, 0)):
        item, former = pair[place % 2], pair[(place + 1) % 2]
        day, other = DAY - timedelta(days=days), {"id": former, "name": _NAMES[former]}
        evidence = {**leader().evidence, "previous_leader": other, "led_days": place, "led_at_least": False}
        evidence |= {"led_since": f"{day - timedelta(days=place)}", "second": {**other, "tokens": str(6002 * B)}}
        changes.append(
            leader(
                id=f"f1a{place}",
                key=f"cli-agents/{CLI_AGENTS.key}/new_leader/{item}/{day}",
                date=day,
                item=item,
                name=_NAMES[item],
                tokens=6020 * B,
                previous_tokens=5990 * B,
                compared_tokens=4650 * B,
                evidence={**evidence, "lead_percent": "0.3"},
            )
        )
    now = [*rows("foundry 6020 harrier 6002"), *NOW[2:]]
    then = [*rows("harrier 6010 foundry 5990"), *NOW[2:]]
    return calm(
        current=snapshot(CLI_AGENTS, DAY, now),
        previous=snapshot(CLI_AGENTS, YESTERDAY, then),
        events=(changes[-1],),
        leaders=tuple(changes),
    )


def trending(**changes: Any) -> Event:
    """Quill on the trending list."""
    usual: dict[str, Any] = {
        "id": "w1w1",
        "kind": Kind.TRENDING,
        "item": "quill",
        "name": "Quill",
        "rule": {"n": 10},
        "rank": 12,
        "previous_rank": 11,
        "tokens": 390 * B,
        "previous_tokens": 440 * B,
        "compared_tokens": None,
        "evidence": {"twin": CLI_AGENTS.twin.key, "twin_rank": 3, "twin_previous_rank": None, "n": 10},
    }
    return event(**{**usual, **changes})


RESTATED = "2026-11-11T02:16:03.551Z"
"""When yesterday was asked for again."""
QUARRY = {"name": "Quarry", "tokens": str(533 * B)}


def other_side(**changes: Any) -> dict[str, Any]:
    """Sable's other side of a restatement: #11, for Quarry is listed above it."""
    usual: dict[str, Any] = {"rank": 11, "tokens": str(455 * B), "as_of": RESTATED, "came": [QUARRY], "gone": []}
    usual |= {"depth": None, "own_depth": None}
    return {**usual, "leader": None, **changes}


def correction(turn: Turn = Turn.RETRACTED, *, headed: bool = False, **changes: Any) -> Correction:
    """What became of Sable's entry of yesterday; ``changes`` replace fields of the event."""
    usual: dict[str, Any] = {"date": YESTERDAY, "revised": None if turn is Turn.RESTORED else other_side()}
    return Correction(entry(**{**usual, **changes}), turn, headed=headed)


def digest(
    *views: View,
    days: Sequence[date] = (DAY,),
    late: str = "",
    corrections: Sequence[Correction] = (),
    **more: Any,
) -> Digest:
    """What the channel "team" gets of the views."""
    checked = DAY + timedelta(days=1)
    return compose(
        "team", day=DAY, days=tuple(days), views=views, late=late, checked=checked, corrections=corrections, **more
    )
