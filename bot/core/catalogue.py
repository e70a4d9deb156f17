"""The catalogue of models: what a ranked model is called, what it costs, and how much it reads at once.

The ranking names models by permaslug, the catalogue by id; ``key`` and ``Listing.key`` are where they meet. Prices are
exact, in dollars per token. The catalogue flaps: a listing that was gone for a while and returned is not a new one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from bot.core.text import clean

WEEK = timedelta(days=7)
"""Prices are held against those of so long ago, and a listing counts as new for so long."""
MAX_PRICE = Decimal(1)
"""Dollars per token above which a price is no price: a million dollars for a million tokens."""
MAX_CONTEXT = 10**12
"""Tokens above which a context length is none."""
SHRUNK = 2
"""An answer with fewer than one in so many of the listings known is not believed at once."""
BELIEVED_AFTER = timedelta(days=1)
"""How long answers have to say so before a catalogue is believed that lost most of its listings."""
_PRICE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,30})?([eE]-[0-9]{1,2})?")
_MILLION = 10**6

Key = tuple[str, str]
"""A canonical slug and a variant, which is empty for the model itself."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One model of the catalogue. ``created`` is the UTC day on which it was added, by the feed's word.

    Prices are dollars per token; None where there is none, or none that can be believed; so is the context length.
    """

    id: str
    canonical_slug: str
    name: str
    created: date | None
    context_length: int | None
    input_price: Decimal | None
    output_price: Decimal | None

    @property
    def key(self) -> Key:
        """By what a permaslug finds it."""
        return self.canonical_slug, self.id.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Spell:
    """A listing, and the first and the last day on which the catalogue had it in this form."""

    listing: Listing
    seen_from: date
    seen_to: date


@dataclass(frozen=True, slots=True)
class Listed:
    """What is known of a listing on a day. ``current``: the day's answer has it, so that its prices hold.

    ``since`` is the earliest day on which it is known to have been listed; ``week_ago`` is its form of a week before,
    None where that is not known.
    """

    listing: Listing
    since: date
    current: bool
    week_ago: Listing | None


def key(permaslug: str) -> Key:
    """What a ranked model is looked up by: its canonical slug and its variant."""
    slug, _, variant = permaslug.partition(":")
    return slug, variant


def rankable(listings: Iterable[Listing]) -> list[Listing]:
    """Those that rankings can mean, each id once: without aliases (``~…``) and batch variants, which come and go."""
    found: dict[str, Listing] = {}
    for listing in listings:
        if not listing.id.startswith("~") and listing.key[1] != "batch":
            found.setdefault(listing.id, listing)
    return list(found.values())


def price(text: object) -> Decimal | None:
    """A price as the feed writes it; None for "-1" (a router has none) and for whatever is no sensible price."""
    if not isinstance(text, str) or not _PRICE.fullmatch(text):
        return None
    value = Decimal(text)
    return value if value <= MAX_PRICE else None


def context_length(value: object) -> int | None:
    """A context length; None where it is no whole number within reason."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and isinstance(value, int) and 0 < value <= MAX_CONTEXT else None


def shrunk(listings: int, known: int) -> bool:
    """Whether so few listings came that the answer is not believed at once; an empty one never is."""
    return listings == 0 or listings * SHRUNK < known


class Catalogue:
    """What is known of all listings on ``day``, that of the newest answer up to then; None: before the first answer.

    Of what came later only names count, and those only of listings that were not known by then: what a model is called
    holds of days before, what it costs does not.
    """

    def __init__(self, day: date | None, spells: Iterable[Spell]) -> None:
        self.day = day
        self._spells: dict[Key, list[Spell]] = {}
        self._later: dict[Key, Listing] = {}
        for spell in sorted(spells, key=lambda one: (one.seen_from, one.listing.id)):
            if day and spell.seen_from <= day:
                self._spells.setdefault(spell.listing.key, []).append(spell)
            else:
                self._later.setdefault(spell.listing.key, spell.listing)

    @property
    def size(self) -> int:
        """How many listings the day's answer has."""
        day = self.day or date.max  # without an answer there are no spells
        return sum(any(spell.seen_to >= day for spell in spells) for spells in self._spells.values())

    def find(self, item: str) -> Listed | None:
        """What is known of a ranked model; None where it had never been in the catalogue."""
        spells, day = self._spells.get(key(item)), self.day
        if not spells or day is None:
            return None
        newest = max(spells, key=lambda spell: (min(spell.seen_to, day), spell.seen_from))
        first = min(spell.seen_from for spell in spells)
        created = newest.listing.created
        then = day - WEEK
        return Listed(
            newest.listing,
            since=min(first, created) if created else first,
            current=newest.seen_to >= day,
            week_ago=next((spell.listing for spell in spells if spell.seen_from <= then <= spell.seen_to), None),
        )

    def names(self, items: Iterable[str]) -> dict[str, str]:
        """The display names of those items that are known, by then or later, without their lab, no two of them alike.

        Those that would read alike bear their labs, then their variants; if they still do, they go without.
        """
        found = {item: listing.name for item in items if (listing := self._ever(item))}
        called = {item: short_name(name) for item, name in found.items()}
        for fuller in (found, {item: _with_variant(item, name) for item, name in found.items()}):
            alike = set(_alike(called))
            called.update({item: name for item, name in fuller.items() if item in alike})
        alike = set(_alike(called))
        return {item: name for item, name in called.items() if item not in alike}

    def _ever(self, item: str) -> Listing | None:
        listed = self.find(item)
        return listed.listing if listed else self._later.get(key(item))

    def price(self, item: str) -> str:
        """Its list prices in dollars per million tokens, "0.10 / 0.40" or "free"; empty where it has none now."""
        listed = self.find(item)
        return prices(listed.listing) if listed and listed.current else ""

    def context(self, item: str) -> str:
        """Its context length, "256k"; empty where it is not known."""
        listed = self.find(item)
        return context(listed.listing.context_length) if listed else ""

    def price_change(self, item: str) -> str:
        """How its prices changed within a week, "0.30 → 0.25 in"; empty where they did not, or it is not known."""
        listed = self.find(item)
        if listed is None or not listed.current or listed.week_ago is None:
            return ""
        before, now = listed.week_ago, listed.listing
        changes = [
            _change(before.input_price, now.input_price, "in"),
            _change(before.output_price, now.output_price, "out"),
        ]
        return ", ".join(change for change in changes if change)

    def is_new(self, item: str, day: date) -> bool:
        """Whether it has been listed for less than a week on ``day``."""
        listed = self.find(item)
        return listed is not None and listed.since > day - WEEK


def short_name(name: str) -> str:
    """A display name without its lab: "Oriole: Swift 4 (free)" is "Swift 4 (free)"."""
    lab, _, rest = name.partition(": ")
    return rest if lab and rest.strip() else name


def every_name(names: Iterable[str]) -> tuple[str, ...]:
    """The names by which patterns and searches may mean a listing: as listed, and without the lab."""
    return tuple(dict.fromkeys(form for name in names for form in (name, short_name(name))))


def _alike(called: Mapping[str, str]) -> Iterator[str]:
    """The items whose names read as another's does."""
    forms = {item: clean(name).casefold() for item, name in called.items()}
    bearers = Counter(forms.values())
    return (item for item, form in forms.items() if bearers[form] > 1)


def _with_variant(item: str, name: str) -> str:
    variant = key(item)[1]
    return f"{name} ({variant})" if variant else name


# ── wording ──────────────────────────────────────────────────────────────────────────────────────────────────


def prices(listing: Listing) -> str:
    """Input and output price in dollars per million tokens: "0.10 / 0.40", "free"; empty where there is neither."""
    both = (listing.input_price, listing.output_price)
    if both == (None, None):
        return ""
    if not any(both) and None not in both:
        return "free"
    return " / ".join("–" if one is None else dollars(one) for one in both)


def dollars(per_token: Decimal) -> str:
    """Dollars per million tokens, at least two decimals and three significant digits: 0.10, 0.0896, 1.25, 15.00."""
    value = per_token * _MILLION
    if not value:
        return "0.00"
    places = max(2, 2 - value.adjusted())
    text = f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def context(tokens: int | None) -> str:
    """A context length, rounded down: 8k, 262k, 1M, 1.5M; empty where it is not known."""
    if tokens is None:
        return ""
    if tokens < 1000:
        return str(tokens)
    if tokens < _MILLION:
        return f"{tokens // 1000}k"
    millions, tenths = divmod(tokens * 10 // _MILLION, 10)
    return f"{millions}.{tenths}M" if tenths and millions < 10 else f"{millions}M"


def _change(before: Decimal | None, now: Decimal | None, what: str) -> str:
    """One price's change, as far as it can be seen in writing."""
    if before is None or now is None or dollars(before) == dollars(now):
        return ""
    return f"{dollars(before)} → {dollars(now)} {what}"
