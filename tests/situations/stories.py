"""The nine situations, as what the feed says from day to day. Names and numbers are invented."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

from bot.core.catalogue import Listing
from bot.core.ranking import OTHER, Board, Dataset, Sort
from tests.situations.figures import BILLION, Course, Courses, apps, courses, listed
from tests.situations.living import ONE_DAY, Row, Situation

CLI = """
4410101 Harrier: 10-01 6700, 11-03 7060, 11-10 7210
4410102 Foundry Agent: 10-01 4100, 11-03 4650, 11-10 4880
4410103 Roost: 10-01 2060, 11-03 2108, 11-10 2150
4410104 Kestrel Code: 10-01 1420, 10-20 1610, 11-03 1738, 11-09 1781, 11-10 1842
4410105 Marlin: 10-01 1750, 11-03 1770, 11-09 1791, 11-10 1791
4410106 Petrel: 11-03 1150, 11-10 1120
4410107 Otter CLI: 10-01 840, 11-03 899, 11-10 980
4410108 Copperhead: 870
4410109 Ibex: 10-01 480, 11-03 492, 11-10 512
4410110 Tern CLI: 10-01 640, 10-27 560, 11-09 478, 11-10 446
4410111 Quill: 442
4410112 Wren: 436
4410113 Dunlin: 10-01 420, 11-10 434
4410114 Sable: 10-01 210, 11-03 283, 11-09 428, 11-10 455
4410115 Lantern: 331
4410116 Bramble: 10-20 321, 11-10 312
4410117 Loomwright: 10-20 43.9, 10-27 47.5, 11-03 52, 11-09 90, 11-10 148.1
4410118 Thistle: 88
4410120 Avocet: 10-01 325, 11-10 318
"""
IDE = """
4420101 Gannet: 10-01 3100, 11-10 3310
4420102 Plover: 10-01 2140, 11-10 2090
4420103 Heron for Editors: 1210
4420104 Siskin: 10-01 610, 11-10 655
4420105 Whimbrel: 402
4420106 Dipper: 10-01 58, 11-04 60, 11-05 141, 11-10 196
"""
AGENTS = """
[watchlist.cli-agents]
title = "CLI agents"
subcategory = "cli-agent"
mine = ["Kestrel Code"]
follow = ["Marlin", "Roost", "Tern CLI"]
"""
LEFT = f"""
{AGENTS}
[watchlist.cli-agents.rules]
left_top = true
"""
EXTENSIONS = """
[watchlist.ide]
title = "IDE extensions"
subcategory = "ide-extension"
"""


def first_run() -> Situation:
    """The first digest of all: two new boards, one with the reader's own and a name that matches nothing."""
    morning = date(2026, 11, 4)
    watched = AGENTS.replace('"Tern CLI"', '"Tern CLI", "Nimbus"')
    figures = apps({"cli-agent": courses(CLI), "ide-extension": courses(IDE)})
    return Situation("first-run", figures, watched + EXTENSIONS, morning, morning, [morning])


def ordinary_day() -> Situation:
    """A Tuesday: the reader's own passes another, one enters the top 10, one grows to three times its average."""
    figures = apps({"cli-agent": courses(CLI), "ide-extension": courses(IDE)})
    morning = date(2026, 11, 11)
    return Situation("ordinary-day", figures, AGENTS + EXTENSIONS, date(2026, 11, 4), morning, [morning])


def new_leader() -> Situation:
    """Another #1, and two days later the old one again, by little: the second change, and one more two days on."""
    shown = courses(CLI) | courses("""
        4410101 Harrier: 10-01 7150, 12-01 7190, 12-07 6010, 12-08 5970, 12-09 6003, 12-10 6041, 12-11 6040
        4410102 Foundry Agent: 10-01 4100, 12-01 4894, 12-07 5905, 12-08 6020, 12-09 6022, 12-10 6023, 12-11 6055
        4410104 Kestrel Code: 10-01 1420, 12-11 1970
        4410110 Tern CLI: 10-01 640, 12-11 560
        4410114 Sable: 210
        4410117 Loomwright: 52
    """)

    def figures(board: Board, day: date, _now: datetime) -> Iterator[Row]:
        if board.sort is Sort.POPULAR:
            yield from listed(shown, day, ripple=0)

    told = [date(2026, 12, 9), date(2026, 12, 11)]
    return Situation("new-leader", figures, AGENTS, date(2026, 12, 4), told[-1], told, history=60)


def quiet_week() -> Situation:
    """Seven days after a digest of which the last news was, nothing has happened since; one message says so."""
    quiet = courses(CLI) | courses("""
        4410110 Tern CLI: 10-01 640, 10-27 560, 11-09 447
        4410114 Sable: 466
        4410104 Kestrel Code: 10-01 1420, 11-09 1781, 11-10 1842, 11-17 1861
        4410117 Loomwright: 52
    """)
    figures = apps({"cli-agent": quiet, "ide-extension": courses(IDE)})
    morning = date(2026, 11, 18)
    return Situation("quiet-week", figures, AGENTS + EXTENSIONS, date(2026, 11, 4), morning, [morning])


WORST = """
[watchlist.coding]
category = "coding"
follow = ["*"]

[watchlist.coding.rules]
overtook = false
left_top = true
climbed = true
dropped = true
milestone = { tokens = ["1B", "10B", "100B", "1T"] }

[watchlist.creative]
category = "creative"
mine = ["Kestrel Studio"]

[watchlist.creative.rules]
entered_top = { n = [3, 10, 20, 50, 100] }
left_top = true
climbed = true
dropped = true
milestone = { tokens = ["1B", "10B", "100B", "1T"] }

[watchlist.all]
title = "Whole marketplace"

[watchlist.all.rules]
entered_top = { n = [10, 50, 100] }
left_top = true
"""


def worst_day() -> Situation:
    """Three boards of two hundred, of which half is shuffled within a day: hundreds of events."""
    day = date(2026, 11, 10)

    def figures(board: Board, end: date, _now: datetime) -> Iterator[Row]:
        if board.sort is Sort.POPULAR:
            yield from listed(_shuffled(board.category or "all", day <= end), end, ripple=0)

    return Situation("worst-day", figures, WORST, date(2026, 11, 9), date(2026, 11, 11), [date(2026, 11, 11)])


@cache
def _shuffled(board: str, after: bool) -> Courses:
    """A hundred and eighty apps; ``after``: with half of them elsewhere."""
    dice = random.Random(f"{board} 11")  # noqa: S311  (figures, not secrets)
    names = {"coding": "Coder", "creative": "Painter", "all": "App"}
    tokens = [4000 * 0.955**place for place in range(180)]
    if after:
        moved = [place for place in range(180) if dice.random() < 0.5]
        factors = [dice.choice((0.35, 0.6, 0.8, 1.3, 2, 3.5, 5)) for _ in moved]
        for place, factor in zip(moved, factors, strict=True):
            tokens[place] *= factor
    found = {
        f"{board[:2]}{place:03}": Course(f"{names[board]} {place:03}", [(date(2026, 1, 1), count)])
        for place, count in enumerate(tokens)
    }
    if board == "creative":
        found["cr020"] = replace(found["cr020"], name="Kestrel Studio")
    return found


def catch_up() -> Situation:
    """Nine days of which eight mornings were missed, told in one message: some of it holds, some came and went."""
    shown = courses(CLI) | courses("""
        4410104 Kestrel Code: 10-01 1420, 11-10 1842, 11-16 1824, 11-19 1803
        4410105 Marlin: 10-01 1750, 11-10 1791, 11-14 1805, 11-19 1815
        4410109 Ibex: 10-01 480, 11-12 512, 11-19 515
        4410110 Tern CLI: 10-01 640, 11-10 446, 11-19 431
        4410114 Sable: 10-01 210, 11-03 283, 11-09 428, 11-10 455, 11-13 452, 11-14 300, 11-19 296
        4410115 Lantern: 331, 11-12 331, 11-13 905, 11-14 880, 11-15 310
        4410117 Loomwright: 10-20 43.9, 11-03 52, 11-10 61, 11-19 66
        4410119 Quarry: 10-01 230, 11-12 252, 11-15 530, 11-19 541
    """)
    figures = apps({"cli-agent": shown, "ide-extension": courses(IDE)})
    down = frozenset(date(2026, 11, 12) + passed * ONE_DAY for passed in range(8))
    morning = date(2026, 11, 20)
    return Situation(
        "catch-up", figures, LEFT + EXTENSIONS, date(2026, 11, 4), morning, [morning], days='"daily"', down=down
    )


def correction() -> Situation:
    """What was in the headline is revised the day after: a reply in its thread, then the next digest."""
    shown = courses(CLI) | courses("""
        4410104 Kestrel Code: 10-01 1420, 11-18 1840
        4410109 Ibex: 512
        4410110 Tern CLI: 10-01 640, 11-10 446, 11-19 431
        4410114 Sable: 10-01 210, 11-10 283, 11-16 428, 11-17 462, 11-18 466
        4410117 Loomwright: 52
        4410119 Quarry: 533
    """)
    restated = datetime(2026, 11, 18, 12, tzinfo=UTC)

    def figures(board: Board, day: date, now: datetime) -> Iterator[Row]:
        if board.sort is Sort.POPULAR:
            gone = day == date(2026, 11, 17) and now < restated
            yield from (row for row in listed(shown, day, ripple=0) if not (gone and row[1] == "Quarry"))

    told = [date(2026, 11, 18), date(2026, 11, 19)]
    return Situation("correction", figures, AGENTS, date(2026, 11, 11), told[-1], told)


MODELS = """
northwind/gale-3-flash-20260901 Northwind: Gale 3 Flash: 10-25 1180, 11-15 1245
lumen/aria-2-pro-20260612 Lumen: Aria 2 Pro: 10-25 910, 11-08 905, 11-15 840
oriole/swift-4-20260801 Oriole: Swift 4: 10-25 420, 11-08 480, 11-09 860, 11-15 1010
basalt/core-120b-20260301:free Basalt: Core 120B (free): 10-25 850, 11-15 720
meridian/tessera-m2-20260715 Meridian: Tessera M2: 10-25 620, 11-15 610
northwind/gale-3-pro-20260901 Northwind: Gale 3 Pro: 10-25 520, 11-15 545
basalt/core-400b-20260301 Basalt: Core 400B: 10-25 400, 11-15 380
oriole/swift-3-20260110 Oriole: Swift 3: 10-25 380, 11-15 290
lumen/aria-2-mini-20260612 Lumen: Aria 2 Mini: 350
meridian/tessera-s-20260715 Meridian: Tessera S: 260
cinder/ember-70b-20260420 Cinder: Ember 70B: 215
fathom/deep-1-20260505 Fathom: Deep 1: 10-25 180, 11-15 199
"""
NEW_MODELS = """
oriole/swift-4-mini-20261109 Oriole: Swift 4 Mini: 11-08 0, 11-09 0, 11-10 170, 11-15 230
lumen/aria-2-nano-20261108 Lumen: Aria 2 Nano: 11-09 0, 11-10 0, 11-11 95, 11-15 120
"""
PRICES = """
northwind/gale-3-flash-20260901 0.10 0.40 1048576
lumen/aria-2-pro-20260612 1.25 10.00 400000
oriole/swift-4-20260801 0.09 0.36 262144
basalt/core-120b-20260301:free 0 0 131072
meridian/tessera-m2-20260715 0.30 1.20 204800
northwind/gale-3-pro-20260901 2.00 12.00 1048576
basalt/core-400b-20260301 0.55 2.19 131072
oriole/swift-3-20260110 0.15 0.60 131072
lumen/aria-2-mini-20260612 0.25 2.00 400000
cinder/ember-70b-20260420 0.0375 0.14 8192
fathom/deep-1-20260505 0.28 0.42 163840
oriole/swift-4-mini-20261109 0.03 0.12 262144
lumen/aria-2-nano-20261108 0.05 0.40 400000
"""
MARKET = """
4430001 Bison: 10-25 9800, 11-15 10120
4430002 Heron: 7400
4430003 Ito: 11-08 90, 11-15 310
4430004 Jackdaw: 5100
4430005 Kite: 10-25 4000, 11-15 4250
4430006 Magpie: 3300
4430007 Osprey: 10-25 2900, 11-15 2710
4430008 Kestrel Code: 10-25 1500, 11-15 1860
4430009 Pipit: 1240
4430010 Raven: 1010
4430011 Starling: 810
4430012 Sable: 11-08 283, 11-15 640
4430013 Teal: 600
4430014 Tern CLI: 11-08 580, 11-15 431
4430015 Vireo: 398
4430016 Wigeon: 366
4430017 Nuthatch: 322
"""
BRIEFING = """
[watchlist.labs]
dataset = "models"
by = "author"
mine = ["oriole"]

[watchlist.models]
dataset = "models"
mine = ["oriole/*"]

[watchlist.apps]
title = "Whole marketplace"
mine = ["Kestrel Code"]
"""
PRICED = """
[watchlist.models]
dataset = "models"
mine = ["oriole/*"]
follow = ["Northwind: Gale 3 Flash"]
"""


def _models(board: Board, day: date, _now: datetime) -> Iterator[Row]:
    """Named models, eighty that fill the list of a day, and the rest; and the whole marketplace of apps."""
    if board.dataset is Dataset.APPS:
        if board.sort is Sort.POPULAR:
            yield from listed(courses(MARKET), day)
        return
    for item, _, tokens in listed(courses(MODELS + NEW_MODELS), day):
        yield item, item, tokens
    for place in range(40):
        slug = f"lab-{place % 7}/model-{place:02}-20260101"
        yield slug, slug, round((150 - 3 * place) * BILLION)
    yield OTHER, OTHER, 640 * BILLION


def _listings() -> list[Listing]:
    """The catalogue: of each named model but one."""
    named = courses(MODELS + NEW_MODELS)
    found = []
    for line in filter(None, PRICES.splitlines()):
        item, entered, made, context = line.split()
        slug, _, variant = item.partition(":")
        prices = [Decimal(price) / 10**6 for price in (entered, made)]
        found.append(
            Listing(
                id=slug.rpartition("-")[0] + (f":{variant}" if variant else ""),
                canonical_slug=slug,
                name=named[item].name,
                created=datetime.strptime(slug.rpartition("-")[2], "%Y%m%d").replace(tzinfo=UTC).date(),
                context_length=int(context),
                input_price=prices[0],
                output_price=prices[1],
            )
        )
    return found


def weekly_briefing() -> Situation:
    """A Monday's briefing to those who read one message a week: labs, models and apps."""
    first = date(2026, 11, 9)
    last = first + timedelta(7)
    return Situation(
        "weekly-briefing", _models, BRIEFING, first, last, [last], days='["mon"]', listings=_listings(), history=30
    )


def models_with_prices() -> Situation:
    """A day on which a model leaps, in a channel that follows a family of models."""
    first = date(2026, 11, 8)
    return Situation(
        "models-with-prices",
        _models,
        PRICED,
        first,
        first + timedelta(4),
        [first + timedelta(4)],
        days='"daily"',
        listings=_listings(),
        history=30,
    )


SITUATIONS = (
    first_run,
    ordinary_day,
    new_leader,
    quiet_week,
    worst_day,
    catch_up,
    correction,
    weekly_briefing,
    models_with_prices,
)
