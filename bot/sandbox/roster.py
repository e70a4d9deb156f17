"""The invented apps: who they are, what they are tagged as, and how large they usually are.

The roster is the same for every seed, so that names and ids in the documentation hold; only the figures differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

B, T = 10**9, 10**12


@dataclass(frozen=True, slots=True)
class App:
    """An invented app.

    ``weekly`` is its usual tokens in seven days. ``wobble`` scales how far it strays. ``names`` are borne in turn, each
    for ``name_days``; with ``by_window`` the window's end decides which, else the moment of the request. A ``fickle``
    app answers to both names within minutes. ``rests`` (days into a long cycle) marks one that comes and goes,
    ``hides`` one that is taken off the marketplace for a part of a long cycle.
    """

    app_id: int
    names: tuple[str, ...]
    tags: tuple[str, ...]
    weekly: int
    wobble: float = 1.0
    weekend: float = 0.85
    tokens_per_request: int = 60_000
    name_days: int = 75
    by_window: bool = False
    fickle: bool = False
    rests: int | None = None
    hides: int | None = None


@dataclass(frozen=True, slots=True)
class Duel:
    """Two apps that take turns at being the larger one, each time after half a ``period`` (days)."""

    first: str
    second: str
    period: int
    swing: float


DUELS = (
    Duel("Harrier", "Foundry Agent", 58, 0.11),
    Duel("Dormouse", "Cuckoo Clockwork", 44, 0.12),
    Duel("Kestrel Code", "Marlin", 26, 0.11),
    Duel("Roost", "Ibex", 38, 0.08),
    Duel("Sable", "Loomwright", 46, 0.85),
    Duel("Quarry", "Tern CLI", 52, 0.85),
    Duel("Margin Sprite", "Inkling Lens", 50, 0.10),
    Duel("Candlelit Tavern", "Masquerade Moth", 64, 0.12),
)

_CLI = ("cli-agent",)
_NAMED: tuple[tuple[int, str, tuple[str, ...], int, float], ...] = (
    (1187204, "Harrier", _CLI, 66 * T // 10, 0.5),
    (1640377, "Foundry Agent", _CLI, 63 * T // 10, 0.5),
    (2981120, "Roost", _CLI, 198 * T // 100, 0.25),
    (4410982, "Kestrel Code", _CLI, 186 * T // 100, 0.25),
    (3320017, "Marlin", _CLI, 182 * T // 100, 0.25),
    (2750461, "Petrel", ("cli-agent", "cloud-agent"), 112 * T // 100, 0.7),
    (3051188, "Otter CLI", _CLI, 960 * B, 0.7),
    (3618843, "Copperhead", ("cli-agent", "programming-app"), 850 * B, 0.7),
    (4102236, "Ibex", _CLI, 520 * B, 1.0),
    (4538810, "Quarry", _CLI, 330 * B, 0.8),
    (3920117, "Tern CLI", _CLI, 310 * B, 0.8),
    (4687015, "Sable", _CLI, 280 * B, 0.8),
    (4260594, "Loomwright", _CLI, 130 * B, 0.8),
    (2204418, "Lantern", _CLI, 2 * B, 1.0),
    (1903342, "Dormouse", ("personal-agent", "general-chat"), 66 * T // 10, 0.5),
    (2418875, "Cuckoo Clockwork", ("personal-agent",), 64 * T // 10, 0.5),
    (1275530, "Margin Sprite", ("ide-extension",), 175 * T // 100, 0.6),
    (1398124, "Inkling Lens", ("ide-extension", "programming-app"), 170 * T // 100, 0.6),
    (1120966, "Candlelit Tavern", ("roleplay",), 720 * B, 0.6),
    (1566401, "Masquerade Moth", ("roleplay", "creative-writing"), 700 * B, 0.6),
    # names that break careless software: markup of chat, of pages and of tables, and none of it
    (3777210, "Salt & Vinegar <beta>", ("programming-app",), 38 * B, 1.0),
    (3777561, "<br> Free", ("cloud-agent",), 19 * B, 1.0),
    (4011872, "*Starling*", _CLI, 33 * B, 1.0),
    (4011873, "_loud_ `quiet` ~gone~", ("game",), 24 * B, 1.0),
    (2875019, "🦡 Sett", ("personal-agent",), 95 * B, 1.0),
    (1450928, "Mole's Attic", ("creative-writing",), 61 * B, 1.0),
    (3205584, "https://snailpost.example", ("general-chat",), 26 * B, 1.0),
    (3205671, "<!channel> Parrot", ("general-chat",), 14 * B, 1.0),
    (1833209, "r", ("roleplay",), 15 * B, 1.0),
    (4350007, "=SUM(Acorns)", ("native-app-builder",), 11 * B, 1.0),
    (2540118, "Tom, Dick & Hare", ("writing-assistant",), 29 * B, 1.0),
    (2991745, "Crème Ünder Wörks", ("image-gen",), 17 * B, 1.0),
    (3466120, "ふくろう便", ("personal-agent", "writing-assistant"), 22 * B, 1.0),
    # one name, several apps
    (2853101, "pip", _CLI, 9 * B, 1.0),
    (3282407, "pip", ("personal-agent",), 21 * B, 1.0),
    (2526690, "pip", ("general-chat",), 3 * B, 1.0),
    (4580101, "Turnstile Desk", ("writing-assistant",), 12 * B, 1.0),
    (4580102, "Turnstile Desk", ("legal",), 6 * B, 1.0),
)

_RENAMED = (
    App(3356880, ("Tidemark", "Tidemark (staging)"), ("cloud-agent",), 130 * B),
    App(3682201, ("omo", "Oh My Ox"), _CLI, 52 * B, name_days=90, by_window=True),
    App(2640613, ("Peat Gateway", "p0"), ("programming-app", "cli-agent"), 27 * B, name_days=110),
    App(
        3296304,
        ("Mirabel", "Mirabel is the friendliest agent that ever lived in an inbox"),
        ("personal-agent",),
        44 * B,
        fickle=True,
    ),
)

_CROWD: tuple[tuple[str, int, int, str], ...] = (
    ("cli-agent", 52, 340 * B, "Shell"),
    ("ide-extension", 10, 330 * B, "for Editors"),
    ("cloud-agent", 20, 360 * B, "Cloud"),
    ("programming-app", 14, 280 * B, ""),
    ("native-app-builder", 14, 340 * B, "Builder"),
    ("creative-writing", 16, 240 * B, "Tales"),
    ("video-gen", 9, 45 * B, "Reels"),
    ("image-gen", 12, 88 * B, "Prints"),
    ("audio-gen", 7, 18 * B, "Chimes"),
    ("writing-assistant", 19, 210 * B, "Notes"),
    ("general-chat", 25, 900 * B, "Chat"),
    ("personal-agent", 30, 1300 * B, ""),
    ("legal", 5, 9 * B, "Briefs"),
    ("roleplay", 24, 540 * B, "Theatre"),
    ("game", 13, 62 * B, "Quest"),
)
"""Subcategory, how many more apps it has, the largest one's weekly tokens, and how their names end."""

_SMALLEST = 32 * B // 100
_FIRST = (
    "Velvet", "Brass", "Paper", "Gravel", "Thimble", "Moss", "Copper", "Drowsy", "Pepper", "Woolly", "Cobalt", "Rusty",
    "Marbled", "Nimble", "Clover", "Sunday", "Lopsided", "Midnight", "Buttered", "Wicker", "Tin", "Ginger", "Foggy",
    "Crooked", "Linen", "Ticklish",
)  # fmt: skip
_SECOND = (
    "Hedgehog", "Turnip", "Pigeon", "Teapot", "Walrus", "Lighthouse", "Badger", "Umbrella", "Newt", "Gondola",
    "Marmot", "Kettle", "Heron", "Bassoon", "Puffin", "Windmill", "Stoat", "Gazebo", "Lobster", "Abacus", "Finch",
    "Wheelbarrow", "Vole", "Trombone", "Gecko", "Parsnip",
)  # fmt: skip
_ID_PRIME = 3_999_971
_LATE_RISERS = 11
"""Every so many of the crowd is an app that comes and goes."""
_HIDDEN_EVERY = 31


@cache
def apps() -> tuple[App, ...]:
    """All invented apps, in an order that never changes."""
    named = [
        App(app_id, (name,), tags, weekly, wobble=wobble, weekend=_weekend(tags), tokens_per_request=_size(app_id))
        for app_id, name, tags, weekly, wobble in _NAMED
    ]
    return (*named, *_RENAMED, *_crowd())


def _crowd() -> Iterator[App]:
    serial = 0
    for subcategory, count, largest, ending in _CROWD:
        for place in range(count):
            share = (place / max(count - 1, 1)) ** 0.8
            weekly = int(largest * (_SMALLEST / largest) ** share)
            yield _one_of_many(serial, subcategory, ending if serial % 3 == 0 else "", weekly)
            serial += 1


def _one_of_many(serial: int, subcategory: str, ending: str, weekly: int) -> App:
    first = _FIRST[serial % len(_FIRST)]
    second = _SECOND[(serial * 7 + serial // len(_FIRST)) % len(_SECOND)]
    app_id = 900_017 + serial * 1_299_709 % _ID_PRIME
    tags = (subcategory, "general-chat") if serial % 17 == 5 else (subcategory,)
    return App(
        app_id,
        (f"{first} {second} {ending}".strip(),),
        tags,
        weekly,
        wobble=1.0 if weekly > 20 * B else 1.8,
        weekend=_weekend(tags),
        tokens_per_request=_size(app_id),
        rests=serial * 37 if serial % _LATE_RISERS == 7 else None,
        hides=serial * 41 if serial % _HIDDEN_EVERY == 12 else None,
    )


def _weekend(tags: tuple[str, ...]) -> float:
    """Play grows on Saturdays and Sundays, work shrinks."""
    return 1.12 if {"roleplay", "game", "creative-writing"} & set(tags) else 0.82


def _size(app_id: int) -> int:
    """Tokens a request: agents send whole files, chats a few lines."""
    return 2_000 + app_id * 7 % 98_000
