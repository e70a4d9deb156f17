"""The invented models: labs launch them month by month, they rise, are used, fade and retire.

Which models there are, and their figures, hang on the seed and the calendar alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.sandbox.noise import dice

LABS = (
    ("mossbank", "Mossbank", ("bramblewit", "fennel", "oxbow")),
    ("quillfeather", "Quillfeather", ("nightjar", "inkle", "plume")),
    ("gingham-labs", "Gingham Labs", ("patchwork", "tuppence", "bobbin")),
    ("lanternfish", "Lanternfish", ("glimmer", "abysso", "fathomkin")),
    ("wobblestone", "Wobblestone", ("cairnling", "scree", "boulderby")),
    ("hollowtree", "Hollowtree", ("acornus", "burrow", "twiggle")),
    ("tidepool-ai", "Tidepool", ("limpetto", "anemona", "driftlet")),
    ("copperkettle", "Copperkettle", ("simmer", "whistler", "cinderpot")),
    ("dapplegrey", "Dapplegrey", ("cantrip", "trotwell", "halterix")),
    ("snowglobe", "Snowglobe", ("flurrie", "drumlin", "sleetling")),
    ("marrowfield", "Marrowfield", ("gourdon", "haystook", "furrowby")),
    ("puddlejump", "Puddlejump", ("splosh", "galosha", "newtling")),
    ("thornapple", "Thornapple", ("pippinet", "brackenby", "hawthwaite")),
    ("owlery", "The Owlery", ("tawnik", "hootenay", "duskwing")),
)
LAUNCHES_A_MONTH = 8
LONGEST_LIFE = 520
"""No model is used for more days than this."""
LARGEST = math.log(1.7e12)
"""The logarithm of a day's tokens of the largest model."""
MIDDLE = math.log(4.6e10)
SPREAD = 1.75
FADE = 1.9
"""How far the logarithm falls over a life."""
FEATHERWEIGHT, HEAVYWEIGHT = 0.35, 0.8
"""Below and above which place among all sizes a model is named so."""


@dataclass(frozen=True, slots=True)
class Model:
    """An invented model, or a variant of one. ``peak`` is the logarithm of a good day's tokens.

    ``identity`` is how it is called in the catalogue; an empty one is in no catalogue, as a preview in disguise.
    """

    slug: str
    identity: str
    name: str
    born: date
    life_days: int
    rise_days: int
    peak: float
    prompt_price: Decimal
    context_length: int

    def entry(self, day: date) -> dict[str, Any] | None:
        """The model as the catalogue has it on a day; None before its birth, after its end and in disguise."""
        end = self.born + timedelta(days=self.life_days)
        if not self.identity or not self.born <= day < end:
            return None
        return {
            "id": self.identity,
            "canonical_slug": self.slug.partition(":")[0],
            "name": self.name,
            "created": int(datetime(self.born.year, self.born.month, self.born.day, 9, tzinfo=UTC).timestamp()),
            "context_length": self.context_length,
            "pricing": {"prompt": f"{self.prompt_price:f}", "completion": f"{self.prompt_price * 4:f}"},
            "expiration_date": end.isoformat() if (end - day).days <= 30 else None,
        }

    def days(self, seed: int) -> Iterator[int]:
        """Its tokens day by day from its birth on, without end (0 once it has retired)."""
        chance = dice(seed, "model", self.slug)
        drift = chance.gauss(0, 0.3)
        calm = 0.55 if self.peak > LARGEST - 1.5 else 1.0  # the largest have many users, who rarely all leave at once
        for age in range(self.life_days):
            drift = 0.965 * drift + chance.gauss(0, 0.085)
            jolt = calm * chance.gauss(0, 0.45 if chance.random() < 0.09 else 0.075)
            phase = min((age + 1) / self.rise_days, 1.0) * min((self.life_days - age) / 12, 1.0)
            weekend = 0.83 if (self.born + timedelta(days=age)).weekday() >= 5 else 1.0
            level = min(self.peak - FADE * age / self.life_days + drift, LARGEST) + jolt
            yield int(math.exp(level) * phase * weekend)
        while True:
            yield 0


def launched(seed: int, year: int, month: int) -> Iterator[Model]:
    """All models that are born in a month, variants included."""
    chance = dice(seed, "launches", year, month)
    for turn in range(LAUNCHES_A_MONTH):
        serial = ((year - 2023) * 12 + month) * LAUNCHES_A_MONTH + turn
        born = date(year, month, 1 + chance.randrange(28))
        place = (_evenly(serial) + chance.uniform(-0.03, 0.03)) % 1
        model = _model(serial, born, place, life_days=chance.randint(240, LONGEST_LIFE), rise_days=chance.randint(2, 9))
        yield model
        if chance.random() < 0.18:
            yield _free(model, chance.uniform(-1.6, 0.2))
    if month % 3 == 0:
        yield _disguised(year, month, date(year, month, 1 + chance.randrange(28)))


def _model(serial: int, born: date, place: float, *, life_days: int, rise_days: int) -> Model:
    lab, display, families = LABS[serial % len(LABS)]
    family = families[serial // len(LABS) % len(families)]
    turn = serial // (len(LABS) * len(families))
    version = f"{1 + turn // 2}{'.5' if turn % 2 else ''}"
    size = "mini" if place < FEATHERWEIGHT else "max" if place > HEAVYWEIGHT else ""
    identity = f"{lab}/{'-'.join(filter(None, (family, version, size)))}"
    title = " ".join(filter(None, (family.title(), version, size.title())))
    return Model(
        slug=f"{identity}-{born:%Y%m%d}",
        identity=identity,
        name=f"{display}: {title}",
        born=born,
        life_days=life_days,
        rise_days=rise_days,
        peak=min(MIDDLE + SPREAD * _normal(place), LARGEST + 0.5),
        prompt_price=Decimal(1 + serial * 37 % 240) / 10**8,
        context_length=(131_072, 204_800, 262_144, 1_048_576)[serial % 4],
    )


def _free(model: Model, offset: float) -> Model:
    return Model(
        slug=f"{model.slug}:free",
        identity=f"{model.identity}:free",
        name=f"{model.name} (free)",
        born=model.born,
        life_days=model.life_days // 2,
        rise_days=model.rise_days,
        peak=model.peak + offset,
        prompt_price=Decimal(0),
        context_length=131_072,
    )


def _disguised(year: int, month: int, born: date) -> Model:
    """A preview without a lab's name and without a date, large from its first day, gone after five weeks."""
    animal = ("moth", "newt", "stoat", "wren")[(year * 4 + month // 3) % 4]
    return Model(f"masked/{animal}-alpha-{year % 100}", "", "", born, 36, 1, LARGEST + 0.3, Decimal(0), 262_144)


def _evenly(serial: int) -> float:
    """Places that fill 0 to 1 evenly, however few in a row are taken: every time has its large and small models."""
    return serial * 0.6180339887498949 % 1


def _normal(place: float) -> float:
    """The logistic stand-in for the normal quantile, close enough between 0.01 and 0.99."""
    place = min(max(place, 0.01), 0.99)
    return math.log(place / (1 - place)) / 1.702
