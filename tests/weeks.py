"""An analyst's week: models and labs of two invented weeks, day by day, and the apps beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bot.core.briefing import compose
from bot.core.catalogue import Catalogue, Listing, Spell
from bot.core.digest import Digest
from bot.core.naming import named
from bot.core.ranking import MODEL_DAY, Snapshot, sum_days
from bot.core.view import View
from bot.core.watchlist import Watchlist
from tests.builders import ALL_APPS, MODELS, B, snapshot

SUNDAY = date(2026, 11, 15)
WEEK_BEFORE = SUNDAY - timedelta(days=7)
WATCHED = Watchlist("models", "Models", MODELS, ())
APPS = Watchlist("apps", "Apps", ALL_APPS, ())

NOW = {
    "northwind/gale-3-flash": 1244, "oriole/swift-4": 929, "lumen/aria-2-pro": 847, "basalt/core-120b:free": 724,
    "meridian/tessera-m2": 611, "northwind/gale-3": 500, "oriole/swift-4-mini": 380, "basalt/core-20b": 275,
    "lumen/aria-2-nano": 260, "meridian/tessera-s2": 240, "northwind/gale-3-lite": 220, "oriole/swift-3": 120,
}  # fmt: skip
"""Tokens of one day of the week, in billions, by slug."""
THEN = {
    "northwind/gale-3-flash": 1168, "lumen/aria-2-pro": 881, "basalt/core-120b:free": 792, "meridian/tessera-m2": 614,
    "oriole/swift-4": 525, "northwind/gale-3": 520, "basalt/core-20b": 290, "meridian/tessera-s2": 250,
    "northwind/gale-3-lite": 230, "oriole/swift-3": 430, "lumen/aria-1": 410,
}  # fmt: skip
"""Those of one day of the week before."""


def day(when: date, tokens: Mapping[str, int], other: int = 610) -> Snapshot:
    """A model day."""
    ranked = sorted(tokens.items(), key=lambda pair: (-pair[1], pair[0]))
    return snapshot(MODEL_DAY, when, [(slug, slug, count * B) for slug, count in ranked], other_tokens=other * B)


def days() -> list[Snapshot]:
    """Fourteen days: the newcomers of the week come on Tuesday; one comes on Thursday for a day, one on Sunday."""
    stored = []
    for back in reversed(range(14)):
        when = SUNDAY - timedelta(days=back)
        listed = dict(THEN if back >= 7 else NOW)
        if back == 6:
            listed = {slug: tokens for slug, tokens in listed.items() if slug in THEN}
        listed |= {"petrel/blink": 90} if back == 3 else {"petrel/quill": 95} if back == 0 else {}
        stored.append(day(when, listed))
    return stored


def models(stored: Sequence[Snapshot] | None = None, **changes: Any) -> View:
    """The models' board now and a week before, with the catalogue's names and prices."""
    found = days() if stored is None else stored
    windows = {
        board.end_date: board for board in (sum_days(MODELS, found[end - 7 : end]) for end in range(7, len(found) + 1))
    }
    usual = View(
        watchlist=WATCHED,
        new=False,
        current=windows.get(SUNDAY),
        previous=windows.get(WEEK_BEFORE),
        compared=windows.get(WEEK_BEFORE),
        events=(),
        names={},
        recent=tuple(windows.values()),
        catalogue=catalogue(),
    )
    return replace(usual, **changes)


def apps(**changes: Any) -> View:
    """The whole marketplace on each of fourteen days, on which Sable climbs and two apps are new."""
    then = [(f"a{place}", f"App {place}", (60 - place) * 100 * B) for place in range(1, 41)]
    named_then = [("harrier", "Harrier", 9000 * B), *then[:20], ("sable", "Sable", 3850 * B), *then[20:]]
    now = [("harrier", "Harrier", 9100 * B), *then[:10], ("sable", "Sable", 4950 * B), *then[10:12], *then[13:]]
    now = [*now, ("a13", "App 13", 1900 * B)]
    boards = [
        snapshot(ALL_APPS, SUNDAY - timedelta(days=back), now if back < 7 else named_then)
        for back in reversed(range(14))
    ]
    usual = View(
        watchlist=APPS,
        new=False,
        current=boards[-1],
        previous=boards[6],
        compared=boards[6],
        events=(),
        names={},
        recent=tuple(boards),
    )
    return replace(usual, **changes)


def catalogue() -> Catalogue:
    """Names, prices and context lengths of those of the week."""
    known = {
        "northwind/gale-3-flash": ("Northwind: Gale 3 Flash", "0.10", "0.40", 1_000_000),
        "oriole/swift-4": ("Oriole: Swift 4", "0.09", "0.36", 256_000),
        "lumen/aria-2-pro": ("Lumen: Aria 2 Pro", "1.25", "10", 400_000),
        "basalt/core-120b:free": ("Basalt: Core 120B (free)", "0", "0", 128_000),
        "meridian/tessera-m2": ("Meridian: Tessera M2", "0.30", "1.20", 204_000),
        "oriole/swift-4-mini": ("Oriole: Swift 4 mini", "0.02", "0.08", 256_000),
        "lumen/aria-2-nano": ("Lumen: Aria 2 Nano", "0.05", "0.40", 128_000),
    }
    listed = [
        Listing(slug, slug.partition(":")[0], name, None, length, Decimal(cost) / 10**6, Decimal(yields) / 10**6)
        for slug, (name, cost, yields, length) in known.items()
    ]
    today = SUNDAY + timedelta(days=1)
    return Catalogue(today, [Spell(one, WEEK_BEFORE, today) for one in listed])


def briefing(*views: View, events_on: Sequence[date] = (), **more: Any) -> Digest:
    """What the channel "partners" gets of the views on Monday, about the seven days before."""
    usual: dict[str, Any] = {"since": WEEK_BEFORE, "weekly": True, "late": "", **more}
    return compose(
        "partners",
        day=SUNDAY,
        days=tuple(sorted({SUNDAY, *events_on})),
        views=named(views, {}),
        checked=SUNDAY + timedelta(days=1),
        **usual,
    )
